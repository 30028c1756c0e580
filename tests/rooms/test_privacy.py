"""What is kept of a calendar names no persons, and means the same bookings."""

import json

import pytest
from hypothesis import given, settings

from edge.errors import Garbled
from rooms.feeding import feeding
from rooms.privacy import without_persons
from rooms.sources.port import Content
from rooms.understanding import understand_content
from tests.rooms.ics_text import WINDOW, booked, calendar
from tests.rooms.test_ics_fuzz import damaged
from tests.rooms.test_ics_vectors import DATA, VECTORS
from tests.rooms.test_understanding import SITE

FULL = booked(
    "20261005T090000", "20261005T100000", "SUMMARY:Aino Virtasen\\, avioero", "DESCRIPTION:Aino\n  Virtanen", "COMMENT:Aino",
    "CONTACT:Aino", "LOCATION:Palvelu 1", "CATEGORIES:Kela", "X-ALT-DESC;FMTTYPE=text/html:<b>Aino</b>", "URL:https://x/aino",
    "ORGANIZER;CN=Aino Virtanen:mailto:aino@dvv.example", "ATTENDEE;CN=Aino;PARTSTAT=DECLINED:mailto:aino@dvv.example",
    'ATTENDEE;CN="Aino";PARTSTAT=ACCEPTED:mailto:palvelu1@virasto.example',
    "ATTENDEE;CUTYPE=ROOM;CN=Palvelu 1;PARTSTAT=ACCEPTED:mailto:p1@virasto.example",
    "BEGIN:VALARM\nTRIGGER:-PT5M\nDESCRIPTION:Aino\nATTENDEE:mailto:aino@dvv.example\nEND:VALARM",
    "ATTACH:https://x/aino", "CONFERENCE:https://x/aino", "X-AINO:Aino",
)  # fmt: skip


def ics(body: bytes) -> Content:
    return Content("ics", {"": body}, {"etag": "1"})


def cleaned(name: str, body: bytes) -> str:
    return without_persons(ics(body), feeding(SITE, name)).parts[""].decode()


@pytest.mark.parametrize("name", [name for name in SITE.feeds if "/" not in name])
def test_no_person_is_kept(name: str) -> None:
    found = cleaned(name, calendar(FULL)).lower()
    assert found.count("aino") == (1 if name == "titled" else 0)
    assert ("avioero" in found) == (name == "titled")
    assert "organizer:@dvv.example" in found
    assert ("palvelu1@" in found) == (name == "other")


def test_an_organizer_by_whom_something_is_known_is_kept() -> None:
    assert "ORGANIZER:kela@dvv.example" in cleaned("whole", calendar(FULL.replace("mailto:aino@", "mailto:Kela@")))
    assert "ORGANIZER" not in cleaned("whole", calendar(FULL.replace("aino@dvv", "aino@muu")))


def assert_means_the_same(name: str, content: Content) -> None:
    whole = feeding(SITE, name)
    try:
        before = understand_content(whole, content, WINDOW)
    except Garbled:
        return
    after = understand_content(whole, without_persons(content, whole), WINDOW)
    assert after.bookings == before.bookings
    assert [(error.uid, error.rid) for error in after.errors if error.uid] == [
        (error.uid, error.rid) for error in before.errors if error.uid
    ]


@pytest.mark.parametrize("name", VECTORS)
def test_every_feed_means_the_same_without_persons(name: str) -> None:
    for feed in ("titled", "shared", "other"):
        assert_means_the_same(feed, ics((DATA / VECTORS[name]["file"]).read_bytes()))


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_damaged_feeds_mean_the_same_without_persons(body: bytes) -> None:
    assert_means_the_same("whole", ics(body))


def test_events_without_uid_keep_their_names() -> None:
    nameless = FULL.replace("UID:a\n", "")
    for bodies in ([nameless], [nameless, nameless.replace("Aino", "Eino").replace("aino", "eino")]):
        assert_means_the_same("whole", ics(calendar(*bodies)))


def row(event_id: str, **more: object) -> dict[str, object]:
    return {
        "id": event_id,
        "iCalUId": "u" + event_id,
        "type": "singleInstance",
        "showAs": "busy",
        "subject": "Aino Virtanen",
        "bodyPreview": "Aino",
        "start": {"dateTime": "2026-10-05T06:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-10-05T07:00:00", "timeZone": "UTC"},
        "location": {"displayName": "Palvelu 1", "locationEmailAddress": "aino"},
        "responseStatus": {"response": "none"},
        "organizer": {"emailAddress": {"name": "Aino", "address": "aino@DVV.example"}},
        "attendees": [
            {"type": "required", "emailAddress": {"name": "Aino", "address": "aino@dvv.example"}},
            {
                "type": "resource",
                "status": {"response": "declined"},
                "emailAddress": {"name": "P", "address": "Palvelu1@virasto.example"},
            },
        ],
        **more,
    }


def test_mailboxes_mean_the_same_without_persons() -> None:
    rows = [row("1"), row("2", attendees="odd", organizer=[], location=None), row("3", start=None)]
    part = json.dumps({"mailbox": "palvelu1@virasto.example", "events": rows}).encode()
    content = Content("graph", {"palvelu1@virasto.example": part})
    whole = feeding(SITE, "mail/palvelu-1")
    kept = without_persons(content, whole)
    assert b"aino" not in kept.parts["palvelu1@virasto.example"].lower()
    assert understand_content(whole, kept, WINDOW) == understand_content(whole, content, WINDOW)
    assert [b.verdict for b in understand_content(whole, kept, WINDOW).bookings][:1] == ["no"]


def test_what_is_no_mailbox_is_not_kept() -> None:
    for part in (b"", b"[]", b'{"events": [1], "mailbox": "x"}'):
        assert without_persons(Content("graph", {"": part}), feeding(SITE, "mail/vihki")).parts == {"": b""}
