"""The console's forms, filled with anything: never a fault of ours, and nothing changes by what is refused."""

import random
from collections.abc import Iterator
from urllib.parse import quote_from_bytes

import httpx
import pytest

from api.policy import POLICIES
from tests.api.conftest import ORIGIN
from tests.api.desk import MemoryDesk, make_busy
from tests.api.identity.test_matrix import real

FORMS = sorted(path for method, path in POLICIES if method == "POST" and path.startswith("/console/"))
SIGNING_IN = sorted(path for method, path in POLICIES if method == "POST" and path.startswith("/sign-in"))
FIELDS = [
    "by", "version", "text", "reason", "minutes", "seconds", "value", "until", "mode", "scope", "room", "start", "end", "uid",
    "rid", "agency", "to", "name", "password", "token", "code", "back",
]  # fmt: skip
VALUES = (
    b"", b"1", b"0", b"-1", b"9" * 5000, b"1e400", b"NaN", b"x", b"x" * 3000, b"\0", b"\xff\xfe", b"\xed\xa0\x80",
    b"\r\nSet-Cookie: a=b", b"2026-11-20T10:00", b"2026-13-45T99:99", b"0001-01-01T00:00", b"9999-12-31T23:59:59+14:00",
    b"locked", b"unlocked", b"lockdown", b"site", b"door:nowhere", b"../../etc/passwd", b"//evil.example", b"<script>",
    "Åbo \u202e".encode(), b"null", b"[]", b"%00",
)  # fmt: skip
KINDS = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json",
    "text/plain",
    "x",
)
ROUNDS = 6


def filled(rng: random.Random) -> bytes:
    """Some fields, some of them twice, or something that is no form at all."""
    if rng.random() < 0.1:
        return rng.choice([b"\xff" * 50, b"&&&=", b"{", b"--x\r\n\r\n", b"a=1&" * 2000, b"%", b"=" * 3000])
    names = [rng.choice(FIELDS) for _ in range(rng.randrange(8))]
    return b"&".join(name.encode() + b"=" + quote_from_bytes(rng.choice(VALUES)).encode() for name in names)


def anything(path: str, rounds: int) -> Iterator[tuple[random.Random, bytes, dict[str, str]]]:
    for number in range(rounds):
        rng = random.Random(f"{path} {number}")
        kind = KINDS[0] if rng.random() < 0.7 else rng.choice(KINDS)
        yield rng, filled(rng), {"Content-Type": kind}


async def ask(client: httpx.AsyncClient, desk: MemoryDesk, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    before = len(desk.journal)
    answer = await client.post(real(path), content=body, headers=headers)
    told = (path, body[:300], headers, answer.status_code)
    assert answer.status_code < 500, told
    assert answer.status_code < 400 or len(desk.journal) == before, told
    assert "evil.example" not in answer.headers.get("Location", ""), told
    return answer


async def try_form(client: httpx.AsyncClient, desk: MemoryDesk, path: str, rounds: int) -> None:
    for rng, body, headers in anything(path, rounds):
        await ask(client, desk, path, body, headers)
        foreign = rng.choice(["http://evil.example", "null", f"{ORIGIN}.evil.example", ""])
        assert (await ask(client, desk, path, body, {**headers, "Origin": foreign})).status_code == 403


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_filled_with_anything(guard: httpx.AsyncClient, desk: MemoryDesk, path: str) -> None:
    await try_form(guard, desk, path, ROUNDS)


@pytest.mark.parametrize("path", SIGNING_IN)
async def test_signing_in_with_anything_lets_nobody_in(stranger: httpx.AsyncClient, path: str) -> None:
    for _, body, headers in anything(path, ROUNDS):
        answer = await stranger.post(path, content=body, headers={**headers, "Origin": ORIGIN, "Accept": "text/html"})
        assert 400 <= answer.status_code < 500, (path, body[:300], headers, answer.status_code)
        assert not stranger.cookies
    assert (await stranger.get("/api/v1/site")).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 30_000,
        b'{"by": "\\ud800", "version": 1}',
        b'{"\\udfff": 1}',
        b"\xff\xfe",
        b'{"by": NaN}',
        b"1e999",
        b"",
        b'{"by": "x", "by": "y"}',
    ],
)
async def test_what_is_no_json_of_ours_is_refused_in_a_sentence(program: httpx.AsyncClient, desk: MemoryDesk, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await ask(program, desk, "/api/v1/alarms/{number}/acknowledge", body, headers)
    assert answer.status_code in {400, 422}
    assert answer.json()["detail"].endswith(".")


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("path", FORMS)
async def test_a_form_filled_with_much_of_anything(guard: httpx.AsyncClient, desk: MemoryDesk, path: str) -> None:
    for _ in range(20):
        desk.begin_anew()
        make_busy(desk)
        await try_form(guard, desk, path, 100)
