"""The driver against a real Modbus server on loopback."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drivers.modbus.link import ModbusDriver
from drivers.modbus.unit import TABLES
from drivers.port import Counted
from drivers.virtual.device import Behaviour
from drivers.virtual.modbus import VirtualModbusLine
from edge.clock import FastClock, SystemClock
from edge.errors import IllegalCommand, IllegalInput, Unreachable
from edge.profiles.modbus_table import Watchdog
from edge.site import Site
from tests.broker import until_async
from tests.drivers.modbus.line import BACK, DC4, FAN, FRONT, STORE, Bench, Heard, bench, driving, serving, site_at


async def test_everything_is_said_once_and_then_what_changes() -> None:
    async with bench() as b:
        assert [b.heard.last(FRONT, point) for point in ("lock", "contact", "tamper")] == ["locked", "closed", False]
        assert [b.heard.last(STORE, point) for point in ("lock", "contact")] == ["locked", "closed"]
        assert b.heard.last(FAN, "on") is False
        b.line.set(BACK, "contact", "open")
        b.line.set(STORE, "contact", "open")
        b.line.set(BACK, "exit-request", True)
        await b.hears(BACK, "contact", "open")
        await b.hears(STORE, "contact", "open")
        await b.hears(BACK, "exit-request", True)
        assert b.heard.values(FRONT, "contact") == ["closed"]
        assert b.heard.lines() == [True]


async def test_the_relay_and_the_input_of_one_channel_are_two_devices() -> None:
    def with_frost(site: Site) -> Site:
        frost = site.devices[FAN].model_copy(update={"type": "alarm-input"})
        return site.model_copy(update={"devices": {FAN: site.devices[FAN], "frost": frost}})

    async with serving(with_frost(site_at())) as (line, port), driving(line, with_frost(site_at(port))) as b:
        b.send(FAN, True, point="on")
        await b.hears(FAN, "on", True)
        assert b.heard.values("frost", "active") == [False]
        line.set("frost", "active", True)
        await b.hears("frost", "active", True)
        assert (line.state(FAN, "on"), b.heard.values(FAN, "on")) == (True, [False, True])


async def test_an_order_is_written_read_back_and_ends_by_itself() -> None:
    async with bench() as b:
        b.send(FRONT, "unlocked", 1.9)
        await b.hears(FRONT, "lock", "unlocked")
        assert (b.line.state(FRONT, "lock"), b.line.state(BACK, "lock")) == ("unlocked", "locked")
        await b.hears(FRONT, "lock", "locked")
        b.send(STORE, "unlocked")
        b.send(FAN, True, point="on")
        await b.hears(STORE, "lock", "unlocked")
        await b.hears(FAN, "on", True)
        b.send(STORE, "locked")
        await b.hears(STORE, "lock", "locked")
        assert b.heard.garbage(FRONT) == []


async def test_an_answer_to_a_command_is_said_also_when_it_changed_nothing() -> None:
    async with bench() as b:
        b.line.models[FRONT].behaviour = Behaviour.JAMMED
        b.send(FRONT, "unlocked", 60)
        await until_async(lambda: b.heard.values(FRONT, "lock") == ["locked", "locked"])
        b.send(STORE, "locked")
        await until_async(lambda: b.heard.values(STORE, "lock") == ["locked", "locked"])


async def test_an_older_order_is_void_in_the_driver_and_in_the_unit() -> None:
    async with bench() as b:
        first = b.command(FRONT, "unlocked", 60)
        b.send(FRONT, "locked")
        b.driver.send(first)
        await until_async(lambda: len(b.heard.values(FRONT, "lock")) == 2)
        assert b.line.state(FRONT, "lock") == "locked"
    async with bench() as b:
        b.send(FRONT, "locked", epoch=9)
        await until_async(lambda: len(b.heard.values(FRONT, "lock")) == 2)
        # A controller that has lost its journal, or a second one.
        async with driving(b.line, site_at(int(b.line.serve_at[1]))) as second:
            second.send(FRONT, "unlocked", 60, epoch=8)
            await until_async(lambda: second.heard.garbage(FRONT) == ["shows another order than the one given"])
        assert b.line.state(FRONT, "lock") == "locked"


async def test_what_is_renewed_lasts_while_its_watchdog_is_fed_and_ends_with_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLES, DC4, replace(TABLES[DC4], watchdog=Watchdog(100, seconds=2)))  # type: ignore[arg-type]
    async with bench() as b:
        b.send(FRONT, "unlocked", 60)  # bounded by the watchdog alone
        end = time.monotonic() + 2.4  # longer than an order and than the watchdog
        while time.monotonic() < end:
            said = len(b.heard.values(BACK, "lock"))
            b.send(BACK, "unlocked", 2.2)
            await until_async(lambda said=said: len(b.heard.values(BACK, "lock")) > said)  # type: ignore[misc]
        for door in (FRONT, BACK):
            assert b.line.state(door, "lock") == "unlocked"
            assert set(b.heard.values(door, "lock")[1:]) == {"unlocked"}
        await asyncio.to_thread(b.driver.stop)
        # Long before the 60 seconds of the order itself.
        await until_async(lambda: (b.line.state(FRONT, "lock"), b.line.state(BACK, "lock")) == ("locked", "locked"))


async def test_a_relay_that_is_not_renewed_is_let_go() -> None:
    async with bench() as b:
        b.send(STORE, "unlocked", 0.7)
        await b.hears(STORE, "lock", "unlocked")
        await b.hears(STORE, "lock", "locked")
        assert b.line.state(STORE, "lock") == "locked"


async def test_a_silent_unit_is_lost_and_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.modbus.teller.LOST_AFTER_S", 1.0)
    async with bench() as b:
        b.line.units[9].silent = True
        await b.hears(STORE, "link", False)
        for _ in range(10):
            value = "open" if b.line.state(BACK, "contact") == "closed" else "closed"
            b.line.set(BACK, "contact", value)
            await b.hears(BACK, "contact", value)
        assert b.heard.values(FRONT, "link") == [True]


@pytest.mark.parametrize("code", [2, 6])
async def test_a_unit_that_refuses_is_reported_and_lost_and_comes_back(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.modbus.teller.LOST_AFTER_S", 0.5)
    async with bench() as b:
        b.line.units[3].exception = code
        b.line.set(FRONT, "contact", "open")
        await b.hears(FRONT, "link", False)
        (told,) = b.heard.garbage(FRONT)
        assert told.startswith(f"exception {code}")
        assert b.heard.values(FRONT, "contact") == ["closed"]
        assert b.heard.values(STORE, "link") == [True]
        b.line.units[3].exception = 0
        await b.hears(FRONT, "contact", "open")
        assert b.heard.last(FRONT, "link") is True


async def test_a_server_that_comes_back_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.modbus.teller.LOST_AFTER_S", 0.5)
    async with bench() as b:
        await b.line.stop()
        await until_async(lambda: b.heard.lines() == [True, False])
        await b.hears(FRONT, "link", False)
        with pytest.raises(Unreachable):
            b.send(FRONT, "unlocked", 60)
        await b.line.start()
        await b.hears(FRONT, "link", True)
        assert b.heard.lines() == [True, False, True]
        b.send(FRONT, "unlocked", 60)
        await b.hears(FRONT, "lock", "unlocked")


async def test_answers_refusals_and_silence_are_counted_by_device() -> None:
    async with bench() as b:
        assert isinstance(b.driver, Counted)
        counts = b.driver.requests()
        await until_async(lambda: counts[STORE].answered.count > 5)
        assert counts[STORE].answered.longest_s >= (counts[STORE].answered.last_s or 0) > 0
        assert (counts[FRONT].refused, counts[STORE].unanswered) == (0, 0)
        b.line.units[3].exception = 6
        b.line.units[9].silent = True
        await until_async(lambda: counts[FRONT].refused > 2 and counts[STORE].unanswered > 1)
        assert (counts[FRONT].unanswered, counts[STORE].refused) == (0, 0)


async def test_what_a_device_lacks_is_not_read() -> None:
    async with bench() as b:
        site = site_at(int(b.line.serve_at[1]))
        door = site.devices[STORE].model_copy(update={"lacks": ("contact",)})
        heard = Heard(commits=False)
        driver = ModbusDriver("line", site.model_copy(update={"devices": {**site.devices, STORE: door}}), heard, SystemClock())
        driver.start()
        await until_async(lambda: heard.last(STORE, "lock") == "locked")
        await asyncio.to_thread(driver.stop)
        assert heard.values(STORE, "contact") == []


def test_a_unit_counts_real_seconds_whatever_the_clock() -> None:
    fast = FastClock(20, datetime(2026, 11, 27, tzinfo=UTC))
    driver = ModbusDriver("line", site_at(), Heard(commits=False), fast)
    line = VirtualModbusLine(site_at(), "line", "boot", ("127.0.0.1", 0))
    command = replace(Bench(line, driver, Heard(commits=False)).command(FRONT, "unlocked", 60), at=fast.now())
    until = driver._lease_until(command)
    assert until is not None
    assert 2 < until - time.monotonic() <= 3


async def test_what_cannot_be_commanded() -> None:
    async with bench() as b:
        for device, point, value in ((FRONT, "contact", "open"), (FRONT, "lock", "ajar"), ("nobody", "lock", "locked")):
            with pytest.raises(IllegalCommand):
                b.send(device, value, point=point)
    with pytest.raises(IllegalInput):
        ModbusDriver("other", site_at(), Heard(commits=False), SystemClock())
