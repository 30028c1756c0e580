"""A named person's override of a door, and doors out of service."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from edge.claims import Claim, Condition, Decision, Priority
from edge.conditions import DOOR_OUT_OF_SERVICE, DOOR_OVERRIDDEN
from edge.events import Event
from edge.facts import DECISION, Facts, Look
from edge.points import PointId, Value
from edge.refusal import Refusal
from edge.site.fields import Role
from edge.text import say
from security import overrides
from security.overrides import OUT_OF_SERVICE, OVERRIDE, DoorOverridden, DoorTakenOut, DoorValue
from security.roles import NotAllowed
from tests.builders import HOUR, MINUTE, MONDAY, SECOND, service_rooms, site_of

T = MONDAY
SITE = service_rooms()
MANAGER: Role = "facility-manager"


def facts(*events: Event) -> Facts:
    known = Facts()
    for event in events:
        overrides.fold(known, event)
    return known


def held(value: Value, priority: Priority) -> Facts:
    """The front door is decided so, with that priority."""
    known, point = Facts(), PointId("lock-front-1", "lock")
    known.set(DECISION(*point), Decision(point, value, Claim(point, value, priority, "x", say("Because of X")), (), T))
    return known


def overridden(value: DoorValue = "locked", known: Facts | None = None, at: datetime = T, **more: Any) -> DoorOverridden:
    asked: dict[str, Any] = {"by": "M. Virtanen", "role": MANAGER, "until": at + HOUR, "reason": "Wet floor", **more}
    event = overrides.override(SITE, known or Facts(), at, asked.pop("door", "front-1"), value, **asked)
    assert isinstance(event, DoorOverridden)
    return event


def taken_out(
    known: Facts | None = None, role: Role = "guard", reason: str = "Broken", until: datetime | None = None
) -> DoorTakenOut:
    event = overrides.out_of_service(SITE, known or Facts(), T, "front-1", "guard-1", role, reason, until)
    assert isinstance(event, DoorTakenOut)
    return event


def conclusions(known: Facts, at: datetime, door: str = "front-1") -> tuple[list[Claim], list[Condition], datetime | None]:
    look = Look(known, at)
    found = list(overrides.conclusions(look, SITE, door))
    return [c for c in found if isinstance(c, Claim)], [c for c in found if isinstance(c, Condition)], look.wake


# --- overrides --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["locked", "unlocked"])
def test_an_override_holds_until_its_end_names_the_person_and_is_seen(value: DoorValue) -> None:
    known = facts(overridden(value))
    (claim,), (condition,), wake = conclusions(known, T)
    assert (claim.point, claim.value, claim.priority, claim.cause, claim.until) == (
        ("lock-front-1", "lock"),
        value,
        Priority.OVERRIDE,
        f"override:{T.isoformat()}",
        T + HOUR,
    )
    assert {"by": "M. Virtanen", "reason": "Wet floor"}.items() <= claim.because.values.items()
    assert (condition.type, condition.subject, condition.because) == (DOOR_OVERRIDDEN, "front-1", claim.because)
    assert wake == T + HOUR
    assert conclusions(known, T + HOUR) == ([], [], None)
    assert conclusions(known, T, "back-1") == ([], [], None)


def test_a_newer_override_replaces_the_older_whichever_lasts_longer() -> None:
    known = facts(overridden("unlocked"), overridden("locked", at=T + SECOND, until=T + MINUTE))
    (claim,), _, _ = conclusions(known, T + 2 * SECOND)
    assert claim.value == "locked"
    assert conclusions(known, T + MINUTE)[0] == []


def test_whoever_may_lock_by_an_override_may_end_it() -> None:
    known = facts(overridden("unlocked"))
    with pytest.raises(NotAllowed):
        overrides.end_override(SITE, known, T, "front-1", "x", "clerk")
    overrides.fold(known, overrides.end_override(SITE, known, T, "front-1", "guard-1", "guard"))
    assert conclusions(known, T)[:2] == ([], [])
    with pytest.raises(Refusal, match="not overridden"):
        overrides.end_override(SITE, known, T, "front-1", "guard-1", "guard")


def test_an_override_that_is_over_cannot_be_ended() -> None:
    with pytest.raises(Refusal, match="not overridden"):
        overrides.end_override(SITE, facts(overridden()), T + HOUR, "front-1", "guard-1", "guard")


@pytest.mark.parametrize(
    ("value", "may"), [("locked", {"guard", "lobby-host", "facility-manager"}), ("unlocked", {"facility-manager"})]
)
@pytest.mark.parametrize("role", ["guard", "lobby-host", "facility-manager", "clerk", "auditor", "installer"])
def test_to_lock_is_for_many_and_to_unlock_for_few(role: Role, value: DoorValue, may: set[Role]) -> None:
    if role in may:
        assert overridden(value, role=role).value == value
    else:
        with pytest.raises(NotAllowed):
            overridden(value, role=role)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"reason": " \n"}, "Say why"),
        ({"until": T}, "lies in the past"),
        ({"until": T - timedelta(days=1)}, "lies in the past"),
        ({"until": T + 12 * HOUR + SECOND}, "at most"),
        ({"door": "cellar"}, "no door cellar"),
    ],
)
def test_an_override_needs_a_door_a_reason_and_an_end_in_sight(more: dict[str, Any], problem: str) -> None:
    with pytest.raises(Refusal, match=problem):
        overridden(**more)


def test_the_site_says_how_long_an_override_lasts_at_most() -> None:
    site = site_of({"hall": "public"}, {"entrance": {"from": "outside", "to": "hall"}}, security={"longest_override": "30 min"})

    def until(end: datetime) -> Event:
        return overrides.override(site, Facts(), T, "entrance", "locked", "guard-1", "guard", end, "Wet floor")

    assert until(T + 30 * MINUTE)
    with pytest.raises(Refusal, match="at most"):
        until(T + 31 * MINUTE)


def test_an_escape_door_is_locked_by_an_override_and_never_unlocked() -> None:
    site = site_of({"hall": "public"}, {"way-out": {"from": "hall", "to": "outside", "kind": "escape"}})

    def override(value: DoorValue) -> Event:
        return overrides.override(site, Facts(), T, "way-out", value, "x", MANAGER, T + HOUR, "Air")

    assert override("locked")
    with pytest.raises(Refusal, match="escape door"):
        override("unlocked")


@pytest.mark.parametrize("priority", [Priority.FIRE, Priority.EVACUATION, Priority.LOCKDOWN, Priority.PANIC])
def test_what_outranks_an_override_is_named(priority: Priority) -> None:
    with pytest.raises(Refusal, match=r"front-1 stays locked\. Because of X"):
        overridden("unlocked", held("locked", priority))
    with pytest.raises(Refusal, match=r"front-1 stays unlocked\. Because of X"):
        overridden("locked", held("unlocked", priority))
    assert overridden("locked", held("locked", priority))


def test_a_release_and_bookings_do_not_stand_in_the_way_of_an_override() -> None:
    assert overridden("locked", held("unlocked", Priority.RELEASE))
    assert overridden("locked", held("unlocked", Priority.BOOKING))


# --- out of service ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("until", [None, T + HOUR])
def test_a_door_out_of_service_is_locked_and_seen(until: datetime | None) -> None:
    known = facts(taken_out(until=until))
    (claim,), (condition,), wake = conclusions(known, T)
    assert (claim.value, claim.priority, claim.until, wake) == ("locked", Priority.OVERRIDE, until, until)
    assert (condition.type, condition.subject) == (DOOR_OUT_OF_SERVICE, "front-1")
    (later,), _, _ = conclusions(known, T + HOUR - SECOND)
    assert later == claim
    assert bool(conclusions(known, T + HOUR)[0]) is (until is None)


def test_taking_a_door_out_of_service_ends_its_override() -> None:
    known = facts(overridden("unlocked"), taken_out(until=T + MINUTE))
    assert known(OVERRIDE("front-1")) is None
    assert [claim.value for claim in conclusions(known, T)[0]] == ["locked"]
    assert conclusions(known, T + MINUTE)[0] == []


@pytest.mark.parametrize("value", ["locked", "unlocked"])
def test_a_door_out_of_service_takes_no_override_until_it_is_back(value: DoorValue) -> None:
    known = facts(taken_out(until=T + HOUR))
    with pytest.raises(Refusal, match="front-1 is out of service"):
        overridden(value, known)
    assert overridden(value, known, T + HOUR)
    overrides.fold(known, overrides.back_in_service(SITE, known, T, "front-1", "guard-1", "guard"))
    assert known(OUT_OF_SERVICE("front-1")) is None
    assert overridden(value, known)


@pytest.mark.parametrize("role", ["clerk", "auditor", "lobby-host"])
def test_service_is_for_guards_managers_and_installers(role: Role) -> None:
    with pytest.raises(NotAllowed):
        taken_out(role=role)
    with pytest.raises(NotAllowed):
        overrides.back_in_service(SITE, facts(taken_out()), T, "front-1", "x", role)
    assert taken_out(role="installer")


@pytest.mark.parametrize(("more", "problem"), [({"reason": " "}, "Say why"), ({"until": T}, "lies in the past")])
def test_a_door_is_taken_out_for_a_reason_and_not_in_the_past(more: dict[str, Any], problem: str) -> None:
    with pytest.raises(Refusal, match=problem):
        taken_out(**more)


def test_a_door_that_is_in_service_is_not_taken_back() -> None:
    for known, at in ((Facts(), T), (facts(taken_out(until=T + MINUTE)), T + MINUTE)):
        with pytest.raises(Refusal, match="is in service"):
            overrides.back_in_service(SITE, known, at, "front-1", "guard-1", "guard")


def test_only_what_holds_is_kept_over_a_restart() -> None:
    out = DoorTakenOut(at=T, door="back-1", by="guard-1", reason="Broken")
    known = facts(overridden("unlocked"), out, DoorTakenOut(at=T, door="entrance", by="guard-1", until=T + HOUR, reason="Broken"))
    assert len(list(overrides.kept(known, T))) == 3
    assert list(overrides.kept(known, T + HOUR)) == [out]
