"""One mailbox of Microsoft 365, asked over real HTTP: what a day's conversations come to, and what is made of bad answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from edge.text import say
from rooms.feeding import Feeding
from rooms.privacy import without_persons
from rooms.sources.graph import window_around
from rooms.sources.graph_rows import after_look
from rooms.sources.port import Answer, Content, Failed, New, Request, Response, Unchanged, WritableSource
from rooms.uids import hashed
from tests.graph_calendar import HELSINKI, MAILBOX, Event, Series, booked, full_row, utc, whole_days
from tests.graph_service import SECRET, GraphService, serving
from tests.rooms.sources.conversing import carry
from tests.rooms.sources.graph_talk import NOW, believed, bookings, converse, feed_of, source_at, taken, window_of

MINUTE = timedelta(minutes=1)


class Mailbox:
    """A service on a port, and a source that asks it."""

    def __init__(self, service: GraphService, base: str) -> None:
        self.service = service
        self.base = base
        self.calendar = service.calendar
        self.source: WritableSource = source_at(base)

    def ask(self, now: datetime = NOW) -> Answer:
        return carry(self.source.ask(now))

    def believe(self, now: datetime = NOW) -> Content:
        return taken(self.source, self.ask(now))

    def check(self, now: datetime = NOW) -> None:
        assert bookings(self.source, window_of(now)) == self.calendar.bookings(window_of(now))

    def ids(self, now: datetime = NOW) -> list[str]:
        return [o.uid.removeprefix("uid-") for o in feed_of(self.source, window_of(now)).occurrences]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    service = GraphService()
    service.calendar.put(booked("a", "2026-10-05T10:00", "2026-10-05T11:00"), booked("b", "2026-10-20T09:00", "2026-10-20T12:00"))
    service.calendar.repeat(Series(booked("s", "2026-09-01T14:00", "2026-09-01T16:00"), count=20))
    with serving(service) as base:
        yield Mailbox(service, base)


def test_a_mailbox_is_read_once_and_then_asked_only_for_changes(mailbox: Mailbox) -> None:
    assert isinstance(mailbox.ask(), New)
    mailbox.believe()
    mailbox.check()
    asked = mailbox.service.asked("startDateTime")
    assert isinstance(mailbox.ask(NOW + MINUTE), Unchanged)
    mailbox.calendar.change("b", subject="Siirretty", start=utc("2026-10-21T07:00"), end=utc("2026-10-21T08:00"))
    mailbox.calendar.delete("a")
    mailbox.calendar.put(booked("c", "2026-10-06T08:00", "2026-10-06T09:00"))
    assert isinstance(mailbox.ask(NOW + 2 * MINUTE), New)
    mailbox.believe(NOW + 3 * MINUTE)
    mailbox.check()
    assert mailbox.service.asked("startDateTime") == asked
    assert mailbox.service.asked("/oauth2/") == 1


def test_an_answer_that_was_not_accepted_is_asked_for_again(mailbox: Mailbox) -> None:
    mailbox.believe()
    mailbox.calendar.delete("a")
    first, second = mailbox.ask(NOW + MINUTE), mailbox.ask(NOW + 2 * MINUTE)
    assert isinstance(first, New)
    assert isinstance(second, New)
    assert first.content.digest == second.content.digest
    mailbox.source.refuse(second.content, say("Too much is gone"))
    assert mailbox.ask(NOW + 3 * MINUTE) == Failed(say("Too much is gone"))
    assert "a" in mailbox.ids()


def test_what_was_kept_over_a_restart_is_built_upon(mailbox: Mailbox) -> None:
    content = mailbox.believe()
    mailbox.source = source_at(mailbox.base)
    mailbox.source.accept(content)
    mailbox.calendar.delete("b")
    mailbox.believe(NOW + MINUTE)
    mailbox.check()
    assert mailbox.service.asked("delta?startDateTime") == 1


def test_what_was_kept_without_persons_is_nothing_to_be_put_right(mailbox: Mailbox) -> None:
    content = mailbox.believe()
    mailbox.source = source_at(mailbox.base)
    mailbox.source.accept(without_persons(content, Feeding("huone-101", HELSINKI, room="huone-101", address=MAILBOX)))
    assert mailbox.believe(NOW + 10 * MINUTE).memo["corrected"] == 0
    assert mailbox.service.asked("calendarView?startDateTime") == 2
    times = {(o.uid, o.rid, o.start, o.end) for o in feed_of(mailbox.source, window_of(NOW)).occurrences}
    assert times == {said[:4] for said in mailbox.calendar.bookings(window_of(NOW))}


@pytest.mark.parametrize("memo", [{}, {"deltaLink": 7}, {"deltaLink": "http://elsewhere.test/v1.0"}])
def test_a_memo_that_cannot_be_used_means_a_whole_round(memo: dict[str, object]) -> None:
    service, source = GraphService(), source_at()
    service.calendar.put(booked("a", "2026-10-05T10:00", "2026-10-05T11:00"))
    content = believed(source, service)
    source.accept(Content("graph", content.parts, memo if not memo else {**content.memo, **memo}))
    service.calendar.delete("a")
    believed(source, service, NOW + MINUTE)
    assert bookings(source, window_of(NOW)) == set()
    assert service.asked("delta?startDateTime") == 2
    assert service.asked("elsewhere") == 0


def test_each_local_night_all_is_read_anew_in_a_new_window(mailbox: Mailbox) -> None:
    evening = datetime(2026, 10, 5, 20, 59, tzinfo=UTC)
    first = mailbox.believe(evening)
    mailbox.calendar.put(booked("far", "2026-12-05T10:00", "2026-12-05T11:00"))
    mailbox.calendar.silent = True
    mailbox.calendar.delete("b")
    mailbox.believe(evening)
    assert "b" in mailbox.ids()
    second = mailbox.believe(evening + MINUTE)
    assert "b" not in mailbox.ids()
    assert "far" in mailbox.ids(evening + MINUTE + timedelta(days=2))
    assert (first.memo["from"], second.memo["from"]) == ("2026-10-02T00:00:00+00:00", "2026-10-03T00:00:00+00:00")


@pytest.mark.parametrize(
    "night", ["2026-10-24T21:00", "2026-10-25T00:30", "2026-10-25T21:59", "2026-03-28T22:00", "2026-03-29T20:59"]
)
def test_the_window_covers_all_bookings_that_are_wanted(night: str) -> None:
    now = utc(night)
    window, wanted = window_around(now, HELSINKI), window_of(now)
    assert window[0] <= wanted[0]
    assert wanted[1] <= window[1] <= now + timedelta(days=63)


@pytest.mark.parametrize("clocks", [("2026-10-21T21:00", "2026-10-22T05:00"), ("2027-03-25T21:00", "2027-03-26T05:00")])
def test_a_series_keeps_its_wall_times_over_the_nights_on_which_clocks_change(clocks: tuple[str, str]) -> None:
    service, source = GraphService(), source_at()
    service.calendar.repeat(Series(booked("night", *clocks), count=8, days=1))
    now = utc(clocks[0])
    believed(source, service, now)
    assert bookings(source, window_of(now)) == service.calendar.bookings(window_of(now))
    hours = {o.end - o.start for o in feed_of(source, window_of(now)).occurrences}
    assert len(hours) == 2


def test_a_big_mailbox_comes_in_pages(mailbox: Mailbox) -> None:
    for number in range(300):
        start = utc("2026-10-06T04:00") + timedelta(hours=4 * number)
        mailbox.calendar.put(Event(f"n{number}", start, start + timedelta(hours=3)))
    mailbox.believe()
    mailbox.check()
    assert mailbox.service.asked("$skiptoken") == 1


def test_a_series_is_replaced_as_a_whole(mailbox: Mailbox) -> None:
    mailbox.believe()
    mailbox.calendar.delete_instance("s", 7)
    mailbox.calendar.change_instance("s", 8, start=utc("2026-10-28T05:00"), end=utc("2026-10-28T06:00"), subject="Siirretty")
    mailbox.calendar.change_instance("s", 9, cancelled=True)
    assert isinstance(mailbox.ask(NOW + MINUTE), New)
    mailbox.believe(NOW + MINUTE)
    mailbox.check()
    mailbox.calendar.change_series("s", show_as="tentative")
    mailbox.believe(NOW + 2 * MINUTE)
    mailbox.check()
    mailbox.calendar.delete("s")
    mailbox.believe(NOW + 3 * MINUTE)
    mailbox.check()


def test_a_master_that_was_not_told_is_asked_for(mailbox: Mailbox) -> None:
    mailbox.service.masters = False
    mailbox.believe()
    mailbox.check()
    assert mailbox.service.asked("/events/s") == 1
    mailbox.calendar.delete_instance("s", 7)
    mailbox.believe(NOW + MINUTE)
    mailbox.check()
    assert mailbox.service.asked("/events/s") == 1


def test_days_are_days_of_the_building(mailbox: Mailbox) -> None:
    mailbox.calendar.put(whole_days("day", "2026-10-24", "2026-10-26"))
    mailbox.calendar.repeat(Series(whole_days("week", "2026-10-04", "2026-10-05"), count=5))
    mailbox.calendar.change_instance("week", 3, start=utc("2026-10-27"), end=utc("2026-10-28"))
    mailbox.believe()
    mailbox.check()
    day = next(o for o in feed_of(mailbox.source, window_of(NOW)).occurrences if o.uid == "uid-day")
    assert (day.rid, day.start, day.end) == ("20261024", utc("2026-10-23T21:00"), utc("2026-10-25T22:00"))


def test_what_changes_are_silent_about_is_seen_within_ten_minutes(mailbox: Mailbox) -> None:
    mailbox.believe()
    mailbox.calendar.silent = True
    mailbox.calendar.delete("a")
    mailbox.calendar.delete_instance("s", 5)
    mailbox.calendar.delete("b")
    mailbox.calendar.put(booked("c", "2026-10-05T12:00", "2026-10-05T13:00"))
    mailbox.believe(NOW + 9 * MINUTE)
    assert {"a", "b"} <= set(mailbox.ids())
    later = NOW + 10 * MINUTE
    assert mailbox.believe(later).memo["corrected"] == 2
    assert "a" not in mailbox.ids()
    assert "c" in mailbox.ids()
    # Silent once, not to be believed about later days either.
    assert mailbox.believe(later + MINUTE).memo["corrected"] == 2
    mailbox.check()
    assert isinstance(mailbox.ask(later + 2 * MINUTE), Unchanged)


def test_what_a_look_puts_right_stays_right_whatever_the_changes_say(mailbox: Mailbox) -> None:
    mailbox.believe()
    mailbox.calendar.silent = True
    mailbox.calendar.change("a", show_as="free")
    mailbox.believe(NOW + 10 * MINUTE)
    mailbox.calendar.silent = False
    mailbox.calendar.delete("a")
    mailbox.believe(NOW + 11 * MINUTE)
    mailbox.check()


def test_what_no_round_tells_is_not_forgotten_again() -> None:
    service, source = GraphService(), source_at()
    service.calendar.put(booked("a", "2026-10-05T23:00", "2026-10-06T02:00"))
    service.calendar.unheard = {"a"}
    evening = utc("2026-10-05T20:55")
    assert believed(source, service, evening).memo["corrected"] == 1
    believed(source, service, evening + MINUTE)
    assert service.asked("delta?startDateTime") == 1
    for now, faults in ((evening + 6 * MINUTE, []), (evening + 7 * MINUTE, ["gone"]), (evening + 8 * MINUTE, [])):
        service.faults = faults
        believed(source, service, now)
        assert bookings(source, window_of(now)) == service.calendar.bookings(window_of(now))


def test_a_series_that_no_round_tells_has_its_name_from_the_start() -> None:
    service, source = GraphService(), source_at()
    service.calendar.repeat(Series(booked("s", "2026-10-05T12:00", "2026-10-05T13:00"), count=1))
    service.calendar.unheard = {"s"}
    believed(source, service)
    assert bookings(source, window_of(NOW)) == service.calendar.bookings(window_of(NOW))


def test_a_look_takes_away_only_what_any_service_would_show() -> None:
    start = utc("2026-10-05T12:00")
    events = {
        "empty": Event("empty", start, start),
        "ends": Event("ends", NOW - MINUTE, NOW),
        "today": whole_days("today", "2026-10-05", "2026-10-06"),
        "tomorrow": whole_days("tomorrow", "2026-10-06", "2026-10-07"),
        "yesterday": whole_days("yesterday", "2026-10-04", "2026-10-05"),
        "booked": Event("booked", start, start + MINUTE),
    }
    rows = {event_id: full_row(event, "singleInstance") for event_id, event in events.items()}
    for hours, gone in ((0, {"today", "tomorrow", "booked"}), (16, {"tomorrow"}), (-7, {"ends", "today", "booked"})):
        begin = NOW + timedelta(hours=hours)
        left, corrected = after_look(MAILBOX, rows, [], (begin, begin + timedelta(days=1)), HELSINKI)
        assert rows.keys() - left.keys() == gone
        assert corrected == len(gone)


def test_a_look_finds_nothing_where_all_is_well(mailbox: Mailbox) -> None:
    """Whole rows of occurrences say the same as slim ones with their master."""
    mailbox.calendar.repeat(Series(booked("d", "2026-10-01T07:00", "2026-10-01T08:00"), count=30, days=1))
    mailbox.calendar.put(whole_days("day", "2026-10-05", "2026-10-06"), booked("e", "2026-10-05T08:00", "2026-10-05T09:00"))
    mailbox.calendar.change_instance("d", 4, subject="Toinen", cancelled=True)
    assert mailbox.believe().memo["corrected"] == 0
    assert mailbox.believe(NOW + 10 * MINUTE).memo["corrected"] == 0
    assert mailbox.service.asked("calendarView?startDateTime") == 2


@pytest.mark.parametrize("fault", ["gone", "lost-404", "lost-400"])
def test_a_service_that_lost_its_place_is_asked_for_everything(mailbox: Mailbox, fault: str) -> None:
    mailbox.believe()
    mailbox.calendar.delete("b")
    mailbox.service.faults = [fault]
    mailbox.believe(NOW + MINUTE)
    mailbox.check()
    assert mailbox.service.asked("delta?startDateTime") == 2


def test_a_place_lost_between_pages_is_asked_for_again_but_not_for_ever(mailbox: Mailbox) -> None:
    mailbox.service.page_size = 2
    mailbox.service.faults = ["lost-page"]
    mailbox.believe()
    mailbox.check()
    assert mailbox.service.asked("delta?startDateTime") == 2
    mailbox.service.always = "lost-page"
    tomorrow = NOW + timedelta(days=1)
    assert mailbox.ask(tomorrow) == Failed(
        say("The calendar's server has lost its place and asks to begin again (status {status})", status=404)
    )
    assert mailbox.service.asked("delta?startDateTime") == 4
    mailbox.check()


def test_empty_pages_and_repeated_rows_are_normal(mailbox: Mailbox) -> None:
    mailbox.service.empty_pages = mailbox.service.repeats = True
    mailbox.service.page_size = 3
    mailbox.believe()
    mailbox.check()
    mailbox.calendar.delete("a")
    mailbox.calendar.put(booked("a", "2026-10-05T17:00", "2026-10-05T18:00"))
    mailbox.calendar.delete("unheard-of")
    mailbox.believe(NOW + MINUTE)
    mailbox.check()


def problem(answer: Answer) -> str:
    assert isinstance(answer, Failed)
    return answer.problem.message


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("busy", "The calendar's server is busy (status {status})"),
        ("broken", "The calendar's server answered with status {status}"),
        ("unauthorized", "The calendar's server does not let us in (status {status})"),
        ("truncated", "The calendar's server answered with something else than a calendar"),
        ("elsewhere", "The calendar's server sends us to another server; we do not go there"),
        ("no-end", "The calendar's server answered with something else than a calendar"),
        ("endless", "The calendar has more than {most} pages"),
    ],
)
def test_a_bad_answer_changes_nothing(fault: str, said: str) -> None:
    service, source = GraphService(), source_at()
    service.calendar.put(booked("a", "2026-10-05T10:00", "2026-10-05T11:00"))
    content = believed(source, service)
    service.always = fault
    service.calendar.delete("a")
    for now in (NOW + MINUTE, NOW + timedelta(days=1)):
        assert problem(converse(source.ask(now), service.answer)) == said
        assert source.content is content
    service.always = ""
    believed(source, service, NOW + 2 * MINUTE)
    assert bookings(source, window_of(NOW)) == set()


def test_a_busy_service_is_left_alone_as_long_as_it_asks(mailbox: Mailbox) -> None:
    mailbox.service.faults = ["busy"]
    answer = mailbox.ask()
    assert isinstance(answer, Failed)
    assert answer.retry_after == timedelta(seconds=17)


def test_a_calendar_without_measure_is_not_taken(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rooms.sources.graph_session.MOST_OCTETS", 4000)
    assert problem(mailbox.ask()) == "The calendar is larger than {most} MB"


def test_a_mailbox_that_is_gone_is_no_empty_calendar(mailbox: Mailbox) -> None:
    mailbox.believe()
    mailbox.service.mailbox_gone = True
    assert problem(mailbox.ask(NOW + MINUTE)) == "There is no calendar at the address any more (status {status})"
    assert mailbox.ids()


def test_a_token_that_is_not_taken_is_replaced_once(mailbox: Mailbox) -> None:
    mailbox.believe()
    mailbox.service.forget_tokens()
    mailbox.believe(NOW + MINUTE)
    assert mailbox.service.asked("/oauth2/") == 2
    mailbox.service.always = "unauthorized"
    assert isinstance(mailbox.ask(NOW + 2 * MINUTE), Failed)
    assert mailbox.service.asked("/oauth2/") == 3


def test_a_service_that_takes_each_token_only_once_is_not_asked_for_ever() -> None:
    service, source = GraphService(page_size=1), source_at()
    service.calendar.repeat(Series(booked("s", "2026-10-05T12:00", "2026-10-05T13:00"), count=5))

    def answer(request: Request) -> Response:
        got = service.answer(request)
        if "oauth2" not in request.url:
            service.forget_tokens()
        return got

    assert isinstance(converse(source.ask(NOW), answer), Failed)
    assert service.asked("oauth2") == 2


def test_a_token_is_renewed_before_it_ends_and_shared_by_the_mailboxes(mailbox: Mailbox) -> None:
    mailbox.believe()
    mailbox.believe(NOW + 57 * MINUTE)
    assert mailbox.service.asked("/oauth2/") == 1
    mailbox.believe(NOW + 59 * MINUTE)
    assert mailbox.service.asked("/oauth2/") == 2


def test_a_wrong_secret_is_told_without_telling_it(mailbox: Mailbox) -> None:
    mailbox.source = source_at(mailbox.base, secret="vanha-salaisuus")
    answer = mailbox.ask()
    assert isinstance(answer, Failed)
    assert answer.problem.message.startswith("Microsoft does not let the application in (status {status})")
    assert "vanha" not in repr(answer)


def test_neither_token_nor_secret_is_kept(mailbox: Mailbox) -> None:
    content = mailbox.believe()
    assert "pass-" not in repr(content)
    assert SECRET not in repr(content)
    assert "Salainen" not in repr(content.parts)


def test_a_booking_is_shortened_in_the_mailbox(mailbox: Mailbox) -> None:
    mailbox.believe()
    assert carry(mailbox.source.shorten(hashed("uid-a"), "20261005T070000Z", utc("2026-10-05T07:30"))) is None
    assert carry(mailbox.source.shorten(hashed("uid-s"), "20261006T110000Z", utc("2026-10-06T12:15"))) is None
    assert mailbox.calendar.events["a"].end == utc("2026-10-05T07:30")
    mailbox.believe(NOW + MINUTE)
    mailbox.check()
    ends = {(o.uid, o.rid): o.end for o in feed_of(mailbox.source, window_of(NOW)).occurrences}
    assert ends["uid-s", "20261006T110000Z"] == utc("2026-10-06T12:15")


def test_shortening_needs_the_right_to_and_a_booking(mailbox: Mailbox) -> None:
    mailbox.calendar.put(whole_days("day", "2026-10-06", "2026-10-07"))
    nobody = mailbox.source.shorten(hashed("uid-a"), "20261005T070000Z", NOW)
    assert carry(nobody) == Failed(say("The booking is not in the calendar any more"))
    mailbox.believe()
    mailbox.service.writable = False
    refused = carry(mailbox.source.shorten(hashed("uid-a"), "20261005T070000Z", utc("2026-10-05T07:30")))
    assert refused == Failed(say("The application may not change the mailbox: it needs the permission Calendars.ReadWrite"))
    other = carry(mailbox.source.shorten(hashed("uid-a"), "20261006T070000Z", utc("2026-10-05T07:30")))
    assert other == Failed(say("The booking is not in the calendar any more"))
    day = carry(mailbox.source.shorten(hashed("uid-day"), "20261006", utc("2026-10-06T07:30")))
    assert day == Failed(say("A booking of whole days cannot be shortened in the calendar"))
    assert [request for request in mailbox.service.requests if request.method == "PATCH"][1:] == []


def test_a_conversation_that_is_given_up_leaves_no_trace(mailbox: Mailbox) -> None:
    content = mailbox.believe()
    mailbox.calendar.delete("a")
    conversation = mailbox.source.ask(NOW + MINUTE)
    assert isinstance(next(conversation), Request)
    conversation.close()
    assert mailbox.source.content is content
    mailbox.believe(NOW + MINUTE)
    mailbox.check()
