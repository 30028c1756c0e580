"""The shift at the desk: who has it, and how it goes over from one person to the next.

Handing over and receiving are two acts of two people. An acknowledged alarm goes over at once, as by a transfer. One that nobody
has acknowledged stays with whoever had it and goes over when the shift is received; it escalates on until somebody acknowledges it.
So a hand-over to somebody who never comes silences nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edge.claims import Condition
from edge.conditions import DURESS, HAND_OVER_WAITS
from edge.events import Event
from edge.facts import ACTIVE, Facts, Family, Look
from edge.refusal import Refusal
from edge.site import Site
from edge.site.fields import Role
from edge.text import say
from security.alarm_types import alarm_type
from security.alarms import ALARM, Alarm, AlarmClaimed, AlarmTransferred, open_alarms
from security.bulletins import OPEN_BULLETINS
from security.modes import MODE
from security.overrides import OUT_OF_SERVICE, OVERRIDE
from security.quiet import TAKEN_OUT, shelves
from security.releases import RELEASE
from security.roles import require
from security.walk_tests import TEST

RECEIVED_WITHIN = timedelta(minutes=15)
"""After that the facility manager is told."""
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class AlarmLeft:
    """An alarm that was open when the shift was handed over."""

    number: int
    type: str
    subject: str
    level: int
    active: bool
    acknowledged: bool
    owner: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stood at one instant. shelved: type and subject. out_of_service: doors and devices. modes: mode and scope.

    walk_test: who tests. bulletins: numbers. notices: how many conditions held that are no alarms.
    """

    alarms: tuple[AlarmLeft, ...] = ()
    shelved: tuple[tuple[str, str], ...] = ()
    out_of_service: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    modes: tuple[tuple[str, str], ...] = ()
    walk_test: str | None = None
    bulletins: tuple[int, ...] = ()
    notices: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftHandedOver(Event):
    """by: who goes. to: the name of who comes. left: what stood then."""

    kind = "shift-handed-over"
    by: str
    to: str
    note: str
    left: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReceived(Event):
    """by: who has the shift from now on. before: who had it or handed it over; empty where nobody did."""

    kind = "shift-received"
    by: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class HandOver:
    """The last one. received: None while it waits."""

    handed: ShiftHandedOver
    received: ShiftReceived | None = None


SHIFT: Family[ShiftReceived] = Family("shift")
"""How whoever has the shift got it; they have it until somebody else receives it."""
HAND_OVER: Family[HandOver] = Family("hand-over")


def waiting(facts: Facts) -> ShiftHandedOver | None:
    """The hand-over that nobody has received."""
    last = facts(HAND_OVER())
    return last.handed if last is not None and last.received is None else None


# --- what follows from a fact -----------------------------------------------------------------------------------------


def react(facts: Facts, event: Event) -> Iterable[Event]:
    """The alarms go over with the shift."""
    match event:
        case ShiftHandedOver(by=by, to=to):
            for alarm in _alarms_of(facts, by):
                if alarm.acknowledged_at is not None:
                    yield AlarmTransferred(at=event.at, number=alarm.number, by=by, to=to)
        case ShiftReceived(by=by) if (handed := waiting(facts)) is not None:
            went = {left.number for left in handed.left.alarms}
            gone_over = [alarm for alarm in _alarms_of(facts, handed.to) if alarm.number in went]
            for alarm in (*_alarms_of(facts, handed.by), *gone_over):
                if alarm.owner != by:
                    yield AlarmClaimed(at=event.at, number=alarm.number, by=by)
        case _:
            pass


def _alarms_of(facts: Facts, owner: str) -> list[Alarm]:
    return sorted((alarm for _, alarm in facts.of(ALARM) if alarm.owner == owner), key=lambda alarm: alarm.number)


# --- what a fact means for the state ----------------------------------------------------------------------------------


def fold(facts: Facts, event: Event) -> None:
    match event:
        case ShiftHandedOver():
            facts.set(HAND_OVER(), HandOver(event))
        case ShiftReceived():
            last = facts(HAND_OVER())
            if last is not None and last.received is None:
                facts.set(HAND_OVER(), replace(last, received=event))
            facts.set(SHIFT(), event)
        case _:
            pass


