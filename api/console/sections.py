"""The lists of the pages: what is on them now, and what the drawing of each item depends on."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Final

from jinja2 import Environment

from api.console.arrival_sections import ARRIVALS, ArrivalSections
from api.console.board import Item
from api.console.bulletin_sections import BulletinSections
from api.console.ceremony_sections import CEREMONIES_LEFT, CeremonySections
from api.console.display_sections import DisplaySections
from api.console.door_sections import MODES_BAR, DoorSections
from api.console.guard_sections import ALARMS, QUIET, STANDING, GuardSections
from api.console.panel_sections import PanelSections
from api.console.plan_marks import PlanMarks, Plans
from api.console.room_sections import RoomSections
from api.console.shift_sections import SHIFT_LINE, ShiftSections
from api.port import Desk
from api.readers import Readers
from api.room_truth import RoomTruth
from api.sessions import View
from api.truth import Truth, open_notices
from api.unseen import told_alarms
from edge.conditions import (
    BOOKING_FLAGGED,
    CEREMONY_LATE,
    CEREMONY_UNREADY,
    CUSTOMER_WAITS,
    DOUBLE_BOOKING,
    HELP_ASKED,
    OFFICIAL_AWAITED,
    OVER_TIME,
    PANIC,
    ROOM_FAULT,
    TERMINAL_DUE,
    TERMINAL_SHORT,
)
from edge.facts import ACTIVE
from edge.language import Renderer, other_side, space_of
from security.alarms import Alarm

MOST_BOOKINGS: Final = 8
OVERVIEW: Final = (MODES_BAR, "summary", "notices", "spaces", "bookings", "calendars")
CONSOLE: Final = (MODES_BAR, "summary", ALARMS, SHIFT_LINE, QUIET, STANDING)
"""Of the guard console, besides one alarm in full and the marks on the plan."""
HOST_NOTICES: Final = "host-notices"
FOR_THE_HOST: Final = frozenset(
    {
        BOOKING_FLAGGED,
        CEREMONY_LATE,
        CEREMONY_UNREADY,
        CUSTOMER_WAITS,
        DOUBLE_BOOKING,
        HELP_ASKED,
        OFFICIAL_AWAITED,
        OVER_TIME,
        ROOM_FAULT,
        TERMINAL_DUE,
        TERMINAL_SHORT,
    }
)
"""Notices for which somebody in the lobby can do something now; the facility manager sees all."""
LOBBY: Final = (ARRIVALS, HOST_NOTICES, "bookings", CEREMONIES_LEFT)
"""Of the lobby host's first page."""
_LEVELS: Final = (1, 2, 3, 4)


