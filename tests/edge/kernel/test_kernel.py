"""The engine alone: what it makes of conclusions, with rules that conclude whatever the test puts before them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from edge.claims import Claim, Conclusion, Condition, Derived, Follows, Priority
from edge.commands import Timing
from edge.errors import OurFault
from edge.events import (
    CommandConfirmed,
    CommandOverdue,
    CommandSent,
    ConditionBegan,
    ConditionEnded,
    DaemonStarted,
    DaemonStopped,
    Decided,
    Event,
    Observed,
)
from edge.facts import ACTIVE, DECISION, ONLINE, READING, Facts, Family, Look
from edge.kernel import RULE_FAILED, CommandedPoint, Kernel, Outcome, Rule
from edge.points import PointId
from edge.text import Text, say
from tests.builders import HOUR, MINUTE, MONDAY, SECOND

T = MONDAY
LOCK, RELAY = PointId("door", "lock"), PointId("fan", "on")
TO_CONCLUDE: Family[tuple[Conclusion, ...]] = Family("to-conclude")
REFUSE: Family[Text] = Family("refuse")
BROKEN: Family[bool] = Family("broken")


@dataclass
class RefusingGuard:
    """Refuses the lock's first wish for as long as REFUSE says why."""

    cluster_of: Mapping[PointId, str] = field(default_factory=lambda: {LOCK: "cluster"})

    def judge(self, look: Look, _: str, wishes: Mapping[PointId, Sequence[Claim]]) -> Mapping[PointId, Text]:
        reason = look(REFUSE())
        return {} if reason is None or wishes[LOCK][0].value != "unlocked" else {LOCK: reason}


def concluding(look: Look, subject: str) -> Iterable[Conclusion]:
    if look(BROKEN(subject)):
        raise ZeroDivisionError
    return look(TO_CONCLUDE(subject)) or ()


def kernel(*rules: Rule, started: bool = True) -> Kernel:
    made = Kernel(
        folds=(),
        reactions=(),
        rules=rules or (Rule("rule", ("a", "b"), concluding),),
        points=(CommandedPoint(LOCK, "locked", "unlocked", MINUTE), CommandedPoint(RELAY, None)),
        guard=RefusingGuard(),
        timing=Timing(),
    )
    if started:
        made.observe(DaemonStarted(at=T, epoch=7, version="test", site="test"))
        made.observe(Observed(at=T, device="door", point="lock", value="locked"))
        made.observe(Observed(at=T, device="fan", point="on", value=False))
        made.settle(T)
    return made


def conclude(made: Kernel, subject: str, *conclusions: Conclusion, at: datetime = T) -> Outcome:
    made.facts.set(TO_CONCLUDE(subject), conclusions)
    return made.settle(at)


def unlock(cause: str = "booking:a/", priority: Priority = Priority.BOOKING, until: datetime | None = T + HOUR) -> Claim:
    return Claim(LOCK, "unlocked", priority, cause, say("Booked"), until)


def condition(subject: str = "door", because: str = "It is") -> Condition:
    return Condition("tamper", subject, say(because))


def kinds(outcome: Outcome, *wanted: type[Event]) -> list[Event]:
    return [event for event in outcome.events if isinstance(event, wanted)]


def wanted(made: Kernel) -> object:
    decision = made.facts(DECISION(*LOCK))
    return None if decision is None else decision.value


# --- claims -----------------------------------------------------------------------------------------------------------


def test_a_claim_becomes_a_decision_and_a_command() -> None:
    outcome = conclude(kernel(), "a", unlock())
    decided, sent = kinds(outcome, Decided, CommandSent)
    assert isinstance(decided, Decided)
    assert (decided.value, decided.cause, decided.priority, decided.until) == ("unlocked", "booking:a/", 12, T + HOUR)
    assert isinstance(sent, CommandSent)
    assert (sent.value, sent.epoch, sent.for_s, sent.cause) == ("unlocked", 7, 60, "booking:a/")
    assert [(c.point, c.value, c.seq, c.for_s) for c in outcome.commands] == [(LOCK, "unlocked", sent.seq, 60)]


