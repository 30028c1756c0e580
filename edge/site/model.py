"""The shape of the site file, section by section, with ids as dictionary keys.

Types that this file can check alone are checked here; whatever needs two sections (a door that leads to an unknown space) is
checked in `edge.site.check`. The published JSON Schema is made from these classes, so descriptions are for integrators.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints

from edge.points import DEVICE_TYPES
from edge.site.booking import Agency, Calendar, Ids, RoomPolicy, by_feed
from edge.site.fields import (
    OUTSIDE,
    Flag,
    Id,
    Language,
    NamesField,
    Period,
    PlainText,
    SecretRef,
    Section,
    SpaceKind,
    Whole,
    ZoneClass,
    known_country,
    known_timezone,
    mqtt_version,
)
from edge.site.frozen import Emptyable, FrozenDict, Table
from edge.site.hours import LocalCalendar, Timetable
from edge.site.public_holidays import holidays_of
from edge.site.wrong import Wrong, shown
from edge.text import say


class SiteSection(Section):
    """Who and where the building is."""

    id: Id
    name: NamesField
    timezone: Annotated[str, AfterValidator(known_timezone)] = Field("Europe/Helsinki", description="IANA name")
    language: Language = Field("fi", description="Language of the terminal and of texts nobody asked for in another")
    holidays: Annotated[str, AfterValidator(known_country)] | None = Field(
        "FI", description="Country whose public holidays close the site; null for none"
    )
    hours: Id | None = Field(None, description="Timetable outside which bookings do not unlock doors; absent: always")
    token: SecretRef | None = Field(None, description="Secret that guards the API: env:NAME or file:PATH")


class Space(Section):
    """A room, hall, corridor or desk."""

    zone: ZoneClass
    kind: SpaceKind = "other"
    name: NamesField | None = None
    capacity: Whole | None = Field(None, ge=0, description="Persons")
    agencies: Ids = Field((), alias="agency", description="Whose it is: one agency or several")
    others: Literal["always", "never", "when-away"] = Field(
        "never", description="Whether others may book it too: always, never, or while none of its agencies is in the building"
    )


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
    version: Annotated[Literal["5", "3.1.1"], BeforeValidator(mqtt_version, json_schema_input_type=Literal["5", 5, "3.1.1"])] = "5"
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


class Site(Section):
    """The whole site file."""

    model_config = ConfigDict(title="Talonmies site file")

    site: SiteSection
    hours: Emptyable[Id, Timetable] = Field({})
    agencies: Emptyable[Id, Agency] = Field({})
    spaces: Table[Id, Space]
    doors: Emptyable[Id, Door] = Field({})
    connections: Emptyable[Id, MqttConnection] = Field({})
    devices: Emptyable[Id, Device] = Field({})
    calendars: Emptyable[Id, Calendar] = Field({})
    rooms: Emptyable[Id, RoomPolicy] = Field({})

    @cached_property
    def local(self) -> LocalCalendar:
        """Time as the building's people count it."""
        return LocalCalendar(ZoneInfo(self.site.timezone), holidays_of(self.site.holidays))

    @cached_property
    def controllers(self) -> Mapping[str, str]:
        """The door-controller of each door that has one."""
        return FrozenDict({d.door: device for device, d in self.devices.items() if d.type == "door-controller" and d.door})

    @cached_property
    def feeds(self) -> Mapping[str, Calendar]:
        """The calendars as they are asked, each with an age and a health of its own; see `by_feed`."""
        return FrozenDict(by_feed(self.calendars))

    @cached_property
    def _feeds_by_space(self) -> Mapping[str, tuple[str, ...]]:
        by_space: dict[str, tuple[str, ...]] = {}
        for name, calendar in self.feeds.items():
            for space in calendar.spaces:
                by_space[space] = (*by_space.get(space, ()), name)
        return by_space

    @property
    def bookable(self) -> tuple[str, ...]:
        """The spaces that some calendar books, in the order of the file."""
        return tuple(space for space in self.spaces if space in self._feeds_by_space)

    @cached_property
    def fronts(self) -> Mapping[str, tuple[str, ...]]:
        """By space, the doors with a controller that its bookings unlock."""
        by_space: dict[str, tuple[str, ...]] = {}
        for name, door in self.doors.items():
            if door.unlock.booking and name in self.controllers:
                by_space[door.to] = (*by_space.get(door.to, ()), name)
        return by_space

    @cached_property
    def _sensors(self) -> Mapping[str, tuple[str, ...]]:
        by_space: dict[str, tuple[str, ...]] = {}
        for name, device in self.devices.items():
            if device.type == "occupancy-sensor" and device.space:
                by_space[device.space] = (*by_space.get(device.space, ()), name)
        return by_space

    def sensors_of(self, space: str) -> tuple[str, ...]:
        """The occupancy sensors of a space."""
        return self._sensors.get(space, ())

    @cached_property
    def staff_doors(self) -> Mapping[str, str]:
        """By door-controller, the space of customers whose door to the staff's side it is at."""
        return FrozenDict(
            {
                self.controllers[name]: room
                for name, door in self.doors.items()
                if name in self.controllers and (room := self._customers_side(door))
            }
        )

    def _customers_side(self, door: Door) -> str | None:
        zones = {side: self.zone_of(side) for side in (door.from_, door.to)}
        return next((side for side, zone in zones.items() if zone != "internal"), None) if "internal" in zones.values() else None

    def device_at(self, door: str) -> str | None:
        """The door-controller of a door."""
        return self.controllers.get(door)

    def feeds_of(self, room: str) -> tuple[str, ...]:
        """The feeds that book a space, in the order of the file."""
        return self._feeds_by_space.get(room, ())

    def zone_of(self, space: str) -> ZoneClass:
        return "public" if space == OUTSIDE else self.spaces[space].zone
