"""Reads what one calendar holds in a process of its own, so that no feed can take the daemon's time or memory.

`python -m edge.calendars.reader`: a line of JSON (the errand) and the octets of the parts come in; bookings go out in lines of a
few, so that nobody has to take in all of them at once, then a line that says how it ended, then the content as it is to be kept.
"""

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
from rooms.bookings import encode_bookings
from rooms.feeding import Feeding
from rooms.ics import EventError
from rooms.ics_lines import Unreadable
from rooms.sources.port import Content, Form
from rooms.understanding import BookingsUnderstood, understand_feed

MOST_CPU_S = 5
MOST_MEMORY = 512 << 20
A_FEW = 200
"""Bookings in a line: some three milliseconds of the interpreter that takes them in."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be read, and for which stretch of time. sizes: octets of each part, in the order in which they follow."""

    feeding: Feeding
    window: tuple[datetime, datetime]
    form: Form
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended. refused: why the whole cannot be used. packed: octets of the content to be kept, which follow."""

    errors: tuple[EventError, ...] = ()
    refused: Text | None = None
    packed: int = 0


ERRAND = TypeAdapter(Errand)
OUTCOME = TypeAdapter(Outcome)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Whoever waits for an alarm goes first.
    os.nice(10)
    given, said = sys.stdin.buffer, sys.stdout.buffer
    errand = ERRAND.validate_json(given.readline())
    content = Content(errand.form, dict(_parts(given, errand.sizes)))
    try:
        understood = understand_feed(errand.feeding, content.parts[""], errand.window)
    except Unreadable as error:
        said.write(OUTCOME.dump_json(Outcome(refused=error.text)) + b"\n")
    else:
        _say(said, understood, content)


def _parts(given: BinaryIO, sizes: Mapping[str, int]) -> Iterator[tuple[str, bytes]]:
    for name, size in sizes.items():
        yield name, given.read(size)


def _say(said: BinaryIO, understood: BookingsUnderstood, content: Content) -> None:
    for first in range(0, len(understood.bookings), A_FEW):
        said.write(encode_bookings(understood.bookings[first : first + A_FEW]).encode() + b"\n")
    packed = pack(content)
    said.write(OUTCOME.dump_json(Outcome(understood.errors, packed=len(packed))) + b"\n")
    said.write(packed)


if __name__ == "__main__":
    main()
