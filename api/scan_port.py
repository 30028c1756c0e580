"""What the HTTP side needs to look around on a line: somebody who does it, beside the running controller and never in its loop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from edge.text import Text

HIGHEST_UNIT = 247
How = Literal["running", "done", "ended", "time", "full", "failed"]
"""How a scan is or was over: all was looked at, a person ended it, its time was up, more is there than is shown, it failed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A device on the line, in words of its own that are one line of plain text each. line: for the site file."""

    address: str
    what: str
    make: str | None
    type: str | None
    details: Mapping[str, str]
    known_as: str | None
    line: str


@dataclass(frozen=True, slots=True)
class ScanSeen:
    """until: when it ends at the latest. asked: the last unit of a bus that was asked. problem: why it failed."""

    connection: str
    by: str
    began_at: datetime
    until: datetime
    how: How = "running"
    found: tuple[Seen, ...] = ()
    asked: int | None = None
    problem: Text | None = None


class Scans(Protocol):
    def last(self) -> ScanSeen | None:
        """The one that goes on, or was the last."""
        ...

    def begin(self, connection: str, by: str, units: range) -> None:
        """units: which numbers are asked if it is a bus. Raises Refusal while another one goes on."""
        ...

    async def end(self) -> None:
        """Nothing new is asked on the line when it returns; what was found stays. Also while none goes on."""
        ...
