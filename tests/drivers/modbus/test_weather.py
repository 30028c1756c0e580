"""Safety R11: whatever one unit answers, no old value is taken for a fresh one, no door is moved by an answer to something else,
its neighbours are read at least half as often, and its devices are reported within five seconds."""

import asyncio
import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymodbus.framer.rtu import FramerRTU

from drivers.modbus.wire import PymodbusWire
from drivers.virtual.modbus import VirtualModbusLine
from edge.errors import DeviceFault
from edge.problems import NO_CHIP, NONSENSE
from edge.profiles.modbus_table import Span, Write
from edge.site.connections import ModbusRtuTcpConnection, ModbusTcpConnection
from tests.broker import until_async
from tests.drivers.modbus import weather
from tests.drivers.modbus.liar import Liar, Request, frame
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
from tests.drivers.modbus.weather import Exchange, Fault, Weather

TOLD_WITHIN_S = 5.0
FAULTS: dict[str, Fault] = {
    "silent": weather.silent,
    "wrong transaction": weather.wrong_transaction,
    "wrong unit": weather.wrong_unit,
    "too late": weather.too_late,
    "the answer before": weather.answer_before,
    "truncated": weather.truncated,
    "short": weather.short,
    "long": weather.long,
    "exception 4": weather.exception(4),
    "exception 6": weather.exception(6),
    "exception 11": weather.exception(11),
}


