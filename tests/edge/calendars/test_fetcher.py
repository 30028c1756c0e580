"""Calendars from files and real servers: what is told, what is kept, and that nothing is ever raised."""

import asyncio
import gzip
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from edge.calendars.files import standing_in
from edge.calendars.packing import unpack
from edge.calendars.reading import NotRead, read_apart
from edge.calendars.store import FeedStore
from edge.clock import FastClock
from edge.facts import Facts
from edge.scheduler import Scheduler
from edge.site.model import Scene
from rooms import plan
from rooms.bookings import Booking, CalendarFailed, CalendarUnchanged
from rooms.feeding import feeding
from rooms.ics_lines import MOST_OCTETS, Unreadable
from rooms.plan import BookingsChanged, CalendarRead
from rooms.privacy import without_persons
from rooms.sources.port import Content
from rooms.uids import hashed
from tests.edge import calendar_server as bad
from tests.edge.calendar_server import CalendarServer
from tests.edge.calendars.bench import Bench
from tests.rooms.ics_text import booked, calendar
from tests.rooms.sites import site_with

ONE = calendar(booked("20261006T090000", "20261006T100000"))
TWO = calendar(booked("20261006T090000", "20261006T100000"), booked("20261007T090000", "20261007T100000", uid="b"))
DAILY = calendar(booked("20261006T090000", "20261006T100000", "RRULE:FREQ=DAILY"))
WEB_PAGE = b"<html>Sign in</html>"


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    server = CalendarServer()
    server.body = ONE
    yield server
    server.stop()


@pytest.fixture
def bench(server: CalendarServer, tmp_path: Path) -> Bench:
    return Bench({"url": server.url}, tmp_path)


async def test_bookings_from_an_address(bench: Bench, server: CalendarServer) -> None:
    event = await bench.read()
    assert (event.calendar, bench.uids, event.problems, event.read_at) == ("cal", ["a"], (), bench.clock.t)
    assert bench.bookings[0].start == datetime(2026, 10, 6, 6, tzinfo=UTC)


async def test_an_unchanged_calendar_is_fresh_again(bench: Bench, server: CalendarServer) -> None:
    server.etag = '"1"'
    await bench.read()
    bench.clock.t += timedelta(minutes=2)
    assert await bench.fetch() == [CalendarUnchanged(at=bench.clock.t, calendar="cal")]
    assert server.requests[1][1]["if-none-match"] == '"1"'


def failures() -> list[Callable[[BaseHTTPRequestHandler], None]]:
    return [
        bad.status(401), bad.status(403), bad.status(404), bad.status(429), bad.status(500), bad.status(302), bad.status(304),
        bad.status(302, location="file:///etc/passwd"), bad.status(302, location="http://localhost/other.ics"),
        bad.status(302, location="/calendar/basic.ics"), bad.body(b""), bad.body(WEB_PAGE), bad.body(ONE[:-30]),
        bad.cut_short(ONE), bad.body(b"x" * (MOST_OCTETS + 1)), bad.body(bad.bomb(200_000_000), content_encoding="gzip"),
        bad.body(gzip.compress(ONE)[:-9], content_encoding="gzip"), bad.body(b"no gzip", content_encoding="gzip"),
        bad.body(ONE, content_encoding="br"), bad.body(ONE.replace(b"BEGIN:VEVENT", b"BEGIN:VEVENT\r\n" * 10_000)),
    ]  # fmt: skip


async def test_a_failure_is_told_and_takes_nothing_away(bench: Bench, server: CalendarServer) -> None:
    """R13."""
    await bench.read()
    for how in failures():
        server.behave = how
        assert await bench.failure()
        assert bench.uids == ["a"]
        server.behave = server.serve
        assert await bench.fetch() == [CalendarUnchanged(at=bench.clock.t, calendar="cal")]


async def test_a_server_that_drips_is_given_up(bench: Bench, server: CalendarServer) -> None:
    server.behave = bad.drip(server, ONE)
    assert await bench.failure() == "The calendar's server {host} is too slow"


async def test_a_server_that_is_not_there(bench: Bench, server: CalendarServer) -> None:
    server.stop()
    assert await bench.failure() == "The calendar's server {host} cannot be reached"


