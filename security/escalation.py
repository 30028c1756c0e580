"""Alarms that nobody acknowledges are told to more and more people, step by step.

An alarm takes the steps of its plan along when it is raised, so a changed site file changes nothing of what has begun. One fact
(`UPCOMING`) says which alarm wants something next, and one rule looks at it: hundreds of open alarms cost what the due ones cost.
Times are comparisons with the instant of raising; what fell due while the controller was away happens at its start, in order.
"""

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edge.claims import Claim, Follows, Priority
from edge.conditions import DURESS, PANIC
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.points import PointId
from edge.site import Site
from edge.text import Ref, Text, say
from security.alarm_types import alarm_type
from security.alarms import (
    ALARM,
    Alarm,
    AlarmAcknowledged,
    AlarmCleared,
    AlarmRaised,
    AlarmResolved,
    AlarmTransferred,
)
from security.panic import leaves_alone
from security.quiet import why_quiet

SHOWN_WITHIN = timedelta(seconds=3)
"""An alarm of level 1 that no console has shown by then goes on to its next step at once."""
AGAIN_AFTER = timedelta(minutes=5)
"""So long at least lies between two beginnings of one alarm, however it flickers."""
VIEWS_KEPT = 50
"""Receipts remembered per alarm."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """after_s: seconds since the alarm was raised. to: ids of contacts."""

    after_s: float
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationBegan(Event):
    """shown_within_s: how soon some console must have shown the alarm; None where that is not asked."""

    kind = "escalation-began"
    number: int
    plan: str
    steps: tuple[PlannedStep, ...]
    shown_within_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStepped(Event):
    """step: from 1. by: who did it by hand; empty where it was due."""

    kind = "escalation-stepped"
    number: int
    step: int
    to: tuple[str, ...]
    because: Text
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsCalled(Event):
    """A person turned to these contacts besides what is planned."""

    kind = "contacts-called"
    number: int
    to: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmShown(Event):
    """A page has painted this version of the alarm. view: of the page, by any name that tells it from others."""

    kind = "alarm-shown"
    number: int
    version: int
    view: str
    by: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """Of one open alarm. version: of the alarm when it began; a receipt of an older one does not count.

    done: how many of the steps were made. show_by: until when a console must have shown it; None once one has.
    """

    number: int
    plan: str
    began_at: datetime
    version: int
    steps: tuple[PlannedStep, ...]
    show_by: datetime | None = None
    done: int = 0
    stopped_at: datetime | None = None
    stopped_by: str | None = None

    @property
    def over(self) -> bool:
        return self.stopped_at is not None or self.done == len(self.steps)

    @property
    def next_at(self) -> datetime | None:
        """When the next step is due, unless somebody acknowledges the alarm."""
        if self.over:
            return None
        planned = self.due_at(self.done)
        return planned if self.show_by is None else min(planned, self.show_by)

    def due_at(self, index: int) -> datetime:
        return self.began_at + timedelta(seconds=self.steps[index].after_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationsKept(Event):
    """All that must survive a checkpoint of the journal."""

    kind = "escalations-kept"
    escalations: tuple[Escalation, ...]
    called: dict[str, tuple[int, ...]]
    shown: tuple[AlarmShown, ...]


ESCALATION: Family[Escalation] = Family("escalation")
"""By number of the alarm."""
UPCOMING: Family[tuple[tuple[datetime, int], ...]] = Family("upcoming-escalations")
"""Which alarms await a step, the next one first."""
CALLED: Family[tuple[int, ...]] = Family("called")
"""Numbers of the alarms that a contact was told of and that still wait for somebody."""
SHOWN: Family[tuple[AlarmShown, ...]] = Family("alarm-shown")
"""Receipts of an open alarm, oldest first."""


# --- what follows -----------------------------------------------------------------------------------------------------


def react(facts: Facts, event: Event, site: Site, stretch: float = 1.0) -> Iterable[Event]:
    """A new alarm begins its plan. One that is active anew before anybody acknowledged it goes on with what is left of its plan, or
    begins anew when nothing is."""
    if not isinstance(event, AlarmRaised):
        return
    running = facts(ESCALATION(str(event.number)))
    plan, level = plan_of(site, event.type)
    if plan is None or (running is not None and _goes_on(running, event.at)):
        return
    planned = ((step.after.total_seconds(), _quietly(site, event.type, step.to)) for step in site.escalations[plan])
    steps = tuple(PlannedStep(after_s, to) for after_s, to in planned if to)
    shown_within = SHOWN_WITHIN.total_seconds() * stretch if level == 1 else None
    yield EscalationBegan(at=event.at, number=event.number, plan=plan, steps=steps, shown_within_s=shown_within)


def _quietly(site: Site, kind: str, contacts: tuple[str, ...]) -> tuple[str, ...]:
    """Of an alarm that whoever threatens a person must not notice, nothing is to be heard or seen in the building."""
    return tuple(contact for contact in contacts if kind != DURESS or site.contacts[contact].relay is None)


def _goes_on(running: Escalation, at: datetime) -> bool:
    return running.stopped_at is None and (not running.over or at - running.began_at < AGAIN_AFTER)


def plan_of(site: Site, kind: str) -> tuple[str | None, int | None]:
    """The escalation of a type of alarm, and its level."""
    type_ = alarm_type(site, kind)
    return type_.escalation or site.security.escalation.get(str(type_.level)), type_.level  # type: ignore[call-overload]


def steps(look: Look) -> Iterable[Follows]:
    """The steps that are due. An alarm that is off the list for a while waits, and goes on at once when it is back."""
    for at, number in look(UPCOMING()) or ():
        if not look.passed(at):
            break
        escalation, alarm = look(ESCALATION(str(number))), look(ALARM(str(number)))
        if escalation is not None and alarm is not None and why_quiet(look, alarm.type, alarm.subject) is None:
            yield from _due(look, escalation)


def _due(look: Look, escalation: Escalation) -> Iterator[Follows]:
    index = escalation.done
    while index < len(escalation.steps) and look.passed(escalation.due_at(index)):
        yield Follows(stepped(escalation, index, look.now, _waited(escalation.steps[index].after_s)))
        index += 1
    if index < len(escalation.steps) and escalation.show_by is not None and look.passed(escalation.show_by):
        yield Follows(stepped(escalation, index, look.now, say("No console has shown it in time")))


def stepped(escalation: Escalation, index: int, at: datetime, because: Text, by: str = "") -> EscalationStepped:
    to = escalation.steps[index].to
    return EscalationStepped(at=at, number=escalation.number, step=index + 1, to=to, because=because, by=by)


def _waited(seconds: float) -> Text:
    if seconds == 0:
        return say("It was raised")
    if seconds % 60 == 0:
        return say("Nobody has acknowledged it in {minutes} min", minutes=round(seconds / 60))
    return say("Nobody has acknowledged it in {seconds} s", seconds=round(seconds))


# --- what a fact means for the state ----------------------------------------------------------------------------------


def fold(facts: Facts, event: Event) -> None:
    """After that of the alarms themselves."""
    match event:
        case EscalationBegan(number=number):
            alarm = facts(ALARM(str(number)))
            if alarm is not None:
                _set(facts, _begun(event, alarm))
        case EscalationStepped(number=number, step=step):
            _change(facts, number, done=step, show_by=_still_to_show(facts, event))
            _call(facts, number, event.to)
        case AlarmShown():
            _fold_shown(facts, event)
        case ContactsCalled(number=number):
            _call(facts, number, event.to)
        case AlarmAcknowledged(number=number, by=by) | AlarmTransferred(number=number, by=by):
            _stop(facts, number, event.at, by)
            _forget_if_gone(facts, number)
        case AlarmCleared(number=number) | AlarmResolved(number=number):
            _forget_if_gone(facts, number)
        case EscalationsKept():
            for escalation in event.escalations:
                _set(facts, escalation)
            for contact, numbers in event.called.items():
                facts.set(CALLED(contact), numbers)
            for shown in event.shown:
                _fold_shown(facts, shown)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> EscalationsKept:
    shown = tuple(receipt for _, receipts in facts.of(SHOWN) for receipt in receipts)
    called = {contact: numbers for (contact,), numbers in facts.of(CALLED)}
    return EscalationsKept(at=at, escalations=tuple(e for _, e in facts.of(ESCALATION)), called=called, shown=shown)


def _begun(event: EscalationBegan, alarm: Alarm) -> Escalation:
    show_by = None if event.shown_within_s is None else event.at + timedelta(seconds=event.shown_within_s)
    return Escalation(event.number, event.plan, event.at, alarm.version, event.steps, show_by)


def _still_to_show(facts: Facts, event: EscalationStepped) -> datetime | None:
    known = facts(ESCALATION(str(event.number)))
    return known.show_by if known is not None and known.show_by is not None and event.at < known.show_by else None


def _fold_shown(facts: Facts, event: AlarmShown) -> None:
    number = event.number
    facts.set(SHOWN(str(number)), (*(facts(SHOWN(str(number))) or ()), event)[-VIEWS_KEPT:])
    known = facts(ESCALATION(str(number)))
    if known is not None and event.version >= known.version:
        _change(facts, number, show_by=None)


def _stop(facts: Facts, number: int, at: datetime, by: str) -> None:
    known = facts(ESCALATION(str(number)))
    if known is not None and known.stopped_at is None:
        _change(facts, number, stopped_at=at, stopped_by=by)
    _call_off(facts, number)


def _change(facts: Facts, number: int, **changes: object) -> None:
    known = facts(ESCALATION(str(number)))
    if known is not None:
        _set(facts, replace(known, **changes))  # type: ignore[arg-type]


def _set(facts: Facts, escalation: Escalation) -> None:
    facts.set(ESCALATION(str(escalation.number)), escalation)
    _await(facts, escalation.number, escalation.next_at)


def _await(facts: Facts, number: int, at: datetime | None) -> None:
    upcoming = [entry for entry in facts(UPCOMING()) or () if entry[1] != number]
    if at is not None:
        insort(upcoming, (at, number))
    facts.set(UPCOMING(), tuple(upcoming))


def _call(facts: Facts, number: int, contacts: Sequence[str]) -> None:
    for contact in contacts:
        numbers = facts(CALLED(contact)) or ()
        if number not in numbers:
            facts.set(CALLED(contact), (*numbers, number))


def _call_off(facts: Facts, number: int) -> None:
    for (contact,), numbers in list(facts.of(CALLED)):
        if number in numbers:
            facts.set(CALLED(contact), tuple(n for n in numbers if n != number) or None)


def _forget_if_gone(facts: Facts, number: int) -> None:
    if facts(ALARM(str(number))) is None:
        facts.set(ESCALATION(str(number)), None)
        facts.set(SHOWN(str(number)), None)
        _await(facts, number, None)
        _call_off(facts, number)


# --- relays -----------------------------------------------------------------------------------------------------------


def relays(look: Look, site: Site, contact: str) -> Iterable[Claim]:
    """A relay is on while an alarm that it was switched on for waits for somebody. It outranks no door: it is none."""
    relay = site.contacts[contact].relay
    if relay is None:
        return
    numbers = [number for number in look(CALLED(contact)) or () if not _betrayed(look, site, number, relay)]
    if numbers:
        told = say("Alarm {number} waits for somebody: {contact}", number=numbers[0], contact=Ref(contact))
        yield Claim(PointId(relay, "on"), True, Priority.PANIC, f"escalation:{contact}", told)


def _betrayed(look: Look, site: Site, number: int, relay: str) -> bool:
    """Whether a relay would tell somebody in a silent place that the panic button there was pressed."""
    alarm = look(ALARM(str(number)))
    return alarm is not None and alarm.type == PANIC and leaves_alone(site, alarm.subject, relay)