class Trial:
    """One line whose unit 3 has a fault, and what became of its devices and neighbours."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rate = 0.0

    async def run(self, measured: asyncio.Barrier) -> None:
        async with serving(site_at()) as (line, port), Weather(port) as proxy, driving(line, site_at(proxy.port)) as b:
            if fault := FAULTS.get(self.name):
                proxy.faults[3] = fault
                line.set(FRONT, "contact", "open")
            await measured.wait()
            before = line.units[9].requests
            await asyncio.sleep(3)  # the time over which cycles are counted
            self.rate = line.units[9].requests - before
            if fault:
                await self._while_faulty(line, b)
                proxy.faults.clear()
                await self._healed(line, b)

    async def _while_faulty(self, line: VirtualModbusLine, b: Bench) -> None:
        await until_async(lambda: b.heard.last(FRONT, "link") is False, TOLD_WITHIN_S - 3)
        assert "open" not in b.heard.values(FRONT, "contact"), self.name
        assert b.heard.values(STORE, "link") == [True], self.name
        assert line.state(BACK, "lock") == line.state(FRONT, "lock") == "locked", self.name

    async def _healed(self, line: VirtualModbusLine, b: Bench) -> None:
        await b.hears(FRONT, "contact", "open")
        assert b.heard.last(FRONT, "link") is True
        b.send(BACK, "unlocked", 60)
        await b.hears(BACK, "lock", "unlocked")
        assert line.state(FRONT, "lock") == "locked"


async def test_one_bad_unit_is_reported_and_hurts_no_neighbour() -> None:
    trials = [Trial("well"), *map(Trial, FAULTS)]
    together = asyncio.Barrier(len(trials))
    await asyncio.gather(*(trial.run(together) for trial in trials))
    # Beside each other, so that a slow machine is as slow to the one as to the others.
    well, *faulty = trials
    assert [trial.name for trial in faulty if trial.rate < well.rate / 2] == []


async def test_answers_that_come_twice_are_taken_once() -> None:
    async with serving(site_at()) as (line, port), Weather(port) as proxy, driving(line, site_at(proxy.port)) as b:
        proxy.faults[3] = proxy.faults[9] = weather.twice
        for value in ("open", "closed") * 3:
            line.set(FRONT, "contact", value)
            await b.hears(FRONT, "contact", value)
        assert b.heard.values(FRONT, "contact") == ["closed", *("open", "closed") * 3]


async def test_registers_of_ones_are_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.modbus.teller.LOST_AFTER_S", 0.5)

    def ones(exchange: Exchange, _: random.Random) -> weather.Frames:
        return [(0, exchange.with_pdu(exchange.pdu[:2] + b"\xff" * (len(exchange.pdu) - 2)))]

    async with serving(makes_at()) as (line, port), Weather(port) as proxy, driving(line, makes_at(proxy.port)) as b:
        await b.hears(MASKING, "level", 40.0)
        proxy.faults.update(dict.fromkeys((7, 12, 20), ones))
        await until_async(lambda: b.heard.bad(MASKING, "level") == [NONSENSE], TOLD_WITHIN_S)
        await until_async(lambda: b.heard.bad(BAY, "terminal") == [NO_CHIP], TOLD_WITHIN_S)
        await b.hears(BUTTON, "link", False)
        assert b.heard.presses_of(BUTTON) == []
        assert b.heard.values(STRIKE, "link") == [True]


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.soak if seed >= 2 else []) for seed in range(60)])
def test_an_answer_is_that_to_the_request_or_none(seed: int) -> None:
    """The n-th request is answered with n, in all weathers."""
    chance, answers = random.Random(seed), list[bytes]()
    faults = [*FAULTS.values(), weather.twice, weather.bits_flipped, *[weather.well] * 10]

    def answer(number: int, request: Request) -> weather.Frames:
        head = frame(request, b"")
        whole = frame(request, bytes((3, 2)) + number.to_bytes(2, "big"))
        exchange = Exchange(head[:7] + request.pdu, whole, list(answers))
        answers.append(whole)
        for pause_s, octets in chance.choice(faults)(exchange, chance):
            yield min(pause_s, 0.04), octets

    described = {"host": "127.0.0.1", "timeout": "0.03 s"}
    with Liar(answer) as liar:
        wire = PymodbusWire(ModbusTcpConnection(protocol="modbus-tcp", port=liar.port, **described))  # type: ignore[arg-type]
        right = 0
        with contextlib.closing(wire):
            for _ in range(60):
                with contextlib.suppress(DeviceFault):
                    wire.open()
                    (value,) = wire.read(3, Span("holding", 10))
                    # Requests are answered one after another: this one was the last.
                    assert value == len(answers) - 1
                    right += 1
    assert right


def test_what_comes_too_late_on_a_converter_is_thrown_away() -> None:
    """Serial frames: the answer to the first request comes when nobody waits for it any more."""

    def checked(body: bytes) -> bytes:
        return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")

    late, came = threading.Event(), threading.Event()

    def serve(listening: socket.socket) -> None:
        talking, _ = listening.accept()
        with talking:
            for value in (1, 2):
                talking.recv(8, socket.MSG_WAITALL)
                if value == 1:
                    assert late.wait(10)
                talking.sendall(checked(bytes((3, 3, 2, 0, value))))
                came.set()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        port = listening.getsockname()[1]
        wire = PymodbusWire(ModbusRtuTcpConnection(protocol="modbus-rtu-tcp", host="127.0.0.1", port=port, timeout="0.3 s"))  # type: ignore[arg-type]
        wire.open()
        with pytest.raises(DeviceFault):
            wire.read(3, Span("holding", 10))
        late.set()
        assert came.wait(10)
        assert wire.read(3, Span("holding", 10)) == (2,)
        thread.join()
        wire.close()


class Said:
    """What the server says next."""

    octets: Callable[[Request], bytes] = staticmethod(lambda _: b"")


@given(octets=st.binary(max_size=40), framed=st.booleans(), write=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_malformed_frames_are_no_answers(said: tuple[Said, PymodbusWire], octets: bytes, framed: bool, write: bool) -> None:
    server, wire = said
    server.octets = lambda request: frame(request, octets) if framed else octets
    meant = {False: bytes((3, 2)) + octets[2:4], True: bytes((16, 0, 10, 0, 1))}[write]
    wire.open()
    try:
        if write:
            wire.write(3, Write("holding", 10, (7,)))
        else:
            wire.read(3, Span("holding", 10))
    except DeviceFault:
        return
    assert framed
    assert octets[: len(meant)] == meant


@pytest.fixture(scope="module")
def said() -> Iterator[tuple[Said, PymodbusWire]]:
    server = Said()
    with Liar(lambda _, request: [(0, server.octets(request))]) as liar:
        described = {"host": "127.0.0.1", "port": liar.port, "timeout": "0.02 s"}
        wire = PymodbusWire(ModbusTcpConnection(protocol="modbus-tcp", **described))  # type: ignore[arg-type]
        yield server, wire
        wire.close()
