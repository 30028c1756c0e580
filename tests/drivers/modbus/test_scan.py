"""A line that is looked around on: our virtual units, and those of another make (npm modbus-serial)."""

import pytest

from drivers.modbus.scan import Heard, scan
from drivers.scanning import Found, ScanOrder, proposed_lines
from edge.errors import Unreachable
from edge.site import Site
from tests.drivers.modbus.line import BACK, FRONT, makes_at, serving, site_at
from tests.drivers.modbus.other import Peer


async def scanned(port: int, units: range, site: Site | None = None) -> list[Found]:
    section = makes_at(line={"protocol": "modbus-tcp", "host": "127.0.0.1", "port": port, "timeout": "0.2 s"}).connections["line"]
    return [found async for found in scan(ScanOrder("line", section, site, str, units=units))]


async def test_units_of_our_makes_are_proposed_channel_by_channel_and_those_of_the_site_are_known() -> None:
    async with serving(site_at()) as (_, port):
        found = await scanned(port, range(2, 10), site_at())
    doors = [f for f in found if f.make == "modbus.timed_door"]
    assert [(f.address, f.known_as) for f in doors] == [
        ("unit 3 channel 1", FRONT),
        ("unit 3 channel 2", BACK),
        ("unit 3 channel 3", None),
        ("unit 3 channel 4", None),
    ]
    assert doors[2].details == (("vendor", "Example"), ("product", "DC-4"), ("revision", "1.0"))
    (board,) = [f for f in found if f not in doors]
    assert (board.address, board.make, board.type, board.entry) == ("unit 9", "modbus.relay_board", None, {})
    lines = [*proposed_lines(found)]
    assert lines[2] == (
        "  door-controller-unit-3-channel-3: "
        "{type: door-controller, connection: line, profile: modbus.timed_door, unit: 3, channel: 3}"
        "  # unit 3 channel 3 Example DC-4"
    )
    assert lines[4] == "  # unit 9 Example RB-8: ?"


async def test_units_of_another_make() -> None:
    with Peer() as peer:
        peer.set("holding", 4, 0, 1)
        peer.identify(5, {0: "Acme", 1: "X-1"})
        peer.identify(6, {0: "EXAMPLE", 1: "sm-8 "})
        found = await scanned(peer.port, range(3, 8))
    assert [(f.address, f.what, f.make) for f in found[:2]] == [("unit 4", "", None), ("unit 5", "Acme X-1", None)]
    assert {f.make for f in found[2:]} == {"modbus.masking_unit"}
    assert len(found[2:]) == 8
    assert peer.wrote == []


async def test_a_line_that_is_not_there_is_said() -> None:
    async with serving(site_at()) as (_, port):
        pass
    with pytest.raises(Unreachable):
        await scanned(port, range(1, 3))


def test_a_unit_that_says_little_is_of_no_make() -> None:
    assert [Heard(1, objects).make for objects in ({}, {0: "Example"}, {1: "DC-4"}, {0: "Example", 1: "DC-5"})] == [None] * 4
