"""Reading a story: text that a facility manager can correct, one thing on a line (see README.md beside the stories).

A line that cannot be understood says where it is, what is wrong, and what would be right.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo


class StoryError(Exception):
    """FILE:LINE: what is wrong."""


class Form:
    """How one kind of line reads: 'release DOOR by WHO for LENGTH min'.

    CAPITALS stand for one word, "CAPITALS" for a text in quotes; what is in [ ] may be left out, or stand in another order.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.verb = text.split(" ")[0]
        pieces = [(piece.strip("[]"), piece.startswith("[")) for piece in re.findall(r"\[[^]]*\]|\S+", text)]
        self._pattern = re.compile("".join(_run(optional, list(run)) for optional, run in groupby(pieces, lambda each: each[1])))
        self._optional = [piece for piece, optional in pieces if optional and piece.islower()]

    def words(self, said: str) -> dict[str, str] | None:
        """What stands in the places, "" where it was left out; None for another kind of line. An optional word is its own place."""
        found = self._pattern.fullmatch(f" {said}")
        if found is None:
            return None
        words = {name: value or "" for name, value in found.groupdict().items()}
        return {**words, **{word: word if word in said.split(" ") else "" for word in self._optional}}


def _run(optional: bool, run: list[tuple[str, bool]]) -> str:
    """Consecutive pieces of a form that must all stand there, or that may."""
    words = [f" {_words(piece)}" for piece, _ in run]
    return f"(?:{'|'.join(words)})*" if optional else "".join(words)


def _words(piece: str) -> str:
    word = re.sub(r'"([A-Z]+)"', lambda found: f'"(?P<{found[1].lower()}>[^"]*)"', piece)
    return re.sub(r"(?<![<A-Z])([A-Z]{2,})(?![>A-Z])", lambda found: f'(?P<{found[1].lower()}>[^\\s"]+)', word)


_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d))?(\+\d\d)?")


@dataclass(frozen=True, slots=True)
class Line:
    """One line, understood. form: of which kind it is; words: what stood in its places, "" where left out."""

    place: str
    day: date
    at: datetime | None
    form: str
    words: dict[str, str]

    @property
    def verb(self) -> str:
        return self.form.split(" ")[0]


def wrong(place: str, problem: str) -> StoryError:
    return StoryError(f"{place}: {problem}")


def read_story(path: Path) -> Iterator[tuple[str, str, str]]:
    """(place, first word, all of it) of each line that says something."""
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = re.sub(r"\s+", " ", re.sub(r"(^|\s)#.*$", "", raw)).strip()
        if text:
            yield f"{path.name}:{number}", text.split(" ")[0], text


def understand(place: str, text: str, day: date, zone: ZoneInfo, forms: Iterable[Form]) -> Line:
    """A line below the headings: a time, or none for what holds from the start, and what happens."""
    first, _, rest = text.partition(" ")
    at = instant(place, first, day, zone) if first[:1].isdigit() else None
    said = rest if at is not None else text
    for form in forms:
        if (words := form.words(said)) is not None:
            return Line(place, day, at, form.text, words)
    raise wrong(place, _unknown(said, forms))


def _unknown(said: str, forms: Iterable[Form]) -> str:
    verbs, verb = list(dict.fromkeys(form.verb for form in forms)), said.split(" ")[0]
    if verb in verbs:
        return f'"{said}" cannot be understood; write: {" | ".join(form.text for form in forms if form.verb == verb)}'
    meant = get_close_matches(verb, verbs, 1)
    return f'"{verb}" is no word of a story; ' + (f'did you mean "{meant[0]}"?' if meant else f"these are: {', '.join(verbs)}")


def instant(place: str, text: str, day: date, zone: ZoneInfo) -> datetime:
    """A local time of the day. Where the clock shows it twice, the first, or the one with the offset written after it."""
    found = _TIME.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise wrong(place, f'"{text}" is no time; write 09:05 or 09:05:30 (or 03:30+02 where the clock shows it twice)')
    wall = time(int(found[1]), int(found[2]), int(found[3] or 0))
    passes = [datetime.combine(day, wall.replace(fold=fold), zone) for fold in (0, 1)]
    if found[4] is None:
        return passes[0]
    for each in passes:
        if each.utcoffset() == timedelta(hours=int(found[4])):
            return each
    raise wrong(place, f"at {text} the clock has no offset of {found[4]} hours")


def span(place: str, text: str, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """10:00-11:00; an end that is not after the start lies on the next day."""
    first, dash, last = text.partition("-")
    if not dash:
        raise wrong(place, f'"{text}" is no span of time; write 10:00-11:00')
    start, end = instant(place, first, day, zone), instant(place, last, day, zone)
    return start, end if end.timestamp() > start.timestamp() else instant(place, last, day + timedelta(days=1), zone)


def expect(holds: bool, line: Line, otherwise: str) -> None:
    at = "" if line.at is None else f"{line.at:%H:%M:%S}: "
    assert holds, f"{line.place}: {at}{otherwise}"
