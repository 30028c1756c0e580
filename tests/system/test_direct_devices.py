"""Devices tested and watched over their own lines while no controller runs: Modbus TCP, OPC UA, Bluetooth on a real D-Bus."""

import asyncio
import json
import os
from collections.abc import Coroutine, Iterator
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.mosquitto import HOST, free_port
from drivers.virtual.building import VirtualBuilding
from drivers.virtual.device import Behaviour
from edge.cli import app
from edge.clock import SystemClock
from edge.device_trial import drivers_of, tried_directly
from edge.direct_watch import listening
from edge.errors import Unreachable
from edge.language import Renderer
from edge.points import Value
from edge.refusal import Refusal
from edge.site import Site
from tests.broker import until

STARTS_WITHIN_S = 40.0
HERE = Path()


def described() -> dict[str, Any]:
    bus = {"connection": "bus", "unit": 3}
    bms, air = {"connection": "bms"}, {"connection": "air"}
    fan_in_the_air = {"on": {"characteristic": "2a56", "values": {"0x4f4e": True, "0x4f4646": False}}}
    return {
        "site": {"id": "direct", "name": "Direct", "language": "en", "token": "env:TALONMIES_TOKEN"},
        "spaces": {"lobby": {"zone": "public"}, "room": {"zone": "internal"}},
        "doors": {name: {"from": "lobby", "to": "room"} for name in ("bus-door", "bms-door", "air-door", "long-door")},
        "connections": {
            "bus": {"protocol": "modbus-tcp", "host": HOST, "port": free_port()},
            "bms": {"protocol": "opcua", "url": f"opc.tcp://{HOST}:{free_port()}", "security": "none"},
            "air": {"protocol": "ble"},
        },
        "devices": {
            "bus-lock": {**bus, "type": "door-controller", "profile": "modbus.timed_door", "door": "bus-door"},
            "bus-fan": {**bus, "unit": 9, "type": "relay", "profile": "modbus.relay_board", "channel": 8},
            "long-lock": {**bus, "unit": 9, "type": "door-controller", "profile": "modbus.relay_board", "door": "long-door"},
            "bms-lock": {
                **bms,
                "type": "door-controller",
                "profile": "opcua.pulse_door",
                "at": "ns=2;s=D1",
                "door": "bms-door",
                "pulse": "1 s",
            },
            "bms-fan": {**bms, "type": "relay", "profile": "opcua.nodes", "points": {"on": {"node": "ns=2;s=Fan"}}},
            "air-lock": {**air, "type": "door-controller", "profile": "ble.lock", "at": "C0:98:E5:49:00:01", "door": "air-door"},
            "air-fan": {**air, "type": "relay", "profile": "ble.gatt", "at": "C0:98:E5:49:00:02", "points": fan_in_the_air},
        },
    }


class Town:
    """The virtual building in a thread with a loop of its own: what is tried here waits in the main one, for Ctrl-C."""

    def __init__(self) -> None:
        self.described = described()
        self.site = Site.model_validate(self.described)
        self.building = VirtualBuilding(self.site, SystemClock())
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._run(self.building.start())

    def stop(self) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def state(self, device: str, point: str) -> Value:
        return self.building.state(device, point)

    def behave(self, device: str, behaviour: Behaviour) -> None:
        self._loop.call_soon_threadsafe(self.building.behave, device, behaviour)

    def set(self, device: str, point: str, value: Value) -> None:
        self._loop.call_soon_threadsafe(self.building.set, device, point, value)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(STARTS_WITHIN_S)

    async def _end(self) -> None:
        await self.building.stop()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:  # an OPC UA server's own, of sessions that it would remember for a while
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    town, before = Town(), os.environ.get("DBUS_SYSTEM_BUS_ADDRESS")
    town.start()
    assert town.building.bus is not None
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = town.building.bus
    try:
        yield town
    finally:
        if before is None:
            del os.environ["DBUS_SYSTEM_BUS_ADDRESS"]
        else:
            os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = before
        town.stop()


@pytest.mark.parametrize("device", ["bus-lock", "bms-fan", "air-lock"])
def test_a_point_is_set_follows_and_goes_back(town: Town, device: str) -> None:
    point, value, before = ("on", True, False) if device == "bms-fan" else ("lock", "unlocked", "locked")
    trial = tried_directly(town.site, HERE, device, point, None, 2)
    assert (trial.value, trial.before, trial.passed) == (value, before, True), trial
    assert town.state(device, point) == before


def test_a_device_that_does_not_follow_is_told_and_one_that_is_silent_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refusal, match="stays unlocked until it is told to lock"):
        tried_directly(town.site, HERE, "long-lock", "lock", None, 1)
    monkeypatch.setattr("edge.direct_test.RESTORED_WITHIN_S", 0.3)
    town.behave("bms-fan", Behaviour.JAMMED)
    trial = tried_directly(town.site, HERE, "bms-fan", "on", True, 1)
    assert (trial.answered_s, trial.passed, town.state("bms-fan", "on")) == (None, False, False)
    town.behave("bms-fan", Behaviour.OBEDIENT)
    monkeypatch.setattr("edge.direct_test.HEARD_WITHIN_S", 1.0)
    nowhere = town.site.devices["bus-fan"].model_copy(update={"unit": 77})
    with pytest.raises(Unreachable, match="says nothing of its on"):
        tried_directly(town.site.model_copy(update={"devices": {"bus-fan": nowhere}}), HERE, "bus-fan", "on", None, 1)


def test_what_devices_say_is_watched_on_all_lines_at_once(town: Town) -> None:
    renderer = Renderer(town.site, "en")
    with drivers_of(HERE) as make, listening(town.site, (), make) as heard:

        def said(device: str, point: str) -> tuple[Value, str]:
            reading = heard.told(renderer, SystemClock().now()).get(device, {}).get(point)
            return (None, "unknown") if reading is None else (reading.value, reading.quality)

        for device in ("bus-lock", "bms-lock", "air-lock"):
            until(partial(lambda d: said(d, "contact") == ("closed", "good"), device))
            town.set(device, "contact", "open")
        for device in ("bus-lock", "bms-lock", "air-lock"):
            until(partial(lambda d: said(d, "contact") == ("open", "good"), device))
            town.set(device, "contact", "closed")
        assert heard.problems() == {}
        assert said("bus-fan", "on") == (False, "good")


def test_watching_in_the_terminal(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALONMIES_TOKEN", "a-token-for-tests")
    nobody = {"bus": {"protocol": "modbus-tcp", "host": HOST, "port": free_port()}}
    path = tmp_path / "site.yaml"
    path.write_text(json.dumps({**town.described, "connections": {**town.described["connections"], **nobody}}))
    words = ["watch", str(path), "--direct", "--seconds", "1", "--format", "json", "--listen", f"{HOST}:{free_port()}"]
    done = CliRunner().invoke(app, ["devices", *words, "bms-fan", "bus-fan"])
    assert done.exit_code == 0, done.output
    told = {(line["device"], line["point"]): line for line in map(json.loads, done.stdout.splitlines())}
    assert (told["bms-fan", "on"]["value"], told["bms-fan", "on"]["quality"]) == (False, "good")
    assert not any(device == "bus-lock" for device, _ in told)
    assert "what is pressed now raises no alarm" in done.stderr
    assert "No connection to bus: nothing answers at" in done.stderr