def test_a_claim_withdrawn_leaves_the_default() -> None:
    made = kernel()
    conclude(made, "a", unlock())
    made.observe(Observed(at=T, device="door", point="lock", value="unlocked"))
    made.settle(T)
    outcome = conclude(made, "a", at=T + SECOND)
    assert [(c.value, c.for_s) for c in outcome.commands] == [("locked", None)]
    assert wanted(made) == "locked"


def test_a_point_without_a_default_is_left_alone() -> None:
    made = kernel()
    assert made.facts(DECISION(*RELAY)) is None
    on = Claim(RELAY, True, Priority.BOOKING, "booking:a/", say("Booked"))
    assert [c.value for c in conclude(made, "a", on).commands] == [True]
    assert conclude(made, "a").commands == []
    assert made.facts(DECISION(*RELAY)) is None


def test_losers_are_known_but_no_news() -> None:
    made = kernel()
    conclude(made, "a", unlock("release:1", Priority.RELEASE))
    outcome = conclude(made, "b", unlock("hours:open", Priority.HOURS))
    assert kinds(outcome, Decided) == []
    decision = made.facts(DECISION(*LOCK))
    assert decision is not None
    assert [c.cause for c in decision.losers] == ["hours:open", "default"]


def test_another_reason_for_the_same_value_is_news_and_no_command() -> None:
    made = kernel()
    conclude(made, "a", unlock())
    made.observe(Observed(at=T, device="door", point="lock", value="unlocked"))
    made.settle(T)
    outcome = conclude(made, "b", unlock("release:1", Priority.RELEASE, T + 2 * HOUR))
    assert [d.cause for d in kinds(outcome, Decided)] == ["release:1"]  # type: ignore[attr-defined]
    assert outcome.commands == []


def test_a_lease_lasts_into_the_next_reason_for_the_same_value() -> None:
    """A release that ends within a booking must not make the lock fall and rise again."""
    made = kernel()
    conclude(made, "b", unlock(until=T + HOUR))
    sent = conclude(made, "a", unlock("release:1", Priority.RELEASE, T + 20 * SECOND)).commands
    made.observe(Observed(at=T, device="door", point="lock", value="unlocked"))
    made.settle(T)
    assert [c.for_s for c in sent] == []
    due = made.next_deadline()
    assert due is not None
    assert [c.for_s for c in made.settle(due).commands] == [60]


def test_a_lease_is_not_prolonged_by_a_claim_behind_one_that_wants_another_value() -> None:
    """D5: the end of whatever would win next bounds nothing, if that does not unlock."""
    made = kernel()
    conclude(made, "b", Claim(LOCK, "locked", Priority.REFUSAL, "booking:b/#not", say("Cancelled"), T + HOUR))
    assert [c.for_s for c in conclude(made, "a", unlock(until=T + 20 * SECOND)).commands] == [20]
    made = kernel()
    conclude(
        made,
        "b",
        Claim(LOCK, "locked", Priority.RELEASE, "key:b", say("Locked by hand"), T + HOUR),
        unlock("hours:open", Priority.HOURS),
    )
    assert [c.for_s for c in conclude(made, "a", unlock("x", Priority.PANIC, T + 20 * SECOND)).commands] == [20]


def test_a_claim_made_twice_is_gone_when_both_are_withdrawn() -> None:
    """Two calendars of one room may hold the same event."""
    made = kernel()
    conclude(made, "a", unlock(), unlock())
    conclude(made, "a", unlock())
    assert wanted(made) == "unlocked"
    conclude(made, "a")
    assert wanted(made) == "locked"


# --- the guard --------------------------------------------------------------------------------------------------------


