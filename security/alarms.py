"""Alarms: what was raised, whether it still holds, and who has seen it. Active and acknowledged are separate facts.

A panic press becomes one alarm per press id and stays until a person resolves it. An alarm of a condition follows the condition;
it leaves the list when it has ended *and* a person has acknowledged it, whichever comes last.

In the words of ISA-18.2 an alarm is Unack-active, Ack-active or RTN-unack while it is here, and Normal when it has left; of those
that are here, `security.quiet` keeps some off the list.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from edge.conditions import PANIC
from edge.events import ConditionBegan, ConditionEnded, Event, Observed
from edge.facts import Facts, Family
from edge.refusal import Refusal
from edge.site import Site
from edge.text import Text, say
from security import quiet
from security.alarm_types import alarm_type
from security.quiet import why_quiet

PRESSES_KEPT = 1000
"""Press ids remembered per button. A button repeats only presses that were never answered, so this is ample."""
LEFT_KEPT = 100
"""Alarms of which it is remembered why they left the list, for whoever comes second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised(Event):
    """A new alarm, or one of the same number active again. subject: the device, door or other thing it is about."""

    kind = "alarm-raised"
    number: int
    type: str
    subject: str
    because: Text
    press: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCleared(Event):
    """What raised it no longer holds. The alarm stays until it is acknowledged."""

    kind = "alarm-cleared"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAcknowledged(Event):
    kind = "alarm-acknowledged"
    number: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmClaimed(Event):
    """A person takes care of it."""

    kind = "alarm-claimed"
    number: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmTransferred(Event):
    """by: who hands it over. to: who takes care of it from now on."""

    kind = "alarm-transferred"
    number: int
    by: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmReminded(Event):
    """It was acknowledged long ago and still goes on: it is told again. owner: who takes care of it, as far as anybody does."""

    kind = "alarm-reminded"
    number: int
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmNoted(Event):
    kind = "alarm-noted"
    number: int
    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmResolved(Event):
    """Attended to and over; it leaves the list."""

    kind = "alarm-resolved"
    number: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """version counts what a person has to see before acting: a person acknowledges what they saw, not what it has become.

    level: of its type, as the site has it. reminded_at: when it was last told again since its acknowledgement. changed: what the
    last version brought, and by whom. OPC UA Part 9 calls active ActiveState, acknowledged AckedState, level Severity, version
    EventId, notes Comment, and resolving Confirm.
    """

    number: int
    type: str
    subject: str
    because: Text
    raised_at: datetime
    press: str | None = None
    version: int = 1
    active: bool = True
    ended_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    owner: str | None = None
    notes: tuple[Note, ...] = ()
    level: int = 4
    reminded_at: datetime | None = None
    changed: Text | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """An alarm that is on no list any more, and what was the last of it."""

    number: int
    changed: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmsKept(Event):
    """All that must survive a checkpoint of the journal. presses: by button."""

    kind = "alarms-kept"
    last_number: int
    presses: dict[str, tuple[str, ...]]
    alarms: tuple[Alarm, ...]
    left: tuple[Left, ...] = ()


ALARM: Family[Alarm] = Family("alarm")
"""Open alarms by number."""
LAST_NUMBER: Family[int] = Family("last-alarm-number")
OF_CONDITION: Family[int] = Family("alarm-of-condition")
"""Number of the open alarm of a condition (type, subject)."""
PRESSES: Family[tuple[str, ...]] = Family("presses")
"""Press ids of a button that became alarms, oldest first."""
PANICS: Family[tuple[int, ...]] = Family("panics")
"""Numbers of the open panic alarms of a button."""
ATTENDED: Family[tuple[int, ...]] = Family("attended-alarms")
"""Numbers of the alarms that were acknowledged and still go on."""
LEFT: Family[tuple[Left, ...]] = Family("left-alarms")
"""The last alarms that left the list, oldest first."""


def open_alarms(facts: Facts) -> list[Alarm]:
    """Those that people are told of: unacknowledged first, then by level, then newest first."""
    return _in_order(alarm for _, alarm in facts.of(ALARM) if why_quiet(facts, alarm.type, alarm.subject) is None)


