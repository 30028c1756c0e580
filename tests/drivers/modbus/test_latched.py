"""Counted presses: none is lost and none is doubled, whatever crashes and whenever."""

import random

import pytest

from drivers.modbus.latched import LatchedPresses
from edge.errors import Garbled
from edge.profiles.modbus_table import Presses


def test_each_press_is_told_once_and_the_unit_may_forget_it_when_it_is_on_disk() -> None:
    latch = LatchedPresses("panic-1f-20-2")
    assert latch.new(Presses(0xDEADBEEF, 4, 4)) == []
    assert latch.owed() is None
    # Manual PB-8, example: the fifth press of button 2, four of them taken.
    assert latch.new(Presses(0xDEADBEEF, 5, 4)) == [(5, "panic-1f-20-2-deadbeef-5")]
    assert latch.new(Presses(0xDEADBEEF, 5, 4)) == []
    assert latch.owed() is None
    latch.on_disk(0xDEADBEEF, 5)
    assert latch.owed() == 5
    latch.asked()
    assert latch.owed() is None
    assert latch.new(Presses(0xDEADBEEF, 5, 4)) == []
    assert latch.owed() == 5  # the unit did not take it
    assert latch.new(Presses(0xDEADBEEF, 5, 5)) == []
    assert latch.owed() is None


def test_a_unit_forgets_no_press_before_those_that_came_earlier_are_on_disk() -> None:
    latch = LatchedPresses("p")
    assert [count for count, _ in latch.new(Presses(1, 3, 0))] == [1, 2, 3]
    latch.on_disk(1, 2)
    assert latch.owed() is None
    latch.on_disk(1, 1)
    assert latch.owed() == 2
    latch.on_disk(1, 3)
    assert latch.owed() == 3


def test_counts_go_on_after_the_last_and_begin_anew_with_another_series() -> None:
    latch = LatchedPresses("p")
    assert latch.new(Presses(1, 65535, 65535)) == []
    assert [count for count, _ in latch.new(Presses(1, 1, 65535))] == [0, 1]
    assert latch.new(Presses(2, 0, 0)) == []
    latch.on_disk(1, 1)  # of the series that is gone
    assert latch.owed() is None
    assert latch.new(Presses(2, 1, 0)) == [(1, "p-00000002-1")]


@pytest.mark.parametrize("said", [Presses(1, 65535, 0), Presses(1, 3, 65000), Presses(0xFFFFFFFF, 0xFFFF, 0)])
def test_a_count_that_jumps_is_nonsense_and_no_flood_of_alarms(said: Presses) -> None:
    latch = LatchedPresses("p")
    latch.new(Presses(1, 0, 0))
    with pytest.raises(Garbled):
        latch.new(said)
    assert [count for count, _ in latch.new(Presses(1, 1, 0))] == [1]


@pytest.mark.parametrize("seed", range(20))
def test_with_crashes_at_any_moment_each_press_is_one_alarm(seed: int) -> None:
    """The journal knows the ids that it has; a crash loses what the driver knew and what was on its way to disk."""
    chance = random.Random(seed)
    latch, count, taken = LatchedPresses("p"), 65500, 65500
    pressed, journal, under_way = 0, set[str](), list[tuple[int, str]]()
    for _ in range(400):
        match chance.randrange(6):
            case 0:
                pressed += 1
                count = (count + 1) % 65536
            case 1:
                under_way += latch.new(Presses(7, count, taken))
            case 2 if under_way:
                number, press = under_way.pop(0)
                journal.add(press)
                latch.on_disk(7, number)
            case 3 if (owed := latch.owed()) is not None:
                taken = owed if chance.random() < 0.7 else taken  # the write may be lost
                latch.asked()
            case 4 if chance.random() < 0.3:
                latch, under_way = LatchedPresses("p"), []
            case _:
                pass
        # What the unit may forget is on disk.
        assert len(journal) >= pressed - (count - taken) % 65536
    under_way += latch.new(Presses(7, count, taken))
    journal.update(press for _, press in under_way)
    assert len(journal) == pressed
