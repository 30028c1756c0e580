"""What the HTTP side needs of reports: somebody who keeps them and has them made, beside the controller and never in its loop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from api.reports.month import Month
from edge.text import Text


@dataclass(frozen=True, slots=True)
class KeptFile:
    """digest: SHA-256 in hex, as it stands in the report's list."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class KeptReport:
    """made_at: by the computer's clock. fingerprint: of the key that signed it."""

    month: Month
    made_at: datetime
    files: Sequence[KeptFile]
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class Making:
    """The report that is being made, or the last one that could not be. by: empty when its time had come."""

    month: Month
    by: str
    problem: Text | None = None


class Reports(Protocol):
    def kept(self) -> Sequence[KeptReport]:
        """The newest month first. Reads files: call it in a thread."""
        ...

    def file(self, month: Month, name: str) -> Path | None:
        """One file of a report."""
        ...

    def making(self) -> Making | None: ...

    def begin(self, month: Month, by: str) -> None:
        """Have it made; one that is there is replaced when the new one is whole. Raises Refusal while another one is being made,
        and for a month that has not begun."""
        ...
