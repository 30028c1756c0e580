"""From the press of a button to the screen, with nothing else going on and under telemetry."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.houses import write_joensuu
from bench.program import Talonmies
from drivers.mosquitto import Broker
from edge.site.load import read_site

RATE = 50.0
"""Presses a second."""
_UNTIL_FLOODED_S = 1.0


@dataclass(frozen=True)
class Latency:
    """Milliseconds. cpu: of the daemon, in cores. flooded: telemetry messages a second that were really sent; behind_s: how old the
    last of them was on the screen, which gets telemetry four times a second."""

    what: str
    presses: int
    p50: float
    p99: float
    most: float
    cpu: float | None = None
    memory_mb: float | None = None
    flooded: float | None = None
    behind_s: float | None = None


def _part(*words: object) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-m", "bench.parts", *map(str, words)], stdout=subprocess.PIPE, text=True)


def _measured(listener: "subprocess.Popen[str]", press_words: Sequence[object], count: int) -> list[float]:
    """Presses while somebody listens; the sorted milliseconds of those that arrived."""
    assert listener.stdout
    listener.stdout.readline()
    presser = _part("press", *press_words)
    try:
        told, _ = listener.communicate(timeout=count / RATE * 2 + 30)
    except subprocess.TimeoutExpired:
        listener.kill()
        told, _ = listener.communicate()
    presser.wait(60)
    taken = sorted(map(float, told.split()))
    if len(taken) < count:
        raise SystemExit(f"only {len(taken)} of {count} presses arrived")
    return taken


def latencies(folder: Path, rates: Sequence[int], presses: int) -> list[Latency]:
    """The floor, then the program, idle and at each rate of telemetry."""
    with Broker(folder / "broker") as broker:
        path = write_joensuu(folder, broker.port)
        site = read_site(path)
        buttons = ",".join(d for d, section in site.devices.items() if section.type == "panic-button")
        sensors = ",".join(d for d, section in site.devices.items() if section.type == "occupancy-sensor")
        press = (broker.port, site.site.id, buttons, presses, RATE)
        floor = _part("floor", broker.port, site.site.id, folder / "floor.db", presses)
        found = [_summary("floor: client, commit, line", _measured(floor, press, presses))]
        with Talonmies(path, folder / "data") as program:
            program.wait_ready()
            time.sleep(1)
            found += [_at_rate(program, rate, (broker.port, site.site.id, sensors), press, presses) for rate in rates]
    return found


def _summary(what: str, taken: Sequence[float]) -> Latency:
    n = len(taken)
    return Latency(what, n, taken[n // 2], taken[min(n - 1, n * 99 // 100)], taken[-1])


def _at_rate(
    program: Talonmies, rate: int, flood_words: tuple[int, str, str], press_words: Sequence[object], presses: int
) -> Latency:
    flood = seeing = None
    if rate:
        seeing = _part("see-last", program.port)
        assert seeing.stdout
        seeing.stdout.readline()
        flood = _part("flood", *flood_words, rate, presses / RATE + 2 * _UNTIL_FLOODED_S)
        time.sleep(_UNTIL_FLOODED_S)
    cpu, began = program.cpu_s(), time.perf_counter()
    taken = _measured(_part("follow", program.port, presses), press_words, presses)
    used = (program.cpu_s() - cpu) / (time.perf_counter() - began)
    found = replace(
        _summary(f"talonmies, {rate:,} messages/s" if rate else "talonmies, idle", taken), cpu=used, memory_mb=program.memory_mb()
    )
    if flood and seeing:
        reached, last = flood.communicate(timeout=60)[0].split()
        seen = seeing.communicate(timeout=60)[0]
        found = replace(found, flooded=float(reached), behind_s=(int(seen) - int(last)) / 1e9)
    return found
