"""A scan of a serial line on which the controller speaks: the driver asks for it, between its own reads and after its orders."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from drivers.modbus.link import ModbusDriver
from drivers.modbus.scan import scan
from drivers.scanning import Found, ScanOrder
from drivers.virtual.modbus import VirtualModbusLine
from edge.errors import Unreachable
from edge.site import Site
from tests.broker import until_async
from tests.drivers.modbus.cable import Cable
from tests.drivers.modbus.line import BUTTON, FRONT, STORE, driving, makes_at, serving, site_at
from tests.drivers.modbus.other import Peer, needs, pty_pair
from tests.drivers.modbus.test_other_make import meeting, prepare

if TYPE_CHECKING:
    from pymodbus.pdu import ModbusPDU

OWN = {3, 9}
"""Units of the site file."""


class Overheard(VirtualModbusLine):
    """asked: the unit of each request, in their order."""

    asked: list[int]

    def _answer(self, sending: bool, pdu: "ModbusPDU") -> "ModbusPDU":
        if not sending:
            self.asked.append(pdu.dev_id)
        return super()._answer(sending, pdu)


@pytest.fixture
def cable() -> Iterator[Cable]:
    with Cable() as cable:
        yield cable


def serial(port: str, timeout: str = "0.15 s") -> dict[str, Any]:
    return {"protocol": "modbus-rtu", "device": port, "baudrate": 38400, "parity": "none", "timeout": timeout}


def with_a_board(site: Site) -> Site:
    """The same line with a unit more, which no site file knows."""
    board = site.devices[FRONT].model_copy(update={"unit": 5})
    return site.model_copy(update={"devices": {**site.devices, "board": board}})


def order(driver: ModbusDriver, site: Site, units: range) -> ScanOrder:
    async def ask(question: object) -> object:
        return await asyncio.wrap_future(driver.ask(question))  # type: ignore[arg-type]

    return ScanOrder("line", site.connections["line"], site, str, units=units, shared=True, ask=ask)


async def found_by(driver: ModbusDriver, site: Site, units: range) -> list[Found]:
    return [found async for found in scan(order(driver, site, units))]


async def test_the_units_of_the_site_are_read_between_any_two_questions_to_numbers_that_nobody_has(
    cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.modbus.teller.LOST_AFTER_S", 3.0)
    ours, theirs = cable.ends
    site = site_at(**serial(ours))
    line = Overheard(with_a_board(site), "line", "boot", theirs)
    line.asked = []
    await line.start()
    try:
        async with driving(line, site) as b:
            line.asked.clear()
            b.send(FRONT, "unlocked", 60)
            found = await found_by(b.driver, site, range(2, 10))
            asked = [*line.asked]
            await b.hears(FRONT, "lock", "unlocked")
            assert b.heard.values(FRONT, "link") == b.heard.values(STORE, "link") == [True]
            assert b.heard.lines() == [True]
            line.units[9].silent = True
            await b.hears(STORE, "link", False)
            assert [f.make for f in await found_by(b.driver, site, range(5, 6))] == ["modbus.timed_door"] * 4
            assert b.heard.values(FRONT, "link") == [True], "one silent unit and a scan take turns"
    finally:
        await line.stop()
    assert {f.address.partition(" channel")[0] for f in found} == {"unit 3", "unit 5", "unit 9"}
    silent = [place for place, unit in enumerate(asked) if unit not in OWN | {5}]
    assert [asked[place] for place in silent] == [2, 4, 6, 7, 8]
    for first, second in pairwise(silent):
        assert set(asked[first:second]) >= OWN, (asked, first)


async def test_a_line_that_is_closed_or_not_there_is_said(cable: Cable) -> None:
    ours, theirs = cable.ends
    site = site_at(**serial(ours))
    line = VirtualModbusLine(site, "line", "boot", theirs)
    await line.start()
    try:
        async with driving(line, site) as b:
            looking = asyncio.create_task(found_by(b.driver, site, range(20, 200)))
            await asyncio.to_thread(b.driver.stop)
            with pytest.raises(Unreachable):
                await looking
            with pytest.raises(Unreachable, match="closed"):
                await found_by(b.driver, site, range(3, 4))
    finally:
        await line.stop()
    nowhere = site_at(**serial("/dev/not-there"))
    async with serving(site_at()) as (other, port), driving(other, site_at(port)) as b:
        driver = ModbusDriver("line", nowhere, b.heard, b.driver._clock)
        driver.start()
        try:
            with pytest.raises(Unreachable, match="/dev/not-there cannot be used"):
                await found_by(driver, nowhere, range(3, 4))
        finally:
            await asyncio.to_thread(driver.stop)


async def test_units_of_another_make_are_found_and_a_press_comes_meanwhile(tmp_path: Path) -> None:
    needs("socat")
    with pty_pair(tmp_path) as (ours, theirs), Peer(theirs) as peer:
        prepare(peer)
        peer.identify(5, {0: "EXAMPLE", 1: "SM-8"})
        peer.set("holding", 6, 0, 1)
        site = makes_at(line=serial(ours, "0.5 s"))
        async with meeting(peer, site) as m:
            await m.hears(BUTTON, "link", True)
            looking = asyncio.create_task(found_by(m.driver, site, range(5, 8)))
            await asyncio.to_thread(peer.set, "input", 20, 16, 5)
            found = await looking
            await until_async(lambda: m.heard.presses_of(BUTTON) == ["line-20-2-deadbeef-5"])
    assert {(f.address, f.make) for f in found} >= {("unit 5 channel 1", "modbus.masking_unit"), ("unit 6", None)}
    assert not {area for area, unit, _, _ in peer.wrote if unit in (5, 6)}
