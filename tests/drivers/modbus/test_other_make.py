"""The driver against units of another make (npm modbus-serial), on lines made by socat: TCP, RTU, RTU over TCP, TLS."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.modbus.link import ModbusDriver
from drivers.mosquitto import free_port
from edge.clock import SystemClock
from edge.errors import StartRefused
from edge.events import ConnectionChanged
from edge.problems import NO_SOUND
from edge.site import Site
from tests.broker import until, until_async
from tests.drivers.modbus.line import BAY, BUTTON, MASKING, SENSOR, STRIKE, Bench, Heard, makes_at
from tests.drivers.modbus.other import Peer, needs, pty_pair, secured, socat

SERIES = (0xDEAD, 0xBEEF)


def prepare(peer: Peer) -> None:
    """The units of `makes_at` as they are after power-up."""
    peer.set("input", 20, 0, 1000)
    peer.set("input", 20, 14, *SERIES, 4, 4)
    peer.set("discrete", 20, 1, 0)
    peer.set("holding", 20, 11, 4)
    peer.set("holding", 7, 0, 0)
    peer.set("input", 7, 3, 0, 50)
    peer.set("input", 7, 141, 400, 0, 1, 0, 0x8000)
    peer.set("holding", 7, 140, 400)
    peer.set("coil", 7, 12, 0)
    peer.set("input", 12, 30, 0x542D, 0x3137, 0, 0, 0, 0, 0, 0, 0)
    peer.set("coil", 12, 2, 0)
    peer.set("input", 14, 1, 0)
    peer.set("coil", 14, 1, 0)
    peer.set("discrete", 9, 5, 1)


class Meeting(Bench):
    """The driver and the other make's units; their heartbeats go on."""

    def __init__(self, peer: Peer, driver: ModbusDriver, heard: Heard) -> None:
        super().__init__(None, driver, heard)  # type: ignore[arg-type]
        self.peer = peer


@asynccontextmanager
async def meeting(peer: Peer, site: Site) -> AsyncIterator[Meeting]:
    heard = Heard(commits=True)
    driver = ModbusDriver("line", site, heard, SystemClock())
    driver.start()
    beating = asyncio.create_task(asyncio.to_thread(_beat, peer, stopping := asyncio.Event()))
    try:
        yield Meeting(peer, driver, heard)
    finally:
        stopping.set()
        await beating
        await asyncio.to_thread(driver.stop)
        heard.end()


def _beat(peer: Peer, stopping: asyncio.Event) -> None:
    seconds = 0
    while not stopping.is_set():
        seconds += 1
        peer.set("input", 20, 0, seconds)
        peer.set("input", 7, 3, 0, seconds)


async def all_of_it(m: Meeting) -> None:
    """Everything is read, an order of each kind obeyed, a press answered."""
    for device in (BUTTON, MASKING, BAY, STRIKE, SENSOR):
        await m.hears(device, "link", True)
    await m.hears(MASKING, "level", 40.0)
    await m.hears(BAY, "terminal", "T-17")
    await m.hears(SENSOR, "present", True)
    await until_async(lambda: m.heard.bad(MASKING, "ambient") == [NO_SOUND])
    m.send(STRIKE, "unlocked", 60)
    m.send(MASKING, 42.5, point="level")
    m.send(BAY, True, point="release")
    await until_async(lambda: {("coil", 14, 1, 1), ("holding", 7, 140, 425), ("coil", 12, 2, 1)} <= {*m.peer.wrote})
    await m.hears(BAY, "release", True)
    assert m.heard.presses_of(BUTTON) == []
    await asyncio.to_thread(m.peer.set, "input", 20, 16, 5)
    await until_async(lambda: m.heard.presses_of(BUTTON) == ["line-20-2-deadbeef-5"])
    await until_async(lambda: ("holding", 20, 11, 5) in m.peer.wrote)
    assert m.heard.garbage(MASKING) == []


async def test_over_tcp() -> None:
    with Peer() as peer:
        prepare(peer)
        async with meeting(peer, makes_at(peer.port)) as m:
            await all_of_it(m)


async def test_over_a_serial_line(tmp_path: Path) -> None:
    needs("socat")
    with pty_pair(tmp_path) as (ours, theirs), Peer(theirs) as peer:
        prepare(peer)
        site = makes_at(line={"protocol": "modbus-rtu", "device": ours, "baudrate": 38400, "parity": "none", "timeout": "2 s"})
        async with meeting(peer, site) as m:
            await all_of_it(m)


async def test_through_a_converter_that_passes_octets_on(tmp_path: Path) -> None:
    needs("socat")
    port = free_port()
    with pty_pair(tmp_path) as (ours, theirs), Peer(theirs) as peer:
        prepare(peer)
        with socat(f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,nodelay", f"FILE:{ours},raw,echo=0"):
            site = makes_at(line={"protocol": "modbus-rtu-tcp", "host": "127.0.0.1", "port": port, "timeout": "2 s"})
            async with meeting(peer, site) as m:
                await all_of_it(m)


async def test_over_tls_with_certificates_on_both_sides(certificates: Path) -> None:
    needs("socat")
    port = free_port()
    device = f"cert={certificates}/device.pem,key={certificates}/device.key,cafile={certificates}/ca.pem,verify=1"
    with Peer() as peer:
        prepare(peer)
        listen = f"OPENSSL-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,{device}"
        with socat(listen, f"TCP:127.0.0.1:{peer.port},nodelay"):
            site = makes_at(line=secured(port, certificates))
            async with meeting(peer, site) as m:
                await all_of_it(m)
            assert "not trusted" in _problem(makes_at(line=secured(port, certificates, ca="other.pem")))
            # The device refuses a certificate of another authority; with TLS 1.3 it says so after the handshake.
            before = len(peer.wrote)
            stranger = makes_at(line=secured(port, certificates, certificate="stranger.pem", key="stranger.key"))
            async with meeting(peer, stranger) as m:
                await until_async(lambda: len(m.heard.of(ConnectionChanged)) > 0)
                await m.hears(BUTTON, "link", False)
            assert len(peer.wrote) == before


def _problem(site: Site) -> str:
    heard = Heard(commits=False)
    driver = ModbusDriver("line", site, heard, SystemClock())
    driver.start()
    try:
        until(lambda: heard.lines() == [False])
    finally:
        driver.stop()
    return str(heard.of(ConnectionChanged)[0].problem)


def test_certificates_that_cannot_be_used_refuse_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match=r"the TLS files of the Modbus connection cannot be used .*edge.pem"):
        ModbusDriver("line", makes_at(line=secured(1, tmp_path)), Heard(commits=False), SystemClock())
