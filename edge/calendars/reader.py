"""Reads one calendar feed in a process of its own, so that no feed can take the daemon's time or memory.

`python -m edge.calendars.reader`: a line of JSON (the feeding and the window) and the feed come in, an `Outcome` goes out.
"""

import os
import resource
import sys
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from edge.text import Text
from rooms.feeding import Feeding
from rooms.ics_lines import Unreadable
from rooms.understanding import BookingsUnderstood, understand_feed

MOST_CPU_S = 5
MOST_MEMORY = 512 << 20


@dataclass(frozen=True, slots=True)
class Errand:
    """Which feed is to be read, and for which stretch of time."""

    feeding: Feeding
    window: tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Outcome:
    """refused: why the whole feed cannot be used."""

    understood: BookingsUnderstood | None = None
    refused: Text | None = None


ERRAND = TypeAdapter(Errand)
OUTCOME = TypeAdapter(Outcome)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Whoever waits for an alarm goes first.
    os.nice(10)
    errand = ERRAND.validate_json(sys.stdin.buffer.readline())
    sys.stdout.buffer.write(OUTCOME.dump_json(_outcome(errand, sys.stdin.buffer.read())))


def _outcome(errand: Errand, body: bytes) -> Outcome:
    try:
        return Outcome(understood=understand_feed(errand.feeding, body, errand.window))
    except Unreadable as error:
        return Outcome(refused=error.text)


if __name__ == "__main__":
    main()
