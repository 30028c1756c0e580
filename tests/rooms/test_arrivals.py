"""Customers who wait, as the whole controller keeps them."""

from datetime import UTC, datetime, timedelta

import pytest

from edge.controller import Controller
from edge.events import Event
from edge.facts import ACTIVE
from edge.refusal import Refusal
from edge.site import Site
from edge.text import say
from rooms.arrivals import EARLY, FORGOTTEN, PATIENCE, QUEUE_PATIENCE, WAITING, NotToday, answer, check_in, met, queue_up
from rooms.bookings import Booking, BookingsRead
from rooms.desk import arrive, release
from rooms.numbers import number_of

NINE = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = Site.model_validate(
    {
        "site": {"id": "porvoo", "name": "Porvoo"},
        "agencies": {"vero": {"name": "Vero", "staff_first": True}, "mml": {"name": "MML"}},
        "spaces": {name: {"zone": "semi-public", "kind": "service-room"} for name in ("huone-1", "huone-2")},
        "calendars": {
            "vero": {"file": "a.ics", "room": "huone-1", "agency": "vero"},
            "mml": {"file": "b.ics", "room": "huone-2", "agency": "mml"},
        },
    }
)


def booking(calendar: str, hours: float, uid: str = "a", number: str = "", lasts: timedelta = HOUR) -> Booking:
    room = "huone-1" if calendar == "vero" else "huone-2"
    return Booking(
        room=room,
        calendar=calendar,
        uid=uid,
        rid="",
        start=NINE + hours * HOUR,
        end=NINE + hours * HOUR + lasts,
        all_day=False,
        status="CONFIRMED",
        verdict="yes",
        reason=say("Booked"),
        agency=calendar,
        number=number,
    )


class House:
    def __init__(self) -> None:
        self.now = NINE
        self.controller = Controller(SITE, heartbeats=False)
        self.facts = self.controller.facts

    def happens(self, event: Event) -> None:
        self.controller.observe(event)
        self.controller.settle(self.now)

    def books(self, *bookings: Booking) -> None:
        for calendar in ("vero", "mml"):
            own = tuple(each for each in bookings if each.calendar == calendar)
            self.happens(BookingsRead(at=self.now, calendar=calendar, bookings=own, problems=(), read_at=self.now))

    def wait(self, span: timedelta) -> None:
        self.now += span
        self.controller.settle(self.now)

    def check_in(self, number: str) -> None:
        self.happens(check_in(SITE, self.facts, self.now, number, "kiosk"))

    def waiting(self) -> list[str]:
        return [each.arrived.number for each in (self.facts(WAITING()) or {}).values()]

    def told(self) -> list[str]:
        return [began.subject for _, began in self.facts.of(ACTIVE) if began.type == "customer-waits"]


@pytest.fixture
def house() -> House:
    return House()


def test_a_number_is_enough_however_it_is_written(house: House) -> None:
    house.books(booking("vero", 0.5, number="A-418"), booking("mml", 0.5, uid="b"))
    house.check_in(" a-418 ")
    house.check_in(number_of(booking("mml", 0.5, uid="b")))
    (first, second) = (house.facts(WAITING()) or {}).values()
    assert (first.arrived.number, first.arrived.room, first.arrived.agency) == ("A-418", "huone-1", "vero")
    assert (second.arrived.room, second.arrived.agency) == ("huone-2", "mml")


def test_who_says_so_twice_waits_once(house: House) -> None:
    house.books(booking("vero", 0, number="1"))
    house.check_in("1")
    house.happens(answer(house.facts, house.now, 1, "coming", "official"))
    answered = house.facts(WAITING())
    house.wait(timedelta(minutes=5))
    house.check_in("1")
    assert house.waiting() == ["1"]
    assert house.facts(WAITING()) == answered


@pytest.mark.parametrize("hours", [-2, 1.01, 24])
def test_a_booking_of_another_time_is_none(house: House, hours: float) -> None:
    house.books(booking("vero", hours, number="1"))
    with pytest.raises(NotToday):
        house.check_in("1")


