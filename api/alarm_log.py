"""What has been done about an open alarm so far, line by line: what its page shows under the instructions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from api.truth import Truth
from edge.conditions import PANIC
from edge.facts import DECISION
from edge.text import Ref, Text, say
from security.alarms import Alarm
from security.escalation import SHOWN
from security.messages import MESSAGES
from security.panic import effects


@dataclass(frozen=True, slots=True)
class LogLine:
    """by: who wrote a note; empty where the text says who it was."""

    at: datetime
    text: str
    by: str = ""


def log_of(truth: Truth, alarm: Alarm) -> list[LogLine]:
    """Oldest first."""
    notes = [LogLine(note.at, note.text, note.by) for note in alarm.notes]
    lines = [LogLine(at, truth.renderer.text(text, truth.now)) for at, text in _happened(truth, alarm)]
    return sorted([*lines, *notes], key=lambda line: line.at)


def _happened(truth: Truth, alarm: Alarm) -> Iterator[tuple[datetime, Text]]:
    yield alarm.raised_at, alarm.because
    receipts = truth.facts(SHOWN(str(alarm.number))) or ()
    first = {shown.by: shown for shown in reversed(receipts)}  # not every page of one person
    for shown in first.values():
        seconds = round(max((shown.at - alarm.raised_at).total_seconds(), 0.0), 1)
        yield shown.at, say("Shown to {by} after {seconds} s", by=shown.by, seconds=seconds)
    for message in truth.facts(MESSAGES(str(alarm.number))) or ():
        if message.delivered_at is not None:
            yield message.delivered_at, say("{contact} was told", contact=Ref(message.contact))
        elif message.given_up_at is not None:
            yield message.given_up_at, say("{contact} could not be told", contact=Ref(message.contact))
        elif message.withdrawn_at is None:
            yield message.at, say("{contact} is being told", contact=Ref(message.contact))
    if alarm.acknowledged_at is not None:
        yield alarm.acknowledged_at, say("Acknowledged by {by}", by=alarm.acknowledged_by or "")
    if alarm.reminded_at is not None:
        yield alarm.reminded_at, say("Told again, because it goes on")
    if alarm.ended_at is not None:
        yield alarm.ended_at, say("Its cause ended")
    if alarm.type == PANIC:
        yield from _brought_about(truth, alarm)


def _brought_about(truth: Truth, alarm: Alarm) -> Iterator[tuple[datetime, Text]]:
    """What the building did because of a panic, as far as it still holds."""
    for point in effects(truth.site, alarm.subject):
        decision, thing = truth.facts(DECISION(*point)), Ref(truth.site.devices[point.device].door or point.device)
        if decision is not None and decision.winner.cause == f"panic:{alarm.subject}" and decision.since >= alarm.raised_at:
            match point.point:
                case "lock":
                    yield decision.since, say("{door} locked because of the alarm", door=thing)
                case "muted":
                    yield decision.since, say("{device} muted because of the alarm", device=thing)
                case "on":
                    yield decision.since, say("{device} switched on because of the alarm", device=thing)
                case _:
                    yield decision.since, say("{device} shows its text because of the alarm", device=thing)
