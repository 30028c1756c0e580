"""Ceremonies through a day in a simulated house: phases, ticks, lateness, cancellation, and what people are told."""

from dataclasses import replace
from typing import Any

import pytest

from drivers.virtual.device import Behaviour
from edge.conditions import CEREMONY_LATE, CEREMONY_UNREADY, ROOM_NOT_RESTORED
from edge.events import Event, decode, encode
from edge.facts import ACTIVE, READING, Facts
from edge.simulation import Simulation
from edge.site import Site
from rooms import ceremonies_desk, scenes
from rooms.bookings import Booking
from rooms.ceremonies import CEREMONIES, Ceremony, ceremony_id
from rooms.ceremonies_said import RoomRestored
from rooms.checklists import LAST_TICK, initials
from rooms.desk import RoomRefusal
from rooms.stays import BookingExtended
from tests.builders import DAY, HOUR, MINUTE, read
from tests.rooms.ceremony_site import SCENE, at, ceremony_site, wedding

SITE = ceremony_site()
FIRST, SECOND_ONE = wedding("12:00", "12:30"), wedding("13:00", "13:30", "b")


class House:
    """A simulated house whose calendars are read whenever something changes in them."""

    def __init__(self, *booked: Booking, site: Site = SITE, start: str = "08:00") -> None:
        self.site, self.journal, self.booked = site, list[Event](), list(booked)
        self.simulation = Simulation(site, at(start), self.journal.append)
        self.calendar()

    def calendar(self, *booked: Booking) -> None:
        self.booked = list(booked) or self.booked
        for feed in self.site.feeds:
            found = [b for b in self.booked if b.calendar == feed]
            self.simulation.observe(read(self.simulation.now, *found, calendar=feed))

    def empty_calendar(self) -> None:
        self.booked = []
        self.calendar()

    def to(self, clock: str) -> "House":
        self.simulation.advance(at(clock))
        return self

    def one(self, booked: Booking = FIRST) -> Ceremony:
        id_ = ceremony_id("wedding", booked)
        return next(each for each in self.facts(CEREMONIES("wedding")) or () if each.id == id_)

    @property
    def facts(self) -> Facts:
        return self.simulation.facts

    def do(self, deed: Any, booked: Booking = FIRST, *more: Any) -> None:
        id_ = ceremony_id("wedding", booked)
        self.simulation.act(lambda facts, now: deed(self.site, facts, now, id_, "Elli Laine", *more))

    def tick(self, item: str, booked: Booking = FIRST) -> None:
        self.do(ceremonies_desk.tick, booked, self.one(booked).checklist, item)

    def told(self, type_: str) -> str:
        """What is told of the hall; empty where nothing is."""
        found = self.facts(ACTIVE(type_, "hall"))
        return "" if found is None else str(found.because)

    def restart(self) -> None:
        self.simulation.restart([decode(event.kind, encode(event)) for event in self.journal])
        self.simulation.report_all()
        self.calendar()

    def shows(self, device: str, point: str) -> object:
        reading = self.facts(READING(device, point))
        return reading.value if reading is not None else None


def states(ceremony: Ceremony) -> dict[str, str]:
    return {line.id: line.state for line in ceremony.lines}


# --- a day ------------------------------------------------------------------------------------------------------------


def test_the_phases_of_one_wedding_from_dawn_to_afterwards() -> None:
    house = House(FIRST)
    assert house.one().phase == "to-be-prepared"
    assert (house.shows("sign", "text"), house.shows("lights", "on")) == (None, False)
    house.to("11:00")
    assert house.one().phase == "preparing"
    assert (house.shows("sign", "text"), house.shows("lights", "on")) == ("Vihkiminen / Vigsel", True)
    assert house.shows("masking", "muted") is True
    assert states(house.one()) == {"route": "later", "quiet": "done", "sign": "done", "chairs": "open", "flowers": "open"}
    house.to("11:30")
    assert states(house.one())["route"] == "done"
    house.tick("chairs")
    assert house.one().phase == "preparing"
    house.tick("flowers")
    assert (house.one().phase, house.one().left, house.one().done) == ("ready", (), 5)
    assert house.to("12:00").one().phase == "on"
    assert house.to("12:30").one().phase == "afterwards"
    assert states(house.one()) == {"dark": "later", "tables": "open"}
    house.to("12:40")
    assert (house.shows("sign", "text"), house.shows("lights", "on"), house.shows("masking", "muted")) == ("", False, False)
    assert states(house.one()) == {"dark": "done", "tables": "open"}
    house.tick("tables")
    assert house.one().phase == "over"
    assert [event.ceremony for event in house.journal if isinstance(event, RoomRestored)] == [house.one().id]
    # Once it is put back it stays so, whatever the next booking makes of the room.
    house.simulation.set("sign", "text", "A meeting")
    assert house.one().phase == "over"


