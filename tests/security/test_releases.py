"""A named person's timed release."""

from datetime import datetime, timedelta

import pytest

from edge.claims import Claim, Decision, Priority
from edge.events import Event
from edge.facts import DECISION, Facts, Look
from edge.points import PointId, Value
from edge.refusal import Refusal
from edge.site.fields import Role
from edge.text import say
from security import overrides, releases
from security.overrides import DoorTakenOut
from security.releases import LONGEST_RELEASE
from security.roles import NotAllowed
from tests.builders import MINUTE, MONDAY, SECOND, service_rooms, site_of

T = MONDAY
SITE = service_rooms()
NOTHING = Facts()


def facts(*events: Event) -> Facts:
    made = Facts()
    for event in events:
        releases.fold(made, event)
        overrides.fold(made, event)
    return made


def claims(known: Facts, at: datetime, door: str = "front-1") -> tuple[list[Claim], datetime | None]:
    look = Look(known, at)
    return list(releases.claims(look, SITE, door)), look.wake


def released(
    at: datetime = T,
    span: timedelta = MINUTE,
    door: str = "front-1",
    known: Facts = NOTHING,
    role: Role = "guard",
    reason: str = "Key forgotten",
) -> Event:
    return releases.release(SITE, known, at, door, "guard-1", role, span, reason)


def held(value: Value, priority: Priority) -> Facts:
    """The front door is decided so, with that priority."""
    known, point = Facts(), PointId("lock-front-1", "lock")
    known.set(DECISION(*point), Decision(point, value, Claim(point, value, priority, "x", say("Because of X")), (), T))
    return known


def test_a_release_unlocks_its_door_until_its_end_and_names_the_person() -> None:
    known = facts(released())
    (claim,), wake = claims(known, T)
    assert (claim.point, claim.value, claim.priority, claim.until) == (
        ("lock-front-1", "lock"),
        "unlocked",
        Priority.RELEASE,
        T + MINUTE,
    )
    assert claim.because.values["by"] == "guard-1"
    assert wake == T + MINUTE
    assert claims(known, T + MINUTE) == ([], None)
    assert claims(known, T, "back-1") == ([], None)


def test_a_release_lasts_ten_minutes_at_most_and_not_nothing() -> None:
    assert released(span=LONGEST_RELEASE)
    for span in (LONGEST_RELEASE + SECOND, timedelta(0), -MINUTE):
        with pytest.raises(Refusal, match="600 seconds"):
            released(span=span)


@pytest.mark.parametrize("reason", ["", "  \t\n"])
def test_a_release_has_a_reason(reason: str) -> None:
    assert released(reason=" x ").reason == "x"  # type: ignore[attr-defined]
    with pytest.raises(Refusal, match="Say why"):
        released(reason=reason)


@pytest.mark.parametrize("role", ["clerk", "auditor", "installer"])
def test_a_release_is_for_those_at_the_doors(role: Role) -> None:
    with pytest.raises(NotAllowed):
        released(role=role)
    with pytest.raises(NotAllowed):
        releases.end_release(SITE, facts(released()), T, "front-1", "x", role)


@pytest.mark.parametrize("priority", [Priority.FIRE, Priority.EVACUATION, Priority.LOCKDOWN, Priority.PANIC])
def test_nobody_is_promised_what_something_stronger_forbids(priority: Priority) -> None:
    with pytest.raises(Refusal, match=r"front-1 stays locked\. Because of X"):
        released(known=held("locked", priority))
    assert released(known=held("unlocked", priority))
    assert released(known=held("locked", priority), door="back-1")


@pytest.mark.parametrize("priority", [Priority.OVERRIDE, Priority.REFUSAL, Priority.DEFAULT])
def test_what_is_weaker_stands_in_nobodys_way(priority: Priority) -> None:
    assert released(known=held("locked", priority))


def test_a_door_out_of_service_is_not_released_and_one_that_was_is_not_any_more() -> None:
    out = DoorTakenOut(at=T + SECOND, door="front-1", by="guard-1", until=T + 2 * SECOND, reason="Broken")
    known = facts(released(), out)
    assert claims(known, T + SECOND) == ([], None)
    with pytest.raises(Refusal, match="front-1 is out of service"):
        released(T + SECOND, known=known)
    assert released(T + 2 * SECOND, known=known)
    assert released(T + SECOND, known=known, door="back-1")


def test_an_escape_door_is_not_released() -> None:
    site = site_of({"hall": "public"}, {"way-out": {"from": "hall", "to": "outside", "kind": "escape"}})
    with pytest.raises(Refusal, match="escape door"):
        releases.release(site, NOTHING, T, "way-out", "manager-1", "facility-manager", MINUTE, "Air")


def test_a_new_release_takes_the_place_of_the_one_before() -> None:
    (claim,), _ = claims(facts(released(span=5 * MINUTE), released(T + SECOND, MINUTE)), T + SECOND)
    assert claim.until == T + SECOND + MINUTE


def test_a_release_can_be_taken_back_while_it_lasts() -> None:
    known = facts(released())
    ended = releases.end_release(SITE, known, T + SECOND, "front-1", "host-1", "lobby-host")
    releases.fold(known, ended)
    assert claims(known, T + SECOND) == ([], None)
    with pytest.raises(Refusal, match="not been released"):
        releases.end_release(SITE, known, T + SECOND, "front-1", "guard-2", "guard")


def test_a_release_that_is_over_cannot_be_taken_back_and_is_not_kept() -> None:
    known = facts(released())
    with pytest.raises(Refusal, match="not been released"):
        releases.end_release(SITE, known, T + MINUTE, "front-1", "guard-2", "guard")
    assert list(releases.kept(known, T + MINUTE - SECOND)) == [released()]
    assert list(releases.kept(known, T + MINUTE)) == []


def test_a_door_without_a_controller_cannot_be_released() -> None:
    with pytest.raises(Refusal, match="no door cellar"):
        released(door="cellar")
    with pytest.raises(Refusal, match="no door cellar"):
        releases.end_release(SITE, Facts(), T, "cellar", "guard-1", "guard")
