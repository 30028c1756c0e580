"""`python -m bench [--quick] [--json]`: all figures of one run, as tables; with --json also in bench/results-DATE.json."""

import argparse
import json
import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.ble import listened
from bench.calendars import calendars
from bench.console import painted, weights
from bench.kernel import costs
from bench.latency import latencies
from bench.modbus import polled
from bench.mqtt_topics import topics_heard
from bench.proof import proof_costs
from bench.starts import starts
from edge.clock import SystemClock


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything, in under a minute")
    parser.add_argument("--json", action="store_true", help="also write bench/results-DATE.json")
    parser.add_argument("--only", choices=("latency", "starts", "kernel", "calendars", "proof", "console", "modbus", "mqtt", "ble"))
    wish = parser.parse_args()
    console, found = Console(width=110), {}
    with tempfile.TemporaryDirectory(prefix="talonmies-bench-") as temporary:
        folder = Path(temporary)
        if wish.only in (None, "kernel"):
            sizes = (10, 100, 1_000) if wish.quick else (10, 100, 1_000, 10_000)
            found["kernel"] = _shown(console, "Cost of an observation", costs(sizes))
        if wish.only in (None, "proof"):
            found["proof"] = _shown(console, "Proof of a building", proof_costs((200,) if wish.quick else (200, 1_000)))
        if wish.only in (None, "starts"):
            (folder / "starts").mkdir()
            found["starts"] = _shown(
                console, "Start and memory", starts(folder / "starts", (1_000,) if wish.quick else (1_000, 10_000))
            )
        if wish.only in (None, "latency"):
            (folder / "latency").mkdir()
            rates, presses = ((0, 2_000), 150) if wish.quick else ((0, 500, 2_000, 5_000, 8_000), 500)
            found["latency"] = _shown(console, "Press to screen, ms", latencies(folder / "latency", rates, presses))
        if wish.only in (None, "calendars"):
            (folder / "calendars").mkdir()
            events = 2_000 if wish.quick else 20_000
            found["calendars"] = _shown(console, "Calendars", calendars(folder / "calendars", events))
        if wish.only in (None, "console"):
            (folder / "console").mkdir()
            (folder / "weights").mkdir()
            found["console"] = _shown(console, "Press to painted row, ms", painted(folder / "console", 25 if wish.quick else 100))
            found["page"] = _shown(
                console, "The guard console's page", weights(folder / "weights", 2_000 if wish.quick else 10_000)
            )
        if wish.only in (None, "modbus"):
            found["modbus"] = _shown(console, "Modbus inputs, ms", polled(5 if wish.quick else 20))
        if wish.only in (None, "mqtt"):
            found["mqtt"] = _shown(console, "MQTT topics", topics_heard(folder / "mqtt", 5_000, 2_000, 3 if wish.quick else 10))
        if wish.only in (None, "ble"):
            found["ble"] = _shown(console, "Bluetooth, ms", listened(10 if wish.quick else 40))
    if wish.json:
        _write(found)


def _shown(console: Console, title: str, rows: Sequence[Any]) -> list[dict[str, Any]]:
    table = Table(title=title)
    for field in fields(rows[0]):
        table.add_column(field.name, justify="left" if field.name == "what" else "right")
    for row in rows:
        table.add_row(*(_cell(value) for value in asdict(row).values()))
    console.print(table)
    return [asdict(row) for row in rows]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def _write(found: dict[str, Any]) -> None:
    now = SystemClock().now()
    about = {"at": now.isoformat(timespec="seconds"), "python": platform.python_version(), "cores": os.cpu_count()}
    path = Path(__file__).with_name(f"results-{now:%Y%m%d-%H%M}.json")
    path.write_text(json.dumps({**about, **found}, indent=1) + "\n")
    print(f"written: {path}")


if __name__ == "__main__":
    main()
