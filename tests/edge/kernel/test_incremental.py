"""One observation costs as much in a building of a thousand rooms as in one of ten."""

import pytest

import edge.kernel
from edge.controller import Controller
from edge.events import DaemonStarted, Event, Observed
from edge.facts import Look
from edge.kernel import Outcome
from security.releases import DoorReleased
from tests.builders import HOUR, MINUTE, SECOND, booking, local, read, service_rooms

T = local("2026-11-23 09:00")


class Asked:
    """Counts the answers that the kernel asks for: each is given through one look."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0

        def look(*facts_and_now: object) -> Look:
            self.count += 1
            return Look(*facts_and_now)  # type: ignore[arg-type]

        monkeypatch.setattr(edge.kernel, "Look", look)

    def during(self, controller: Controller, event: Event) -> int:
        before = self.count
        settle(controller, event)
        return self.count - before


def settle(controller: Controller, event: Event) -> Outcome:
    controller.observe(event)
    return controller.settle(event.at)


def building(rooms: int) -> Controller:
    controller = Controller(service_rooms(rooms), heartbeats=False)
    controller.observe(DaemonStarted(at=T, epoch=1, version="test", site="test"))
    for device, section in controller.site.devices.items():
        controller.observe(Observed(at=T, device=device, point="link", value=True))
        if section.type == "door-controller":
            controller.observe(Observed(at=T, device=device, point="lock", value="locked"))
            controller.observe(Observed(at=T, device=device, point="contact", value="closed"))
    settle(controller, read(T))
    return controller


def day(room: int) -> list[Event]:
    """A little of everything that can happen in a room."""
    lock, opened = f"lock-front-{room}", T + 2 * SECOND
    made = booking(T - HOUR, T + HOUR, f"room-{room}")
    return [
        Observed(at=T, device=lock, point="contact", value="open"),
        Observed(at=T, device=lock, point="contact", value="closed"),
        Observed(at=T, device=lock, point="contact", value="closed"),
        read(T + SECOND, made),
        Observed(at=opened, device=lock, point="lock", value="unlocked"),
        Observed(at=opened, device=f"button-{room}", point="pressed", value=True, press="1"),
        Observed(at=opened, device=lock, point="lock", value="locked"),
        DoorReleased(at=opened, door=f"back-{room}", by="guard", until=opened + MINUTE),
        Observed(at=opened, device=f"lock-back-{room}", point="link", value=False),
    ]


def test_the_cost_of_an_observation_does_not_grow_with_the_building(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = building(10), building(1000)
    asked = Asked(monkeypatch)
    in_small = [asked.during(small, event) for event in day(5)]
    assert in_small == [asked.during(large, event) for event in day(500)]
    assert max(in_small) < 30
    assert in_small[2] == 0  # the same again
