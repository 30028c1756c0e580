"""Safety R11 by numbers: each fault two hundred times, on TCP and on RTU frames, while doors are used and their leaves move. What
is told of a door is always how it is, no door moves but the one that was meant, and the neighbours do not notice."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from drivers.virtual.modbus import VirtualModbusLine
from edge.errors import Unreachable
from edge.points import Value
from edge.site import Site
from edge.site.connections import ModbusRtuTcpConnection, ModbusTcpConnection
from tests.broker import until_async
from tests.drivers.modbus import weather
from tests.drivers.modbus.line import (
    BACK,
    BAY,
    BUTTON,
    FRONT,
    MASKING,
    STORE,
    STRIKE,
    Bench,
    driving,
    makes_at,
    serving,
    site_at,
)
from tests.drivers.modbus.weather import Exchange, Fault, Frames, RtuWeather, Weather

TIMES, SOME = 200, 2
BAD, NEIGHBOUR = 3, 9
TOLD_WITHIN_S = 5.0
TIMEOUT_S = 0.3
OF_BOTH: Mapping[str, Fault] = {
    "silent": weather.silent,
    "wrong unit": weather.wrong_unit,
    "wrong function": weather.wrong_function,
    "too late": weather.too_late,
    "truncated and reset": weather.truncated,
    "short": weather.short,
    "long": weather.long,
    **{f"exception {code}": weather.exception(code) for code in (1, 2, 3, 4, 5, 6, 8, 10, 11)},
}
FAULTS: Mapping[str, Mapping[str, Fault]] = {
    "tcp": {
        **OF_BOTH,
        "wrong transaction": weather.wrong_transaction,
        "the answer before": weather.answer_before,
        "bits of the head": weather.bits_flipped,
    },
    "rtu": {**OF_BOTH, "any bits": weather.any_bits_flipped},
}


@asynccontextmanager
async def faulty_line(framing: str, seed: int) -> AsyncIterator[tuple[VirtualModbusLine, Weather, Bench]]:
    def at(port: int) -> Site:
        described = {"host": "127.0.0.1", "port": port, "timeout": f"{TIMEOUT_S} s"}
        protocol = {"tcp": "modbus-tcp", "rtu": "modbus-rtu-tcp"}[framing]
        line = {"tcp": ModbusTcpConnection, "rtu": ModbusRtuTcpConnection}[framing](protocol=protocol, **described)
        return site_at().model_copy(update={"connections": {"line": line}})

    proxies = {"tcp": Weather, "rtu": RtuWeather}
    async with serving(at(1)) as (line, port), proxies[framing](port, seed) as proxy, driving(line, at(proxy.port)) as bench:
        yield line, proxy, bench


class Trial:
    """One fault, so many times, each time in the way of the next answers of the unit with two doors."""

    def __init__(self, framing: str, name: str, times: int) -> None:
        self.framing, self.name, self.times = framing, name, times
        self._chance = random.Random(f"{framing} {name}")
        self._left = 0

    async def run(self) -> None:
        seed = self._chance.randrange(2**16)
        async with faulty_line(self.framing, seed) as (self.line, self.proxy, self.bench):
            self.proxy.faults[BAD] = self._fault
            self.leaf, self.unlocks = [self.line.state(FRONT, "contact")], 0
            for number in range(self.times):
                await self._once(number)
            self._judge()

    def _fault(self, exchange: Exchange, chance: random.Random) -> Frames:
        if not self._left:
            return weather.well(exchange, chance)
        self._left -= 1
        return FAULTS[self.framing][self.name](exchange, chance)

    async def _once(self, number: int) -> None:
        self._left = self._chance.randint(1, 3)
        leaf = ("open", "closed")[number % 2]
        self.line.set(FRONT, "contact", leaf)
        self.leaf.append(leaf)
        if self._chance.random() < 0.5:
            wish = self._chance.choice(("unlocked", "locked"))
            with contextlib.suppress(Unreachable):  # while it is lost
                self.bench.send(BACK, wish, 600)
                self.unlocks += wish == "unlocked"
        await until_async(lambda: not self._left, 30)
        await self._is_told(FRONT, "contact")
        await self._is_told(BACK, "lock")

    async def _is_told(self, device: str, point: str) -> None:
        """As it is: what was written and not answered may have been done, and a release that nobody feeds ends by itself."""
        try:
            await until_async(lambda: self.bench.heard.last(device, point) == self.line.state(device, point), 30)
        except TimeoutError:
            pytest.fail(f"{self}: {device} is {self.line.state(device, point)}, and says {self.bench.heard.last(device, point)}")

    def _judge(self) -> None:
        heard = self.bench.heard
        assert _changes(heard.values(FRONT, "contact")) == self.leaf, f"{self}: an old value was taken for a fresh one"
        unlocked = _changes(heard.values(BACK, "lock")).count("unlocked")
        assert unlocked <= self.unlocks, f"{self}: a lock was unlocked {unlocked} times, for {self.unlocks} commands"
        assert set(heard.values(BACK, "contact")) == {"closed"}, f"{self}: a leaf moved that did not"
        assert self.line.state(FRONT, "lock") == self.line.state(STORE, "lock") == "locked", f"{self}: another door moved"
        assert set(heard.values(FRONT, "lock")) == set(heard.values(STORE, "lock")) == {"locked"}, str(self)
        assert set(heard.values(STORE, "link")) == {True}, f"{self}: a neighbour was lost"
        assert heard.lines() == [True], str(self)

    def __str__(self) -> str:
        return f"{self.name} on {self.framing}"


def _changes(values: Sequence[Value]) -> list[Value]:
    """What is said anew after a loss is no change."""
    return [value for value, _ in itertools.groupby(values)]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit is left alone for less long, so that many faults take less long."""
    monkeypatch.setattr("drivers.modbus.breaker._FIRST_S", 0.05)
    monkeypatch.setattr("drivers.modbus.breaker._LONGEST_S", 0.2)


