"""Of which room, whose and of what kind the bookings of a calendar are, and how several parts make one calendar."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter

from edge.errors import Garbled
from edge.site import Site
from rooms.bookings import Booking
from rooms.feeding import Feeding, feeding
from rooms.sources.port import Content
from rooms.uids import hashed
from rooms.understanding import BookingsUnderstood, merged, understand, understand_content
from tests.rooms.ics_text import WINDOW, booked, calendar, event, hel

SITE = Site.model_validate(
    {
        "site": {"id": "porvoo", "name": "Porvoo"},
        "agencies": {
            "dvv": {"name": "DVV", "organizers": ["@DVV.example"], "categories": ["Vihkiminen", "Muuttoilmoitus"]},
            "kela": {"name": "Kela", "organizers": ["kela@dvv.example", "@kela.example"], "categories": "Kela"},
            "te": {"name": "TE-palvelut", "categories": "Kela"},
            "poliisi": {"name": "Poliisi"},
        },
        "spaces": {
            "palvelu-1": {"zone": "semi-public", "kind": "service-room"},
            "palvelu-2": {"zone": "semi-public", "kind": "service-room"},
            "vihki": {"zone": "semi-public", "kind": "wedding-room"},
        },
        "rooms": {
            "wedding": {"categories": ["Vihkiminen"]},
            "own-wedding": {"categories": ["Vihkiminen"], "organizers": ["@dvv.example"]},
            "service": {"kinds": ["service-room"]},
        },
        "calendars": {
            "whole": {"file": "a.ics", "room": "palvelu-1"},
            "titled": {"file": "a.ics", "room": "palvelu-1", "titles": True, "agency": "poliisi"},
            "shared": {"file": "b.ics", "rooms": {"palvelu-1": "Palvelu 1", "palvelu-2": " Palvelu 2 ", "vihki": "Vihkitila"}},
            "unclear": {"file": "c.ics", "rooms": {"palvelu-1": "Palvelu", "palvelu-2": "Palvelu"}},
            "other": {
                "file": "d.ics",
                "rooms": {
                    "palvelu-1": {"attendee": "Palvelu1@virasto.example"},
                    "palvelu-2": {"category": "Palvelu 2", "location": ["2. krs", "Toinen kerros"]},
                    "vihki": {"organizer": ["@maistraatti.example", "juhlat@virasto.example"]},
                },
            },
            "mail": {
                "graph": {"tenant": "t", "client": "c", "secret": "env:X"},
                "mailboxes": {"palvelu-1": "Palvelu1@Virasto.example", "vihki": "vihki@virasto.example"},
                "agency": "kela",
            },
        },
    }
)


def at(location: str, uid: str = "a", *more: str) -> str:
    return booked("20261005T090000", "20261005T100000", f"LOCATION:{location}", "SUMMARY:Palaveri", *more, uid=uid)


def understood(name: str, *events: str) -> BookingsUnderstood:
    return understand(SITE, name, calendar(*events), WINDOW)


def only(name: str, *lines: str) -> Booking:
    (booking,) = understood(name, at("somewhere", "a", *lines)).bookings
    return booking


def test_a_calendar_of_one_room_does_not_ask_for_its_name() -> None:
    (booking,) = understood("whole", at("somewhere", "a")).bookings
    assert (booking.room, booking.calendar, booking.title, booking.verdict) == ("palvelu-1", "whole", "", "yes")


def test_rooms_are_told_by_their_exact_text() -> None:
    found = understood(
        "shared",
        at("Palvelu 1", "a"),
        at("Palvelu 2  ", "b"),
        at("vihkitila", "c"),
        at("Palve\u0196u 1", "d"),
        at("Vihkitila\\; 2", "e"),
    )
    assert [(b.room, b.uid) for b in found.bookings] == [("palvelu-1", "a"), ("palvelu-2", "b")]
    assert [error.text.values["location"] for error in found.errors] == ["vihkitila", "Palve\u0196u 1", "Vihkitila; 2"]


def test_what_names_no_room_or_several_is_told_once_with_its_number() -> None:
    nowhere = understood("shared", event(hel("DTSTART", "20261005T090000") + "\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3"))
    assert [(e.uid, e.text.values["count"]) for e in nowhere.errors] == [("", 3)]
    several = understood("unclear", at("Palvelu", "a"))
    assert several.bookings == ()
    assert "several rooms" in several.errors[0].text.message


def test_the_answer_of_the_room_counts() -> None:
    declined = "ATTENDEE;CUTYPE=RESOURCE;PARTSTAT=DECLINED;CN=Palvelu 1:mailto:p1@virasto.example"
    other = "ATTENDEE;CUTYPE=RESOURCE;PARTSTAT=ACCEPTED;CN=Palvelu 2:mailto:p2@virasto.example"
    found = understood("shared", at(f"Palvelu 1\n{declined}\n{other}", "a"), at(f"Palvelu 2\n{declined}\n{other}", "b"))
    assert [(b.room, b.verdict) for b in found.bookings] == [("palvelu-1", "no"), ("palvelu-2", "yes")]


@pytest.mark.parametrize(
    ("lines", "room"),
    [
        (["ATTENDEE:mailto:PALVELU1@Virasto.example"], "palvelu-1"),
        (["LOCATION:2. krs", "CATEGORIES:Palvelu 2,Muuta"], "palvelu-2"),
        (["LOCATION:Toinen kerros", "CATEGORIES:Muuta", "CATEGORIES:Palvelu 2"], "palvelu-2"),
        (["LOCATION:2. krs"], None),
        (["LOCATION:2. krs", "CATEGORIES:palvelu 2"], None),
        (["LOCATION:2. krs\\, Palvelu 1", "CATEGORIES:Palvelu 2"], None),
        (["ORGANIZER;CN=X:MAILTO:nn@Maistraatti.example"], "vihki"),
        (["ORGANIZER:mailto:juhlat@virasto.example"], "vihki"),
        (["ORGANIZER:mailto:juhlat@virasto.example.com"], None),
        (["ORGANIZER:mailto:nn@sub.maistraatti.example"], None),
        (["ATTENDEE:mailto:palvelu1@virasto.example", "ORGANIZER:mailto:juhlat@virasto.example"], None),
        (["ATTENDEE:mailto:palvelu11@virasto.example"], None),
    ],
)
def test_a_room_is_told_by_all_that_is_given_for_it(lines: list[str], room: str | None) -> None:
    found = understood("other", booked("20261005T090000", "20261005T100000", *lines))
    assert [b.room for b in found.bookings] == ([room] if room else [])
    assert len(found.errors) == (0 if room else 1)


def test_what_was_found_is_named_but_nobody_who_is_a_person() -> None:
    found = understood(
        "other",
        at("3. krs", "a", "CATEGORIES:Muuta", "ORGANIZER:mailto:aino@x.example", "ATTENDEE:mailto:eino@x.example"),
        at("", "b", "ATTENDEE;CUTYPE=ROOM:mailto:sali@x.example"),
    )
    assert [error.text.values["location"] for error in found.errors] == ["3. krs, Muuta, @x.example", "sali@x.example"]


@pytest.mark.parametrize(
    ("lines", "agency"),
    [
        ([], None),
        (["ORGANIZER:mailto:nn@dvv.example"], "dvv"),
        (["ORGANIZER:mailto:KELA@dvv.example"], "kela"),
        (["ORGANIZER:mailto:nn@dvv.example", "CATEGORIES:Kela"], "dvv"),
        (["ORGANIZER:mailto:nn@muu.example", "CATEGORIES:Muuttoilmoitus"], "dvv"),
        (["CATEGORIES:Kela"], None),
    ],
)
def test_whose_a_booking_is_says_its_organizer_or_else_its_category(lines: list[str], agency: str | None) -> None:
    assert only("whole", *lines).agency == agency
    assert only("titled", *lines).agency == (agency or "poliisi")


def test_marks_are_the_policies_that_ask_for_its_category_and_organizer() -> None:
    assert only("whole").marks == ()
    assert only("whole", "CATEGORIES:Vihkiminen").marks == ("wedding",)
    assert only("whole", "CATEGORIES:Vihkiminen", "ORGANIZER:mailto:a@dvv.example").marks == ("wedding", "own-wedding")


def test_titles_only_where_they_are_kept() -> None:
    assert (only("whole").title, only("titled").title) == ("", "Palaveri")


def test_the_answer_of_the_room_that_is_known_by_its_address() -> None:
    """Also where it was invited like a person, and whatever the projector said."""
    projector = "ATTENDEE;CUTYPE=RESOURCE;PARTSTAT=DECLINED:mailto:projector@virasto.example"
    room = "ATTENDEE;PARTSTAT={}:mailto:palvelu1@virasto.example"
    said = [only("other", projector, room.format(answer)).verdict for answer in ("ACCEPTED", "NEEDS-ACTION", "DECLINED")]
    assert said == ["yes", "pending", "no"]


def test_an_errand_can_be_sent_to_another_process() -> None:
    sent = TypeAdapter(Feeding)
    for name in SITE.feeds:
        whole = feeding(SITE, name, hashed=True)
        assert sent.validate_json(sent.dump_json(whole)) == whole


def parts(*bodies: bytes) -> Content:
    return Content("ics", {f"/rooms/{n}.ics": body for n, body in enumerate(bodies)})


def test_the_parts_of_a_collection_are_one_calendar() -> None:
    found = understand_content(feeding(SITE, "whole"), parts(calendar(at("x", "a")), calendar(at("x", "b"))), WINDOW)
    assert ([b.uid for b in found.bookings], found.errors) == (["a", "b"], ())


def test_a_part_that_cannot_be_read_keeps_what_was_known_of_it_and_the_others() -> None:
    whole = feeding(SITE, "whole", hashed=True)
    good = parts(*(calendar(at("x", uid)) for uid in ("a", "b", "2")))
    before = understand_content(whole, good, WINDOW).bookings
    bad = parts(calendar(at("x", "a")), calendar(at("x", "b"))[:-30], b"<html>")
    now = understand_content(whole, bad, WINDOW)
    assert [error.uid for error in now.errors] == [hashed("b"), hashed("2")]
    assert {b.uid for b in merged(before, now, WINDOW)} == {b.uid for b in before}


def test_a_feed_of_one_part_is_read_as_a_whole_or_not_at_all() -> None:
    with pytest.raises(Garbled):
        understand_content(feeding(SITE, "whole"), Content("ics", {"": b"<html>"}), WINDOW)


def test_no_uid_leaves_the_reading_where_bookings_are_hashed() -> None:
    found = understand_content(
        feeding(SITE, "whole", hashed=True),
        Content("ics", {"": calendar(at("x", "aino@x.example"), event("DTSTART:never", "eino@x.example"))}),
        WINDOW,
    )
    assert [b.uid for b in found.bookings] == [hashed("aino@x.example")]
    assert [(error.uid, error.text.values["uid"]) for error in found.errors] == [(hashed("eino@x.example"),) * 2]


def test_a_mailbox_of_microsoft_365_is_the_calendar_of_its_room() -> None:
    whole = feeding(SITE, "mail/palvelu-1")
    assert (whole.room, whole.address, whole.agency) == ("palvelu-1", "palvelu1@virasto.example", "kela")
    row = {
        "id": "1",
        "iCalUId": "u",
        "type": "singleInstance",
        "showAs": "busy",
        "start": {"dateTime": "2026-10-05T06:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-10-05T07:00:00.0000000", "timeZone": "UTC"},
        "responseStatus": {"response": "accepted"},
        "organizer": {"emailAddress": {"address": "Nn@DVV.example"}},
    }
    part = json.dumps({"mailbox": whole.address, "events": [row]}).encode()
    (booking,) = understand_content(whole, Content("graph", {"": part}), WINDOW).bookings
    assert (booking.room, booking.calendar, booking.agency) == ("palvelu-1", "mail/palvelu-1", "dvv")
    assert (booking.start, booking.verdict) == (datetime(2026, 10, 5, 6, tzinfo=UTC), "yes")