def test_what_is_open_a_quarter_before_is_told_until_it_is_done_or_begins() -> None:
    house = House(FIRST).to("11:44")
    assert house.told(CEREMONY_UNREADY) == ""
    house.to("11:45")
    assert "is not ready for {start}" in house.told(CEREMONY_UNREADY)
    house.tick("chairs")
    house.tick("flowers")
    assert (house.one().phase, house.told(CEREMONY_UNREADY)) == ("ready", "")
    house.do(ceremonies_desk.untick, FIRST, "set-up", "flowers", "They fell over")
    assert house.told(CEREMONY_UNREADY)
    assert [line.taken_back.reason for line in house.one().lines if line.taken_back] == ["They fell over"]
    assert house.to("12:00").told(CEREMONY_UNREADY) == ""


def test_a_failed_check_floats_up_with_what_to_do_instead_and_is_settled_when_that_is_done() -> None:
    house = House(FIRST)
    house.simulation.behave("lock-foyer-front", Behaviour.JAMMED)
    house.to("11:30")
    assert states(house.one())["route"] == "wrong"
    assert [line.id for line in house.one().left] == ["route", "chairs", "flowers"]
    house.tick("route")
    assert [line.id for line in house.one().left] == ["chairs", "flowers"]
    assert (states(house.one())["route"], house.one().done) == ("wrong", 3)


def test_masking_need_not_be_quiet_before_all_must_be_ready() -> None:
    house = House(FIRST)
    house.simulation.behave("masking", Behaviour.JAMMED)
    house.simulation.set("masking", "muted", False)
    house.simulation.set("masking", "level", 40.0)
    assert states(house.to("11:44").one())["quiet"] == "later"
    assert states(house.to("11:45").one())["quiet"] == "wrong"


def test_ticks_are_of_the_day_and_not_of_a_booking_that_was_moved_to_another() -> None:
    house = House(FIRST).to("11:10")
    house.tick("chairs")
    house.calendar(replace(FIRST, start=FIRST.start + HOUR, end=FIRST.end + HOUR))
    assert states(house.one())["chairs"] == "done"
    house.calendar(replace(FIRST, start=FIRST.start + 2 * DAY, end=FIRST.end + 2 * DAY))
    house.simulation.advance(FIRST.start + 2 * DAY - HOUR)
    house.calendar()
    assert states(house.one())["chairs"] == "open"


def test_the_preparation_begins_in_its_own_time_however_far_others_look_ahead() -> None:
    long = ceremony_site({"prepare": {**SCENE["prepare"], "before": "3 h"}})
    house = House(FIRST, site=long, start="08:59")
    assert not house.shows("lights", "on")
    assert house.to("09:00").shows("lights", "on") is True
    policies = {"ceremony": {"calendars": ["weddings"], "soon": "3 h"}}
    house = House(FIRST, site=ceremony_site(rooms=policies), start="10:59")
    assert not house.shows("lights", "on")
    assert house.to("11:00").shows("lights", "on") is True


def test_a_scene_unlocks_from_its_preparation_on_only_what_the_booking_may_open() -> None:
    prepare = {**SCENE["prepare"], "claims": {"lock-hall-front.lock": "unlocked"}}
    for waits, lock in ((False, "unlocked"), (True, "locked")):
        rooms = {"ceremony": {"calendars": ["weddings"], "staff_first": waits}}
        house = House(FIRST, site=ceremony_site({"prepare": prepare}, rooms=rooms)).to("11:05")
        assert house.shows("lock-hall-front", "lock") == lock


def test_what_the_controller_looks_at_cannot_be_ticked_and_nothing_twice() -> None:
    house = House(FIRST).to("11:35")
    with pytest.raises(RoomRefusal, match="looks at this by itself"):
        house.tick("sign")
    house.tick("chairs")
    with pytest.raises(RoomRefusal, match="Elli Laine has ticked it already"):
        house.tick("chairs")
    with pytest.raises(RoomRefusal, match="no such line"):
        house.tick("cake")
    with pytest.raises(RoomRefusal, match="not ticked"):
        house.do(ceremonies_desk.untick, FIRST, "set-up", "flowers", "x")
    with pytest.raises(RoomRefusal, match="Say why"):
        house.do(ceremonies_desk.untick, FIRST, "set-up", "chairs", "  ")
    with pytest.raises(RoomRefusal, match="not the one that is gone through now"):
        house.do(ceremonies_desk.tick, FIRST, "put-back", "tables")
    with pytest.raises(RoomRefusal, match="no such ceremony"):
        house.do(ceremonies_desk.tick, SECOND_ONE, "set-up", "chairs")


