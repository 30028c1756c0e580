"""Property: whatever was edited and whatever went wrong, once the service behaves, the bookings are those of the mailbox."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.sources.graph import LOOK_EVERY, LOOKED_AHEAD, GraphSource
from rooms.sources.port import Failed
from tests.conftest import EFFORT
from tests.graph_calendar import Event, GraphCalendar, Series
from tests.graph_service import GraphService
from tests.rooms.sources.graph_talk import NOW, bookings, converse, source_at, taken, window_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAULTS = ("busy", "broken", "unauthorized", "gone", "lost-404", "lost-400", "lost-page", "elsewhere", "no-end", "truncated")
SHOWN = ("busy", "free", "tentative", "oof")

small = st.integers(0, 4)
Edit = Callable[[GraphCalendar, datetime, int, int], None]


def _put(calendar: GraphCalendar, now: datetime, which: int, hours: int) -> None:
    start = now.replace(minute=0) + hours * HOUR
    calendar.put(Event(f"e{which}", start, start + HOUR, show_as=SHOWN[hours % 4]))


def _put_day(calendar: GraphCalendar, now: datetime, which: int, hours: int) -> None:
    start = now.replace(hour=0, minute=0) + hours // 12 * DAY
    calendar.put(Event(f"d{which}", start, start + DAY, all_day=True))


def _cancel(calendar: GraphCalendar, now: datetime, which: int, hours: int) -> None:
    if f"e{which}" in calendar.events:
        calendar.change(f"e{which}", cancelled=True)


def _delete(calendar: GraphCalendar, now: datetime, which: int, hours: int) -> None:
    calendar.delete(f"{'eds'[hours % 3]}{which}")


def _repeat(calendar: GraphCalendar, now: datetime, which: int, hours: int) -> None:
    start = now.replace(minute=0) + (hours - 72) * HOUR
    first = Event(f"s{which}", start, start + HOUR)
    calendar.repeat(Series(first, count=6, days=1 + hours % 7))


def _change_series(calendar: GraphCalendar, now: datetime, which: int, hours: int) -> None:
    if f"s{which}" in calendar.series:
        calendar.change_series(f"s{which}", show_as=SHOWN[hours % 4], subject=f"Sarja {hours}", cancelled=hours % 5 == 0)


def _change_instance(calendar: GraphCalendar, now: datetime, which: int, hours: int) -> None:
    if f"s{which}" in calendar.series:
        original = calendar.series[f"s{which}"].original(hours % 6)
        calendar.change_instance(f"s{which}", hours % 6, start=original.start + HOUR, end=original.end + HOUR, show_as="tentative")


def _delete_instance(calendar: GraphCalendar, now: datetime, which: int, hours: int) -> None:
    if f"s{which}" in calendar.series:
        calendar.delete_instance(f"s{which}", hours % 6)


EDITS: tuple[Edit, ...] = (_put, _put_day, _cancel, _delete, _repeat, _change_series, _change_instance, _delete_instance)
edits = st.tuples(st.sampled_from(EDITS), small, st.integers(-30, 200), st.booleans())
asks = st.tuples(st.integers(1, 40), st.lists(st.sampled_from(FAULTS), max_size=2), st.booleans(), st.booleans())


def agree(source: GraphSource, service: GraphService, now: datetime) -> bool:
    window = window_of(now)
    told = {said for said in service.calendar.bookings((window[0] - DAY, window[1] + DAY)) if _is_in(said, window)}
    return bookings(source, window) == told


def of_the_coming_day(said: set[tuple[object, ...]], now: datetime) -> set[tuple[object, ...]]:
    """Without all-day events, about which services differ, and without titles, which open no door."""
    return {booking[:-1] for booking in said if not booking[4] and _is_in(booking, (now, now + LOOKED_AHEAD))}


def _is_in(said: tuple[object, ...], window: tuple[datetime, datetime]) -> bool:
    start, end = said[2], said[3]
    assert isinstance(start, datetime)
    assert isinstance(end, datetime)
    return start < window[1] and end > window[0]


@settings(max_examples=60 * EFFORT)
@given(st.lists(st.one_of(edits, edits, asks), max_size=25), st.sampled_from([2, 3, 200]))
def test_once_the_service_behaves_the_bookings_are_those_of_the_mailbox(
    steps: list[tuple[Edit, int, int, bool] | tuple[int, list[str], bool, bool]], page_size: int
) -> None:
    service, source, now = GraphService(page_size=page_size), source_at(), NOW
    heard = True
    for step in steps:
        if isinstance(step[0], int):
            minutes, service.faults, service.repeats, service.empty_pages = step  # type: ignore[assignment]
            now += timedelta(minutes=minutes)
            before, answer = source.content, converse(source.ask(now), service.answer)
            if isinstance(answer, Failed):
                assert source.content is before
            else:
                taken(source, answer)
                assert not heard or agree(source, service, now)
        else:
            edit, which, hours, silent = step  # type: ignore[misc]
            service.calendar.silent = silent
            heard = heard and not silent
            edit(service.calendar, now, which, hours)
    service.faults, service.calendar.silent = [], False
    now += LOOK_EVERY
    taken(source, converse(source.ask(now), service.answer))
    window = window_of(now)
    assert of_the_coming_day(bookings(source, window), now) == of_the_coming_day(service.calendar.bookings(window), now)
    now += DAY
    taken(source, converse(source.ask(now), service.answer))
    assert agree(source, service, now)