class Sections:
    """Lays out the facts of one desk in one language, for people of one view; the layout of a board."""

    def __init__(self, desk: Desk, readers: Readers, renderer: Renderer, templates: Environment, view: View, plans: Plans) -> None:
        self._desk = desk
        self._renderer = renderer
        self._parts = templates.get_template("parts.html")
        self._rooms = RoomSections(desk, renderer, templates, view)
        self._panels = PanelSections(desk, renderer, templates, view, self._rooms)
        self._arrivals = ArrivalSections(renderer, templates, view)
        self._displays = DisplaySections(desk, readers, templates, view)
        self._view = view
        self._at_doors = DoorSections(desk, renderer, templates, view.role)
        self._bulletins = BulletinSections(templates, view)
        self._shift = ShiftSections(templates, view)
        self._ceremonies = CeremonySections(templates, view)
        self.guard = GuardSections(desk, renderer, templates, view, PlanMarks(desk.site, renderer, templates, plans))
        self._bookable = frozenset(desk.site.bookable)
        self._doors: dict[str, list[str]] = {}
        for door in desk.site.controllers:
            self._doors.setdefault(space_of(desk.site, door), []).append(door)
        self._watched = {d.space for d in desk.site.devices.values() if d.type == "occupancy-sensor"}

    def __call__(self) -> Mapping[str, Iterable[Item]]:
        truth = Truth(self._desk, self._renderer)
        told = RoomTruth(truth, self._view)
        today = self._desk.site.local.date_of(truth.now)
        if self._view.display is not None:
            return self._displays.lists(truth, told, today)
        if self._view.of_few_rooms:
            return {
                **self._rooms.lists(truth, told, today),
                **self._panels.lists(truth, told, today),
                **self._bulletins.lists(truth, today),
                **({} if self._view.is_screen else self._arrivals.lists(truth, today)),
            }
        alarms = panics_first(told_alarms(truth.facts, self._view))
        return {
            "summary": [self._summary(alarms)],
            "notices": self._notices(truth, today),
            HOST_NOTICES: self._notices(truth, today, FOR_THE_HOST),
            "spaces": self._spaces(truth, told, today),
            "bookings": self._bookings(truth, told, today),
            **self._rooms.lists(truth, told, today),
            **self._panels.lists(truth, told, today),
            **self._displays.of_staff(truth, told, today),
            **self._arrivals.lists(truth, today),
            **self._at_doors.lists(truth, today),
            **self.guard.lists(truth, today, alarms),
            **self._bulletins.lists(truth, today),
            **self._shift.lists(truth, today),
            **self._ceremonies.lists(truth, today),
        }

    def _draw(self, macro: str, **values: object) -> str:
        return str(getattr(self._parts.module, macro)(**values)).strip()

    def _summary(self, alarms: list[Alarm]) -> Item:
        by_level = Counter(alarm.level for alarm in alarms)
        waiting = sum(alarm.acknowledged_at is None for alarm in alarms)
        hidden = self.guard.hidden(alarms)
        of_levels = (self._level_count(level, by_level[level]) for level in _LEVELS)
        of_all = Item("counts", waiting, lambda: self._draw("unacknowledged_count", count=waiting))
        cut = [Item("count-hidden", hidden, lambda: self._draw("hidden_count", count=hidden))] if hidden else []
        return Item("all-counts", None, lambda *each: self._draw("summary", each=each), (*of_levels, of_all, *cut))

    def _level_count(self, level: int, count: int) -> Item:
        return Item(f"count-{level}", count, lambda: self._draw("level_count", level=level, count=count))

    def _notices(self, truth: Truth, today: date, types: Container[str] | None = None) -> Iterator[Item]:
        """types: None for all."""
        for began in open_notices(truth.site, truth.facts.of(ACTIVE)):
            if types is not None and began.type not in types:
                continue
            id_ = f"notice-{began.type}-{began.subject.encode().hex()}"
            notice = truth.notice(began)
            yield Item(id_, (notice, today), lambda n=notice, i=id_: self._draw("notice", id=i, notice=n, now=truth.now))

    def _spaces(self, truth: Truth, told: RoomTruth, today: date) -> Iterator[Item]:
        """Those with doors that we command, and those that are booked."""
        for space in self._desk.site.spaces:
            doors, booked = self._doors.get(space, []), space in self._bookable
            if doors or booked:
                present = truth.present(space) if space in self._watched else None
                life = self._rooms.shows(told, truth, space) if booked else None
                shows = (today, present, life, tuple(self._at_doors.shows(truth, door) for door in doors))
                yield Item(f"space-{space}", shows, lambda s=space, d=doors: self._space(truth, told, s, d))

    def _space(self, truth: Truth, told: RoomTruth, space: str, doors: list[str]) -> str:
        lines = [
            {
                "door": truth.door(door),
                "named": self._desk.site.doors[door].name is not None,
                "back": self._desk.site.doors[door].from_ == space,
                "other": self._renderer.name(other_side(self._desk.site, door)),
            }
            for door in doors
        ]
        life = self._rooms.life(told, truth, space) if space in self._bookable else ""
        watched = space in self._watched
        return self._draw("space", space=truth.space(space), life=life, watched=watched, lines=lines, now=truth.now)

    def _bookings(self, truth: Truth, told: RoomTruth, today: date) -> Iterator[Item]:
        """Those to come; one that has begun shows at its door."""
        coming = (booking for booking in told.coming() if booking.start > truth.now)
        for booking in islice(coming, MOST_BOOKINGS):
            id_ = f"booking-{'/'.join(booking.identity).encode().hex()}"
            yield Item(
                id_,
                (booking, today),
                lambda b=booking, i=id_: self._draw("booking", id=i, booking=told.booking(b), now=truth.now),
            )


def panics_first(alarms: list[Alarm]) -> list[Alarm]:
    """A panic stays on top until it is resolved, acknowledged or not."""
    return sorted(alarms, key=lambda alarm: alarm.type != PANIC)
