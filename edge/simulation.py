"""The very same controller on a simulated clock, with virtual devices that obey at once: a day in seconds, the same every time.

`Simulation` is stepped by tests and scenarios; `lines` runs one from event lines, as `talonmies simulate` does.
"""

import heapq
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import count

from drivers.virtual.device import Behaviour, Report, VirtualDevice, virtual_device
from edge.controller import Controller
from edge.errors import IllegalCommand
from edge.events import DaemonStarted, Event, Observed
from edge.facts import Facts
from edge.points import PointId, Value
from edge.site import Site

PRESS_ID = "simulated"


class Simulation:
    """One site's controller and devices at one instant after another.

    told: gets every durable event in order of time. The controller's supervision by heartbeat is off: devices here are lost only
    when somebody says so. deaf_when_silent: whether a microphone that says nothing new for long is taken to be deaf.
    """

    def __init__(self, site: Site, start: datetime, told: Callable[[Event], None], *, deaf_when_silent: bool = False) -> None:
        self.site = site
        self.now = start
        self._deaf_when_silent = deaf_when_silent
        self.controller = self._controller()
        self.devices: dict[str, VirtualDevice] = {d: virtual_device(site, d, PRESS_ID) for d in site.devices}
        self._told = told
        self._ticks: list[tuple[datetime, int, str]] = []
        self._tick_of: dict[str, datetime] = {}
        self._order = count()
        self._epoch = 0
        self._unplugged: set[str] = set()
        self.restart([])
        self.report_all()

    @property
    def facts(self) -> Facts:
        return self.controller.facts

    def restart(self, journal: Iterable[Event]) -> None:
        """The controller dies and comes back with what its journal holds; the devices live on."""
        self._epoch += 1
        if self._epoch > 1:
            self.controller = self._controller()
            self.controller.restore(journal)
        self.controller.observe(DaemonStarted(at=self.now, epoch=self._epoch, version="simulation", site=self.site.site.id))
        if self._epoch > 1:
            self._settle()

    def _controller(self) -> Controller:
        return Controller(self.site, heartbeats=False, deaf_when_silent=self._deaf_when_silent)

    def report_all(self) -> None:
        """Every device says its state again, as a broker's retained messages do after a restart."""
        for device in self.devices:
            self._link(device)
        self._settle()

    # --- what happens from outside ---------------------------------------------------------------------------------

    def observe(self, event: Event) -> None:
        """Anything that is not a device's doing: bookings read, a line lost."""
        self.controller.observe(event)
        self._settle()

    def act(self, decide: Callable[[Facts, datetime], Event]) -> Event:
        """A person's action; raises what `decide` raises."""
        event = decide(self.facts, self.now)
        self.observe(event)
        return event

    def press(self, device: str, press: str, way: str = "pressed") -> None:
        self.observe(Observed(at=self.now, device=device, point=way, value=True, press=press))

    def set(self, device: str, point: str, value: Value) -> None:
        """A hand or the world changes a point of a device; `link` false unplugs it, and true lets it say its state again."""
        if point == "link":
            (self._unplugged.discard if value else self._unplugged.add)(device)
            self._link(device)
        else:
            self._take(device, self.devices[device].set(point, value, self.now))
        self._settle()

    def behave(self, device: str, behaviour: Behaviour) -> None:
        """Raises IllegalInput when such a device cannot."""
        self._take(device, self.devices[device].behave(behaviour, self.now))
        self._settle()

    # --- time -----------------------------------------------------------------------------------------------------

    def advance(self, to: datetime) -> None:
        """Let time pass; everything that falls due on the way happens at its own instant."""
        while (due := self.next_due()) is not None and due <= to:
            self.now = max(self.now, due)
            self._settle()  # before the devices: at the end of a lease the controller locks, and does not leave it to the device
            self._tick_devices()
            self._settle()
        self.now = max(self.now, to)

    def next_due(self) -> datetime | None:
        tick = self._ticks[0][0] if self._ticks else None
        deadline = self.controller.next_deadline()
        return min((t for t in (tick, deadline) if t is not None), default=None)

    def _tick_devices(self) -> None:
        while self._ticks and self._ticks[0][0] <= self.now:
            _, _, device = heapq.heappop(self._ticks)
            self._tick_of.pop(device, None)
            self._take(device, self.devices[device].tick(self.now))

    def _watch(self, device: str) -> None:
        """Be there when the device next does something by itself; a later tick than the one awaited is seen to then."""
        tick, awaited = self.devices[device].next_tick, self._tick_of.get(device)
        if tick is not None and (awaited is None or tick < awaited):
            self._tick_of[device] = tick
            heapq.heappush(self._ticks, (tick, next(self._order), device))

    def _link(self, device: str) -> None:
        self._hear(device, "link", device not in self._unplugged)
        self._take(device, self.devices[device].reports())

    def _take(self, device: str, reports: Iterable[Report]) -> None:
        """What a device says reaches the controller only over a living line; presses come by `press` alone."""
        for report in reports:
            if device not in self._unplugged and report.id is None:
                self._hear(device, report.point, report.value)
        self._watch(device)

    def _hear(self, device: str, point: str, value: Value) -> None:
        self.controller.observe(Observed(at=self.now, device=device, point=point, value=value))

    def _settle(self) -> None:
        while True:
            outcome = self.controller.settle(self.now)
            for event in outcome.events:
                self._told(event)
            if not outcome.commands:
                return
            for command in outcome.commands:
                device, point = command.point
                if device not in self._unplugged:
                    self._take(device, self.devices[device].receive(point, command, self.now))


def point_of_door(site: Site, door: str) -> PointId:
    """The lock of a door. Raises IllegalCommand for a door without controller."""
    device = site.device_at(door)
    if device is None:
        raise IllegalCommand(f"no door {door} with a controller")
    return PointId(device, "lock")
