"""A named person's timed release."""

from datetime import datetime, timedelta

import pytest

from edge.claims import Claim, Priority
from edge.errors import IllegalCommand
from edge.events import Event
from edge.facts import Facts, Look
from security import releases
from security.releases import LONGEST_RELEASE
from tests.builders import MINUTE, MONDAY, SECOND, service_rooms

T = MONDAY
SITE = service_rooms()


def facts(*events: Event) -> Facts:
    made = Facts()
    for event in events:
        releases.fold(made, event)
    return made


def claims(known: Facts, at: datetime, door: str = "front-1") -> tuple[list[Claim], datetime | None]:
    look = Look(known, at)
    return list(releases.claims(look, SITE, door)), look.wake


def released(at: datetime = T, span: timedelta = MINUTE, door: str = "front-1") -> Event:
    return releases.release(SITE, at, door, "guard-1", span)


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
        with pytest.raises(IllegalCommand, match="600 seconds"):
            released(span=span)


def test_a_new_release_takes_the_place_of_the_one_before() -> None:
    (claim,), _ = claims(facts(released(span=5 * MINUTE), released(T + SECOND, MINUTE)), T + SECOND)
    assert claim.until == T + SECOND + MINUTE


def test_a_release_can_be_taken_back_while_it_lasts() -> None:
    known = facts(released())
    ended = releases.end_release(SITE, known, T + SECOND, "front-1", "guard-2")
    releases.fold(known, ended)
    assert claims(known, T + SECOND) == ([], None)
    with pytest.raises(IllegalCommand, match="not been released"):
        releases.end_release(SITE, known, T + SECOND, "front-1", "guard-2")


def test_a_release_that_is_over_cannot_be_taken_back() -> None:
    with pytest.raises(IllegalCommand, match="not been released"):
        releases.end_release(SITE, facts(released()), T + MINUTE, "front-1", "guard-2")


def test_a_door_without_a_controller_cannot_be_released() -> None:
    with pytest.raises(IllegalCommand, match="no door cellar"):
        released(door="cellar")
    with pytest.raises(IllegalCommand, match="no door cellar"):
        releases.end_release(SITE, Facts(), T, "cellar", "guard-1")