async def test_a_redirect_on_the_same_host_is_followed(bench: Bench, server: CalendarServer) -> None:
    def moved(request: object) -> None:
        server.behave = server.serve
        bad.answer(request, 302, location="/elsewhere.ics")  # type: ignore[arg-type]

    server.behave = moved
    await bench.read()
    assert bench.uids == ["a"]
    assert server.requests[-1][0] == "/elsewhere.ics"


async def test_a_packed_answer_is_unpacked(bench: Bench, server: CalendarServer) -> None:
    server.behave = bad.body(gzip.compress(TWO), content_encoding="gzip")
    await bench.read()
    assert bench.uids == ["a", "b"]


async def test_a_busy_server_is_left_alone(bench: Bench, server: CalendarServer) -> None:
    server.behave = bad.status(503, retry_after="60")
    await bench.failure()
    await bench.failure()
    assert len(server.requests) == 1
    bench.clock.t += timedelta(seconds=61)
    server.behave = server.serve
    await bench.read()


async def test_a_bad_event_keeps_its_last_good_version(bench: Bench, server: CalendarServer) -> None:
    server.body = TWO
    await bench.read()
    server.body = TWO.replace(b"DTSTART;TZID=Europe/Helsinki:20261007", b"DTSTART;TZID=Nowhere:20261007")
    event = await bench.read()
    assert bench.uids == ["a", "b"]
    assert [text.values["uid"] for text in event.problems] == [hashed("b")]


async def test_an_empty_calendar_is_believed_when_it_is_said_twice(bench: Bench, server: CalendarServer) -> None:
    await bench.read()
    server.body = calendar()
    assert "take away" in await bench.failure()
    await bench.read()
    assert bench.uids == []


async def test_of_a_changed_calendar_only_what_differs_is_told(bench: Bench, server: CalendarServer) -> None:
    server.body = calendar(*(booked(f"202610{day:02}T090000", f"202610{day:02}T100000", uid=str(day)) for day in range(6, 26)))
    await bench.read()
    server.body = server.body.replace(b"20261010T100000", b"20261010T103000").replace(b"UID:7", b"UID:77")
    changed, read = await bench.fetch()
    assert isinstance(changed, BookingsChanged)
    assert isinstance(read, CalendarRead)
    told = [[booking.start.day for booking in some] for some in (changed.made, changed.changed, changed.cancelled)]
    assert told == [[7], [10], [7]]
    known = bench.bookings
    bench.facts = Facts()
    bench.restart()
    await bench.fetch()
    assert bench.bookings == known


async def test_what_a_crash_left_untold_is_told_by_the_next_start(bench: Bench, server: CalendarServer) -> None:
    server.body = TWO
    await bench.read()
    known, bench.facts = bench.bookings, Facts()
    plan.fold(bench.facts, BookingsChanged(at=bench.clock.t, calendar="cal", made=(known[0],)))
    bench.restart()
    changed, *_ = await bench.fetch()
    assert isinstance(changed, BookingsChanged)
    assert (changed.made, bench.bookings) == ((known[1],), known)


async def test_all_of_a_feed_is_kept_together(bench: Bench, server: CalendarServer) -> None:
    await bench.read()
    server.body = TWO
    await bench.read()
    assert bench.keeps == [{"content", "bookings", "state"}] * 2
    bench.clock.t += timedelta(seconds=59)
    await bench.fetch()
    bench.clock.t += timedelta(seconds=1)
    await bench.fetch()
    assert bench.keeps[2:] == [{"state"}]


async def test_what_is_kept_names_nobody_and_is_known_again(bench: Bench, server: CalendarServer) -> None:
    server.body = calendar(
        booked("20261006T090000", "20261006T100000", "SUMMARY:Divorce of N.N.", "ATTENDEE:mailto:n.n@example.org")
    )
    await bench.read()
    kept = unpack(bench.store["calendar/cal/content"]).parts[""]
    assert b"20261006T090000" in kept
    assert b"N.N" not in kept
    assert b"n.n@" not in kept
    bench.restart()
    await bench.fetch()
    assert await bench.fetch() == [CalendarUnchanged(at=bench.clock.t, calendar="cal")]


