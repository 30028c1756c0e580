"""A board that counts short and long presses apart: each is one event with an id of its own."""

from drivers.modbus.unit import TABLES
from edge.events import Observed
from edge.profiles.modbus_table import Latch, Presses, Span, Write
from edge.site import Site
from tests.broker import until_async
from tests.drivers.modbus.line import Bench, driving, serving
from tests.drivers.modbus.test_makes import shown

RB4, BUTTON, OTHER = "modbus.relief_latched", "relief", "relief-2"


def site_at(port: int = 1) -> Site:
    button = {"type": "relief-button", "connection": "line", "profile": RB4, "unit": 21, "space": "desk"}
    return Site.model_validate(
        {
            "site": {"id": "bus", "name": "Bus"},
            "spaces": {"desk": {"zone": "semi-public"}},
            "connections": {"line": {"protocol": "modbus-tcp", "host": "127.0.0.1", "port": port}},
            "devices": {BUTTON: button, OTHER: {**button, "channel": 2}},
        }
    )


def presses(b: Bench) -> list[Observed]:
    return [event for event in b.heard.of(Observed) if event.press is not None]


def test_the_board_of_the_manual() -> None:
    tapped, held = (point for point in TABLES[RB4].points["relief-button"] if isinstance(point, Latch))
    assert (tapped.at(2), held.at(2)) == (Span("input", 18, 4), Span("input", 22, 4))
    assert held.read((57005, 48879, 5, 4)) == Presses(3_735_928_559, 5, 4)
    assert (tapped.take(2, 5), held.take(2, 5)) == (Write("holding", 12, (5,)), Write("holding", 13, (5,)))
    assert shown("relief_latched", "relief-button", "tamper", 3, {("discrete", 2): 1}) is True


async def test_short_and_long_presses_are_told_apart_and_answered() -> None:
    async with serving(site_at()) as (line, port), driving(line, site_at(port)) as b:
        for device, way in ((BUTTON, ""), (BUTTON, "held"), (BUTTON, "tapped"), (OTHER, "held")):
            line.hosts[device].press(way)
        await until_async(lambda: len(presses(b)) == 4)
        assert sorted((event.device, event.point) for event in presses(b)) == [
            (BUTTON, "held"),
            (BUTTON, "tapped"),
            (BUTTON, "tapped"),
            (OTHER, "held"),
        ]
        assert len({(event.device, event.press) for event in presses(b)}) == 4
        b.heard.commit()
        await until_async(lambda: not any(line.models[device].unanswered for device in (BUTTON, OTHER)))  # type: ignore[attr-defined]
