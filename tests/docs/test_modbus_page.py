"""What docs/modbus.md shows is true: its lines load, its table works, its numbers are those of the code."""

from pathlib import Path
from typing import Any

import yaml

from drivers.modbus.teller import LOST_AFTER_S
from drivers.modbus.unit import POLL_S, TABLES
from edge import problems
from edge.profiles import PROFILES
from edge.profiles.codecs import Choice, Number
from edge.profiles.modbus_table import CoilOrder, ModbusTable, Point, Write
from tests.builders import site_of
from tests.docs.snippets import code_blocks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "modbus.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_lines_of_the_page_load() -> None:
    (text,) = code_blocks(PAGE, "yaml")
    sections: dict[str, Any] = yaml.safe_load(text)
    site = site_of({"lobby": "public", "room": "internal"}, {}, **sections)
    assert {device.profile for device in site.devices.values()} == set(TABLES)


def test_the_table_of_the_page_is_one() -> None:
    (text,) = code_blocks(PAGE, "python")
    names = {"ModbusTable": ModbusTable, "Point": Point, "CoilOrder": CoilOrder, "Choice": Choice, "Number": Number}
    scope: dict[str, Any] = {**names, "problems": problems}
    exec(text, scope)  # noqa: S102
    assert scope["TABLE"].orders["lock"].write(2, "unlocked", 1, 1, None) == Write("coil", 17, (1,))


def test_every_profile_and_number_is_on_the_page() -> None:
    for name in TABLES:
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}`"))
        assert f"`{PROFILES[name].lease}`" in row
        assert row.endswith(f"| {PROFILES[name].channels} |")
    assert f"every {POLL_S * 1000:g} ms" in TEXT
    assert f"After {LOST_AFTER_S:g} s without a complete reading" in TEXT
    watchdog = TABLES["modbus.timed_door"].watchdog
    assert watchdog is not None
    assert f"fed every {watchdog.every_s:g} s" in TEXT
