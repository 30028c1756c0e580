"""What people ask of masking: quiet, hearing support and a level by name and for hours; relief at a desk without a name."""

from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta

from acoustics import asked
from acoustics.zones import Zones
from api.actions import Actions
from api.faults import Unknown
from api.models_masking import Steps
from edge.events import Event
from edge.facts import Facts
from edge.refusal import Refusal
from edge.site import Site
from edge.site.acoustics_settings import Acoustics

_STEPS: dict[Steps, int | None] = {"3": 1, "6": 2, "off": None}

Asking = Callable[[Zones, datetime, str, str, datetime], Event]


class MaskingActions:
    """end: an instant, or minutes from now. Where the site file has no section `acoustics`, everything is unknown."""

    def __init__(self, site: Site, actions: Actions) -> None:
        self._site = site
        self.zones = Zones(site, site.acoustics or Acoustics(derive=False))
        self._described = site.acoustics is not None
        self._act = actions.act

    async def quiet(self, space: str, by: str, end: datetime | int) -> None:
        await self._ask(asked.ask_quiet, self._space(space), by, end)

    async def hearing(self, space: str, by: str, end: datetime | int) -> None:
        await self._ask(asked.ask_hearing, self._space(space), by, end)

    async def level(self, unit: str, level: float, by: str, end: datetime | int) -> None:
        def ask(zones: Zones, at: datetime, unit: str, by: str, until: datetime) -> Event:
            return asked.ask_level(zones, at, unit, level, by, until)

        await self._ask(ask, self._unit(unit), by, end)

    async def end_of_space(self, space: str, by: str) -> None:
        await self._end(self._space(space), by)

    async def end_of_unit(self, unit: str, by: str) -> None:
        await self._end(self._unit(unit), by)

    async def relieve(self, desk: str, less: Steps) -> None:
        place = self.desk(desk)
        await self._act(lambda _, at: asked.choose_relief(self.zones, at, place, _STEPS[less]))

    async def end_relief(self, desk: str) -> None:
        place = self.desk(desk)
        await self._act(lambda facts, at: asked.end_relief(facts, at, place))

    async def back_to_usual(self, desk: str) -> None:
        """Whoever asks for it twice has it once."""
        with suppress(Refusal):
            await self.end_relief(desk)

    @property
    def desks(self) -> Collection[str]:
        """All for which masking can be turned down."""
        return self.zones.desks

    def desk(self, desk: str) -> str:
        """Raises Unknown where no masking is meant for it."""
        if desk not in self.zones.desks:
            raise Unknown("no masking of this site is meant for a desk of that id")
        return desk

    async def _ask(self, asking: Asking, subject: str, by: str, end: datetime | int) -> None:
        def decide(_: Facts, at: datetime) -> Event:
            until = at + timedelta(minutes=end) if isinstance(end, int) else end
            return asking(self.zones, at, subject, by, until)

        await self._act(decide)

    async def _end(self, subject: str, by: str) -> None:
        await self._act(lambda facts, at: asked.end_asked(facts, at, subject, by))

    def _space(self, space: str) -> str:
        if not self._described or space not in self._site.spaces:
            raise Unknown("this site has no space of that id with masking to change")
        return space

    def _unit(self, unit: str) -> str:
        if unit not in self.zones.heard:
            raise Unknown("no masking unit of that id is led here")
        return unit
