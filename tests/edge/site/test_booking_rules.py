"""Rules about calendars, agencies and policies: one small change to a good site, and the finding it must give."""

from typing import Any

import pytest

from tests.edge.site.small_site import found

LOGIN = {"tenant": "agency.example", "client": "4f6c", "secret": "env:ENTRA"}


def calendar(**keys: Any) -> dict[str, Any]:
    """One more calendar."""
    return {"calendars": {"more": keys}}


def graph(**mailboxes: str) -> dict[str, Any]:
    return {"graph": LOGIN, "mailboxes": mailboxes}


def policies(**rooms: Any) -> dict[str, Any]:
    return {"rooms": {"service": ..., **rooms}}


AGENCIES = {"dvv": {"organizers": "@dvv.example"}, "mml": {"name": "MML", "organizers": "kirjaamo@mml.example"}}
CASES: list[tuple[dict[str, Any], str]] = [
    ({"calendars": {"bookings": {"url": "http://x"}}}, "error calendars.bookings.url: A calendar has one source."),
    ({"calendars": {"bookings": {"file": ...}}}, "error calendars.bookings: The calendar has no source."),
    ({"calendars": {"bookings": {"room": "room"}}}, "error calendars.bookings.room: Either every booking"),
    ({"calendars": {"bookings": {"rooms": ...}}}, "error calendars.bookings: The calendar books nothing. Add room or rooms."),
    (calendar(graph=LOGIN), "error calendars.more: The calendar books nothing. Add mailboxes."),
    (
        calendar(**graph(room="room@x.example"), room="room"),
        "error calendars.more.room: A graph calendar names its spaces under mailboxes.",
    ),
    (
        calendar(local="room", rooms={"room": "Room"}),
        "error calendars.more.rooms: A local calendar names its spaces under local.",
    ),
    (
        calendar(file="b.ics", room="room", mailboxes={"room": "a@b.example"}),
        "error calendars.more.mailboxes: Only a graph calendar has mailboxes.",
    ),
    (calendar(file="b.ics", room="room", username="u"), "error calendars.more.username: Only url and caldav take username"),
    (calendar(local="room", password="env:P"), "error calendars.more.password: Only url and caldav take username"),
    (calendar(url="https://x", room="room", username="u"), "error calendars.more: username and password go together."),
    (calendar(url="https://x", room="room", write_back=True), "error calendars.more.write_back: Nothing can be written back"),
    (calendar(url="https://u:p@x/a.ics", room="room"), "error calendars.more.url: The address holds a user name."),
    (calendar(url="https:///a.ics", room="room"), "error calendars.more.url: The address names no host."),
    (calendar(caldav="https://[x/a", room="room"), "error calendars.more.caldav: The address names no host."),
    (
        calendar(caldav="http://x.example/a", room="room", username="u", password="env:P"),
        "warning calendars.more.caldav: The password is sent so that anybody on the way can read it.",
    ),
    (calendar(file="a.ics", room="room"), "warning calendars.more.file: bookings already reads this for the same room."),
    (
        {"calendars": {"bookings": {"rooms": {"room": {}}}}},
        "error calendars.bookings.rooms.room: Nothing tells which bookings are for room.",
    ),
    (
        {"calendars": {"bookings": {"rooms": {"office": "Room"}}}},
        "warning calendars.bookings.rooms.office: room is known by the same",
    ),
    (
        {"calendars": {"bookings": {"rooms": {"room": ["Room", "Rum"], "office": ["Office", "Rum"]}}}},
        "warning calendars.bookings.rooms.office: room is known by the same",
    ),
    (calendar(**graph(room="Room 1")), 'error calendars.more.mailboxes.room: "Room 1" is no mail address.'),
    (
        calendar(**graph(room="a@b.example", office="A@b.example")),
        "error calendars.more.mailboxes.office: This is already the mailbox of room.",
    ),
    (
        calendar(file="b.ics", rooms={"room": {"attendee": ["@b.example"]}}),
        'error calendars.more.rooms.room.attendee.0: "@b.example" is no mail address. Write name',
    ),
    (
        calendar(file="b.ics", rooms={"room": {"organizer": "b.example"}}),
        'error calendars.more.rooms.room.organizer: "b.example" is no mail address. Write name@agency.example, or @agency',
    ),
    ({"agencies": {"dvv": {"organizers": ["DVV"]}}}, 'error agencies.dvv.organizers.0: "DVV" is no mail address.'),
    (policies(any={"organizers": "DVV"}), 'error rooms.any.organizers: "DVV" is no mail address.'),
    (
        {"agencies": {"mml": {"name": "MML", "categories": "dvv"}, "dvv": {"categories": ["DVV"]}}},
        'warning agencies.mml.categories: "dvv" already marks the bookings of dvv.',
    ),
    ({"spaces": {"room": {"others": "always"}}}, "warning spaces.room.others: room belongs to no agency"),
    (
        {"spaces": {"room": {"agency": "dvv", "others": "when-away"}}},
        "warning spaces.room.others: dvv has no hours, so it is never away.",
    ),
    (policies(weddings={"kinds": ["wedding-room"]}), "warning rooms.weddings: The policy weddings fits no room"),
    (
        {**calendar(file="b.ics", room="office"), **policies(more={"calendars": ["more"], "spaces": ["room"]})},
        "warning rooms.more: The policy more fits no room",
    ),
    (policies(dvv={"agencies": ["dvv"]}), "warning rooms.dvv.agencies: Nothing tells that a booking is of dvv."),
    (
        {**calendar(local="office"), **policies(dvv={"agencies": ["dvv"], "calendars": ["bookings"]})},
        "warning rooms.dvv.agencies: Nothing tells that a booking is of dvv.",
    ),
    (
        policies(all={}, fridays={"weekdays": ["fri"]}),
        "warning rooms.fridays: all stands before it and fits whatever this fits",
    ),
    (
        policies(day={"between": "8-16"}, morning={"between": "8-9, 10-12", "kinds": ["service-room"]}),
        "warning rooms.morning: day stands before it",
    ),
    (
        {"agencies": AGENCIES, **policies(both={"agencies": ["dvv", "mml"]}, one={"agencies": ["mml"]})},
        "warning rooms.one: both stands before it",
    ),
    (
        {"rooms": {"service": {"no_show": "15 min"}}},
        "warning rooms.service.no_show: Nobody notices that a room stays empty without an occupancy-sensor: room.",
    ),
]


