"""What is around an adapter, through a real D-Bus and bleak's own BlueZ backend, and the lines of a site file that are proposed."""

from pathlib import Path

import pytest

from drivers.ble.scan import scan
from drivers.scanning import Found, ScanOrder, proposed_lines
from drivers.virtual.air import Advert, Peripheral
from edge.errors import Unreachable
from edge.site import Site
from tests.drivers.ble.air import DOCK_1, FAN, FOB, LOCK, SEALED, SENSOR, TERMINALS, Bench, air, secret, site_with


async def around(bench: Bench, site: Site | None) -> dict[str, Found]:
    order = ScanOrder("near", bench.site.connections["near"], site, secret, 0.4)
    return {found.address: found async for found in scan(order)}


async def test_what_is_around_and_what_fits_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = site_with(SENSOR, SEALED, FOB, DOCK_1, LOCK, FAN)
    async with air(site, tmp_path, monkeypatch, start=False) as bench:
        bench.dock(DOCK_1).set("terminal", "17-4")
        found = await around(bench, None)
        sensor, sealed = found["A4:C1:38:56:53:84"], found["A4:C1:38:56:53:85"]
        assert (sensor.make, sensor.type) == ("ble.bthome", "occupancy-sensor")
        assert {("encrypted", "no"), ("battery", "100"), ("occupancy", "false"), ("rssi", "-50 dBm")} <= set(sensor.details)
        assert (sealed.make, sealed.type, sealed.entry) == ("ble.bthome", None, {})
        assert ("encrypted", "yes") in sealed.details
        terminal = found[f"{TERMINALS}/4"]
        assert (terminal.make, terminal.type) == ("ble.ibeacon_dock", "terminal-dock")
        assert (found["C0:98:E5:49:00:01"].make, found["C0:98:E5:49:00:01"].type) == ("ble.lock", "door-controller")
        assert (found["C0:98:E5:49:00:02"].what, found["C0:98:E5:49:00:02"].make) == ("fan", None)
        lines = list(proposed_lines(found.values()))
        assert any("profile: ble.lock, at: 'C0:98:E5:49:00:01'}" in line for line in lines)


async def test_what_the_site_file_has_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = site_with(SENSOR, SEALED, DOCK_1, LOCK)
    async with air(site, tmp_path, monkeypatch, start=False) as bench:
        found = await around(bench, site)
        assert {thing.known_as for thing in found.values()} == {SENSOR, SEALED, DOCK_1, LOCK}


async def test_strangers_without_a_name_are_left_out_and_names_are_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with air(site_with(SENSOR), tmp_path, monkeypatch, start=False) as bench:
        bluez, sensor = bench.radio.bluez, bench.host(SENSOR)
        phone, joker = (bluez.add(Peripheral(f"C2:FF:00:00:00:0{n}", {"hci0": -60})) for n in (1, 2))

        def all_at_once() -> None:
            bluez.advertise(phone, Advert(manufacturer_data={0x004C: b"\x10\x05"}))
            bluez.advertise(joker, Advert(name="x\n  lock: {type: door-controller}"))

        sensor.advertise = all_at_once  # type: ignore[method-assign]
        found = await around(bench, None)
        assert phone.address not in found
        assert list(proposed_lines([found[joker.address]])) == [f"  # {joker.address} x lock: {{type: door-controller}}: ?"]


async def test_a_computer_without_bluetooth_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/nothing")
    with pytest.raises(Unreachable, match="there is no D-Bus on this computer"):
        async for _ in scan(ScanOrder("near", site_with(SENSOR).connections["near"], None, secret, 0.1)):
            pass
