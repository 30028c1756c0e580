"""Against a real CalDAV server, with another client as the one who books."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from caldav.davclient import DAVClient

from edge.text import say
from rooms.ics import read_feed
from rooms.ics_lines import Unreadable
from rooms.sources.caldav import CaldavSource
from rooms.sources.port import Answer, Failed, New, Request, Response, Unchanged
from rooms.uids import hashed
from tests.rooms.sources.conversing import carry
from tests.rooms.sources.radicale import PASSWORD, USER, Radicale

NOW = datetime(2026, 10, 5, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HELSINKI = ZoneInfo("Europe/Helsinki")
LOGIN = {"Authorization": "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    server = Radicale(tmp_path_factory.mktemp("radicale"))
    yield server
    server.stop()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Radicale]:
    server = Radicale(tmp_path, guarded=True)
    yield server
    server.stop()


class Clerk:
    """Books with a calendar program of other making."""

    def __init__(self, server: Radicale, name: str) -> None:
        self._client = DAVClient(server.url, username=USER, password=PASSWORD)
        self._principal = self._client.principal()  # type: ignore[no-untyped-call]
        self.calendar: Any = self._principal.make_calendar(name=name, cal_id=name)
        self.name = name

    def make_again(self) -> None:
        self.calendar = self._principal.make_calendar(name=self.name, cal_id=self.name)

    def books(self, *events: str) -> None:
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//clerk//EN", *events, "END:VCALENDAR"]
        self.calendar.save_event("\r\n".join(lines))

    def ends(self, uid: str) -> list[tuple[datetime, datetime]]:
        """Start and end of all events in the resource with this UID, as this program reads them."""
        events = self.calendar.get_event_by_uid(uid).icalendar_instance.walk("VEVENT")
        return [(event["DTSTART"].dt, event["DTEND"].dt) for event in events]

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def clerk(server: Radicale, request: pytest.FixtureRequest) -> Iterator[Clerk]:
    clerk = Clerk(server, request.node.name.replace("_", "-"))
    yield clerk
    clerk.close()


@pytest.fixture
def source(server: Radicale, clerk: Clerk) -> CaldavSource:
    return CaldavSource(server.calendar(clerk.name), zone=HELSINKI)


def event(uid: str, start: str, hours: int = 1, *more: str) -> str:
    lines = f"UID:{uid}", "DTSTAMP:20261001T080000Z", f"DTSTART;TZID=Europe/Helsinki:{start}", f"DURATION:PT{hours}H"
    return "\r\n".join(["BEGIN:VEVENT", *lines, f"SUMMARY:Työ {uid}", *more, "END:VEVENT"])


def hears(source: CaldavSource, now: datetime = NOW) -> Answer:
    """Asks and, where there is something to believe, believes it."""
    answer = carry(source.ask(now))
    if isinstance(answer, New | Unchanged):
        source.accept(answer.content)
    return answer


def sent(request: Request) -> Response:
    got = httpx.request(request.method, request.url, headers=dict(request.headers), content=request.body)
    return Response(got.status_code, dict(got.headers), got.content)


def bookings(source: CaldavSource) -> dict[str, list[str]]:
    """By UID, the times on the wall of what the source believes."""
    assert source.content is not None
    times: dict[str, list[str]] = {}
    for body in source.content.parts.values():
        try:
            feed = read_feed(body, zone=HELSINKI, window=(NOW - timedelta(days=1), NOW + timedelta(days=40)))
        except Unreadable:
            continue
        for booking in feed.occurrences:
            start, end = booking.start.astimezone(HELSINKI), booking.end.astimezone(HELSINKI)
            times.setdefault(booking.uid, []).append(f"{start:%d.%m. %H:%M}-{end:%H:%M}")
    return times


def test_bookings_come_move_and_go(clerk: Clerk, source: CaldavSource) -> None:
    clerk.books(event("a", "20261005T090000"))
    clerk.books(event("b", "20261006T090000"))
    assert isinstance(hears(source), New)
    assert bookings(source) == {"a": ["05.10. 09:00-10:00"], "b": ["06.10. 09:00-10:00"]}
    assert isinstance(hears(source, NOW), Unchanged)
    clerk.books(event("c", "20261007T120000", 2))
    assert isinstance(hears(source, NOW + MINUTE), New)
    clerk.books(event("b", "20261006T140000"))
    assert isinstance(hears(source, NOW + 2 * MINUTE), New)
    clerk.calendar.get_event_by_uid("a").delete()
    assert isinstance(hears(source, NOW + 3 * MINUTE), New)
    assert bookings(source) == {"b": ["06.10. 14:00-15:00"], "c": ["07.10. 12:00-14:00"]}
    assert isinstance(hears(source, NOW + 4 * MINUTE), Unchanged)


def test_a_series_with_an_exception_and_a_moved_instance(clerk: Clerk, source: CaldavSource) -> None:
    rule, without = "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Helsinki:20261012T090000"
    moved = event("s", "20261020T130000", 1, "RECURRENCE-ID;TZID=Europe/Helsinki:20261019T090000")
    clerk.books(event("s", "20261005T090000", 1, rule, without), moved)
    assert isinstance(hears(source), New)
    assert bookings(source) == {"s": ["05.10. 09:00-10:00", "20.10. 13:00-14:00", "26.10. 09:00-10:00"]}


def test_a_task_beside_bookings_is_none_of_ours(clerk: Clerk, source: CaldavSource) -> None:
    clerk.books(event("a", "20261005T090000"))
    clerk.calendar.save_todo("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:t\r\nSUMMARY:Mop\r\nEND:VTODO\r\nEND:VCALENDAR")
    assert isinstance(hears(source), New)
    assert isinstance(hears(source, NOW), Unchanged)
    assert len(source.content.parts if source.content else ()) == 1


def test_a_calendar_that_was_lost_and_made_again_is_read_anew(server: Radicale, clerk: Clerk, source: CaldavSource) -> None:
    clerk.books(event("a", "20261005T090000"))
    clerk.books(event("b", "20261006T090000"))
    hears(source)
    hears(source)
    known = source.content
    assert known is not None
    server.lose(clerk.name)
    lost = hears(source, NOW + MINUTE)
    assert isinstance(lost, Failed)
    assert source.content is known
    clerk.make_again()
    clerk.books(event("b", "20261006T150000"))
    refusal = sent(next(source.ask(NOW + 2 * MINUTE)))
    assert (refusal.status, b"valid-sync-token" in refusal.body) == (403, True)
    assert isinstance(hears(source, NOW + 2 * MINUTE), New)
    assert bookings(source) == {"b": ["06.10. 15:00-16:00"]}
    assert isinstance(hears(source, NOW + 3 * MINUTE), Unchanged)
    assert source.content is not None
    assert source.content.memo["token"]


def test_a_garbled_resource_does_not_hide_the_good_ones(server: Radicale, clerk: Clerk, source: CaldavSource) -> None:
    clerk.books(event("a", "20261005T090000"))
    clerk.books(event("b", "20261006T090000"))
    hears(source)
    server.put_by_hand(clerk.name, "x.ics", b"<html>no calendar</html>")
    server.put_by_hand(clerk.name, "y.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:y\r\nSUMMARY:cut sh")
    clerk.books(event("nowhere", "20261007T090000").replace("Europe/Helsinki", "No Such Zone"))
    clerk.books(event("html", "20261007T090000", 1, "X-ALT-DESC;FMTTYPE=text/html:<!DOCTYPE html><p>]]>&amp;"))
    assert isinstance(hears(source, NOW + 11 * MINUTE), New)
    assert bookings(source).keys() == {"a", "b", "html"}


def test_a_server_that_asks_who_we_are_and_stops_in_the_middle(guarded: Radicale) -> None:
    clerk = Clerk(guarded, "k201")
    clerk.books(event("a", "20261005T090000"))
    assert isinstance(hears(CaldavSource(guarded.calendar("k201"))), Failed)
    source = CaldavSource(guarded.calendar("k201"), LOGIN, zone=HELSINKI)
    assert isinstance(hears(source), New)
    clerk.books(event("b", "20261006T090000"))
    clerk.close()
    conversation = source.ask(NOW + MINUTE)
    fetch = conversation.send(sent(next(conversation)))
    guarded.stop()
    with pytest.raises(httpx.TransportError):
        sent(fetch)
    conversation.close()
    assert bookings(source) == {"a": ["05.10. 09:00-10:00"]}
    guarded.start()
    assert isinstance(hears(source, NOW + 2 * MINUTE), New)
    assert bookings(source).keys() == {"a", "b"}


def test_a_booking_that_is_made_shorter_is_so_for_others_too(clerk: Clerk, source: CaldavSource) -> None:
    clerk.books(event("a", "20261005T090000", 3))
    hears(source)
    end = datetime(2026, 10, 5, 7, 20, tzinfo=UTC)
    assert carry(source.shorten(hashed("a"), "20261005T060000Z", end)) is None
    start = datetime(2026, 10, 5, 9, tzinfo=HELSINKI)
    assert clerk.ends("a") == [(start, start.replace(hour=10, minute=20))]
    assert isinstance(hears(source, NOW + MINUTE), New)
    assert bookings(source) == {"a": ["05.10. 09:00-10:20"]}


def test_one_instance_of_a_series_is_made_shorter_for_others_too(clerk: Clerk, source: CaldavSource) -> None:
    clerk.books(event("s", "20261005T090000", 3, "RRULE:FREQ=WEEKLY;COUNT=3"))
    hears(source)
    end = datetime(2026, 10, 12, 7, 20, tzinfo=UTC)
    assert carry(source.shorten(hashed("s"), "20261012T060000Z", end)) is None
    hears(source, NOW + MINUTE)
    assert bookings(source) == {"s": ["05.10. 09:00-12:00", "12.10. 09:00-10:20", "19.10. 09:00-12:00"]}
    found = clerk.calendar.search(
        start=datetime(2026, 10, 1, tzinfo=UTC), end=datetime(2026, 11, 1, tzinfo=UTC), event=True, expand=True
    )
    times = sorted((component["DTSTART"].dt, component.end) for one in found for component in one.icalendar_instance.walk("VEVENT"))
    local = [(start.astimezone(HELSINKI), end.astimezone(HELSINKI)) for start, end in times]
    assert [f"{start:%d.%m. %H:%M}-{end:%H:%M}" for start, end in local] == bookings(source)["s"]


def test_what_others_changed_meanwhile_is_not_overwritten(clerk: Clerk, source: CaldavSource) -> None:
    clerk.books(event("a", "20261005T090000", 3))
    hears(source)
    clerk.books(event("a", "20261005T083000", 2))
    outcome = carry(source.shorten(hashed("a"), "20261005T060000Z", datetime(2026, 10, 5, 7, tzinfo=UTC)))
    assert outcome == Failed(say("The booking was changed in the calendar meanwhile"))
    hears(source, NOW + MINUTE)
    assert bookings(source) == {"a": ["05.10. 08:30-10:30"]}
