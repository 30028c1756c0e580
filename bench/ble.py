"""What hundreds of Bluetooth sensors cost, and how soon a press among them is told: through a real D-Bus and bleak."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.ble_air import FOB, KEY, is_sealed, sensor_address
from drivers.ble.link import BleDriver
from edge.clock import SystemClock
from edge.events import Event, Observed
from edge.site import Site


@dataclass
class Listened:
    """a_second: advertisements in the air. us_each: processor time of the listening process for one. told: from a press until the
    driver has told it, in milliseconds; each press is said once. lost: presses that were not told."""

    what: str
    a_second: float
    cores: float
    us_each: float
    told_p50: float
    told_p99: float
    told_most: float
    presses: int
    lost: int


class _Inbox:
    """Notes when which press came."""

    def __init__(self) -> None:
        self.presses: dict[int, int] = {}
        self.linked: set[str] = set()

    def telemetry(self, event: Observed) -> None:
        pass

    def event(self, event: Event, on_durable: Callable[[], None] | None = None, *, urgent: bool = False) -> None:
        if isinstance(event, Observed) and event.press is not None and urgent:
            self.presses[int(event.press.rpartition("-")[2])] = time.perf_counter_ns()
        elif isinstance(event, Observed) and event.point == "link" and event.value is True:
            self.linked.add(event.device)
        if on_durable is not None:
            on_durable()


def listened(seconds: float) -> list[Listened]:
    return [
        _measure("nobody but a fob", seconds, 1, 0),
        _measure("200 sensors", seconds, 200, 0),
        _measure("200 sensors, 600 strangers", seconds, 200, 600),
    ]


def _site(sensors: int) -> Site:
    devices: dict[str, dict[str, Any]] = {"fob": {"type": "panic-button", "profile": "ble.panic_fob", "at": FOB, "key": "env:KEY"}}
    for n in range(sensors):
        device = {"type": "occupancy-sensor", "profile": "ble.bthome", "at": sensor_address(n)}
        devices[f"sensor-{n}"] = {**device, "key": "env:KEY"} if is_sealed(n) else device
    return Site.model_validate(
        {
            "site": {"id": "bench", "name": "Bench"},
            "spaces": {"hall": {"zone": "public"}},
            "connections": {"radio": {"protocol": "ble"}},
            "devices": {name: {**device, "connection": "radio", "space": "hall"} for name, device in devices.items()},
        }
    )


def _measure(what: str, seconds: float, sensors: int, strangers: int) -> Listened:
    site, inbox = _site(sensors), _Inbox()
    arguments = [sys.executable, "-m", "bench.ble_air", str(sensors), str(strangers)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as air,
    ):
        assert air.stdout
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = air.stdout.readline().strip()
        driver = BleDriver("radio", site, inbox, SystemClock(), lambda _: KEY, Path(folder))
        driver.start()
        while len(inbox.linked) <= sensors:
            time.sleep(0.05)
        cpu, began = time.process_time(), time.perf_counter_ns()
        time.sleep(seconds)
        cpu, ended = time.process_time() - cpu, time.perf_counter_ns()
        time.sleep(0.5)
        driver.stop()
        said, _ = air.communicate()
    seen = json.loads(said)
    pressed = {int(counter): at for counter, at in seen["pressed_ns"].items() if began < at < ended}
    told = sorted((inbox.presses[counter] - at) / 1e6 for counter, at in pressed.items() if counter in inbox.presses)
    a_second, n = seen["a_second"], len(told)
    return Listened(
        what,
        a_second,
        cpu / seconds,
        cpu / seconds / a_second * 1e6,
        told[n // 2],
        told[min(n - 1, n * 99 // 100)],
        told[-1],
        len(pressed),
        len(pressed) - n,
    )
