"""Virtual units on the lines that are neither plain TCP nor a serial port: RTU over TCP, and TLS with two certificates."""

import ssl
from pathlib import Path

from tests.broker import until_async
from tests.drivers.modbus.line import BAY, BUTTON, MASKING, Bench, driving, makes_at, serving
from tests.drivers.modbus.other import secured


async def _works(b: Bench) -> None:
    await b.hears(BAY, "terminal", f"terminal-{BAY}")
    b.send(MASKING, 42.5, point="level")
    await b.hears(MASKING, "level", 42.5)
    b.line.hosts[BUTTON].press()
    await until_async(lambda: len(b.heard.presses_of(BUTTON)) == 1)


async def test_over_a_converter() -> None:
    def rtu(port: int) -> dict[str, object]:
        return {"protocol": "modbus-rtu-tcp", "host": "127.0.0.1", "port": port, "timeout": "1 s"}

    async with serving(makes_at(line=rtu(1))) as (line, port), driving(line, makes_at(line=rtu(port))) as b:
        await _works(b)


async def test_over_tls(certificates: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=f"{certificates}/ca.pem")
    context.load_cert_chain(f"{certificates}/device.pem", f"{certificates}/device.key")
    context.verify_mode = ssl.CERT_REQUIRED
    async with serving(makes_at(), context) as (line, port), driving(line, makes_at(line=secured(port, certificates))) as b:
        await _works(b)
