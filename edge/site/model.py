"""The shape of the site file, section by section, with ids as dictionary keys.

Types that this file can check alone are checked here; whatever needs two sections (a door that leads to an unknown space) is
checked in `edge.site.check`. The published JSON Schema is made from these classes, so descriptions are for integrators.
"""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from edge.points import DEVICE_TYPES
from edge.site.hours import Timetable

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Language = Literal["fi", "sv", "en"]
ZoneClass = Literal["public", "semi-public", "internal"]
OUTSIDE = "outside"
"""The reserved public space around the building."""

_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_DURATION = r"^\d+ ?(s|min|h|d)$"


def _duration(value: object) -> object:
    if isinstance(value, str) and (match := re.fullmatch(r"(\d+) ?(s|min|h|d)", value)):
        return timedelta(seconds=int(match[1]) * _UNITS[match[2]])
    if isinstance(value, timedelta):
        return value
    raise ValueError('write a number and a unit: "90 s", "10 min", "2 h", "1 d"')


Duration = Annotated[
    timedelta, BeforeValidator(_duration), WithJsonSchema({"type": "string", "pattern": _DURATION, "examples": ["10 min"]})
]


def _secret(value: str) -> str:
    if not re.fullmatch(r"(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)", value):
        raise ValueError("a secret is never written here: use env:NAME or file:PATH")
    return value


SecretRef = Annotated[
    str, AfterValidator(_secret), WithJsonSchema({"type": "string", "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"})
]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Names(Section):
    """A name in the languages of the site; a plain string stands for all of them."""

    fi: str | None = None
    sv: str | None = None
    en: str | None = None

    def in_language(self, language: str) -> str | None:
        return getattr(self, language, None) or self.fi or self.sv or self.en


def _names(value: object) -> object:
    return {"fi": value, "sv": value, "en": value} if isinstance(value, str) else value


NamesField = Annotated[Names, BeforeValidator(_names, json_schema_input_type=str | Names)]


class SiteSection(Section):
    """Who and where the building is."""

    id: Id
    name: NamesField
    timezone: str = Field("Europe/Helsinki", description="IANA name")
    language: Language = Field("fi", description="Language of the terminal and of texts nobody asked for in another")
    holidays: str | None = Field("FI", description="Country whose public holidays close the site; null for none")
    hours: Id | None = Field(None, description="Timetable outside which bookings do not unlock doors; absent: always")
    token: SecretRef | None = Field(None, description="Secret that guards the API: env:NAME or file:PATH")


class Agency(Section):
    """A body that works in the building (virasto)."""

    name: NamesField


class Space(Section):
    """A room, hall, corridor or desk."""

    zone: ZoneClass
    kind: Literal[
        "entrance", "lobby", "waiting", "self-service", "desk", "service-room", "safe-room", "remote-service-room", "meeting-room",
        "wedding-room", "corridor", "office", "technical", "other",
    ] = "other"  # fmt: skip
    name: NamesField | None = None
    capacity: int | None = Field(None, ge=0, description="Persons")
    agency: Id | None = None


def _unlock(value: object) -> object:
    if value == "never":
        return {}
    if value == "booking":
        return {"booking": True}
    if isinstance(value, str):
        raise ValueError('write "never", "booking" or {hours: TIMETABLE, booking: true}')
    return value


class Unlock(Section):
    """What may open the door for free passage; with neither, only a credential does."""

    hours: Id | None = Field(None, description="Open through the times of this timetable")
    booking: bool = Field(False, description="Open for the bookings of the space behind it")


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
    held_open: Duration = Field(timedelta(seconds=30), description="Open for longer than this counts as held open")


class Tls(Section):
    ca: str | None = Field(None, description="File of the certificate authority; absent: the system's")
    certificate: str | None = Field(None, description="File of the client certificate")
    key: str | None = Field(None, description="File of its private key")


class MqttConnection(Section):
    """A line to an MQTT broker."""

    protocol: Literal["mqtt"]
    host: str = "127.0.0.1"
    port: int = Field(1883, ge=1, le=65535)
    version: Literal["5", "3.1.1"] = "5"
    username: str | None = None
    password: SecretRef | None = None
    tls: Tls | None = None


class Address(Section):
    """Where a point is, when it is not at the profile's usual place."""

    topic: str = Field(description="MQTT topic that carries the state")
    field: str | None = Field(None, description="Path inside a JSON payload, parts separated by dots")
    set: str | None = Field(None, description="MQTT topic that takes commands")


class Device(Section):
    """A thing on a connection, in a place."""

    type: Literal[tuple(DEVICE_TYPES)]  # type: ignore[valid-type]
    name: NamesField | None = None
    connection: Id
    profile: Literal["native"] = Field("native", description="Mapping of the standard points to addresses")
    door: Id | None = Field(None, description="The door it is at")
    space: Id | None = Field(None, description="The space or desk it is in")
    points: dict[str, Address] = Field({}, description="Addresses that differ from the profile's")
    heartbeat: Duration | None = Field(None, description="How often it is heard; absent: by type, 2 s for panic buttons")
    locks: tuple[Id, ...] = Field((), description="Panic button: doors whose entry locks while its alarm is active")


class Calendar(Section):
    """Where bookings come from: an ICS file or URL."""

    file: str | None = Field(None, description="ICS file, relative to the site file")
    url: str | None = Field(None, description="ICS address, http or https", pattern=r"^https?://")
    room: Id | None = Field(None, description="Every booking of the feed is for this space")
    rooms: dict[Id, str] = Field({}, description="Space: the LOCATION text its bookings carry, exactly")
    poll: Duration = timedelta(minutes=2)
    stale_after: Duration = Field(timedelta(minutes=15), description="Age at which the facility manager is told")
    hold: Duration = Field(timedelta(hours=24), description="How long the last good bookings still unlock doors")


class RoomPolicy(Section):
    """How bookings of one kind are carried out. The first policy in the file that fits a booking applies."""

    spaces: tuple[Id, ...] = Field((), description="Only these spaces; empty: any")
    kinds: tuple[str, ...] = Field((), description="Only spaces of these kinds; empty: any")
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    unlock_before: Duration = timedelta(minutes=5)
    lock_after: Duration = timedelta(0)
    hours: Id | Literal["always"] | None = Field(None, description="Timetable that bounds unlocking; absent: that of the site")
    tentative: bool = Field(False, description="Whether a tentative booking unlocks")
    all_day: Literal["hours", "never"] = Field("hours", description="All-day bookings unlock within the hours, or not at all")


class Site(Section):
    """The whole site file."""

    model_config = ConfigDict(title="Talonmies site file")

    site: SiteSection
    hours: dict[Id, Timetable] = {}
    agencies: dict[Id, Agency] = {}
    spaces: dict[Id, Space]
    doors: dict[Id, Door] = {}
    connections: dict[Id, MqttConnection] = {}
    devices: dict[Id, Device] = {}
    calendars: dict[Id, Calendar] = {}
    rooms: dict[Id, RoomPolicy] = {}

    def device_at(self, door: str) -> str | None:
        """The door-controller of a door; `check` sees to it that there is at most one."""
        return self._controllers.get(door)

    def zone_of(self, space: str) -> ZoneClass:
        return "public" if space == OUTSIDE else self.spaces[space].zone

    def model_post_init(self, context: Any, /) -> None:
        self._controllers.update({d.door: id for id, d in self.devices.items() if d.type == "door-controller" and d.door})

    _controllers: dict[str, str] = {}