def test_in_a_row_the_room_is_turned_over_by_a_shorter_list_and_put_back_after_the_last() -> None:
    house = House(FIRST, SECOND_ONE).to("11:50")
    assert (house.one(SECOND_ONE).phase, house.one(SECOND_ONE).in_a_row) == ("to-be-prepared", True)
    assert house.to("12:30").one().phase == "over"
    assert (house.one(SECOND_ONE).phase, house.one(SECOND_ONE).checklist) == ("turn-over", "turn-over")
    assert (house.shows("sign", "text"), house.shows("lights", "on")) == ("Vihkiminen / Vigsel", True)
    house.tick("water", SECOND_ONE)
    assert house.one(SECOND_ONE).phase == "ready"
    house.simulation.set("sensor", "present", True)
    assert (house.one(SECOND_ONE).phase, states(house.one(SECOND_ONE))["empty"]) == ("turn-over", "wrong")
    assert house.to("13:30").one(SECOND_ONE).phase == "afterwards"


def test_ticks_and_phases_survive_a_restart_and_a_checkpoint() -> None:
    house = House(FIRST).to("11:35")
    house.tick("chairs")
    house.do(ceremonies_desk.delay, FIRST, at("12:20"))
    house.restart()
    assert (house.one().starts, states(house.one())["chairs"]) == (at("12:20"), "done")
    assert house.shows("lights", "on") is True
    house.journal[:] = house.simulation.controller.snapshot(house.simulation.now)
    house.restart()
    assert (house.one().starts, states(house.one())["chairs"]) == (at("12:20"), "done")


def test_devices_that_come_back_get_what_is_wanted_of_them() -> None:
    house = House(FIRST).to("11:10")
    house.simulation.set("lights", "link", False)
    house.simulation.devices["lights"].set("on", False, house.simulation.now)
    house.simulation.set("lights", "link", True)
    assert house.shows("lights", "on") is True


# --- what goes otherwise ----------------------------------------------------------------------------------------------


def test_a_late_couple_holds_room_way_and_quiet_and_warns_the_next() -> None:
    house = House(FIRST, SECOND_ONE).to("12:03")
    assert house.one().phase == "on"
    house.do(ceremonies_desk.delay, FIRST, at("12:40"))
    assert (house.one().phase, house.one().ends) == ("waiting", at("13:10"))
    assert "must wait too" in house.told(CEREMONY_LATE)
    assert house.one(SECOND_ONE).held_up_by == at("13:10")
    held = [event.until for event in house.journal if isinstance(event, BookingExtended)]
    assert held == [SECOND_ONE.start], "the next booking holds the room from its own time on"
    assert house.to("12:40").one().phase == "on"
    assert house.told(CEREMONY_LATE) == ""
    assert house.shows("lock-foyer-front", "lock") == "unlocked"
    assert house.to("13:00").one(SECOND_ONE).phase == "waiting"
    assert house.told(CEREMONY_LATE)
    assert house.to("13:10").one(SECOND_ONE).phase == "on"


def test_the_late_couple_comes_sooner_than_thought() -> None:
    house = House(FIRST).to("12:03")
    house.do(ceremonies_desk.delay, FIRST, at("12:40"))
    house.to("12:15").do(ceremonies_desk.begin)
    assert (house.one().phase, house.one().starts, house.one().ends) == ("on", at("12:15"), at("12:45"))
    house.to("12:54")
    assert (house.shows("lock-hall-front", "lock"), house.shows("masking", "muted")) == ("unlocked", True)
    house.to("12:55")
    assert (house.shows("lock-hall-front", "lock"), house.shows("masking", "muted")) == ("locked", False)