def test_one_may_come_an_hour_before(house: House) -> None:
    house.books(booking("vero", EARLY / HOUR, number="1"))
    house.check_in("1")
    assert house.waiting() == ["1"]


def test_of_two_bookings_with_one_number_the_nearer_is_meant_and_of_two_at_once_neither(house: House) -> None:
    house.books(booking("vero", 0.2, number="1"), booking("mml", 0.9, number="1"))
    house.check_in("1")
    assert [each.arrived.room for each in (house.facts(WAITING()) or {}).values()] == ["huone-1"]
    house.books(booking("vero", 0.2, uid="x", number="2"), booking("mml", 0.2, uid="y", number="2"))
    with pytest.raises(Refusal, match="Two bookings"):
        house.check_in("2")


def test_the_wait_is_over_when_the_official_comes(house: House) -> None:
    house.books(booking("vero", 0.1, number="1"), booking("mml", 0.1, number="2"))
    house.check_in("1")
    house.check_in("2")
    house.happens(arrive(house.facts, SITE, house.now, "huone-1", "official"))
    assert house.waiting() == ["2"]
    house.happens(met(house.facts, house.now, 2, "host"))
    assert house.waiting() == []
    with pytest.raises(Refusal, match="wait no longer"):
        met(house.facts, house.now, 2, "host")


def test_the_wait_is_over_when_the_booking_is_given_free_or_long_over(house: House) -> None:
    house.books(booking("vero", 0, number="1"), booking("mml", 0, number="2"))
    house.check_in("1")
    house.check_in("2")
    house.happens(release(house.facts, SITE, house.now + timedelta(minutes=2), "huone-1", "host"))
    assert house.waiting() == ["2"]
    house.wait(HOUR + FORGOTTEN)
    assert house.waiting() == []


def test_a_booking_that_is_cancelled_keeps_nobody_waiting_for_ever(house: House) -> None:
    house.books(booking("vero", 0, number="1"))
    house.check_in("1")
    house.books()
    assert house.waiting() == ["1"]
    house.wait(FORGOTTEN)
    assert house.waiting() == []


def test_the_host_is_told_of_a_long_wait_and_after_an_answer_anew(house: House) -> None:
    house.books(booking("vero", 0.5, number="1"))
    house.check_in("1")
    house.wait(timedelta(minutes=30) + PATIENCE)
    assert house.told() == ["huone-1"]
    house.happens(answer(house.facts, house.now, 1, "five-minutes", "official"))
    assert house.told() == []
    house.wait(PATIENCE)
    assert house.told() == ["huone-1"]


def test_a_queue_number_waits_for_an_agency_and_is_called_by_its_people(house: House) -> None:
    for _ in range(2):
        house.happens(queue_up(SITE, house.facts, house.now, "A17", "mml"))
    house.happens(queue_up(SITE, house.facts, house.now, "A17", "vero"))
    assert house.waiting() == ["A17", "A17"]
    house.wait(QUEUE_PATIENCE)
    assert sorted(house.told()) == ["mml", "vero"]
    with pytest.raises(Refusal, match="agency"):
        queue_up(SITE, house.facts, house.now, "B1", "kela")


def test_a_checkpoint_keeps_who_waits_and_gives_no_number_again(house: House) -> None:
    house.books(booking("vero", 0.5, number="1"))
    house.check_in("1")
    house.happens(answer(house.facts, house.now, 1, "coming", "official"))
    house.happens(queue_up(SITE, house.facts, house.now, "A1", None))
    house.happens(met(house.facts, house.now, 2, "host"))
    again = Controller(SITE, heartbeats=False)
    again.restore(house.controller.snapshot(house.now))
    assert again.facts(WAITING()) == house.facts(WAITING())
    assert queue_up(SITE, again.facts, house.now, "A2", None).arrival == 3
