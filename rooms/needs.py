"""What people in a room ask the house for: help, which is no emergency, and that something broken be mended.

Each is asked for at the room's panel or by a person at a console, and stays until somebody says that it is done.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from edge.claims import Condition
from edge.conditions import HELP_ASKED, HELP_UNANSWERED, ROOM_FAULT
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.site import Site
from edge.text import Ref, Text, say
from rooms.desk import RoomRefusal

UNANSWERED_AFTER: Final = timedelta(minutes=3)
FORGOTTEN_AFTER: Final = timedelta(hours=4)
"""Whoever asked for help so long ago has gone."""

Broken = Literal["light", "air", "furniture", "screen", "connection", "door", "cleaning", "other"]
BROKEN: Final[tuple[Broken, ...]] = get_args(Broken)
"""What can be said to be broken: words to choose from, as whatever people write freely may name somebody."""
BROKEN_NAMES: Final[dict[Broken, Text]] = {
    "light": say("Lights"),
    "air": say("Too warm, too cold or stuffy"),
    "furniture": say("Furniture"),
    "screen": say("Screen or sound"),
    "connection": say("Network or remote connection"),
    "door": say("Door or lock"),
    "cleaning": say("Cleaning"),
    "other": say("Something else"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked(Event):
    """Somebody in a room asks that somebody come. by: the panel or the person."""

    kind = "room-help-asked"
    room: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAnswered(Event):
    """Somebody of the house is on their way."""

    kind = "room-help-answered"
    room: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpEnded(Event):
    """Somebody said that it is done."""

    kind = "room-help-ended"
    room: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultReported(Event):
    """Something in a room does not work."""

    kind = "room-fault-reported"
    room: str
    what: Broken
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultMended(Event):
    kind = "room-fault-mended"
    room: str
    what: Broken
    by: str


@dataclass(frozen=True, slots=True)
class Help:
    """Help that is asked for. answered: when somebody said that they go there."""

    asked: HelpAsked
    answered: HelpAnswered | None = None


HELP: Family[Help] = Family("room-help")
FAULTS: Family[tuple[FaultReported, ...]] = Family("room-faults")
"""Both by room. Faults: each once, the oldest first."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case HelpAsked(room=room):
            facts.set(HELP(room), open_help(facts, event.at, room) or Help(event))
        case HelpAnswered(room=room):
            if (known := facts(HELP(room))) is not None:
                facts.set(HELP(room), replace(known, answered=event))
        case HelpEnded(room=room):
            facts.set(HELP(room), None)
        case FaultReported(room=room, what=what):
            known_faults = facts(FAULTS(room)) or ()
            if all(fault.what != what for fault in known_faults):
                facts.set(FAULTS(room), (*known_faults, event))
        case FaultMended(room=room, what=what):
            facts.set(FAULTS(room), tuple(fault for fault in facts(FAULTS(room)) or () if fault.what != what) or None)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """What still holds, for a checkpoint."""
    for _, known in facts.of(HELP):
        if known.asked.at + FORGOTTEN_AFTER > at:
            yield known.asked
            if known.answered is not None:
                yield known.answered
    for _, faults in facts.of(FAULTS):
        yield from faults


# --- what people ask for ----------------------------------------------------------------------------------------------


def ask_help(facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """Asked twice is asked once. Raises RoomRefusal."""
    _require_room(site, room)
    known = open_help(facts, at, room)
    return HelpAsked(at=at, room=room, by=by) if known is None else known.asked


def answer_help(facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """Somebody goes there. Raises RoomRefusal."""
    _require_help(facts, site, at, room)
    return HelpAnswered(at=at, room=room, by=by)


def end_help(facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """Raises RoomRefusal."""
    _require_help(facts, site, at, room)
    return HelpEnded(at=at, room=room, by=by)


def report_fault(facts: Facts, site: Site, at: datetime, room: str, by: str, what: Broken) -> Event:
    """Reported twice is reported once. Raises RoomRefusal."""
    _require_room(site, room)
    known = next((fault for fault in facts(FAULTS(room)) or () if fault.what == what), None)
    return known or FaultReported(at=at, room=room, what=what, by=by)


def mend_fault(facts: Facts, site: Site, at: datetime, room: str, by: str, what: Broken) -> Event:
    """Raises RoomRefusal."""
    _require_room(site, room)
    if all(fault.what != what for fault in facts(FAULTS(room)) or ()):
        raise RoomRefusal(say("No such fault of {room} is known.", room=Ref(room)))
    return FaultMended(at=at, room=room, what=what, by=by)


def open_help(facts: Facts, at: datetime, room: str) -> Help | None:
    known = facts(HELP(room))
    return known if known is not None and at < known.asked.at + FORGOTTEN_AFTER else None


def _require_room(site: Site, room: str) -> None:
    if room not in site.bookable:
        raise RoomRefusal(say("There is no room {room} that can be booked.", room=room))


def _require_help(facts: Facts, site: Site, at: datetime, room: str) -> None:
    _require_room(site, room)
    if open_help(facts, at, room) is None:
        raise RoomRefusal(say("Nobody asks for help at {room} now.", room=Ref(room)))


# --- what follows -----------------------------------------------------------------------------------------------------


def conditions(look: Look, room: str) -> Iterable[Condition]:
    """The host is told at once; the guard when nobody has answered for a while."""
    known = look(HELP(room))
    if known is not None and known.answered is None and not look.passed(known.asked.at + FORGOTTEN_AFTER):
        asked = known.asked.at
        if look.lasted(asked, UNANSWERED_AFTER):
            told = say("{room} asked for help {at}, and nobody has answered", room=Ref(room), at=asked)
            yield Condition(HELP_UNANSWERED, room, told)
        yield Condition(HELP_ASKED, room, say("{room} asks for help since {at}", room=Ref(room), at=asked))
    faults = look(FAULTS(room)) or ()
    if faults:
        yield Condition(ROOM_FAULT, room, _told(room, faults))


def _told(room: str, faults: Iterable[FaultReported]) -> Text:
    told: Text | None = None
    for fault in faults:
        name = BROKEN_NAMES[fault.what]
        told = name if told is None else say("{first}, {more}", first=told, more=name)
    return say("Reported at {room}: {faults}", room=Ref(room), faults=told or say("Something else"))
