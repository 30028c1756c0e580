"""What became of each booking stands in the journal once, whatever happens to the controller meanwhile."""

import random
from collections.abc import Iterable, Iterator
from typing import TypeVar

import pytest

from edge.events import Event, decode, encode
from edge.facts import Facts, Family
from rooms import desk
from rooms.bookings import Booking
from rooms.plan import BookingsChanged
from rooms.usage import ENDED, SIGHTINGS, BookingEnded, BookingNoted, RoomSighted, fold
from tests.builders import DAY, HOUR, MINUTE, read
from tests.rooms.test_life import ELEVEN, NOON, ROOM_1, TEN, Day, of, site

T = TypeVar("T")
DOCK = {"type": "terminal-dock", "space": ROOM_1}


def ended(day: Day) -> BookingEnded:
    (event,) = day.of(BookingEnded)
    return event


def test_a_booking_that_was_used() -> None:
    day = Day(of("dvv", TEN, ELEVEN))
    day.at(TEN + 5 * MINUTE).see(True)
    day.at(ELEVEN - 10 * MINUTE).see(False)
    day.at(NOON)
    event = ended(day)
    assert (event.outcome, event.agency, event.room, event.policy) == ("used", "dvv", ROOM_1, None)
    assert (event.start, event.booked_until, event.until) == (TEN, ELEVEN, ELEVEN)
    assert (event.seen_s, event.unknown_s, event.over_s) == (45 * 60, 0, 0)
    assert event.terminal is None
    assert event.at == ELEVEN + 5 * MINUTE
    assert [noted.what for noted in day.of(BookingNoted)] == ["people"]


def test_the_journal_learns_neither_where_people_are_nor_what_a_booking_was_about() -> None:
    day = Day(of("dvv", TEN, ELEVEN, uid="secret@example.fi"))
    day.at(TEN).see(True)
    day.at(NOON)
    assert not day.of(RoomSighted)
    told = str([encode(event) for event in day.of(BookingEnded) + day.of(BookingNoted)])
    assert "secret" not in told


def test_nobody_comes_and_the_rest_is_given_free() -> None:
    day = Day(of("dvv", TEN, ELEVEN)).at(NOON)
    event = ended(day)
    assert (event.outcome, event.released, event.until) == ("no-show", "nobody", TEN + 15 * MINUTE)


def test_nobody_comes_to_a_booking_that_is_kept() -> None:
    day = Day(of("dvv", TEN, ELEVEN), in_site=site(rooms={"all": {"no_show": "never"}})).at(NOON)
    event = ended(day)
    assert (event.outcome, event.released, event.until, event.policy) == ("no-show", "", ELEVEN, "all")


def test_what_no_sensor_saw_is_unknown_and_never_empty() -> None:
    day = Day(of("dvv", TEN, ELEVEN), in_site=site(rooms={"all": {"no_show": "never"}}))
    day.at(TEN + 20 * MINUTE).simulation.set("eye", "link", False)
    day.at(TEN + 21 * MINUTE).simulation.set("eye", "link", True)
    day.see(False)
    event = ended(day.at(NOON))
    assert (event.outcome, event.unknown_s) == ("unknown", 60)


def test_people_who_were_seen_make_it_used_although_the_sensor_is_lost_later() -> None:
    day = Day(of("dvv", TEN, ELEVEN))
    day.at(TEN + MINUTE).see(True)
    day.at(TEN + 31 * MINUTE).simulation.set("eye", "link", False)
    event = ended(day.at(NOON))
    assert (event.outcome, event.seen_s, event.unknown_s) == ("used", 30 * 60, 29 * 60)


def test_people_who_sit_still_are_not_gone() -> None:
    day = Day(of("dvv", TEN, ELEVEN))
    day.at(TEN).see(True)
    day.at(TEN + 10 * MINUTE).see(False)
    day.at(TEN + 14 * MINUTE).see(True)
    day.at(ELEVEN).see(False)
    assert ended(day.at(NOON)).seen_s == 3600