def test_a_delay_has_bounds_and_ends_when_the_calendar_moves_the_booking() -> None:
    house = House(FIRST).to("11:50")
    for starts, why in ((at("11:55"), "after now and after its own"), (at("14:01"), "until {latest} at most")):
        with pytest.raises(RoomRefusal) as refused:
            house.do(ceremonies_desk.delay, FIRST, starts)
        assert why in refused.value.told.message
    with pytest.raises(RoomRefusal, match="at its own time by itself"):
        house.do(ceremonies_desk.begin)
    house.do(ceremonies_desk.delay, FIRST, at("12:20"))
    house.calendar(replace(FIRST, start=at("12:30"), end=at("13:00")))
    assert (house.one().starts, house.one().phase) == (at("12:30"), "preparing")


def test_early_guests_find_their_way_open_until_it_opens_by_itself() -> None:
    house = House(FIRST).to("10:50")
    house.do(ceremonies_desk.open_early)
    assert house.shows("lock-foyer-front", "lock") == "unlocked"
    with pytest.raises(RoomRefusal, match="open already"):
        house.do(ceremonies_desk.open_early)
    house.to("11:29")
    assert house.shows("lock-foyer-front", "lock") == "unlocked"
    assert house.to("11:31").shows("lock-foyer-front", "lock") == "unlocked"
    house.empty_calendar()
    assert house.shows("lock-foyer-front", "lock") == "locked"


def test_a_cancelled_slot_puts_everything_back_and_stays_on_the_list() -> None:
    house = House(FIRST).to("11:35")
    house.empty_calendar()
    assert house.one().phase == "cancelled"
    assert (house.shows("lights", "on"), house.shows("sign", "text"), house.shows("lock-foyer-front", "lock")) == (
        False,
        "",
        "locked",
    )
    with pytest.raises(RoomRefusal, match="cancelled"):
        house.do(ceremonies_desk.delay, FIRST, at("12:20"))
    house.restart()
    assert house.one().phase == "cancelled"
    house.journal[:] = house.simulation.controller.snapshot(house.simulation.now)
    house.restart()
    assert house.one().phase == "cancelled"
    house.calendar(FIRST)
    assert house.one().phase == "preparing"


def test_one_that_its_calendar_marks_as_cancelled_is_cancelled_too() -> None:
    house = House(FIRST).to("11:35")
    house.calendar(replace(FIRST, verdict="no", status="CANCELLED"))
    assert house.one().phase == "cancelled"


def test_the_booking_that_follows_is_told_when_the_room_is_not_put_back() -> None:
    meeting = wedding("13:30", "14:30", "m", calendar="meetings")
    house = House(FIRST, meeting).to("13:14")
    assert (house.one().phase, house.told(ROOM_NOT_RESTORED)) == ("afterwards", "")
    assert "not yet what it usually is" in house.to("13:15").told(ROOM_NOT_RESTORED)
    house.tick("tables")
    assert house.told(ROOM_NOT_RESTORED) == ""


def test_meetings_and_pending_bookings_are_no_ceremonies() -> None:
    pending = wedding("12:00", "12:30", "p", verdict="pending")
    house = House(wedding("12:00", "12:30", "m", calendar="meetings"), pending).to("11:30")
    assert house.facts(CEREMONIES("wedding")) == ()


def test_a_ceremony_is_known_a_day_before_and_forgotten_a_day_after_with_its_ticks() -> None:
    house = House(FIRST, start="08:00")
    house.to("11:10")
    house.tick("chairs")
    house.simulation.advance(at("12:30") + DAY)
    assert house.facts(CEREMONIES("wedding")) == ()
    later = wedding("12:00", "12:30", "z")
    moved = replace(later, start=later.start + 3 * DAY, end=later.end + 3 * DAY)
    house.calendar(moved)
    house.simulation.advance(moved.start - HOUR)
    house.calendar()
    house.tick("chairs", moved)
    assert [tick.ceremony for _, tick in house.facts.of(LAST_TICK)] == [ceremony_id("wedding", moved)]


def test_a_scene_that_a_person_plays_lights_and_writes_too() -> None:
    house = House()
    house.simulation.act(lambda facts, now: scenes.play(SITE, facts, now, "wedding", "host-1", now + HOUR))
    assert (house.shows("lights", "on"), house.shows("sign", "text")) == (True, "Vihkiminen / Vigsel")
    house.simulation.advance(house.simulation.now + HOUR + MINUTE)
    assert (house.shows("lights", "on"), house.shows("sign", "text")) == (False, "")


@pytest.mark.parametrize(
    ("name", "signed"), [("Elli Laine", "EL"), ("host-1", "H1"), ("M. Virtanen", "MV"), ("Åsa", "Å"), ("", "")]
)
def test_people_sign_with_initials(name: str, signed: str) -> None:
    assert initials(name) == signed
