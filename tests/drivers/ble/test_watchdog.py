"""When an adapter counts as deaf, and who may be connected: moments of a day, in seconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ble.gatt import gatt_of
from drivers.ble.session import LOST_AFTER_S, Session
from drivers.ble.slots import REFRESH_S, STAY_S, Need, decide
from drivers.ble.teller import Teller
from drivers.ble.watchdog import Watchdog
from edge.clock import SystemClock
from edge.commands import Command
from edge.points import PointId
from edge.text import say
from tests.drivers.ble.air import LOCK, Heard, site_with


def test_silence_of_all_that_was_heard_is_noticed_and_told_after_a_restart() -> None:
    dog = Watchdog({"a": 2.0, "b": 5.0, "c": 60.0})
    dog.listens(0)
    assert not dog.judge(10_000), "nobody was heard yet"
    for device in ("a", "b"):
        dog.heard(device)
    dog.lives(10_000)
    assert not dog.judge(10_014)
    assert dog.judge(10_015), "three beats of the second quickest"
    assert not dog.silent
    dog.restarted(10_015)
    assert not dog.judge(10_029)
    assert dog.judge(10_030)
    assert dog.silent
    dog.restarted(10_030)
    assert not dog.judge(10_059)
    assert dog.judge(10_060), "again, ever more rarely"
    dog.lives(10_061)
    assert not dog.silent
    assert not dog.judge(10_075)


def test_a_stranger_proves_that_it_hears() -> None:
    dog = Watchdog({"a": 2.0})
    dog.heard("a")
    dog.lives(0)
    for now in range(1, 100):
        dog.lives(now)
        assert not dog.judge(now + 1)


def test_a_single_quick_one_that_is_carried_away_is_no_silence() -> None:
    dog = Watchdog({"terminal": 0.5, "sensor": 60.0})
    dog.heard("terminal")
    dog.heard("sensor")
    dog.lives(0)
    assert not dog.judge(179)
    assert dog.judge(180)


def test_places_are_filled_and_commands_go_first() -> None:
    idle = [Need(f"idle-{n}", in_reach=True, read_at=n) for n in range(3)]
    ordered = Need("ordered", in_reach=True, ordered=True, read_at=99)
    assert decide([*idle, ordered], 3, 100) == (["ordered", "idle-0", "idle-1"], [])


def test_the_one_least_recently_needed_gives_way_to_a_command() -> None:
    holding = [Need(f"h{n}", since=90, needed_at=n, read_at=95) for n in (3, 1, 2)]
    ordered = Need("ordered", in_reach=True, ordered=True, needed_at=100)
    assert decide([*holding, ordered], 3, 100) == ([], ["h1"])
    holding[1].leaving = True
    assert decide([*holding, ordered], 3, 100) == ([], []), "a place is coming"


def test_one_with_a_command_of_its_own_does_not_give_way() -> None:
    holding = [Need("a", since=0, ordered=True), Need("b", since=0, ordered=True)]
    assert decide([*holding, Need("c", in_reach=True, ordered=True)], 2, 100) == ([], [])


def test_who_was_not_read_for_long_gets_a_place_in_turn() -> None:
    now = 100.0
    holding = Need("h", since=now - STAY_S, read_at=now)
    waiting = Need("w", in_reach=True, read_at=now - REFRESH_S)
    assert decide([holding, waiting], 1, now) == ([], ["h"])
    holding.since = now - STAY_S + 0.1
    assert decide([holding, waiting], 1, now) == ([], []), "it has only just come"
    holding.since, waiting.read_at = 0.0, now - REFRESH_S + 0.1
    assert decide([holding, waiting], 1, now) == ([], []), "it was read not long ago"


needs = st.lists(
    st.builds(
        Need,
        st.uuids().map(str),
        ordered=st.booleans(),
        in_reach=st.booleans(),
        since=st.none() | st.floats(0, 100),
        leaving=st.booleans(),
        needed_at=st.floats(0, 100),
        read_at=st.floats(0, 100),
    ),
    max_size=12,
)


@given(needs, st.integers(1, 10))
def test_never_more_than_there_are_places(wanted: list[Need], slots: int) -> None:
    connected, leaving = decide(wanted, slots, 100.0)
    holding = [need.name for need in wanted if need.since is not None]
    assert len(connected) <= max(0, slots - len(holding))
    assert set(leaving) <= set(holding)
    assert len(set(leaving)) == len(leaving)
    by_name = {need.name: need for need in wanted}
    assert not any(by_name[name].ordered for name in leaving)


@pytest.mark.parametrize(("devices", "slots"), [(5, 3), (12, 3), (4, 1)])
def test_in_the_long_run_everybody_is_read(devices: int, slots: int) -> None:
    found, now = [Need(f"d{n}", in_reach=True) for n in range(devices)], 0.0
    longest = 0.0
    for _ in range(2_000):
        now += 0.25
        connected, leaving = decide(found, slots, now)
        for need in found:
            if need.name in leaving:
                need.since = None
            elif need.name in connected:
                need.since, need.read_at = now, now
            elif need.since is not None:
                need.read_at = now
            if now > 60:
                longest = max(longest, now - need.read_at)
    assert longest <= REFRESH_S + (STAY_S + 1) * devices / slots


def test_a_conversation_that_was_ended_before_it_began_leaves_its_place() -> None:
    site, heard = site_with(LOCK), Heard(commits=False)
    teller = Teller("near", site, heard, SystemClock())
    waiting = Session(LOCK, "door-controller", "C0:98:E5:49:00:01", gatt_of(site.devices[LOCK]), teller)
    teller.heard(LOCK, 0.0)
    waiting.need.since = 1.0
    waiting.forget(2.0)
    assert waiting.need.since is None
    waiting.look(2.0 + LOST_AFTER_S)
    assert heard.values(LOCK, "link") == [True, False]


def test_an_order_that_is_not_newer_than_one_that_was_written_is_void() -> None:
    site, heard = site_with(LOCK), Heard(commits=False)
    lock = Session(
        LOCK, "door-controller", "C0:98:E5:49:00:01", gatt_of(site.devices[LOCK]), Teller("near", site, heard, SystemClock())
    )
    at = SystemClock().now()
    for number, waits in (((8, 2), True), ((8, 2), False), ((8, 1), False), ((7, 99), False), ((8, 3), True)):
        lock.put(Command(PointId(LOCK, "lock"), "unlocked", *number, at, 60.0, "test", say("A test")), 0.0, 60.0)
        assert (lock._next() is not None) is waits, number
