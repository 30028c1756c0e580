"""A small building that was just connected, whose devices do and say what they are told; it restarts from its journal."""

from collections.abc import Sequence

from edge.commands import Command
from edge.facts import DECISION
from edge.points import Value
from edge.site import Site
from tests.builders import site_of
from tests.security.alarm_house import House


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


class Building(House):
    def __init__(self, *, obedient: bool = True) -> None:
        self.obedient = obedient
        super().__init__(building())
        self.everything_reports()

    def everything_reports(self) -> None:
        for lock in self.site.controllers.values():
            self.report(lock, "lock", "locked")
            self.report(lock, "contact", "closed")
        for device, point, value in (
            ("fan", "on", False),
            ("sign", "text", ""),
            ("masking", "level", 40.0),
            ("masking", "muted", False),
        ):
            self.report(device, point, value)
        self.report("sensor-1", "present", False)

    def _obey(self, commands: Sequence[Command]) -> None:
        for command in commands if self.obedient else ():
            self.report(command.point.device, command.point.point, command.value)

    def wanted(self, device: str, point: str) -> Value:
        decision = self.facts(DECISION(device, point))
        return None if decision is None else decision.value
