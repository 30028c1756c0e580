"""The worked values of each make's manual, and what each make can do."""

from collections.abc import Mapping

import pytest

from edge.errors import IllegalCommand
from edge.points import Value
from edge.profiles import PROFILES
from edge.profiles.modbus_table import Area, Latch, ModbusTable, Point, Presses, Span, Write
from security.supervision import HEARTBEAT_BY_TYPE

Table = Mapping[tuple[Area, int], int]


def table_of(make: str) -> ModbusTable:
    mapping = PROFILES[f"modbus.{make}"].mapping
    assert isinstance(mapping, ModbusTable)
    return mapping


def shown(make: str, type_: str, point: str, channel: int, table: Table) -> Value:
    """What a point is when a unit's table holds these."""
    described = next(p for p in table_of(make).points[type_] if p.name == point)
    assert isinstance(described, Point)
    span = described.at(channel)
    return described.codec.read(tuple(table.get((span.area, span.address + n), 0) for n in range(span.length)))


def order(make: str, point: str, channel: int, value: Value, for_s: float | None = None) -> Write | None:
    return table_of(make).orders[point].write(channel, value, 7, 41, for_s)


def test_the_timed_door() -> None:
    assert order("timed_door", "lock", 2, "unlocked", 60) == Write("holding", 16, (0, 7, 0, 41, 60), Span("input", 16, 4))
    assert shown("timed_door", "door-controller", "lock", 2, {("discrete", 8): 1}) == "unlocked"
    assert shown("timed_door", "door-controller", "contact", 2, {("discrete", 9): 0}) == "closed"


def test_the_strike_board() -> None:
    door_2: Table = {("input", 1): 3}
    assert shown("strike_board", "door-controller", "lock", 2, door_2) == "unlocked"
    assert shown("strike_board", "door-controller", "contact", 2, door_2) == "open"
    assert shown("strike_board", "door-controller", "exit-request", 2, door_2) is False
    assert order("strike_board", "lock", 2, "unlocked", 60) == Write("coil", 1, (1,))
    assert table_of("strike_board").orders["lock"].falls_back


def test_the_relay_board() -> None:
    assert order("relay_board", "lock", 3, "unlocked", 60) == Write("coil", 2, (1,))
    assert shown("relay_board", "door-controller", "contact", 3, {("discrete", 2): 1}) == "closed"
    assert shown("relay_board", "alarm-input", "active", 5, {("discrete", 4): 1}) is True
    assert shown("relay_board", "occupancy-sensor", "present", 6, {("discrete", 5): 1}) is True


def test_the_panic_board() -> None:
    (latch,) = (p for p in table_of("panic_latched").points["panic-button"] if isinstance(p, Latch))
    assert latch.at(2) == Span("input", 14, 4)
    assert latch.read((57005, 48879, 5, 4)) == Presses(3_735_928_559, 5, 4)
    assert latch.take(2, 5) == Write("holding", 11, (5,))
    assert shown("panic_latched", "panic-button", "tamper", 2, {("discrete", 1): 1}) is True


def test_the_masking_unit() -> None:
    assert order("masking_unit", "level", 3, 42.5) == Write("holding", 140, (425,), Span("holding", 140))
    assert order("masking_unit", "level", 3, 0.0) == Write("holding", 140, (0,), Span("holding", 140))
    assert shown("masking_unit", "masking-unit", "level", 3, {("input", 141): 425}) == 42.5
    assert shown("masking_unit", "masking-unit", "ambient", 3, {("input", 145): 361}) == 36.1
    assert shown("masking_unit", "masking-unit", "muted", 3, {("input", 143): 3}) is True
    assert shown("masking_unit", "masking-unit", "muted", 3, {("input", 143): 2}) is False
    assert order("masking_unit", "muted", 3, True) == Write("coil", 12, (1,))
    with pytest.raises(IllegalCommand):
        order("masking_unit", "level", 3, 29.0)


def test_the_dock() -> None:
    bay_3: Table = {("input", 30): 21549, ("input", 31): 12599, ("input", 38): 0b100}
    assert shown("dock_4", "terminal-dock", "terminal", 3, bay_3) == "T-17"
    assert shown("dock_4", "terminal-dock", "terminal", 4, bay_3) is None
    assert shown("dock_4", "terminal-dock", "tamper", 3, bay_3) is True
    assert order("dock_4", "release", 3, True) == Write("coil", 2, (1,))


def test_channels_of_a_make_never_overlap() -> None:
    for name, profile in PROFILES.items():
        if not isinstance(profile.mapping, ModbusTable):
            continue
        for points in profile.mapping.points.values():
            for point in points:
                spans = [point.at(channel) for channel in range(1, profile.channels + 1)]
                taken = [span.address + n for span in spans for n in range(span.length)]
                assert len(taken) == len(set(taken)), f"{name} {point.name}"


def test_a_button_is_heard_as_often_as_it_is_supervised() -> None:
    heartbeat = PROFILES["modbus.panic_latched"].heartbeat
    assert heartbeat is not None
    assert heartbeat <= HEARTBEAT_BY_TYPE["panic-button"]


def test_what_each_make_can_do() -> None:
    told = {name: profile for name, profile in PROFILES.items() if name.startswith("modbus.")}
    assert {name for name, profile in told.items() if profile.answers} == {"modbus.panic_latched", "modbus.relief_latched"}
    assert {name for name, profile in told.items() if profile.ramps} == {"modbus.masking_unit"}
    assert {name for name, profile in told.items() if profile.lease == "pulse"} == {"modbus.strike_board"}
    assert {name for name, profile in told.items() if "read-back" not in profile.senses} == {"modbus.relay_board"}
