"""Rules 1 to 3: levels come of the schedule and the bookings ahead, are the least that serve, and move unnoticed (I134)."""

from datetime import datetime
from itertools import pairwise
from random import Random

import pytest

from acoustics.asked import ask_level
from acoustics.ramp import slew
from tests.acoustics.building import Day, at, meeting, site
from tests.builders import HOUR, MINUTE


def occupied(day: Day) -> Day:
    day.hand("present", True, "eye")
    return day


def rates_hold(levels: list[tuple[datetime, float]], up: float, down: float, step: float) -> None:
    """Between any two instants no more than the rates allow, and one step."""
    for n, (since, before) in enumerate(levels):
        for now, after in levels[n + 1 :]:
            minutes = (now - since) / MINUTE
            assert -down * minutes - step - 1e-6 <= after - before <= up * minutes + step + 1e-6, (since, now)


def test_the_schedule_alone_is_as_low_as_it_may_be() -> None:
    day = Day(site(), at(7))
    day.until(at(7, 59))
    assert (day.level, day.cause) == (30.0, "masking:schedule")
    day.until(at(10))
    assert day.level == 36.0
    day.until(at(17))
    assert day.level == 30.0


def test_a_booking_gets_the_least_masking_that_keeps_it_confidential_and_has_it_when_it_begins() -> None:
    day = occupied(Day(site(), at(7, 30)))
    day.book(meeting(at(10), at(11)))
    day.until(at(9, 30))
    assert day.level == 36.0
    day.until(at(10))
    assert (day.level, day.cause) == (40.5, "masking:conversation")
    private = day.privacy()
    assert (private.standing, private.live, private.missing_db, private.door) == ("confidential", True, None, "closed")
    day.until(at(10, 59))
    assert day.level == 40.5
    rates_hold([entry for entry in day.levels if entry[0] >= at(8)], 0.2, 0.1, 0.5)


def test_an_ended_or_shortened_booking_lets_it_fall_and_the_next_one_soon_keeps_it() -> None:
    day = occupied(Day(site(), at(9)))
    day.book(meeting(at(10), at(11)), meeting(at(11, 30), at(12), uid="b"))
    day.until(at(11, 59))
    assert day.level == 40.5
    assert not [t for t, before, after in day.steps() if after < before and t > at(10)]
    day.until(at(13))
    assert day.level == pytest.approx(36.0)


def test_what_no_bearable_level_can_do_is_not_tried_and_is_told_with_the_missing_decibels_and_a_remedy() -> None:
    day = Day(site({"pairs": [{"from": "room-1", "to": "corridor", "rating": 28}]}), at(9))
    day.book(meeting(at(10), at(11)))
    day.until(at(10, 30))
    assert (day.level, day.cause) == (41.0, "masking:conversation"), "the next lower class is within reach, and is not overshot"
    private = day.privacy()
    assert private.standing == "limited"
    assert private.missing_db == pytest.approx(10.2, abs=0.3)
    assert private.remedy is not None
    assert "tighter door" in private.remedy.message


def test_beside_an_open_desk_masking_earns_nothing_and_stays_low() -> None:
    pairs = [{"from": "desk", "to": "queue", "distance": 4}]
    day = Day(site({"pairs": pairs, "emitters": {"mask": {}, "mask-queue": {}, "mask-desk": {}}}), at(9))
    day.until(at(13))
    assert day.state("level", "mask-queue") == day.state("level", "mask-desk") == 36.0
    private = day.privacy("desk", "queue")
    assert (private.standing, private.live, private.door) == ("overhearable", True, "none")
    assert private.remedy is not None
    assert "a closed room" in private.remedy.message


def test_an_open_door_is_told_with_the_remedy_to_close_it_and_is_not_covered_by_noise() -> None:
    day = Day(site(), at(9))
    day.book(meeting(at(10), at(11)))
    day.until(at(10, 15))
    level = day.level
    day.hand("contact", "open", "lock-front")
    private = day.privacy()
    assert (private.standing, private.door) == ("overhearable", "open")
    assert private.remedy is not None
    assert "close the door" in private.remedy.message
    day.until(at(10, 45))
    assert day.level == level


def test_three_decibels_stand_between_confidential_and_what_the_figures_say() -> None:
    day = Day(site({"pairs": [{"from": "room-1", "to": "corridor", "distance": 16}]}), at(9))
    day.until(at(9, 1))
    day.hand("level", 42.0)
    assert day.privacy().background_dba == 42.0
    assert day.privacy().standing == "limited"  # 40.5 dB(A) would do without the margin
    day.until(at(9, 2))
    day.hand("level", 44.0)
    assert day.privacy().standing == "confidential"


@pytest.mark.parametrize(
    ("section", "most"),
    [({}, 42.0), ({"targets": [{"insist": True}]}, 45.0), ({"emitters": {"mask": {"highest": 38}}}, 38.0)],
)
def test_no_wish_goes_beyond_what_people_bear(section: dict[str, object], most: float) -> None:
    pairs = [{"from": "room-1", "to": "corridor", "rating": 34}]
    day = Day(site({"pairs": pairs, **section}), at(9))
    day.book(meeting(at(10), at(12)))
    day.act(lambda _, now: ask_level(day.zones, now, "mask", 45.0, "fm", now + HOUR))
    day.until(at(12))
    assert max(level for _, level in day.levels) == (38.0 if most == 38.0 else 45.0), "by hand, up to the maximum"
    late = Day(site({"pairs": pairs, **section}), at(9))
    late.book(meeting(at(10), at(12)))
    late.until(at(12))
    assert max(level for _, level in late.levels) <= most


def test_small_wishes_and_changes_of_mind_move_nothing() -> None:
    day = occupied(Day(site(), at(9)))
    day.until(at(9, 30))
    day.act(lambda _, now: ask_level(day.zones, now, "mask", 36.5, "fm", now + HOUR))
    day.until(at(9, 50))
    assert day.level == 36.0, "less than a decibel"
    day.act(lambda _, now: ask_level(day.zones, now, "mask", 38.0, "fm", now + HOUR))
    day.until(at(9, 56))
    risen = day.level
    assert risen > 36.0
    day.act(lambda _, now: ask_level(day.zones, now, "mask", 34.0, "fm", now + HOUR))
    day.until(at(10, 5))
    assert day.level == risen, "no reversal within a quarter of an hour"
    day.until(at(10, 30))
    assert day.level < risen
    turns = [(t, after > before) for t, before, after in day.steps()]
    assert all(later - earlier >= 15 * MINUTE for (earlier, up), (later, down) in pairwise(turns) if up != down)


@pytest.mark.parametrize("seed", range(3))
def test_any_path_keeps_to_its_rate(seed: int) -> None:
    """I134, for the arithmetic and for a whole unit with steps of 0.05 dB."""
    chance = Random(seed)
    level = 38.0
    for _ in range(200):
        seconds = chance.uniform(1, 60)
        target = chance.uniform(30, 45)
        after = slew(level, target, 0.2, 0.2, seconds)
        assert abs(after - level) <= 0.2 * seconds / 60 + 0.05
        level = after
    day = occupied(Day(site({"emitters": {"mask": {"step": 0.05}}}), at(9)))
    for minutes in range(0, 30, 6):
        target = round(chance.uniform(30, 45), 1)
        day.act(lambda _, now, target=target: ask_level(day.zones, now, "mask", target, "fm", now + HOUR))
        day.until(at(9, minutes + 6))
    rates_hold(day.levels[1:], 0.2, 0.2, 0.05)
