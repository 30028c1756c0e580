"""Days of a fob and of those who would like to press it, without any radio: octets in, presses out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.ble.bthome import UUID, key_mark, key_of, press_id
from drivers.ble.counters import Counters
from drivers.ble.listeners import Heard as Advertisement
from drivers.ble.listeners import Sensor
from drivers.ble.teller import Teller
from drivers.virtual.ble_twins import bthome_message
from edge.events import GarbageReceived
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import BleMapping, Bthome
from tests.conftest import EFFORT
from tests.drivers.ble.air import FOB, KEY, OTHER_KEY, SENSOR, Heard, site_with

ADDRESS, MINE, FALSE = "54:48:E6:8F:80:A5", key_of(KEY), key_of(OTHER_KEY)
MARK = key_mark(MINE)


class Clock:
    """A time that only passes when it is told."""

    def __init__(self) -> None:
        self.t = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=self.t)

    def seconds_until(self, t: datetime) -> float:
        return (t - self.now()).total_seconds()

    def take_jump(self) -> float | None:
        return None


def table_of(profile: str) -> Bthome:
    mapping = PROFILES[profile].mapping
    assert isinstance(mapping, BleMapping)
    assert isinstance(mapping.table, Bthome)
    return mapping.table


class Life:
    """A fob, the controller that hears it, and what was said in the air. commits: whether the journal keeps up."""

    def __init__(self, folder: Path, *, commits: bool = True) -> None:
        self.folder, self.commits, self.clock = folder, commits, Clock()
        self.counter = 100
        self.aired: list[bytes] = []
        self.genuine: list[str] = []
        self.heard = Heard(commits=False)
        self.restart()

    def restart(self) -> None:
        self.counters = Counters(self.folder / "ble-near.json")
        teller = Teller("near", site_with(FOB), self.heard, self.clock)
        self.sensor = Sensor(FOB, "panic-button", ADDRESS, table_of("ble.panic_fob"), MINE, self.counters, teller)

    def hear(self, octets: bytes) -> bool:
        found = self.sensor.hear(Advertisement(ADDRESS, -60, {UUID: octets}, {}), self.clock.t)
        if self.commits:
            self.heard.commit()
        return found

    def say(self, *, press: bool) -> bytes:
        self.counter += 1
        octets = bthome_message({"button": int(press), "battery": 80}, ADDRESS, MINE, self.counter)
        self.aired.append(octets)
        if press:
            self.genuine.append(press_id(ADDRESS, MARK, self.counter))
        return octets


class Step(NamedTuple):
    what: str
    which: int
    pause_s: float


steps = st.lists(
    st.builds(
        Step,
        st.sampled_from(["press", "beat", "repeat", "play-back", "forge", "plain", "wrong-key", "shift", "garbage", "restart"]),
        st.integers(0, 10_000),
        st.floats(0.05, 20),
    ),
    max_size=40,
)


def take(life: Life, step: Step) -> None:
    life.clock.t += step.pause_s
    match step.what:
        case "press" | "beat":
            assert life.hear(life.say(press=step.what == "press"))
        case "repeat" if life.aired:
            life.hear(life.aired[-1])
        case "play-back" if life.aired:
            assert not life.hear(life.aired[step.which % len(life.aired)])
        case "forge":
            octets = bytearray(life.say(press=True))
            life.aired.pop(), life.genuine.pop()
            octets[step.which % len(octets)] ^= 1 + step.which % 255
            assert not life.hear(bytes(octets))
        case "plain":
            assert not life.hear(bthome_message({"button": 1}, ADDRESS))
        case "wrong-key":
            assert not life.hear(bthome_message({"button": 1}, ADDRESS, FALSE, life.counter + step.which))
        case "shift":
            assert not life.hear(bthome_message({"button": 1}, ADDRESS, MINE, step.which % 100))
        case "garbage":
            assert not life.hear(step.which.to_bytes(8, "big"))
        case "restart":
            life.counters.save()
            life.restart()


def lived(folder: Path, plan: Sequence[Step]) -> None:
    life = Life(folder)
    life.hear(life.say(press=False))
    for step in plan:
        take(life, step)
    assert life.heard.presses == life.genuine, "each press once, in order, and nobody else's"
    assert life.heard.urgent == [event for event in life.heard.events if event in life.heard.urgent]


@settings(max_examples=60 * EFFORT)
@given(plan=steps)
def test_only_what_the_fob_said_counts_and_only_once(tmp_path_factory: pytest.TempPathFactory, plan: list[Step]) -> None:
    lived(tmp_path_factory.mktemp("life"), plan)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@settings(max_examples=5_000 * EFFORT)
@given(plan=steps)
def test_only_what_the_fob_said_counts_and_only_once_for_long(tmp_path_factory: pytest.TempPathFactory, plan: list[Step]) -> None:
    lived(tmp_path_factory.mktemp("life"), plan)


def test_a_recording_of_the_last_press_is_told_when_the_burst_is_over(tmp_path: Path) -> None:
    life = Life(tmp_path)
    octets = life.say(press=True)
    life.hear(octets)
    life.clock.t += 1
    life.hear(octets)
    assert life.heard.of(GarbageReceived) == []
    life.clock.t += 5
    life.hear(octets)
    assert len(life.heard.of(GarbageReceived)) == 1
    assert len(life.heard.presses) == 1


def test_a_recording_keeps_no_lost_fob_alive(tmp_path: Path) -> None:
    life = Life(tmp_path)
    octets = life.say(press=False)
    assert life.hear(octets)
    for _ in range(20):
        life.clock.t += 10
        assert not life.hear(octets)
    assert life.heard.values(FOB, "link") == [True]


def test_one_press_whose_repeats_are_encrypted_anew_is_one(tmp_path: Path) -> None:
    """Some makes count each repeat; then these share the packet number."""
    life = Life(tmp_path)
    for counter, packet in ((7, 1), (8, 1), (9, 1), (10, 2)):
        life.clock.t += 0.2
        life.hear(_sealed(bytes([0x00, packet, 0x3A, 0x01]), counter))
    assert life.heard.presses == [press_id(ADDRESS, MARK, 7), press_id(ADDRESS, MARK, 10)]
    life.clock.t += 5
    life.hear(_sealed(bytes([0x00, 2, 0x3A, 0x01]), 11))
    assert life.heard.presses[-1] == press_id(ADDRESS, MARK, 11), "the number has come round"


def _sealed(body: bytes, counter: int) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESCCM

    counted = counter.to_bytes(4, "little")
    nonce = bytes.fromhex(ADDRESS.replace(":", "")) + b"\xd2\xfc\x41" + counted
    sealed = AESCCM(MINE, tag_length=4).encrypt(nonce, body, None)
    return b"\x41" + sealed[:-4] + counted + sealed[-4:]


def test_a_new_key_lets_the_counter_begin_anew_with_other_presses(tmp_path: Path) -> None:
    life = Life(tmp_path)
    life.hear(life.say(press=True))
    life.counters.save()
    counters = Counters(tmp_path / "ble-near.json")
    teller = Teller("near", site_with(FOB), life.heard, life.clock)
    sensor = Sensor(FOB, "panic-button", ADDRESS, table_of("ble.panic_fob"), FALSE, counters, teller)
    octets = bthome_message({"button": 1}, ADDRESS, FALSE, life.counter)
    assert sensor.hear(Advertisement(ADDRESS, -60, {UUID: octets}, {}), 0.0)
    assert len(set(life.heard.presses)) == 2


@given(st.lists(st.binary(max_size=40), max_size=20), st.sampled_from([None, MINE]))
def test_whatever_is_said_a_sensor_tells_only_what_its_points_can_be(
    tmp_path_factory: pytest.TempPathFactory, said: list[bytes], key: bytes | None
) -> None:
    heard, clock = Heard(commits=False), Clock()
    teller = Teller("near", site_with(SENSOR), heard, clock)
    counters = Counters(tmp_path_factory.mktemp("sensor") / "ble-near.json")
    sensor = Sensor(SENSOR, "occupancy-sensor", ADDRESS, table_of("ble.bthome"), key, counters, teller)
    for octets in said:
        sensor.hear(Advertisement(ADDRESS, -60, {UUID: b"\x40" + octets if key is None else octets}, {}), clock.t)
        clock.t += 1
    for event in (*heard.events, *heard.telemetry_seen):
        assert not getattr(event, "press", None)
        if getattr(event, "point", "") == "battery":
            assert 0 <= event.value <= 100  # type: ignore[attr-defined]
