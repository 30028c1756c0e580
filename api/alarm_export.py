"""Past alarms as a table for other programs: one line for each step in the life of an alarm."""

import csv
import io
from collections.abc import Iterable, Iterator

from api.models_alarms import PastAlarm

COLUMNS = ("number", "type", "name", "level", "subject", "subject_name", "because", "at", "what", "by", "text")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(alarms: Iterable[PastAlarm]) -> Iterator[str]:
    yield _line(COLUMNS)
    for alarm in alarms:
        about = (alarm.number, alarm.type, alarm.name, alarm.level, alarm.subject, alarm.subject_name, alarm.because)
        for step in alarm.steps:
            yield _line((*about, step.at.isoformat(), step.what, step.by, step.text))


def _line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_safe(str(cell)) for cell in cells])
    return line.getvalue()


def _safe(cell: str) -> str:
    """A table program must not take what somebody wrote for a formula: an apostrophe makes it text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
