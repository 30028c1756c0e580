"""What a panic alarm asks of doors."""

from edge.claims import Priority
from edge.facts import Facts, Look
from security import panic
from security.alarms import PANICS
from tests.builders import MONDAY, service_rooms

SITE = service_rooms(2)


def test_an_open_panic_alarm_locks_the_doors_of_its_button_and_never_unlocks() -> None:
    facts = Facts()
    look = Look(facts, MONDAY)
    assert list(panic.claims(look, SITE, "button-1")) == []
    facts.set(PANICS("button-1"), (4, 5))
    (claim,) = panic.claims(look, SITE, "button-1")
    assert (claim.point.device, claim.value, claim.priority, claim.until) == ("lock-front-1", "locked", Priority.PANIC, None)
    assert claim.because.values["number"] == 4
    assert list(panic.claims(look, SITE, "button-2")) == []


def test_panic_outranks_a_person_and_a_booking() -> None:
    assert Priority.PANIC < Priority.RELEASE < Priority.BOOKING < Priority.HOURS
