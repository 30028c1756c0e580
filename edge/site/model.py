"""The shape of the site file, section by section, with ids as dictionary keys.

Types that this file can check alone are checked here; whatever needs two sections (a door that leads to an unknown space) is
checked in `edge.site.check`. The published JSON Schema is made from these classes, so descriptions are for integrators.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from edge.points import DEVICE_TYPES
from edge.site.frozen import Emptyable, FrozenDict, Table
from edge.site.hours import LocalCalendar, Timetable
from edge.site.public_holidays import holidays_of, is_known
from edge.site.wrong import Wrong, near_miss, shown
from edge.text import say

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Language = Literal["fi", "sv", "en"]
ZoneClass = Literal["public", "semi-public", "internal"]
SpaceKind = Literal[
    "entrance", "lobby", "waiting", "self-service", "desk", "service-room", "safe-room", "remote-service-room", "meeting-room",
    "wedding-room", "corridor", "office", "technical", "other",
]  # fmt: skip
OUTSIDE = "outside"
"""The reserved public space around the building."""
ALWAYS = "always"
"""The reserved timetable that a room policy names to be bounded by none."""

UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_DURATION = r"([0-9]{1,9}) ?(s|min|h|d)"
_LONGEST = timedelta(days=366)


def _duration(value: object) -> object:
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

_REFERENCE = r"(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)"


def _secret(value: str) -> str:
    if not re.fullmatch(_REFERENCE, value):
        # The value itself may be a password: it is not repeated.
        raise Wrong(say("A secret is never written in this file. Name where it is: env:NAME or file:PATH."))
    return value


SecretRef = Annotated[str, AfterValidator(_secret), WithJsonSchema({"type": "string", "pattern": f"^{_REFERENCE}$"})]


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        meant = near_miss(value, available_timezones())
        if meant:
            raise Wrong(say('"{found}" is no time zone. Did you mean "{meant}"?', found=shown(value), meant=meant)) from None
        raise Wrong(say('"{found}" is no time zone. Write an IANA name such as Europe/Helsinki.', found=shown(value))) from None
    return value


def _country(value: str) -> str:
    if not is_known(value):
        raise Wrong(
            say('"{found}" is no country with known holidays. Write two letters, such as FI, or null for none.', found=shown(value))
        )
    return value


def _version(value: object) -> object:
    return "5" if value == 5 and not isinstance(value, bool) else value


Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
PlainText = Annotated[str, StringConstraints(min_length=1)]


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


class SiteSection(Section):
    """Who and where the building is."""

    id: Id
    name: NamesField
    timezone: Annotated[str, AfterValidator(_timezone)] = Field("Europe/Helsinki", description="IANA name")
    language: Language = Field("fi", description="Language of the terminal and of texts nobody asked for in another")
    holidays: Annotated[str, AfterValidator(_country)] | None = Field(
        "FI", description="Country whose public holidays close the site; null for none"
    )
    hours: Id | None = Field(None, description="Timetable outside which bookings do not unlock doors; absent: always")
    token: SecretRef | None = Field(None, description="Secret that guards the API: env:NAME or file:PATH")


class Agency(Section):
    """A body that works in the building (virasto)."""

    name: NamesField


class Space(Section):
    """A room, hall, corridor or desk."""

    zone: ZoneClass
    kind: SpaceKind = "other"
    name: NamesField | None = None
    capacity: Whole | None = Field(None, ge=0, description="Persons")
    agency: Id | None = None


def _unlock(value: object) -> object:
    if value == "never":
        return {}
    if value == "booking":
        return {"booking": True}
    if isinstance(value, str):
        raise Wrong(
            say(
                '"{found}" opens no door. Write never, booking, or hours: with a timetable.',
                found=shown(value),
            ),
        )
    return value


class Unlock(Section):
    """What may open the door for free passage; with neither, only a credential does."""

    hours: Id | None = Field(None, description="Open through the times of this timetable")
    booking: Flag = Field(False, description="Open for the bookings of the space behind it")


class Escape(Section):
    """Directions that open in an emergency although locked."""

    forward: Literal["free", "alarmed", "delayed"] | None = None
    back: Literal["free", "alarmed", "delayed"] | None = None


class Door(Section):
    """A passage from one space to another; its lock guards that direction."""

    from_: Id = Field(alias="from")
    to: Id
    kind: Literal["swing", "sliding", "opening"] = Field("swing", description="An opening has no leaf: always passable")
    name: NamesField | None = None
    back: Literal["free", "credential"] = Field("free", description="What the other direction asks for")
    escape: Escape = Escape()
    fail: Literal["locked", "unlocked"] = Field("locked", description="What loss of power or of the controller does")
    unlock: Annotated[Unlock, BeforeValidator(_unlock, json_schema_input_type=Literal["never", "booking"] | Unlock)] = Unlock()
    held_open: Period = Field(timedelta(seconds=30), description="Open for longer than this counts as held open")


class Tls(Section):
    ca: str | None = Field(None, description="File of the certificate authority; absent: the system's")
    certificate: str | None = Field(None, description="File of the client certificate")
    key: str | None = Field(None, description="File of its private key")


class MqttConnection(Section):
    """A line to an MQTT broker."""

    protocol: Literal["mqtt"]
    host: str = "127.0.0.1"
    port: Whole = Field(1883, ge=1, le=65535)
    version: Annotated[Literal["5", "3.1.1"], BeforeValidator(_version, json_schema_input_type=Literal["5", 5, "3.1.1"])] = "5"
    username: str | None = None
    password: SecretRef | None = None
    tls: Tls | None = None


Topic = Annotated[str, StringConstraints(pattern=r"^[^+#\x00]+$", max_length=1024)]


class Address(Section):
    """Where a point is, when it is not at the profile's usual place."""

    topic: Topic = Field(description="MQTT topic that carries the state")
    field: PlainText | None = Field(None, description="Path inside a JSON payload, parts separated by dots")
    set: Topic | None = Field(None, description="MQTT topic that takes commands")


