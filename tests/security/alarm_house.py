"""A small house whose controller runs in a test: things happen, people act, time passes, and it restarts from its journal."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from edge.commands import Command
from edge.controller import Controller
from edge.events import DaemonStarted, Event, Observed, decode, encode
from edge.facts import Facts
from edge.points import Value
from edge.site import Site
from security.alarms import Alarm, open_alarms
from tests.builders import MINUTE, MONDAY, site_of


def house(**alarms: Any) -> Site:
    """A service room with a panic button, a sensor and a lift bell (an alarm of the building's own)."""
    return site_of(
        {"lobby": "public", "room-1": "semi-public"},
        {"front-1": {"from": "lobby", "to": "room-1", "unlock": "booking"}},
        devices={
            "button-1": {"type": "panic-button", "space": "room-1"},
            "sensor-1": {"type": "occupancy-sensor", "space": "room-1"},
            "bell": {"type": "alarm-input", "alarm": "lift-bell"},
        },
        alarms={"lift-bell": LIFT_BELL, **alarms},
        security={"panic": [{"locks": ["front-1"]}]},
    )


LIFT_BELL = {
    "name": {"fi": "Hissin hätäkutsu", "sv": "Nödsignal i hissen", "en": "Lift bell"},
    "level": 2,
    "response": [{"fi": "Puhu hissiin.", "en": "Speak to the lift."}],
    "clears": "When nobody calls any more.",
    "reminder": "5 min",
    "shelve": "1 h",
}


Told = TypeVar("Told", bound=Event)


class House:
    def __init__(self, site: Site | None = None) -> None:
        self.site = site or house()
        self.now = MONDAY
        self.journal: list[Event] = []
        self._epoch = 0
        self._begin()

    def _begin(self) -> None:
        self.controller = Controller(self.site, heartbeats=False)
        self.controller.restore([decode(event.kind, encode(event)) for event in self.journal])
        self._epoch += 1
        self.happens(DaemonStarted(at=self.now, epoch=self._epoch, version="test", site=self.site.site.id))

    @property
    def facts(self) -> Facts:
        return self.controller.facts

    def happens(self, event: Event) -> None:
        self.controller.observe(event)
        self._settle()

    def _settle(self) -> None:
        outcome = self.controller.settle(self.now)
        self.journal += outcome.events
        self._obey(outcome.commands)

    def _obey(self, commands: Sequence[Command]) -> None:
        """Nothing here does what it is told."""

    def does(self, act: Callable[..., Event], *asked: object) -> Event:
        """An act that takes the facts and the time first."""
        return self.decides(lambda facts, at: act(facts, at, *asked))

    def at_site(self, act: Callable[..., Event], *asked: object) -> Event:
        """An act that takes the site, the facts and the time first."""
        return self.decides(lambda facts, at: act(self.site, facts, at, *asked))

    def decides(self, decide: Callable[[Facts, datetime], Event]) -> Event:
        event = decide(self.facts, self.now)
        self.happens(event)
        return event

    def press(self, press: str, button: str = "button-1", **more: Any) -> None:
        self.happens(Observed(at=self.now, device=button, point="pressed", value=True, press=press, **more))

    def report(self, device: str, point: str, value: Value, **more: Any) -> None:
        self.happens(Observed(at=self.now, device=device, point=point, value=value, **more))

    def wait(self, span: timedelta) -> None:
        """Time passes, with everything that falls due in it."""
        end = self.now + span
        while (due := self.controller.next_deadline()) is not None and due <= end:
            self.now = max(due, self.now)
            self._settle()
        self.now = end
        self._settle()

    def restarts(self, after: timedelta = MINUTE, *, checkpoint: bool = False) -> None:
        """The controller dies, and comes back with what its journal holds: entry by entry, or from a checkpoint."""
        if checkpoint:
            self.journal = self.controller.snapshot(self.now)
        self.now += after
        self._begin()

    def alarm(self, kind: str) -> Alarm | None:
        """The one of this type that people are told of."""
        return next((alarm for alarm in open_alarms(self.facts) if alarm.type == kind), None)

    def told(self, kind: type[Told]) -> list[Told]:
        return [event for event in self.journal if type(event) is kind]
