"""Feeds as a whole: what passes for a calendar, dialects, zones, and one bad event among good ones."""

from datetime import UTC, datetime, timedelta

import pytest

from edge.errors import Garbled
from rooms.ics import read_feed
from tests.rooms.ics_text import HEAD, HELSINKI, WINDOW, booked, calendar, event, hel, read, starts, times

ALARM = b"BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nDTSTART:nonsense\r\nDURATION:PT5M\r\nEND:VALARM\r\n"
GOOD = booked("20261006T090000", "20261006T100000", uid="good")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"   \r\n", b"<html><pre>BEGIN:VCALENDAR\r\nEND:VCALENDAR</pre></html>", b'{"error": "sign in"}', b"[]", b"Forbidden",
        b"BEGIN:VCARD\r\nEND:VCARD\r\n", HEAD.encode(), calendar(GOOD)[:-20], calendar(GOOD).replace(b"END:VEVENT", b"END:VTODO"),
        calendar(GOOD).replace(b"END:VEVENT\r\n", b""), calendar(GOOD) + b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        calendar(GOOD) + b"END:VCALENDAR\r\n", calendar(GOOD) + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"\xff\xfeB\x00E\x00G\x00",
        HEAD.encode() + b"BEGIN:X-DEEP\r\n" * 10_000 + b"END:X-DEEP\r\n" * 10_000 + b"END:VCALENDAR\r\n",
        HEAD.encode() + b"UID:" + b"x" * 10_000_000 + b"\r\nEND:VCALENDAR\r\n", b"BEGIN:VCALENDAR\r\n" + b"x" * 33_000_000,
    ],
    ids=range(18),
)  # fmt: skip
def test_what_is_not_a_whole_calendar_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(Garbled, match=r"(?i)calendar"):
        read_feed(body, zone=HELSINKI, window=WINDOW)


@pytest.mark.parametrize(
    "body",
    [
        calendar(GOOD),
        calendar(GOOD).replace(b"\r\n", b"\n"),
        calendar(GOOD).replace(b"\r\n", b"\r"),
        calendar(GOOD).lower(),
        b"\xef\xbb\xbf" + calendar(GOOD),
        b"\r\n" + calendar(GOOD) + b"\r\n\r\n",
        calendar(GOOD).replace(b"DTSTART", b"DTST\r\n ART"),
        calendar(GOOD).replace(b"END:VEVENT", b"\r\nEND:VEVENT "),
        calendar(GOOD).replace(b"T090000", b"T090\r\n\t000"),
        calendar(GOOD).replace(b"UID:", b"SUMMARY:a\0b\r\nUID:"),
        calendar(GOOD) + calendar(booked("20270101T090000", "20270101T100000")),
        calendar(GOOD).replace(b"UID:", ALARM + b"UID:"),
        calendar(GOOD, "BEGIN:VTODO\nUID:t\nDTSTART:20261006T090000Z\nEND:VTODO"),
        calendar(GOOD).removesuffix(b"\r\n"),
    ],
    ids=range(14),
)
def test_octets_that_say_the_same(body: bytes) -> None:
    feed = read_feed(body, zone=HELSINKI, window=WINDOW)
    assert times(feed) == ["10-06 06:00–07:00"]
    assert feed.errors == ()


def test_a_line_that_is_none_is_passed_over_and_told() -> None:
    feed = read_feed(calendar(GOOD).replace(b"UID:", b"this is no line\r\nUID:"), zone=HELSINKI, window=WINDOW)
    assert times(feed) == ["10-06 06:00–07:00"]
    assert [error.uid for error in feed.errors] == [""]


def test_text_in_another_encoding_is_still_text() -> None:
    body = calendar(GOOD + "\nSUMMARY:Häätilaisuus\nLOCATION:Sali 1\\; yläkerta\\, itä\\nB").decode().encode("latin-1")
    (occurrence,) = read_feed(body, zone=HELSINKI, window=WINDOW).occurrences
    assert (occurrence.summary, occurrence.location) == ("Häätilaisuus", "Sali 1; yläkerta, itä\nB")


def test_a_letter_may_be_folded_in_its_middle() -> None:
    body = calendar(GOOD + "\nSUMMARY:Hää").replace("ä".encode(), b"\xc3\r\n \xa4")
    assert read_feed(body, zone=HELSINKI, window=WINDOW).occurrences[0].summary == "Hää"


