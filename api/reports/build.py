"""The report of a month from the journal. The same journal gives the same report."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from acoustics.weeks import FAULTY
from api.reports.availability import TOLD, availability, away_h
from api.reports.figures import Report, Use, WalkTest
from api.reports.masking import KINDS as MASKING_KINDS
from api.reports.masking import masking_of
from api.reports.month import Month
from api.reports.use import sharing_of, use_of
from edge.events import ConditionBegan, ConditionEnded, Event
from edge.journal.past import PastJournal
from edge.site import Site
from rooms.usage import LOOK_BACK, BookingEnded
from security import drills
from security.alarm_figures import DAY_TARGET, SHIFT_TARGET, figures
from security.alarms import AlarmRaised

_CONDITIONS: Final = (ConditionBegan.kind, ConditionEnded.kind)


def report_of(site: Site, journal: PastJournal, month: Month, now: datetime) -> Report:
    """Of a month that has not ended, as far as the journal goes. A booking belongs to the month in which it ended."""
    start, end = month.start(site), month.end(site)
    first, last = journal.span() or (None, start)
    until = end if now >= end else min(end, max(start, last))
    gaps = [*journal.gaps(until), *([(start, first)] if first is not None and first > start else [])]
    ended = _ended(journal, start, until)
    raised = (event for event in journal.events((AlarmRaised.kind,), start, until) if isinstance(event, AlarmRaised))
    alarms = figures(site, raised, start, until)
    told = list(journal.events(_CONDITIONS, None, until, lambda fields: fields.get("type") in TOLD))
    use = use_of(site, ended)
    tests = drills.drills(journal.events(drills.KINDS, start, until))
    return Report(
        site=site.site.id,
        month=month,
        start=start,
        until=until,
        complete=until == end,
        head=journal.last_before(until),
        known_from=None if first is None or first <= start else first,
        away_h=round(away_h(gaps, start, until), 1),
        use=use,
        sharing=sharing_of(site, ended),
        alarms=alarms,
        days_above=sum(day.alarms > DAY_TARGET for day in alarms.days),
        shifts_above=sum(shift.alarms > SHIFT_TARGET for shift in alarms.shifts),
        walk_tests=tuple(map(_walk_test, tests)),
        untested=_untested(site, tests),
        masking=masking_of(site, journal.events(MASKING_KINDS, start, until), _faults(journal, start, until), _untold(site, use)),
        devices=availability(site, told, gaps, start, until),
    )


def _ended(journal: PastJournal, start: datetime, until: datetime) -> list[BookingEnded]:
    """What ended in time; it may have been noted later, when the controller had been off."""
    noted = journal.events((BookingEnded.kind,), start, until + LOOK_BACK + timedelta(days=1))
    return [event for event in noted if isinstance(event, BookingEnded) and start < event.until <= until]


def _faults(journal: PastJournal, start: datetime, until: datetime) -> Iterable[Event]:
    return journal.events((ConditionBegan.kind,), start, until, lambda fields: fields.get("type") in FAULTY)


def _untold(site: Site, use: Use) -> frozenset[str]:
    rows = use.rows["room"]
    return frozenset(site.bookable if rows is None else (room for room, row in rows.items() if row.hours is None))


def _walk_test(test: drills.Drill) -> WalkTest:
    latencies = [result.latency_s for result in test.results.values() if result.latency_s is not None]
    return WalkTest(
        began_at=test.began_at,
        buttons=len(test.results),
        pressed=sum(result.pressed_at is not None for result in test.results.values()),
        confirmed=sum(result.confirmed_at is not None for result in test.results.values()),
        latency_s=max(latencies, default=None),
    )


def _untested(site: Site, tests: Iterable[drills.Drill]) -> tuple[str, ...]:
    confirmed = {button for test in tests for button, result in test.results.items() if result.confirmed_at is not None}
    buttons = (name for name, device in site.devices.items() if device.type == "panic-button")
    return tuple(button for button in buttons if button not in confirmed)