@pytest.mark.parametrize("framing", FAULTS)
async def test_a_fault_of_one_unit_is_no_value_and_moves_no_door(framing: str, quick: None) -> None:
    await asyncio.gather(*(Trial(framing, name, SOME).run() for name in FAULTS[framing]))


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("framing", "name"), [(framing, name) for framing, names in FAULTS.items() for name in names])
async def test_each_fault_two_hundred_times(framing: str, name: str, quick: None) -> None:
    await Trial(framing, name, TIMES).run()


@pytest.mark.parametrize("times", [SOME, pytest.param(TIMES, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])])
async def test_registers_of_ones_are_no_press_no_level_and_no_terminal(times: int, quick: None) -> None:
    units, chance, left = {20: BUTTON, 7: MASKING, 12: BAY}, random.Random(11), dict[int, int]()

    def ones(exchange: Exchange, _: random.Random) -> Frames:
        if not left.get(exchange.unit) or exchange.function != 4:
            return [(0, exchange.answer)]
        left[exchange.unit] -= 1
        return [(0, exchange.with_pdu(exchange.pdu[:2] + b"\xff" * (len(exchange.pdu) - 2)))]

    async with serving(makes_at()) as (line, port), Weather(port) as proxy, driving(line, makes_at(proxy.port)) as bench:
        proxy.faults.update(dict.fromkeys(units, ones))
        presses, heard = list[str](), bench.heard
        for number in range(times):
            left.update({unit: chance.randint(1, 3) for unit in units})
            await until_async(lambda: not any(left.values()), 30)
            if number % 10 == 0:  # and a real press is none too many
                presses.append(line.hosts[BUTTON].press())
                await until_async(lambda: len(set(heard.presses_of(BUTTON))) == len(presses), 30)
        assert set(heard.values(MASKING, "level")) == {40.0}
        assert set(heard.values(BAY, "terminal")) == {f"terminal-{BAY}"}
        assert len(set(heard.presses_of(BUTTON))) == len(presses), "told again by the same id, or not at all"
        assert set(heard.values(STRIKE, "link")) == {True}


class Neighbour:
    """A line one of whose units has a fault for good, or none; how often its neighbour is asked meanwhile, and when it is told."""

    def __init__(self, framing: str, name: str) -> None:
        self.framing, self.name = framing, name
        self.asked, self.told_after_s = 0, 0.0

    async def run(self, measured: asyncio.Barrier, lasts_s: float) -> None:
        async with faulty_line(self.framing, 7) as (_, proxy, bench):
            await measured.wait()
            began, before = asyncio.get_running_loop().time(), proxy.exchanges[NEIGHBOUR]
            if fault := FAULTS[self.framing].get(self.name):
                proxy.faults[BAD] = fault
                await until_async(lambda: bench.heard.last(FRONT, "link") is False or bench.heard.garbage(FRONT), 30)
                self.told_after_s = asyncio.get_running_loop().time() - began
            await asyncio.sleep(lasts_s - self.told_after_s)  # the time over which cycles are counted
            self.asked = proxy.exchanges[NEIGHBOUR] - before


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("framing", FAULTS)
async def test_neighbours_are_asked_half_as_often_or_more_and_the_fault_is_told(framing: str) -> None:
    for name in FAULTS[framing]:
        well, faulty = Neighbour(framing, "well"), Neighbour(framing, name)
        together = asyncio.Barrier(2)
        # Beside each other, so that a slow machine is as slow to the one as to the other.
        await asyncio.gather(*(trial.run(together, 6) for trial in (well, faulty)))
        print(f"{framing} {name}: {faulty.asked} of {well.asked}, told after {faulty.told_after_s:.2f} s")
        assert faulty.asked >= well.asked / 2, name
        assert faulty.told_after_s <= TOLD_WITHIN_S, name
