"""What the zoning guard refuses, and what it says: one room with a front and a back door, and a meeting centre."""

from datetime import datetime

import pytest

from edge.claims import Claim, Decision, Priority
from edge.facts import DECISION, ONLINE, READING, START, Facts, Look, Reading, Start
from edge.points import PointId
from edge.simulation import Simulation
from edge.site import Site
from edge.text import Ref, Route, Text, say
from security.doors import DoorTruths
from security.guard import JUSTIFIED, ZoningGuard
from security.overrides import OUT_OF_SERVICE, DoorTakenOut
from security.truth import DOOR
from tests.builders import MONDAY, SECOND, site_of

T = MONDAY


def room() -> Site:
    return site_of(
        {"lobby": "public", "room": "semi-public", "office": "internal"},
        {
            "front": {"from": "lobby", "to": "room", "back": "credential", "unlock": "booking"},
            "back": {"from": "room", "to": "office", "back": "credential"},
        },
    )


def meeting_centre() -> Site:
    rooms = {f"meeting-{n}": "semi-public" for n in (1, 2)}
    return site_of(
        {"lobby": "public", "foyer": "semi-public", "office": "internal", **rooms},
        {
            "foyer-front": {"from": "lobby", "to": "foyer"},
            **{f"door-{n}": {"from": "foyer", "to": f"meeting-{n}", "back": "credential"} for n in (1, 2)},
            "staff": {"from": "meeting-2", "to": "office", "back": "credential"},
        },
    )


class Doors:
    """Facts about doors that all have reported, locked and closed, and wishes for some of them."""

    def __init__(self, site: Site) -> None:
        self.site, self.guard, self.facts = site, ZoningGuard(site), Facts()
        for door in site.controllers:
            self.says(door, "locked")
            self.wanted_so_far(door, "locked")

    def lock(self, door: str) -> PointId:
        return PointId(f"lock-{door}", "lock")

    def says(self, door: str, lock: str | None, *, good: bool = True) -> None:
        self.facts.set(READING(*self.lock(door)), None if lock is None else Reading(lock, T, T, good))

    def stands_open(self, door: str, since: datetime) -> None:
        self.facts.set(READING(f"lock-{door}", "contact"), Reading("open", since, since))

    def asked_to_leave(self, door: str) -> None:
        self.facts.set(READING(f"lock-{door}", "exit-request"), Reading(True, T, T))

    def lost(self, door: str) -> None:
        self.facts.set(ONLINE(f"lock-{door}"), False)

    def wanted_so_far(self, door: str, value: str) -> None:
        claim = Claim(self.lock(door), value, Priority.BOOKING, "before", say("Before"))
        self.facts.set(DECISION(*self.lock(door)), Decision(self.lock(door), value, claim, (), T))

    def judged(self, at: datetime = T, **unlocks: Priority) -> dict[str, Text]:
        """The refusals. unlocks: what is to be unlocked, by door (with _ for -)."""
        return self._judge(Look(self.facts, at), unlocks)

    def judged_because_of(self, cause: str, **unlocks: Priority) -> dict[str, Text]:
        return self._judge(Look(self.facts, T), unlocks, cause)

    def wake(self, at: datetime = T, **unlocks: Priority) -> datetime | None:
        look = Look(self.facts, at)
        self._judge(look, unlocks)
        return look.wake

    def _judge(self, look: Look, unlocks: dict[str, Priority], cause: str = "release:1") -> dict[str, Text]:
        for door in self.site.controllers:
            for found in DoorTruths(self.site).truth(look, door):
                self.facts.set(DOOR(door), found.value)
        wishes: dict[str, dict[PointId, list[Claim]]] = {}
        for point, cluster in self.guard.cluster_of.items():
            priority = unlocks.get(point.device.removeprefix("lock-").replace("-", "_"))
            wish = [] if priority is None else [Claim(point, "unlocked", priority, cause, say("Wished"))]
            wishes.setdefault(cluster, {})[point] = wish
        judgements = [self.guard.judge(look, name, of) for name, of in wishes.items()]
        return {point.device.removeprefix("lock-"): text for found in judgements for point, text in (found or {}).items()}


BOOKING, PERSON, HOURS = Priority.BOOKING, Priority.RELEASE, Priority.HOURS
WAY = Route(("lobby", "room", "office"))


def refusal(cause: Text | None = None, route: Route = WAY) -> Text:
    if cause is None:
        return say("It would open a way from public to internal space: {route}", route=route)
    return say("It would open a way from public to internal space: {route}, because {cause}", route=route, cause=cause)


def test_a_front_door_may_open_while_the_back_is_locked() -> None:
    assert Doors(room()).judged(front=BOOKING) == {}


