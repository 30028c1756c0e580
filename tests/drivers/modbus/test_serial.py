"""Modbus RTU over a serial line: the same driver and the same doors."""

import pytest

from drivers.modbus.wire import PymodbusWire
from drivers.virtual.modbus import VirtualModbusLine
from edge.errors import Unreachable
from edge.site.connections import ModbusRtuConnection
from tests.drivers.modbus.cable import Cable
from tests.drivers.modbus.line import FRONT, STORE, driving, site_at


async def test_doors_on_a_serial_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.modbus.teller.LOST_AFTER_S", 1.0)
    with Cable() as cable:
        ours, theirs = cable.ends
        site = site_at(protocol="modbus-rtu", device=ours, baudrate=38400, parity="none")
        line = VirtualModbusLine(site, "line", "boot", theirs)
        await line.start()
        try:
            async with driving(line, site) as b:
                b.send(FRONT, "unlocked", 60)
                b.send(STORE, "unlocked")
                await b.hears(FRONT, "lock", "unlocked")
                await b.hears(STORE, "lock", "unlocked")
                line.set(FRONT, "contact", "open")
                await b.hears(FRONT, "contact", "open")
                cable.cut.set()
                await b.hears(FRONT, "link", False)
                line.set(FRONT, "contact", "closed")
                cable.cut.clear()
                await b.hears(FRONT, "link", True)
                await b.hears(FRONT, "contact", "closed")
                assert b.heard.lines() == [True]
                line.units[9].silent = True
                await b.hears(STORE, "link", False)
                assert b.heard.values(FRONT, "link") == [True, False, True]
        finally:
            await line.stop()


def test_a_port_that_is_not_there_is_said_in_a_sentence() -> None:
    wire = PymodbusWire(ModbusRtuConnection(protocol="modbus-rtu", device="/dev/not-there"))
    with pytest.raises(Unreachable, match="the serial port /dev/not-there cannot be used"):
        wire.open()
