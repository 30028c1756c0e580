"""Reads what one calendar holds in a process of its own, so that no feed can take the daemon's time or memory.

`python -m edge.calendars.reader`: a line of JSON (the errand), the groups that are known and the octets of the parts come in.
Bookings go out in lines of a few, so that nobody has to take in all of them at once; after an empty line, one that says how it
ended, then the groups and the content as they are to be kept.
"""

import gc
import os
import resource
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from pydantic import TypeAdapter

from edge.calendars.packing import pack
from edge.text import Text
from rooms.feeding import Feeding
from rooms.ics_groups import Groups, decode_groups, differing, encode_groups, groups_of, plain
from rooms.ics_lines import Unreadable
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

    known: octets of the groups whose bookings are known for the same stretch; they come first.
    """

    feeding: Feeding
    window: tuple[datetime, datetime]
    form: Form
    sizes: Mapping[str, int]
    known: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended. refused: why the whole cannot be used. is_partial: only groups that were not known have been read.

    groups, packed: octets that follow.
    """

    refused: Text | None = None
    is_partial: bool = False
    groups: int = 0
    packed: int = 0


ERRAND = TypeAdapter(Errand)
SOME = TypeAdapter(BookingsUnderstood)
OUTCOME = TypeAdapter(Outcome)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # It ends before there is rubbish worth looking for.
    gc.disable()
    # Whoever waits for an alarm goes first.
    os.nice(10)
    given, said = sys.stdin.buffer, sys.stdout.buffer
    errand = ERRAND.validate_json(given.readline())
    _bound_cpu(sum(errand.sizes.values()))
    known = decode_groups(given.read(errand.known))
    content = plain(Content(errand.form, dict(_parts(given, errand.sizes))))
    try:
        understood, groups, is_partial = _read(errand, content, known)
    except Unreadable as error:
        _end(said, Outcome(refused=error.text))
        return
    for some in _few_by_few(understood):
        said.write(SOME.dump_json(some) + b"\n")
    told, packed = encode_groups(groups), pack(without_persons(content, errand.feeding))
    _end(said, Outcome(None, is_partial, len(told), len(packed)))
    said.write(told)
    said.write(packed)


def _few_by_few(understood: BookingsUnderstood) -> Iterator[BookingsUnderstood]:
    for first in range(0, max(len(understood.bookings), len(understood.errors), len(understood.lost)), A_FEW):
        few = slice(first, first + A_FEW)
        yield BookingsUnderstood(understood.bookings[few], understood.errors[few], understood.lost[few])


def _end(said: BinaryIO, outcome: Outcome) -> None:
    said.write(b"\n" + OUTCOME.dump_json(outcome) + b"\n")


def _bound_cpu(octets: int) -> None:
    """A small feed that takes long is a trap; a large one may be honest work."""
    seconds = max(LEAST_CPU_S, octets // _OCTETS_A_SECOND)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _parts(given: BinaryIO, sizes: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
    for name, size in sizes.items():
        yield name, given.read(size)


def _read(errand: Errand, content: Content, known: Groups) -> tuple[BookingsUnderstood, Groups, bool]:
    if known and (found := differing(content, known)) is not None:
        rest, groups = found
        try:
            understood = understand_content(errand.feeding, rest, errand.window)
        except Unreadable:
            pass  # perhaps only what is left of it
        else:
            if understood.is_of_events_alone:
                return understood, groups, True
    return understand_content(errand.feeding, content, errand.window), groups_of(content) or {}, False


if __name__ == "__main__":
    main()
