"""How the types of the site file say what is wrong with a value, and how a near miss is found."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from edge.text import Text


class Wrong(ValueError):
    """A value that a type refuses, raised inside pydantic validators.

    at: further steps from the validated value to the part at fault (keys, positions).
    """

    def __init__(self, text: Text, *at: str | int) -> None:
        super().__init__(in_english(text))
        self.text = text
        self.at = at


def in_english(text: Text) -> str:
    """For exceptions and logs; screens and the terminal translate instead. Values must be plain."""
    return text.message.format(**text.values)


def shown(found: object) -> str:
    """A value of the file, as written and short enough for a sentence."""
    text = str(found).lower() if isinstance(found, bool) else "" if found is None else str(found)
    return text if len(text) <= _LONG else text[:_LONG] + "…"


_LONG = 60
_MANY = 2000


def near_miss(found: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    close = get_close_matches(found[:_LONG], islice(known, _MANY), n=1, cutoff=0.6)
    return close[0] if close else None
