"""Conversations with real servers: what is sent, what is not followed, and that no answer takes more than its bounds."""

import asyncio
import gzip
import ssl
import subprocess
import threading
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import pytest

from edge.calendars.carrier import carry
from rooms.ics_lines import MOST_OCTETS
from rooms.sources.port import Failed, Request, Response
from tests.edge import calendar_server as bad
from tests.edge.calendar_server import CalendarServer

TRUST = ssl.create_default_context()


@pytest.fixture
def server() -> Iterator[CalendarServer]:
    server = CalendarServer()
    server.body = b"one"
    yield server
    server.stop()


def asking(*requests: Request) -> Generator[Request, Response, list[Response]]:
    responses: list[Response] = []
    for request in requests:
        response = yield request
        responses += [response]
    return responses


async def carried(*requests: Request, patience_s: float = 5.0) -> list[Response]:
    answer = await carry(asking(*requests), TRUST, patience_s)
    assert not isinstance(answer, Failed), answer
    return answer


async def failure(*requests: Request, trust: ssl.SSLContext = TRUST, patience_s: float = 5.0) -> str:
    answer = await carry(asking(*requests), trust, patience_s)
    assert isinstance(answer, Failed)
    assert "SECRET-CANARY" not in repr(answer)
    return answer.problem.message


@pytest.mark.parametrize("method", ["GET", "REPORT", "PROPFIND", "PUT", "POST", "PATCH"])
async def test_every_method_goes_with_its_headers_and_body(server: CalendarServer, method: str) -> None:
    body = b"" if method == "GET" else b"<query/>"
    server.behave = bad.status(403, x_reason="no")
    (response,) = await carried(Request(method, server.url, {"Authorization": "Basic c2VjcmV0", "Depth": "1"}, body))
    assert server.written == [(method, body)]
    headers = server.requests[0][1]
    assert (headers["authorization"], headers["depth"], headers["accept-encoding"]) == ("Basic c2VjcmV0", "1", "gzip")
    assert (response.status, response.headers["x-reason"], response.body) == (403, "no", b"no")


async def test_a_conversation_goes_on_in_a_thread_until_it_ends(server: CalendarServer) -> None:
    threads = set()

    def conversation() -> Generator[Request, Response, None]:
        for _ in range(3):
            yield Request("GET", server.url)
            threads.add(threading.get_ident())

    assert await carry(conversation(), TRUST) is None
    assert len(server.requests) == 3
    assert threading.get_ident() not in threads


@pytest.mark.parametrize(
    ("method", "followed"), [("PROPFIND", True), ("REPORT", True), ("PUT", False), ("PATCH", False), ("POST", False)]
)
async def test_only_what_reads_is_sent_on_to_another_place(server: CalendarServer, method: str, followed: bool) -> None:
    def moved(request: object) -> None:
        server.behave = server.serve
        bad.answer(request, 301, location="/new")  # type: ignore[arg-type]

    server.behave = moved
    request = Request(method, server.url, {"Authorization": "Basic c2VjcmV0"}, b"<query/>")
    if followed:
        assert [response.body for response in await carried(request)] == [b"one"]
        assert server.written == [(method, b"<query/>")] * 2
        assert (server.requests[1][0], server.requests[1][1]["authorization"]) == ("/new", "Basic c2VjcmV0")
    else:
        assert "what we want to write" in await failure(request)
        assert len(server.requests) == 1


async def test_patience_is_for_the_whole_conversation(server: CalendarServer) -> None:
    server.behave = bad.drip(server, b"x" * 1000)
    assert "too slow" in await failure(Request("GET", server.url), patience_s=0.3)
    server.behave = server.serve
    endless = (Request("GET", server.url) for _ in range(1_000_000))
    assert "too slow" in await failure(*[next(endless)] * 100_000, patience_s=0.3)


async def test_all_answers_together_have_a_bound(server: CalendarServer) -> None:
    half = b"x" * (MOST_OCTETS // 2 + 1)
    server.behave = bad.body(gzip.compress(half, 1), content_encoding="gzip")
    assert "larger than" in await failure(Request("GET", server.url), Request("GET", server.url), patience_s=20)
    assert len(server.requests) == 2


async def test_the_event_loop_goes_on_while_a_bomb_is_unpacked(server: CalendarServer) -> None:
    server.behave = bad.body(bad.bomb(MOST_OCTETS * 4), content_encoding="gzip")
    conversation = asyncio.create_task(carry(asking(Request("GET", server.url)), TRUST))
    turns = 0
    while not conversation.done():
        await asyncio.sleep(0)
        turns += 1
    assert isinstance(conversation.result(), Failed)
    assert turns > 20


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    words: Sequence[str] = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "key.pem",
        "-out", "own.pem", "-days", "2", "-subj", "/CN=calendar", "-addext", "subjectAltName=IP:127.0.0.1",
    ]  # fmt: skip
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    return folder


async def test_a_server_must_prove_who_it_is(certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate / "own.pem", certificate / "key.pem")
    server = CalendarServer(tls)
    server.body = b"one"
    try:
        assert "certificate" in await failure(Request("GET", server.url))
        trust = ssl.create_default_context(cafile=str(certificate / "own.pem"))
        answer = await carry(asking(Request("GET", server.url)), trust)
        assert not isinstance(answer, Failed)
        server.behave = bad.status(302, location=server.url.replace("https:", "http:"))
        assert "unsafe" in await failure(Request("GET", server.url), trust=trust)
    finally:
        server.stop()


async def test_an_address_that_is_none() -> None:
    assert await failure(Request("GET", "http://[SECRET-CANARY"))
