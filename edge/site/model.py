"""The shape of the site file, section by section, with ids as dictionary keys.

Types that this file can check alone are checked here; whatever needs two sections (a door that leads to an unknown space) is
checked in `edge.site.check`. The published JSON Schema is made from these classes, so descriptions are for integrators.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PrivateAttr

from edge.profiles import PROFILES, Lease, Sense
from edge.site.acoustics_settings import Acoustics
from edge.site.alarm_settings import AlarmSettings
from edge.site.booking import Agency, Calendar, Ids, RoomPolicy, by_feed
from edge.site.checklists import Afterwards, Checklist, Preparation
from edge.site.connections import Connection
from edge.site.device import Device
from edge.site.displays import Display, Languages
from edge.site.escalations import Contact, Level, MailServer, Plan, SmsGateway
from edge.site.fields import (
    GROUND,
    OUTSIDE,
    Duration,
    Flag,
    Id,
    Language,
    NamesField,
    Period,
    PlanFile,
    Role,
    SecretRef,
    Section,
    SpaceKind,
    Storey,
    StoreyField,
    Whole,
    ZoneClass,
    known_country,
    known_timezone,
)
from edge.site.frozen import Emptyable, FrozenDict, Table
from edge.site.hosts import Hosts
from edge.site.hours import LocalCalendar, Timetable
from edge.site.panic_settings import PanicResponse
from edge.site.plans.drawing import Drawing
from edge.site.public_holidays import holidays_of
from edge.site.remote_service import RemoteService
from edge.site.sign_in import SignIn
from edge.site.terminals import Terminal
from edge.site.wrong import Wrong, shown
from edge.text import say


class SiteSection(Section):
    """Who and where the building is."""

    id: Id
    name: NamesField
    timezone: Annotated[str, AfterValidator(known_timezone)] = Field("Europe/Helsinki", description="IANA name")
    language: Language = Field("fi", description="Language of the terminal and of texts nobody asked for in another")
    public_languages: Languages | None = Field(
        None,
        description="Languages that panels and displays show together, the largest first; absent: the site's, and the other of "
        "Finnish and Swedish",
    )
    holidays: Annotated[str, AfterValidator(known_country)] | None = Field(
        "FI", description="Country whose public holidays close the site; null for none"
    )
    hours: Id | None = Field(
        None,
        description="Timetable outside which bookings unlock no doors and payment terminals belong in their docks; absent: always",
    )
    token: SecretRef | None = Field(
        None, description="Secret that guards the API: env:NAME or file:PATH. Whoever has it acts as facility manager"
    )
    tokens: Emptyable[Role, SecretRef] = Field({}, description="Secrets of those who act in another role")
    hosts: Hosts = Field(
        (), description="Names and addresses, without port, under which browsers reach the controller besides that of --listen"
    )


def _area(value: object) -> object:
    """What is no number at all is found where it stands."""
    sides = value[2:] if isinstance(value, list | tuple) and len(value) == 4 else (0,)
    if any(isinstance(side, int | float) and not side > 0 for side in sides):
        raise Wrong(say("A place on the plan is four numbers in metres: [x, y, width, height]."))
    return value


Metres = Annotated[float, Field(ge=-10_000, le=10_000, allow_inf_nan=False)]


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
    area: Annotated[tuple[Metres, Metres, Metres, Metres], BeforeValidator(_area)] | None = Field(
        None, description="Where it lies on the plan, in metres: x, y, width, height; y grows downwards"
    )
    storey: StoreyField = Field(GROUND, description="The storey that it is on: a number, or a short name such as K")


DoorKind = Literal["swing", "sliding", "opening", "escape"]


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
    scenes: Ids = Field((), description="Open while one of these scenes is played")


class Escape(Section):
    """Directions that open in an emergency although locked."""

    forward: Literal["free", "alarmed", "delayed"] | None = None
    back: Literal["free", "alarmed", "delayed"] | None = None


class Door(Section):
    """A passage from one space to another; its lock guards that direction."""

    from_: Id = Field(alias="from")
    to: Id
    kind: DoorKind = Field(
        "swing",
        description="An opening has no leaf: always passable. An escape door lets people out; only in an emergency is it unlocked",
    )
    name: NamesField | None = None
    back: Literal["free", "button", "credential"] = Field(
        "free", description="What the other direction asks for: a handle, a press of the exit button, or a credential"
    )
    escape: Escape = Escape()
    fail: Literal["locked", "unlocked"] = Field("locked", description="What loss of power or of the controller does")
    unlock: Annotated[Unlock, BeforeValidator(_unlock, json_schema_input_type=Literal["never", "booking"] | Unlock)] = Unlock()
    dwell: Period = Field(timedelta(seconds=5), description="How long the lock stays released for one passage")
    held_open: Period = Field(timedelta(seconds=30), description="Open for longer than this counts as held open")
    held_open_warning: Duration = Field(timedelta(seconds=10), description="How long before that the lobby is warned; 0 s: not")
    interlock: Ids = Field(
        (), description="Doors that must not be open while this one is (wind trap); said at one of the pair is enough"
    )


class Scene(Section):
    """A state of several doors, and of lights, signs and sound, for an occasion such as a wedding."""

    name: NamesField | None = None
    room: Id = Field(description="The space whose bookings play it")
    policies: Ids = Field((), description="Only bookings under these policies of `rooms`; empty: any booking of the room")
    spaces: Ids = Field((), description="The way of the guests: spaces besides the room that it may open to them")
    route: Ids = Field((), description="The way of the guests in walking order: from public space into the room")
    before: Duration = Field(timedelta(minutes=15), description="How long before the booking it begins")
    after: Duration = Field(timedelta(0), description="How long after the booking it ends")
    prepare: Preparation | None = Field(None, description="How it is prepared; with it, each booking that plays it is a ceremony")
    ready_by: Duration = Field(
        timedelta(minutes=15), description="How long before the booking all must be ready, or the host is told"
    )
    afterwards: Afterwards | None = Field(None, description="How the room becomes again what it usually is")
    names: Flag = Field(
        False, description="Show the host whose ceremony it is, from 30 minutes before until its end; names are personal data"
    )


class Security(Section):
    """What people with responsibility for safety decide about the building."""

    fire_loss: Literal["alarm", "release"] = Field(
        "alarm", description="What silence of a fire-input means: an alarm of its own, or as if it had called fire"
    )
    longest_override: Period = Field(timedelta(hours=12), description="For how long a door may be overridden at most")
    break_glass: SecretRef | None = Field(
        None, description="Sealed code that signs in as guard in an emergency: env:NAME or file:PATH; absent: none"
    )
    escalation: Emptyable[Level, Id] = Field(
        {}, description="By level, the escalation of alarms whose type has none of its own; absent: none"
    )
    panic: tuple[PanicResponse, ...] = Field((), description="What the building does while a panic alarm is open")
    sms: SmsGateway | None = Field(None, description="The service that sends text messages")
    smtp: MailServer | None = Field(None, description="The server that sends e-mail")
    sign_in: SignIn | None = Field(None, description="An identity provider through which people sign in; absent: none")


class Site(Section):
    """The whole site file."""

    model_config = ConfigDict(title="Talonmies site file")

    site: SiteSection
    hours: Emptyable[Id, Timetable] = Field({})
    agencies: Emptyable[Id, Agency] = Field({})
    spaces: Table[Id, Space]
    doors: Emptyable[Id, Door] = Field({})
    connections: Emptyable[Id, Connection] = Field({})
    devices: Emptyable[Id, Device] = Field({})
    terminals: Emptyable[Id, Terminal] = Field({}, description="Payment terminals, and the bays where they belong")
    calendars: Emptyable[Id, Calendar] = Field({})
    rooms: Emptyable[Id, RoomPolicy] = Field({})
    scenes: Emptyable[Id, Scene] = Field({})
    checklists: Emptyable[Id, Checklist] = Field({}, description="What is gone through before and after the ceremonies of a scene")
    alarms: Emptyable[Id, AlarmSettings] = Field({})
    contacts: Emptyable[Id, Contact] = Field({})
    escalations: Emptyable[Id, Plan] = Field({})
    displays: Emptyable[Id, Display] = Field({})
    remote_service: Emptyable[Id, RemoteService] = Field({}, description="Rooms for remote service, by space")
    plans: Emptyable[Storey, PlanFile] = Field({}, description="By storey, a drawing of its own beside this file")
    security: Security = Security()
    acoustics: Acoustics | None = Field(None, description="Masking and speech privacy; absent: masking units are left alone")

    _drawings: Mapping[str, Drawing] = PrivateAttr(default_factory=dict)

    @property
    def drawings(self) -> Mapping[str, Drawing]:
        """Of the plans that are fit for use, by storey; the rest are drawn from the spaces and doors."""
        return self._drawings

    def with_drawings(self, drawings: Mapping[str, Drawing]) -> "Site":
        """The same site with what stands beside its file."""
        site = self.model_copy()
        site._drawings = FrozenDict(drawings)
        return site

    @property
    def public_languages(self) -> tuple[Language, ...]:
        """Those that panels and displays show together, the largest first."""
        own = self.site.language
        together: dict[Language, tuple[Language, ...]] = {"fi": ("fi", "sv"), "sv": ("sv", "fi"), "en": ("en",)}
        return tuple(dict.fromkeys(self.site.public_languages or together[own]))

    @cached_property
    def local(self) -> LocalCalendar:
        """Time as the building's people count it."""
        return LocalCalendar(ZoneInfo(self.site.timezone), holidays_of(self.site.holidays))

    @cached_property
    def storeys(self) -> tuple[str, ...]:
        """The lowest first: by number, or in the order of the file where one of them is no number."""
        named = tuple(dict.fromkeys(space.storey for space in self.spaces.values())) or (GROUND,)
        return tuple(sorted(named, key=int)) if all(storey.lstrip("-").isdecimal() for storey in named) else named

    def storeys_of(self, door: str) -> tuple[str, ...]:
        """Where a door is: one storey, or the two that stairs or a lift join."""
        ends = (self.doors[door].from_, self.doors[door].to)
        return tuple(dict.fromkeys(self.spaces[end].storey for end in ends if end != OUTSIDE))

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
    def docks(self) -> tuple[str, ...]:
        """Every device that tells of payment terminals, a bay each; also the Bluetooth receivers."""
        return tuple(name for name, device in self.devices.items() if device.type == "terminal-dock")

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

    def senses(self, door: str, sense: Sense) -> bool:
        """Whether a door's controller reports this; a door without controller reports nothing."""
        device = self.controllers.get(door)
        return (
            device is not None
            and sense in PROFILES[self.devices[device].profile].senses
            and sense not in self.devices[device].lacks
        )

    def lease_of(self, door_controller: str) -> Lease:
        """How an unlock ends in this device when nobody renews it."""
        device = self.devices[door_controller]
        return device.lease or PROFILES[device.profile].lease

    @cached_property
    def interlocks(self) -> Mapping[str, tuple[str, ...]]:
        """By door, those that must not be open while it is; both ways round, whichever of a pair says so."""
        both: dict[str, dict[str, None]] = {}
        for name, door in self.doors.items():
            for other in door.interlock:
                both.setdefault(name, {})[other] = None
                both.setdefault(other, {})[name] = None
        return FrozenDict({name: tuple(others) for name, others in both.items()})

    def feeds_of(self, room: str) -> tuple[str, ...]:
        """The feeds that book a space, in the order of the file."""
        return self._feeds_by_space.get(room, ())

    def is_noticed_in(self, device: str, space: str) -> bool:
        """Whether a device is in a space, or at a door of it."""
        described = self.devices[device]
        door = self.doors.get(described.door or "")
        return described.space == space or (door is not None and space in (door.from_, door.to))

    def zone_of(self, space: str) -> ZoneClass:
        return "public" if space == OUTSIDE else self.spaces[space].zone