def test_over_time_until_they_leave_or_the_next_booking_begins() -> None:
    day = Day(of("dvv", TEN, ELEVEN))
    day.at(TEN).see(True)
    day.at(ELEVEN + 12 * MINUTE).see(False)
    day.at(ELEVEN + 16 * MINUTE)
    assert not day.of(BookingEnded)
    assert ended(day.at(NOON)).over_s == 12 * 60

    day = Day(of("dvv", TEN, ELEVEN), of("vero", ELEVEN + 20 * MINUTE, NOON, "b"))
    day.at(TEN).see(True)
    day.at(ELEVEN + 20 * MINUTE)
    assert ended(day).over_s == 20 * 60


def test_people_left_over_from_before_count_for_the_next_only_when_they_stay() -> None:
    kept = site(rooms={"all": {"no_show": "never"}})
    for stay, outcome in ((3 * MINUTE, "no-show"), (12 * MINUTE, "used")):
        day = Day(of("dvv", TEN, ELEVEN), of("te", ELEVEN, NOON, "b"), in_site=kept)
        day.at(TEN).see(True)
        day.at(ELEVEN + stay).see(False)
        day.at(NOON + HOUR)
        first, second = day.of(BookingEnded)
        assert (first.outcome, second.outcome) == ("used", outcome)


def test_given_free_by_people_and_extended() -> None:
    day = Day(of("dvv", TEN, ELEVEN)).at(TEN)
    day.see(True)
    day.at(TEN + 30 * MINUTE).do(desk.release)
    event = ended(day.at(NOON))
    assert (event.released, event.until, event.outcome) == ("people", TEN + 30 * MINUTE, "used")

    day = Day(of("dvv", TEN, ELEVEN)).at(TEN)
    day.see(True)
    day.at(ELEVEN - MINUTE).do(desk.extend)
    day.at(ELEVEN + 10 * MINUTE).see(False)
    assert ended(day.at(NOON + HOUR)).until == ELEVEN + 15 * MINUTE


def test_what_never_had_the_room_is_no_booking_of_it() -> None:
    day = Day(of("dvv", TEN, ELEVEN, verdict="no"), of("dvv", NOON, NOON + HOUR, "b", verdict="pending")).at(NOON + DAY)
    assert not day.of(BookingEnded)


def test_one_meeting_in_two_calendars_is_one_booking() -> None:
    day = Day(of("dvv", TEN, ELEVEN))
    twin = of("dvv", TEN, ELEVEN, calendar="here")
    day.simulation.observe(BookingsChanged(at=day.simulation.now, calendar="here", made=(twin,)))
    day.at(NOON)
    assert len(day.of(BookingEnded)) == 1


def test_a_booking_taken_back_while_people_are_there_was_used() -> None:
    day = Day(of("dvv", TEN, ELEVEN)).at(TEN)
    day.see(True)
    day.at(TEN + 40 * MINUTE).simulation.observe(read(day.simulation.now))
    event = ended(day.at(NOON))
    assert (event.outcome, event.until, event.seen_s) == ("used", TEN + 40 * MINUTE, 40 * 60)


def test_a_terminal_out_of_its_dock() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("dvv", NOON, NOON + HOUR, "b"), in_site=site(devices={"dock": DOCK}))
    day.simulation.set("dock", "terminal", "T1")
    day.at(TEN + MINUTE).see(True)
    day.simulation.set("dock", "terminal", None)
    day.at(TEN + 2 * MINUTE).simulation.set("dock", "terminal", "T1")
    day.at(ELEVEN).see(False)
    day.at(NOON + 2 * HOUR)
    assert [event.terminal for event in day.of(BookingEnded)] == [True, False]


