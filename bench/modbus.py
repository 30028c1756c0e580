"""How well Modbus inputs are kept in step: cycles, the way of a change to the controller, processor time a point."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.modbus_units import HOST
from drivers.modbus.link import ModbusDriver
from drivers.mosquitto import free_port
from edge.clock import SystemClock
from edge.events import Event, Observed
from edge.site import Site

LINES = 10
_DOORS, _BUTTONS, _SENSORS = 20, 8, 4
"""Of a line: four points a door, two a button, one a sensor."""
_FIRST_BUTTONS, _FIRST_SENSORS, _FIRST_DEAD = 10, 11, 200
POINTS = LINES * (4 * _DOORS + 2 * _BUTTONS + _SENSORS)


@dataclass
class Polled:
    """cycle: from one read of the same inputs to the next, as the units see it. told: from the earliest moment of a change (right
    after the read before) until the driver has told it. cores: of this process, all lines together. us_a_point: processor time for
    one point read once. In milliseconds."""

    what: str
    points: int
    cycle_p50: float
    cycle_p99: float
    cycle_most: float
    told_p50: float
    told_p99: float
    cores: float
    us_a_point: float


class _Inbox:
    """Notes when what came."""

    def __init__(self) -> None:
        self.contacts: list[tuple[str, int]] = []
        self.linked: set[str] = set()

    def telemetry(self, event: Observed) -> None:
        pass

    def event(self, event: Event, on_durable: Callable[[], None] | None = None, *, urgent: bool = False) -> None:  # noqa: ARG002
        if isinstance(event, Observed) and event.point == "contact":
            self.contacts.append((event.device, time.perf_counter_ns()))
        elif isinstance(event, Observed) and event.point == "link" and event.value is True:
            self.linked.add(event.device)


def polled(seconds: float) -> list[Polled]:
    return [
        _measure("10 lines", seconds, dead=0),
        _measure("a dead unit on each", seconds, dead=1),
    ]


def _site(ports: Sequence[int], dead: int) -> Site:
    devices: dict[str, dict[str, Any]] = {}
    for line in range(len(ports)):
        for n in range(_DOORS + 4 * dead):
            unit = 1 + n // 4 if n < _DOORS else _FIRST_DEAD + (n - _DOORS) // 4
            devices[f"lock-{line}-{n}"] = _device(
                line, "door-controller", "modbus.timed_door", unit, 1 + n % 4, door=f"door-{line}-{n}"
            )
        for n in range(_BUTTONS):
            devices[f"panic-{line}-{n}"] = _device(
                line, "panic-button", "modbus.panic_latched", _FIRST_BUTTONS, 1 + n, space="hall"
            )
        for n in range(_SENSORS):
            devices[f"sensor-{line}-{n}"] = _device(
                line, "occupancy-sensor", "modbus.relay_board", _FIRST_SENSORS, 1 + n, space="hall"
            )
    doors = {device["door"]: {"from": "hall", "to": "office"} for device in devices.values() if "door" in device}
    return Site.model_validate(
        {
            "site": {"id": "bench", "name": "Bench"},
            "spaces": {"hall": {"zone": "public"}, "office": {"zone": "internal"}},
            "doors": doors,
            "connections": {f"line-{n}": {"protocol": "modbus-tcp", "host": HOST, "port": port} for n, port in enumerate(ports)},
            "devices": devices,
        }
    )


def _device(line: int, kind: str, profile: str, unit: int, channel: int, **place: str) -> dict[str, Any]:
    return {"type": kind, "connection": f"line-{line}", "profile": profile, "unit": unit, "channel": channel, **place}


def _measure(what: str, seconds: float, dead: int) -> Polled:
    ports = [free_port() for _ in range(LINES)]
    site, inbox, clock = _site(ports, dead), _Inbox(), SystemClock()
    alive = {name for name, device in site.devices.items() if (device.unit or 0) < _FIRST_DEAD}
    arguments = [sys.executable, "-m", "bench.modbus_units", *map(str, ports), "--silent-above", str(_FIRST_DEAD - 1)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as units:
        assert units.stdout
        units.stdout.readline()
        drivers = [ModbusDriver(line, site, inbox, clock) for line in site.connections]
        for driver in drivers:
            driver.start()
        while not alive <= inbox.linked:
            time.sleep(0.05)
        cpu, began = time.process_time(), time.perf_counter_ns()
        time.sleep(seconds)
        cpu = time.process_time() - cpu
        said, _ = units.communicate()
        for driver in drivers:
            driver.stop()
    seen = json.loads(said)
    cycles = sorted(seen["cycles_ms"])
    told = sorted(_ways(seen["changes"], inbox.contacts, began))
    looks = seconds * 1000 / _at(cycles, 0.5)
    return Polled(
        what,
        POINTS,
        _at(cycles, 0.5),
        _at(cycles, 0.99),
        cycles[-1],
        _at(told, 0.5),
        _at(told, 0.99),
        cpu / seconds,
        cpu * 1e6 / (POINTS * looks),
    )


def _ways(changes: Sequence[tuple[int, int, int]], contacts: Sequence[tuple[str, int]], began: int) -> list[float]:
    """Milliseconds from each change of the first door's leaf of a unit until it was told."""
    came: dict[str, list[int]] = {}
    for device, at in contacts:
        came.setdefault(device, []).append(at)
    ways = []
    for line, unit, at in changes:
        after = next((t for t in came.get(f"lock-{line}-{(unit - 1) * 4}", ()) if t > at), None)
        if at > began and after is not None and unit <= _DOORS // 4:
            ways.append((after - at) / 1e6)
    return ways


def _at(values: Sequence[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]