@pytest.mark.parametrize(("open_one", "wanted"), [("back", "front"), ("front", "back")])
def test_the_second_door_of_a_room_is_refused_with_the_way_and_the_cause(open_one: str, wanted: str) -> None:
    doors = Doors(room())
    doors.says(open_one, "unlocked")
    assert doors.judged(**{wanted: PERSON}) == {wanted: refusal(say("{door} is unlocked", door=Ref(open_one)))}


def test_of_two_doors_wanted_at_once_the_more_urgent_is_granted() -> None:
    because = say("{door} is to be unlocked too", door=Ref("back"))
    assert Doors(room()).judged(front=BOOKING, back=PERSON) == {"front": refusal(because)}
    because = say("{door} is to be unlocked too", door=Ref("front"))
    assert Doors(room()).judged(front=PERSON, back=BOOKING) == {"back": refusal(because)}


def test_of_two_equally_urgent_the_one_that_was_granted_before_stays_granted() -> None:
    assert set(Doors(room()).judged(front=BOOKING, back=BOOKING)) == {"front"}
    doors = Doors(room())
    doors.wanted_so_far("front", "unlocked")
    assert set(doors.judged(front=BOOKING, back=BOOKING)) == {"back"}


def test_a_door_that_is_already_open_may_stay_so() -> None:
    doors = Doors(room())
    doors.says("front", "unlocked")
    assert doors.judged(front=BOOKING) == {}


def test_when_both_stand_unlocked_neither_may_stay_so() -> None:
    doors = Doors(room())
    doors.says("front", "unlocked")
    doors.says("back", "unlocked")
    assert set(doors.judged(front=BOOKING, back=BOOKING)) == {"front", "back"}


def test_a_back_door_that_was_forced_counts_at_once() -> None:
    doors = Doors(room())
    doors.stands_open("back", T)
    assert doors.judged(front=BOOKING) == {"front": refusal(say("{door} was opened while locked", door=Ref("back")))}


def test_a_back_door_held_open_counts_from_its_own_time_on() -> None:
    doors = Doors(room())
    doors.asked_to_leave("back")
    doors.stands_open("back", T)
    held_open = doors.site.doors["back"].held_open
    assert doors.judged(T + held_open - SECOND, front=BOOKING) == {}
    assert doors.wake(front=BOOKING) == T + held_open
    assert doors.judged(T + held_open, front=BOOKING) == {"front": refusal(say("{door} is held open", door=Ref("back")))}


def test_a_door_that_has_not_reported_counts_as_open() -> None:
    doors = Doors(room())
    unknown = {"front": refusal(say("{door} has not reported yet", door=Ref("back")))}
    doors.says("back", None)
    assert doors.judged(front=BOOKING) == unknown
    doors.says("back", "locked", good=False)
    assert doors.judged(front=BOOKING) == unknown


@pytest.mark.parametrize(
    ("fail", "said", "refused"), [("locked", "locked", False), ("locked", "unlocked", True), ("unlocked", "locked", True)]
)
def test_a_door_that_lost_its_controller_counts_as_it_fails(fail: str, said: str, refused: bool) -> None:
    site = room()
    site = site.model_copy(update={"doors": {**site.doors, "back": site.doors["back"].model_copy(update={"fail": fail})}})
    doors = Doors(site)
    doors.says("back", said, good=False)
    doors.lost("back")
    assert bool(doors.judged(front=BOOKING)) is refused


def test_a_door_between_public_and_internal_space_is_never_unlocked() -> None:
    site = site_of({"lobby": "public", "office": "internal"}, {"staff": {"from": "lobby", "to": "office"}})
    assert Doors(site).judged(staff=Priority.RELEASE) == {"staff": refusal(route=Route(("lobby", "office")))}


def test_a_free_way_out_is_a_way_for_those_who_are_behind_it() -> None:
    """A back door that opens freely from the room leads on into the office: the front door must stay locked."""
    site = site_of(
        {"lobby": "public", "room": "semi-public", "office": "internal"},
        {
            "front": {"from": "lobby", "to": "room", "back": "credential"},
            "back": {"from": "office", "to": "room", "back": "free"},
        },
    )
    cause = say("{door} is always open from this side", door=Ref("back"))
    assert Doors(site).judged(front=BOOKING) == {"front": refusal(cause)}
    assert Doors(room()).judged(back=PERSON) == {}


