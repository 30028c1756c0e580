"""Scans beside the controller: each a process of its own on a real line, one at a time, over by itself and on demand; on a serial
line through the driver that speaks there."""

from collections.abc import AsyncIterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from api.scan_port import ScanSeen
from drivers.mosquitto import Broker, free_port
from drivers.virtual.modbus import VirtualModbusLine
from edge.clock import SystemClock
from edge.errors import Unreachable
from edge.refusal import Refusal
from edge.scans import AskOn, LineScans
from edge.site import Site
from tests.broker import Plain, small_site, until_async
from tests.broker import broker as broker
from tests.drivers.modbus.cable import Cable
from tests.drivers.modbus.line import BACK, FRONT, driving, serving, site_at

PATIENCE_S = 40.0
"""For a program that starts on a busy machine."""
BY = "A. Asentaja"
ALL = range(1, 248)


@pytest_asyncio.fixture
async def line() -> AsyncIterator[Site]:
    """Virtual units on a Modbus TCP line."""
    async with serving(site_at()) as (_, port):
        yield site_at(port)


def none_asks(connection: str, _: Any) -> Future[Any]:
    raise AssertionError(connection)


async def scans_of(site: Site, ask_on: AskOn = none_asks, **more: Any) -> LineScans:
    scans = LineScans(Path(), SystemClock().now, **more)
    await scans.serve_site(site, ask_on)
    return scans


def last(scans: LineScans) -> ScanSeen:
    found = scans.last()
    assert found is not None
    return found


async def over(scans: LineScans) -> ScanSeen:
    await until_async(lambda: last(scans).how != "running", PATIENCE_S)
    return last(scans)


def children() -> list[str]:
    """Processes that this one has started and that look around."""
    ours = [pid for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()]
    return [pid for pid in ours if b"edge.scan_process" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_units_are_told_with_what_the_site_file_knows_and_lines_for_the_rest(line: Site) -> None:
    scans = await scans_of(line)
    scans.begin("line", BY, range(2, 4))
    assert (last(scans).how, last(scans).by, last(scans).connection) == ("running", BY, "line")
    scan = await over(scans)
    assert (scan.how, scan.asked, scan.problem) == ("done", 3, None)
    assert [thing.known_as for thing in scan.found] == [FRONT, BACK, None, None]
    third = scan.found[2]
    assert (third.address, third.make, third.type) == ("unit 3 channel 3", "modbus.timed_door", "door-controller")
    assert third.line.startswith("  door-controller-unit-3-channel-3: {type: door-controller, connection: line,")
    assert third.details["vendor"] == "Example"
    assert children() == []


async def test_one_at_a_time_until_somebody_ends_it(line: Site) -> None:
    scans = await scans_of(line)
    await scans.end()
    scans.begin("line", BY, ALL)
    with pytest.raises(Refusal, match="A scan of line goes on"):
        scans.begin("line", BY, ALL)
    await until_async(lambda: last(scans).found, PATIENCE_S)
    assert last(scans).how == "running"
    await scans.end()
    assert children() == []
    scan = last(scans)
    assert (scan.how, scan.found != (), scan.asked is not None and scan.asked < 247) == ("ended", True, True)
    scans.begin("line", BY, range(3, 4))
    assert (await over(scans)).how == "done"


async def test_it_ends_by_itself(line: Site) -> None:
    scans = await scans_of(line, within_s=0.5)
    scans.begin("line", BY, ALL)
    assert (await over(scans)).how == "time"
    assert children() == []


async def test_another_site_ends_it_and_forgets_what_was_found(line: Site) -> None:
    scans = await scans_of(line)
    scans.begin("line", BY, ALL)
    await scans.serve_site(site_at(), none_asks)
    assert (scans.last(), children()) == (None, [])


async def test_a_line_that_is_not_there_is_said_in_one_sentence() -> None:
    scans = await scans_of(site_at(free_port()))
    scans.begin("line", BY, ALL)
    scan = await over(scans)
    assert scan.how == "failed"
    assert scan.problem is not None
    assert str(scan.problem.values["problem"]).startswith("nothing answers at")


async def test_a_secret_that_is_missing_is_named_and_not_told(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAN_TEST_PASSWORD", "")
    scans = await scans_of(small_site("secret", broker.port, username="x", password="env:SCAN_TEST_PASSWORD"))
    scans.begin("broker", BY, ALL)
    scan = await over(scans)
    assert scan.how == "failed"
    assert scan.problem is not None
    assert "env:SCAN_TEST_PASSWORD" in str(scan.problem.values["problem"])


async def test_on_a_serial_line_the_driver_that_speaks_there_asks() -> None:
    with Cable() as cable:
        ours, theirs = cable.ends
        site = site_at(protocol="modbus-rtu", device=ours, baudrate=38400, parity="none", timeout="0.1 s")
        units = VirtualModbusLine(site, "line", "boot", theirs)
        await units.start()
        try:
            async with driving(units, site) as b:
                scans = await scans_of(site, lambda connection, question: {"line": b.driver}[connection].ask(question))
                scans.begin("line", BY, range(2, 4))
                assert children() == []
                scan = await over(scans)
                assert (scan.how, scan.asked) == ("done", 3)
                assert [thing.known_as for thing in scan.found] == [FRONT, BACK, None, None]
                assert scan.found[2].line.startswith("  door-controller-unit-3-channel-3: {type: door-controller,")
                scans.begin("line", BY, range(100, 248))
                await until_async(lambda: last(scans).asked is not None, PATIENCE_S)
                await scans.end()
                assert last(scans).how == "ended"
                assert b.heard.values(FRONT, "link") == [True]
        finally:
            await units.stop()


async def test_a_serial_line_of_which_the_driver_is_gone_is_said_in_one_sentence() -> None:
    def nobody(connection: str, _: Any) -> Future[Any]:
        raise Unreachable(f"there is no line {connection} on which one can ask")

    scans = await scans_of(site_at(protocol="modbus-rtu", device="/dev/null"), nobody)
    with pytest.raises(Refusal, match="no connection elsewhere"):
        scans.begin("elsewhere", BY, ALL)
    scans.begin("line", BY, ALL)
    scan = await over(scans)
    assert scan.how == "failed"
    assert scan.problem is not None
    assert "no line line" in str(scan.problem.values["problem"])


async def test_a_broker_is_listened_to_beside_whoever_else_does(broker: Broker) -> None:
    site = small_site(f"scan-{uuid4().hex[:8]}", broker.port)
    scans = await scans_of(site, listen_s=1.0)
    with Plain(broker.port) as stranger:
        for topic in ("lamp/on", "sensor/present"):
            stranger.publish(f"talonmies/{site.site.id}/{topic}", "false", retain=True)
        scans.begin("broker", BY, ALL)
        scan = await over(scans)
        for topic in ("lamp/on", "sensor/present"):
            stranger.publish(f"talonmies/{site.site.id}/{topic}", "", retain=True)
    assert scan.how == "done"
    ours = {thing.address.rpartition("/")[2]: thing for thing in scan.found if site.site.id in thing.address}
    assert (ours["sensor"].known_as, ours["lamp"].known_as) == ("sensor", None)
    assert ours["lamp"].line.startswith("  lamp: {type: relay, connection: broker}")
