"""The engine between observation and command: it asks exactly those policies whose answer may have changed.

    observe:  event -> reactions (further facts) -> folds (state)
    settle:   changed facts and passed deadlines -> rules -> claims -> guard -> decisions -> reconciler -> commands

Everything here is a function of the events and instants it is given: the same day in gives the same day out. The kernel knows
no building; `edge.controller` gives it the folds, reactions, rules and the guard of the policy packages.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol

from edge.agenda import Agenda, Node
from edge.claims import Claim, Conclusion, Condition, Decision, Derived, Follows, default_claim, ranked
from edge.commands import Command, Timing, reconcile, tell_blindly
from edge.conditions import CONDITIONS, RULE_FAILED
from edge.errors import OurFault
from edge.events import (
    CommandConfirmed,
    CommandOverdue,
    CommandSent,
    ConditionBegan,
    ConditionEnded,
    DaemonStarted,
    Decided,
    Event,
    Observed,
)
from edge.facts import ACTIVE, DECISION, FLIGHT, HEARD, ONLINE, READING, START, Facts, Flight, Look, Reading, Start, reading_of
from edge.points import PointId, Value
from edge.problems import Reason
from edge.text import Text, say

Fold = Callable[[Facts, Event], None]
"""Takes an event into the state. Runs live and in replay; must not depend on anything but its arguments."""
Reaction = Callable[[Facts, Event], Iterable[Event]]
"""Further events that follow at once from an event (a press raises an alarm). Runs live only: what it made is journaled."""

_ROUNDS = 64


@dataclass(frozen=True, slots=True)
class Rule:
    """One policy and the subjects (doors, devices, calendars) it is asked about, one by one."""

    name: str
    subjects: Sequence[str]
    conclude: Callable[[Look, str], Iterable[Conclusion]]


@dataclass(frozen=True, slots=True)
class CommandedPoint:
    """default: the value when nobody claims the point; None leaves it alone. leased: the value that must not outlive its reason.

    span: after which the device drops the leased value by itself unless it is asked again; None: never.
    rest: in place of a default, the value to go back to once somebody has claimed the point. told_every: of a device that never
    says what it does, how often it is told again; None: it says so.
    """

    point: PointId
    default: Value
    leased: Value = None
    span: timedelta | None = None
    rest: Value = None
    told_every: timedelta | None = None


class Guard(Protocol):
    """Judges winning claims together, one cluster of points that can affect each other at a time."""

    @property
    def cluster_of(self) -> Mapping[PointId, str]:
        """The cluster of each point that needs judging."""
        ...

    def judge(self, look: Look, cluster: str, wishes: Mapping[PointId, Sequence[Claim]]) -> Mapping[PointId, Text] | None:
        """Which first wishes must not come true, and why; None while that is about to be known, and nothing is unlocked anew.
        wishes: the ranked claims of every point of the cluster."""
        ...


@dataclass(slots=True)
class Outcome:
    """What one settling made. events: to be journaled, in order. commands: to be sent once those are durable."""

    events: list[Event] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)


class Kernel:
    """State, policies and commands of one site. Not thread-safe; does no input or output."""

    def __init__(
        self,
        *,
        folds: Sequence[Fold],
        reactions: Sequence[Reaction],
        rules: Sequence[Rule],
        points: Sequence[CommandedPoint],
        guard: Guard,
        timing: Timing,
        conditions: Container[str] = CONDITIONS,
    ) -> None:
        """conditions: every type that a rule may conclude."""
        self.facts = Facts()
        self._folds = folds
        self._reactions = reactions
        self._guard = guard
        self._timing = timing
        self._conditions = conditions
        self._points = {p.point: p for p in points}
        self._claims: dict[PointId, dict[Node, list[Claim]]] = {point: {} for point in self._points}
        self._wishes: dict[PointId, list[Claim]] = {}
        self._holders: dict[tuple[str, str], dict[Node, Text]] = {}
        self._abandoned: dict[tuple[str, str], None] = {}
        self._seq = count(1)
        self.faults: list[Exception] = []
        """Exceptions of rules since somebody last looked, for the log."""
        self._out = Outcome()
        self._agenda = Agenda(self.facts)
        self._members: dict[str, list[PointId]] = {}
        self._dirty_wishes: dict[PointId, None] = dict.fromkeys(self._points)
        self._build(rules)

    def _build(self, rules: Sequence[Rule]) -> None:
        order = count()
        for point, cluster in self._guard.cluster_of.items():
            if point in self._points:
                self._members.setdefault(cluster, []).append(point)
        asked = [Node(next(order), self._asking(rule), subject) for rule in rules for subject in rule.subjects]
        self._guard_nodes = {name: Node(next(order), self._judge, name) for name in self._members}
        reconciled = [Node(next(order), self._reconcile, point) for point in self._points]
        self._due_rules = self._agenda.kind(asked, due_at_once=True)
        self._due_guards = self._agenda.kind(self._guard_nodes.values(), due_at_once=False)
        self._due_points = self._agenda.kind(reconciled, due_at_once=True)

    # --- facts in -------------------------------------------------------------------------------------------------

    def restore(self, events: Iterable[Event]) -> None:
        """Rebuild the state from journaled events; decides and sends nothing."""
        for event in events:
            self._fold(event, live=False)

    def observe(self, event: Event, *, journal: bool = True) -> None:
        """Take in a fact and what follows from it at once. The policies answer in `settle`."""
        if journal and event.journaled:
            self._out.events.append(event)
        reactions = [further for react in self._reactions for further in react(self.facts, event)]
        self._fold(event, live=True)
        for further in reactions:
            self.observe(further)

    def _fold(self, event: Event, *, live: bool) -> None:
        match event:
            case Observed():
                self._fold_observed(event, live=live)
            case DaemonStarted():
                self.facts.set(START(), Start(event.at, event.epoch))
            case ConditionBegan():
                self.facts.set(ACTIVE(event.type, event.subject), event)
                if not self._holders.get((event.type, event.subject)):
                    self._abandoned[event.type, event.subject] = None
            case ConditionEnded():
                self.facts.set(ACTIVE(event.type, event.subject), None)
            case Decided():
                self._fold_decided(event)
        for fold in self._folds:
            fold(self.facts, event)

    def _fold_observed(self, event: Observed, *, live: bool) -> None:
        """A reading from before a restart is kept, but is not good until the device has said it again."""
        key = READING(event.device, event.point)
        known = self.facts(key)
        if event.press is None:
            reading = reading_after(event, known, live=live)
            meant_the_same = known is not None and _meaning(known) == _meaning(reading)
            (self.facts.refresh if meant_the_same else self.facts.set)(key, reading)
        if live:
            first_word = self.facts(HEARD(event.device)) is None or self.facts(ONLINE(event.device)) is False
            (self.facts.set if first_word else self.facts.refresh)(HEARD(event.device), event.at)

    def _fold_decided(self, event: Decided) -> None:
        point = PointId(event.device, event.point)
        claim = Claim(point, event.value, event.priority, event.cause, event.because, event.until)  # type: ignore[arg-type]
        known = self.facts(DECISION(*point))
        since = known.since if known is not None and known.value == event.value else event.at
        refused_since = None if event.refused is None else (known and known.refused_since) or event.at
        self.facts.set(DECISION(*point), Decision(point, event.value, claim, (), since, event.refused, refused_since))

    # --- conclusions out ------------------------------------------------------------------------------------------

    def settle(self, now: datetime) -> Outcome:
        """Ask every policy whose answer may have changed, until nothing changes any more."""
        self._agenda.mark_passed(now)
        for _ in range(_ROUNDS):
            self._agenda.mark_changed()
            if not (self._due_rules or self._dirty_wishes or self._due_guards or self._due_points):
                return self._take()
            self._agenda.ask(self._due_rules, now)
            self._end_abandoned_conditions(now)
            self._rank_wishes(now)
            self._agenda.ask(self._due_guards, now)
            self._agenda.mark_changed()
            self._agenda.ask(self._due_points, now)
        raise OurFault(f"policies keep changing each other's facts: {', '.join(str(n.subject) for n in self._due_rules.take())}")

    def next_deadline(self) -> datetime | None:
        """The next instant at which `settle` must be called even if nothing is observed."""
        return self._agenda.next_instant()

    def _take(self) -> Outcome:
        out, self._out = self._out, Outcome()
        return out

    def _asking(self, rule: Rule) -> Callable[[Node, Look], None]:
        def ask(node: Node, look: Look) -> None:
            try:
                conclusions = _without_repeats(self._checked(rule.conclude(look, node.subject)))
            except Exception as error:
                # One broken policy must not stop the others: it claims nothing, and a person is told.
                self.faults.append(error)
                told = say("The rule {rule} failed for {subject}; report this to the makers", rule=rule.name, subject=node.subject)
                conclusions = (Condition(RULE_FAILED, f"{rule.name} {node.subject}", told),)
            self._conclude(node, conclusions, look.now)

        return ask

    def _checked(self, conclusions: Iterable[Conclusion]) -> Iterator[Conclusion]:
        for conclusion in conclusions:
            if isinstance(conclusion, Claim) and conclusion.point not in self._points:
                raise OurFault(f"{conclusion.point} takes no commands")
            if isinstance(conclusion, Condition) and conclusion.type not in self._conditions:
                raise OurFault(f"{conclusion.type!r} is no condition of edge/conditions.py or of the site file")
            yield conclusion

    def _conclude(self, node: Node, conclusions: tuple[Conclusion, ...], now: datetime) -> None:
        before, node.conclusions = node.conclusions, conclusions
        if conclusions == before:
            return
        for gone in before:
            if gone not in conclusions:
                self._withdraw(node, gone)
        for new in conclusions:
            if new not in before:
                self._offer(node, new, now)

    def _withdraw(self, node: Node, gone: Conclusion) -> None:
        match gone:
            case Claim():
                self._claims[gone.point][node].remove(gone)
                self._dirty_wishes[gone.point] = None
            case Condition():
                holders = self._holders[gone.type, gone.subject]
                if not any(isinstance(c, Condition) and (c.type, c.subject) == (gone.type, gone.subject) for c in node.conclusions):
                    holders.pop(node, None)
                if not holders:
                    self._abandoned[gone.type, gone.subject] = None
            case Derived():
                if not any(isinstance(c, Derived) and c.key == gone.key for c in node.conclusions):
                    self.facts.set(gone.key, None)  # type: ignore[arg-type]

    def _offer(self, node: Node, new: Conclusion, now: datetime) -> None:
        match new:
            case Claim():
                self._claims[new.point].setdefault(node, []).append(new)
                self._dirty_wishes[new.point] = None
            case Condition():
                self._holders.setdefault((new.type, new.subject), {})[node] = new.because
                if self.facts(ACTIVE(new.type, new.subject)) is None:
                    self.observe(ConditionBegan(at=now, type=new.type, subject=new.subject, because=new.because))
            case Derived():
                self.facts.set(new.key, new.value)  # type: ignore[arg-type]
            case Follows():
                self.observe(new.event)

    def _end_abandoned_conditions(self, now: datetime) -> None:
        """Conditions that no policy holds any more have ended; also those left over from before a restart."""
        abandoned = list(self._abandoned)
        self._abandoned.clear()
        for kind, subject in abandoned:
            if not self._holders.get((kind, subject)):
                self._holders.pop((kind, subject), None)
                if self.facts(ACTIVE(kind, subject)) is not None:
                    self.observe(ConditionEnded(at=now, type=kind, subject=subject))

    def _rank_wishes(self, now: datetime) -> None:
        points = list(self._dirty_wishes)
        self._dirty_wishes.clear()
        for point in points:
            claims = [claim for held in self._claims[point].values() for claim in held]
            default = self._points[point].default
            if default is None and self.facts(DECISION(*point)) is not None:
                default = self._points[point].rest
            if default is not None:
                claims.append(default_claim(point, default))
            self._wishes[point] = ranked(claims)
            cluster = self._guard.cluster_of.get(point)
            if cluster is None:
                self._decide(point, None, now)
            else:
                self._due_guards.add(self._guard_nodes[cluster])

    def _judge(self, node: Node, look: Look) -> None:
        members = self._members[node.subject]
        refusals = self._guard.judge(look, node.subject, {point: self._wishes[point] for point in members})
        for point in members:
            if refusals is not None:
                self._decide(point, refusals.get(point), look.now)
            elif self._wishes[point][0].value != self._points[point].leased:
                self._decide(point, None, look.now)  # locking waits for nobody
            elif (known := self.facts(DECISION(*point))) is not None and known.value == self._points[point].leased:
                self._keep(point, look)

    def _keep(self, point: PointId, look: Look) -> None:
        """What was unlocked before a start stays so, for the reasons of now and no longer than they last; where it has fallen back
        meanwhile, it would be unlocked anew, and that waits."""
        reading = look(reading_of(point))
        if reading is not None and reading.good and reading.value != self._points[point].leased:
            self.facts.set(DECISION(*point), None)
        else:
            self._decide(point, None, look.now)

    def _decide(self, point: PointId, refused: Text | None, now: datetime) -> None:
        """Make the first allowed wish the decision, and journal it when the value or the cause is another than before."""
        wishes = self._wishes[point]
        winner = next((w for w in wishes if refused is None or w.value != wishes[0].value), None)
        known = self.facts(DECISION(*point))
        if winner is None:
            self.facts.set(DECISION(*point), None)
            return
        losers = tuple(wish for wish in wishes if wish is not winner)
        same = known is not None and (known.value, known.winner.cause) == (winner.value, winner.cause)
        since = known.since if known is not None and known.value == winner.value else now
        refused_since = None if refused is None else (known and known.refused_since) or now
        decision = Decision(point, winner.value, winner, losers, since, refused, refused_since)
        if known is None or not same or (known.until, known.refused) != (winner.until, refused):
            self._out.events.append(decided_event(decision, now))
        self.facts.set(DECISION(*point), decision)

    # --- commands out ---------------------------------------------------------------------------------------------

    def _reconcile(self, node: Node, look: Look) -> None:
        point: PointId = node.subject
        decision = look(DECISION(*point))
        flight = self.facts(FLIGHT(*point))
        if decision is None:
            self.facts.set(FLIGHT(*point), None)
            return
        commanded = self._points[point]
        leased = decision.value is not None and decision.value == commanded.leased
        span = commanded.span if leased else None
        sending = True
        while sending:
            if commanded.told_every is not None:
                step = tell_blindly(look, decision, flight, commanded.told_every)
            else:
                step = reconcile(look, decision, flight, leased=leased, span=span, timing=self._timing)
            flight = step.flight
            self._tell(look, decision, flight, confirmed=step.confirmed, overdue=step.overdue)
            if sending := step.send and flight is not None:
                flight = self._send(look.now, decision, flight, renewal=step.renewal)
        self.facts.set(FLIGHT(*point), flight)

    def _send(self, now: datetime, decision: Decision, flight: Flight, *, renewal: bool) -> Flight:
        start = self.facts(START())
        if start is None:
            raise OurFault("the kernel was asked for commands before DaemonStarted gave it an epoch")
        for_s = None if flight.lease_until is None else (flight.lease_until - now).total_seconds()
        winner = decision.winner
        command = Command(decision.point, decision.value, start.epoch, next(self._seq), now, for_s, winner.cause, winner.because)
        self._out.commands.append(command)
        if not renewal:  # a renewal prolongs a lease that is in the journal already (docs/decisions/0003)
            self._out.events.append(
                CommandSent(
                    at=now,
                    device=command.point.device,
                    point=command.point.point,
                    value=command.value,
                    epoch=command.epoch,
                    seq=command.seq,
                    for_s=for_s,
                    cause=command.cause,
                    because=command.because,
                )
            )
        return replace(flight, seq=command.seq)

    def _tell(self, look: Look, decision: Decision, flight: Flight | None, *, confirmed: bool, overdue: bool) -> None:
        point = decision.point
        if flight is None:
            return
        if confirmed:
            self._out.events.append(
                CommandConfirmed(at=look.now, device=point.device, point=point.point, value=decision.value, seq=flight.seq)
            )
        if overdue:
            reading = look(reading_of(point))
            self._out.events.append(
                CommandOverdue(
                    at=look.now,
                    device=point.device,
                    point=point.point,
                    value=decision.value,
                    seq=flight.seq,
                    reported=reading.value if reading else None,
                )
            )


def _without_repeats(conclusions: Iterable[Conclusion]) -> tuple[Conclusion, ...]:
    """Two calendars may hold the same booking; one claim of it is enough, and can be withdrawn."""
    unlike: list[Conclusion] = []
    for conclusion in conclusions:
        if conclusion not in unlike:
            unlike.append(conclusion)
    return tuple(unlike)


def decided_event(decision: Decision, at: datetime) -> Decided:
    """The journal's form of a decision; its losers are not kept."""
    winner = decision.winner
    return Decided(
        at=at,
        device=decision.point.device,
        point=decision.point.point,
        value=decision.value,
        priority=winner.priority,
        cause=winner.cause,
        because=winner.because,
        until=winner.until,
        refused=decision.refused,
    )


def _meaning(reading: Reading) -> tuple[Value, bool, Reason]:
    return reading.value, reading.good, reading.problem


def reading_after(event: Observed, known: Reading | None, *, live: bool) -> Reading:
    """What is believed of the point then. live: heard in this life of the controller."""
    if event.bad:
        last = known or Reading(None, event.at, event.at)
        return replace(last, good=False, problem=event.bad, bad_since=last.bad_since or event.at)
    # A value from before a start whose clock went back cannot have lasted since the future.
    since = min(known.since, event.at) if known is not None and known.value == event.value else event.at
    return Reading(event.value, since, event.at, good=live)