def test_an_opening_joins_its_spaces() -> None:
    site = site_of(
        {"lobby": "public", "desk": "semi-public", "office": "internal"},
        {"gap": {"from": "lobby", "to": "desk", "kind": "opening"}, "back": {"from": "desk", "to": "office", "back": "credential"}},
    )
    cause = say("{door} is always open from this side", door=Ref("gap"))
    assert Doors(site).judged(back=PERSON) == {"back": refusal(cause, Route(("lobby", "desk", "office")))}


def test_a_meeting_centre_is_judged_with_all_its_rooms() -> None:
    doors = Doors(meeting_centre())
    assert doors.judged(foyer_front=HOURS, door_1=BOOKING, door_2=BOOKING) == {}
    doors.says("staff", "unlocked")
    refused = doors.judged(foyer_front=HOURS, door_1=BOOKING, door_2=BOOKING)
    way = Route(("lobby", "foyer", "meeting-2", "office"))
    assert refused == {"foyer-front": refusal(say("{door} is to be unlocked too", door=Ref("door-2")), way)}


def test_a_room_that_leads_nowhere_stays_open_to_the_meeting_centre() -> None:
    doors = Doors(meeting_centre())
    doors.says("foyer-front", "unlocked")
    assert set(doors.judged(door_1=BOOKING, door_2=BOOKING, staff=PERSON)) == {"door-2"}


def test_a_door_to_a_dead_end_stays_open_beside_a_way_that_is_open() -> None:
    """Judged by its own state it would be locked, granted, and refused again without end."""
    doors = Doors(meeting_centre())
    for door in ("foyer-front", "door-2", "staff", "door-1"):
        doors.says(door, "unlocked")
    assert doors.judged(door_1=BOOKING) == {}
    assert set(doors.judged(door_1=BOOKING, door_2=BOOKING)) == {"door-2"}


def test_rooms_that_no_door_joins_are_judged_apart() -> None:
    guard = ZoningGuard(meeting_centre())
    assert len(set(guard.cluster_of.values())) == 1
    two = site_of(
        {"lobby": "public", "a": "semi-public", "b": "semi-public"},
        {"to-a": {"from": "lobby", "to": "a"}, "to-b": {"from": "lobby", "to": "b"}},
    )
    assert len(set(ZoningGuard(two).cluster_of.values())) == 2


# --- fire and evacuation ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("priority", [Priority.FIRE, Priority.EVACUATION])
def test_fire_and_evacuation_are_never_refused(priority: Priority) -> None:
    doors = Doors(room())
    assert doors.judged(front=priority, back=priority) == {}
    doors.says("back", "unlocked")
    assert doors.judged(front=priority) == {}


def test_what_fire_opens_counts_as_open_for_others() -> None:
    because = say("{door} is to be unlocked too", door=Ref("back"))
    assert Doors(room()).judged(back=Priority.FIRE, front=Priority.BOOKING) == {"front": refusal(because)}


def test_fire_does_not_wait_for_doors_that_have_not_reported() -> None:
    site = room()
    doors = Doors(site)
    doors.guard = ZoningGuard(site, cold_start=2 * SECOND)
    doors.facts.set(START(), Start(T, 1))
    doors.says("back", None)
    lock = doors.lock("front")
    for priority, judged in ((Priority.BOOKING, None), (Priority.FIRE, {})):
        wish = Claim(lock, "unlocked", priority, "fire:site", say("Wished"))
        assert doors.guard.judge(Look(doors.facts, T), doors.guard.cluster_of[lock], {lock: [wish]}) == judged


# --- interlocks -------------------------------------------------------------------------------------------------------


def wind_trap() -> Site:
    return site_of(
        {"trap": "public", "lobby": "public"},
        {"outer": {"from": "outside", "to": "trap", "interlock": ["inner"]}, "inner": {"from": "trap", "to": "lobby"}},
    )


def kept(cause: Text) -> Text:
    return say("Its interlock keeps it locked, because {cause}", cause=cause)


def test_one_door_of_an_interlock_opens_at_a_time() -> None:
    assert Doors(wind_trap()).judged(inner=HOURS) == {}
    granted = say("{door} is to be unlocked too", door=Ref("inner"))
    assert Doors(wind_trap()).judged(inner=HOURS, outer=HOURS) == {"outer": kept(granted)}
    assert set(Doors(wind_trap()).judged(inner=HOURS, outer=PERSON)) == {"inner"}


def test_an_interlock_waits_until_the_other_leaf_is_closed() -> None:
    doors = Doors(wind_trap())
    doors.stands_open("outer", T)
    assert doors.judged(inner=HOURS) == {"inner": kept(say("{door} is open", door=Ref("outer")))}
    doors.facts.set(READING("lock-outer", "contact"), Reading("closed", T, T))
    assert doors.judged(inner=HOURS) == {}
    doors.says("outer", "unlocked")
    assert doors.judged(inner=HOURS) == {"inner": kept(say("{door} is unlocked", door=Ref("outer")))}


