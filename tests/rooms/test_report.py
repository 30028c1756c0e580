"""The bookings as people and programs get them."""

import json

import pytest

from edge.language import Renderer
from edge.site import Site
from edge.text import say
from rooms.report import CalendarReading, bookings_lines, bookings_report
from rooms.understanding import understand
from tests.rooms.ics_text import WINDOW, booked, calendar, event
from tests.rooms.test_understanding import SITE

BODY = calendar(
    booked("20261030T090000", "20261030T100000", "SUMMARY:Muutto", "ORGANIZER:mailto:a@dvv.example"),
    event("DTSTART;VALUE=DATE:20261031", "day"),
    event("DTSTART:never", "bad"),
)
READINGS = [
    CalendarReading(calendar="titled", source="a.ics", understood=understand(SITE, "titled", BODY, WINDOW), fetched=WINDOW[0]),
    CalendarReading(calendar="shared", source="b.ics", failure=say("The calendar cannot be read")),
]


def test_report() -> None:
    report = json.loads(json.dumps(bookings_report(READINGS, Renderer(SITE, "en"))))
    assert list(report) == ["occurrences", "errors", "sources"]
    timed, day = report["occurrences"]
    assert timed == {
        "room": "palvelu-1",
        "uid": "a",
        "rid": "20261030T070000Z",
        "start": "2026-10-30T07:00:00Z",
        "end": "2026-10-30T08:00:00Z",
        "start_local": "2026-10-30T09:00:00+02:00",
        "end_local": "2026-10-30T10:00:00+02:00",
        "all_day": False,
        "status": "CONFIRMED",
        "unlock": "yes",
        "reason": "Booked",
        "agency": "dvv",
        "kind": "service",
        "source": "titled",
        "title": "Muutto",
    }
    assert (day["rid"], day["all_day"], day["unlock"], day["agency"], "title" in day) == (
        "20261031",
        True,
        "policy",
        "poliisi",
        False,
    )
    assert report["errors"] == [
        {"source": "titled", "uid": "bad", "rid": None, "error": "Event bad has a time that cannot be read: never"},
        {"source": "shared", "uid": None, "rid": None, "error": "The calendar cannot be read"},
    ]
    assert report["sources"] == [
        {"calendar": "titled", "source": "a.ics", "ok": True, "bookings": 2, "problem": None, "fetched": "2026-10-01T00:00:00Z"},
        {
            "calendar": "shared",
            "source": "b.ics",
            "ok": False,
            "bookings": 0,
            "problem": "The calendar cannot be read",
            "fetched": None,
        },
    ]


@pytest.mark.parametrize(("language", "time"), [("en", "Fri 30 Oct 9:00–10:00"), ("fi", "pe 30.10. klo 9.00–10.00")])
def test_table_with_times_as_the_reader_writes_them(language: str, time: str) -> None:
    lines = list(bookings_lines(READINGS, Renderer(SITE, language)))
    assert lines[1].startswith(time)
    column = lines[0].index("Palvelu") if "Palvelu" in lines[0] else lines[1].index("Palvelu 1")
    assert lines[2][column:].startswith("Palvelu 1")
    assert "DVV" in lines[1]
    assert lines[-3].startswith("titled: ")
    for line, name, file in zip(lines[-2:], ("titled", "shared"), ("a.ics", "b.ics"), strict=True):
        assert line.startswith(name)
        assert file in line


def test_a_table_without_bookings_is_what_is_wrong() -> None:
    assert list(bookings_lines(READINGS[1:], Renderer(SITE, "en"))) == ["shared (b.ics): The calendar cannot be read"]


def test_a_booking_outside_its_agencys_days_waits_for_somebody() -> None:
    plain = SITE.model_dump(by_alias=True)
    plain["hours"] = {"mondays": {"mon": "8-16"}}
    plain["agencies"]["dvv"]["hours"] = "mondays"
    site = Site.model_validate(plain)
    reading = CalendarReading(calendar="titled", source="a.ics", understood=understand(site, "titled", BODY, WINDOW))
    friday, _ = bookings_report([reading], Renderer(site, "en"))["occurrences"]
    assert (friday["unlock"], friday["reason"]) == ("pending", "Booked outside the days of DVV")
    assert "wait for approval" in next(line for line in bookings_lines([reading], Renderer(site, "en")) if "DVV" in line)
