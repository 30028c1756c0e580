"""The lists about rooms: every room for the lobby host, and how old what the calendars say is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from jinja2 import Environment

from acoustics.notes import PRIVACY_NOTE
from api.console.board import Item
from api.models_rooms import BookingOut, CalendarAge
from api.policy import MINDS_ROOMS
from api.port import Desk
from api.room_truth import RoomTruth
from api.scope import rooms_of
from api.sessions import View
from api.truth import Truth
from edge.language import Renderer
from rooms.bookings import Booking
from rooms.life import ROOM
from rooms.needs import FAULTS, open_help
from rooms.remote import SESSION
from rooms.slots import Slot

HOST_LISTS: Final = ("rooms", "calendars")
"""Of the lobby host's page."""
WALK_INS: Final = (30, 60)
"""Minutes for which a room can be booked at its panel."""
_BOOKED_NOW: Final = frozenset({"prepared", "open", "in-use", "empty"})
_FREE_NOW: Final = frozenset({"free", "released"})


@dataclass(frozen=True, slots=True)
class Line:
    """One booking on a screen. title: only where its calendar keeps titles, and never beside a door.

    acts: whether whoever looks may allow or cancel it.
    """

    id: str
    booking: BookingOut
    title: str
    acts: bool


@dataclass(frozen=True, slots=True)
class Taps:
    """What may be done with the room now. extend_min: what one tap adds; 0 where none does. walk_ins: minutes to book it for.

    session_begins, session_ends: of a room for remote service.
    """

    arrive: bool
    keep: bool
    extend_min: int
    release: bool
    walk_ins: tuple[int, ...]
    session_begins: bool = False
    session_ends: bool = False


@dataclass(frozen=True, slots=True)
class AsOf:
    """How old one calendar is, in words. rooms: of which of its rooms that is said, when not of all."""

    name: str
    local: bool
    read: str | None
    stale: bool
    failure: str | None
    rooms: tuple[str, ...] = ()


class RoomSections:
    """Lays out the rooms of one desk in one language, as far as a view shows them."""

    def __init__(self, desk: Desk, renderer: Renderer, templates: Environment, view: View) -> None:
        self._site = desk.site
        self._view = view
        self._seen = rooms_of(desk.site, view)
        self._acts = view.role in MINDS_ROOMS
        self._by_hand = {room for room, section in desk.site.remote_service.items() if "button" in section.by}
        self._renderer = renderer
        self._parts = templates.get_template("room_parts.html")

    def lists(self, truth: Truth, told: RoomTruth, today: date) -> Mapping[str, Iterable[Item]]:
        rooms = self._seen
        return {
            "calendars": self._calendars(told, truth),
            "rooms": (self._row(told, truth, today, room) for room in rooms),
        }

    def shows(self, told: RoomTruth, truth: Truth, room: str) -> object:
        """What the lines about a room's life depend on."""
        now = truth.facts(ROOM(room))
        if now is None:
            return None
        concerned = [booking for booking in (now.booking, now.next, *now.conflicts) if booking is not None]
        note = truth.facts(PRIVACY_NOTE(room))
        return now, note, tuple((acted_on(told.slot(booking)), told.terminal(booking)) for booking in concerned)

    def life(self, told: RoomTruth, truth: Truth, room: str) -> str:
        """The lines about a room's life, for its card among the spaces."""
        return self._draw("life", room=told.room(room), now=truth.now)

    def _draw(self, macro: str, **values: object) -> str:
        return str(getattr(self._parts.module, macro)(**values)).strip()

    # --- the lobby host -------------------------------------------------------------------------------------------

    def _row(self, told: RoomTruth, truth: Truth, today: date, room: str) -> Item:
        bookings = [*told.today(room)]
        taps = self.taps(told, truth, room)
        needs = open_help(truth.facts, truth.now, room), truth.facts(FAULTS(room))
        shows = (
            today,
            self.shows(told, truth, room),
            taps,
            truth.present(room),
            needs,
            *((b, acted_on(told.slot(b)), told.terminal(b)) for b in bookings),
        )

        def draw() -> str:
            lines = [Line(_id_of(booking), told.booking(booking), self._title(booking), self._acts) for booking in bookings]
            return self._draw("row", room=told.room(room), taps=taps, lines=lines, acts=self._acts, now=truth.now)

        return Item(f"room-{room}", shows, draw)

    def _title(self, booking: Booking) -> str:
        return booking.title if self._site.feeds[booking.calendar].titles else ""

    def taps(self, told: RoomTruth, truth: Truth, room: str) -> Taps:
        now = truth.facts(ROOM(room))
        if now is None or not self._acts:
            return Taps(arrive=False, keep=False, extend_min=0, release=False, walk_ins=())
        slot = told.slot(now.booking) if now.booking and now.state in _BOOKED_NOW and not now.conflicts else None
        live = slot is not None and slot.booking.start <= truth.now < slot.end
        extend = slot.policy.extend if slot and live else timedelta(0)
        here = now.state in _FREE_NOW and any(self._site.feeds[feed].local for feed in self._site.feeds_of(room))
        room_for = now.next.start - truth.now if now.next else timedelta.max
        return Taps(
            arrive=now.awaits_official,
            keep=now.state == "empty" and live,
            extend_min=int(extend.total_seconds() // 60),
            release=live,
            walk_ins=tuple(minutes for minutes in WALK_INS if here and timedelta(minutes=minutes) <= room_for),
            session_begins=room in self._by_hand and truth.facts(SESSION(room)) is None,
            session_ends=truth.facts(SESSION(room)) is not None,
        )

    # --- how old it all is ----------------------------------------------------------------------------------------

    def _calendars(self, told: RoomTruth, truth: Truth) -> Iterator[Item]:
        """One line for each calendar of the site file, and one more for those of its mailboxes that are worse off."""
        for calendar in self._site.calendars:
            feeds = [told.age(feed) for feed in self._feeds if feed.partition("/")[0] == calendar]
            good = [feed for feed in feeds if not (feed.stale or feed.failing)]
            bad = [feed for feed in feeds if feed.stale or feed.failing]
            for id_, some in ((f"calendar-{calendar}", good), (f"calendar-{calendar}-bad", bad)):
                if some:
                    line = self._as_of(truth, self._renderer.name(calendar), some, all_of_it=len(some) == len(feeds))
                    yield Item(id_, line, lambda i=id_, a=line: self._draw("calendar", id=i, as_of=a))

    @property
    def _feeds(self) -> list[str]:
        """Those that book a room that is shown."""
        return (
            list(self._site.feeds) if not self._view.of_few_rooms else [feed for feed in self._site.feeds if self._spaces_of(feed)]
        )

    def _spaces_of(self, feed: str) -> list[str]:
        return [space for space in self._site.feeds[feed].spaces if space in self._seen]

    def _as_of(self, truth: Truth, name: str, feeds: list[CalendarAge], *, all_of_it: bool) -> AsOf:
        read = [feed.read_at for feed in feeds if feed.read_at is not None]
        rooms = () if all_of_it else tuple(self._renderer.name(room) for feed in feeds for room in self._spaces_of(feed.id))
        return AsOf(
            name=name,
            local=all(feed.local for feed in feeds),
            read=self._renderer.moment(min(read), truth.now) if read else None,
            stale=any(feed.stale for feed in feeds),
            failure=next((feed.failure for feed in feeds if feed.failure), None),
            rooms=rooms,
        )


def acted_on(slot: Slot) -> object:
    return slot.end, slot.allowed, slot.problem, slot.released is not None


def _id_of(booking: Booking) -> str:
    return "/".join(booking.identity).encode().hex()
