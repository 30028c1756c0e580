"""Tables, codecs and blocks: pure, with the worked values of the manuals."""

import pytest

from drivers.modbus.blocks import coalesced
from drivers.modbus.breaker import Breaker
from drivers.modbus.unit import TABLES, units_of
from edge.errors import Garbled, IllegalCommand
from edge.points import DEVICE_TYPES, PointId
from edge.profiles import PROFILES
from edge.profiles.codecs import FLAG, Choice
from edge.profiles.modbus_table import CoilOrder, Point, Span, TimedOrder, Watchdog, Write
from tests.drivers.modbus.line import BACK, DC4, FRONT, RB8, STORE, site_at

LOCK = Choice(("locked", "unlocked"))
ORDER = TABLES[DC4].orders["lock"]


def test_a_codec_reads_what_it_writes_and_refuses_the_rest() -> None:
    for codec in (LOCK, FLAG):
        assert [codec.read(codec.write(value)) for value in codec.values] == list(codec.values)
    for raw in (2, -1, 0xFFFF):
        with pytest.raises(Garbled):
            LOCK.read((raw,))
    with pytest.raises(IllegalCommand):
        LOCK.write("ajar")


def test_every_profile_of_this_protocol_has_a_table_and_its_points_are_those_of_the_type() -> None:
    assert set(TABLES) == {name for name, profile in PROFILES.items() if profile.mapping.protocol == "modbus"}
    for name, table in TABLES.items():
        assert set(table.points) == PROFILES[name].mapping.types
        for device_type, points in table.points.items():
            kinds = DEVICE_TYPES[device_type]
            for point in points:
                if isinstance(point, Point) and isinstance(point.codec, Choice):
                    assert all(kinds[point.name].problem_with(value) is None for value in point.codec.values)
            commanded = {point.name for point in points if kinds[point.name].commanded}
            assert commanded <= set(table.orders)


@pytest.mark.parametrize(
    ("value", "for_s", "seconds"), [("unlocked", 60, 60), ("unlocked", 59.9, 59), ("unlocked", None, 65535), ("locked", None, 0)]
)
def test_a_timed_order_is_five_registers(value: str, for_s: float | None, seconds: int) -> None:
    # Manual DC-4, example 2: door 2, epoch 70000, sequence 3.
    assert ORDER.write(2, value, 70_000, 3, for_s) == Write("holding", 16, (1, 4464, 0, 3, seconds), Span("input", 16, 4))


def test_an_unlock_shorter_than_a_second_is_not_written_as_a_lock() -> None:
    assert ORDER.write(1, "unlocked", 1, 1, 0.9) is None
    assert isinstance(ORDER, TimedOrder)


def test_a_coil_keeps_what_it_is_told() -> None:
    order = TABLES[RB8].orders["lock"]
    assert order.write(3, "unlocked", 1, 1, None) == Write("coil", 2, (1,))
    assert isinstance(order, CoilOrder)


def test_what_stands_near_is_read_at_once() -> None:
    units = {unit.number: unit for unit in units_of(site_at(), "line", 0.0)}
    assert [block.span for block in units[3].blocks] == [Span("discrete", 0, 12)]
    # Store: relay and input 3; fan: relay 8. Nothing in between is asked for.
    assert [block.span for block in units[9].blocks] == [Span("coil", 2), Span("coil", 7), Span("discrete", 2)]


def test_blocks_are_no_longer_than_a_request_may_be() -> None:
    blocks = coalesced([Span("input", n) for n in range(300)], 0)
    assert [(b.address, b.length) for b in blocks] == [(0, 125), (125, 125), (250, 50)]
    assert coalesced([Span("input", 0, 4), Span("input", 2), Span("coil", 0)], 0) == [Span("coil", 0), Span("input", 0, 4)]


def test_a_silent_unit_is_left_alone_for_longer_and_longer() -> None:
    breaker = Breaker()
    pauses = []
    for _ in range(6):
        breaker.silent(100.0)
        pauses.append(breaker.until - 100.0)
    assert pauses == [0.5, 1, 2, 4, 5, 5]
    assert breaker.suspect
    breaker.answered()
    assert (breaker.suspect, breaker.until) == (False, 0)


def test_a_watchdog_is_fed_while_anything_must_not_fall_back() -> None:
    unit = units_of(site_at(), "line", 0.0)[0]
    assert unit.food(0.0) is None
    unit.leases[PointId(FRONT, "lock")] = 60.0
    unit.leases[PointId(BACK, "lock")] = 20.0
    assert unit.food(0.0) == Write("holding", 100, (30,))
    unit.fed_at = 0.0
    assert [unit.food(now) is not None for now in (1.0, 8.9, 9.0, 59.0, 60.0)] == [False, False, True, True, False]
    assert Watchdog(100, 30).every_s * 3 < 30


def test_only_what_would_be_kept_is_ended_by_the_driver() -> None:
    timed, board = units_of(site_at(), "line", 0.0)
    timed.leases[PointId(FRONT, "lock")] = board.leases[PointId(STORE, "lock")] = 60.0
    assert (timed.forgotten(59.0), board.forgotten(59.0)) == ([], [])
    assert timed.forgotten(60.0) == []
    (route,) = board.forgotten(60.0)
    assert (route.point, route.fallback) == (PointId(STORE, "lock"), "locked")
    assert (timed.leases, board.leases) == ({}, {})