async def test_what_is_kept_after_an_edit_is_as_if_all_had_been_read(bench: Bench, server: CalendarServer) -> None:
    def feed(*edited: int) -> bytes:
        persons = "SUMMARY:N.N.", "ATTENDEE:mailto:n.n@example.org", "ORGANIZER;CN=N.N.:mailto:n.n@example.org"
        times = ((f"202610{day:02}T{10 if day in edited else 9:02}0000", f"202610{day:02}T110000", day) for day in range(6, 25))
        return calendar(*(booked(start, end, *persons, uid=str(day)) for start, end, day in times))

    whole = feeding(bench.site, "cal", hashed=True)
    for body in (feed(), feed(8), feed(8, 9), feed(9)):
        server.body = body
        await bench.read()
        kept = unpack(bench.store["calendar/cal/content"])
        assert kept.parts == without_persons(Content("ics", {"": body}), whole).parts
        assert b"n.n" not in kept.parts[""].lower()
    assert [booking.uid for booking in bench.bookings if booking.start.hour == 7] == [hashed("9")]
    known = bench.bookings
    bench.restart()
    server.behave = bad.status(500)
    await bench.fetch()
    assert bench.bookings == known


async def test_a_password_goes_with_the_request_and_nowhere_else(bench: Bench, server: CalendarServer, tmp_path: Path) -> None:
    other = Bench({"url": server.url, "username": "rooms", "password": "env:PASSWORD"}, tmp_path)
    await other.read()
    credentials = b64encode(b"rooms:SECRET-CANARY").decode()
    assert server.requests[-1][1]["authorization"] == f"Basic {credentials}"
    assert not any(credentials in text for text in other.store.values())


async def test_bookings_roll_on_without_a_network(bench: Bench, server: CalendarServer) -> None:
    server.body = DAILY
    first = await bench.read()
    last = bench.bookings[-1].start
    server.behave = bad.status(500)
    bench.clock.t += timedelta(hours=23)
    await bench.failure()
    bench.clock.t += timedelta(hours=2)
    changed, rolled, failed = await bench.fetch()
    assert isinstance(changed, BookingsChanged)
    assert isinstance(rolled, CalendarRead)
    assert isinstance(failed, CalendarFailed)
    assert rolled.read_at == first.read_at
    assert bench.bookings[-1].start == last + timedelta(days=1)


async def test_after_a_restart_the_bookings_are_there_without_a_network(bench: Bench, server: CalendarServer) -> None:
    server.etag = '"1"'
    first = await bench.read()
    known, bench.facts = bench.bookings, Facts()
    bench.restart()
    bench.clock.t += timedelta(minutes=5)
    server.behave = bad.status(500)
    *_, restored, failed = await bench.fetch()
    assert isinstance(restored, CalendarRead)
    assert (bench.bookings, restored.read_at) == (known, first.read_at)
    assert isinstance(failed, CalendarFailed)
    server.behave = server.serve
    assert await bench.fetch() == [CalendarUnchanged(at=bench.clock.t, calendar="cal")]
    assert server.requests[-1][1]["if-none-match"] == '"1"'


async def test_what_was_kept_of_another_address_is_not_used(bench: Bench, server: CalendarServer, tmp_path: Path) -> None:
    await bench.read()
    other = Bench({"file": "missing.ics"}, tmp_path, store=bench.store)
    assert await other.failure() == "There is no file {path}"


async def test_what_was_kept_badly_is_not_used(bench: Bench) -> None:
    await bench.read()
    good = dict(bench.store)
    store = FeedStore("cal", str(bench.section["url"]), bench.keep, bench.store.get)
    assert store.restore() is not None
    for name in good:
        for junk in ("", "{", "[]", '{"origin": 1}', good[name][:-9], "äö"):
            bench.store.update({**good, name: junk})
            assert store.restore() is None, (name, junk)


async def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "room.ics"
    bench = Bench({"file": "room.ics"}, tmp_path)
    assert await bench.failure() == "There is no file {path}"
    file.write_bytes(ONE)
    await bench.read()
    assert bench.uids == ["a"]
    file.write_bytes(TWO)
    await bench.read()
    assert bench.uids == ["a", "b"]
    file.write_bytes(TWO[:-40])
    assert "cut short" in await bench.failure()
    file.unlink()
    await bench.failure()
    file.mkdir()
    await bench.failure()