@pytest.mark.parametrize(("change", "expected"), CASES, ids=[expected[:70] for _, expected in CASES])
def test_rule(change: dict[str, Any], expected: str) -> None:
    lines = found(change)
    assert [line for line in lines if expected in line], lines


SENSOR = {"type": "occupancy-sensor", "connection": "broker", "space": "room"}
FINE: list[dict[str, Any]] = [
    calendar(file="b.ics", rooms={"room": {"location": "A", "category": "x"}, "office": {"location": "A", "category": "y"}}),
    calendar(file="b.ics", rooms={"room": "Room"}),  # two calendars may book a room by the same name
    calendar(url="https://x.example/a.ics", rooms={"room": {"attendee": "room@x.example", "organizer": "@x.example"}}),
    calendar(caldav="http://127.0.0.1:5232/a", room="room", username="u", password="env:P", write_back=True),
    calendar(**graph(room="room@x.example", office="office@x.example"), write_back=True),
    calendar(local=["room", "office"]),
    policies(fridays={"weekdays": ["fri"]}, all={}),
    policies(morning={"between": "8-12"}, day={"between": "9-16"}),
    {"agencies": AGENCIES, **policies(one={"agencies": ["mml"]}, other={"agencies": ["dvv"]}, rest={})},
    {**calendar(local="room"), **policies(dvv={"agencies": ["dvv"]}, rest={})},
    {**calendar(file="b.ics", room="room", agency="dvv"), **policies(dvv={"agencies": ["dvv"]}, rest={})},
    {"spaces": {"room": {"agency": "dvv", "others": "when-away"}}, "agencies": {"dvv": {"hours": "service"}}},
    {"spaces": {"room": {"agency": "dvv", "others": "always"}}},
    {"devices": {"occ": SENSOR}, "rooms": {"service": {"no_show": "15 min"}}},
    {"rooms": {"service": {"no_show": "never"}}},
    {"agencies": {"mml": {"name": "MML", "categories": "MML"}}},
    {**calendar(local="room"), "agencies": {"mml": {"name": "MML"}}},
]


@pytest.mark.parametrize("change", FINE, ids=str)
def test_nothing_is_found(change: dict[str, Any]) -> None:
    assert found(change) == []


def test_no_finding_repeats_an_address() -> None:
    lines = found(calendar(url="https://user:hunter2@x/secret.ics", room="room"))
    assert lines
    assert not any("hunter2" in line or "secret" in line for line in lines)
