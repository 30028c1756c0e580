"""What a display tells everybody: hours of the agencies today, where to go by booking number, exceptions, and emergencies.

It names nobody. What is not known for sure stands there as not known: an old calendar shows no bookings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.readers import Readers
from api.room_truth import RoomTruth
from api.truth import Truth
from edge.site import Site
from edge.site.displays import Display, Way
from edge.site.hours import Timetable
from edge.site.model import Scene
from edge.text import Text, say
from rooms.bookings import Booking
from rooms.numbers import number_of
from rooms.policies import kind_of
from rooms.public_notices import SENTENCES, PublicNoticePosted, open_notices
from security.modes import MODE, SITE, zone_scope

MOST_BOOKINGS: Final = 8
LATE: Final = timedelta(minutes=30)
"""For how long after its beginning a booking still stands there: who comes later asks in the lobby."""
LEAVE: Final = say("Leave the building now")
LEAVE_HOW: Final = say("Go to the nearest exit. Do what the staff say. Do not use the lift.")


@dataclass(frozen=True, slots=True)
class AgencyHours:
    """says: whether it serves now, or when it will today."""

    agency: str
    says: Text
    open: bool


@dataclass(frozen=True, slots=True)
class WhereTo:
    """A booking that customers look for."""

    id: str
    start: datetime
    number: str
    room: str
    way: Way | None


@dataclass(frozen=True, slots=True)
class SceneToday:
    """An occasion of the day, from its first booking that is not over to its last."""

    scene: str
    start: datetime
    end: datetime
    room: str
    way: Way | None


@dataclass(frozen=True, slots=True)
class DisplayNow:
    """emergency: what takes the whole display; then nothing else counts. unsure: bookings cannot be told now."""

    emergency: tuple[Text, Text] | None
    scenes: tuple[SceneToday, ...]
    notices: tuple[PublicNoticePosted, ...]
    agencies: tuple[AgencyHours, ...]
    bookings: tuple[WhereTo, ...]
    more: int
    unsure: bool
    building: Text | None


class DisplayTruth:
    def __init__(self, truth: Truth, told: RoomTruth) -> None:
        self._truth = truth
        self._told = told
        self._site = truth.site

    def now(self, display: Display) -> DisplayNow:
        bookings = list(self._bookings(display))
        return DisplayNow(
            emergency=self._emergency(display),
            scenes=tuple(self._scenes(display)),
            notices=tuple(open_notices(self._truth.facts, self._truth.now)),
            agencies=tuple(self._agencies(display)),
            bookings=tuple(bookings[:MOST_BOOKINGS]),
            more=max(len(bookings) - MOST_BOOKINGS, 0),
            unsure=any(self._is_unsure(room) for room in self._rooms(display)),
            building=self._hours(self._site.hours[self._site.site.hours]) if self._site.site.hours else None,
        )

    def _emergency(self, display: Display) -> tuple[Text, Text] | None:
        """Fire, or evacuation of the zone where it hangs. A lockdown is not told: whoever it is against would read it too."""
        scopes = (SITE, zone_scope(self._site.spaces[display.space].zone))
        held = [self._truth.facts(MODE(mode, scope)) for mode in ("fire", "evacuation") for scope in scopes]
        return (LEAVE, LEAVE_HOW) if any(mode is not None for mode in held) else None

    # --- bookings -------------------------------------------------------------------------------------------------

    def _rooms(self, display: Display) -> list[str]:
        return [
            room
            for room in self._site.bookable
            if (room in display.rooms if display.rooms else self._site.zone_of(room) != "internal")
        ]

    def _is_unsure(self, room: str) -> bool:
        return any(self._told.age(feed).stale for feed in self._site.feeds_of(room))

    def _bookings(self, display: Display) -> Iterator[WhereTo]:
        rooms, now = [room for room in self._rooms(display) if not self._is_unsure(room)], self._truth.now
        scenes = [self._site.scenes[name] for name in display.scenes]
        known = [
            booking
            for room in rooms
            for booking in self._told.today(room)
            if not booking.all_day and not any(self._is_of(scene, booking) for scene in scenes)
        ]
        for booking in sorted(known, key=lambda each: (each.start, each.room, each.uid, each.rid)):
            slot = self._told.slot(booking)
            if slot.may_open and slot.released is None and now < min(booking.start + LATE, slot.end):
                id_ = "/".join(booking.identity).encode().hex()
                yield WhereTo(id_, booking.start, number_of(booking), booking.room, _way(display, booking.room))

    def _scenes(self, display: Display) -> Iterator[SceneToday]:
        for name in display.scenes:
            scene = self._site.scenes[name]
            if self._is_unsure(scene.room):
                continue
            slots = [
                slot
                for booking in self._told.today(scene.room)
                if (slot := self._told.slot(booking)).may_open and slot.released is None and self._is_of(scene, booking)
            ]
            if slots:
                start, end = min(slot.booking.start for slot in slots), max(slot.end for slot in slots)
                yield SceneToday(name, start, end, scene.room, _way(display, scene.room))

    def _is_of(self, scene: Scene, booking: Booking) -> bool:
        """Whether the booking stands there as part of an occasion, and not by itself."""
        return booking.room == scene.room and (not scene.policies or kind_of(self._site, booking) in scene.policies)

    # --- hours ----------------------------------------------------------------------------------------------------

    def _agencies(self, display: Display) -> Iterator[AgencyHours]:
        for name in display.agencies or self._site.agencies:
            hours = self._site.agencies[name].hours or self._site.site.hours
            if hours is not None:
                table = self._site.hours[hours]
                yield AgencyHours(name, self._hours(table), table.opening_at(self._truth.now, self._site.local) is not None)

    def _hours(self, table: Timetable) -> Text:
        """Whether it is open now, and what comes next today."""
        now, local = self._truth.now, self._site.local
        change, opening = table.next_change(now, local), table.opening_at(now, local)
        today = change is not None and local.date_of(change) == local.date_of(now)
        if opening is not None:
            return say("Open until {end}", end=change) if today and change is not None else say("Open")
        return say("Opens {start}", start=change) if today and change is not None else say("Closed today")


def _way(display: Display, room: str) -> Way | None:
    return display.ways.get(room)


def texts_of(readers: Readers, site: Site, notice: PublicNoticePosted) -> dict[str, str]:
    """By public language, as it stands on the displays."""
    if not notice.ready:
        return dict(notice.texts)
    sentence = next((text for name, text in SENTENCES.items() if name == notice.ready), None)
    return {language: readers.of(language).text(sentence) for language in site.public_languages} if sentence is not None else {}