def quiet_alarms(facts: Facts) -> list[Alarm]:
    """Those that are off the list for a while."""
    return _in_order(alarm for _, alarm in facts.of(ALARM) if why_quiet(facts, alarm.type, alarm.subject) is not None)


def _in_order(alarms: Iterable[Alarm]) -> list[Alarm]:
    return sorted(alarms, key=lambda a: (a.acknowledged_at is not None, a.level, -a.raised_at.timestamp(), -a.number))


# --- what follows from a fact -----------------------------------------------------------------------------------------


def react(facts: Facts, event: Event, site: Site) -> Iterable[Event]:
    """One alarm for each press id that was not seen before (nothing else is asked, so nothing can hold a panic back); one for each
    condition that began, under its old number if that is still open."""
    match event:
        case Observed(point="pressed", device=button, press=str(press)) if press not in (facts(PRESSES(button)) or ()):
            because = say("The button was pressed")
            yield AlarmRaised(at=event.at, number=_next_number(facts), type=PANIC, subject=button, because=because, press=press)
        case ConditionBegan(type=kind, subject=subject) if alarm_type(site, kind).level is not None:
            number = facts(OF_CONDITION(kind, subject)) or _next_number(facts)
            yield AlarmRaised(at=event.at, number=number, type=kind, subject=subject, because=event.because)
        case ConditionEnded(type=kind, subject=subject):
            open_number = facts(OF_CONDITION(kind, subject))
            if open_number is not None:
                yield AlarmCleared(at=event.at, number=open_number)
        case _:
            pass


def _next_number(facts: Facts) -> int:
    return (facts(LAST_NUMBER()) or 0) + 1


# --- what a fact means for the state ----------------------------------------------------------------------------------


def fold(facts: Facts, event: Event, site: Site) -> None:
    at = event.at
    match event:
        case AlarmRaised():
            _fold_raised(facts, event, site)
        case AlarmCleared():
            _change(facts, event.number, say("It ended at {at}", at=at), lambda a: replace(a, active=False, ended_at=at))
        case AlarmAcknowledged(by=by):
            told = say("{by} acknowledged it at {at}", by=by, at=at)
            _change(facts, event.number, told, lambda a: replace(a, acknowledged_by=by, acknowledged_at=at, reminded_at=None))
        case AlarmClaimed(by=by):
            _hand_over(facts, event.number, by, say("{by} took it over at {at}", by=by, at=at))
        case AlarmTransferred(by=by, to=to):
            _hand_over(facts, event.number, to, say("{by} handed it over to {to} at {at}", by=by, to=to, at=at))
        case AlarmReminded():
            _change(facts, event.number, say("It was told again at {at}", at=at), lambda a: replace(a, reminded_at=at))
        case AlarmNoted(by=by, note=text):
            alarm = facts(ALARM(str(event.number)))
            if alarm is not None:
                _keep(facts, replace(alarm, notes=(*alarm.notes, Note(at, by, text))))
        case AlarmsKept():
            _fold_kept(facts, event, site)
        case AlarmResolved(by=by):
            alarm = facts(ALARM(str(event.number)))
            if alarm is not None:
                _forget(facts, replace(alarm, changed=say("{by} resolved it at {at}", by=by, at=at)))
        case _:
            _fold_quiet(facts, event)


