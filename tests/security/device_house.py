"""A small building that was just connected, whose devices do and say what they are told; it restarts from its journal."""

from typing import Any

from edge.controller import Controller
from edge.events import DaemonStarted, Event, Observed, decode, encode
from edge.facts import DECISION, Facts
from edge.points import Value
from edge.site import Site
from tests.builders import MONDAY, site_of


def building() -> Site:
    return site_of(
        {"lobby": "public", "room-1": "semi-public", "store": "internal"},
        {
            "front-1": {"from": "lobby", "to": "room-1", "unlock": "booking"},
            "store": {"from": "room-1", "to": "store", "back": "credential"},
        },
        devices={
            "button-1": {"type": "panic-button", "space": "room-1"},
            "sensor-1": {"type": "occupancy-sensor", "space": "room-1"},
            "meter-1": {"type": "ambient-sensor", "space": "room-1"},
            "fan": {"type": "relay"},
            "sign": {"type": "sign", "space": "lobby"},
            "masking": {"type": "masking-unit", "space": "lobby"},
        },
        security={"panic": [{"relays": ["fan"]}]},
    )


class Building:
    def __init__(self, *, obedient: bool = True) -> None:
        self.site = building()
        self.now = MONDAY
        self.journal: list[Event] = []
        self.obedient = obedient
        self._epoch = 0
        self._begin()
        self.everything_reports()

    def everything_reports(self) -> None:
        for lock in self.site.controllers.values():
            self.says(lock, "lock", "locked")
            self.says(lock, "contact", "closed")
        for device, point, value in (
            ("fan", "on", False),
            ("sign", "text", ""),
            ("masking", "level", 40.0),
            ("masking", "muted", False),
        ):
            self.says(device, point, value)
        self.says("sensor-1", "present", False)

    def _begin(self) -> None:
        self.controller = Controller(self.site, heartbeats=False)
        self.controller.restore([decode(event.kind, encode(event)) for event in self.journal])
        self._epoch += 1
        self.happens(DaemonStarted(at=self.now, epoch=self._epoch, version="test", site=self.site.site.id))

    @property
    def facts(self) -> Facts:
        return self.controller.facts

    def restart(self, *, checkpoint: bool = False) -> None:
        """checkpoint: nothing but its snapshot is left."""
        if checkpoint:
            self.journal = self.controller.snapshot(self.now)
        self._begin()

    def happens(self, *events: Event) -> None:
        for event in events:
            self.controller.observe(event)
        outcome = self.controller.settle(self.now)
        self.journal += outcome.events
        for command in outcome.commands if self.obedient else ():
            self.says(command.point.device, command.point.point, command.value)

    def says(self, device: str, point: str, value: Value, **more: Any) -> None:
        self.happens(Observed(at=self.now, device=device, point=point, value=value, **more))

    def wait(self, span: Any) -> None:
        end = self.now + span
        while (due := self.controller.next_deadline()) is not None and due <= end:
            self.now = max(due, self.now)
            self.happens()
        self.now = end
        self.happens()

    def wanted(self, device: str, point: str) -> Value:
        decision = self.facts(DECISION(device, point))
        return None if decision is None else decision.value

    def told(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.journal if isinstance(event, kind)]
