"""What the controller did and why, told in lines: JSON for `simulate`, sentences for the terminal."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from edge.errors import IllegalInput
from edge.events import (
    ClockJumped,
    CommandOverdue,
    CommandSent,
    ConditionBegan,
    ConditionEnded,
    ConnectionChanged,
    DaemonStarted,
    DaemonStopped,
    Decided,
    Event,
)
from edge.point_words import value_words
from edge.site import Site
from edge.site.checklists import words_of
from edge.text import Ref, Text, say
from rooms.bookings import Booking
from rooms.ceremonies_said import CeremonyCancelled, CeremonyShifted, RoomRestored
from rooms.checklists import ItemTicked, ItemUnticked
from rooms.plan import BookingsChanged
from rooms.scenes import ScenePlayed, SceneStopped
from rooms.stays import (
    BookingAct,
    BookingAllowed,
    BookingExtended,
    BookingReleased,
    LocalBookingCancelled,
    LocalBookingMade,
    OfficialCame,
)
from security.alarm_types import alarm_type
from security.alarms import (
    AlarmAcknowledged,
    AlarmClaimed,
    AlarmCleared,
    AlarmNoted,
    AlarmRaised,
    AlarmReminded,
    AlarmResolved,
    AlarmTransferred,
)
from security.escalation import ContactsCalled, EscalationStepped
from security.modes import ModeEndAsked
from security.overrides import DoorTakenBack, OverrideEnded
from security.panic import ContactsTold
from security.releases import DoorReleased, ReleaseEnded

Render = Callable[[Text], str]
Line = dict[str, Any]


def place_of(site: Site, subject: str) -> str:
    """The door or space of a device; anything else is its own place."""
    device = site.devices.get(subject)
    return subject if device is None else device.door or device.space or subject


def subject_of(site: Site, device: str, point: str) -> str:
    """What people call a commanded point: a door by its own name, anything else by its device's."""
    section = site.devices.get(device)
    return section.door if section is not None and section.door is not None and point == "lock" else device


# --- JSON lines -------------------------------------------------------------------------------------------------------


def lines(event: Event, site: Site, render: Render) -> Iterator[Line]:
    """The lines of `talonmies simulate` for one event: t, kind and because in each; none for what only the kernel cares about."""
    local = site.local.zone

    def line(kind: str, because: Text, **more: object) -> Line:
        t = event.at.astimezone(local).isoformat()
        return {"t": t, "kind": kind, **{name: _plain(v, local) for name, v in more.items()}, "because": render(because)}

    match event:
        case CommandSent():
            door = site.devices[event.device].door
            lease = None if event.for_s is None else round(event.for_s, 3)
            yield line(
                "command",
                event.because,
                device=event.device,
                point=event.point,
                door=door,
                value=event.value,
                for_s=lease,
                cause=event.cause,
            )
        case Decided(refused=Text() as refused):
            yield line(
                "refusal", refused, device=event.device, point=event.point, door=site.devices[event.device].door, value=event.value
            )
        case CommandOverdue():
            told, reported = value_words(event.value), value_words(event.reported)
            because = say("It was told {value} and reports {reported}", value=told, reported=reported)
            yield line(
                "notice", because, device=event.device, point=event.point, door=site.devices[event.device].door, state="overdue"
            )
        case ConditionBegan() | ConditionEnded() if alarm_type(site, event.type).level is None:
            began = isinstance(event, ConditionBegan)
            because = event.because if isinstance(event, ConditionBegan) else say("The cause has ended")
            yield line("notice", because, type=event.type, subject=event.subject, state="began" if began else "ended")
        case BookingsChanged():
            for state, bookings in (("made", event.made), ("changed", event.changed), ("cancelled", event.cancelled)):
                for booking in bookings:
                    yield line("booking", booking.reason, state=state, **_booking(booking))
        case BookingAct():
            yield line("booking", _done_by(event), state=event.kind.removeprefix("booking-"), **_act(event))
        case LocalBookingMade(booking=booking):
            yield line("booking", _done_by(event), state="made", **_booking(booking))
        case OfficialCame():
            yield line("notice", _came(event), type=event.kind, subject=event.room, state="began")
        case ScenePlayed() | SceneStopped():
            state = "began" if isinstance(event, ScenePlayed) else "ended"
            yield line("notice", say("By {by}", by=event.by), type=event.kind, subject=event.scene, state=state)
        case ItemTicked() | ItemUnticked():
            state, of = event.kind.removeprefix("checklist-"), event.checklist
            yield line("ceremony", _ticked(event, site), state=state, ceremony=event.ceremony, checklist=of, item=event.item)
        case CeremonyShifted() | CeremonyCancelled() | RoomRestored():
            state = event.kind.removeprefix("ceremony-")
            yield line("ceremony", _of_ceremony(event), state=state, ceremony=event.ceremony)
        case ModeEndAsked():
            yield line("notice", say("By {by}", by=event.by), type=event.kind, subject=event.scope, state="began")
        case _:
            yield from _alarm_lines(event, site, line)