@pytest.mark.parametrize(
    "lines",
    [
        hel("DTEND", "20261005T100000"),
        f"{hel('DTSTART', '20261005T100000')}\n{hel('DTEND', '20261005T090000')}",
        f"{hel('DTSTART', '20261005T100000')}\nDURATION:-PT1H",
        f"{hel('DTSTART', '20261005T100000')}\nDURATION:an hour",
        f"{hel('DTSTART', '20261005T100000')}\n{hel('DTEND', '20271007T100001')}",
        f"{hel('DTSTART', '20261005T100000')}\nDURATION:PT1H\nRRULE:FREQ=SECONDLY",
        f"{hel('DTSTART', '20261005T100000')}\nDURATION:PT1H\nRRULE:FREQ=MINUTELY;UNTIL=20261231T000000Z",
        f"{hel('DTSTART', '20261005T100000')}\nDURATION:PT1H\nRRULE:FREQ=MINUTELY;UNTIL=99991231T000000Z;BYMONTH=2;BYMONTHDAY=30",
        "DTSTART:00010105T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=1000000000",
        f"{hel('DTSTART', '20261005T100000')}\nDURATION:PT1H\nEXDATE:{'20261005T100000,' * 100_000}",
        "DTSTART;TZID=Nowhere/Land:20261005T100000\nDURATION:PT1H",
        "DTSTART;TZID=Customized Time Zone:20261005T100000\nDURATION:PT1H",
        f"{hel('DTSTART', '20261005T100000')}\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE;TZID=Nowhere:20261006T100000",
        "DTSTART:20260230T100000Z\nDURATION:PT1H",
        "DTSTART:20261005T250000Z",
        "DTSTART:20261005T100000+0200",
        "DTSTART:tomorrow",
        "DTSTART:",
        "DTSTART;VALUE=DATE:20261005\nDTEND:20261006T100000Z",
        "DTSTART;VALUE=DATE:20261005\nDTEND;VALUE=DATE:20261004",
        "DTSTART;VALUE=DATE:20261005\nDURATION:PT5H",
        "DTSTART:99991231T235959Z\nDURATION:P1D\nRRULE:FREQ=DAILY",
        "DTSTART:00010101T000000Z\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=900000\nEXDATE;TZID=Nowhere:00010101T000000",
        f"{hel('DTSTART', '20261005T100000')}\nRECURRENCE-ID;RANGE=THISANDPRIOR:20261005T100000Z",
        f"{hel('DTSTART', '20261005T100000')}\nRECURRENCE-ID:nonsense",
    ],
)
def test_a_bad_event_is_refused_alone_and_told(lines: str) -> None:
    feed = read(event(lines, "bad"), GOOD)
    assert [it.uid for it in feed.occurrences] == ["good"]
    assert [error.uid for error in feed.errors] == ["bad"]
    assert "{uid}" in feed.errors[0].text.message


def test_an_event_without_a_uid_is_named_by_what_it_says() -> None:
    nameless = f"{hel('DTSTART', '20261005T090000')}\n{hel('DTEND', '20261005T100000')}"
    feed = read(GOOD, nameless, nameless.replace("20261005T", "20261007T"))
    assert times(feed) == ["10-05 06:00–07:00", "10-06 06:00–07:00", "10-07 06:00–07:00"]
    assert [(error.uid, error.text.values) for error in feed.errors] == [("", {"count": 2})]
    again = read(f"DTSTAMP:20261001T000000Z\nSEQUENCE:4\n{nameless}\nDESCRIPTION:Tuo kahvia", "UID:\n" + nameless)
    first = feed.occurrences[0].uid
    assert [it.uid for it in again.occurrences] == [first, f"{first}-2"]
    assert [it.uid for it in read(nameless + "\nLOCATION:Sali").occurrences] != [feed.occurrences[0].uid]


def test_what_lasts_for_days_is_kept() -> None:
    feed = read(booked("20260101T100000", "20261006T120000"), booked("20261005T100000", "20261006T100000", uid="day"))
    assert [(it.uid, it.is_long, it.all_day) for it in feed.occurrences] == [("a", True, False), ("day", False, False)]
    nights = read(booked("20261024T000000", "20261025T000000", "RRULE:FREQ=DAILY;COUNT=3"))
    assert [it.is_long for it in nights.occurrences] == [False, False, False]


