"""What the HTTP interface says of rooms, their bookings and calendars, and what people ask of them. Times are aware UTC."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from api.models import Asked, AsOf, Instant, PersonName
from api.models_doors import DoorOut
from edge.site.fields import Id, SpaceKind
from rooms.life import RoomState
from rooms.needs import Broken


class BookingOut(BaseModel):
    """A booking without its title: that is nobody's business here."""

    room: str
    room_name: str
    calendar: str
    local: bool = Field(description="Made at this controller; it can be cancelled here")
    uid: str
    rid: str = Field(description="Which instance of a series")
    moved_from: str | None = Field(description="The room that its calendar has, where people have moved it")
    number: str = Field(description="By which the customer finds the room; it names nobody")
    start: datetime
    end: datetime
    ends: datetime = Field(description="When it ends, as people have extended it or given it free")
    start_local: datetime = Field(description="`start` by the clock of the site")
    end_local: datetime = Field(description="`end` by the clock of the site")
    all_day: bool
    status: str
    agency: str | None = Field(description="Id of the agency whose it is, perhaps only by the day")
    agency_name: str | None
    kind: str | None = Field(description="Id of the policy of the site file by which it is carried out")
    kind_name: str | None
    verdict: str = Field(description="Whether it may unlock: yes, no, pending or policy")
    reason: str
    problem: str | None = Field(description="Why it opens its room only when somebody allows it; null when nothing is wrong")
    allowed: bool = Field(description="Somebody has let it open its room")
    released: bool = Field(description="The rest of it was given free")
    terminal: str | None = Field(description="The payment terminal that it gets, and the dock and bay where to take it")


class Bookings(AsOf):
    bookings: list[BookingOut]


class CalendarAge(BaseModel):
    """How old what is known of one calendar is. One that is kept here has no age."""

    id: str
    name: str
    local: bool = Field(description="Kept at this controller; needs no reading")
    read_at: datetime | None = Field(description="When it was last read well")
    age_s: float | None = Field(description="Seconds since then")
    stale: bool = Field(description="Not read for so long that the facility manager is told")
    failing: bool = Field(description="The last try to read it failed")
    failure: str | None = Field(description="Why it failed")


class CalendarOut(CalendarAge):
    rooms: list[str]
    failing_since: datetime | None
    problems: list[str] = Field(description="Bookings that cannot be used, and why")
    bookings: int


class Calendars(AsOf):
    calendars: list[CalendarOut]


class HelpOut(BaseModel):
    """Somebody in the room asks for help, which is no emergency."""

    since: datetime
    answered: bool = Field(description="Somebody has said that they go there")
    answered_by: str | None = Field(description="Who; panels are not told")


class FaultOut(BaseModel):
    """Something in the room is broken, as somebody there said."""

    what: Broken
    name: str
    since: datetime


class RoomOut(BaseModel):
    """How a room stands now, and what stands behind it."""

    id: str
    name: str
    kind: SpaceKind
    capacity: int | None
    state: RoomState | None = Field(description="Null until the controller has looked at the room for the first time")
    because: str | None = Field(description="Why it is so, in one sentence")
    booking: BookingOut | None = Field(description="The booking that makes it so, or else the next one")
    next: BookingOut | None = Field(description="The first booking that begins after now")
    conflicts: list[BookingOut] = Field(description="Bookings that overlap the present one, itself included; empty without any")
    awaits_official: bool = Field(description="Customers may be waiting for the staff")
    gives_up_at: datetime | None = Field(description="When the room is given free unless somebody comes")
    present: bool | None = Field(description="Whether somebody is there; null when no sensor can tell")
    privacy_note: str | None = Field(description="That masking is out of action, while people talk there or are about to")
    help: HelpOut | None = Field(description="Null while nobody asks for help")
    faults: list[FaultOut]
    doors: list[DoorOut] = Field(description="Its doors that have a controller")
    bookable_here: bool = Field(description="It has a calendar at this controller: POST …/bookings works")
    calendars: list[CalendarAge] = Field(description="The calendars that book it")
    youngest_reading_s: float | None = Field(description="Age of the newest reading among them, in seconds")
    oldest_reading_s: float | None = Field(description="Age of the oldest reading among them, in seconds")


class Rooms(AsOf):
    rooms: list[RoomOut]


class BookingMade(AsOf):
    booking: BookingOut


# --- what people ask for ----------------------------------------------------------------------------------------------

Uid = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
SHORTEST_MIN, LONGEST_MIN = 5, 24 * 60


class Tapping(Asked):
    by: PersonName


class Reporting(Asked):
    """What is broken in a room, or mended again."""

    by: PersonName
    what: Broken


class Allowing(Asked):
    by: PersonName
    uid: Uid
    rid: Annotated[str, StringConstraints(max_length=1000)] = ""


class BookingHere(Asked):
    """A booking in the room's local calendar, until `end` or for so many `minutes`."""

    by: PersonName
    start: Instant | None = Field(None, description="With an offset from UTC; absent: now")
    end: Instant | None = None
    minutes: int | None = Field(None, ge=SHORTEST_MIN, le=LONGEST_MIN)
    agency: Id | None = Field(None, description="Id of the agency whose it is")

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.end is None) == (self.minutes is None):
            raise ValueError("give either `end` or `minutes`")
        return self

    @property
    def until(self) -> datetime | int:
        """An instant, or minutes from the start."""
        return self.end if self.end is not None else self.minutes or 0


class Moving(Asked):
    """Another room for a booking, of the same calendar."""

    by: PersonName
    uid: Uid
    rid: Annotated[str, StringConstraints(max_length=1000)] = ""
    to: Id


class Cancelling(Asked):
    by: PersonName
