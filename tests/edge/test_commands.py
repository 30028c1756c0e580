"""The reconciler of one point, asked at instants of our choosing: what it sends, renews, repeats, and gives up waiting for."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.claims import Claim, Decision, Priority
from edge.commands import Step, Timing, reconcile
from edge.facts import ONLINE, Facts, Flight, Look, Reading, reading_of
from edge.points import PointId
from edge.text import say
from tests.builders import HOUR, MINUTE, MONDAY, SECOND

LOCK = PointId("lock-front-1", "lock")
TIMING = Timing()
T = MONDAY
FAR = T + HOUR


@dataclass
class Wire:
    """One lock and its reconciler. sent: (seconds since T, value, seconds of the lease); told: what people would hear, and about
    which command."""

    facts: Facts = field(default_factory=Facts)
    flight: Flight | None = None
    sent: list[tuple[float, str, float | None]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    about: list[int] = field(default_factory=list)
    wake: datetime | None = None
    span: timedelta | None = TIMING.lease

    def reports(self, value: str, at: datetime, *, good: bool = True) -> "Wire":
        known = self.facts(reading_of(LOCK))
        since = known.since if known is not None and known.value == value else at
        self.facts.set(reading_of(LOCK), Reading(value, since, at, good))
        return self

    def asked(self, at: datetime, wanted: str = "unlocked", until: datetime | None = FAR) -> "Wire":
        """Asks as the kernel does: after a command it asks once more, for the deadlines of the new flight."""
        claim = Claim(LOCK, wanted, Priority.BOOKING, "booking:a/", say("Booked"), until)
        look = Look(self.facts, at)
        while True:
            leased = wanted == "unlocked"
            decision = Decision(LOCK, wanted, claim, (), T)
            step = reconcile(look, decision, self.flight, leased=leased, span=self.span if leased else None, timing=TIMING)
            self.flight = step.flight
            self._note(step, at, wanted)
            if not step.send:
                break
            assert step.flight is not None
            self.flight = replace(step.flight, seq=len(self.sent))
        self.wake = look.wake
        return self

    def _note(self, step: Step, at: datetime, wanted: str) -> None:
        for word, holds in (("confirmed", step.confirmed), ("overdue", step.overdue)):
            if holds and step.flight is not None:
                self.told.append(word)
                self.about.append(step.flight.seq)
        if step.send and step.flight is not None:
            lease = step.flight.lease_until
            self.sent.append(((at - T).total_seconds(), wanted, None if lease is None else (lease - at).total_seconds()))

    def runs_until(self, end: datetime, wanted: str = "unlocked", until: datetime | None = FAR) -> "Wire":
        """Ask whenever it wants to be asked."""
        while self.wake is not None and self.wake <= end:
            self.asked(self.wake, wanted, until)
        return self


def unlocked_wire(until: datetime | None = FAR, span: timedelta | None = TIMING.lease) -> Wire:
    """Told to unlock at T, and followed at once."""
    return Wire(span=span).reports("locked", T).asked(T, until=until).reports("unlocked", T).asked(T, until=until)


def test_an_unlock_is_a_lease_and_a_lock_is_not() -> None:
    assert Wire().reports("locked", T).asked(T).sent == [(0, "unlocked", 60)]
    assert Wire().reports("unlocked", T).asked(T, "locked", None).sent == [(0, "locked", None)]


def test_an_unlock_without_an_end_is_a_lease_too() -> None:
    assert Wire().reports("locked", T).asked(T, until=None).sent == [(0, "unlocked", 60)]


def test_what_is_as_wanted_gets_no_command() -> None:
    assert Wire().reports("locked", T).asked(T, "locked", None).sent == []


def test_a_door_found_unlocked_as_wanted_gets_a_lease() -> None:
    assert Wire().reports("unlocked", T).asked(T).sent == [(0, "unlocked", 60)]


def test_a_lease_never_lasts_past_the_end_of_its_reason() -> None:
    assert Wire().reports("locked", T).asked(T, until=T + 20 * SECOND).sent == [(0, "unlocked", 20)]


def test_a_lease_is_renewed_up_to_the_end_of_its_reason_and_not_again() -> None:
    wire = unlocked_wire(until=T + 100 * SECOND).runs_until(T + 2 * MINUTE, until=T + 100 * SECOND)
    ends = [at + for_s for at, _, for_s in wire.sent if for_s is not None]
    assert ends[-1] == 100
    assert ends == sorted(set(ends))


def test_a_lease_outlives_two_lost_renewals() -> None:
    wire = unlocked_wire().runs_until(T + MINUTE)
    first, *renewals = (at for at, _, _ in wire.sent)
    assert len([at for at in renewals if at < first + 60]) >= 3


def test_a_pulse_is_renewed_well_before_it_ends_and_carries_its_own_length() -> None:
    wire = unlocked_wire(span=5 * SECOND).runs_until(T + MINUTE)
    assert {for_s for _, _, for_s in wire.sent} == {5}
    times = [at for at, _, _ in wire.sent]
    assert max(later - sooner for sooner, later in pairwise(times)) <= 1.5
    assert times[-1] >= 58.5


def test_the_last_pulse_is_no_longer_than_its_reason() -> None:
    wire = unlocked_wire(T + 8 * SECOND, span=5 * SECOND).runs_until(T + MINUTE, until=T + 8 * SECOND)
    at, _, for_s = wire.sent[-1]
    assert for_s is not None
    assert at + for_s == 8
    assert at < 5


def test_a_latch_is_told_once_and_not_for_a_time() -> None:
    wire = unlocked_wire(span=None).runs_until(T + 50 * MINUTE)
    assert (wire.sent, wire.told) == ([(0, "unlocked", None)], ["confirmed"])
    assert wire.asked(T + HOUR, "locked", None).sent[1:] == [(3600, "locked", None)]


def test_a_latch_is_asked_again_when_it_does_not_follow() -> None:
    wire = Wire(span=None).reports("locked", T).asked(T).runs_until(T + 7 * SECOND)
    assert [(at, for_s) for at, _, for_s in wire.sent] == [(0, None), (2, None), (6, None)]


def test_a_latch_is_not_unlocked_for_a_reason_that_has_ended() -> None:
    assert Wire(span=None).reports("locked", T).asked(T, until=T).sent == []


def test_a_latch_found_unlocked_as_wanted_is_left_alone() -> None:
    assert Wire(span=None).reports("unlocked", T).asked(T).sent == []


def test_a_reason_that_ends_earlier_now_shortens_the_lease_at_once() -> None:
    wire = unlocked_wire().asked(T + 5 * SECOND, until=T + 30 * SECOND)
    assert wire.sent[-1] == (5, "unlocked", 25)


def test_nothing_is_unlocked_for_a_reason_that_has_ended() -> None:
    wire = Wire().reports("locked", T).asked(T, until=T)
    assert wire.sent == []


def test_a_command_is_confirmed_once_by_the_matching_report() -> None:
    wire = unlocked_wire()
    assert wire.told == ["confirmed"]
    assert wire.reports("unlocked", T + SECOND).asked(T + SECOND).told == ["confirmed"]


def test_a_renewal_is_no_second_confirmation() -> None:
    assert unlocked_wire().runs_until(T + 5 * MINUTE).told == ["confirmed"]


def test_an_old_value_neither_confirms_nor_repeats() -> None:
    wire = Wire().reports("locked", T).asked(T)
    wire.reports("locked", T + SECOND).asked(T + SECOND)
    assert (len(wire.sent), wire.told) == (1, [])


def test_a_device_that_does_not_follow_is_asked_ever_more_rarely() -> None:
    wire = Wire().reports("unlocked", T).asked(T, "locked", None).runs_until(T + 5 * MINUTE, "locked", None)
    assert [at for at, _, _ in wire.sent] == [0, 2, 6, 14, 30, 62, 122, 182, 242]


def test_it_is_overdue_after_five_seconds_and_told_once() -> None:
    wire = Wire().reports("unlocked", T).asked(T, "locked", None).runs_until(T + 4 * SECOND, "locked", None)
    assert wire.told == []
    wire.runs_until(T + 5 * SECOND, "locked", None)
    assert wire.told == ["overdue"]
    assert wire.flight is not None
    assert wire.flight.overdue
    assert wire.runs_until(T + 5 * MINUTE, "locked", None).told == ["overdue"]


def test_a_late_confirmation_ends_overdue() -> None:
    wire = Wire().reports("unlocked", T).asked(T, "locked", None).runs_until(T + MINUTE, "locked", None)
    wire.reports("locked", T + MINUTE).asked(T + MINUTE, "locked", None)
    assert wire.told == ["overdue", "confirmed"]
    assert wire.flight is not None
    assert not wire.flight.overdue


def test_what_people_hear_names_the_command_that_it_is_about() -> None:
    """Also when the same step sends the next one."""
    late = Wire().reports("unlocked", T).asked(T, "locked", None).asked(T + 7 * SECOND, "locked", None)
    assert (late.told, late.about, len(late.sent)) == (["overdue"], [1], 2)
    late = Wire().reports("locked", T).asked(T).runs_until(T + 30 * SECOND)
    assert len(late.sent) == 5
    late.reports("unlocked", T + 50 * SECOND).asked(T + 50 * SECOND)
    assert (late.told, late.about, len(late.sent)) == (["overdue", "confirmed"], [2, 5], 6)


@pytest.mark.parametrize("online", [None, True])
def test_a_device_is_not_commanded_before_it_has_reported(online: bool | None) -> None:
    wire = Wire()
    wire.facts.set(ONLINE(LOCK.device), online)
    assert wire.asked(T).sent == []
    assert wire.reports("locked", T - HOUR, good=False).asked(T).sent == []
    assert wire.reports("locked", T).asked(T).sent == [(0, "unlocked", 60)]


def test_a_lost_device_is_not_commanded_and_is_asked_anew_when_it_is_back() -> None:
    wire = Wire().reports("locked", T).asked(T)
    wire.facts.set(ONLINE(LOCK.device), False)
    wire.asked(T + SECOND).runs_until(T + MINUTE)
    assert (len(wire.sent), wire.told, wire.flight) == (1, [], None)
    wire.facts.set(ONLINE(LOCK.device), True)
    assert wire.asked(T + MINUTE).sent[-1] == (60, "unlocked", 60)


def test_a_key_in_the_lock_is_answered_once_and_has_five_seconds_of_its_own() -> None:
    wire = unlocked_wire().reports("locked", T + MINUTE)
    sent = len(wire.asked(T + MINUTE).sent)
    wire.runs_until(T + MINUTE + SECOND)
    assert len(wire.sent) == sent
    assert wire.runs_until(T + MINUTE + 4 * SECOND).told == ["confirmed"]
    assert wire.runs_until(T + MINUTE + 5 * SECOND).told == ["confirmed", "overdue"]


def test_a_lost_lease_is_sent_again() -> None:
    wire = unlocked_wire().reports("locked", T + MINUTE).asked(T + MINUTE)
    assert wire.sent[-1] == (60, "unlocked", 60)


def test_another_wish_does_not_wait_for_the_back_off_of_the_one_before() -> None:
    wire = Wire().reports("unlocked", T).asked(T, "locked", None).runs_until(T + 40 * SECOND, "locked", None)
    wire.asked(T + 41 * SECOND)
    assert wire.sent[-1] == (41, "unlocked", 60)
    wire.asked(T + 42 * SECOND, "locked", None)
    assert wire.sent[-1] == (42, "locked", None)


def test_a_wish_taken_back_before_the_report_is_taken_back_at_the_device_too() -> None:
    """It may have obeyed without saying so: the report from before the unlock proves nothing."""
    wire = Wire().reports("locked", T).asked(T)
    wire.asked(T + SECOND, "locked", None)
    assert wire.sent[-1] == (1, "locked", None)
    assert wire.told == []
    wire.runs_until(T + 6 * SECOND, "locked", None)
    assert wire.told == ["overdue"]
    wire.reports("locked", T + 7 * SECOND).asked(T + 7 * SECOND, "locked", None)
    assert wire.told == ["overdue", "confirmed"]


@given(
    until=st.integers(1, 300),
    moments=st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["locked", "unlocked"]), st.integers(1, 300)), max_size=20),
)
def test_no_lease_ever_ends_after_its_reason(until: int, moments: list[tuple[int, str, int]]) -> None:
    wire = Wire().reports("locked", T).asked(T, until=T + until * SECOND)
    end = until
    for at, reported, another in sorted(moments, key=lambda moment: moment[0]):
        before = len(wire.sent)
        wire.reports(reported, T + at * SECOND)
        end = max(at, another)
        wire.asked(T + at * SECOND, until=T + end * SECOND)
        for sent_at, _, for_s in wire.sent[before:]:
            assert for_s is not None
            assert 0 < for_s <= min(60, end - sent_at)
        if wire.flight is not None and wire.flight.lease_until is not None and end > at:
            assert wire.flight.lease_until <= T + timedelta(seconds=end)


@pytest.mark.parametrize(("tries", "seconds"), [(1, 2), (2, 4), (5, 32), (6, 60), (1000, 60)])
def test_back_off(tries: int, seconds: int) -> None:
    assert TIMING.retry_after(tries) == seconds * SECOND


def test_a_faster_clock_gives_devices_the_same_real_time() -> None:
    stretched = TIMING.stretched(60)
    assert stretched.confirm_within == 300 * SECOND
    assert stretched.lease == HOUR
