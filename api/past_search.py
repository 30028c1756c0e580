"""A search of the past: alarms from the journal, the newest first and a page at a time, however long the journal is.

Raisings are read backward until a page is full; only of the alarms on the page is all read that people did with them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from api.alarm_truth import AlarmTruth
from api.models_alarms import PastAlarm
from api.port import Desk, JournalLine
from security import alarm_past
from security.alarm_types import alarm_type
from security.alarms import AlarmRaised

MOST_LOOKED_AT = 20_000
"""Raisings that one search looks at, so that it ends within about a second; the reader may go on from there."""
_SPOKEN = tuple(kind for kind in alarm_past.KINDS if kind != AlarmRaised.kind)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; absent parts fit everything. start, end: when it was raised. text: in its name, its place, its reason,
    its notes, or the names of people."""

    start: datetime | None = None
    end: datetime | None = None
    kind: str | None = None
    subject: str | None = None
    level: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """before: number of the entry from which an older page goes on; None at the end. looked_to: how far back the search came
    when it had looked at so many alarms that it stopped."""

    alarms: Sequence[PastAlarm]
    before: int | None = None
    looked_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Hit:
    seq: int
    alarm: PastAlarm


def search(desk: Desk, told: AlarmTruth, wanted: Wanted, limit: int, before: int | None = None) -> Found:
    """At most `limit` alarms that began before the entry of that number. Blocking; call it in a thread."""
    wanted = replace(wanted, text=wanted.text.strip().casefold())
    spoken = desk.journal_numbers(_SPOKEN, wanted.text) if wanted.text else frozenset[int]()
    hits: list[_Hit] = []
    candidates: list[JournalLine] = []
    raised = desk.journal_back((AlarmRaised.kind,), before=before, start=wanted.start, end=wanted.end)
    for looked_at, line in enumerate(raised, 1):
        if _may_fit(told, wanted, spoken, line):
            candidates.append(line)
        enough, too_many = len(candidates) > limit, looked_at >= MOST_LOOKED_AT
        if enough or too_many:
            hits += _hits(desk, told, wanted, candidates)
            candidates = []
        if len(hits) > limit:
            break
        if too_many:
            return Found([hit.alarm for hit in hits], line.seq, line.event.at)
    else:
        hits += _hits(desk, told, wanted, candidates)
    more = hits[limit - 1].seq if len(hits) > limit else None
    return Found([hit.alarm for hit in hits[:limit]], more)


def past_of(desk: Desk, told: AlarmTruth, number: int) -> PastAlarm | None:
    """The whole life of one alarm, open or not; None for one that the journal does not hold, or that is not told. Blocking."""
    lives = alarm_past.lives(line.event for line in desk.journal_about(alarm_past.KINDS, (number,)))
    return told.past(lives[0]) if lives and told.tells(lives[0].type) else None


def _may_fit(told: AlarmTruth, wanted: Wanted, spoken: Collection[int], line: JournalLine) -> bool:
    event = line.event
    return (
        isinstance(event, AlarmRaised)
        and wanted.kind in (None, event.type)
        and wanted.subject in (None, event.subject)
        and wanted.level in (None, alarm_type(told.site, event.type).level or 4)
        and told.tells(event.type)
        and (event.number in spoken or any(wanted.text in word.casefold() for word in told.words_of(event)))
    )


def _hits(desk: Desk, told: AlarmTruth, wanted: Wanted, candidates: Sequence[JournalLine]) -> Iterator[_Hit]:
    """Those that fit, in the order of the candidates; an alarm that came back stands where it began."""
    began: dict[int, int] = {}
    events = []
    for line in desk.journal_about(alarm_past.KINDS, [_number(line) for line in candidates]) if candidates else ():
        began.setdefault(_number(line), line.seq)
        events.append(line.event)
    lives = {life.number: life for life in alarm_past.lives(events)}
    for line in candidates:
        life = lives.get(_number(line))
        if life is not None and began[life.number] == line.seq and _fits(wanted, alarm := told.past(life)):
            yield _Hit(line.seq, alarm)


def _fits(wanted: Wanted, alarm: PastAlarm) -> bool:
    written = [part for step in alarm.steps for part in (step.by, step.text)]
    said = (alarm.name, alarm.subject_name, alarm.because, *written)
    return any(wanted.text in each.casefold() for each in said)


def _number(line: JournalLine) -> int:
    return int(getattr(line.event, "number", 0))
