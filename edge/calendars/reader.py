"""Reads what one calendar holds in a process of its own, so that no feed can take the daemon's time or memory.

`python -m edge.calendars.reader`: the errand, what is known of the calendar's events, what was kept of them and the octets of its
parts come in. Bookings go out in lines of a few, so that nobody has to take in all of them at once; after an empty line, one that
says how it ended, then what is to be known and kept for the next time.

It starts for each change, so it does without what is slow to load.
"""

import gc
import json
import os
import pickle
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from edge.calendars.packing import pack, unpack
from edge.text import Text
from rooms.feeding import Feeding
from rooms.ics_groups import Apart, Entry, decode_entries, encode_entries, groups_known, taken_apart, touched
from rooms.ics_lines import Unreadable
from rooms.keeping import kept_of
from rooms.privacy import without_persons
from rooms.sources.port import Content, Form
from rooms.understanding import BookingsUnderstood, understand_content

LEAST_CPU_S = 5
_OCTETS_A_SECOND = 1_000_000
MOST_MEMORY = 512 << 20
A_FEW = 200
"""Bookings, and what could not be one, in a line: some three milliseconds of the interpreter that takes them in."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be read, and for which stretch of time. sizes: octets of each part, in the order in which they follow.

    known, packed: octets of the entries of events whose bookings are known for the same stretch, and of what was kept of them;
    they come first.
    """

    feeding: Feeding
    window: tuple[datetime, datetime]
    form: Form
    sizes: Mapping[str, int]
    known: int
    packed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended. refused: why the whole cannot be used. touched: where only some groups have been read, these, by hashed UID.

    known, packed: octets that follow.
    """

    refused: Text | None = None
    touched: Sequence[str] | None = None
    known: int = 0
    packed: int = 0


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # It ends before there is rubbish worth looking for.
    gc.disable()
    # Whoever waits for an alarm goes first.
    os.nice(10)
    given, said = sys.stdin.buffer, sys.stdout.buffer
    errand: Errand = pickle.loads(given.read(int(given.readline())))  # noqa: S301 -- from the daemon that has started us
    _bound_cpu(sum(errand.sizes.values()))
    known, packed = decode_entries(given.read(errand.known)), given.read(errand.packed)
    content = Content(errand.form, {name: given.read(size) for name, size in errand.sizes.items()})
    try:
        found = _read(errand, content, known)
    except Unreadable as error:
        _end(said, Outcome(refused=error.text))
        return
    for some in _few_by_few(found.understood):
        said.write(_line(some))
    entries, packed = _to_keep(errand, content, found.apart, known, packed)
    _end(said, Outcome(None, found.touched, len(entries), len(packed)))
    said.write(entries)
    said.write(packed)


def give(errand: Errand, to: IO[bytes]) -> None:
    octets = pickle.dumps(errand)
    to.write(b"%d\n" % len(octets))
    to.write(octets)


@dataclass(frozen=True, slots=True)
class _Found:
    """touched: as in `Outcome`. apart: where that has been tried and done."""

    understood: BookingsUnderstood
    touched: Sequence[str] | None = None
    apart: Apart | None = None


def _read(errand: Errand, content: Content, known: Sequence[Entry]) -> _Found:
    apart = taken_apart(content, known) if known else None
    if apart and (found := _read_others(errand, apart, known)):
        return found
    return _Found(understand_content(errand.feeding, content, errand.window), None, apart)


def _read_others(errand: Errand, apart: Apart, known: Sequence[Entry]) -> _Found | None:
    """None where all must be read."""
    groups = apart.groups
    others = touched(groups, groups_known(known))
    if len(others) > len(groups) // 2:
        return None
    try:
        understood = understand_content(errand.feeding, apart.only(others), errand.window)
    except Unreadable:
        return None  # perhaps only what is left of it
    return _Found(understood, [uid.hex() for uid in others], apart) if understood.is_of_events_alone else None


def _to_keep(errand: Errand, content: Content, apart: Apart | None, known: Sequence[Entry], packed: bytes) -> tuple[bytes, bytes]:
    apart = apart or taken_apart(content)
    if apart is None:
        return b"", pack(without_persons(content, errand.feeding))
    before = b"".join(unpack(packed).parts.values()) if packed else b""
    kept, entries = kept_of(apart, errand.feeding, known, before)
    return encode_entries(entries), pack(kept)


def _few_by_few(understood: BookingsUnderstood) -> Iterator[BookingsUnderstood]:
    for first in range(0, max(len(understood.bookings), len(understood.errors), len(understood.lost)), A_FEW):
        few = slice(first, first + A_FEW)
        yield BookingsUnderstood(understood.bookings[few], understood.errors[few], understood.lost[few])


def _line(said: BookingsUnderstood | Outcome) -> bytes:
    return json.dumps(said, default=_plain).encode() + b"\n"


def _plain(value: Any) -> Any:
    """All that is said has slots."""
    return value.isoformat() if isinstance(value, datetime) else {name: getattr(value, name) for name in value.__slots__}


def _end(said: IO[bytes], outcome: Outcome) -> None:
    said.write(b"\n" + _line(outcome))


def _bound_cpu(octets: int) -> None:
    """A small feed that takes long is a trap; a large one may be honest work."""
    seconds = max(LEAST_CPU_S, octets // _OCTETS_A_SECOND)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


if __name__ == "__main__":
    main()
