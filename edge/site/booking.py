"""Sections of the site file about bookings: where they come from, whose they are, and how those of one kind are carried out."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from edge.site.fields import (
    ALWAYS,
    Duration,
    Flag,
    Id,
    NamesField,
    Period,
    PeriodOrNever,
    PlainText,
    SecretRef,
    Section,
    SpaceKind,
    several,
)
from edge.site.frozen import Emptyable
from edge.site.terminals import TerminalNeed
from edge.site.week import Times

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

Texts = Annotated[tuple[PlainText, ...], BeforeValidator(several, json_schema_input_type=PlainText | tuple[PlainText, ...])]
Ids = Annotated[tuple[Id, ...], BeforeValidator(several, json_schema_input_type=Id | tuple[Id, ...])]


class Agency(Section):
    """A body that works in the building (virasto)."""

    name: NamesField
    hours: Id | None = Field(None, description="Timetable of the days on which it is in the building; absent: always")
    organizers: Texts = Field((), description="Whose bookings are its own: addresses, or all of a domain as @domain")
    categories: Texts = Field((), description="Categories in the calendar that mark its bookings")
    staff_first: Flag = Field(False, description="Doors open for its bookings only once its official has come")
    tell: Ids = Field((), description="Contacts that are told when a customer of its bookings has come: its own messenger")


class RoomMatch(Section):
    """By what a booking in a shared calendar is known to be for a room: everything that is given must fit, exactly."""

    location: Texts = Field((), description="One of these is its LOCATION")
    attendee: Texts = Field((), description="One of these addresses is invited to it: the room's resource address")
    category: Texts = Field((), description="One of these is among its categories")
    organizer: Texts = Field((), description="It was organized by one of these addresses, or from a domain: @domain")


def _match(value: object) -> object:
    return {"location": value} if isinstance(value, str | list | tuple) else value


RoomMatchField = Annotated[RoomMatch, BeforeValidator(_match, json_schema_input_type=PlainText | tuple[PlainText, ...] | RoomMatch)]


class GraphLogin(Section):
    """An application registered in Microsoft Entra, allowed to read the calendars of the rooms (Calendars.ReadBasic)."""

    tenant: PlainText = Field(description="Directory (tenant) id", pattern=r"^[A-Za-z0-9.-]+$")
    client: PlainText = Field(description="Application (client) id")
    secret: SecretRef
    login: str = Field("https://login.microsoftonline.com", description="Where tokens come from", pattern=r"^https?://")
    service: str = Field("https://graph.microsoft.com/v1.0", description="Where calendars are", pattern=r"^https?://")


class Calendar(Section):
    """Where bookings come from; it has exactly one of file, url, caldav, graph and local."""

    name: NamesField | None = Field(None, description="What people call it")
    file: str | None = Field(None, description="ICS file, relative to the site file")
    url: str | None = Field(None, description="ICS address, http or https", pattern=r"^https?://")
    caldav: str | None = Field(None, description="CalDAV address of one calendar, http or https", pattern=r"^https?://")
    username: PlainText | None = Field(None, description="For url and caldav")
    password: SecretRef | None = Field(None, description="For url and caldav")
    graph: GraphLogin | None = Field(None, description="Room mailboxes of Microsoft 365; needs mailboxes")
    mailboxes: Emptyable[Id, PlainText] = Field({}, description="Space: the address of its room mailbox")
    local: Ids = Field((), description="Spaces that are booked here, in the console; needs no calendar server")
    room: Id | None = Field(None, description="Every booking of the calendar is for this space")
    rooms: Emptyable[Id, RoomMatchField] = Field({}, description="Space: by what its bookings are known; a text is their LOCATION")
    agency: Id | None = Field(None, description="Whose bookings these are, where neither organizer nor category tells")
    number: PlainText | None = Field(
        None, description='What stands before a booking\'s number in one of its categories, such as "nro"; absent: it is given one'
    )
    titles: Flag = Field(False, description="Keep and show the titles of bookings; they are personal data")
    write_back: Flag = Field(False, description="Shorten a booking in the calendar when its room is released (caldav, graph)")
    poll: Period = timedelta(minutes=2)
    stale_after: Period = Field(timedelta(minutes=15), description="Age at which the facility manager is told")
    hold: Duration = Field(timedelta(hours=24), description="How long the last good bookings still unlock doors")

    @property
    def spaces(self) -> tuple[str, ...]:
        """The spaces that it books."""
        return tuple(dict.fromkeys([*([self.room] if self.room else []), *self.rooms, *self.mailboxes, *self.local]))


class RoomPolicy(Section):
    """How bookings of one kind are carried out. The first policy in the file that fits a booking applies."""

    name: NamesField | None = Field(None, description="What people call this kind of booking")
    spaces: tuple[Id, ...] = Field((), description="Only these spaces; empty: any")
    kinds: tuple[SpaceKind, ...] = Field((), description="Only spaces of these kinds; empty: any")
    weekdays: tuple[Weekday, ...] = ()
    between: Times = Field((), description='Only bookings that begin in these local times: "10:00-15:00"')
    calendars: tuple[Id, ...] = Field((), description="Only bookings of these calendars; empty: any")
    agencies: tuple[Id, ...] = Field((), description="Only bookings of these agencies; empty: any")
    categories: Texts = Field((), description="Only bookings with one of these categories; empty: any")
    organizers: Texts = Field((), description="Only bookings from these addresses or @domains; empty: any")

    soon: Duration = Field(timedelta(minutes=15), description="How long before its booking a room counts as taken soon")
    unlock_before: Duration = timedelta(minutes=5)
    lock_after: Duration = timedelta(0)
    changeover: Duration = Field(timedelta(minutes=1), description="How long the door is closed between bookings of two agencies")
    hours: Id | None = Field(None, description=f"Timetable that bounds unlocking, or {ALWAYS}; absent: that of the site")
    tentative: Flag = Field(False, description="Whether a tentative booking unlocks")
    all_day: Literal["hours", "never"] = Field("hours", description="All-day bookings unlock within the hours, or not at all")
    staff_first: Flag | None = Field(None, description="Wait for the official before opening; absent: as the agency asks")
    no_show: PeriodOrNever | None = Field(
        None,
        description="How long an empty room stays booked; absent: 15 min, "
        "but never in wedding rooms and safe rooms and for bookings of over 4 h",
    )
    no_show_warning: Duration = Field(timedelta(minutes=5), description="How long before it the room's panel says so")
    extend: Duration = Field(timedelta(minutes=15), description="What one tap adds to a booking while the room is free")
    terminal: TerminalNeed = Field(
        False, description="Whether such a booking needs a payment terminal: true, or the agencies whose bookings do"
    )
    terminal_before: Duration = Field(
        timedelta(minutes=10), description="How long before the booking its terminal can be taken, once the official has come"
    )


def by_feed(calendars: Mapping[str, Calendar]) -> dict[str, Calendar]:
    """Calendars as they are asked: each mailbox of a Graph calendar by itself, as "calendar/space"."""
    feeds: dict[str, Calendar] = {}
    for name, calendar in calendars.items():
        if calendar.graph is None:
            feeds[name] = calendar
        for space, address in calendar.mailboxes.items() if calendar.graph else ():
            own: dict[str, Any] = {"room": space, "mailboxes": {space: address}}
            feeds[f"{name}/{space}"] = calendar.model_copy(update=own)
    return feeds
