"""A desk of a house with weddings."""

from dataclasses import dataclass, field
from functools import cache

from edge.events import Observed
from edge.site import Site
from tests.api.desk import MemoryDesk
from tests.builders import read
from tests.rooms.ceremony_site import at, ceremony_site, wedding

FIRST, SECOND = wedding("12:00", "12:30"), wedding("13:00", "13:30", "b")


@cache
def _the_house() -> Site:
    return ceremony_site({"names": True})


@dataclass
class WeddingDesk(MemoryDesk):
    site: Site = field(default_factory=_the_house)

    def begin_friday(self) -> None:
        """A Friday at 11.35, before two weddings: nothing is ticked, and no door has said that the way is open."""
        self.begin_anew()
        for device in self.site.devices:
            self.happen(Observed(at=self.clock.t, device=device, point="link", value=True))
        self.to("11:35")
        self.happen(Observed(at=self.clock.t, device="sign", point="text", value="Vihkiminen / Vigsel"))
        self.happen(Observed(at=self.clock.t, device="masking", point="muted", value=True))

    def to(self, clock: str) -> None:
        self.clock.t = at(clock)
        self.happen(read(self.clock.t, FIRST, SECOND, calendar="weddings"))