def test_the_interlocked_door_that_is_unlocked_stays_so() -> None:
    doors = Doors(wind_trap())
    doors.says("outer", "unlocked")
    doors.wanted_so_far("outer", "unlocked")
    assert set(doors.judged(outer=HOURS, inner=HOURS)) == {"inner"}


def test_a_refusal_by_an_interlock_ends_by_itself() -> None:
    site = site_of(
        {"trap": "public", "lobby": "public"},
        {
            "outer": {"from": "outside", "to": "trap", "interlock": ["inner"]},
            "inner": {"from": "trap", "to": "lobby", "unlock": {"hours": "always-open"}},
        },
        hours={"always-open": {"mon-sun": "0-24"}},
    )
    day = Simulation(site, T, lambda _: None)
    really = []
    for contact in ("closed", "open", "closed"):
        day.set("lock-outer", "contact", contact)
        really.append(day.devices["lock-inner"].state("lock"))
    assert really == ["unlocked", "locked", "unlocked"]


def test_fire_opens_every_door_of_an_interlock() -> None:
    assert Doors(wind_trap()).judged(outer=Priority.FIRE, inner=Priority.FIRE) == {}
    assert set(Doors(wind_trap()).judged(outer=Priority.FIRE, inner=HOURS)) == {"inner"}


def test_an_interlock_of_inner_doors_has_nothing_to_do_with_ways() -> None:
    """The staff may be let through a lock chamber while a room of customers is open, and the other way round."""
    site = site_of(
        {"lobby": "public", "room": "semi-public", "office": "internal", "chamber": "internal", "vault": "internal"},
        {
            "front": {"from": "lobby", "to": "room", "back": "credential", "interlock": ["chamber-in"]},
            "chamber-in": {"from": "office", "to": "chamber"},
            "chamber-out": {"from": "chamber", "to": "vault"},
        },
    )
    doors = Doors(site)
    assert len(set(doors.guard.cluster_of.values())) == 1
    assert len(doors.guard.cluster_of) == 2
    assert doors.judged(chamber_in=PERSON) == {}
    assert set(doors.judged(front=PERSON, chamber_in=BOOKING)) == {"chamber-in"}


# --- causes, buttons, doors out of service ----------------------------------------------------------------------------


@pytest.mark.parametrize("cause", sorted(JUSTIFIED))
def test_an_unlock_needs_a_known_kind_of_cause(cause: str) -> None:
    """D3."""
    doors = Doors(room())
    assert doors.judged_because_of(f"{cause}:1", front=BOOKING) == {}
    told = say("Nothing that may unlock a door stands behind it ({cause})", cause=f"presence-{cause}:1")
    assert doors.judged_because_of(f"presence-{cause}:1", front=BOOKING) == {"front": told}


def test_an_exit_button_is_a_way_for_those_who_are_behind_it() -> None:
    site = site_of(
        {"lobby": "public", "room": "semi-public", "office": "internal"},
        {"front": {"from": "lobby", "to": "room"}, "back": {"from": "office", "to": "room", "back": "button"}},
    )
    cause = say("{door} is always open from this side", door=Ref("back"))
    assert Doors(site).judged(front=BOOKING) == {"front": refusal(cause)}


def test_a_door_out_of_service_counts_as_open() -> None:
    doors = Doors(room())
    doors.facts.set(OUT_OF_SERVICE("back"), DoorTakenOut(at=T, door="back", by="guard-1", until=T + SECOND, reason="Repair"))
    assert doors.judged(front=BOOKING) == {"front": refusal(say("{door} is out of service", door=Ref("back")))}
    assert doors.judged(T + SECOND, front=BOOKING) == {}


def test_a_way_begins_in_public_space_and_ends_at_the_first_internal_one() -> None:
    """From the office, which is open to the lobby already, people come into the room: that is no way of its own."""
    site = site_of(
        {"lobby": "public", "hall": "semi-public", "office": "internal", "room": "semi-public", "archive": "internal"},
        {
            "gap": {"from": "lobby", "to": "hall", "kind": "opening"},
            "hall-office": {"from": "hall", "to": "office", "back": "credential"},
            "office-room": {"from": "office", "to": "room", "back": "credential"},
            "room-archive": {"from": "room", "to": "archive", "back": "credential"},
        },
    )
    doors = Doors(site)
    doors.says("hall-office", "unlocked")
    doors.says("room-archive", "unlocked")
    assert doors.judged(office_room=PERSON) == {}
