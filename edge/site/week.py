"""The written forms of opening times: "8:00-16:15", "mon-fri", "06-01"."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Annotated, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from edge.site.frozen import Table
from edge.site.wrong import Wrong, near_miss, shown
from edge.text import say

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60

_TIME = r"([0-9]{1,2})(?:[:.]([0-9]{2}))?"
_INTERVAL = re.compile(rf"\s*{_TIME}\s*[-–—]\s*{_TIME}\s*")
_DAY = f"(?:{'|'.join(DAYS)})"
_DAYS = re.compile(rf"{_DAY}(?:-{_DAY})?(?: *, *{_DAY}(?:-{_DAY})?)*")
_SETTINGS = ("holidays", "eves", "dates", "seasons", "from", "to")
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Interval(NamedTuple):
    """Minutes of the local day, end excluded: 8:00-16:15 is (480, 975)."""

    start: int
    end: int


def _minute(hours: str, minutes: str | None) -> int | None:
    minute = int(hours) * 60 + int(minutes or 0)
    return minute if int(minutes or 0) < 60 and minute <= MIDNIGHT else None


def _interval(text: str) -> Interval:
    text = text.strip()
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise Wrong(
            say(
                '"{found}" is no opening time. Write "8:00-16:15", several as "8-12, 13-16", or "closed".',
                found=shown(text),
            )
        )
    start, end = _minute(match[1], match[2]), _minute(match[3], match[4])
    if start is None or end is None:
        raise Wrong(say('"{found}" holds no time of day. Times run from 0:00 to 24:00.', found=shown(text)))
    if end <= start:
        raise Wrong(
            say(
                '"{found}" ends before it starts. Past midnight, write "{first}" and the rest on the next day.',
                found=shown(text),
                first=f"{start // 60}:{start % 60:02}-24:00",
            )
        )
    return Interval(start, end)


def _times(value: object) -> tuple[Interval, ...]:
    """Sorted; those that touch are one."""
    if value in ("closed", ()):
        return ()
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not texts or not all(isinstance(text, str) for text in texts):
        raise Wrong(say('Opening times are missing here. Write "8:00-16:15", several as "8-12, 13-16", or "closed".'))
    joined: list[Interval] = []
    for interval in sorted(_interval(text) for text in texts):
        if joined and interval.start < joined[-1].end:
            raise Wrong(say("Two of the opening times overlap. Write each part of the day once."))
        if joined and interval.start == joined[-1].end:
            interval = Interval(joined.pop().start, interval.end)
        joined.append(interval)
    return tuple(joined)


def _days(key: str) -> list[int]:
    """Weekdays (0 is Monday) of "mon-wed,fri"; a range may run over the end of the week."""
    days: list[int] = []
    for part in key.split(","):
        first, _, last = part.strip().partition("-")
        start = DAYS.index(first)
        length = (DAYS.index(last or first) - start) % 7 + 1
        days += [(start + n) % 7 for n in range(length)]
    return days


def _day_key(key: str) -> str:
    if _DAYS.fullmatch(key):
        return key
    meant = near_miss(key, [*DAYS, *_SETTINGS])
    if meant:
        raise Wrong(
            say('"{found}" is neither a day nor a setting of a timetable. Did you mean "{meant}"?', found=shown(key), meant=meant)
        )
    raise Wrong(
        say(
            '"{found}" is neither a day nor a setting of a timetable. Days are {days}: "mon", "mon-fri" or "mon,thu".',
            found=shown(key),
            days=", ".join(DAYS),
        )
    )


def _iso_date(value: object) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DATE.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise Wrong(say('"{found}" is no date. Write year, month and day: 2026-12-24.', found=shown(value)))


def _season_day(value: object) -> object:
    if isinstance(value, date | tuple):
        return value
    if isinstance(value, str) and (match := _MONTH_DAY.fullmatch(value)):
        with suppress(ValueError):
            # A leap year, so that a season may end on 29 February.
            day = date(2000, int(match[1]), int(match[2]))
            return day.month, day.day
    elif isinstance(value, str) and _DATE.fullmatch(value):
        return _iso_date(value)
    raise Wrong(say('"{found}" is no day of the year. Write month and day: "06-01", or a date: 2026-06-01.', found=shown(value)))


_ONE = _INTERVAL.pattern
_TIMES_SCHEMA = {
    "description": 'Opening times of a day: "8:00-16:15", "8-12, 13-16", or "closed"',
    "anyOf": [
        {"type": "string", "pattern": f"^(closed|{_ONE}(,{_ONE})*)$"},
        {"type": "array", "items": {"type": "string", "pattern": f"^{_ONE}$"}, "minItems": 1},
    ],
}
Times = Annotated[
    tuple[Interval, ...],
    BeforeValidator(_times),
    WithJsonSchema(_TIMES_SCHEMA),
]
DayKey = Annotated[str, AfterValidator(_day_key)]
IsoDate = Annotated[date, BeforeValidator(_iso_date), WithJsonSchema({"type": "string", "format": "date"})]
MonthDay = tuple[int, int]
SeasonDay = Annotated[
    date | MonthDay,
    BeforeValidator(_season_day),
    WithJsonSchema({"type": "string", "pattern": f"^({_MONTH_DAY.pattern}|{_DATE.pattern})$", "examples": ["06-01", "2026-09-01"]}),
]
"""Month and day of every year, or a date."""


def _each_day_once(by_key: Mapping[str, tuple[Interval, ...]]) -> Mapping[str, tuple[Interval, ...]]:
    seen: dict[int, str] = {}
    for key in by_key:
        for day in _days(key):
            if day in seen:
                raise Wrong(say('"{day}" is already in "{other}". Give each day once.', day=DAYS[day], other=seen[day]), key)
            seen[day] = key
    return by_key


class Week(BaseModel):
    """Opening times by weekday. In the file the days stand beside the other keys: {mon-fri: 8-16, holidays: closed}."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    week: Annotated[Table[DayKey, Times], AfterValidator(_each_day_once)] = {}

    @model_validator(mode="before")
    @classmethod
    def _gather_days(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            raise Wrong(say('A timetable lists days and their times, such as "mon-fri: 8:00-16:15".'))
        settings = {field.alias or name for name, field in cls.model_fields.items()} - {"week"}
        days = {key: times for key, times in value.items() if key not in settings}
        return {"week": days, **{key: part for key, part in value.items() if key in settings}}

    def on_weekday(self, weekday: int) -> tuple[Interval, ...] | None:
        """weekday: 0 is Monday. None when this week does not speak of the day."""
        key = self.key_on(weekday)
        return None if key is None else self.week[key]

    def key_on(self, weekday: int) -> str | None:
        """Under which key the day stands in the file."""
        return next((key for key in self.week if weekday in _days(key)), None)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler.resolve_ref_schema(handler(core_schema))
        week = schema["properties"].pop("week")
        schema["patternProperties"] = {f"^{_DAYS.pattern}$": week["additionalProperties"]}
        return schema
