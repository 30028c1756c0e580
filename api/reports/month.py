"""A month as people count it, where the building stands."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from edge.errors import IllegalInput
from edge.site import Site


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    number: int

    @classmethod
    def of(cls, text: str) -> Self:
        """2026-11. Raises IllegalInput."""
        found = re.fullmatch(r"(20\d\d|21\d\d)-(0[1-9]|1[0-2])", text)
        if found is None:
            raise IllegalInput(f"{text!r} is no month: write 2026-11")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def at(cls, t: datetime, site: Site) -> Self:
        """The one that it is at an instant."""
        day = site.local.date_of(t)
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def before(self) -> "Month":
        last = self.first - timedelta(days=1)
        return Month(last.year, last.month)

    @property
    def after(self) -> "Month":
        following = self.first + timedelta(days=31)
        return Month(following.year, following.month)

    def start(self, site: Site) -> datetime:
        """Aware, of the first instant."""
        return site.local.instant(self.first)

    def end(self, site: Site) -> datetime:
        """Of the first instant after it."""
        return self.after.start(site)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"