def _fold_quiet(facts: Facts, event: Event) -> None:
    """What was hidden or shown again is another version of itself."""
    match event:
        case quiet.AlarmShelved(type=kind, subject=subject, by=by):
            number, told = facts(OF_CONDITION(kind, subject)), say("{by} shelved it at {at}", by=by, at=event.at)
            _change(facts, number, told, lambda a: a)
        case quiet.AlarmUnshelved(type=kind, subject=subject, by=by):
            alone = say("It came back from the shelf at {at}", at=event.at)
            told = say("{by} took it off the shelf at {at}", by=by, at=event.at) if by else alone
            _change(facts, facts(OF_CONDITION(kind, subject)), told, lambda a: a)
        case quiet.SourceTakenOut() | quiet.SourceTakenBack():
            went, came = (
                say("Its source went out of service at {at}", at=event.at),
                say("Its source came back at {at}", at=event.at),
            )
            told = went if isinstance(event, quiet.SourceTakenOut) else came
            for number in [a.number for _, a in facts.of(ALARM) if a.subject == event.subject and a.press is None]:
                _change(facts, number, told, lambda a: a)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> AlarmsKept:
    """The alarms and press ids of now, for a checkpoint."""
    presses = {button: ids for (button,), ids in facts.of(PRESSES)}
    alarms = tuple(alarm for _, alarm in facts.of(ALARM))
    return AlarmsKept(at=at, last_number=facts(LAST_NUMBER()) or 0, presses=presses, alarms=alarms, left=facts(LEFT()) or ())


def _fold_kept(facts: Facts, event: AlarmsKept, site: Site) -> None:
    facts.set(LAST_NUMBER(), event.last_number)
    for button, ids in event.presses.items():
        facts.set(PRESSES(button), ids)
    for alarm in event.alarms:
        _keep(facts, replace(alarm, level=_level(site, alarm.type)))
        _index(facts, alarm)
    facts.set(LEFT(), event.left or None)


def _index(facts: Facts, alarm: Alarm) -> None:
    if alarm.press is None:
        facts.set(OF_CONDITION(alarm.type, alarm.subject), alarm.number)
    else:
        facts.set(PANICS(alarm.subject), (*(facts(PANICS(alarm.subject)) or ()), alarm.number))


def _fold_raised(facts: Facts, event: AlarmRaised, site: Site) -> None:
    known = facts(ALARM(str(event.number)))
    if known is not None:
        again = replace(known, active=True, ended_at=None, because=event.because, level=_level(site, event.type))
        again = replace(again, acknowledged_by=None, acknowledged_at=None, reminded_at=None)
        _keep(facts, replace(again, version=known.version + 1, changed=say("It came back at {at}", at=event.at)))
        return
    facts.set(LAST_NUMBER(), max(event.number, facts(LAST_NUMBER()) or 0))
    level = _level(site, event.type)
    alarm = Alarm(event.number, event.type, event.subject, event.because, event.at, event.press, level=level)
    _keep(facts, alarm)
    _index(facts, alarm)
    if event.press is not None:
        facts.set(PRESSES(event.subject), (*(facts(PRESSES(event.subject)) or ()), event.press)[-PRESSES_KEPT:])


def _level(site: Site, kind: str) -> int:
    return alarm_type(site, kind).level or 4


def _hand_over(facts: Facts, number: int, to: str, told: Text) -> None:
    alarm = facts(ALARM(str(number)))
    if alarm is not None and alarm.owner != to:
        _change(facts, number, told, lambda a: replace(a, owner=to))


def _change(facts: Facts, number: int | None, told: Text, how: Callable[[Alarm], Alarm]) -> None:
    """The next version of an alarm that is open."""
    alarm = facts(ALARM(str(number)))
    if alarm is None:
        return
    changed = replace(how(alarm), version=alarm.version + 1, changed=told)
    if changed.type != PANIC and not changed.active and changed.acknowledged_at is not None:
        _forget(facts, changed)
    else:
        _keep(facts, changed)


def _keep(facts: Facts, alarm: Alarm) -> None:
    facts.set(ALARM(str(alarm.number)), alarm)
    _attend(facts, alarm.number, attended=alarm.active and alarm.acknowledged_at is not None)


def _attend(facts: Facts, number: int, *, attended: bool) -> None:
    known = facts(ATTENDED()) or ()
    if attended != (number in known):
        facts.set(ATTENDED(), (*known, number) if attended else tuple(n for n in known if n != number) or None)


def _forget(facts: Facts, alarm: Alarm) -> None:
    facts.set(ALARM(str(alarm.number)), None)
    _attend(facts, alarm.number, attended=False)
    if alarm.changed is not None:
        facts.set(LEFT(), (*(facts(LEFT()) or ()), Left(alarm.number, alarm.changed))[-LEFT_KEPT:])
    if alarm.press is None:
        facts.set(OF_CONDITION(alarm.type, alarm.subject), None)
    else:
        left = tuple(n for n in facts(PANICS(alarm.subject)) or () if n != alarm.number)
        facts.set(PANICS(alarm.subject), left or None)


