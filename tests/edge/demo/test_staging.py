"""On which lines the demo plays the example, also on a computer that cannot speak all of them."""

from pathlib import Path

import pytest

from edge.demo.staging import staging_of
from edge.site.load import read_site

JOENSUU = read_site(Path("examples/joensuu.yaml"))
BROKER = "127.0.0.1:18830"


def test_every_line_leads_to_this_computer() -> None:
    staging = staging_of(JOENSUU, BROKER)
    assert staging.left_out == []
    assert {*staging.site.connections} == {*JOENSUU.connections}
    broker, bus, bms = (staging.site.connections[name] for name in ("broker", "bus", "bms"))
    assert f"{broker.host}:{broker.port}" == BROKER  # type: ignore[union-attr]
    assert staging.words == [
        *("--line", f"broker={BROKER}"),
        *("--line", f"bus=127.0.0.1:{bus.port}"),  # type: ignore[union-attr]
        *("--line", f"bms={bms.url.removeprefix('opc.tcp://')}"),  # type: ignore[union-attr]
    ]


def test_without_a_dbus_daemon_bluetooth_devices_speak_mqtt_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    staging = staging_of(JOENSUU, BROKER)
    assert staging.left_out == ["Bluetooth needs dbus-daemon (Debian: apt-get install dbus): its 10 devices speak MQTT for now."]
    assert staging.words[:2] == ["--natively", "radio"]
    assert "radio" not in staging.site.connections
    assert staging.site.devices["occ-kokous-1"].connection == "broker"
    assert {*staging.site.devices} == {*JOENSUU.devices}


def test_everything_may_speak_mqtt() -> None:
    staging = staging_of(JOENSUU, BROKER, only_mqtt=True)
    assert {*staging.site.connections} == {"broker"}
    assert {device.profile for device in staging.site.devices.values() if device.type == "door-controller"} == {"native"}
    assert len(staging.left_out) == 1
