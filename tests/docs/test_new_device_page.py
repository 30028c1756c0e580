"""What docs/new-device.md walks through works: its files, put where it says, are profiles, and its messages mean what it says."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.docs.snippets import code_blocks

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "new-device.md"
MQTT, MODBUS = code_blocks(PAGE, "python")
MESSAGE, UNLOCKING, LOCKING = code_blocks(PAGE, "json")

TRIED = """
import json, sys
from drivers.modbus.unit import units_of
from edge.profiles import PROFILES
from tests.builders import site_of
from tests.drivers.mqtt.makes import Make

locks = [Make("door-controller", "mqtt.acme_io", at="hall/io", channel=channel) for channel in (1, 2)]
bus = {"bus": {"protocol": "modbus-tcp", "host": "10.0.0.9"}}
door = {"type": "door-controller", "connection": "bus", "profile": "modbus.acme_locks", "unit": 5, "channel": 2, "door": "store"}
site = site_of({"room": "internal"}, {}, connections=bus, devices={"x": door})
table = PROFILES["modbus.acme_locks"].mapping
print(json.dumps({
    "heard": [lock.says("hall/io/state", sys.argv[1]) for lock in locks],
    "gone": locks[0].says("hall/io/alive", "0"),
    "unlocking": locks[1].hears("lock", "unlocked", 60.0),
    "locking": locks[1].hears("lock", "locked"),
    "leases": [locks[0].site.lease_of("x"), site.lease_of("x")],
    "units": [unit.number for unit in units_of(site, "bus", 0.0)],
    "order": table.orders["lock"].write(2, "unlocked", 1, 1, None),
    "spans": [str(point.at(2)) for point in table.points["door-controller"]],
}))
"""


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A copy of the program with the two files of the page in it, and nothing else changed."""
    folder = tmp_path_factory.mktemp("program")
    shutil.copytree(ROOT / "edge", folder / "edge", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "edge" / "profiles" / "mqtt" / "acme_io.py").write_text(MQTT)
    (folder / "edge" / "profiles" / "modbus" / "acme_locks.py").write_text(MODBUS)
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", TRIED, MESSAGE], cwd=folder, env=environment, capture_output=True, text=True, timeout=50, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_message_of_the_page_means_what_it_says(tried: Any) -> None:
    tables = re.findall(r"\| point \| value \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE.read_text(encoding="utf-8"))
    rows = [[[cell.strip() for cell in row.strip("|\n").split("|")] for row in table.splitlines()] for table in tables]
    assert tried["heard"] == [{point: value.removeprefix("no value: ") for point, value in table} for table in rows]
    assert tried["gone"] == {"link": False}


def test_the_commands_of_the_page_are_sent(tried: Any) -> None:
    for name, shown in (("unlocking", UNLOCKING), ("locking", LOCKING)):
        topic, payload = tried[name]
        assert (topic, json.loads(payload)) == ("hall/io/do", json.loads(shown))
    assert tried["leases"] == ["timed", "latch"]


def test_the_modbus_make_of_the_page_reads_and_writes_where_it_says(tried: Any) -> None:
    assert tried["order"][:3] == ["coil", 1, [1]]
    assert tried["spans"] == ["discrete 2", "discrete 3"]
    assert tried["units"] == [5]


def test_each_file_is_about_thirty_lines_and_says_where_it_comes_from() -> None:
    for file in (MQTT, MODBUS):
        assert len(file.splitlines()) <= 45
        assert "Source: manual" in file
