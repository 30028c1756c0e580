"""Alarms: what was raised, whether it still holds, and who has seen it. Active and acknowledged are separate facts.

A panic press becomes one alarm per press id and stays until a person resolves it. An alarm of a condition follows the condition;
it leaves the list when it has ended *and* a person has acknowledged it, whichever comes last.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from edge.conditions import PANIC
from edge.errors import IllegalCommand
from edge.events import ConditionBegan, ConditionEnded, Event, Observed
from edge.facts import Facts, Family
from edge.text import Text, say
from security.alarm_types import level_of

PRESSES_KEPT = 1000
"""Press ids remembered per button. A button repeats only presses that were never answered, so this is ample."""


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
    """version counts every change of active and acknowledged: a person acknowledges what they saw, not what it has become."""

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

    @property
    def level(self) -> int:
        return level_of(self.type) or 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmsKept(Event):
    """All that must survive a checkpoint of the journal. presses: by button."""

    kind = "alarms-kept"
    last_number: int
    presses: dict[str, tuple[str, ...]]
    alarms: tuple[Alarm, ...]


ALARM: Family[Alarm] = Family("alarm")
"""Open alarms by number."""
LAST_NUMBER: Family[int] = Family("last-alarm-number")
OF_CONDITION: Family[int] = Family("alarm-of-condition")
"""Number of the open alarm of a condition (type, subject)."""
PRESSES: Family[tuple[str, ...]] = Family("presses")
"""Press ids of a button that became alarms, oldest first."""
PANICS: Family[tuple[int, ...]] = Family("panics")
"""Numbers of the open panic alarms of a button."""


def open_alarms(facts: Facts) -> list[Alarm]:
    """Unacknowledged first, then by level, then newest first."""
    return sorted(
        (alarm for _, alarm in facts.of(ALARM)),
        key=lambda a: (a.acknowledged_at is not None, a.level, -a.raised_at.timestamp(), -a.number),
    )


# --- what follows from a fact -----------------------------------------------------------------------------------------


def react(facts: Facts, event: Event) -> Iterable[Event]:
    """One alarm for each press id that was not seen before (nothing else is asked, so nothing can hold a panic back); one for each
    condition that began, under its old number if that is still open."""
    match event:
        case Observed(point="pressed", device=button, press=str(press)) if press not in (facts(PRESSES(button)) or ()):
            because = say("The button was pressed")
            yield AlarmRaised(at=event.at, number=_next_number(facts), type=PANIC, subject=button, because=because, press=press)
        case ConditionBegan(type=kind, subject=subject) if level_of(kind) is not None:
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


def fold(facts: Facts, event: Event) -> None:
    match event:
        case AlarmRaised():
            _fold_raised(facts, event)
        case AlarmCleared():
            _change(facts, event.number, lambda a: replace(a, active=False, ended_at=event.at, version=a.version + 1))
        case AlarmAcknowledged(by=by):
            _change(facts, event.number, lambda a: replace(a, acknowledged_by=by, acknowledged_at=event.at, version=a.version + 1))
        case AlarmClaimed(by=by):
            _change(facts, event.number, lambda a: replace(a, owner=by))
        case AlarmNoted(by=by, note=text):
            _change(facts, event.number, lambda a: replace(a, notes=(*a.notes, Note(event.at, by, text))))
        case AlarmsKept():
            _fold_kept(facts, event)
        case AlarmResolved():
            alarm = facts(ALARM(str(event.number)))
            if alarm is not None:
                _forget(facts, alarm)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> AlarmsKept:
    """The alarms and press ids of now, for a checkpoint."""
    presses = {button: ids for (button,), ids in facts.of(PRESSES)}
    alarms = tuple(alarm for _, alarm in facts.of(ALARM))
    return AlarmsKept(at=at, last_number=facts(LAST_NUMBER()) or 0, presses=presses, alarms=alarms)


def _fold_kept(facts: Facts, event: AlarmsKept) -> None:
    facts.set(LAST_NUMBER(), event.last_number)
    for button, ids in event.presses.items():
        facts.set(PRESSES(button), ids)
    for alarm in event.alarms:
        facts.set(ALARM(str(alarm.number)), alarm)
        _index(facts, alarm)


def _index(facts: Facts, alarm: Alarm) -> None:
    if alarm.press is None:
        facts.set(OF_CONDITION(alarm.type, alarm.subject), alarm.number)
    else:
        facts.set(PANICS(alarm.subject), (*(facts(PANICS(alarm.subject)) or ()), alarm.number))


def _fold_raised(facts: Facts, event: AlarmRaised) -> None:
    known = facts(ALARM(str(event.number)))
    if known is not None:
        again = replace(known, version=known.version + 1, active=True, ended_at=None, because=event.because)
        facts.set(ALARM(str(event.number)), replace(again, acknowledged_by=None, acknowledged_at=None))
        return
    facts.set(LAST_NUMBER(), max(event.number, facts(LAST_NUMBER()) or 0))
    alarm = Alarm(event.number, event.type, event.subject, event.because, event.at, event.press)
    facts.set(ALARM(str(event.number)), alarm)
    _index(facts, alarm)
    if event.press is not None:
        facts.set(PRESSES(event.subject), (*(facts(PRESSES(event.subject)) or ()), event.press)[-PRESSES_KEPT:])


def _change(facts: Facts, number: int, how: Callable[[Alarm], Alarm]) -> None:
    alarm = facts(ALARM(str(number)))
    if alarm is None:
        return
    changed = how(alarm)
    if changed.type != PANIC and not changed.active and changed.acknowledged_at is not None:
        _forget(facts, changed)
    else:
        facts.set(ALARM(str(number)), changed)


def _forget(facts: Facts, alarm: Alarm) -> None:
    facts.set(ALARM(str(alarm.number)), None)
    if alarm.press is None:
        facts.set(OF_CONDITION(alarm.type, alarm.subject), None)
    else:
        left = tuple(n for n in facts(PANICS(alarm.subject)) or () if n != alarm.number)
        facts.set(PANICS(alarm.subject), left or None)


# --- what a person may do ---------------------------------------------------------------------------------------------


class AlarmConflict(IllegalCommand):
    """The alarm is no longer as the person saw it."""


class NoSuchAlarm(IllegalCommand):
    """No open alarm has this number."""


def acknowledge(facts: Facts, at: datetime, number: int, by: str, version: int | None) -> Event:
    """version: of the alarm as the person saw it; None where there is no screen to be out of date."""
    alarm = _open(facts, number)
    if alarm.acknowledged_at is not None:
        raise AlarmConflict(f"alarm {number} was acknowledged by {alarm.acknowledged_by}")
    _require_version(alarm, version)
    return AlarmAcknowledged(at=at, number=number, by=by)


def claim(facts: Facts, at: datetime, number: int, by: str) -> Event:
    _open(facts, number)
    return AlarmClaimed(at=at, number=number, by=by)


def note(facts: Facts, at: datetime, number: int, by: str, text: str) -> Event:
    _open(facts, number)
    if not text.strip():
        raise IllegalCommand("the note is empty")
    return AlarmNoted(at=at, number=number, by=by, note=text.strip())


def resolve(facts: Facts, at: datetime, number: int, by: str, reason: str, version: int | None) -> Event:
    """Only after acknowledgement, and for a condition only when it has ended: resolving never clears a cause."""
    alarm = _open(facts, number)
    _require_version(alarm, version)
    if alarm.acknowledged_at is None:
        raise AlarmConflict(f"alarm {number} must be acknowledged before it is resolved")
    if alarm.type != PANIC and alarm.active:
        raise AlarmConflict(f"alarm {number} is still active; it leaves the list when its cause has ended")
    if not reason.strip():
        raise IllegalCommand("resolving needs a reason")
    return AlarmResolved(at=at, number=number, by=by, reason=reason.strip())


def _open(facts: Facts, number: int) -> Alarm:
    alarm = facts(ALARM(str(number)))
    if alarm is None:
        raise NoSuchAlarm(f"no open alarm has the number {number}")
    return alarm


def _require_version(alarm: Alarm, version: int | None) -> None:
    if version is not None and version != alarm.version:
        raise AlarmConflict(f"alarm {alarm.number} has changed since you saw it; look at it again")
