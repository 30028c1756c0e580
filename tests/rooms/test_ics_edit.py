"""Making one booking shorter: what is read afterwards, and that all else is written as it was."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rooms.ics import read_feed
from rooms.ics_edit import holds, shortened
from rooms.ics_lines import Unreadable
from rooms.uids import hashed

HELSINKI = ZoneInfo("Europe/Helsinki")
UID = "a1@example.fi"
END = datetime(2026, 10, 5, 7, 15, tzinfo=UTC)


def calendar(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//EN", *"\n".join(events).split("\n"), "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def event(*lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{UID}", "DTSTAMP:20261001T080000Z", *lines, "END:VEVENT"])


def times(body: bytes) -> dict[str, tuple[str, str]]:
    """Start and end on the wall, by instance, in the weeks around."""
    window = datetime(2026, 9, 20, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    return {
        o.rid: (f"{o.start.astimezone(HELSINKI):%d.%m. %H:%M}", f"{o.end.astimezone(HELSINKI):%d.%m. %H:%M}")
        for o in read_feed(body, zone=HELSINKI, window=window).occurrences
    }


def short(body: bytes, rid: str, end: datetime = END) -> bytes:
    edited = shortened(body, hashed(UID), rid, end, HELSINKI)
    assert edited is not None
    return edited


def changed_lines(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """Lines that are no longer there, and lines that are new, in order."""
    old, new = (body.decode().split("\r\n") for body in (before, after))
    return [line for line in old if line not in new], [line for line in new if line not in old]


SINGLE = event(
    "SEQUENCE:3",
    "DTSTART;TZID=Europe/Helsinki:20261005T090000",
    "DTEND;TZID=Europe/Helsinki:20261005T110000",
    "LAST-MODIFIED:20261001T080000Z",
    "SUMMARY;LANGUAGE=fi:Työkokous\\, jonka nimi on niin pitkä, että se jatkuu seu",
    " raavalla rivillä",
    "X-OWN-THING:kept; as it is",
    "BEGIN:VALARM",
    "TRIGGER:-PT15M",
    "DURATION:PT5M",
    "END:VALARM",
)


def test_a_single_booking_ends_earlier_and_nothing_else_is_touched() -> None:
    before = calendar(SINGLE)
    after = short(before, "20261005T060000Z")
    assert times(after) == {"20261005T060000Z": ("05.10. 09:00", "05.10. 10:15")}
    assert changed_lines(before, after) == (
        [
            "DTSTAMP:20261001T080000Z",
            "SEQUENCE:3",
            "DTEND;TZID=Europe/Helsinki:20261005T110000",
            "LAST-MODIFIED:20261001T080000Z",
        ],
        [
            "DTSTAMP:20261005T071500Z",
            "SEQUENCE:4",
            "DTEND;TZID=Europe/Helsinki:20261005T101500",
            "LAST-MODIFIED:20261005T071500Z",
        ],
    )
    assert len(after.split(b"\r\n")) == len(before.split(b"\r\n"))


def test_a_duration_becomes_an_end_ahead_of_the_alarms_whose_own_duration_stays() -> None:
    before = calendar(event("DTSTART:20261005T060000Z", "DURATION:PT2H", "BEGIN:VALARM", "DURATION:PT5M", "END:VALARM"))
    after = short(before, "20261005T060000Z")
    assert times(after) == {"20261005T060000Z": ("05.10. 09:00", "05.10. 10:15")}
    assert changed_lines(before, after)[0] == ["DTSTAMP:20261001T080000Z", "DURATION:PT2H"]
    assert after.index(b"DTEND:20261005T071500Z") < after.index(b"BEGIN:VALARM") < after.index(b"DURATION:PT5M")


def test_times_without_a_zone_stay_so() -> None:
    after = short(calendar(event("DTSTART:20261005T090000", "DTEND:20261005T110000")), "20261005T060000Z")
    assert b"DTEND:20261005T101500\r\n" in after


def test_an_end_in_the_hour_that_comes_twice_is_written_in_utc() -> None:
    start, end = "DTSTART;TZID=Europe/Helsinki:20261025T020000", "DTEND;TZID=Europe/Helsinki:20261025T060000"
    after = short(calendar(event(start, end)), "20261024T230000Z", datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert b"DTEND:20261025T013000Z" in after


SERIES = event(
    "DTSTART;TZID=Europe/Helsinki:20260928T090000",
    "DTEND;TZID=Europe/Helsinki:20260928T110000",
    "RRULE:FREQ=WEEKLY;COUNT=4",
    "EXDATE;TZID=Europe/Helsinki:20261012T090000",
    "SUMMARY:Weekly",
)
WEEKLY = {
    "20260928T060000Z": ("28.09. 09:00", "28.09. 11:00"),
    "20261005T060000Z": ("05.10. 09:00", "05.10. 11:00"),
    "20261019T060000Z": ("19.10. 09:00", "19.10. 11:00"),
}


def test_an_instance_of_a_series_gets_an_event_of_its_own() -> None:
    before = calendar(SERIES)
    after = short(before, "20261005T060000Z")
    assert times(before) == WEEKLY
    assert times(after) == {**WEEKLY, "20261005T060000Z": ("05.10. 09:00", "05.10. 10:15")}
    assert after.startswith(before.removesuffix(b"END:VCALENDAR\r\n"))
    own = after.removeprefix(before.removesuffix(b"END:VCALENDAR\r\n")).decode().split("\r\n")
    assert own == [
        "BEGIN:VEVENT",
        f"UID:{UID}",
        "DTSTAMP:20261005T071500Z",
        "DTSTART;TZID=Europe/Helsinki:20261005T090000",
        "DTEND;TZID=Europe/Helsinki:20261005T101500",
        "SUMMARY:Weekly",
        "RECURRENCE-ID;TZID=Europe/Helsinki:20261005T090000",
        "SEQUENCE:1",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_an_instance_that_has_its_own_event_is_changed_there() -> None:
    moved = event(
        "RECURRENCE-ID:20261005T060000Z", "DTSTART;TZID=Europe/Helsinki:20261005T100000", "DURATION:PT2H", "SUMMARY:Moved"
    )
    before = calendar(SERIES, moved)
    after = short(before, "20261005T060000Z", datetime(2026, 10, 5, 8, tzinfo=UTC))
    assert times(after) == {**WEEKLY, "20261005T060000Z": ("05.10. 10:00", "05.10. 11:00")}
    assert after.count(b"BEGIN:VEVENT") == 2
    assert calendar(SERIES).removesuffix(b"END:VCALENDAR\r\n") in after


def test_other_events_of_the_same_calendar_stay() -> None:
    other = "BEGIN:VEVENT\nUID:other\nDTSTAMP:20261001T080000Z\nDTSTART:20261005T060000Z\nDTEND:20261005T100000Z\nEND:VEVENT"
    after = short(calendar(other, SINGLE), "20261005T060000Z")
    assert after.startswith(calendar(other).removesuffix(b"END:VCALENDAR\r\n"))


def test_line_ends_that_xml_took_away_are_put_back() -> None:
    plain = calendar(SINGLE)
    assert short(plain.replace(b"\r\n", b"\n"), "20261005T060000Z") == short(plain, "20261005T060000Z")


@pytest.mark.parametrize("name", ["ä" * 60, "-" + "ä" * 60, "Helsinki/" * 20])
def test_long_lines_are_folded_between_characters(name: str) -> None:
    zone = f"BEGIN:VTIMEZONE\nTZID:{name}\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\n"
    zone += "END:STANDARD\nEND:VTIMEZONE"
    body = calendar(zone, event(f"DTSTART;TZID={name}:20261005T090000", "DURATION:PT2H"))
    after = short(body, "20261005T060000Z")
    assert times(after) == {"20261005T060000Z": ("05.10. 09:00", "05.10. 10:15")}
    (line,) = [line for line in after.replace(b"\r\n ", b"~").split(b"\r\n") if line.startswith(b"DTEND")]
    assert line.replace(b"~", b"").decode() == f"DTEND;TZID={name}:20261005T101500"
    first, *others = line.split(b"~")
    assert 70 < len(first) <= 75
    assert all(piece.decode() for piece in (first, *others))
    assert max(map(len, others)) <= 74


def test_what_ends_by_then_already_is_left_alone() -> None:
    body = calendar(SINGLE)
    assert shortened(body, hashed(UID), "20261005T060000Z", datetime(2026, 10, 5, 8, tzinfo=UTC), HELSINKI) is None
    after = short(body, "20261005T060000Z")
    assert shortened(after, hashed(UID), "20261005T060000Z", END, HELSINKI) is None


ALL_DAY = calendar(event("DTSTART;VALUE=DATE:20261005"))
ONWARDS = calendar(
    SERIES, event("RECURRENCE-ID;RANGE=THISANDFUTURE:20261005T060000Z", "DTSTART:20261005T070000Z", "DTEND:20261005T090000Z")
)


@pytest.mark.parametrize(
    ("body", "rid", "end", "problem"),
    [
        (calendar(SINGLE), "20261005T070000Z", END, "no such booking"),
        (calendar(SERIES), "20261012T060000Z", datetime(2026, 10, 12, 7, tzinfo=UTC), "no such booking"),
        (calendar(SINGLE), "20261005T060000Z", datetime(2026, 10, 5, 6, tzinfo=UTC), "before it begins"),
        (ALL_DAY, "20261005", END, "whole days"),
        (ONWARDS, "20261005T060000Z", datetime(2026, 10, 5, 8, tzinfo=UTC), "safely"),
        (ONWARDS, "20261019T060000Z", datetime(2026, 10, 19, 8, tzinfo=UTC), "safely"),
        (calendar(SINGLE, SINGLE), "20261005T060000Z", END, "safely"),
        (calendar(SERIES.replace(UID, "other")) + calendar(SINGLE), "20261005T060000Z", END, "safely"),
        (calendar(SINGLE).removesuffix(b"END:VCALENDAR\r\n"), "20261005T060000Z", END, "cut short"),
    ],
)
def test_what_cannot_be_written_as_meant_is_refused(body: bytes, rid: str, end: datetime, problem: str) -> None:
    with pytest.raises(Unreadable, match=problem):
        shortened(body, hashed(UID), rid, end, HELSINKI)


def test_a_body_is_known_by_the_uids_in_it() -> None:
    assert holds(calendar(SINGLE), hashed(UID))
    assert not holds(calendar(SINGLE), hashed("other"))
    assert not holds(b"<html>", hashed(UID))
