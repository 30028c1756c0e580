"""How a door really is, by what it reports, what it was told and what people said of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from edge.claims import Claim, Decision, Priority
from edge.events import ConditionBegan
from edge.facts import ACTIVE, DECISION, FLIGHT, ONLINE, READING, Facts, Flight, Look, Reading
from edge.points import PointId, Value
from edge.site import Site
from edge.text import Ref, say
from security.doors import EXIT_REMEMBERED, DoorTruths
from security.overrides import OUT_OF_SERVICE, DoorTakenOut
from security.truth import DOOR, DoorState, DoorTruth
from tests.builders import HOUR, MINUTE, MONDAY, SECOND, site_of

T = MONDAY
LOCK = PointId("lock-door", "lock")
HELD = 30 * SECOND


def site(lacks: tuple[str, ...] = (), **door: Any) -> Site:
    device = {"type": "door-controller", "door": "door", "lacks": lacks}
    return site_of(
        {"room": "semi-public", "office": "internal"},
        {"door": {"from": "room", "to": "office", **door}},
        devices={"lock-door": device},
    )


class Known:
    """Facts about one door, which reported locked and closed an hour ago and should be locked since."""

    def __init__(self, site: Site) -> None:
        self.site, self.facts = site, Facts()
        self.decided("locked", T - HOUR)
        self.says(lock="locked", contact="closed", since=T - HOUR)

    def says(self, since: datetime = T, *, good: bool = True, **points: Value) -> "Known":
        for point, value in points.items():
            self.facts.set(READING("lock-door", point.replace("_", "-")), Reading(value, since, since, good))
        return self

    def decided(self, value: str, since: datetime) -> "Known":
        claim = Claim(LOCK, value, Priority.DEFAULT, "default", say("Default"))
        self.facts.set(DECISION(*LOCK), Decision(LOCK, value, claim, (), since))
        return self

    def told(self, value: str, at: datetime, *, confirmed: bool = False) -> "Known":
        self.facts.set(FLIGHT(*LOCK), Flight(value, 1, at, at, 1, None, confirmed))
        return self

    def lost(self) -> "Known":
        self.facts.set(ONLINE("lock-door"), False)
        return self

    def forced_before(self, at: datetime) -> "Known":
        began = ConditionBegan(at=at, type="door-forced", subject="door", because=say("Forced before"))
        self.facts.set(ACTIVE("door-forced", "door"), began)
        return self

    def out(self, until: datetime | None = None) -> "Known":
        taken = DoorTakenOut(at=T - MINUTE, door="door", by="guard-1", until=until, reason="Repair")
        self.facts.set(OUT_OF_SERVICE("door"), taken)
        return self

    def truth(self, at: datetime = T) -> DoorTruth:
        (found,) = DoorTruths(self.site).truth(Look(self.facts, at), "door")
        assert found.key == DOOR("door")
        assert isinstance(found.value, DoorTruth)
        return found.value

    def state(self, at: datetime = T) -> tuple[str, bool]:
        truth = self.truth(at)
        return truth.state.value, truth.passable


def test_a_door_that_says_so_is_locked() -> None:
    truth = Known(site()).truth()
    assert (truth.state, truth.since, truth.passable, truth.sensed) == (DoorState.LOCKED, T - HOUR, False, True)


def without_value(known: Known, point: str, last: Value, at: datetime = T) -> Known:
    known.facts.set(
        READING("lock-door", point), Reading(last, T - HOUR, T - HOUR, good=False, problem="sensor fault", bad_since=at)
    )
    return known


def test_a_lock_that_does_not_tell_is_unknown_and_may_be_passed() -> None:
    truth = without_value(Known(site()), "lock", "locked").truth()
    assert (truth.state, truth.passable) == (DoorState.UNKNOWN, True)
    assert truth.because == say("{door} does not tell how its lock is", door=Ref("door"))


def test_a_contact_that_does_not_tell_is_not_taken_for_closed() -> None:
    truth = without_value(Known(site()), "contact", "closed").truth()
    assert truth.because == say("{door} is locked; nothing tells whether it is closed", door=Ref("door"))


def test_a_forced_door_stays_one_while_its_contact_does_not_tell() -> None:
    known = without_value(Known(site()).forced_before(T - MINUTE), "contact", "closed")
    assert known.state() == ("forced", True)


def test_a_lease_of_ours_unlocks_it() -> None:
    known = Known(site()).decided("unlocked", T - MINUTE).says(lock="unlocked")
    assert known.state() == ("unlocked", True)


def test_an_unlock_of_ours_stays_one_until_the_door_has_obeyed_its_end() -> None:
    assert Known(site()).says(lock="unlocked", since=T - MINUTE).decided("locked", T).state() == ("unlocked", True)
    late = Known(site()).decided("locked", T).told("locked", T).says(lock="unlocked", since=T + SECOND)
    assert late.state(T + SECOND) == ("unlocked", True)


def test_a_lock_that_turns_without_us_was_turned_by_hand() -> None:
    known = Known(site()).says(lock="unlocked")
    assert known.truth() == DoorTruth(DoorState.OPENED_BY_HAND, T, say("{door} was unlocked by hand", door=Ref("door")), True, True)
    assert known.told("locked", T).state(T + SECOND) == ("opened-by-hand", True)
    known.facts.set(DECISION(*LOCK), None)
    assert known.state() == ("opened-by-hand", True)


@pytest.mark.parametrize("back", ["free", "credential", "button"])
def test_a_leaf_that_opens_while_locked(back: str) -> None:
    known = Known(site(back=back)).says(contact="open")
    assert known.state() == (("opened-by-hand", False) if back == "free" else ("forced", True))
    assert known.state(T + HELD) == (("held-open", True) if back == "free" else ("forced", True))


@pytest.mark.parametrize("dwell", [5 * SECOND, MINUTE])
@pytest.mark.parametrize("back", ["credential", "button"])
def test_who_asked_to_leave_has_time_for_one_passage(back: str, dwell: timedelta) -> None:
    known = Known(site(back=back, dwell=f"{dwell.seconds} s")).says(contact="open")
    allowed = max(EXIT_REMEMBERED, dwell)
    assert known.says(exit_request=True, since=T - HOUR).state() == ("opened-by-hand", False)
    assert known.says(exit_request=False, since=T - allowed).state() == ("opened-by-hand", False)
    assert known.says(exit_request=False, since=T - allowed - SECOND).state() == ("forced", True)


def test_a_device_that_repeats_that_nobody_asked_has_not_asked() -> None:
    known = Known(site(back="credential")).says(contact="open")
    known.facts.set(READING("lock-door", "exit-request"), Reading(False, T - HOUR, T))
    assert known.state() == ("forced", True)


def test_a_leaf_that_was_open_before_it_was_locked_is_held_open_from_its_opening_on() -> None:
    known = Known(site(back="credential")).says(contact="open", since=T - 20 * SECOND).says(lock="locked")
    assert known.state() == ("opened-by-hand", False)
    assert known.truth(T + 10 * SECOND) == DoorTruth(
        DoorState.HELD_OPEN, T - 20 * SECOND, say("{door} is held open", door=Ref("door")), True, True
    )


def test_a_leaf_that_opens_while_it_is_to_be_unlocked_is_not_forced() -> None:
    assert Known(site(back="credential")).decided("unlocked", T - SECOND).says(contact="open").state() == ("opened-by-hand", False)
    known = Known(site(back="credential")).says(contact="open").decided("locked", T + SECOND)
    assert known.state(T + SECOND) == ("opened-by-hand", False)


def test_a_forced_door_is_trusted_again_when_it_has_been_closed_for_a_while() -> None:
    known = Known(site(back="credential")).forced_before(T - MINUTE).says(contact="closed")
    assert known.state(T + HELD - SECOND) == ("forced", True)
    assert known.state(T + HELD) == ("locked", False)
    assert known.decided("unlocked", T).state() == ("locked", False)


@pytest.mark.parametrize(
    ("fail", "lock", "contact", "passable"),
    [
        ("locked", "locked", "closed", False),
        ("locked", "locked", "open", True),
        ("locked", "unlocked", "closed", True),
        ("unlocked", "locked", "closed", True),
    ],
)
def test_a_lost_door_is_unknown_and_counts_as_it_fails(fail: str, lock: str, contact: str, passable: bool) -> None:
    known = Known(site(fail=fail)).says(lock=lock, contact=contact, good=False, since=T - HOUR).lost()
    assert known.state() == ("unknown", passable)


def test_a_door_that_has_not_spoken_since_the_start_is_unknown_and_counts_as_open() -> None:
    known = Known(site()).says(lock="locked", good=False)
    assert known.truth() == DoorTruth(DoorState.UNKNOWN, None, say("{door} has not reported yet", door=Ref("door")), True, True)
    known.facts.set(READING(*LOCK), None)
    assert known.lost().truth().since is None


def test_a_door_out_of_service_counts_as_open_until_its_time_is_over() -> None:
    assert Known(site()).out().state() == ("out-of-service", True)
    assert Known(site()).out(T + SECOND).state() == ("out-of-service", True)
    assert Known(site()).out(T).state() == ("locked", False)


def test_without_a_contact_nobody_believes_one() -> None:
    truth = Known(site(("contact",), back="credential")).says(contact="open", since=T - HOUR).truth()
    assert (truth.state, truth.passable, truth.sensed) == (DoorState.LOCKED, False, False)
    assert truth.because == say("{door} is locked; nothing tells whether it is closed", door=Ref("door"))


def test_without_read_back_a_lock_is_what_it_was_told_and_says_so() -> None:
    known = Known(site(("read-back",), back="credential"))
    assert known.truth().because == say("{door} was told to lock, and does not report its lock", door=Ref("door"))
    known.says(contact="open")
    assert known.state() == ("opened-by-hand", False)
    assert known.state(T + HELD) == ("held-open", True)
    known.says(lock="unlocked", contact="closed")
    assert known.truth().because == say("{door} was told to unlock, and does not report its lock", door=Ref("door"))
    blind = Known(site(("read-back", "contact")))
    message = "{door} was told to lock, and reports neither its lock nor whether it is closed"
    assert blind.truth().because == say(message, door=Ref("door"))
