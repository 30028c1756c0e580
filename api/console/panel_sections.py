"""The panels beside the doors: how each room stands, in all public languages at once, and what people there may ask for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from jinja2 import Environment

from acoustics.notes import PRIVACY_NOTE
from api.console.board import Item
from api.console.room_sections import RoomSections, acted_on
from api.models_rooms import CalendarAge
from api.policy import MINDS_ROOMS
from api.port import Desk
from api.room_truth import RoomTruth
from api.scope import rooms_of
from api.sessions import View
from api.truth import Truth
from edge.language import Renderer
from edge.text import Text
from rooms.life import ROOM, RoomNow
from rooms.needs import BROKEN_NAMES, FAULTS, open_help
from rooms.remote import SESSION

MOST_COMING: Final = 4


@dataclass(frozen=True, slots=True)
class Coming:
    """A booking to come, as much of it as everybody may see."""

    start: datetime
    ends: datetime
    agency: str | None


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands out. warning: the room is about to be given free. announce: for those who hear the panel. session: a remote
    session is on. terminal: the payment terminal for the official, and where it is taken.
    """

    warning: bool = False
    waits: bool = False
    twice: bool = False
    announce: str = ""
    terminal: Text | None = None
    session: bool = False


def panel_list(room: str) -> str:
    """The list of a room's panel."""
    return f"panel-{room}"


class PanelSections:
    """rooms: knows which taps a room has."""

    def __init__(self, desk: Desk, renderer: Renderer, templates: Environment, view: View, rooms: RoomSections) -> None:
        self._site = desk.site
        self._renderer = renderer
        self._seen = rooms_of(desk.site, view)
        self._asks = view.role in MINDS_ROOMS
        self._rooms = rooms
        self._parts = templates.get_template("panel_parts.html")

    def lists(self, truth: Truth, told: RoomTruth, today: date) -> Mapping[str, Iterable[Item]]:
        return {panel_list(room): self._panel(truth, told, today, room) for room in self._seen}

    def _draw(self, macro: str, **values: object) -> str:
        return str(getattr(self._parts.module, macro)(**values)).strip()

    def _panel(self, truth: Truth, told: RoomTruth, today: date, room: str) -> Iterator[Item]:
        coming = [booking for booking in told.today(room) if booking.verdict != "no" and booking.start > truth.now][:MOST_COMING]
        taps, as_of = self._rooms.taps(told, truth, room), self._as_of(told, room)
        how_old = as_of and (as_of.stale, as_of.read_at and self._renderer.moment(as_of.read_at, truth.now))
        shows = (today, self._rooms.shows(told, truth, room), taps, how_old, *((b, acted_on(told.slot(b))) for b in coming))

        def draw() -> str:
            now, note = truth.facts(ROOM(room)), truth.facts(PRIVACY_NOTE(room))
            slots = [told.slot(booking) for booking in coming]
            return self._draw(
                "panel",
                room=room,
                capacity=self._site.spaces[room].capacity,
                state=now.state if now else "unknown",
                told=_told(told, now),
                agency=_agency(told, now),
                now=truth.now,
                taps=taps,
                lines=[Coming(slot.booking.start, slot.end, slot.agency) for slot in slots],
                as_of=as_of,
                marks=self._marks(truth, told, room, now),
                note=note,
            )

        yield Item(f"now-{room}", shows, draw)
        yield self._needs(truth, today, room)

    def _needs(self, truth: Truth, today: date, room: str) -> Item:
        wanted, faults = open_help(truth.facts, truth.now, room), truth.facts(FAULTS(room)) or ()
        values = {"wanted": wanted, "faults": faults, "broken": BROKEN_NAMES, "now": truth.now, "asks": self._asks}
        return Item(f"needs-{room}", (today, wanted, faults), lambda: self._draw("needs", room=room, **values))

    def _marks(self, truth: Truth, told: RoomTruth, room: str, now: RoomNow | None) -> Marks:
        session = truth.facts(SESSION(room)) is not None
        if now is None:
            return Marks(session=session)
        warning = now.gives_up_at is not None
        announce = self._renderer.text(now.because, truth.now) if warning else ""
        shown = now.booking is not None and now.state != "free" and told.sees(now.booking)
        terminal = told.terminal(now.booking) if shown and now.booking is not None else None
        return Marks(warning, now.awaits_official, bool(now.conflicts), announce, terminal, session)

    def _as_of(self, told: RoomTruth, room: str) -> CalendarAge | None:
        """The worst of the room's calendars; None when all are kept here."""
        feeds = [age for age in map(told.age, self._site.feeds_of(room)) if not age.local]
        return max(feeds, key=lambda age: (age.read_at is None, age.age_s or 0.0), default=None)


def _told(told: RoomTruth, now: RoomNow | None) -> Text | None:
    """Why the room stands so; not who gave it free, and nothing of a booking that is not shown."""
    if now is None or now.state == "released" or (now.booking is not None and not told.sees(now.booking)):
        return None
    return now.because


def _agency(told: RoomTruth, now: RoomNow | None) -> str | None:
    shown = now is not None and now.booking is not None and now.state != "free" and told.sees(now.booking)
    return told.slot(now.booking).agency if shown and now is not None and now.booking is not None else None
