"""Who beacons are, and where they are: worked values, and days on which every measurement is wrong by several decibels."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ble.beacons import Identity, identity_of
from drivers.ble.nearest import Nearest
from drivers.virtual.ble_twins import beacon_advert
from edge.errors import IllegalInput
from edge.profiles import PROFILES
from edge.profiles.ble_mapping import Beacon, BleMapping, beacon_of
from tests.drivers.ble.air import TERMINALS

UUID = "f7826da6-4fa2-4e98-8024-bc5b71e0893e"


def table_of(profile: str) -> Beacon:
    mapping = PROFILES[profile].mapping
    assert isinstance(mapping, BleMapping)
    assert isinstance(mapping.table, Beacon)
    return mapping.table


TABLE = table_of("ble.ibeacon_dock")


def test_an_ibeacon_octet_by_octet() -> None:
    """Company 0x004C; type 02, length 15; the UUID; major 0x0011 and minor 0x0004 with the high octet first; power at 1 m."""
    octets = bytes.fromhex("0215" + "f7826da64fa24e988024bc5b71e0893e" + "0011" + "0004" + "c5")
    found = identity_of({0x004C: octets}, {})
    assert found == Identity("ibeacon", (UUID, "17", "4"))
    assert found.terminal == "17-4"
    assert found.belongs_to("ibeacon", beacon_of("ibeacon", TERMINALS))
    assert not found.belongs_to("ibeacon", beacon_of("ibeacon", f"{UUID}/18"))
    assert not found.belongs_to("eddystone", (UUID,))


def test_an_eddystone_uid_octet_by_octet() -> None:
    """Service 0xFEAA; frame type 00, power at 0 m; ten octets of the namespace, six of the instance; two reserved, or not sent."""
    frame = bytes.fromhex("00" + "e7" + "edd1ebeac04e5defa017" + "0bdb87539b67")
    for reserved in (b"", b"\0\0"):
        found = identity_of({}, {"0000feaa-0000-1000-8000-00805f9b34fb": frame + reserved})
        assert found == Identity("eddystone", ("edd1ebeac04e5defa017", "0bdb87539b67"))
        assert found.terminal == "0bdb87539b67"


@given(st.dictionaries(st.just(0x004C), st.binary(max_size=30)), st.binary(max_size=30))
def test_any_octets_are_a_beacon_or_none(manufacturer: dict[int, bytes], frame: bytes) -> None:
    found = identity_of(manufacturer, {"0000feaa-0000-1000-8000-00805f9b34fb": frame})
    assert found is None or beacon_of(found.format, "/".join(found.parts)) == found.parts


def test_virtual_terminals_are_beacons() -> None:
    told = beacon_advert("ibeacon", (UUID,), "17-4")
    assert identity_of(told.manufacturer_data, told.service_data) == Identity("ibeacon", (UUID, "17", "4"))
    told = beacon_advert("eddystone", ("edd1ebeac04e5defa017",), "0bdb87539b67")
    assert identity_of(told.manufacturer_data, told.service_data) == Identity("eddystone", ("edd1ebeac04e5defa017", "0bdb87539b67"))


@pytest.mark.parametrize(
    "at", ["", "x", "f7826da64fa24e988024bc5b71e0893e", f"{UUID}/65536", f"{UUID}/01", f"{UUID}/1/2/3", f"{UUID}/-1"]
)
def test_what_names_no_ibeacon(at: str) -> None:
    with pytest.raises(IllegalInput):
        beacon_of("ibeacon", at)


PARTS = beacon_of("ibeacon", TERMINALS)
FOUR, FIVE = (Identity("ibeacon", (*PARTS, minor)) for minor in ("4", "5"))


class Docks:
    """Two docks with a receiver each, and a day of advertisements."""

    def __init__(self) -> None:
        self.nearest = Nearest()
        self.nearest.expect("ibeacon", PARTS)
        self.now = 0.0
        self.present: dict[str, Identity | None] = {"a": None, "b": None}
        self.moves: list[tuple[str, str | None]] = []

    def hear(self, beacon: Identity, **levels: float) -> None:
        """For as long as it takes to be believed."""
        for _ in range(5):
            self.now += 0.5
            for receiver, dbm in levels.items():
                self.nearest.heard(receiver, beacon, dbm, self.now)

    def look(self) -> dict[str, str | None]:
        for receiver, before in self.present.items():
            found = self.nearest.at(receiver, PARTS, TABLE, self.now, before)
            if found != before:
                self.moves.append((receiver, found and found.terminal))
            self.present[receiver] = found
        return {receiver: beacon and beacon.terminal for receiver, beacon in self.present.items()}

    def run(self, seconds: float, noise: random.Random, beacons: dict[Identity, dict[str, float]], lost: float = 0.3) -> None:
        for _ in range(int(seconds * 2)):
            self.now += 0.5
            for beacon, levels in beacons.items():
                for receiver, dbm in levels.items():
                    if noise.random() >= lost:
                        self.nearest.heard(receiver, beacon, dbm + noise.gauss(0, 4), self.now)
            self.look()


@pytest.mark.parametrize("seed", range(10))
def test_a_terminal_stays_in_its_dock_although_every_measurement_jumps(seed: int) -> None:
    docks, noise = Docks(), random.Random(seed)
    docks.run(300, noise, {FOUR: {"a": -50, "b": -68}, FIVE: {"a": -68, "b": -50}})
    assert sorted(docks.moves) == [("a", "17-4"), ("b", "17-5")]


@pytest.mark.parametrize("seed", range(10))
def test_a_terminal_that_is_carried_over_moves_once(seed: int) -> None:
    docks, noise = Docks(), random.Random(seed)
    docks.run(60, noise, {FOUR: {"a": -50, "b": -75}})
    docks.run(60, noise, {FOUR: {"a": -75, "b": -50}})
    assert docks.moves == [("a", "17-4"), ("a", None), ("b", "17-4")]


def test_a_few_lost_advertisements_empty_no_dock_and_a_long_silence_does() -> None:
    docks = Docks()
    docks.hear(FOUR, a=-50)
    assert docks.look()["a"] == "17-4"
    docks.now += TABLE.patience_s
    assert docks.look()["a"] == "17-4"
    docks.now += 0.5
    assert docks.look()["a"] is None


def test_what_is_far_away_is_in_no_dock_and_leaves_where_it_is_clearly_fainter() -> None:
    docks = Docks()
    docks.hear(FOUR, a=TABLE.near_dbm - 1)
    assert docks.look()["a"] is None
    docks = Docks()
    docks.hear(FOUR, a=TABLE.near_dbm)
    assert docks.look()["a"] == "17-4"
    for _ in range(4):
        docks.hear(FOUR, a=TABLE.near_dbm - TABLE.margin_db + 1)
    assert docks.look()["a"] == "17-4"
    for _ in range(4):
        docks.hear(FOUR, a=TABLE.near_dbm - TABLE.margin_db - 2)
    assert docks.look()["a"] is None


def test_one_that_is_put_there_takes_the_place_of_one_that_fell_silent() -> None:
    docks = Docks()
    docks.hear(FOUR, a=-50)
    assert docks.look()["a"] == "17-4"
    docks.hear(FIVE, a=-50)
    assert docks.look()["a"] == "17-4", "it may still be there"
    for _ in range(2):
        docks.hear(FIVE, a=-50)
    assert docks.look()["a"] == "17-5"


def test_what_is_heard_once_is_nowhere_yet() -> None:
    docks = Docks()
    docks.nearest.heard("b", FOUR, -60, 0.0)
    assert docks.look()["b"] is None


def test_a_deaf_receiver_knows_of_nothing() -> None:
    docks = Docks()
    docks.hear(FOUR, a=-50, b=-60)
    assert docks.look() == {"a": "17-4", "b": None}
    docks.nearest.deaf("a")
    assert docks.look() == {"a": None, "b": "17-4"}


def test_strangers_are_not_remembered() -> None:
    nearest = Nearest()
    nearest.expect("ibeacon", PARTS)
    for minor in range(5000):
        nearest.heard("a", Identity("ibeacon", (UUID, "99", str(minor))), -40, 0.0)
    assert nearest.at("a", (UUID,), TABLE, 0.0, None) is None
