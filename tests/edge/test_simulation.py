"""The simulated building itself: time passes in order, lines can be cut, and a day is the same every time."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from drivers.virtual.device import Behaviour
from edge.errors import IllegalCommand
from edge.events import Event
from edge.facts import ONLINE, READING
from edge.simulation import Simulation, point_of_door
from tests.builders import HOUR, MINUTE, SECOND, booking, local, read, service_rooms

NINE = local("2026-11-23 09:00")
EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def simulation(told: list[Event] | None = None) -> Simulation:
    made = Simulation(service_rooms(), NINE, (told if told is not None else []).append)
    made.observe(read(NINE, booking(NINE + 10 * MINUTE, NINE + HOUR)))
    return made


def test_everything_happens_at_its_own_instant_and_in_order() -> None:
    told: list[Event] = []
    made = simulation(told)
    made.advance(NINE + 2 * HOUR)
    times = [e.at for e in told]
    assert times == sorted(times)
    assert {NINE + 5 * MINUTE, NINE + HOUR} <= set(times)
    assert made.now == NINE + 2 * HOUR


def test_an_unplugged_door_hears_nothing_says_nothing_and_tells_all_when_it_is_back() -> None:
    made = simulation()
    made.advance(NINE + 30 * MINUTE)
    made.set("lock-front-1", "link", False)
    assert made.facts(ONLINE("lock-front-1")) is False
    made.advance(NINE + 31 * MINUTE)
    assert made.devices["lock-front-1"].state("lock") == "locked"
    reading = made.facts(READING("lock-front-1", "lock"))
    assert reading is not None
    assert reading.value == "unlocked"
    made.set("lock-front-1", "link", True)
    assert made.devices["lock-front-1"].state("lock") == "unlocked"


def test_a_jammed_device_is_asked_and_does_nothing() -> None:
    made = simulation()
    made.behave("lock-front-1", Behaviour.JAMMED)
    made.advance(NINE + 30 * MINUTE)
    assert made.devices["lock-front-1"].state("lock") == "locked"


def test_a_door_without_a_controller_has_no_lock() -> None:
    assert str(point_of_door(service_rooms(), "front-1")) == "lock-front-1/lock"
    with pytest.raises(IllegalCommand, match="no door cellar"):
        point_of_door(service_rooms(), "cellar")


HAPPENED: list[dict[str, object]] = [
    {"t": "09:10", "device": "lock-palveluhuone-1-front", "behaviour": "jammed"},
    {"t": "09:12", "device": "panic-desk-1", "point": "pressed", "value": True, "id": "p1"},
    {"t": "09:12", "device": "panic-desk-2", "point": "pressed", "value": True},
    {"t": "09:20", "operator": "guard-1", "action": "acknowledge", "alarm": 1},
    {"t": "09:20", "operator": "guard-1", "action": "resolve", "alarm": 1, "reason": "Seen to"},
    {"t": "09:30", "device": "lock-palveluhuone-2-back", "point": "contact", "value": "open"},
    {"t": "09:40", "device": "lock-entrance", "point": "link", "value": False},
    {"t": "10:00", "operator": "guard-1", "action": "release", "door": "kokous-1-front", "seconds": 300},
]


def simulated(tmp_path: Path, seed: str) -> bytes:
    events = tmp_path / "events.jsonl"
    lines = [json.dumps({**event, "t": f"2026-11-25T{event['t']}:00+02:00"}) for event in HAPPENED]
    events.write_text("\n".join(lines), encoding="utf-8")
    arguments = ["simulate", "joensuu.yaml", "--from", "2026-11-25", "--to", "2026-11-25", "--events", str(events)]
    run = [sys.executable, "-c", "from edge.cli import main; main()", *arguments]
    return subprocess.run(run, cwd=EXAMPLES, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout


def test_a_day_is_the_same_in_every_process(tmp_path: Path) -> None:
    first = simulated(tmp_path, "1")
    assert first == simulated(tmp_path, "2")
    told = [json.loads(line) for line in first.splitlines()]
    assert {"command", "alarm", "booking", "notice"} <= {line["kind"] for line in told}
    times = [datetime.fromisoformat(line["t"]) for line in told]
    assert times == sorted(times)
    assert all(line["because"] for line in told)


def test_events_after_the_end_are_left_alone() -> None:
    made = simulation()
    made.advance(NINE + SECOND)
    assert made.now == NINE + SECOND
    due = made.next_due()
    assert due is not None
    assert due > made.now
