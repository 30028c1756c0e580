"""The kinds of values that stand in a site file: ids, durations, secrets, names in several languages."""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Strict,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from edge.site.public_holidays import is_known
from edge.site.wrong import Wrong, near_miss, shown
from edge.text import say

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Language = Literal["fi", "sv", "en"]
ZoneClass = Literal["public", "semi-public", "internal"]
SpaceKind = Literal[
    "entrance", "lobby", "waiting", "self-service", "desk", "service-room", "safe-room", "remote-service-room", "meeting-room",
    "wedding-room", "corridor", "office", "technical", "other",
]  # fmt: skip
Role = Literal["guard", "lobby-host", "facility-manager", "clerk", "auditor", "installer"]
OUTSIDE = "outside"
"""The reserved public space around the building."""
ALWAYS = "always"
"""The reserved timetable that a room policy names to be bounded by none."""

UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_DURATION = r"([0-9]{1,9}) ?(s|min|h|d)"
_LONGEST = timedelta(days=366)


def _duration(value: object) -> timedelta:
    if isinstance(value, str) and (match := re.fullmatch(_DURATION, value)):
        value = timedelta(seconds=min(int(match[1]) * UNITS[match[2]], 10**9))
    if not isinstance(value, timedelta):
        raise Wrong(say('"{found}" is no duration. Write a number and a unit: "90 s", "10 min", "2 h", "1 d".', found=shown(value)))
    if value > _LONGEST:
        raise Wrong(say("A duration is at most {days} days.", days=_LONGEST.days))
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION}$", "examples": ["10 min"]}),
]


def _not_zero(value: timedelta) -> timedelta:
    if not value:
        raise Wrong(say("This duration must be longer than nothing."))
    return value


Period = Annotated[Duration, AfterValidator(_not_zero)]
"""A duration after which something happens again."""

Never = Literal["never"]


def _period_or_never(value: object) -> object:
    if value == "never":
        return value
    try:
        period = _duration(value)
    except Wrong:
        text = say('"{found}" is no duration. Write a number and a unit, such as "15 min", or never.', found=shown(value))
        raise Wrong(text) from None
    return _not_zero(period)


PeriodOrNever = Annotated[
    timedelta | Never,
    BeforeValidator(_period_or_never),
    WithJsonSchema({"type": "string", "pattern": f"^(never|{_DURATION})$", "examples": ["15 min", "never"]}),
]


_REFERENCE = r"(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)"


def _secret(value: str) -> str:
    if not re.fullmatch(_REFERENCE, value):
        # The value itself may be a password: it is not repeated.
        raise Wrong(say("A secret is never written in this file. Name where it is: env:NAME or file:PATH."))
    return value


SecretRef = Annotated[str, AfterValidator(_secret), WithJsonSchema({"type": "string", "pattern": f"^{_REFERENCE}$"})]


GROUND = "1"
"""The storey of a space that names none."""
Storey = Annotated[str, StringConstraints(pattern=r"^-?[0-9A-Za-zÅÄÖåäö]{1,8}$")]


def _storey(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


StoreyField = Annotated[Storey, BeforeValidator(_storey, json_schema_input_type=Storey | int)]


def _plan_file(value: str) -> str:
    safe = re.fullmatch(r"(?i)[^/\\:\x00-\x1f\x7f][^\\:\x00-\x1f\x7f]*\.svg", value) and ".." not in value.split("/")
    if not safe:
        raise Wrong(say('"{found}" is no drawing beside this file. Name an SVG file in its folder or below.', found=shown(value)))
    return value


PlanFile = Annotated[str, StringConstraints(max_length=255), AfterValidator(_plan_file)]


def known_timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        meant = near_miss(value, available_timezones())
        if meant:
            raise Wrong(say('"{found}" is no time zone. Did you mean "{meant}"?', found=shown(value), meant=meant)) from None
        raise Wrong(say('"{found}" is no time zone. Write an IANA name such as Europe/Helsinki.', found=shown(value))) from None
    return value


def known_country(value: str) -> str:
    if not is_known(value):
        raise Wrong(
            say('"{found}" is no country with known holidays. Write two letters, such as FI, or null for none.', found=shown(value))
        )
    return value


def mqtt_version(value: object) -> object:
    return "5" if value == 5 and not isinstance(value, bool) else value


Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
PlainText = Annotated[str, StringConstraints(min_length=1)]


def several(value: object) -> object:
    """One may stand without a list around it."""
    return [value] if isinstance(value, str) else value


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class Names(Section):
    """A name in the languages of the site; a plain string stands for all of them."""

    fi: PlainText | None = None
    sv: PlainText | None = None
    en: PlainText | None = None

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if self.fi is None and self.sv is None and self.en is None:
            raise Wrong(say("A name is missing. Write it as text, or by language under fi, sv, en."))
        return self

    def in_language(self, language: str) -> str | None:
        return getattr(self, language, None) or self.fi or self.sv or self.en


def _names(value: object) -> object:
    return {"fi": value, "sv": value, "en": value} if isinstance(value, str) else value


NamesField = Annotated[Names, BeforeValidator(_names, json_schema_input_type=PlainText | Names)]
