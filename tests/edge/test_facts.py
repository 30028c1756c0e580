"""Facts tell who must be asked again; a look notes what an answer rested on."""

from datetime import timedelta

from edge.facts import HEARD, ONLINE, Facts, Look
from tests.builders import MINUTE, MONDAY, SECOND


def test_an_unknown_fact_is_none() -> None:
    assert Facts()(ONLINE("door")) is None


def test_only_another_value_counts_as_a_change() -> None:
    facts = Facts()
    facts.set(ONLINE("door"), True)
    facts.set(ONLINE("button"), False)
    assert facts.take_changed() == [ONLINE("door"), ONLINE("button")]
    facts.set(ONLINE("door"), True)
    assert facts.take_changed() == []


def test_setting_none_forgets() -> None:
    facts = Facts()
    facts.set(ONLINE("door"), True)
    facts.take_changed()
    facts.set(ONLINE("door"), None)
    assert facts(ONLINE("door")) is None
    assert facts.take_changed() == [ONLINE("door")]
    assert list(facts.of(ONLINE)) == []


def test_a_refresh_is_believed_and_wakes_nobody() -> None:
    facts = Facts()
    facts.refresh(HEARD("door"), MONDAY)
    assert facts(HEARD("door")) == MONDAY
    assert facts.take_changed() == []


def test_facts_of_one_kind_come_with_their_subjects() -> None:
    facts = Facts()
    facts.set(ONLINE("door"), True)
    facts.set(HEARD("door"), MONDAY)
    assert list(facts.of(ONLINE)) == [(("door",), True)]


def test_a_look_notes_every_key_that_was_read_also_of_what_is_not_known() -> None:
    look = Look(Facts(), MONDAY)
    look(ONLINE("door"))
    look(HEARD("door"))
    look(ONLINE("door"))
    assert list(look.reads) == [ONLINE("door"), HEARD("door")]


def test_a_look_notes_the_next_instant_that_would_change_an_answer() -> None:
    look = Look(Facts(), MONDAY)
    assert look.passed(MONDAY)
    assert look.wake is None
    assert not look.passed(MONDAY + MINUTE)
    assert not look.passed(MONDAY + SECOND)
    assert not look.passed(MONDAY + 2 * MINUTE)
    assert look.wake == MONDAY + SECOND


def test_a_span_has_lasted_from_its_last_instant_on() -> None:
    look = Look(Facts(), MONDAY)
    assert look.lasted(MONDAY - MINUTE, MINUTE)
    assert not look.lasted(MONDAY - MINUTE, MINUTE + timedelta(microseconds=1))
    assert look.wake == MONDAY + timedelta(microseconds=1)