def test_a_refused_wish_does_not_win_and_the_reason_is_kept() -> None:
    made = kernel()
    made.facts.set(REFUSE(), say("A way would open"))
    outcome = conclude(made, "a", unlock(), unlock("release:1", Priority.RELEASE))
    decision = made.facts(DECISION(*LOCK))
    assert decision is not None
    assert (decision.value, decision.winner.cause, decision.refused) == ("locked", "default", say("A way would open"))
    assert [c.cause for c in decision.losers] == ["release:1", "booking:a/"]
    assert outcome.commands == []


def test_a_refusal_lifts_itself() -> None:
    made = kernel()
    made.facts.set(REFUSE(), say("A way would open"))
    conclude(made, "a", unlock())
    made.facts.set(REFUSE(), None)
    assert [c.value for c in made.settle(T + SECOND).commands] == ["unlocked"]


def test_since_when_a_wish_is_refused_is_told_apart_from_since_when_it_is_locked() -> None:
    made = kernel()
    made.facts.set(REFUSE(), say("A way would open"))
    conclude(made, "a", unlock(), at=T + HOUR)
    made.facts.set(REFUSE(), say("Another way would open"))
    made.settle(T + HOUR + MINUTE)
    decision = made.facts(DECISION(*LOCK))
    assert decision is not None
    assert (decision.since, decision.refused_since) == (T, T + HOUR)


def test_another_reason_for_the_same_value_does_not_make_it_younger() -> None:
    """A door that is held open stays so when a refused booking ends."""
    made = kernel()
    conclude(made, "a", Claim(LOCK, "locked", Priority.REFUSAL, "booking:a/#not", say("Cancelled")), at=T + MINUTE)
    decision = made.facts(DECISION(*LOCK))
    assert decision is not None
    assert (decision.winner.cause, decision.since) == ("booking:a/#not", T)


# --- conditions and derived facts -------------------------------------------------------------------------------------


def test_a_condition_begins_once_and_ends_with_its_last_holder() -> None:
    made = kernel()
    began = kinds(conclude(made, "a", condition()), ConditionBegan)
    assert [(e.type, e.subject, e.because) for e in began] == [("tamper", "door", say("It is"))]  # type: ignore[attr-defined]
    assert conclude(made, "b", condition(because="Too")).events == []
    assert conclude(made, "a").events == []
    assert [type(e) for e in conclude(made, "b").events] == [ConditionEnded]
    assert made.facts(ACTIVE("tamper", "door")) is None


def test_another_reason_neither_ends_nor_begins_a_condition() -> None:
    made = kernel()
    conclude(made, "a", condition(because="One"))
    assert conclude(made, "a", condition(because="Two")).events == []
    assert made.facts(ACTIVE("tamper", "door")) is not None


def test_a_condition_held_twice_by_one_rule_holds_until_both_are_gone() -> None:
    made = kernel()
    conclude(made, "a", condition(because="One"), condition(because="Two"))
    assert conclude(made, "a", condition(because="One")).events == []
    assert [type(e) for e in conclude(made, "a").events] == [ConditionEnded]


def test_a_condition_from_before_a_restart_goes_on_or_ends_without_beginning_again() -> None:
    before = [ConditionBegan(at=T, type="tamper", subject=s, because=say("It is")) for s in ("door", "fan")]
    made = kernel(started=False)
    made.restore(before)
    made.observe(DaemonStarted(at=T, epoch=8, version="test", site="test"))
    outcome = conclude(made, "a", condition("door"))
    assert [(type(e), e.subject) for e in kinds(outcome, ConditionBegan, ConditionEnded)] == [(ConditionEnded, "fan")]  # type: ignore[attr-defined]