def test_without_an_end_an_event_is_empty_and_a_day_is_a_day() -> None:
    feed = read(event(hel("DTSTART", "20261005T090000")), event("DTSTART;VALUE=DATE:20261006", "day"))
    assert [(it.uid, it.is_empty, it.all_day) for it in feed.occurrences] == [("a", True, False), ("day", False, True)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("DTSTART;VALUE=DATE:20261025\nDTEND;VALUE=DATE:20261026", "10-24 21:00–10-25 22:00"),
        ("DTSTART;VALUE=DATE:20261024\nDTEND;VALUE=DATE:20261027", "10-23 21:00–10-26 22:00"),
        ("DTSTART;VALUE=DATE:20261024\nDURATION:P2D", "10-23 21:00–10-25 22:00"),
        ("DTSTART;VALUE=DATE:20261024\nDURATION:PT24H", "10-23 21:00–10-24 21:00"),
        ("DTSTART;VALUE=DATE:20261024\nDTEND;VALUE=DATE:20261024", "10-23 21:00–10-24 21:00"),
        ("DTSTART:20261024", "10-23 21:00–10-24 21:00"),
        ("DTSTART;VALUE=DATE:20261024T000000", "10-23 21:00–10-24 21:00"),
        (f"{hel('DTSTART', '20261025T000000')}\n{hel('DTEND', '20261026T000000')}", "10-24 21:00–10-25 22:00"),
    ],
)
def test_days(lines: str, expected: str) -> None:
    feed = read(event(lines))
    assert (times(feed), feed.errors) == ([expected], ())


def test_an_all_day_series_with_a_changed_day() -> None:
    feed = read(
        event("DTSTART;VALUE=DATE:20261023\nRRULE:FREQ=DAILY;COUNT=3"),
        event("DTSTART;VALUE=DATE:20261030\nRECURRENCE-ID:20261023T210000Z"),
    )
    assert [(it.rid, f"{it.start:%m-%d %H:%M}") for it in feed.occurrences] == [
        ("20261023", "10-22 21:00"),
        ("20261025", "10-24 21:00"),
        ("20261024", "10-29 22:00"),
    ]


