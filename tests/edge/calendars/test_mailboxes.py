"""Calendars of several feeds, and what is written into calendars, against a small Microsoft 365."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from edge.calendars.packing import pack
from edge.calendars.store import FeedStore
from rooms.bookings import CalendarFailed, CalendarUnchanged
from rooms.plan import CalendarRead
from rooms.sources.port import Content, Request, Response
from rooms.stays import BookingReleased
from tests.edge import calendar_server as bad
from tests.edge.calendar_server import CalendarServer
from tests.edge.calendars.bench import Bench
from tests.graph_calendar import MAILBOX, booked
from tests.graph_service import CLIENT, SECRET, TENANT, GraphService, serving
from tests.rooms.ics_text import booked as ics_booked
from tests.rooms.ics_text import calendar

ONE = calendar(ics_booked("20261006T090000", "20261006T100000"))
GONE = "huone-404@porvoo.example"


@dataclass
class Tenant(GraphService):
    """addresses: of mailboxes that have the calendar of the first."""

    addresses: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        for address in self.addresses:
            request = Request(request.method, request.url.replace(address, MAILBOX), request.headers, request.body)
        return super().answer(request)


@pytest.fixture
def service() -> Tenant:
    service = Tenant(addresses=["huone-102@porvoo.example"])
    service.calendar.put(booked("a", "2026-10-05 10:00", "2026-10-05 11:00"), booked("b", "2026-10-07 10:00", "2026-10-07 11:00"))
    return service


@pytest.fixture
def bench(service: Tenant, tmp_path: Path) -> Iterator[Bench]:
    with serving(service) as address:
        graph = {"tenant": TENANT, "client": CLIENT, "secret": "env:SECRET", "login": address, "service": f"{address}/v1.0"}
        mailboxes = {"palvelu-1": MAILBOX, "palvelu-2": "huone-102@porvoo.example", "vihki": GONE}
        yield Bench({"graph": graph, "mailboxes": mailboxes, "write_back": True}, tmp_path, secret=SECRET)


async def test_each_mailbox_is_a_feed_and_one_that_is_gone_harms_no_other(bench: Bench, service: Tenant) -> None:
    for room in ("palvelu-1", "palvelu-2"):
        await bench.read(f"cal/{room}")
        assert [booking.room for booking in bench.known(f"cal/{room}")] == [room, room]
    assert isinstance((await bench.fetch("cal/vihki"))[-1], CalendarFailed)
    assert service.asked("oauth2") == 1
    assert await bench.fetch("cal/palvelu-1") == [CalendarUnchanged(at=bench.clock.t, calendar="cal/palvelu-1")]
    assert not any(SECRET in text or "pass-" in text for text in bench.store.values())


async def test_mailboxes_are_asked_less_often_at_night(bench: Bench, service: Tenant) -> None:
    bench.clock.t = bench.clock.t.replace(hour=22)
    await bench.read("cal/palvelu-1")
    bench.clock.t += timedelta(minutes=4)
    assert await bench.fetch("cal/palvelu-1") == []
    bench.clock.t += timedelta(minutes=1)
    assert len(await bench.fetch("cal/palvelu-1")) == 1


async def test_so_many_bookings_gone_must_be_said_twice_also_in_changes(bench: Bench, service: Tenant) -> None:
    service.calendar.put(*(booked(f"c{n}", f"2026-10-06 {n:02}:00", f"2026-10-06 {n:02}:30") for n in range(9, 19)))
    await bench.read("cal/palvelu-1")
    for event_id in [*service.calendar.events][:9]:
        service.calendar.delete(event_id)
    assert "take away" in await bench.failure("cal/palvelu-1")
    assert len(bench.known("cal/palvelu-1")) == 12
    await bench.read("cal/palvelu-1")
    assert len(bench.known("cal/palvelu-1")) == 3


async def release(bench: Bench, after: timedelta) -> None:
    bench.clock.t += after
    (booking, *_) = bench.known("cal/palvelu-1")
    await bench.deliver(
        BookingReleased(
            at=bench.clock.t, calendar=booking.calendar, room=booking.room, uid=booking.uid, rid=booking.rid,
            booked_until=booking.end, by="host-1",
        )
    )  # fmt: skip


def patched(service: Tenant) -> int:
    return sum(request.method == "PATCH" for request in service.requests)


async def test_a_release_is_written_into_the_calendar_once(bench: Bench, service: Tenant) -> None:
    await bench.read("cal/palvelu-1")
    await release(bench, timedelta(hours=1, minutes=20))
    released_at = bench.clock.t
    await bench.fetch("cal/palvelu-1")
    assert service.calendar.events["a"].end == released_at
    await bench.read("cal/palvelu-1")
    assert bench.known("cal/palvelu-1")[0].end == released_at
    bench.restart()
    await bench.fetch("cal/palvelu-1")
    assert patched(service) == 1


async def test_a_release_that_cannot_be_written_is_tried_again_told_and_given_up(
    bench: Bench, service: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    service.writable = False
    await bench.read("cal/palvelu-1")
    await release(bench, timedelta(hours=1, minutes=20))
    _, told = await bench.fetch("cal/palvelu-1")
    assert isinstance(told, CalendarRead)
    (problem,) = told.problems
    assert (
        problem.values["problem"].message
        == "The application may not change the mailbox: it needs the permission Calendars.ReadWrite"
    )  # type: ignore[union-attr]
    for _ in range(6):
        await bench.fetch("cal/palvelu-1")
    assert patched(service) == 5
    assert caplog.text.count("is not tried again") == 1
    bench.clock.t += timedelta(hours=1)
    *_, told = await bench.fetch("cal/palvelu-1")
    assert isinstance(told, CalendarRead)
    assert told.problems == ()


async def test_a_release_made_while_the_line_was_down_is_written_after_a_restart(bench: Bench, service: Tenant) -> None:
    await bench.read("cal/palvelu-1")
    await release(bench, timedelta(hours=1, minutes=20))
    bench.restart()
    await bench.fetch("cal/palvelu-1")
    assert service.calendar.events["a"].end == bench.clock.t


@pytest.mark.parametrize(("write_back", "asks_for_changes"), [(False, True), (True, False)])
async def test_what_is_written_back_is_never_built_on_what_is_kept(
    tmp_path: Path, write_back: bool, asks_for_changes: bool
) -> None:
    """What is kept lacks the persons: written back, it would take them out of the calendar."""
    server = CalendarServer()
    server.behave = bad.status(500)
    bench = Bench({"caldav": server.url, "write_back": write_back}, tmp_path)
    content = Content("ics", {"a.ics": ONE}, {"etags": {"a.ics": '"1"'}, "token": "TOKEN", "listed_at": bench.clock.t.isoformat()})
    FeedStore("cal", server.url, bench.keep, bench.store.get).swap(pack(content).decode(), content, (), bench.clock.t)
    await bench.fetch()
    server.stop()
    assert len(bench.known("cal")) == 1
    assert (b"TOKEN" in server.written[0][1]) == asks_for_changes