def test_a_derived_fact_is_there_for_other_rules_in_the_same_settling() -> None:
    def derive(look: Look, subject: str) -> Iterable[Conclusion]:
        return [Derived(ONLINE("door"), True)] if look(TO_CONCLUDE(subject)) else []

    def use(look: Look, _: str) -> Iterable[Conclusion]:
        return [unlock()] if look(ONLINE("door")) else []

    made = kernel(Rule("use", ("x",), use), Rule("derive", ("y",), derive))
    conclude(made, "y", condition())
    assert wanted(made) == "unlocked"
    conclude(made, "y")
    assert (wanted(made), made.facts(ONLINE("door"))) == ("locked", None)


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_broken_rule_claims_nothing_is_told_and_harms_no_other() -> None:
    made = kernel()
    conclude(made, "a", unlock())
    made.facts.set(BROKEN("a"), True)
    outcome = conclude(made, "b", condition())
    assert {e.type for e in kinds(outcome, ConditionBegan)} == {RULE_FAILED, "tamper"}  # type: ignore[attr-defined]
    assert wanted(made) == "locked"
    assert [type(fault) for fault in made.faults] == [ZeroDivisionError]
    made.facts.set(BROKEN("a"), False)
    assert [e.type for e in kinds(made.settle(T), ConditionEnded)] == [RULE_FAILED]  # type: ignore[attr-defined]
    assert wanted(made) == "unlocked"


def test_rules_that_never_agree_are_our_fault() -> None:
    def contrary(look: Look, _: str) -> Iterable[Conclusion]:
        return [] if look(ONLINE("door")) else [Derived(ONLINE("door"), True)]

    with pytest.raises(OurFault, match="keep changing"):
        kernel(Rule("contrary", ("x",), contrary))


def test_no_command_without_an_epoch() -> None:
    made = kernel(started=False)
    made.observe(Observed(at=T, device="door", point="lock", value="unlocked"))
    with pytest.raises(OurFault, match="epoch"):
        made.settle(T)


# --- time -------------------------------------------------------------------------------------------------------------


def test_a_rule_is_asked_again_at_its_instant_and_the_kernel_says_when_that_is() -> None:
    def until_one(look: Look, _: str) -> Iterable[Conclusion]:
        return [] if look.passed(T + HOUR) else [unlock(until=T + HOUR)]

    made = kernel(Rule("until one", ("x",), until_one))
    made.observe(Observed(at=T, device="door", point="lock", value="unlocked"))
    made.settle(T)
    while (due := made.next_deadline()) is not None and due < T + HOUR:
        made.settle(due)
    assert due == T + HOUR
    assert wanted(made) == "unlocked"
    assert [c.value for c in made.settle(due).commands] == ["locked"]


def test_nothing_is_due_when_nothing_waits() -> None:
    assert kernel().next_deadline() is None


def test_a_deadline_that_nobody_waits_for_any_more_is_not_due() -> None:
    made = kernel()
    conclude(made, "a", unlock())
    made.observe(Observed(at=T, device="door", point="lock", value="unlocked"))
    made.settle(T)
    assert made.next_deadline() is not None
    conclude(made, "a")
    made.observe(Observed(at=T, device="door", point="lock", value="locked"))
    made.settle(T)
    assert made.next_deadline() is None


# --- commands in the journal ------------------------------------------------------------------------------------------


def test_a_renewal_is_sent_and_not_journaled() -> None:
    made = kernel()
    conclude(made, "a", unlock())
    made.observe(Observed(at=T, device="door", point="lock", value="unlocked"))
    made.settle(T)
    due = made.next_deadline()
    assert due is not None
    outcome = made.settle(due)
    assert [(c.value, c.for_s) for c in outcome.commands] == [("unlocked", 60)]
    assert outcome.events == []


def test_a_confirmation_and_a_delay_name_their_command() -> None:
    made = kernel()
    sent = conclude(made, "a", unlock()).commands[0]
    told: list[Event] = []
    while (due := made.next_deadline()) is not None and due <= T + 7 * SECOND:
        told += made.settle(due).events
    made.observe(Observed(at=T + 8 * SECOND, device="door", point="lock", value="unlocked"))
    told += made.settle(T + 8 * SECOND).events
    overdue, confirmed = (e for e in told if isinstance(e, CommandOverdue | CommandConfirmed))
    assert isinstance(overdue, CommandOverdue)
    assert (overdue.at, overdue.reported, overdue.seq) == (T + 5 * SECOND, "locked", sent.seq + 1)
    assert isinstance(confirmed, CommandConfirmed)
    assert confirmed.seq == sent.seq + 2