OWN_ZONE = """BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16010101T040000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Helsinki", "europe/helsinki", '"Europe/Helsinki"', "FLE Standard Time", "fle standard time", "EET",
        "/mozilla.org/20050126_1/Europe/Helsinki", "/freeassociation.sourceforge.net/Tzfile/Europe/Helsinki",
        '"(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius"', "(UTC+02:00) Helsinki, Kyiv, Riga",
        "(GMT+02.00) Helsinki", "Customized Time Zone", "tzone://Microsoft/Custom",
    ],
)  # fmt: skip
def test_names_of_the_same_zone(zone: str) -> None:
    own = OWN_ZONE.format(name=zone.strip('"'))
    feed = read(own, event(f"DTSTART;TZID={zone}:20261023T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2"))
    assert starts(feed) == ["10-23 06:00", "10-30 07:00"]


def test_a_zone_that_only_the_feed_describes_has_both_nights_right() -> None:
    daily = "DTSTART;TZID=Ours:{}T033000\nDURATION:PT15M\nRRULE:FREQ=DAILY;COUNT=3"
    zone = OWN_ZONE.format(name="Ours")
    assert starts(read(zone, event(daily.format("20261024")))) == ["10-24 00:30", "10-25 00:30", "10-26 01:30"]
    spring = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC))
    assert starts(read(zone, event(daily.format("20260328")), window=spring)) == ["03-28 01:30", "03-30 00:30", "03-31 00:30"]


def test_a_known_name_does_not_listen_to_a_lying_description() -> None:
    lying = OWN_ZONE.format(name="Europe/Helsinki").replace("+0200", "-0800").replace("+0300", "-0700")
    assert starts(read(lying, GOOD)) == ["10-06 06:00"]


@pytest.mark.parametrize("broken", ["TZOFFSETTO:+0300", "FREQ=YEARLY"])
def test_a_broken_description_is_none(broken: str) -> None:
    zone = OWN_ZONE.format(name="Ours").replace(broken, "FREQ=SECONDLY" if "FREQ" in broken else "TZOFFSETTO:x")
    feed = read(zone, event("DTSTART;TZID=Ours:20261023T090000\nDURATION:PT1H"), GOOD)
    assert [it.uid for it in feed.occurrences] == ["good"]
    assert [error.text.message for error in feed.errors] == ["Event {uid} uses a time zone that is not known: {zone}"]


def test_a_time_without_a_zone_is_one_of_the_calendar_or_else_of_the_building() -> None:
    floating = event("DTSTART:20261005T090000\nDTEND:20261005T100000")
    assert starts(read(floating)) == ["10-05 06:00"]
    assert starts(read(floating, head="X-WR-TIMEZONE:Europe/Stockholm")) == ["10-05 07:00"]
    assert [error.uid for error in read(floating, head="X-WR-TIMEZONE:Nowhere").errors] == ["a"]


def test_a_cancelling_calendar_cancels() -> None:
    assert [it.status for it in read(GOOD, head="METHOD:CANCEL").occurrences] == ["CANCELLED"]


def test_the_window_cuts_by_overlap() -> None:
    w0, w1 = WINDOW
    around = [
        event(f"DTSTART:{start:%Y%m%dT%H%M%SZ}\nDTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}", f"{n}")
        for n, start in enumerate([w0 - timedelta(hours=1), w0 - timedelta(minutes=59), w1 - timedelta(seconds=1), w1])
    ]
    assert [it.uid for it in read(*around).occurrences] == ["1", "2"]


DECLINED = "CUTYPE=RESOURCE;PARTSTAT=DECLINED:mailto:projector@b"
ACCEPTED = "CUTYPE=RESOURCE;PARTSTAT=ACCEPTED;CN=Sali 2:MAILTO:R2@b"


@pytest.mark.parametrize(
    ("attendees", "names", "expected"),
    [
        ([], (), None),
        (["CUTYPE=INDIVIDUAL;PARTSTAT=DECLINED:mailto:a@b"], (), None),
        (['CUTYPE=RESOURCE;PARTSTAT=DECLINED;CN="Sali: 1":mailto:r1@b'], (), "DECLINED"),
        (["CUTYPE=ROOM:mailto:r1@b"], (), "NEEDS-ACTION"),
        ([DECLINED, ACCEPTED], ("r2@B",), "ACCEPTED"),
        ([DECLINED, ACCEPTED], ("Sali 2",), "ACCEPTED"),
        ([DECLINED, ACCEPTED], ("Sali 3",), "DECLINED"),
        ([DECLINED, "CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:r3@b"], (), "ACCEPTED"),
    ],
)
def test_the_answer_of_the_room(attendees: list[str], names: tuple[str, ...], expected: str | None) -> None:
    feed = read(GOOD + "".join(f"\nATTENDEE;{attendee}" for attendee in attendees))
    assert feed.occurrences[0].partstat(*names) == expected


def test_a_flood_of_exceptions_and_changes_ends() -> None:
    dates = ",".join(f"{2000 + n // 372}{n // 31 % 12 + 1:02d}{n % 28 + 1:02d}T060000Z" for n in range(9_000))
    changes = [
        booked("20261005T090000", "20261005T100000", f"RECURRENCE-ID:{2000 + n // 300}{n % 12 + 1:02d}{n % 28 + 1:02d}T060000Z")
        for n in range(2_000)
    ]
    series = booked("20000101T090000", "20000101T100000", "RRULE:FREQ=DAILY", *[f"EXDATE:{dates}"] * 2)
    assert read(series, *changes).errors == ()
    several = ["RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=" + ",".join(map(str, range(60)))] * 8
    crowd = booked("20000101T090000", "20000101T100000", *several)
    assert [error.uid for error in read(crowd, *changes, GOOD).errors] == ["a"]


def test_a_feed_full_of_bombs_is_refused_as_a_whole() -> None:
    bomb = "DTSTART:00010105T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=1000000000"
    with pytest.raises(Garbled, match="too much work"):
        read(*(event(bomb, f"{n}") for n in range(20)))


def test_who_and_what_an_event_is_for() -> None:
    feed = read(
        GOOD
        + "\nCATEGORIES:Vihkiminen,Kela\\, Porvoo,,\nCATEGORIES;LANGUAGE=fi: DVV ,Vihkiminen"
        + '\nORGANIZER;CN="DVV; Porvoo: ajat":MAILTO:Ajat@DVV.example'
        + "\nATTENDEE;CN=A:mailto:A@virasto.example\nATTENDEE;CUTYPE=ROOM:mailto:r1@b\nATTENDEE:mailto:a@virasto.example",
        booked("20261006T110000", "20261006T120000", "ORGANIZER:", "CATEGORIES:"),
    )
    full, bare = feed.occurrences
    assert full.categories == ("Vihkiminen", "Kela, Porvoo", "DVV")
    assert (full.organizer, full.attendees) == ("ajat@dvv.example", ("a@virasto.example", "r1@b"))
    assert (bare.categories, bare.organizer, bare.attendees) == ((), None, ())
