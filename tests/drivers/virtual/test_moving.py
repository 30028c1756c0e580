"""Lines that lead elsewhere than the site file says."""

from pathlib import Path

import pytest

from drivers.virtual.device import virtual_device
from drivers.virtual.makes import points_of
from drivers.virtual.moving import moved, natively
from edge.errors import IllegalInput
from edge.profiles import PROFILES
from edge.site.connections import ModbusRtuConnection, ModbusTcpConnection, MqttConnection, OpcuaConnection
from edge.site.device import Device
from edge.site.load import read_site

JOENSUU = read_site(Path("examples/joensuu.yaml"))


def test_each_line_is_where_it_was_moved_to_and_asks_for_nothing() -> None:
    lines = {"broker": "127.0.0.1:1", "bus": "127.0.0.1:2", "bms": "127.0.0.1:3"}
    site = moved(JOENSUU, lines)
    broker, bus, bms = (site.connections[name] for name in lines)
    assert isinstance(broker, MqttConnection)
    assert (broker.host, broker.port, broker.username, broker.tls) == ("127.0.0.1", 1, None, None)
    assert isinstance(bus, ModbusTcpConnection)
    assert (bus.host, bus.port, bus.tls) == ("127.0.0.1", 2, None)
    assert isinstance(bms, OpcuaConnection)
    assert (bms.url, bms.security) == ("opc.tcp://127.0.0.1:3", "none")
    assert site.connections["radio"] == JOENSUU.connections["radio"]


@pytest.mark.parametrize(
    ("line", "where"), [("nothing", "127.0.0.1:1"), ("broker", "127.0.0.1"), ("broker", ":1"), ("radio", "127.0.0.1:1")]
)
def test_what_cannot_be_moved(line: str, where: str) -> None:
    with pytest.raises(IllegalInput):
        moved(JOENSUU, {line: where})


def test_a_serial_line_is_served_on_a_port() -> None:
    serial = ModbusRtuConnection(protocol="modbus-rtu", device="/dev/ttyUSB0")
    site = JOENSUU.model_copy(update={"connections": {**JOENSUU.connections, "bus": serial}})
    bus = moved(site, {"bus": "127.0.0.1:2"}).connections["bus"]
    assert isinstance(bus, ModbusTcpConnection)
    assert (bus.port, bus.timeout) == (2, serial.timeout)


def test_devices_may_speak_natively_instead() -> None:
    site = natively(JOENSUU, ["radio", "bms"])
    assert {*site.connections} == {"broker", "bus"}
    assert {*site.devices} == {*JOENSUU.devices}
    for device in ("occ-kokous-1", "occ-te-office"):
        described = site.devices[device]
        assert (described.connection, described.profile, described.at) == ("broker", "native", None)
        assert described.space == JOENSUU.devices[device].space
    with pytest.raises(IllegalInput):
        natively(JOENSUU.model_copy(update={"connections": {"radio": JOENSUU.connections["radio"]}}), ["radio"])


def test_a_device_has_the_points_of_its_make() -> None:
    assert "battery" not in virtual_device(JOENSUU, "panic-vihkitila", "b").points
    assert "count" not in virtual_device(JOENSUU, "occ-etapalvelu", "b").points
    assert "battery" in virtual_device(JOENSUU, "occ-te-office", "b").points
    assert {"lock", "contact"} <= {*virtual_device(JOENSUU, "lock-kokous-1-front", "b").points}


@pytest.mark.parametrize("name", PROFILES)
def test_of_each_make_the_points_are_known(name: str) -> None:
    profile = PROFILES[name]
    types = profile.mapping.types or {"relay"}
    for kind in types:
        device = Device.model_validate({"type": kind, "connection": "line", "profile": name, "points": {}})
        assert points_of(device) is None if name == "native" else points_of(device) is not None
