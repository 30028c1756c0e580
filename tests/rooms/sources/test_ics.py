"""What to ask, and what the answers mean; written as conversations."""

from datetime import UTC, datetime, timedelta

import pytest

from edge.text import say
from rooms.ics_lines import MOST_OCTETS
from rooms.sources.ics import IcsSource
from rooms.sources.port import Answer, Content, Failed, New, Request, Response, Unchanged
from tests.rooms.sources.conversing import Expect, scripted

NOW = datetime(2026, 10, 5, 6, tzinfo=UTC)
URL = "https://calendar.example/room.ics"


def source_of(*bodies: bytes, **headers: str) -> IcsSource:
    """One that has accepted these bodies in turn."""
    source = IcsSource(URL)
    for body in bodies:
        source.accept(new(ask(source, 200, body, **headers)))
    return source


def ask(source: IcsSource, status: int, body: bytes = b"", **headers: str) -> Answer:
    answer = Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)
    return scripted(source.ask(NOW), [(Expect("GET", URL), answer)])


def new(answer: Answer) -> Content:
    assert isinstance(answer, New)
    return answer.content


def asked(source: IcsSource) -> Request:
    return next(source.ask(NOW))


def conditional(source: IcsSource) -> set[str]:
    return {name for name in asked(source).headers if name.startswith("If-")}


def test_a_good_body_is_asked_for_only_if_it_changed() -> None:
    assert conditional(IcsSource(URL)) == set()
    source = source_of(b"one", etag='"1"', last_modified="Mon, 05 Oct 2026 06:00:00 GMT")
    assert asked(source).headers["If-None-Match"] == '"1"'
    assert asked(source).headers["If-Modified-Since"] == "Mon, 05 Oct 2026 06:00:00 GMT"
    assert isinstance(ask(source, 304), Unchanged)


def test_a_server_that_ignores_the_condition_still_says_the_same() -> None:
    source = source_of(b"one", etag='"1"')
    answer = ask(source, 200, b"one", etag='"2"')
    assert isinstance(answer, Unchanged)
    source.accept(answer.content)
    assert asked(source).headers["If-None-Match"] == '"2"'


def test_unchanged_means_nothing_where_nothing_is_known() -> None:
    assert isinstance(ask(IcsSource(URL), 304), Failed)
    assert isinstance(ask(source_of(b"one"), 304), Failed)


def test_a_body_that_proved_bad_is_not_read_again_and_the_next_is_asked_for_whole() -> None:
    source = source_of(b"good", etag='"1"')
    source.refuse(new(ask(source, 200, b"bad", etag='"2"')), say("Bad"))
    assert conditional(source) == set()
    assert ask(source, 200, b"bad", etag='"2"') == Failed(say("Bad"))
    assert isinstance(ask(source, 304), Failed)
    answer = ask(source, 200, b"good", etag='"1"')
    assert isinstance(answer, Unchanged)
    source.accept(answer.content)
    assert conditional(source) == {"If-None-Match"}


def test_a_body_that_must_wait_is_asked_for_whole_again() -> None:
    source = source_of(b"one", etag='"1"')
    assert new(ask(source, 200, b"two", etag='"2"')) == new(ask(source, 200, b"two", etag='"2"'))
    assert conditional(source) == set()


def test_what_was_kept_over_a_restart_is_known_again() -> None:
    source = IcsSource(URL)
    source.accept(Content("ics", {"": b"one"}, {"etag": '"1"'}))
    assert conditional(source) == {"If-None-Match"}
    assert isinstance(ask(source, 200, b"one"), Unchanged)


def test_credentials_go_with_the_request_and_stay_out_of_the_memo() -> None:
    source = IcsSource(URL, {"Authorization": "Basic c2VjcmV0"})
    content = new(ask(source, 200, b"one", etag='"1"'))
    assert asked(source).headers["Authorization"] == "Basic c2VjcmV0"
    assert "c2VjcmV0" not in repr(content)


@pytest.mark.parametrize("status", [201, 204, 206, 302, 400, 401, 403, 404, 410, 418, 429, 500, 502, 503])
def test_any_other_status_is_a_failure(status: int) -> None:
    source = source_of(b"good", etag='"1"')
    assert isinstance(ask(source, status), Failed)
    assert source.content is not None


@pytest.mark.parametrize("body", [b"", b"\r\n \n", b"x" * (MOST_OCTETS + 1)], ids=range(3))
def test_an_empty_or_enormous_body_is_a_failure(body: bytes) -> None:
    assert isinstance(ask(IcsSource(URL), 200, body), Failed)


@pytest.mark.parametrize(
    ("header", "wait"), [("120", 120), ("999999999999", 3600), ("Mon, 05 Oct 2026 06:00:00 GMT", None), ("-5", None)]
)
def test_a_busy_server_is_left_alone_as_long_as_it_asks_but_not_for_ever(header: str, wait: int | None) -> None:
    answer = ask(IcsSource(URL), 429, retry_after=header)
    assert isinstance(answer, Failed)
    assert answer.retry_after == (None if wait is None else timedelta(seconds=wait))
