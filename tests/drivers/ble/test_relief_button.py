"""A relief button in the BTHome format: short and long presses, and nobody's recording of them."""

from pathlib import Path
from typing import Any

import pytest

from drivers.ble.bthome import UUID, key_of
from drivers.ble.counters import Counters
from drivers.ble.listeners import Heard as Advertisement
from drivers.ble.listeners import Sensor
from drivers.ble.teller import Teller
from drivers.virtual.ble_twins import bthome_message
from edge.events import Observed
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import BleMapping, Bthome
from tests.drivers.ble.air import KEY, Heard, site_with
from tests.drivers.ble.test_sensor import Clock

ADDRESS, BUTTON = "54:48:E6:8F:80:A6", "relief"
DEVICE: dict[str, Any] = {"type": "relief-button", "profile": "ble.relief_button", "at": ADDRESS, "key": "env:FOB", "space": "room"}
SHORT, DOUBLE, LONG, HOLD, LET_GO = 1, 2, 4, 0x80, 0x81


class Life:
    def __init__(self, folder: Path) -> None:
        self.heard, self.clock, self.counter = Heard(commits=False), Clock(), 100
        mapping = PROFILES["ble.relief_button"].mapping
        assert isinstance(mapping, BleMapping)
        assert isinstance(mapping.table, Bthome)
        teller = Teller("near", site_with(relief=DEVICE), self.heard, self.clock)
        counters = Counters(folder / "ble-near.json")
        self.sensor = Sensor(BUTTON, "relief-button", ADDRESS, mapping.table, key_of(KEY), counters, teller)

    def say(self, press: int) -> bytes:
        self.counter += 1
        octets = bthome_message({"button": press, "battery": 80}, ADDRESS, key_of(KEY), self.counter)
        self.hear(octets)
        return octets

    def hear(self, octets: bytes) -> None:
        self.clock.t += 1
        self.sensor.hear(Advertisement(ADDRESS, -60, {UUID: octets}, {}), self.clock.t)

    @property
    def presses(self) -> list[str]:
        return [event.point for event in self.heard.of(Observed) if event.press is not None]


@pytest.mark.parametrize(
    ("press", "points"),
    [(SHORT, ["tapped"]), (DOUBLE, ["tapped"]), (LONG, ["held"]), (HOLD, ["held"]), (LET_GO, []), (0, [])],
)
def test_what_a_press_is(tmp_path: Path, press: int, points: list[str]) -> None:
    life = Life(tmp_path)
    life.say(press)
    assert life.presses == points
    assert life.heard.last(BUTTON, "battery") == 80


def test_a_press_that_is_repeated_or_played_back_is_one(tmp_path: Path) -> None:
    life = Life(tmp_path)
    recorded = life.say(SHORT)
    life.hear(recorded)
    life.say(0)
    life.clock.t += 600
    life.hear(recorded)
    assert life.presses == ["tapped"]
    assert life.heard.garbage(BUTTON)


def test_what_nobody_vouches_for_is_no_press(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.hear(bthome_message({"button": SHORT}, ADDRESS))
    assert life.presses == []