async def test_a_file_may_stand_in_for_an_address(server: CalendarServer, tmp_path: Path) -> None:
    (tmp_path / "demo.ics").write_bytes(TWO)
    bench = Bench({"url": server.url}, tmp_path)
    bench.site = standing_in(bench.site, {"cal": tmp_path / "demo.ics"})
    bench.restart()
    await bench.read()
    assert bench.uids == ["a", "b"]
    assert server.requests == []


async def test_a_bomb_of_a_rule_is_refused_and_the_rest_read(bench: Bench, server: CalendarServer) -> None:
    server.body = calendar(
        booked("20261006T090000", "20261006T100000", "RRULE:FREQ=SECONDLY", uid="bomb"),
        booked("20261006T090000", "20261006T100000"),
    )
    event = await bench.read()
    assert bench.uids == ["a"]
    assert len(event.problems) == 1


async def test_a_feed_that_takes_the_reader_too_long_is_given_up() -> None:
    feed = feeding(site_with(cal={"file": "x.ics", "room": "vihki"}), "cal")
    window = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    with pytest.raises(NotRead):
        await read_apart(feed, Content("ics", {"": ONE}), window, deadline_s=0.001)
    with pytest.raises(Unreadable, match="web page"):
        await read_apart(feed, Content("ics", {"": WEB_PAGE}), window)


async def test_no_secret_is_logged(
    bench: Bench, server: CalendarServer, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("INFO")
    await bench.read()
    server.behave = bad.status(500)
    await bench.failure()
    server.stop()
    await bench.failure()
    captured = capsys.readouterr()
    assert "SECRET-CANARY" not in caplog.text + captured.out + captured.err
    assert not any("SECRET-CANARY" in text for text in bench.store.values())


async def test_an_unforeseen_fault_is_told_and_not_raised(bench: Bench) -> None:
    def broken(feed: str) -> list[Booking]:
        raise RuntimeError(feed)

    bench.known = broken  # type: ignore[method-assign]
    assert "nobody expected" in await bench.failure()


async def test_the_scheduler_polls_by_the_buildings_clock(tmp_path: Path) -> None:
    (tmp_path / "room.ics").write_bytes(ONE)
    bench = Bench({"file": "room.ics", "poll": "10 s"}, tmp_path)
    bench.clock = FastClock(speed=100.0, origin=datetime(2026, 10, 5, 6, tzinfo=UTC))  # type: ignore[assignment]
    bench.enough = 3
    bench.restart()
    scheduler = Scheduler(bench.clock)
    scheduler.start()
    bench.fetcher.start(scheduler)
    await asyncio.wait_for(bench.heard.wait(), 10)
    scheduler.stop()
    assert [type(event) for event in bench.told[:3]] == [CalendarRead, CalendarUnchanged, CalendarUnchanged]


async def test_names_of_ceremonies_are_told_once_for_each_answer_and_kept_nowhere(tmp_path: Path, server: CalendarServer) -> None:
    bench = Bench({"url": server.url}, tmp_path)
    scene = Scene.model_validate({"room": "palvelu-1", "prepare": {}, "names": True})
    bench.site = bench.site.model_copy(update={"scenes": {"wedding": scene}})
    bench.unnamed = lambda _: [("wedding", "id", booking) for booking in bench.bookings]
    server.body = calendar(booked("20261006T090000", "20261006T100000", "SUMMARY:Niemi & Lindqvist"))
    bench.restart()
    await bench.read()
    assert await bench.names() == ["Niemi & Lindqvist"]
    assert await bench.names() == []
    server.body = calendar(booked("20261006T090000", "20261006T100000", "SUMMARY:Salo & Aho"))
    await bench.fetch()
    assert await bench.names() == ["Salo & Aho"]
    bench.restart()
    await bench.fetch()
    assert await bench.names() == ["Salo & Aho"]
    assert "Salo" not in repr((bench.bookings, bench.store, unpack(bench.store["calendar/cal/content"])))
