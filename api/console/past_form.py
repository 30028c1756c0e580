"""The form that searches the past: what somebody wrote, what it asks for, and what is wrong with it, field by field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from urllib.parse import urlencode

from api.alarm_truth import AlarmTruth
from api.past_search import Wanted
from edge.language import Renderer
from edge.site import Site
from edge.text import Text, say
from security.alarm_types import ALARM_TYPES, alarm_type

LONGEST_TEXT = 200
_FIRST, _LAST = date(2000, 1, 2), date(2199, 12, 30)


@dataclass(frozen=True, slots=True)
class PastForm:
    """As it came; empty fields ask for nothing. start and end: dates of the building, the last one included."""

    start: str = ""
    end: str = ""
    kind: str = ""
    subject: str = ""
    level: str = ""
    text: str = ""

    def query(self, **more: str | int) -> str:
        """For the address of the same search."""
        fields = {"from": self.start, "to": self.end, "type": self.kind, "subject": self.subject, "level": self.level}
        return urlencode({name: value for name, value in {**fields, "text": self.text, **more}.items() if value != ""})


@dataclass(frozen=True, slots=True)
class Read:
    """wrong: by field; nothing is searched while there is any."""

    wanted: Wanted
    wrong: Mapping[str, Text]


def read(form: PastForm, site: Site, kinds: Mapping[str, str], subjects: Mapping[str, str]) -> Read:
    wrong: dict[str, Text] = {}

    def known(field: str, value: str, choices: Callable[[str], bool]) -> str | None:
        if value and not choices(value):
            wrong[field] = say("Choose one of the list.")
        return value or None

    first, last = (_day(field, value, wrong) for field, value in (("from", form.start), ("to", form.end)))
    if first is not None and last is not None and last < first:
        wrong["to"] = say("The last day lies before the first.")
    if len(form.text) > LONGEST_TEXT:
        wrong["text"] = say("Search for {count} characters at most.", count=LONGEST_TEXT)
    level = known("level", form.level, lambda value: value in ("1", "2", "3", "4"))
    kind, subject = known("type", form.kind, kinds.__contains__), known("subject", form.subject, subjects.__contains__)
    wanted = Wanted(
        start=site.local.instant(first) if first else None,
        end=site.local.instant(last + timedelta(days=1)) if last else None,
        kind=kind,
        subject=subject,
        level=int(level) if level and "level" not in wrong else None,
        text=form.text,
    )
    return Read(wanted, wrong)


def _day(field: str, value: str, wrong: dict[str, Text]) -> date | None:
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        wrong[field] = say("This is no date. Write it as year-month-day, such as 2026-11-20.")
        return None
    if not _FIRST <= day <= _LAST:
        wrong[field] = say("Choose a day between the years 2000 and 2199.")
        return None
    return day


def kinds_of(told: AlarmTruth, renderer: Renderer) -> dict[str, str]:
    """Types of alarms that this reader may choose from, by id."""
    known = dict.fromkeys((*ALARM_TYPES, *told.site.alarms))
    types = {kind: alarm_type(told.site, kind) for kind in known if told.tells(kind)}
    return _by_name({kind: renderer.text(each.name) for kind, each in types.items() if each.level is not None})


def subjects_of(renderer: Renderer) -> dict[str, str]:
    site = renderer.site
    return _by_name({id_: renderer.name(id_) for id_ in (*site.devices, *site.doors, *site.connections, *site.calendars)})


def _by_name(names: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda each: each[1].casefold()))


def table_query(form: PastForm, wanted: Wanted, language: str) -> str:
    """The same search for `/alarms/past.csv`, which takes instants and not days."""
    instants = {"from": wanted.start, "to": wanted.end}
    written = {name: t.astimezone(UTC).isoformat() for name, t in instants.items() if t is not None}
    others = {"type": form.kind, "subject": form.subject, "level": form.level, "text": form.text, "language": language}
    return urlencode({**written, **{name: value for name, value in others.items() if value}})