def _alarm_lines(event: Event, site: Site, line: Callable[..., Line]) -> Iterator[Line]:
    match event:
        case AlarmRaised():
            level, place = alarm_type(site, event.type).level, place_of(site, event.subject)
            yield line(
                "alarm", event.because, state="raised", number=event.number, type=event.type, level=level,
                subject=event.subject, place=place,
            )  # fmt: skip
        case AlarmCleared():
            yield line("alarm", say("The cause has ended"), state="cleared", number=event.number)
        case AlarmReminded():
            yield line("alarm", say("It still goes on"), state="reminded", number=event.number, owner=event.owner)
        case AlarmTransferred():
            told = say("{by} handed it over to {to}", by=event.by, to=event.to)
            yield line("alarm", told, state="transferred", number=event.number, by=event.by, to=event.to)
        case EscalationStepped():
            yield line("alarm", event.because, state="escalated", number=event.number, step=event.step, to=list(event.to))
        case ContactsTold():
            yield line("alarm", say("It was raised"), state="told", number=event.number, to=list(event.to))
        case ContactsCalled():
            yield line("alarm", say("By {by}", by=event.by), state="called", number=event.number, to=list(event.to))
        case AlarmAcknowledged() | AlarmClaimed() | AlarmResolved() | AlarmNoted():
            state = event.kind.removeprefix("alarm-")
            yield line("alarm", say("By {by}", by=event.by), state=state, number=event.number, by=event.by)
        case _:
            return


def _ticked(event: ItemTicked | ItemUnticked, site: Site) -> Text:
    checklist = site.checklists.get(event.checklist)
    item = checklist.items.get(event.item) if checklist is not None else None
    named = event.item if item is None else words_of(item.text)
    if isinstance(event, ItemUnticked):
        return say("{by} took back: {line} ({reason})", by=event.by, line=named, reason=event.reason)
    return say("{by} ticked: {line}", by=event.by, line=named)


def _of_ceremony(event: CeremonyShifted | CeremonyCancelled | RoomRestored) -> Text:
    match event:
        case CeremonyShifted():
            return say("{by}: the ceremony of {start} begins {starts}", by=event.by, start=event.booked_from, starts=event.starts)
        case CeremonyCancelled():
            return say("The ceremony of {start} is cancelled", start=event.booked_from)
        case _:
            return say("The room is again what it usually is")


def _booking(booking: Booking) -> dict[str, object]:
    return {
        "room": booking.room, "start": booking.start, "end": booking.end, "uid": booking.uid, "rid": booking.rid,
        "verdict": booking.verdict, "source": booking.calendar,
    }  # fmt: skip


def _act(event: BookingAct) -> dict[str, object]:
    end = event.until if isinstance(event, BookingExtended) else event.booked_until
    return {"room": event.room, "start": event.at, "end": end, "uid": event.uid, "rid": event.rid, "source": event.calendar}


def _done_by(event: BookingAct | LocalBookingMade) -> Text:
    return say("By {by}", by=event.by) if event.by else say("Nobody came")


def _came(event: OfficialCame) -> Text:
    match event.how:
        case "tap":
            return say("{by} is at {room}", by=event.by, room=Ref(event.room))
        case "door":
            return say("The official came to {room} by the staff door", room=Ref(event.room))
        case _:
            return say("The official is at {room}: somebody is there, and its entry is locked", room=Ref(event.room))


def _plain(value: object, local: Any) -> object:
    return value.astimezone(local).isoformat() if isinstance(value, datetime) else value


# --- sentences --------------------------------------------------------------------------------------------------------


