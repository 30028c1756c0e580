"""Scenes: what plays them, what is in their way, and how they end."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from edge.claims import Claim, Priority
from edge.events import Event
from edge.facts import Facts, Look
from edge.site import Site
from rooms import plan, scenes, stays
from rooms.bookings import Booking
from rooms.desk import RoomRefusal
from rooms.doors import DoorPlan
from rooms.scenes import LONGEST_PLAY
from rooms.stays import BookingExtended, BookingReleased
from tests.builders import HOUR, MINUTE, SECOND, booking, local, read, site_of

MORNING, TEN, ELEVEN = (local(f"2026-11-23 {hour}:00") for hour in ("08", "10", "11"))
BEFORE, AFTER = 90 * MINUTE, 20 * MINUTE


def site(hours: str | None = None, scene: dict[str, Any] | None = None, **policies: Any) -> Site:
    return site_of(
        {"lobby": "public", "foyer": "semi-public", "hall": {"zone": "semi-public", "kind": "wedding-room"}, "office": "internal"},
        {
            "foyer-front": {"from": "lobby", "to": "foyer", "unlock": {"scenes": ["wedding"]}},
            "hall-front": {"from": "foyer", "to": "hall", "unlock": {"booking": True, "scenes": ["wedding"]}},
            "office-door": {"from": "foyer", "to": "office"},
        },
        hours={"open": {"mon-fri": "8:00-16:00"}},
        agencies={"dvv": {"name": "DVV"}, "te": {"name": "TE"}},
        calendars={
            "rooms": {"url": "https://c.example/", "room": "hall", "agency": "dvv"},
            "meetings": {"url": "https://d.example/", "room": "hall", "agency": "te"},
        },
        rooms={"ceremony": {"calendars": ["rooms"]}, **policies, "meeting": {}},
        scenes={
            "wedding": {"room": "hall", "policies": ["ceremony"], "spaces": ["foyer"], "before": "90 min", "after": "20 min"}
            | (scene or {})
        },
        site={"hours": hours},
    )


SITE = site()


def hall(start: datetime = TEN, end: datetime = ELEVEN, uid: str = "a", agency: str = "dvv", **more: Any) -> Booking:
    return replace(booking(start, end, "hall", uid, **more), agency=agency)


def known(at_site: Site, *found: Booking, acts: tuple[Event, ...] = ()) -> Facts:
    facts = Facts()
    for calendar in ("rooms", "meetings"):
        event = read(MORNING, *(b for b in found if b.calendar == calendar), calendar=calendar)
        for each in (*plan.react(facts, event, at_site), event):
            plan.fold(facts, each)
    for act in acts:
        stays.fold(facts, act)
        scenes.fold(facts, act)
    return facts


def asked(facts: Facts, at: datetime, door: str = "foyer-front", at_site: Site = SITE) -> list[Claim]:
    return list(scenes.claims(Look(facts, at), at_site, door))


def opens(facts: Facts, at: datetime, door: str = "foyer-front", at_site: Site = SITE) -> bool:
    return any(claim.value == "unlocked" for claim in asked(facts, at, door, at_site))


def spans(facts: Facts, at_site: Site = SITE, start: datetime = MORNING) -> list[tuple[str, str]]:
    """When the foyer is open through the day, as a kernel would learn it: asked again only when it wanted to be."""
    found: list[tuple[str, str]] = []
    at: datetime | None = start
    opened = ""
    while at is not None and at < start + 12 * HOUR:
        look = Look(facts, at)
        unlocked = any(claim.value == "unlocked" for claim in scenes.claims(look, at_site, "foyer-front"))
        clock = f"{at.astimezone(at_site.local.zone):%H:%M}"
        if unlocked and not opened:
            opened = clock
        elif opened and not unlocked:
            found.append((opened, clock))
            opened = ""
        at = look.wake
    return found


def test_a_scene_opens_its_doors_from_before_until_after_its_booking() -> None:
    facts = known(SITE, hall())
    (claim,) = asked(facts, TEN)
    assert (claim.point, claim.value, claim.priority, claim.cause, claim.until) == (
        ("lock-foyer-front", "lock"),
        "unlocked",
        Priority.BOOKING,
        "scene:wedding/a/",
        ELEVEN + AFTER,
    )
    assert [each.cause for each in asked(facts, TEN, "hall-front")] == [claim.cause]
    assert asked(facts, TEN, "office-door") == []
    assert spans(facts) == [("08:30", "11:20")]


def test_a_scene_begins_longer_before_than_any_policy_looks_ahead() -> None:
    early = site(scene={"before": "3 h"})
    facts = known(early, hall(TEN + 2 * HOUR, ELEVEN + 2 * HOUR))
    assert spans(facts, early, MORNING - HOUR) == [("09:00", "13:20")]


@pytest.mark.parametrize("verdict", ["no", "pending"])
def test_a_booking_that_may_not_open_its_room_plays_no_scene(verdict: Any) -> None:
    assert spans(known(SITE, hall(verdict=verdict))) == []


def test_bookings_under_other_policies_play_no_scene() -> None:
    facts = known(SITE, hall(calendar="meetings"))
    assert asked(facts, TEN) == []
    assert spans(known(site(scene={"policies": []}), hall(calendar="meetings")), site(scene={"policies": []})) == [
        ("08:30", "11:20")
    ]


def test_the_hours_bound_a_scene_as_they_bound_its_room() -> None:
    bounded = site(hours="open")
    facts = known(bounded, hall(local("2026-11-23 15:00"), local("2026-11-23 17:00")))
    assert spans(facts, bounded) == [("13:30", "16:00")]
    (claim,) = asked(facts, local("2026-11-23 16:30"), at_site=bounded)
    assert (claim.value, claim.priority, claim.cause) == ("locked", Priority.REFUSAL, "scene:wedding/a/#not")


def test_cancelling_shortening_and_giving_free_end_a_scene_and_extending_prolongs_it() -> None:
    gone = {"calendar": "rooms", "room": "hall", "uid": "a", "rid": "", "booked_until": ELEVEN, "by": "x"}
    shorter = known(SITE, hall(end=TEN + 10 * MINUTE))
    free = known(SITE, hall(), acts=(BookingReleased(at=TEN + MINUTE, **gone),))
    longer = known(SITE, hall(), acts=(BookingExtended(at=TEN, until=ELEVEN + HOUR, **gone),))
    assert spans(known(SITE)) == []
    assert not opens(shorter, TEN + 30 * MINUTE)
    assert opens(shorter, TEN + 30 * MINUTE - SECOND)
    assert not opens(free, TEN + MINUTE)
    assert spans(longer) == [("08:30", "12:20")]


def test_weddings_of_one_agency_share_the_open_way_and_between_two_agencies_it_closes() -> None:
    again = hall(ELEVEN + HOUR, ELEVEN + 2 * HOUR, "b")
    assert spans(known(SITE, hall(), again)) == [("08:30", "13:20")]
    two = site(scene={"policies": []})
    assert spans(known(two, hall(), hall(ELEVEN + HOUR, ELEVEN + 2 * HOUR, "b", "te")), two) == [
        ("08:30", "11:00"),
        ("11:01", "13:20"),
    ]


def test_a_scene_opens_nothing_that_its_rooms_own_door_would_not_open_for() -> None:
    """The same obstacles: waiting for the official."""
    waiting = site(ceremony={"calendars": ["rooms"], "staff_first": True})
    facts = known(waiting, hall())
    own = list(DoorPlan(waiting).bookings(Look(facts, TEN), "hall-front"))
    assert [claim.value for claim in own] == ["locked"]
    assert not opens(facts, TEN, at_site=waiting)
    stays.fold(facts, stays.OfficialCame(at=TEN, room="hall", how="tap", by="x"))
    assert opens(facts, TEN, at_site=waiting)


# --- played by a person -----------------------------------------------------------------------------------------------


def test_a_person_plays_a_scene_until_an_end() -> None:
    facts = known(SITE)
    scenes.fold(facts, scenes.play(SITE, facts, TEN, "wedding", "host-1", ELEVEN))
    (claim,) = asked(facts, TEN)
    assert (claim.value, claim.priority, claim.cause, claim.until) == (
        "unlocked",
        Priority.BOOKING,
        "scene:wedding/host-1",
        ELEVEN,
    )
    assert claim.because.values["by"] == "host-1"
    assert opens(facts, ELEVEN - SECOND)
    assert asked(facts, ELEVEN) == []


@pytest.mark.parametrize("span", [timedelta(0), -MINUTE, LONGEST_PLAY + SECOND])
def test_a_scene_is_played_for_a_while_and_not_for_ever(span: timedelta) -> None:
    assert scenes.play(SITE, Facts(), TEN, "wedding", "x", TEN + LONGEST_PLAY)
    with pytest.raises(RoomRefusal, match="12 hours at most"):
        scenes.play(SITE, Facts(), TEN, "wedding", "x", TEN + span)


def test_only_scenes_of_the_site_are_played_and_only_those_that_are_played_are_stopped() -> None:
    with pytest.raises(RoomRefusal, match="no scene funeral"):
        scenes.play(SITE, Facts(), TEN, "funeral", "x", ELEVEN)
    with pytest.raises(RoomRefusal, match="no scene funeral"):
        scenes.stop(SITE, Facts(), TEN, "funeral", "x")
    with pytest.raises(RoomRefusal, match="wedding is not played now"):
        scenes.stop(SITE, known(SITE, hall()), TEN - BEFORE - SECOND, "wedding", "x")


def test_a_stop_ends_what_was_played_and_what_is_left_of_the_booking_but_not_the_next() -> None:
    later = hall(ELEVEN + 3 * HOUR, ELEVEN + 4 * HOUR, "b")
    facts = known(SITE, hall(), later)
    scenes.fold(facts, scenes.play(SITE, facts, TEN, "wedding", "host-1", ELEVEN))
    scenes.fold(facts, scenes.stop(SITE, facts, TEN + MINUTE, "wedding", "host-1"))
    assert asked(facts, TEN + MINUTE) == []
    assert spans(facts, start=TEN + MINUTE) == [("12:30", "15:20")]
    scenes.fold(facts, scenes.play(SITE, facts, TEN + 2 * MINUTE, "wedding", "host-1", ELEVEN))
    assert opens(facts, TEN + 2 * MINUTE)


def test_a_restart_remembers_what_is_played_and_what_was_stopped() -> None:
    facts = known(SITE, hall())
    scenes.fold(facts, scenes.stop(SITE, facts, TEN, "wedding", "host-1"))
    scenes.fold(facts, scenes.play(SITE, facts, TEN + MINUTE, "wedding", "host-1", ELEVEN))
    for at, played in ((TEN + 2 * MINUTE, True), (ELEVEN, False)):
        again = known(SITE, hall(), acts=tuple(scenes.kept(facts, at)))
        assert opens(again, at) is played
        assert len(list(scenes.kept(facts, at))) == 1 + played
