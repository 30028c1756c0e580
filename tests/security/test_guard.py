"""What the zoning guard refuses, and what it says: one room with a front and a back door, and a meeting centre."""

from datetime import datetime

import pytest

from edge.claims import Claim, Decision, Priority
from edge.facts import DECISION, ONLINE, READING, Facts, Look, Reading
from edge.points import PointId
from edge.site import Site
from edge.text import Ref, Route, Text, say
from security.guard import ZoningGuard
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

    def lock(self, door: str) -> PointId:
        return PointId(f"lock-{door}", "lock")

    def says(self, door: str, lock: str | None, *, good: bool = True) -> None:
        self.facts.set(READING(*self.lock(door)), None if lock is None else Reading(lock, T, T, good))

    def stands_open(self, door: str, since: datetime) -> None:
        self.facts.set(READING(f"lock-{door}", "contact"), Reading("open", since, since))

    def lost(self, door: str) -> None:
        self.facts.set(ONLINE(f"lock-{door}"), False)

    def wanted_so_far(self, door: str, value: str) -> None:
        claim = Claim(self.lock(door), value, Priority.BOOKING, "before", say("Before"))
        self.facts.set(DECISION(*self.lock(door)), Decision(self.lock(door), value, claim, (), T))

    def judged(self, at: datetime = T, **unlocks: Priority) -> dict[str, Text]:
        """The refusals. unlocks: what is to be unlocked, by door (with _ for -)."""
        return self._judge(Look(self.facts, at), unlocks)

    def wake(self, at: datetime = T, **unlocks: Priority) -> datetime | None:
        look = Look(self.facts, at)
        self._judge(look, unlocks)
        return look.wake

    def _judge(self, look: Look, unlocks: dict[str, Priority]) -> dict[str, Text]:
        wishes: dict[str, dict[PointId, list[Claim]]] = {}
        for point, cluster in self.guard.cluster_of.items():
            priority = unlocks.get(point.device.removeprefix("lock-").replace("-", "_"))
            wish = [] if priority is None else [Claim(point, "unlocked", priority, "wish", say("Wished"))]
            wishes.setdefault(cluster, {})[point] = wish
        refused = {p: text for name, of in wishes.items() for p, text in self.guard.judge(look, name, of).items()}
        return {point.device.removeprefix("lock-"): text for point, text in refused.items()}


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


def test_a_back_door_held_open_counts_from_its_own_time_on() -> None:
    doors = Doors(room())
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