def sentence(event: Event, site: Site) -> Text | None:
    """What a person at the terminal wants to read of an event; None for what would only be noise."""
    match event:
        case Decided(refused=Text() as refused):
            return say("{door} stays locked. {because}", door=Ref(subject_of(site, event.device, event.point)), because=refused)
        case CommandSent(point="lock"):
            door = Ref(subject_of(site, event.device, event.point))
            if event.value == "unlocked":
                return say("{door} unlocks. {because}", door=door, because=event.because)
            return say("{door} locks. {because}", door=door, because=event.because)
        case CommandOverdue():
            return say("{door} does not obey", door=Ref(subject_of(site, event.device, event.point)))
        case AlarmRaised():
            name, place = alarm_type(site, event.type).name, Ref(place_of(site, event.subject))
            return say(
                "ALARM {number}: {name}, {place}. {because}", number=event.number, name=name, place=place, because=event.because
            )
        case AlarmCleared():
            return say("Alarm {number} has ended", number=event.number)
        case AlarmReminded():
            return say("Alarm {number} still goes on", number=event.number)
        case AlarmAcknowledged():
            return say("Alarm {number} was acknowledged by {by}", number=event.number, by=event.by)
        case EscalationStepped():
            return say(
                "Alarm {number} escalates, step {step}: {because}", number=event.number, step=event.step, because=event.because
            )
        case AlarmResolved():
            return say("Alarm {number} was resolved by {by}", number=event.number, by=event.by)
        case ConditionBegan() if alarm_type(site, event.type).level is None:
            return say("Notice: {name}. {because}", name=alarm_type(site, event.type).name, because=event.because)
        case _:
            return _other_sentence(event)


def _other_sentence(event: Event) -> Text | None:
    match event:
        case BookingsChanged():
            counts = {"made": len(event.made), "changed": len(event.changed), "cancelled": len(event.cancelled)}
            return say(
                "Calendar {calendar}: {made} new, {changed} changed, {cancelled} cancelled bookings",
                calendar=Ref(event.calendar.partition("/")[0]),
                **counts,
            )
        case OfficialCame():
            return _came(event)
        case BookingReleased():
            return say("{room} was given free. {because}", room=Ref(event.room), because=_done_by(event))
        case BookingExtended():
            return say("{by} extended the booking of {room} until {until}", by=event.by, room=Ref(event.room), until=event.until)
        case BookingAllowed():
            return say("{by} allowed the booking of {room}", by=event.by, room=Ref(event.room))
        case LocalBookingMade(booking=booking):
            return say(
                "{by} booked {room} {start}–{end}", by=event.by, room=Ref(booking.room), start=booking.start, end=booking.end
            )
        case LocalBookingCancelled():
            return say("{by} cancelled a booking of {room}", by=event.by, room=Ref(event.room))
        case DoorReleased():
            return say("{by} released {door} until {until}", by=event.by, door=Ref(event.door), until=event.until)
        case ReleaseEnded():
            return say("{by} ended the release of {door}", by=event.by, door=Ref(event.door))
        case OverrideEnded():
            return say("{by} ended the override of {door}", by=event.by, door=Ref(event.door))
        case DoorTakenBack():
            return say("{by} took {door} back into service", by=event.by, door=Ref(event.door))
        case ScenePlayed():
            return say("{by} plays {scene} until {until}", by=event.by, scene=Ref(event.scene), until=event.until)
        case SceneStopped():
            return say("{by} stopped {scene}", by=event.by, scene=Ref(event.scene))
        case CeremonyShifted() | CeremonyCancelled() | RoomRestored():
            return _of_ceremony(event)
        case ModeEndAsked():
            return say("{by} asked for the end of the lockdown and has to confirm it", by=event.by)
        case ConnectionChanged(up=True):
            return say("Connected to {connection}", connection=event.connection)
        case ConnectionChanged(up=False):
            return say("No connection to {connection}: {problem}", connection=event.connection, problem=event.problem)
        case ClockJumped():
            return say("The clock of the controller changed by {seconds} seconds", seconds=round(event.by_s))
        case DaemonStarted():
            return say("The controller of {site} has started", site=event.site)
        case DaemonStopped():
            return say("The controller has stopped")
        case _:
            return None


def require_aware(t: datetime, what: str) -> datetime:
    if t.tzinfo is None:
        raise IllegalInput(f"{what} has no offset: write 2026-11-27T08:57:00+02:00")
    return t
