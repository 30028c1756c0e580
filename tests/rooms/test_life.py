"""The life of a room, hour by hour, with the real controller and virtual devices on a simulated clock."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from edge.errors import IllegalCommand
from edge.events import Event
from edge.facts import ACTIVE, READING
from edge.simulation import Simulation
from edge.site import Site
from rooms import desk
from rooms.bookings import Booking, CalendarUnchanged
from rooms.life import ROOM, RoomNow
from rooms.plan import BOOKINGS
from rooms.stays import RELEASED, BookingExtended, BookingReleased, OfficialCame
from tests.builders import HOUR, MINUTE, SECOND, booking, local, read, site_of

TEN, ELEVEN, NOON = local("2026-11-24 10:00"), local("2026-11-24 11:00"), local("2026-11-24 12:00")
"""A Tuesday."""
ROOM_1 = "room-1"
EYE = {"type": "occupancy-sensor", "space": ROOM_1}


def site(**more: Any) -> Site:
    spaces: dict[str, Any] = {
        "lobby": "public",
        "office": "internal",
        ROOM_1: {"zone": "semi-public", "kind": "service-room", **more.pop("room", {})},
        "hall": {"zone": "semi-public", "kind": "wedding-room"},
    }
    return site_of(
        spaces,
        {
            "front": {"from": "lobby", "to": ROOM_1, "unlock": "booking", **more.pop("front", {})},
            "back": {"from": ROOM_1, "to": "office", "back": "credential"},
            "hall-front": {"from": "lobby", "to": "hall", "unlock": "booking"},
        },
        hours={"open": {"mon-fri": "8:00-18:00"}, "tuesdays": {"tue": "8-18"}, "fridays": {"fri": "8-18"}},
        agencies={
            "vero": {"name": "Vero", "hours": "tuesdays"},
            "mml": {"name": "MML", "hours": "fridays"},
            "dvv": {"name": "DVV"},
            "te": {"name": "TE", "staff_first": True},
        },
        site={"hours": "open"},
        devices={"eye": EYE, "hall-eye": {"type": "occupancy-sensor", "space": "hall"}, **more.pop("devices", {})},
        calendars={
            "rooms": {"url": "https://c.example/", "rooms": {ROOM_1: "1", "hall": "2"}, "hold": "30 d", "stale_after": "30 d"},
            "here": {"local": ROOM_1},
            **more.pop("more_calendars", {}),
        },
        **more,
    )


class Day:
    """One Tuesday in the building."""

    def __init__(self, *bookings: Booking, at: datetime = TEN - HOUR, in_site: Site | None = None) -> None:
        self.site = in_site or site()
        self.events: list[Event] = []
        self.simulation = Simulation(self.site, at, self.events.append)
        self.see(False)
        self.see(False, "hall-eye")
        self.simulation.observe(read(at, *bookings))

    def see(self, somebody: bool, eye: str = "eye") -> None:
        self.simulation.set(eye, "present", somebody)

    def at(self, t: datetime) -> "Day":
        self.simulation.advance(t)
        return self

    def do(self, action: Any, *words: Any, room: str = ROOM_1, **named: Any) -> Event:
        return self.simulation.act(lambda facts, at: action(facts, self.site, at, room, "Aino", *words, **named))

    def now(self, room: str = ROOM_1) -> RoomNow:
        now = self.simulation.facts(ROOM(room))
        assert now is not None
        return now

    @property
    def state(self) -> str:
        return self.now().state

    def open(self, door: str = "front") -> bool:
        reading = self.simulation.facts(READING(f"lock-{door}", "lock"))
        assert reading is not None
        return reading.value == "unlocked"

    def told(self, condition: str, room: str = ROOM_1) -> bool:
        return self.simulation.facts(ACTIVE(condition, room)) is not None

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def of(agency: str | None, start: datetime, end: datetime, uid: str = "a", **more: Any) -> Booking:
    return replace(booking(start, end, uid=uid, **more), agency=agency)


def test_a_day_of_a_room() -> None:
    day = Day(of("dvv", TEN, ELEVEN))
    assert day.state == "free"
    assert day.now().because.message == "Free until {until}"
    assert day.at(TEN - 15 * MINUTE).state == "soon"
    assert day.at(TEN - 5 * MINUTE).state == "prepared"
    assert day.open()
    assert day.at(TEN).state == "open"
    day.see(True)
    assert day.state == "in-use"
    assert day.at(ELEVEN - SECOND).state == "in-use"
    assert day.at(ELEVEN).state == "over-time"
    assert day.told("over-time")
    assert not day.open()
    day.see(False)
    assert day.state == "free"
    assert not day.told("over-time")
    assert day.at(local("2026-11-24 18:00")).state == "closed"


def test_a_room_whose_door_an_alarm_holds_shut_is_not_open() -> None:
    button, response = {"type": "panic-button", "space": ROOM_1}, {"locks": ["front"]}
    day = Day(of("dvv", TEN, ELEVEN), in_site=site(devices={"button": button}, security={"panic": [response]})).at(TEN)
    day.simulation.press("button", "1")
    assert not day.open()
    assert day.state == "closed"
    assert day.now().because.message == "Panic alarm {number} from {button}"
    day.see(True)
    assert day.state == "in-use"


# --- nobody comes -----------------------------------------------------------------------------------------------------


def test_a_room_nobody_comes_to_is_given_free_after_a_warning() -> None:
    day = Day(of("dvv", TEN, ELEVEN))
    assert day.at(TEN + 5 * MINUTE).state == "empty"
    assert day.now().gives_up_at is None
    day.at(TEN + 10 * MINUTE)
    assert day.now().gives_up_at == TEN + 15 * MINUTE
    day.at(TEN + 15 * MINUTE - SECOND)
    assert day.open()
    day.at(TEN + 15 * MINUTE)
    assert day.state == "released"
    assert not day.open()
    assert day.told("room-released")
    (released,) = day.of(BookingReleased)
    assert (released.room, released.uid, released.by, released.booked_until) == (ROOM_1, "a", "", ELEVEN)
    day.see(True)  # who comes late does not open it by that
    assert not day.at(TEN + 20 * MINUTE).open()
    assert day.at(ELEVEN).state != "released"
    assert not day.told("room-released")


def test_who_is_there_in_time_keeps_the_room() -> None:
    day = Day(of("dvv", TEN, NOON)).at(TEN + 14 * MINUTE)
    day.see(True)
    day.at(TEN + 50 * MINUTE).see(False)
    day.at(ELEVEN + 5 * MINUTE - SECOND)
    assert day.open()
    assert day.at(ELEVEN + 5 * MINUTE).state == "released"  # they left early


def test_a_tap_keeps_the_room_that_no_sensor_sees_in_use() -> None:
    day = Day(of("dvv", TEN, ELEVEN)).at(TEN + 12 * MINUTE)
    day.do(desk.keep)
    assert day.now().gives_up_at is None
    assert day.at(TEN + 27 * MINUTE - SECOND).open()
    assert day.at(TEN + 27 * MINUTE).state == "released"


@pytest.mark.parametrize("fault", ["lost", "tampered", "one of two is lost"])
def test_a_sensor_that_cannot_be_believed_releases_nothing(fault: str) -> None:
    day = Day(of("dvv", TEN, ELEVEN), in_site=site(devices={"eye-2": EYE} if "two" in fault else {}))
    if "two" in fault:
        day.see(False, "eye-2")
    if fault == "tampered":
        day.simulation.set("eye", "tamper", True)
    else:
        day.simulation.set("eye", "link", False)
    assert day.at(ELEVEN - SECOND).state == "open"
    assert day.open()


def test_a_sensor_that_dies_in_the_middle_of_the_wait_releases_nothing_and_counts_anew_when_it_lives() -> None:
    day = Day(of("dvv", TEN, NOON)).at(TEN + 10 * MINUTE)
    day.simulation.set("eye", "link", False)
    assert day.at(TEN + 40 * MINUTE).open()


@pytest.mark.parametrize(("point", "broken", "whole"), [("link", False, True), ("tamper", True, False)])
def test_what_a_sensor_did_not_see_while_it_was_broken_counts_for_nothing(point: str, broken: bool, whole: bool) -> None:
    day = Day(of("dvv", TEN, NOON)).at(TEN + 2 * MINUTE)
    day.simulation.set("eye", point, broken)
    day.at(TEN + 40 * MINUTE).simulation.set("eye", point, whole)
    assert day.at(TEN + 55 * MINUTE - SECOND).open()
    assert day.now().gives_up_at == TEN + 55 * MINUTE
    assert day.at(TEN + 55 * MINUTE).state == "released"


def test_nobody_watched_while_the_controller_was_down() -> None:
    day = Day(of("dvv", TEN, ELEVEN)).at(TEN + 2 * MINUTE)
    journal = day.simulation.controller.snapshot(day.simulation.now)
    day.at(TEN + 14 * MINUTE).simulation.restart(journal)
    day.simulation.report_all()
    assert day.at(TEN + 29 * MINUTE - SECOND).open()
    assert day.at(TEN + 29 * MINUTE).state == "released"


@pytest.mark.parametrize("unlock", [{"booking": True, "hours": "open"}, "never"])
def test_a_booking_that_becomes_known_late_is_not_given_up_at_once(unlock: Any) -> None:
    day = Day(in_site=site(front={"unlock": unlock})).at(TEN + 30 * MINUTE)
    day.simulation.observe(read(TEN + 30 * MINUTE, of("dvv", TEN, ELEVEN)))
    assert day.at(TEN + 45 * MINUTE - SECOND).state == "empty"
    assert day.now().gives_up_at == TEN + 45 * MINUTE
    assert day.at(TEN + 45 * MINUTE).state == "released"


def test_a_short_wait_has_its_warning_too() -> None:
    day = Day(of("dvv", TEN, ELEVEN), in_site=site(rooms={"all": {"no_show": "3 min", "no_show_warning": "1 min"}}))
    assert day.at(TEN + 2 * MINUTE - SECOND).state == "open"
    assert day.at(TEN + 2 * MINUTE).now().gives_up_at == TEN + 3 * MINUTE
    assert day.at(TEN + 3 * MINUTE).state == "released"


def test_nobody_is_given_up_while_a_doubtful_booking_overlaps_theirs() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("mml", TEN, ELEVEN, "b"))
    assert day.at(TEN + 50 * MINUTE).open()
    assert day.now().gives_up_at is None


@pytest.mark.parametrize(
    ("end", "policy", "given_free"),
    [
        (TEN + 4 * HOUR, {}, True),
        (TEN + 4 * HOUR + MINUTE, {}, False),
        (TEN + 5 * HOUR, {"no_show": "20 min"}, True),
        (ELEVEN, {"no_show": "never"}, False),
        (ELEVEN, {"no_show": "20 min"}, True),
    ],
)
def test_which_bookings_are_given_up(end: datetime, policy: dict[str, Any], given_free: bool) -> None:
    day = Day(of("dvv", TEN, end), in_site=site(rooms={"all": policy}))
    assert (day.at(TEN + 30 * MINUTE).state == "released") is given_free


def test_an_all_day_booking_is_never_given_up() -> None:
    day = Day(
        of("dvv", TEN - 10 * HOUR, TEN + 14 * HOUR, all_day=True, verdict="policy"),
        in_site=site(rooms={"all": {"no_show": "10 min"}}),
    )
    assert day.at(NOON).open()


def test_a_wedding_is_never_given_up() -> None:
    day = Day(of("dvv", TEN, ELEVEN, room="hall")).at(ELEVEN - SECOND)
    assert day.now("hall").state == "empty"
    assert day.open("hall-front")


# --- one after another ------------------------------------------------------------------------------------------------


def test_bookings_of_one_agency_share_the_open_door() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("dvv", ELEVEN, NOON, "b"))
    day.at(TEN + MINUTE).see(True)
    for minute in range(110):
        assert day.at(TEN + minute * MINUTE).open()


def test_between_two_agencies_the_door_closes_and_says_so() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("vero", ELEVEN, NOON, "b"))
    day.at(TEN + MINUTE).see(True)
    day.at(ELEVEN - SECOND)
    assert day.open()
    day.at(ELEVEN)
    assert not day.open()
    assert day.state == "prepared"
    assert day.now().because.message == "Closed between {before} and {agency}; opens {opens}"
    day.at(ELEVEN + MINUTE - SECOND)
    assert not day.open()
    assert day.at(ELEVEN + MINUTE).open()


def test_who_is_still_there_between_two_agencies_is_told_of() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("vero", ELEVEN, NOON, "b")).at(TEN + MINUTE)
    day.see(True)
    assert day.at(ELEVEN).told("over-time")
    assert day.state == "prepared"
    day.at(ELEVEN + MINUTE)
    assert not day.told("over-time")
    assert day.state == "in-use"


def test_who_is_still_there_while_the_next_waits_for_the_official_is_told_of() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("te", ELEVEN, NOON, "b")).at(TEN + MINUTE)
    day.see(True)
    assert day.at(ELEVEN + 10 * MINUTE).told("over-time")
    day.do(desk.arrive)
    assert not day.told("over-time")


def test_of_a_booking_that_opened_nothing_nobody_is_left_over() -> None:
    day = Day(of("mml", TEN, ELEVEN)).at(TEN + 30 * MINUTE)
    day.see(True)
    assert day.at(ELEVEN).state == "free"


def test_a_pause_shorter_than_the_lead_closes_too() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("vero", ELEVEN + 3 * MINUTE, NOON, "b"))
    day.at(TEN + MINUTE).see(True)
    assert not day.at(ELEVEN).open()
    assert day.at(ELEVEN + MINUTE).open()


def test_a_grace_time_ends_where_another_agency_begins() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("vero", ELEVEN, NOON, "b"), in_site=site(rooms={"all": {"lock_after": "10 min"}}))
    day.at(TEN + MINUTE).see(True)
    assert day.at(ELEVEN - SECOND).open()
    assert not day.at(ELEVEN).open()


def test_a_double_booking_is_shown_and_the_door_follows_both() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("vero", TEN + 30 * MINUTE, NOON, "b"))
    day.at(TEN + MINUTE).see(True)
    day.at(TEN + 40 * MINUTE)
    assert {each.uid for each in day.now().conflicts} == {"a", "b"}
    assert day.told("double-booking")
    assert day.open()
    assert day.at(ELEVEN + 5 * MINUTE).open()
    assert day.now().conflicts == ()
    assert not day.told("double-booking")


def test_one_booking_in_two_calendars_is_no_conflict() -> None:
    two = site(more_calendars={"too": {"url": "https://d.example/", "rooms": {ROOM_1: "1"}, "hold": "1 h", "stale_after": "30 d"}})
    here, there = of("dvv", TEN, NOON), of("dvv", TEN, NOON, calendar="too")
    day = Day(here, in_site=two)
    day.simulation.observe(read(TEN - HOUR, there, calendar="too"))
    assert day.at(TEN + MINUTE).state == "open"  # although the other was not read for an hour
    assert day.open()
    assert not day.told("double-booking")
    day.do(desk.release)
    assert not day.open()
    assert day.state == "released"
    day.simulation.observe(read(TEN + MINUTE))  # gone from the one that was released
    day.simulation.observe(read(TEN + MINUTE, there, calendar="too"))
    assert day.state == "open"


def test_a_calendar_that_is_read_again_opens_at_once_however_long_it_was_silent() -> None:
    two = site(more_calendars={"too": {"url": "https://d.example/", "rooms": {ROOM_1: "1"}, "hold": "1 h"}})
    day = Day(in_site=two)
    day.simulation.observe(read(TEN - HOUR, of("dvv", TEN, NOON, calendar="too"), calendar="too"))
    assert not day.at(TEN + MINUTE).open()
    assert day.told("calendar-stale", "too")
    day.simulation.observe(CalendarUnchanged(at=TEN + MINUTE, calendar="too"))
    assert day.open()
    assert not day.told("calendar-stale", "too")


# --- whose day --------------------------------------------------------------------------------------------------------


def test_a_booking_outside_its_agencys_days_is_flagged_and_somebody_may_allow_it() -> None:
    day = Day(of("mml", TEN, ELEVEN)).at(TEN)
    assert not day.open()
    assert day.told("booking-flagged")
    assert day.state == "closed"
    day.do(desk.allow, "a", "")
    assert day.open()
    assert not day.told("booking-flagged")
    with pytest.raises(IllegalCommand):
        day.do(desk.allow, "gone", "")


@pytest.mark.parametrize(
    ("owners", "others", "agency", "opens"),
    [
        (["vero"], "never", "vero", True),
        (["vero"], "never", "dvv", False),
        (["vero"], "never", None, True),  # the only one whose day it is
        (["mml"], "never", None, False),
        (["mml"], "when-away", None, True),
        (["mml"], "when-away", "dvv", True),
        (["vero"], "when-away", "dvv", False),
        (["vero"], "always", "dvv", True),
        (["vero", "mml"], "never", "mml", False),  # a Friday agency
        ([], "never", None, True),
    ],
)
def test_who_may_use_the_room_on_a_tuesday(owners: list[str], others: str, agency: str | None, opens: bool) -> None:
    day = Day(of(agency, TEN, ELEVEN), in_site=site(room={"agency": owners, "others": others}))
    assert day.at(TEN).open() is opens
    assert day.told("booking-flagged") is not opens


def test_a_booking_of_several_days_is_flagged_for_the_day_that_is_not_its_agencys() -> None:
    day = Day(of("vero", local("2026-11-24 00:00"), local("2026-11-26 00:00"), all_day=True)).at(TEN)
    assert day.told("booking-flagged")
    assert not day.open()


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    booked = of("vero", local("2026-11-24 17:00"), local("2026-11-25 02:00"))
    assert Day(booked, in_site=site(rooms={"all": {"hours": "always"}})).at(local("2026-11-25 01:00")).open()


def test_the_policy_of_an_agency_fits_what_is_its_own_by_the_day_alone() -> None:
    own_room = site(room={"agency": ["vero"]}, rooms={"veros": {"agencies": ["vero"], "unlock_before": "20 min"}})
    assert Day(of(None, TEN, ELEVEN), in_site=own_room).at(TEN - 20 * MINUTE).open()


# --- the official -----------------------------------------------------------------------------------------------------


def test_the_door_waits_for_the_official_and_the_lobby_is_told() -> None:
    day = Day(of("te", TEN, ELEVEN)).at(TEN - 5 * MINUTE)
    assert day.state == "prepared"
    assert day.now().awaits_official
    assert not day.told("official-awaited")
    day.at(TEN)
    assert day.told("official-awaited")
    assert not day.open()
    day.do(desk.arrive)
    assert day.open()
    assert not day.told("official-awaited")


def test_the_official_comes_by_the_back_door_of_a_room_without_eyes() -> None:
    day = Day(of("te", TEN, ELEVEN)).at(TEN - 20 * MINUTE)
    day.simulation.set("eye", "link", False)
    day.simulation.set("lock-back", "contact", "open")
    assert not day.of(OfficialCame)  # not while the door stands open
    day.simulation.set("lock-back", "contact", "closed")
    assert [came.how for came in day.of(OfficialCame)] == ["door"]
    assert day.at(TEN).open()


def test_who_leaves_by_the_back_door_has_not_come() -> None:
    day = Day(of("te", TEN, ELEVEN)).at(TEN - 20 * MINUTE)
    day.simulation.set("lock-back", "contact", "open")
    day.simulation.set("lock-back", "contact", "closed")
    assert not day.of(OfficialCame)
    assert not day.at(TEN).open()


def test_somebody_in_the_locked_room_is_the_official() -> None:
    day = Day(of("te", TEN, ELEVEN)).at(TEN - 2 * MINUTE)
    day.see(True)
    assert [came.how for came in day.of(OfficialCame)] == ["presence"]
    assert day.open()


def test_who_slips_through_an_open_door_is_not() -> None:
    day = Day(of("te", TEN, ELEVEN)).at(TEN - 2 * MINUTE)
    day.simulation.set("lock-front", "contact", "open")
    day.see(True)
    assert not day.of(OfficialCame)
    assert not day.open()


def test_who_stayed_behind_the_locked_door_and_moves_again_is_not() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("te", ELEVEN, NOON, "b")).at(TEN + MINUTE)
    day.see(True)
    day.at(ELEVEN + 10 * SECOND).see(False)
    day.at(ELEVEN + 20 * SECOND).see(True)
    assert not day.of(OfficialCame)
    assert not day.at(ELEVEN + MINUTE).open()


def test_who_slipped_in_before_the_sensor_saw_it_is_not() -> None:
    day = Day(of("te", TEN, ELEVEN)).at(TEN - 2 * MINUTE)
    day.simulation.set("lock-front", "contact", "open")
    day.simulation.set("lock-front", "contact", "closed")
    day.at(TEN - 2 * MINUTE + SECOND).see(True)
    assert not day.of(OfficialCame)


def test_whom_a_sensor_finds_there_when_it_comes_back_is_not() -> None:
    day = Day(of("te", TEN, ELEVEN)).at(TEN - 2 * MINUTE)
    day.simulation.set("eye", "link", False)
    day.see(True)
    day.simulation.set("eye", "link", True)
    assert not day.of(OfficialCame)


def test_a_back_door_that_closed_while_the_controller_was_down_brings_nobody() -> None:
    day = Day(of("te", TEN, ELEVEN)).at(TEN - 20 * MINUTE)
    day.simulation.set("eye", "link", False)
    day.simulation.set("lock-back", "contact", "open")
    day.simulation.restart(day.simulation.controller.snapshot(day.simulation.now))
    day.simulation.set("lock-back", "contact", "closed")
    assert not day.of(OfficialCame)


def test_an_official_serves_one_booking_after_another_but_not_the_next_day() -> None:
    day = Day(of("te", TEN, ELEVEN), of("te", ELEVEN, NOON, "b"), of("te", TEN + 24 * HOUR, ELEVEN + 24 * HOUR, "c"))
    day.at(TEN).do(desk.arrive)
    day.see(True)
    assert day.at(ELEVEN + MINUTE).open()
    day.at(NOON).see(False)
    assert not day.at(TEN + 24 * HOUR).open()


@pytest.mark.parametrize("all_day", [True, False])
def test_a_booking_of_several_days_waits_for_the_official_each_morning(*, all_day: bool) -> None:
    day = Day(of("te", local("2026-11-24 00:00"), local("2026-11-27 00:00"), all_day=all_day)).at(TEN)
    day.do(desk.arrive)
    assert day.open()
    assert not day.at(TEN + 24 * HOUR).open()
    assert day.told("official-awaited")
    day.at(local("2026-11-25 22:00")).do(desk.arrive)  # an evening is no morning
    assert not day.at(local("2026-11-26 09:00")).open()
    day.at(local("2026-11-26 09:05")).do(desk.arrive)
    assert day.open()


def test_who_comes_before_the_house_opens_has_come() -> None:
    day = Day(of("te", local("2026-11-24 00:00"), local("2026-11-26 00:00"), all_day=True)).at(TEN)
    day.do(desk.arrive)
    day.at(local("2026-11-25 06:00")).see(True)
    day.at(local("2026-11-25 06:30")).see(False)
    day.at(local("2026-11-25 07:30")).see(True)
    assert [came.at for came in day.of(OfficialCame) if came.how == "presence"] == [local("2026-11-25 07:30")]
    assert day.at(local("2026-11-25 08:00")).open()


def test_an_arrival_nobody_waits_for_is_not_noted() -> None:
    day = Day(of("dvv", TEN, ELEVEN)).at(TEN - 2 * MINUTE)
    day.simulation.set("lock-back", "contact", "open")
    day.see(True)
    assert not day.of(OfficialCame)


# --- taps -------------------------------------------------------------------------------------------------------------


def test_a_booking_is_extended_while_the_room_is_free() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("vero", ELEVEN + 20 * MINUTE, NOON, "b")).at(TEN)
    day.see(True)
    day.at(ELEVEN - 5 * MINUTE).do(desk.extend)
    assert day.at(ELEVEN + 15 * MINUTE - SECOND).open()
    assert day.state == "in-use"
    with pytest.raises(IllegalCommand, match="booked by somebody else"):
        day.do(desk.extend)
    day.at(ELEVEN + 15 * MINUTE)
    assert not day.open()
    assert day.state == "over-time"
    assert day.now().because.message.endswith("next booking {start}")


def test_a_double_tap_extends_once() -> None:
    day = Day(of("dvv", TEN, ELEVEN)).at(TEN)
    day.do(desk.extend)
    with pytest.raises(IllegalCommand, match="a moment ago"):
        day.do(desk.extend)
    day.at(TEN + 3 * SECOND).do(desk.extend)
    assert [act.until for act in day.of(BookingExtended)] == [ELEVEN + 15 * MINUTE, ELEVEN + 30 * MINUTE]


def test_an_extension_is_void_once_the_calendar_gives_the_booking_another_end() -> None:
    day = Day(of("dvv", TEN, ELEVEN)).at(TEN)
    day.see(True)
    day.at(ELEVEN - 5 * MINUTE).do(desk.extend)
    day.simulation.observe(read(ELEVEN - 4 * MINUTE, of("dvv", TEN, ELEVEN - 2 * MINUTE)))
    assert day.open()
    assert not day.at(ELEVEN - 2 * MINUTE).open()


def test_we_are_done_that_comes_late_does_not_give_up_the_next_booking() -> None:
    day = Day(of("dvv", TEN, ELEVEN), of("dvv", ELEVEN, NOON, "b")).at(TEN + MINUTE)
    day.see(True)
    day.at(ELEVEN + SECOND)
    with pytest.raises(IllegalCommand, match="just begun"):
        day.do(desk.release)
    day.at(ELEVEN + MINUTE).do(desk.release)
    assert day.state == "released"


def test_a_release_is_void_once_the_booking_is_moved_to_a_later_time() -> None:
    day = Day(of("dvv", TEN, NOON)).at(TEN + 10 * MINUTE)
    day.do(desk.release)
    day.simulation.observe(read(TEN + 10 * MINUTE, of("dvv", ELEVEN, NOON)))
    assert day.state == "free"
    assert day.at(ELEVEN).open()


def test_what_was_allowed_does_not_open_earlier_than_it_was() -> None:
    day = Day(of("mml", ELEVEN, NOON)).at(TEN)
    day.do(desk.allow, "a", "")
    day.simulation.observe(read(TEN, of("mml", TEN, NOON)))
    assert not day.open()
    day.simulation.observe(read(TEN, of("mml", ELEVEN + 30 * MINUTE, NOON)))
    assert day.at(ELEVEN + 30 * MINUTE).open()


@pytest.mark.parametrize("policy", [{"extend": "14 h", "hours": "always"}, {"lock_after": "14 h", "hours": "always"}])
def test_a_door_is_not_forgotten_before_its_time(policy: dict[str, Any]) -> None:
    day = Day(of("dvv", TEN, ELEVEN), in_site=site(rooms={"all": policy})).at(TEN)
    if "extend" in policy:
        day.do(desk.extend)
    day.see(True)
    day.at(ELEVEN + 13 * HOUR).simulation.observe(read(day.simulation.now, of("dvv", TEN, ELEVEN), of("dvv", TEN, ELEVEN, "x")))
    day.simulation.observe(read(day.simulation.now, of("dvv", TEN, ELEVEN)))
    assert day.open()
    assert not day.at(ELEVEN + 14 * HOUR).open()


def test_people_who_stay_for_days_are_over_time_for_one_only() -> None:
    day = Day(of("dvv", TEN, ELEVEN)).at(TEN)
    day.see(True)
    assert day.at(ELEVEN + 24 * HOUR - SECOND).told("over-time")
    assert not day.at(ELEVEN + 24 * HOUR).told("over-time")


def test_a_booking_is_given_free_by_a_tap_and_somebody_else_takes_the_room() -> None:
    day = Day(of("dvv", TEN, ELEVEN)).at(TEN + 10 * MINUTE)
    day.do(desk.release)
    assert day.state == "released"
    assert not day.told("room-released")  # nobody needs to be told of what they did
    with pytest.raises(IllegalCommand, match="not booked now"):
        day.do(desk.release)
    day.do(desk.book, start=TEN + 10 * MINUTE, end=TEN + 40 * MINUTE)
    assert day.state == "open"
    assert day.open()
    with pytest.raises(IllegalCommand, match="booked then"):
        day.do(desk.book, start=TEN + 20 * MINUTE, end=TEN + 50 * MINUTE)


def test_a_booking_made_here_opens_the_room_and_can_be_taken_back() -> None:
    day = Day().at(TEN)
    made = day.do(desk.book, start=TEN, end=ELEVEN, agency="dvv")
    assert day.open()
    day.do(desk.cancel, made.booking.uid)  # type: ignore[attr-defined]
    assert not day.open()
    assert day.state == "free"
    with pytest.raises(IllegalCommand):
        day.do(desk.cancel, made.booking.uid)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "span",
    [
        (TEN - HOUR, TEN),
        (TEN, TEN),
        (TEN, TEN + MINUTE),
        (TEN, TEN + 25 * HOUR),
        (TEN + 61 * 24 * HOUR, TEN + 61 * 24 * HOUR + HOUR),
    ],
)
def test_nonsense_cannot_be_booked(span: tuple[datetime, datetime]) -> None:
    day = Day().at(TEN)
    with pytest.raises(IllegalCommand):
        day.do(desk.book, start=span[0], end=span[1])


def test_what_is_long_over_is_forgotten() -> None:
    day = Day().at(TEN)
    for _ in range(6):
        day.do(desk.book, start=day.simulation.now, end=day.simulation.now + HOUR)
        day.do(desk.release)
        day.at(day.simulation.now + 24 * HOUR)
    assert len(day.simulation.facts(BOOKINGS("here", ROOM_1)) or ()) == 3
    assert len(list(day.simulation.facts.of(RELEASED))) == 2


def test_only_rooms_with_a_calendar_of_our_own_are_booked_here() -> None:
    with pytest.raises(IllegalCommand, match="its own calendar"):
        Day().at(TEN).do(desk.book, room="hall", start=TEN, end=ELEVEN)
    with pytest.raises(IllegalCommand, match="no room"):
        Day().at(TEN).do(desk.arrive, room="lobby")


def test_what_people_did_outlasts_a_restart() -> None:
    day = Day(of("te", TEN, ELEVEN), of("dvv", TEN + 2 * HOUR, TEN + 3 * HOUR, "b")).at(TEN)
    day.do(desk.arrive)
    day.see(True)
    day.do(desk.extend)
    made = day.do(desk.book, start=TEN + 4 * HOUR, end=TEN + 5 * HOUR)
    day.at(TEN + 2 * HOUR + MINUTE).do(desk.release)
    before = (day.now(), day.open())
    day.simulation.restart(day.simulation.controller.snapshot(day.simulation.now))
    day.simulation.report_all()
    day.at(day.simulation.now + MINUTE)
    assert (day.now(), day.open()) == before
    day.at(TEN + 4 * HOUR)
    assert day.now().booking == made.booking  # type: ignore[attr-defined]
    assert day.open()
