"""Bookings that people move to another room: doors, panels and those who wait follow, and the calendar goes on as it was."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edge.controller import Controller
from edge.events import DaemonStarted, Event, Observed, decode, encode
from edge.facts import DECISION
from edge.points import Value
from edge.site import Site
from edge.text import say
from rooms.arrivals import WAITING, check_in
from rooms.bookings import Booking, BookingsRead
from rooms.desk import RoomRefusal, extend, free_rooms, move
from rooms.life import ROOM
from rooms.plan import BOOKINGS

NINE = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ROOMS = ("huone-1", "huone-2", "huone-3")
SITE = Site.model_validate(
    {
        "site": {"id": "joensuu", "name": "Joensuu"},
        "spaces": {
            "aula": {"zone": "public"},
            **{room: {"zone": "semi-public", "kind": "service-room"} for room in (*ROOMS, "oma")},
        },
        "doors": {f"ovi-{room}": {"from": "aula", "to": room, "unlock": "booking"} for room in ROOMS},
        "connections": {"broker": {"protocol": "mqtt"}},
        "devices": {f"lock-{room}": {"type": "door-controller", "connection": "broker", "door": f"ovi-{room}"} for room in ROOMS},
        "calendars": {"rooms": {"file": "a.ics", "rooms": {room: room for room in ROOMS}}, "own": {"local": "oma"}},
    }
)


def booking(room: str, start: float, end: float, uid: str = "a") -> Booking:
    return Booking(
        room=room,
        calendar="rooms",
        uid=uid,
        rid="",
        start=NINE + start * HOUR,
        end=NINE + end * HOUR,
        all_day=False,
        status="CONFIRMED",
        verdict="yes",
        reason=say("Booked"),
        number="418" if uid == "a" else "",
    )


class House:
    def __init__(self) -> None:
        self.now = NINE
        self.journal: list[Event] = []
        self.controller = Controller(SITE, heartbeats=False)
        self.happens(DaemonStarted(at=NINE, epoch=1, version="0", site="joensuu"))
        for room in ROOMS:
            self.happens(Observed(at=NINE, device=f"lock-{room}", point="lock", value="locked"))

    def happens(self, event: Event) -> None:
        self.controller.observe(event)
        self.settle()

    def settle(self) -> None:
        self.journal += [event for event in self.controller.settle(self.now).events if event.journaled]

    def reads(self, *bookings: Booking) -> None:
        self.happens(BookingsRead(at=self.now, calendar="rooms", bookings=bookings, problems=(), read_at=self.now))

    def moves(self, room: str, to: str, uid: str = "a") -> None:
        self.happens(move(self.controller.facts, SITE, self.now, room, "Aino", uid, "", to))

    def wait(self, span: timedelta) -> None:
        self.now += span
        self.settle()

    def known(self, room: str) -> list[tuple[str, str]]:
        return [(each.uid, each.moved_from) for each in self.controller.facts(BOOKINGS("rooms", room)) or ()]

    def wanted(self, room: str) -> Value:
        decision = self.controller.facts(DECISION(f"lock-{room}", "lock"))
        return None if decision is None else decision.value


@pytest.fixture
def house() -> House:
    return House()


def test_the_door_of_the_other_room_opens_and_that_of_the_first_does_not(house: House) -> None:
    house.reads(booking("huone-1", 1, 2))
    house.moves("huone-1", "huone-2")
    house.wait(HOUR)
    assert (house.wanted("huone-1"), house.wanted("huone-2")) == ("locked", "unlocked")
    one, two = house.controller.facts(ROOM("huone-1")), house.controller.facts(ROOM("huone-2"))
    assert one is not None
    assert two is not None
    assert (one.state, two.state) == ("free", "open")


def test_it_moves_also_while_it_runs_and_back_again(house: House) -> None:
    house.reads(booking("huone-1", 0, 1))
    assert house.wanted("huone-1") == "unlocked"
    house.moves("huone-1", "huone-2")
    assert (house.wanted("huone-1"), house.wanted("huone-2")) == ("locked", "unlocked")
    house.moves("huone-2", "huone-3")
    assert house.known("huone-3") == [("a", "huone-1")]
    house.moves("huone-3", "huone-1")
    assert (house.wanted("huone-1"), house.known("huone-1")) == ("unlocked", [("a", "")])


def test_the_calendar_that_says_the_same_again_moves_nothing_back(house: House) -> None:
    house.reads(booking("huone-1", 1, 2))
    house.moves("huone-1", "huone-2")
    for _ in range(2):
        house.wait(MINUTE)
        house.reads(booking("huone-1", 1, 2), booking("huone-3", 1, 2, "b"))
        assert [house.known(room) for room in ROOMS] == [[], [("a", "huone-1")], [("b", "")]]
    house.reads(replace(booking("huone-1", 1, 2), title="", agency="dvv"))
    assert house.known("huone-2") == [("a", "huone-1")]
    (moved,) = house.controller.facts(BOOKINGS("rooms", "huone-2")) or ()
    assert moved.agency == "dvv"


def test_a_booking_that_its_calendar_moves_in_time_is_again_where_the_calendar_has_it(house: House) -> None:
    house.reads(booking("huone-1", 1, 2))
    house.moves("huone-1", "huone-2")
    house.reads(booking("huone-1", 3, 4))
    assert [house.known(room) for room in ROOMS] == [[("a", "")], [], []]


def test_a_booking_that_is_cancelled_is_gone_from_the_other_room(house: House) -> None:
    house.reads(booking("huone-1", 0, 1))
    house.moves("huone-1", "huone-2")
    house.reads()
    assert [house.known(room) for room in ROOMS] == [[], [], []]
    assert house.wanted("huone-2") == "locked"


def test_it_moves_only_where_nobody_else_is_then(house: House) -> None:
    house.reads(booking("huone-1", 1, 2), booking("huone-2", 1.5, 3, "b"))
    (meant,) = house.controller.facts(BOOKINGS("rooms", "huone-1")) or ()
    assert free_rooms(house.controller.facts, SITE, NINE, meant) == ["huone-3"]
    with pytest.raises(RoomRefusal, match="booked by somebody else"):
        house.moves("huone-1", "huone-2")
    for elsewhere in ("oma", "aula", "huone-1"):
        with pytest.raises(RoomRefusal, match="another room of its own calendar"):
            house.moves("huone-1", elsewhere)
    with pytest.raises(RoomRefusal, match="no such booking"):
        house.moves("huone-3", "huone-1")


def test_what_people_did_with_it_holds_it_where_it_is(house: House) -> None:
    house.reads(booking("huone-1", 0, 1))
    house.happens(extend(house.controller.facts, SITE, house.now, "huone-1", "Aino"))
    with pytest.raises(RoomRefusal, match="extended or given free"):
        house.moves("huone-1", "huone-2")


def test_whoever_waits_for_it_waits_in_the_other_room(house: House) -> None:
    house.reads(booking("huone-1", 0.2, 1))
    house.happens(check_in(SITE, house.controller.facts, house.now, "418", "kiosk"))
    house.moves("huone-1", "huone-2")
    (waiting,) = (house.controller.facts(WAITING()) or {}).values()
    assert waiting.arrived.room == "huone-2"
    assert house.known("huone-2") == [("a", "huone-1")]


@pytest.mark.parametrize("by", ["journal", "checkpoint"])
def test_a_restart_leaves_it_where_it_was_moved(house: House, by: str) -> None:
    house.reads(booking("huone-1", 0, 1))
    house.moves("huone-1", "huone-2")
    kept = house.journal if by == "journal" else house.controller.snapshot(house.now)
    again = House()
    again.controller = Controller(SITE, heartbeats=False)
    again.controller.restore([decode(event.kind, encode(event)) for event in kept])
    assert again.known("huone-2") == [("a", "huone-1")]
    again.now = house.now
    again.reads(booking("huone-1", 0, 1))
    assert [again.known(room) for room in ROOMS] == [[], [("a", "huone-1")], []]
