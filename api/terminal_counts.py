"""The daily record of payment terminals as it is told: where each was at closing, from the entries of the journal."""

from collections.abc import Collection
from datetime import date, timedelta

from api.models_terminals import CountedOut, CountOut
from api.port import Desk, JournalLine
from edge.language import Renderer
from edge.text import Text, say
from rooms.terminal_record import Counted, TerminalsCounted
from rooms.terminals import bay_of

COUNTS = (TerminalsCounted.kind,)
COUNTED_LATE_BY = timedelta(days=8)
"""A day is counted late where the controller was away; the last day before a longer absence stays without."""


class TerminalCounts:
    """In one language. seen: only these terminals; None for all, also those that the site file has lost since."""

    def __init__(self, renderer: Renderer, seen: Collection[str] | None = None) -> None:
        self._site = renderer.site
        self._name = renderer.name
        self._seen = seen

    def count(self, line: JournalLine) -> CountOut:
        event = line.event
        if not isinstance(event, TerminalsCounted):
            raise TypeError(event.kind)
        shown = [each for each in event.terminals if self._seen is None or each.terminal in self._seen]
        day = date.fromisoformat(event.day)
        return CountOut(day=day, at=event.at, seq=line.seq, hash=line.hash, terminals=[*map(self._counted, shown)])

    def _counted(self, counted: Counted) -> CountedOut:
        known = counted.dock in self._site.devices
        return CountedOut(
            id=counted.terminal,
            name=self._name(counted.terminal),
            agency=counted.agency,
            agency_name=self._name(counted.agency) if counted.agency else None,
            standing=counted.standing,
            sure=counted.sure,
            dock=counted.dock or None,
            dock_name=self._name(counted.dock) if counted.dock else None,
            bay=bay_of(self._site, counted.dock) if known else None,
            space=counted.space or None,
            space_name=self._name(counted.space) if counted.space else None,
            since=counted.since,
            seen_at=counted.seen_at,
            room=counted.booking or None,
            room_name=self._name(counted.booking) if counted.booking else None,
            charge=counted.charge,
        )


def counts(desk: Desk, first: date, last: date) -> list[JournalLine]:
    """The records of these days, the newest first. Blocking; call it in a thread."""
    local = desk.site.local
    start, end = local.instant(first, 0), local.instant(last + COUNTED_LATE_BY, 0)
    lines = list(desk.journal_back(COUNTS, start=start, end=end))
    return newest_per_day(lines[::-1], first, last)


def newest_per_day(lines: Collection[JournalLine], first: date, last: date) -> list[JournalLine]:
    """Of these days, the newest day first. lines: oldest first."""
    found = {line.event.day: line for line in lines if isinstance(line.event, TerminalsCounted)}
    days = sorted((day for day in found if first <= date.fromisoformat(day) <= last), reverse=True)
    return [found[day] for day in days]


def missing_days(days: Collection[date]) -> list[date]:
    """The days between the first and the last of these."""
    if not days:
        return []
    every = (min(days) + timedelta(days=n) for n in range((max(days) - min(days)).days))
    return [day for day in every if day not in days]


def place_of(counted: CountedOut) -> Text:
    """Where it was, as the record says it."""
    dock, bay, space, room = (str(each or "") for each in (counted.dock_name, counted.bay, counted.space_name, counted.room_name))
    bay_text = say("{dock}, bay {bay}", dock=dock, bay=bay) if bay else say("{dock}", dock=dock)
    match counted.standing:
        case "in-its-bay":
            return say("In its bay: {bay}", bay=bay_text)
        case "in-another-bay":
            return say("In another bay: {bay}", bay=bay_text)
        case "unknown":
            return say("Never heard of")
        case _ if room and space:
            return say("Out, taken for a booking of {room}; heard in {space}", room=room, space=space)
        case _ if room:
            return say("Out, taken for a booking of {room}", room=room)
        case _ if space:
            return say("Out; heard in {space}", space=space)
        case _:
            return say("Out")


def doubt_of(counted: CountedOut) -> Text:
    """Why its place is not sure."""
    if counted.standing != "out":
        return say("Its dock was silent")
    return say("Last heard {time}", time=counted.seen_at) if counted.seen_at is not None else say("No receiver heard it")