def test_a_power_cut_over_a_weekend_loses_no_booking() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("te", NOON, NOON + HOUR, "b"))
    day.at(TEN).see(True)
    snapshot = _through_the_journal(day.simulation.controller.snapshot(TEN + MINUTE))
    day.simulation.now = TEN + 5 * DAY
    day.simulation.restart(snapshot)
    first, second = day.of(BookingEnded)
    assert (first.outcome, first.seen_s, first.unknown_s) == ("used", 60, 59 * 60)
    assert (second.outcome, second.unknown_s) == ("unknown", 3600)


def test_a_sensor_that_flickers_all_day_is_remembered_in_little() -> None:
    day = Day()
    for minute in range(0, 26 * 60, 3):
        day.at(TEN - HOUR + minute * MINUTE).simulation.set("eye", "link", minute % 2 == 0)
        day.see(minute % 2 == 0)
    assert len(day.simulation.facts(SIGHTINGS(ROOM_1)) or ()) <= 201


@pytest.mark.parametrize("seed", range(6))
def test_every_booking_is_noted_once_whatever_kills_there_are(seed: int) -> None:
    """A kill loses what was seen since the last checkpoint, and nothing that is in the journal."""
    rand = random.Random(seed)
    starts = sorted(rand.sample(range(40), rand.randint(2, 8)))
    bookings = [_quarters(rand, n, uid) for uid, n in enumerate(starts)]
    day = Day(*bookings)
    journal: list[Event] = day.events
    checkpoint, since = list(day.simulation.controller.snapshot(day.simulation.now)), len(journal)
    while day.simulation.now < TEN + 20 * HOUR:
        day.at(day.simulation.now + rand.randint(1, 20) * MINUTE)
        match rand.choice(["see", "see", "see", "kill", "checkpoint", "read"]):
            case "see":
                day.see(rand.random() < 0.5)
            case "read":
                day.simulation.observe(read(day.simulation.now, *bookings))
            case "checkpoint":
                checkpoint, since = _through_the_journal(day.simulation.controller.snapshot(day.simulation.now)), len(journal)
            case _:
                day.simulation.restart([*checkpoint, *_through_the_journal(journal[since:])])
                if rand.random() < 0.7:
                    day.simulation.report_all()
    done = day.of(BookingEnded)
    assert len({event.mark for event in done}) == len(done) == len(bookings)
    noted = {event.mark for event in day.of(BookingNoted)}
    for event in done:
        length = (event.until - event.start).total_seconds()
        assert 0 <= event.seen_s + event.unknown_s <= length
        assert (event.outcome == "used") == (event.mark in noted)
        assert event.outcome != "no-show" or event.unknown_s == 0 or event.released == "nobody"
    assert all(day.simulation.facts(ENDED(event.mark)) == event.at for event in done)
    assert not day.told("rule-failed")
    assert not day.simulation.controller.kernel.faults


def _quarters(rand: random.Random, start: int, uid: int) -> Booking:
    begin = TEN + start * 15 * MINUTE
    return of(rand.choice(["dvv", "te"]), begin, begin + rand.choice([1, 2, 4]) * 15 * MINUTE, str(uid))


def _through_the_journal(events: Iterable[Event]) -> list[Event]:
    return [decode(event.kind, encode(event)) for event in events]


class Counted(Facts):
    """How often somebody went through everything."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def of(self, family: Family[T]) -> Iterator[tuple[tuple[str, ...], T]]:
        self.times += 1
        return super().of(family)


def test_what_is_old_is_forgotten_without_a_look_at_everything_for_each_booking() -> None:
    facts = Counted()
    for hour in range(40 * 24):
        at = TEN + hour * HOUR
        over = BookingEnded(
            at=at,
            room=ROOM_1,
            mark=str(hour),
            agency=None,
            policy=None,
            start=at - HOUR,
            booked_until=at,
            until=at,
            outcome="used",
        )
        fold(facts, over)
    assert len(dict(facts.of(ENDED))) <= 9 * 24 + 1
    assert facts.times <= 40 * 2 + 1