# --- what a person may do ---------------------------------------------------------------------------------------------


class AlarmConflict(Refusal):
    """The alarm is no longer as the person saw it."""


class NoSuchAlarm(Refusal):
    """No open alarm has this number."""

    def __init__(self, number: int) -> None:
        super().__init__(say("No open alarm has the number {number}.", number=number))


def acknowledge(facts: Facts, at: datetime, number: int, by: str, version: int | None) -> Event:
    """version: of the alarm as the person saw it; None where there is no screen to be out of date."""
    alarm = open_alarm(facts, number)
    if alarm.acknowledged_at is not None:
        told = say(
            "Alarm {number} was acknowledged by {by} at {at}.",
            number=number,
            by=alarm.acknowledged_by or "",
            at=alarm.acknowledged_at,
        )
        raise AlarmConflict(told)
    require_version(alarm, version)
    return AlarmAcknowledged(at=at, number=number, by=by)


def claim(facts: Facts, at: datetime, number: int, by: str, version: int | None = None) -> Event:
    require_version(open_alarm(facts, number), version)
    return AlarmClaimed(at=at, number=number, by=by)


def transfer(facts: Facts, at: datetime, number: int, by: str, to: str, version: int | None) -> Event:
    """Somebody else takes care of it from now on, perhaps on the next shift."""
    alarm = open_alarm(facts, number)
    require_version(alarm, version)
    if not to.strip():
        raise Refusal(say("Say to whom the alarm goes over."))
    if alarm.owner == to.strip():
        raise AlarmConflict(say("{by} takes care of alarm {number} already.", by=alarm.owner, number=number))
    return AlarmTransferred(at=at, number=number, by=by, to=to.strip())


def note(facts: Facts, at: datetime, number: int, by: str, text: str) -> Event:
    """A note makes nobody's view old: two people may write at once."""
    open_alarm(facts, number)
    if not text.strip():
        raise Refusal(say("The note is empty."))
    return AlarmNoted(at=at, number=number, by=by, note=text.strip())


def resolve(facts: Facts, at: datetime, number: int, by: str, reason: str, version: int | None) -> Event:
    """Only after acknowledgement, and for a condition only when it has ended: resolving never clears a cause."""
    alarm = open_alarm(facts, number)
    require_version(alarm, version)
    if alarm.acknowledged_at is None:
        raise AlarmConflict(say("Alarm {number} must be acknowledged before it is resolved.", number=number))
    if alarm.type != PANIC and alarm.active:
        told = say("Alarm {number} is still active; it leaves the list when its cause has ended.", number=number)
        raise AlarmConflict(told)
    if not reason.strip():
        raise Refusal(say("Resolving needs a reason."))
    return AlarmResolved(at=at, number=number, by=by, reason=reason.strip())


def open_alarm(facts: Facts, number: int) -> Alarm:
    """Raises AlarmConflict for one that has left the list a while ago, and NoSuchAlarm."""
    alarm = facts(ALARM(str(number)))
    if alarm is not None:
        return alarm
    left = next((left for left in facts(LEFT()) or () if left.number == number), None)
    if left is None:
        raise NoSuchAlarm(number)
    raise AlarmConflict(say("Alarm {number} is no longer open: {changed}.", number=number, changed=left.changed))


def require_version(alarm: Alarm, version: int | None) -> None:
    """Raises AlarmConflict, which says who did what meanwhile, and when."""
    if version is not None and version != alarm.version:
        raise AlarmConflict(_changed(alarm))


def _changed(alarm: Alarm) -> Text:
    if alarm.changed is None:
        return say("Alarm {number} has changed since you saw it; please look at it again.", number=alarm.number)
    return say(
        "Alarm {number} has changed since you saw it: {changed}. Please look at it again.",
        number=alarm.number,
        changed=alarm.changed,
    )
