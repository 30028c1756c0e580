"""Rooms for remote service: while a session is on, a light says so, the door is locked from outside, masking guards what is said.

A session is known by a tap on the room's panel, by a booking, or by people in the room. When nobody can be seen for a while in a
room with healthy sensors, it is over by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from edge.claims import Claim, Derived, Follows, Priority
from edge.events import DaemonStarted, Event
from edge.facts import Facts, Family, Look
from edge.points import PointId
from edge.site import Site
from edge.site.remote_service import RemoteService
from edge.text import Ref, say
from rooms.desk import RoomRefusal
from rooms.presence import Presence, presence
from rooms.slots import obstacle, slots

LONGEST: Final = timedelta(hours=4)
"""Of a session that a tap began."""
EMPTY_FOR: Final = timedelta(minutes=10)
SEEN_FOR: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBegan(Event):
    """Somebody taps: a remote session is on."""

    kind = "remote-session-began"
    room: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """Somebody taps: it is over. What is left of a booking is no session either. by: empty where nobody has been there for a while;
    then only what a tap began is over."""

    kind = "remote-session-ended"
    room: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is on. until: when its reason ends by itself; None while people are there."""

    since: datetime
    cause: str
    until: datetime | None = None


TAPPED: Family[SessionBegan] = Family("remote-session-tapped")
STOPPED: Family[SessionEnded] = Family("remote-session-stopped")
"""Both by room."""
SESSION: Family[Session | None] = Family("remote-session")
"""By room for remote service; derived."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case SessionBegan(room=room):
            facts.set(TAPPED(room), event)
            facts.set(STOPPED(room), None)
        case SessionEnded(room=room, by=by):
            facts.set(TAPPED(room), None)
            if by:
                facts.set(STOPPED(room), event)
        case DaemonStarted(at=at):
            # Where the clock went back before a start, the door would be locked for longer than anybody wanted.
            for (room,), tapped in list(facts.of(TAPPED)):
                if tapped.at > at:
                    facts.set(TAPPED(room), None)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """For a checkpoint."""
    yield from (ended for _, ended in facts.of(STOPPED) if at < ended.at + timedelta(days=1))
    yield from (began for _, began in facts.of(TAPPED) if at < began.at + LONGEST)


# --- what people ask for ----------------------------------------------------------------------------------------------


def begin(_facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """Raises RoomRefusal."""
    if room not in site.remote_service or "button" not in site.remote_service[room].by:
        raise RoomRefusal(say("No remote session is begun by hand at {room}.", room=Ref(room)))
    return SessionBegan(at=at, room=room, by=by)


def end(facts: Facts, site: Site, at: datetime, room: str, by: str) -> Event:
    """Raises RoomRefusal."""
    if room not in site.remote_service or facts(SESSION(room)) is None:
        raise RoomRefusal(say("No remote session is on at {room}.", room=Ref(room)))
    return SessionEnded(at=at, room=room, by=by)


# --- what follows -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RemoteRooms:
    """The rules of one site."""

    site: Site

    def session(self, look: Look, room: str) -> Iterable[Derived | Follows]:
        seen, tapped = presence(look, self.site, room), look(TAPPED(room))
        empty_since = seen.empty_since if seen.empty_since is None or tapped is None else max(seen.empty_since, tapped.at)
        is_left = empty_since is not None and look.lasted(empty_since, EMPTY_FOR)
        if is_left and tapped is not None:
            # Whoever comes into the room later did not tap.
            yield Follows(SessionEnded(at=look.now, room=room))
        yield Derived(SESSION(room), None if is_left else self._session(look, room, seen))

    def _session(self, look: Look, room: str, seen: Presence) -> Session | None:
        section = self.site.remote_service[room]
        return self._tapped(look, room) or self._booked(look, room, section) or self._seen(look, room, section, seen)

    def _tapped(self, look: Look, room: str) -> Session | None:
        tapped = look(TAPPED(room))
        if tapped is None or look.passed(tapped.at + LONGEST):
            return None
        return Session(tapped.at, f"session:{room}/{tapped.by}", tapped.at + LONGEST)

    def _booked(self, look: Look, room: str, section: RemoteService) -> Session | None:
        if "booking" not in section.by:
            return None
        for slot in slots(look, self.site, room).near:
            if slot.may_open and slot.released is None and slot.has_begun(look) and not slot.is_over(look):
                hindered = obstacle(look, self.site, slot)[0] is not None  # the building is closed, or the official has not come
                if hindered or self._was_stopped_since(look, room, slot.booking.start):
                    continue
                return Session(slot.booking.start, f"session:{slot.booking.uid}/{slot.booking.rid}", slot.end)
        return None

    def _seen(self, look: Look, room: str, section: RemoteService, seen: Presence) -> Session | None:
        if "presence" not in section.by or seen.seen_since is None or self._was_stopped_since(look, room, seen.seen_since):
            return None
        return Session(seen.seen_since, f"session:{room}") if look.lasted(seen.seen_since, SEEN_FOR) else None

    def _was_stopped_since(self, look: Look, room: str, since: datetime) -> bool:
        stopped = look(STOPPED(room))
        return stopped is not None and stopped.at >= since

    def light(self, look: Look, room: str) -> Iterable[Claim]:
        """On for as long as the session."""
        relay, session = self.site.remote_service[room].light, look(SESSION(room))
        if relay is not None and session is not None:
            because = say("Remote session at {room} since {since}", room=Ref(room), since=session.since)
            yield Claim(PointId(relay, "on"), True, Priority.BOOKING, session.cause, because, session.until)

    def lock(self, look: Look, room: str) -> Iterable[Claim]:
        """Locked from outside once whoever is late has come in; every exit stays free."""
        section, session = self.site.remote_service[room], look(SESSION(room))
        if session is None or not section.lock or not look.lasted(session.since, section.lock_after):
            return
        for door in self.site.fronts.get(room, ()):
            because = say("Remote session since {since}: please do not enter", since=session.since)
            lock = PointId(self.site.controllers[door], "lock")
            yield Claim(lock, "locked", Priority.SESSION, f"{session.cause}#locked", because, session.until)
