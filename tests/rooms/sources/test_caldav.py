"""Conversations with CalDAV servers of every kind, written out: what is asked, what is answered, what is believed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.text import say
from rooms.sources.caldav import CaldavSource
from rooms.sources.port import Answer, Content, Failed, New, Response, Unchanged
from rooms.uids import hashed
from tests.rooms.sources.conversing import Expect, scripted

NOW = datetime(2026, 10, 5, 6, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
URL = "https://cal.example.fi/rooms/k201/"
PATH = "/rooms/k201/"
LOGIN = {"Authorization": "Basic cm9vbTpzZWNyZXQ="}
HELSINKI = ZoneInfo("Europe/Helsinki")


def event(uid: str, day: int = 5) -> str:
    lines = f"UID:{uid}", "DTSTAMP:20261001T080000Z", f"DTSTART:202610{day:02}T060000Z", f"DTEND:202610{day:02}T080000Z"
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])


TASK = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:t\nEND:VTODO\nEND:VCALENDAR\n"
A, B, C = event("a"), event("b"), event("c")

# The server's part


def found(href: str, etag: str | None = None, data: str = "") -> str:
    """A resource and its properties; without an etag, the server says that it knows of none."""
    tag = f"<getetag>{etag}</getetag>" if etag else ""
    body = f"<C:calendar-data>{data}</C:calendar-data>" if data else ""
    none = "" if etag else "<propstat><prop><getetag/></prop><status>HTTP/1.1 404 Not Found</status></propstat>"
    good = f"<propstat><prop>{tag}{body}<resourcetype/></prop><status>HTTP/1.1 200 OK</status></propstat>"
    return f"<response><href>{href}</href>{good}{none}</response>"


def told(href: str, status: int) -> str:
    return f"<response><href>{href}</href><status>HTTP/1.1 {status} As it is</status></response>"


ITSELF = (
    f"<response><href>{PATH}</href><propstat><prop><resourcetype><collection/><C:calendar/></resourcetype></prop>"
    "<status>HTTP/1.1 200 OK</status></propstat></response>"
)
FOLDER = ITSELF.replace("<C:calendar/>", "")


def answered(*items: str, token: str | None = None) -> Response:
    said = "".join(items) + (f"<sync-token>{token}</sync-token>" if token else "")
    spaces = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
    return Response(207, {}, f'<?xml version="1.0"?><multistatus {spaces}>{said}</multistatus>'.encode())


def refused(status: int, condition: str = "", **headers: str) -> Response:
    body = f'<error xmlns="DAV:"><{condition}/></error>'.encode() if condition else b""
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def octets(data: str, etag: str | None = None) -> Response:
    return Response(200, {"etag": etag} if etag else {}, data.encode())


# Our part


def changes(since: str) -> Expect:
    return Expect("REPORT", URL, {**LOGIN, "Depth": "0"}, within=(f"<D:sync-token>{since}</D:sync-token>", "sync-level>1<"))


def multiget(*hrefs: str) -> Expect:
    return Expect("REPORT", URL, LOGIN, within=("calendar-multiget", *(f"<D:href>{href}</D:href>" for href in hrefs)))


def get(name: str) -> Expect:
    return Expect("GET", URL + name, LOGIN)


LIST = Expect("PROPFIND", URL, {**LOGIN, "Depth": "1"}, within=("getetag", "resourcetype"))


def source() -> CaldavSource:
    return CaldavSource(URL, LOGIN, zone=HELSINKI)


def believing(content: Content) -> CaldavSource:
    """One that has been told so, as after a restart: through JSON."""
    made = source()
    made.accept(Content(content.form, content.parts, json.loads(json.dumps(content.memo))))
    return made


def contents(answer: Answer) -> dict[str, str]:
    """What the answer says is in the calendar, by the last step of the names."""
    assert isinstance(answer, New | Unchanged), answer
    return {name.removeprefix(PATH): body.decode() for name, body in answer.content.parts.items()}


def synced(**memo: str | None) -> Content:
    """a and b, known at token t1, and listed just now."""
    etags = {f"{PATH}a": '"a1"', f"{PATH}b": '"b1"'}
    parts = {f"{PATH}a": A.encode(), f"{PATH}b": B.encode()}
    return Content("ics", parts, {"etags": etags, "token": "t1", "listed_at": NOW.isoformat(), **memo})


def listing_only() -> Content:
    return synced(token=None, no_sync_since=NOW.isoformat())


def failure(answer: Answer) -> str:
    assert isinstance(answer, Failed), answer
    return answer.problem.message.format_map(answer.problem.values)


# Changes


def test_the_first_time_everything_is_a_change() -> None:
    answer = scripted(
        source().ask(NOW),
        [
            (changes(""), answered(found(f"{PATH}a", '"a1"'), found(f"{PATH}b", '"b1"'), token="t1")),
            (multiget(f"{PATH}a", f"{PATH}b"), answered(found(f"{PATH}a", '"a1"', A), found(f"{PATH}b", '"b1"', B))),
        ],
    )
    assert isinstance(answer, New)
    assert answer.content.form == "ics"
    assert contents(answer) == {"a": A, "b": B}
    assert answer.content.memo == {"etags": {f"{PATH}a": '"a1"', f"{PATH}b": '"b1"'}, "token": "t1"}


def test_a_first_answer_is_checked_by_a_listing_the_next_time() -> None:
    first = synced()
    memo = {name: value for name, value in first.memo.items() if name != "listed_at"}
    page = answered(ITSELF, found(f"{PATH}a", '"a1"'), found(f"{PATH}b", '"b1"'))
    answer = scripted(believing(replace(first, memo=memo)).ask(NOW), [(LIST, page)])
    assert isinstance(answer, Unchanged)
    assert answer.content.memo == first.memo


def test_later_only_changes_are_fetched() -> None:
    page = answered(found(f"{PATH}b", '"b2"'), found(f"{PATH}c", '"c1"'), told(f"{PATH}a", 404), token="t2")
    bodies = answered(found(f"{PATH}b", '"b2"', event("b", 6)), found(f"{PATH}c", '"c1"', C))
    answer = scripted(believing(synced()).ask(NOW + MINUTE), [(changes("t1"), page), (multiget(f"{PATH}b", f"{PATH}c"), bodies)])
    assert isinstance(answer, New)
    assert contents(answer) == {"b": event("b", 6), "c": C}
    assert answer.content.memo["token"] == "t2"


def test_no_change_brings_a_newer_memo() -> None:
    answer = scripted(believing(synced()).ask(NOW + MINUTE), [(changes("t1"), answered(token="t2"))])
    assert isinstance(answer, Unchanged)
    assert answer.content.memo["token"] == "t2"
    assert contents(answer) == {"a": A, "b": B}


def test_a_change_that_is_known_already_is_not_fetched() -> None:
    answer = scripted(believing(synced()).ask(NOW + MINUTE), [(changes("t1"), answered(found(f"{PATH}a", '"a1"'), token="t2"))])
    assert isinstance(answer, Unchanged)


def test_changes_that_come_in_pieces_are_asked_for_to_the_end() -> None:
    answer = scripted(
        believing(synced()).ask(NOW + MINUTE),
        [
            (changes("t1"), answered(told(f"{PATH}a", 404), found(f"{PATH}b", '"b2"'), told(PATH, 507), token="t2")),
            (changes("t2"), answered(found(f"{PATH}a", '"a2"'), told(f"{PATH}b", 404), token="t3")),
            (multiget(f"{PATH}a"), answered(found(f"{PATH}a", '"a2"', event("a", 7)))),
        ],
    )
    assert isinstance(answer, New)
    assert contents(answer) == {"a": event("a", 7)}
    assert answer.content.memo["token"] == "t3"


def test_many_bodies_are_asked_for_by_fifties() -> None:
    names = [f"{PATH}e{number:03}" for number in range(120)]
    chunks = [names[:50], names[50:100], names[100:]]
    answer = scripted(
        source().ask(NOW),
        [
            (changes(""), answered(*(found(name, '"1"') for name in names), token="t1")),
            *((multiget(*chunk), answered(*(found(name, '"1"', event(name)) for name in chunk))) for chunk in chunks),
        ],
    )
    assert len(contents(answer)) == 120


def test_what_was_not_accepted_is_asked_for_again() -> None:
    asked = believing(synced())
    script = [
        (changes("t1"), answered(found(f"{PATH}b", '"b2"'), token="t2")),
        (multiget(f"{PATH}b"), answered(found(f"{PATH}b", '"b2"', event("b", 6)))),
    ]
    first, second = scripted(asked.ask(NOW + MINUTE), script), scripted(asked.ask(NOW + 2 * MINUTE), script)
    assert isinstance(first, New)
    assert first == second
    asked.refuse(first.content, say("No good"))
    assert scripted(asked.ask(NOW + 3 * MINUTE), script) == Failed(say("No good"))
    other = [script[0], (multiget(f"{PATH}b"), answered(found(f"{PATH}b", '"b2"', event("b", 7))))]
    third = scripted(asked.ask(NOW + 4 * MINUTE), other)
    assert isinstance(third, New)
    asked.accept(replace(third.content, memo=synced().memo))
    assert isinstance(scripted(asked.ask(NOW + 5 * MINUTE), script), New)


def test_a_conversation_that_is_given_up_leaves_nothing_behind() -> None:
    asked = believing(synced())
    conversation = asked.ask(NOW + MINUTE)
    next(conversation)
    conversation.send(answered(told(f"{PATH}a", 404), found(f"{PATH}b", '"b2"'), token="t2"))
    conversation.close()
    assert isinstance(scripted(asked.ask(NOW + MINUTE), [(changes("t1"), answered(token="t1"))]), Unchanged)


# Where changes cannot be relied on

UNHAPPY = [
    refused(403, "valid-sync-token"),
    refused(403, "supported-report"),
    *(refused(status) for status in (400, 405, 409, 410, 412, 415, 418, 501, 507)),
    answered(found(f"{PATH}b", '"b2"')),
    answered(told(f"{PATH}b", 500), token="t2"),
    answered(found(f"{PATH}b", '"b2"'), told(PATH, 507), token="t1"),
]


@pytest.mark.parametrize("odd", UNHAPPY)
def test_the_whole_collection_is_listed_instead(odd: Response) -> None:
    listed = answered(ITSELF, found(f"{PATH}b", '"b2"'), found(f"{PATH}c", '"c1"'))
    bodies = answered(found(f"{PATH}b", '"b2"', event("b", 6)), found(f"{PATH}c", '"c1"', C))
    answer = scripted(
        believing(synced()).ask(NOW + MINUTE), [(changes("t1"), odd), (LIST, listed), (multiget(f"{PATH}b", f"{PATH}c"), bodies)]
    )
    assert isinstance(answer, New)
    assert contents(answer) == {"b": event("b", 6), "c": C}
    assert answer.content.memo["token"] is None
    # The next time it is asked for a new token.
    page = answered(found(f"{PATH}b", '"b2"'), found(f"{PATH}c", '"c1"'), token="t9")
    again = scripted(believing(answer.content).ask(NOW + 2 * MINUTE), [(changes(""), page)])
    assert isinstance(again, Unchanged)
    assert again.content.memo["token"] == "t9"


def test_a_server_without_changes_is_listed_and_asked_for_them_again_a_day_later() -> None:
    listed = answered(ITSELF, found(f"{PATH}a", '"a1"'))
    answer = scripted(
        source().ask(NOW),
        [(changes(""), refused(415)), (LIST, listed), (multiget(f"{PATH}a"), answered(found(f"{PATH}a", '"a1"', A)))],
    )
    assert contents(answer) == {"a": A}
    assert isinstance(answer, New)
    later = scripted(believing(answer.content).ask(NOW + MINUTE), [(LIST, listed)])
    assert isinstance(later, Unchanged)
    day = timedelta(days=1)
    next_day = scripted(believing(later.content).ask(NOW + day), [(changes(""), answered(found(f"{PATH}a", '"a1"'), token="t1"))])
    assert isinstance(next_day, Unchanged)
    assert next_day.content.memo["token"] == "t1"
    assert "no_sync_since" not in next_day.content.memo


@pytest.mark.parametrize("page", [answered(token="t2"), answered(found(f"{PATH}a", '"a1"'), token="t2")])
def test_a_server_that_forgot_its_changes_takes_nothing_away_by_itself(page: Response) -> None:
    known = synced(token=None)
    listed = answered(ITSELF, found(f"{PATH}a", '"a1"'), found(f"{PATH}b", '"b1"'))
    answer = scripted(believing(known).ask(NOW + MINUTE), [(changes(""), page), (LIST, listed)])
    assert isinstance(answer, Unchanged)
    assert answer.content.memo["token"] == "t2"


def test_what_changes_kept_quiet_about_is_found_by_listing_now_and_then() -> None:
    early, late = NOW + 9 * MINUTE, NOW + 10 * MINUTE
    assert isinstance(scripted(believing(synced()).ask(early), [(changes("t1"), answered(token="t1"))]), Unchanged)
    listed = scripted(believing(synced()).ask(late), [(LIST, answered(ITSELF, found(f"{PATH}a", '"a1"')))])
    assert isinstance(listed, New)
    assert contents(listed) == {"a": A}
    assert listed.content.memo == {"etags": {f"{PATH}a": '"a1"'}, "token": "t1", "listed_at": late.isoformat()}


def test_a_large_collection_is_listed_once_a_day() -> None:
    names = [f"{PATH}e{number:03}" for number in range(501)]
    memo = {"etags": dict.fromkeys(names, '"1"'), "token": "t1", "listed_at": NOW.isoformat()}
    large = believing(Content("ics", {name: event(name).encode() for name in names}, memo))
    assert isinstance(scripted(large.ask(NOW + timedelta(hours=23)), [(changes("t1"), answered(token="t1"))]), Unchanged)
    listed = answered(ITSELF, *(found(name, '"1"') for name in names))
    assert isinstance(scripted(large.ask(NOW + timedelta(hours=24)), [(LIST, listed)]), Unchanged)


@pytest.mark.parametrize("memo", [{"sync": 7}, {"etags": {}, "token": "t1"}])
def test_a_memo_of_other_making_costs_only_more_questions(memo: Mapping[str, object]) -> None:
    content = Content("ics", {f"{PATH}a": A.encode()}, memo)
    page = answered(found(f"{PATH}a", '"a1"'), token="t1")
    answer = scripted(
        believing(content).ask(NOW), [(changes(""), page), (multiget(f"{PATH}a"), answered(found(f"{PATH}a", '"a1"', A)))]
    )
    assert isinstance(answer, Unchanged)


# What servers leave out


def test_a_404_of_a_property_is_no_deletion() -> None:
    page = answered(found(f"{PATH}a"), token="t2")
    answer = scripted(
        believing(synced()).ask(NOW + MINUTE),
        [(changes("t1"), page), (multiget(f"{PATH}a"), answered(found(f"{PATH}a"))), (get("a"), octets(event("a", 8)))],
    )
    assert contents(answer) == {"a": event("a", 8), "b": B}


def test_a_server_without_etags_is_asked_for_the_bodies_again() -> None:
    listed = answered(ITSELF, found(f"{PATH}a"), found(f"{PATH}b"))
    same = answered(found(f"{PATH}a", data=A), found(f"{PATH}b", data=B))
    script = [(LIST, listed), (multiget(f"{PATH}a", f"{PATH}b"), same)]
    answer = scripted(believing(listing_only()).ask(NOW + MINUTE), script)
    assert isinstance(answer, Unchanged)
    other = answered(found(f"{PATH}a", data=A), found(f"{PATH}b", data=event("b", 9)))
    answer = scripted(believing(answer.content).ask(NOW + 2 * MINUTE), [script[0], (script[1][0], other)])
    assert isinstance(answer, New)
    assert contents(answer) == {"a": A, "b": event("b", 9)}


def test_without_multiget_each_is_fetched_by_itself_and_multiget_is_not_tried_again_that_day() -> None:
    page = answered(found(f"{PATH}a", '"a1"'), found(f"{PATH}b", '"b1"'), token="t1")
    script = [(changes(""), page), (multiget(), refused(501)), (get("a"), octets(A, '"a1-gzip"')), (get("b"), octets(B))]
    answer = scripted(source().ask(NOW), script)
    assert isinstance(answer, New)
    assert contents(answer) == {"a": A, "b": B}
    assert answer.content.memo["etags"] == {f"{PATH}a": '"a1"', f"{PATH}b": '"b1"'}
    listed = answered(ITSELF, found(f"{PATH}a", '"a2"'), found(f"{PATH}b", '"b1"'))
    later = scripted(believing(answer.content).ask(NOW + MINUTE), [(LIST, listed), (get("a"), octets(event("a", 6)))])
    assert contents(later) == {"a": event("a", 6), "b": B}


@pytest.mark.parametrize("left_out", [(), (told(f"{PATH}b", 404),), (found(f"{PATH}b", '"b2"'),)])
def test_only_a_404_of_the_resource_itself_takes_it_away(left_out: tuple[str, ...]) -> None:
    page = answered(found(f"{PATH}b", '"b2"'), token="t2")
    script = [(changes("t1"), page), (multiget(f"{PATH}b"), answered(*left_out))]
    there = scripted(believing(synced()).ask(NOW + MINUTE), [*script, (get("b"), octets(event("b", 6)))])
    assert contents(there) == {"a": A, "b": event("b", 6)}
    for status in (404, 410):
        gone = scripted(believing(synced()).ask(NOW + MINUTE), [*script, (get("b"), refused(status))])
        assert contents(gone) == {"a": A}
    assert "busy" in failure(scripted(believing(synced()).ask(NOW + MINUTE), [*script, (get("b"), refused(503))]))


@pytest.mark.parametrize(
    "href",
    [
        "https://cal.example.fi/rooms/k201/k%C3%A4ynti%401%2F2.ics",
        "/rooms/k201/k%c3%a4ynti@1%2f2.ics",
        "k%C3%A4ynti@1%2F2.ics",
        "/behind/the/proxy/k201/käynti@1%2F2.ics",
        "https://inner.example.fi:8443/dav/k201/k%C3%A4ynti@1%2F2.ics",
    ],
)
def test_a_resource_has_one_name_however_it_is_written(href: str) -> None:
    name = f"{PATH}k%C3%A4ynti@1%2F2.ics"
    page = answered(found(href, '"1"'), told(href.rpartition("k")[0] or PATH, 200), token="t1")
    bodies = answered(found(f"{PATH}k%C3%A4ynti@1%2F2.ics", '"1"', A))
    answer = scripted(source().ask(NOW), [(changes(""), page), (multiget(href), bodies)])
    assert isinstance(answer, New)
    assert list(answer.content.parts) == [name]
    # What has to be fetched is fetched from the host that we were told to trust.
    script = [(changes(""), page), (multiget(href), refused(405)), (get("k%C3%A4ynti@1%2F2.ics"), octets(A))]
    assert list(contents(scripted(source().ask(NOW), script)).values()) == [A]


def test_only_events_are_kept_and_the_rest_is_not_fetched_again() -> None:
    page = answered(
        ITSELF,
        found(f"{PATH}a", '"a1"'),
        found(f"{PATH}t", '"t1"'),
        found(f"{PATH}inbox/", '"i1"'),
        ITSELF.replace(PATH, f"{PATH}outbox"),
        found(f"{PATH}bad", '"x1"'),
        token="t1",
    )
    bodies = answered(found(f"{PATH}a", '"a1"', A), found(f"{PATH}t", '"t1"', TASK), found(f"{PATH}bad", '"x1"', "no calendar"))
    answer = scripted(source().ask(NOW), [(changes(""), page), (multiget(f"{PATH}a", f"{PATH}t", f"{PATH}bad"), bodies)])
    assert isinstance(answer, New)
    assert contents(answer) == {"a": A, "bad": "no calendar\n"}
    later = scripted(believing(answer.content).ask(NOW + MINUTE), [(LIST, page)])
    assert isinstance(later, Unchanged)


# Failures


@pytest.mark.parametrize(
    ("response", "problem"),
    [
        (refused(401), "does not let us in (status 401)"),
        (refused(403), "does not let us in (status 403)"),
        (refused(403, "need-privileges"), "does not let us in (status 403)"),
        (refused(404), "no calendar at the address any more (status 404)"),
        (refused(500), "answered with status 500"),
        (Response(200, {}, b"<html>Welcome</html>"), "does not lead to a CalDAV calendar (status 200)"),
        (Response(207, {}, b""), "nothing at all"),
        (Response(207, {}, answered(ITSELF).body[:-9]), "no whole XML"),
        (Response(207, {}, b"<html/>"), "no list"),
    ],
)
@pytest.mark.parametrize("content", [synced(), listing_only()])
def test_what_is_no_answer_is_a_failure(content: Content, response: Response, problem: str) -> None:
    expected = changes("t1") if content.memo["token"] else LIST
    assert problem in failure(scripted(believing(content).ask(NOW + MINUTE), [(expected, response)]))


def test_a_busy_server_says_how_long_to_leave_it_alone() -> None:
    answer = scripted(believing(synced()).ask(NOW + MINUTE), [(changes("t1"), refused(429, retry_after="120"))])
    assert isinstance(answer, Failed)
    assert answer.retry_after == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        (answered(), "to a folder or to nothing"),
        (answered(FOLDER, told(f"{PATH}calendar-1/", 200)), "to a folder or to nothing"),
        (answered(told(PATH, 404)), "no calendar at the address any more"),
        (answered(told("/rooms/k201", 404)), "no calendar at the address any more"),
        (answered(told("/behind/the/proxy/k201/", 404)), "no calendar at the address any more"),
        (answered(ITSELF, found(f"{PATH}a", '"a1"'), told(PATH, 507)), "lists only a part"),
        (answered(ITSELF, found(f"{PATH}a", '"a1"'), told(f"{PATH}b", 403)), "does not let us in"),
    ],
)
def test_a_listing_with_something_missing_is_never_a_calendar_without_bookings(page: Response, problem: str) -> None:
    assert problem in failure(scripted(believing(listing_only()).ask(NOW + MINUTE), [(LIST, page)]))


@pytest.mark.parametrize("itself", [ITSELF, found(PATH)])
def test_an_empty_calendar_is_believed_when_it_says_that_it_is_one(itself: str) -> None:
    answer = scripted(source().ask(NOW), [(changes(""), answered(token="t1")), (LIST, answered(itself))])
    assert isinstance(answer, New)
    assert contents(answer) == {}


def test_more_than_any_honest_calendar_is_a_failure() -> None:
    script = [
        (changes(""), answered(found(f"{PATH}a"), token="t1")),
        (multiget(), refused(405)),
        (get("a"), octets("x" * 32_000_001)),
    ]
    assert "larger than 32 MB" in failure(scripted(source().ask(NOW), script))


def test_an_empty_body_is_no_booking_but_a_failure() -> None:
    page = answered(found(f"{PATH}a", '"a2"'), token="t2")
    script = [(changes("t1"), page), (multiget(f"{PATH}a"), answered()), (get("a"), octets(" "))]
    assert "nothing at all" in failure(scripted(believing(synced()).ask(NOW + MINUTE), script))


# Writing


def put(name: str, etag: str, *within: str) -> Expect:
    return Expect("PUT", URL + name, {**LOGIN, "If-Match": etag, "Content-Type": "text/calendar; charset=utf-8"}, within)


END = NOW + timedelta(minutes=30)


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_booking_is_made_shorter_only_if_nobody_changed_it(status: int) -> None:
    writing = believing(synced()).shorten(hashed("b"), "20261005T060000Z", END)
    assert scripted(writing, [(put("b", '"b1"', "UID:b\r\n", "DTEND:20261005T063000Z"), refused(status))]) is None


@pytest.mark.parametrize(
    ("status", "problem"), [(412, "changed in the calendar meanwhile"), (404, "meanwhile"), (403, "let us in"), (500, "status 500")]
)
def test_a_write_that_is_refused_says_why(status: int, problem: str) -> None:
    writing = believing(synced()).shorten(hashed("a"), "20261005T060000Z", END)
    outcome = scripted(writing, [(put("a", '"a1"'), refused(status))])
    assert outcome is not None
    assert problem in failure(outcome)


@pytest.mark.parametrize(
    ("content", "uid", "end", "problem"),
    [
        (synced(), "x", END, "knows no such booking"),
        (synced(), "a", NOW, "before it begins"),
        (replace(synced(), memo={"etags": dict.fromkeys(synced().parts)}), "a", END, "does not tell versions apart"),
    ],
)
def test_what_cannot_be_written_is_not_tried(content: Content, uid: str, end: datetime, problem: str) -> None:
    outcome = scripted(believing(content).shorten(hashed(uid), "20261005T060000Z", end), [])
    assert outcome is not None
    assert problem in failure(outcome)


def test_a_booking_that_ends_by_then_already_is_not_written() -> None:
    assert scripted(believing(synced()).shorten(hashed("a"), "20261005T060000Z", NOW + timedelta(hours=2)), []) is None


def test_nothing_is_asked_at_another_address_or_without_credentials() -> None:
    plain: Mapping[str, str] = {}
    request = next(CaldavSource(URL.rstrip("/"), plain).ask(NOW))
    assert request.url == URL
    assert "Authorization" not in request.headers
