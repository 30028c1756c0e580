"""Points and their values in words for people: alarms, pages and the terminal share them."""

from collections.abc import Mapping
from typing import Final

from edge.points import Value
from edge.text import Text, TextValue, say

POINTS: Final[Mapping[str, Text]] = {
    "link": say("Link"),
    "tamper": say("Cover opened"),
    "battery": say("Battery (%)"),
    "lock": say("Lock"),
    "contact": say("Contact"),
    "exit-request": say("Exit button"),
    "pressed": say("Press"),
    "tapped": say("Short press"),
    "held": say("Long press"),
    "fire": say("Fire alarm"),
    "active": say("Input"),
    "present": say("Presence"),
    "count": say("People"),
    "level": say("Masking level"),
    "ambient": say("Sound level"),
    "muted": say("Muted"),
    "terminal": say("Payment terminal"),
    "release": say("Terminal released"),
    "on": say("Switched on"),
    "text": say("Text shown"),
}
_WORDS: Final[Mapping[Value, Text]] = {
    "locked": say("locked"),
    "unlocked": say("unlocked"),
    "open": say("open"),
    "closed": say("closed"),
    None: say("nothing"),
    "": say("nothing"),
}
_YES, _NO = say("yes"), say("no")


def value_words(value: Value) -> TextValue:
    """A number, and what is nobody's word, stands as it is."""
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, int | float):
        return value
    return _WORDS.get(value) or str(value)