def kept(facts: Facts) -> Iterable[Event]:
    """For a checkpoint, in an order in which each means what it meant."""
    shift, last = facts(SHIFT()), facts(HAND_OVER())
    if last is None:
        yield from () if shift is None else (shift,)
    elif last.received is None:
        yield from (last.handed,) if shift is None else (shift, last.handed)
    else:
        yield from (last.handed, last.received)
        if shift is not None and shift != last.received:
            yield shift


# --- what a person may do ---------------------------------------------------------------------------------------------


def standing(site: Site, facts: Facts, at: datetime) -> Standing:
    """What whoever comes has to know. A sign-in under threat is not among it: whoever is threatened may be reading."""
    taken_out = (door for (door,), out in facts.of(OUT_OF_SERVICE) if out.until is None or out.until > at)
    notices = (began for _, began in facts.of(ACTIVE) if alarm_type(site, began.type).level is None)
    test = facts(TEST())
    return Standing(
        alarms=tuple(
            AlarmLeft(
                alarm.number,
                alarm.type,
                alarm.subject,
                alarm.level,
                alarm.active,
                alarm.acknowledged_at is not None,
                alarm.owner,
            )
            for alarm in open_alarms(facts)
            if alarm.type != DURESS
        ),
        shelved=tuple((shelf.type, shelf.subject) for shelf in shelves(facts)),
        out_of_service=tuple(sorted((*taken_out, *(device for (device,), _ in facts.of(TAKEN_OUT))))),
        overrides=tuple(sorted(door for (door,), act in facts.of(OVERRIDE) if act.until > at)),
        releases=tuple(sorted(door for (door,), act in facts.of(RELEASE) if act.until > at)),
        modes=tuple(sorted((mode.mode, mode.scope) for _, mode in facts.of(MODE))),
        walk_test=None if test is None else test.by,
        bulletins=facts(OPEN_BULLETINS()) or (),
        notices=sum(1 for _ in notices),
    )


def hand_over(site: Site, facts: Facts, at: datetime, by: str, role: Role, to: str, note: str = "") -> Event:
    """Refused while another has the shift, or a hand-over waits: receiving the shift sets that right. to: any name."""
    require(role, "hand-over")
    comes = " ".join(to.split())
    if not comes or len(comes) > LONGEST_NAME or not comes.isprintable():
        raise Refusal(say("Say to whom the shift goes over."))
    if same_person(by, comes):
        raise Refusal(say("The shift goes over to somebody else."))
    shift, waits = facts(SHIFT()), waiting(facts)
    if waits is not None:
        raise Refusal(say("The hand-over to {to} waits: receive the shift yourself first.", to=waits.to))
    if shift is not None and not same_person(shift.by, by):
        raise Refusal(say("{by} has the shift: receive it yourself first.", by=shift.by))
    return ShiftHandedOver(at=at, by=by, to=comes, note=note.strip(), left=standing(site, facts, at))


def receive(facts: Facts, at: datetime, by: str, role: Role) -> Event:
    """By whoever is named, by somebody in their place, or back by whoever handed it over; also where nobody handed it over."""
    require(role, "hand-over")
    shift, waits = facts(SHIFT()), waiting(facts)
    if waits is None and shift is not None and same_person(shift.by, by):
        raise Refusal(say("{by} has the shift already.", by=by))
    before = waits.by if waits is not None else shift.by if shift is not None else ""
    return ShiftReceived(at=at, by=by, before=before)


def same_person(one: str, other: str) -> bool:
    """Two ways of typing one name."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


# --- what follows -----------------------------------------------------------------------------------------------------


def conditions(look: Look, site: Site) -> Iterable[Condition]:
    last = look(HAND_OVER())
    if last is None or last.received is not None or not look.lasted(last.handed.at, RECEIVED_WITHIN):
        return
    told = say(
        "{by} handed the shift over to {to} at {at}, and nobody has received it",
        by=last.handed.by,
        to=last.handed.to,
        at=last.handed.at,
    )
    yield Condition(HAND_OVER_WAITS, site.site.id, told)