def test_each_command_has_a_number_of_its_own() -> None:
    made = kernel()
    seqs = [c.seq for c in conclude(made, "a", unlock()).commands]
    while (due := made.next_deadline()) is not None and due <= T + 10 * MINUTE:
        seqs += [c.seq for c in made.settle(due).commands]
    assert len(seqs) > 5
    assert seqs == sorted(set(seqs))


# --- events that are due ----------------------------------------------------------------------------------------------


def test_what_is_due_happens_once_at_its_time_and_is_journaled() -> None:
    def stop_once(look: Look, _: str) -> Iterable[Conclusion]:
        if look(ONLINE("door")) is None and look.passed(T + SECOND):
            yield Follows(DaemonStopped(at=look.now))

    def note(facts: Facts, event: Event) -> None:
        if isinstance(event, DaemonStopped):
            facts.set(ONLINE("door"), False)

    made = Kernel(
        folds=(note,), reactions=(), rules=(Rule("due", ("a",), stop_once),), points=(), guard=RefusingGuard(), timing=Timing()
    )
    assert made.settle(T).events == []
    assert made.next_deadline() == T + SECOND
    assert made.settle(T + MINUTE).events == [DaemonStopped(at=T + MINUTE)]
    assert made.settle(T + HOUR).events == []
    assert made.next_deadline() is None


def test_a_point_without_a_usable_value_keeps_the_last_good_one_and_says_why() -> None:
    made = kernel()
    made.observe(Observed(at=T, device="fan", point="on", value=True))
    made.observe(Observed(at=T + SECOND, device="fan", point="on", value=None, bad="sensor fault"))
    reading = made.facts(READING("fan", "on"))
    assert reading is not None
    assert (reading.value, reading.at, reading.good, reading.problem) == (True, T, False, "sensor fault")
    made.observe(Observed(at=T + MINUTE, device="fan", point="on", value=True))
    reading = made.facts(READING("fan", "on"))
    assert reading is not None
    assert (reading.since, reading.good, reading.problem) == (T, True, "")


def test_a_point_that_never_had_a_usable_value_has_none() -> None:
    made = kernel()
    made.observe(Observed(at=T, device="fan", point="tamper", value=None, bad="sensor fault"))
    reading = made.facts(READING("fan", "tamper"))
    assert reading is not None
    assert (reading.value, reading.good) == (None, False)


def lock_is_bad(made: Kernel, at: datetime) -> Outcome:
    made.observe(Observed(at=at, device="door", point="lock", value=None, bad="sensor fault"))
    return made.settle(at)


def test_a_lock_that_does_not_tell_how_it_is_is_locked_blindly_and_somebody_is_told() -> None:
    made = kernel()
    conclude(made, "a", unlock())
    made.observe(Observed(at=T, device="door", point="lock", value="unlocked"))
    made.settle(T)
    assert lock_is_bad(made, T + SECOND).commands == []
    assert [c.value for c in conclude(made, "a", at=T + MINUTE).commands] == ["locked"]
    later = made.settle(T + MINUTE + 6 * SECOND)
    assert [c.value for c in later.commands] == ["locked"]
    assert len(kinds(later, CommandOverdue)) == 1
    made.observe(Observed(at=T + 2 * MINUTE, device="door", point="lock", value="locked"))
    assert len(kinds(made.settle(T + 2 * MINUTE), CommandConfirmed)) == 1


def test_a_lock_that_does_not_tell_how_it_is_is_not_unlocked() -> None:
    made = kernel()
    lock_is_bad(made, T)
    assert "unlocked" not in [c.value for c in conclude(made, "a", unlock(), at=T + SECOND).commands]
