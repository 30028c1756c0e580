"""What the rules of acoustics know of people: bookings, presence and hours. `edge.conversations` derives it from `rooms`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from edge.facts import Family, Look

People = Literal["some", "none", "unknown"]
"""In a space: somebody, nobody for a while, or nobody can tell."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A booking, with its end as extended or released. policy: the kind of booking it is, by the section `rooms`.

    counts: it is known well enough to raise masking for it; masking is lowered also for one that is not.
    """

    start: datetime
    end: datetime
    policy: str | None
    agency: str | None
    counts: bool

    def runs(self, look: Look) -> bool:
        return not look.passed(self.end) and look.passed(self.start)


OCCASIONS: Family[tuple[Occasion, ...]] = Family("occasions")
"""By space, those of now, of the next hours, and those just over."""
PEOPLE: Family[People] = Family("people")
"""By space."""
OPEN: Family[bool] = Family("schedule-open")
"""Whether the schedule's timetable is open; always, where there is none."""