class Device(Section):
    """A thing on a connection, in a place."""

    type: Literal[tuple(DEVICE_TYPES)]  # type: ignore[valid-type]
    name: NamesField | None = None
    connection: Id
    profile: Literal["native"] = Field("native", description="Mapping of the standard points to addresses")
    door: Id | None = Field(None, description="The door it is at")
    space: Id | None = Field(None, description="The space or desk it is in")
    points: Emptyable[str, Address] = Field({}, description="Addresses that differ from the profile's")
    heartbeat: Period | None = Field(None, description="How often it is heard; absent: by type, 2 s for panic buttons")
    locks: tuple[Id, ...] = Field((), description="Panic button: doors whose entry locks while its alarm is active")


class Calendar(Section):
    """Where bookings come from: an ICS file or URL."""

    file: str | None = Field(None, description="ICS file, relative to the site file")
    url: str | None = Field(None, description="ICS address, http or https", pattern=r"^https?://")
    room: Id | None = Field(None, description="Every booking of the feed is for this space")
    rooms: Emptyable[Id, PlainText] = Field({}, description="Space: the LOCATION text its bookings carry, exactly")
    poll: Period = timedelta(minutes=2)
    stale_after: Period = Field(timedelta(minutes=15), description="Age at which the facility manager is told")
    hold: Duration = Field(timedelta(hours=24), description="How long the last good bookings still unlock doors")


class RoomPolicy(Section):
    """How bookings of one kind are carried out. The first policy in the file that fits a booking applies."""

    spaces: tuple[Id, ...] = Field((), description="Only these spaces; empty: any")
    kinds: tuple[SpaceKind, ...] = Field((), description="Only spaces of these kinds; empty: any")
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    unlock_before: Duration = timedelta(minutes=5)
    lock_after: Duration = timedelta(0)
    hours: Id | None = Field(None, description=f"Timetable that bounds unlocking, or {ALWAYS}; absent: that of the site")
    tentative: Flag = Field(False, description="Whether a tentative booking unlocks")
    all_day: Literal["hours", "never"] = Field("hours", description="All-day bookings unlock within the hours, or not at all")


class Site(Section):
    """The whole site file."""

    model_config = ConfigDict(title="Talonmies site file")

    site: SiteSection
    hours: Emptyable[Id, Timetable] = {}
    agencies: Emptyable[Id, Agency] = {}
    spaces: Table[Id, Space]
    doors: Emptyable[Id, Door] = {}
    connections: Emptyable[Id, MqttConnection] = {}
    devices: Emptyable[Id, Device] = {}
    calendars: Emptyable[Id, Calendar] = {}
    rooms: Emptyable[Id, RoomPolicy] = {}

    @cached_property
    def local(self) -> LocalCalendar:
        """Time as the building's people count it."""
        return LocalCalendar(ZoneInfo(self.site.timezone), holidays_of(self.site.holidays))

    @cached_property
    def controllers(self) -> Mapping[str, str]:
        """The door-controller of each door that has one."""
        return FrozenDict({d.door: device for device, d in self.devices.items() if d.type == "door-controller" and d.door})

    @cached_property
    def _calendars(self) -> Mapping[str, tuple[str, ...]]:
        by_room: dict[str, tuple[str, ...]] = {}
        for name, calendar in self.calendars.items():
            for room in {calendar.room} if calendar.room else calendar.rooms:
                by_room[room] = (*by_room.get(room, ()), name)
        return by_room

    def device_at(self, door: str) -> str | None:
        """The door-controller of a door."""
        return self.controllers.get(door)

    def calendars_of(self, room: str) -> tuple[str, ...]:
        """The calendars that book a space, in the order of the file."""
        return self._calendars.get(room, ())

    def zone_of(self, space: str) -> ZoneClass:
        return "public" if space == OUTSIDE else self.spaces[space].zone
