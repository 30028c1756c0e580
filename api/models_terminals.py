"""What the HTTP interface says of payment terminals, and what people ask of them. Times are aware UTC. No person is named."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.models import Asked, AsOf, PersonName
from rooms.terminal_lending import LONGEST
from rooms.terminal_record import Standing

LONGEST_MIN = int(LONGEST.total_seconds() // 60)
Minutes = Annotated[int, Field(ge=1, le=LONGEST_MIN)]


class BayOut(BaseModel):
    """One bay of a dock, or the surroundings of a receiver."""

    dock: str
    dock_name: str
    bay: int | None = Field(description="Its number, of a dock that has several")
    text: str = Field(description="Both, as people say it")
    space: str | None
    space_name: str | None


class TerminalBookingOut(BaseModel):
    """A booking that has a terminal, by its number and not by its people."""

    number: str | None = Field(description="Null when its calendar does not know it any more")
    room: str
    room_name: str
    start: datetime
    end: datetime


class TerminalTrouble(BaseModel):
    type: str
    name: str
    level: int | None = Field(description="1 critical to 4 device fault; null: a notice")
    since: datetime
    because: str


class TerminalOut(BaseModel):
    """Where a terminal is, as far as docks and receivers say."""

    id: str
    name: str
    agency: str | None = Field(description="Id of the agency whose it is; null: shared by all")
    agency_name: str | None
    home: BayOut = Field(description="Where it belongs")
    standing: Standing
    quality: Literal["good", "stale", "unknown"] = Field(
        description="good: said so now; stale: its dock or receiver is silent, or no receiver hears it; unknown: never heard of"
    )
    text: str = Field(description="Where it is, in one sentence")
    at: BayOut | None = Field(description="The bay in which it lies; of one that is out, where a receiver last heard it")
    since: datetime | None = Field(description="When it came into its bay, or left it")
    said_at: datetime | None = Field(description="When its place was last said")
    age_s: float | None = Field(description="Seconds since then")
    out_for: TerminalBookingOut | None = Field(description="The booking that it was taken for")
    lent_until: datetime | None = Field(description="Until when somebody may have it without a booking")
    charge: float | None = Field(description="Per cent; null where docks do not tell")
    released: bool | None = Field(description="Whether its bay lets it go now; null where it has no bolt, or it is not in a dock")
    reserved: list[TerminalBookingOut] = Field(description="Bookings of the next two hours that get it")
    troubles: list[TerminalTrouble]


class Terminals(AsOf):
    terminals: list[TerminalOut]


class CountedOut(BaseModel):
    """Where one terminal was when all were counted."""

    id: str
    name: str
    agency: str | None
    agency_name: str | None
    standing: Standing
    sure: bool = Field(description="Its dock or a receiver said so at that moment")
    dock: str | None
    dock_name: str | None
    bay: int | None
    space: str | None
    space_name: str | None
    since: datetime | None
    seen_at: datetime | None
    room: str | None = Field(description="The room whose booking it was out for")
    room_name: str | None
    charge: float | None


class CountOut(BaseModel):
    """The record of one day."""

    day: date
    at: datetime = Field(description="When it was counted; late where the controller was away at closing")
    seq: int = Field(description="Number of its entry in the journal")
    hash: str = Field(description="Of that entry")
    terminals: list[CountedOut]


class TerminalRecord(AsOf):
    days: list[CountOut] = Field(description="The newest first; a day that is missing was not counted")


class Lending(Asked):
    by: PersonName
    minutes: Minutes


class TakingBack(Asked):
    by: PersonName
