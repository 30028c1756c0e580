"""Who may come in: every route has a declared policy, and foreign pages, hosts and oversized bodies stay outside."""

import asyncio
import re

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Mount

from api import gate, sessions
from api import policy as policies
from api.app import create_app
from api.sessions import Sessions
from edge.errors import OurFault
from tests.api.conftest import AUTHORIZED, ORIGIN, TOKEN, TOKENS, client_of
from tests.api.desk import MemoryDesk, busy_desk

OPEN, LOOPBACK, CLOSED = "anybody", "anybody on this computer", "token or session"
SITE_FILE = {"/api/v1/site-file", "/site-file", "/console/site-file"}
"""Only where a file can take over while the building runs."""


def _who(policy: object) -> str:
    return OPEN if policy == policies.ANYBODY else LOOPBACK if policy == policies.THIS_COMPUTER else CLOSED


POLICIES = {route: _who(policy) for route, policy in policies.POLICIES.items() if route[1] not in SITE_FILE}

STREAMS = {"/api/v1/events", "/console/events"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def desk() -> MemoryDesk:
    """One for all: nothing here may change it."""
    return busy_desk()


@pytest.fixture(scope="module")
def app(desk: MemoryDesk) -> FastAPI:
    return create_app(desk, tokens=TOKENS)


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """Method and path of all routes: those of the OpenAPI description, and the pages, which are in none."""
    described = {(method.upper(), path) for path, item in app.openapi()["paths"].items() for method in item}
    return described | {found for route in app.routes for found in _routes(route, "")}


def _routes(route: object, prefix: str) -> set[tuple[str, str]]:
    if isinstance(route, Mount):
        assert route.path == "/static"
        return set()
    inner = getattr(route, "original_router", None) or getattr(route, "router", None)
    if inner is not None:
        return {found for r in inner.routes for found in _routes(r, prefix)}
    path = prefix + route.path  # type: ignore[attr-defined]
    found = {(method, path) for method in route.methods if method != "HEAD"}  # type: ignore[attr-defined]
    return {one if one in POLICIES else (one[0], f"/api/v1{path}") for one in found}


def real(path: str) -> str:
    names = {
        "door": "room-2-front",
        "number": "3",
        "room": "room-2",
        "uid": "x",
        "tap": "keep",
        "scene": "wedding-day",
        "ceremony": "x",
        "checklist": "x",
        "item": "x",
    }
    names |= {
        "device": "masking-lobby",
        "button": "panic-desk-3",
        "deed": "transfer",
        "terminal": "pos-1",
        "storey": "1",
        "began": "1",
        "month": "2026-11",
        "file": "SHA256SUMS",
        "point": "muted",
        "display": "info-lobby",
        "arrival": "1",
        "desk": "desk-3",
        "token": "guessed",
    }
    query = "?mode=lockdown" if path.endswith("/preview") else ""
    return re.sub(r"{(\w+)}", lambda found: names[found[1]], path) + query


def test_every_route_has_a_declared_policy(app: FastAPI) -> None:
    assert routes_of(app) == set(POLICIES)


def test_nothing_is_open_but_health_signing_in_and_the_pages_of_customers() -> None:
    signing_in = {("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/sign-in/sealed"), ("POST", "/sign-in/panel")}
    signing_in |= {("GET", "/sign-in/provider"), ("GET", "/sign-in/callback")}
    customers = {("GET", "/arrive"), ("POST", "/arrive"), ("GET", "/arrive/{number}")}
    health = {("GET", "/healthz"), ("GET", "/readyz")}
    # Whoever has the secret address of a desk turns masking down there, and can do nothing else.
    relief = {("GET", "/relief/{token}"), ("POST", "/relief/{token}")}
    assert {route for route, who in POLICIES.items() if who == OPEN} == {*health, *signing_in, *customers, *relief}
    assert {route for route, who in POLICIES.items() if who == LOOPBACK} == {("GET", "/metrics")}


def test_a_route_without_a_policy_is_not_built() -> None:
    for prefix, router in (("", _with_a_route("/console/new")), ("/api/v1", _with_a_route("/new"))):
        with pytest.raises(OurFault, match=rf"^The route GET {prefix}/.*new has no row in api/policy.py"):
            policies.require_declared(router.routes, prefix)
        outer = APIRouter()
        outer.include_router(router)
        with pytest.raises(OurFault, match="has no row"):
            policies.require_declared(outer.routes, prefix)


def test_a_new_route_is_noticed() -> None:
    app = create_app(busy_desk(), tokens=TOKENS)
    app.include_router(_with_a_route("/console/new"))
    app.include_router(_with_a_route("/new"), prefix="/api/v1")
    assert routes_of(app) - set(POLICIES) == {("GET", "/api/v1/console/new"), ("GET", "/api/v1/new")}


def _with_a_route(path: str) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    router.add_api_route(path, lambda: None)
    return router


@pytest.mark.parametrize(("method", "path"), sorted(POLICIES))
async def test_strangers_get_in_only_where_the_policy_says_so(
    stranger: httpx.AsyncClient, desk: MemoryDesk, method: str, path: str
) -> None:
    policy, before = POLICIES[method, path], len(desk.journal)
    body = {"by": "x", "version": 1, "text": "x", "reason": "x", "seconds": 60}
    for headers in ({"Origin": ORIGIN}, {"Origin": ORIGIN, "Authorization": "Bearer wrong"}, {"Cookie": "talonmies_session=x"}):
        json = body if method != "GET" else None
        answer = await stranger.request(method, real(path), json=json, headers={"Origin": ORIGIN, **headers})
        if policy == CLOSED:
            assert answer.status_code == 401
            assert answer.json()["detail"].startswith("Sign in")
        else:
            # 422: signing in without a form; 404: the secret address of no desk.
            assert answer.status_code in ({404, 422} if path.startswith("/relief/") else {200, 422})
    assert len(desk.journal) == before


@pytest.mark.parametrize(("method", "path"), sorted(p for p in POLICIES if p[0] == "GET" and p[1] not in STREAMS))
async def test_token_and_session_open_what_is_to_be_read(
    program: httpx.AsyncClient, guard: httpx.AsyncClient, method: str, path: str
) -> None:
    # The first leads to the console; there has been no walk test, and no walk; nobody marries.
    opened = {
        "/alarms/{number}": 303,
        "/relief/{token}": 404,
        "/ceremonies/{ceremony}": 404,
        "/ceremonies/{ceremony}/{checklist}/{item}/untick": 404,
        "/api/v1/ceremonies/{ceremony}": 404,
        "/drills/{began}/report": 404,
        "/rooms/{room}/move": 404,
        "/device-walks/{began}/report": 404,
        "/api/v1/reports/{month}/{file}": 404,
    }.get(path, 200)
    assert (await program.request(method, real(path))).status_code == opened
    assert (await guard.request(method, real(path))).status_code == opened


async def test_figures_are_open_on_this_computer_only(app: FastAPI) -> None:
    for address, status in (("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 401), ("not-an-address", 401)):
        transport = httpx.ASGITransport(app, client=(address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            assert (await client.get("/metrics")).status_code == status
            assert (await client.get("/metrics", headers=AUTHORIZED)).status_code == 200


@pytest.mark.parametrize(
    "given", ["Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ä"]
)
async def test_nothing_but_the_token_is_the_token(stranger: httpx.AsyncClient, given: str) -> None:
    assert (await stranger.get("/api/v1/site", headers={"Authorization": given.encode()})).status_code == 401


async def test_the_token_in_the_address_is_no_token(stranger: httpx.AsyncClient) -> None:
    for name in ("token", "access_token"):
        assert (await stranger.get("/api/v1/site", params={name: TOKEN})).status_code == 401


# --- foreign pages and hosts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost.evil.example", "http://localhost:81", "", None]
)
@pytest.mark.parametrize("body", ["form", "text", "json"])
async def test_a_foreign_page_changes_nothing(guard: httpx.AsyncClient, desk: MemoryDesk, origin: str | None, body: str) -> None:
    del guard.headers["Origin"]
    before = len(desk.journal)
    headers = {"Origin": origin} if origin is not None else {}
    kind = {"form": FORM["content-type"], "text": "text/plain", "json": "application/json"}[body]
    for path in ("/console/alarms/3/acknowledge", "/api/v1/alarms/3/acknowledge"):
        content = b"version=1" if body == "form" else b'{"by": "x", "version": 1}'
        answer = await guard.post(path, content=content, headers={**headers, "Content-Type": kind})
        assert answer.status_code == 403
    assert len(desk.journal) == before


async def test_a_foreign_page_sends_nothing_to_what_is_open(stranger: httpx.AsyncClient, desk: MemoryDesk) -> None:
    before = len(desk.journal)
    for method, path in sorted(route for route, who in POLICIES.items() if who == OPEN and route[0] != "GET"):
        for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {}):
            answer = await stranger.request(method, real(path), data={"number": "1", "less": "3"}, headers=headers)
            assert answer.status_code == 403, (method, path, headers)
            assert "set-cookie" not in answer.headers
    assert len(desk.journal) == before


async def test_reading_changes_nothing(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    before = len(desk.journal)
    for path in ("/console/alarms/3/acknowledge", "/api/v1/alarms/3/acknowledge", "/sign-out"):
        assert (await guard.get(path, params={"version": 1})).status_code == 405
    assert len(desk.journal) == before


async def test_what_is_open_to_everybody_takes_no_other_method(program: httpx.AsyncClient) -> None:
    for method in ("TRACE", "DELETE", "PUT"):
        answer = await program.request(method, "/healthz", headers={"Authorization": ""})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
        assert (await program.request(method, "/api/v1/alarms", headers={"Authorization": ""})).status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "192.0.2.1:8080", "localhost.evil.example", "", "localhost@evil.example", "[::2]"]
)
async def test_an_unknown_host_is_misdirected(program: httpx.AsyncClient, host: str) -> None:
    for path in ("/api/v1/site", "/", "/healthz", "/static/console.css"):
        answer = await program.get(path, headers={"Host": host})
        assert answer.status_code == 421
        assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[::1]:8080"])
async def test_the_loopback_is_known(program: httpx.AsyncClient, host: str) -> None:
    assert (await program.get("/api/v1/site", headers={"Host": host})).status_code == 200


async def test_further_hosts_are_named(desk: MemoryDesk) -> None:
    app = create_app(desk, tokens=TOKENS, hosts=["Talonmies.vanaja.example"])
    async with client_of(app, **AUTHORIZED) as client:
        assert (await client.get("/api/v1/site", headers={"Host": "talonmies.vanaja.example:443"})).status_code == 200


async def test_figures_are_not_open_to_whom_a_proxy_here_lets_through(desk: MemoryDesk) -> None:
    async with client_of(create_app(desk, tokens=TOKENS, hosts=["talo.example"])) as client:
        assert (await client.get("/metrics", headers={"Host": "talo.example"})).status_code == 401
        assert (await client.get("/metrics")).status_code == 200


@pytest.mark.parametrize(("came_by", "page"), [("http", "https"), ("https", "http")])
async def test_a_proxy_that_does_not_say_https_is_told_so(app: FastAPI, came_by: str, page: str) -> None:
    """Otherwise sessions of https would go over the net without it."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=f"{came_by}://localhost") as client:
        form = {"name": "M. Virtanen", "token": TOKEN}
        answer = await client.post("/sign-in", data=form, headers={"Origin": f"{page}://localhost"})
        assert (answer.status_code, "X-Forwarded-Proto" in answer.json()["detail"]) == (403, True)
        assert (await client.post("/sign-in", data=form, headers={"Origin": f"{came_by}://localhost"})).status_code == 303


async def test_no_other_site_may_read_answers(program: httpx.AsyncClient) -> None:
    answer = await program.get("/api/v1/alarms", headers={"Origin": "http://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/healthz", "/nothing", "/api/v1/doors", "/api/v1/doors/none", "/static/console.js"]
)
async def test_every_answer_forbids_framing_sniffing_and_foreign_scripts(
    path: str, guard: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    for client in (guard, stranger):
        answer = await client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_fault_of_ours_is_an_answer_without_a_traceback() -> None:
    broken = busy_desk()
    app = create_app(broken, tokens=TOKENS)
    broken.status = lambda: 1 / 0  # type: ignore[assignment, return-value]
    async with client_of(app) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 500
    assert answer.json() == {"detail": "The controller could not answer; the fault is in its log."}
    assert "frame-ancestors" in answer.headers["content-security-policy"]


# --- bodies -----------------------------------------------------------------------------------------------------------


async def test_a_body_is_bounded_by_what_it_says_and_by_what_it_is(program: httpx.AsyncClient) -> None:
    async def chunks() -> object:
        for _ in range(70):
            yield b" " * 1024

    large = b'{"by": "x", "version": 1}' + b" " * gate.LARGEST_BODY
    for content in (large, chunks()):
        answer = await program.post("/api/v1/alarms/3/acknowledge", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
        assert answer.json()["detail"].endswith(".")


async def test_a_body_that_never_ends_is_let_go(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "BODY_WITHIN_S", 0.05)

    async def endless() -> object:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    async with client_of(app, **AUTHORIZED) as client:
        assert (await client.post("/api/v1/alarms/3/acknowledge", content=endless())).status_code == 408


# --- people -----------------------------------------------------------------------------------------------------------


async def test_a_page_asks_to_sign_in_and_then_shows_itself(app: FastAPI) -> None:
    async with client_of(app, Origin=ORIGIN, Accept="text/html") as client:
        asked = await client.get("/overview?language=en")
        assert asked.status_code == 401
        assert 'name="token"' in asked.text
        assert 'value="/overview"' in asked.text
        wrong = await client.post("/sign-in", data={"name": "M. Virtanen", "token": "guess", "back": "/"})
        assert wrong.status_code == 403
        assert "talonmies_session" not in wrong.headers.get("set-cookie", "")
        right = await client.post("/sign-in", data={"name": "M. Virtanen", "token": TOKEN, "back": "/overview"})
        assert (right.status_code, right.headers["location"]) == (303, "/overview")
        cookie = right.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert TOKEN not in cookie
        page = await client.get("/overview")
        assert page.status_code == 200
        assert "M. Virtanen" in page.text


@pytest.mark.parametrize(
    "back", ["//evil.example/", "http://evil.example/", "javascript:alert(1)", "/\\evil.example", "/\r\nX: y", ""]
)
async def test_signing_in_leads_nowhere_else(stranger: httpx.AsyncClient, back: str) -> None:
    form = {"name": "x", "token": TOKEN, "back": back}
    answer = await stranger.post("/sign-in", data=form, headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_signing_in_makes_a_new_session_and_signing_out_ends_it(guard: httpx.AsyncClient) -> None:
    first = guard.cookies["talonmies_session"]
    await guard.post("/sign-in", data={"name": "L. Korhonen", "token": TOKEN})
    second = guard.cookies["talonmies_session"]
    assert first != second
    assert (await guard.post("/sign-out")).status_code == 303
    for stolen in (first, second):
        guard.cookies.clear()
        answer = await guard.get("/api/v1/site", headers={"Cookie": f"talonmies_session={stolen}"})
        assert answer.status_code == 401


def test_a_session_lasts_a_shift_and_no_longer() -> None:
    now = [0.0]
    known = Sessions(lambda: now[0])
    id_ = known.begin("M. Virtanen", "guard")
    caller = known.caller(id_)
    assert caller is not None
    assert (caller.name, caller.stays()) == ("M. Virtanen", True)
    now[0] = sessions.SESSION_S
    assert not caller.stays()
    assert known.caller(id_) is None


def test_sessions_are_bounded() -> None:
    known = Sessions()
    ids = [known.begin(str(n), "guard") for n in range(sessions.MOST_SESSIONS + 1)]
    assert known.caller(ids[0]) is None
    assert all(known.caller(id_) is not None for id_ in ids[1:])


def test_many_sign_ins_of_one_person_put_nobody_else_out() -> None:
    known = Sessions()
    guard = known.begin("Anna", "guard", rests=lambda _: "account 7")
    others = [known.begin("Bea", "auditor", rests=lambda _: "account 8") for _ in range(sessions.MOST_SESSIONS)]
    namesakes = [known.begin("Anna", "guard", rests=lambda id_: f"token {id_}") for _ in range(sessions.MOST_SESSIONS)]
    assert known.caller(guard) is not None
    assert sum(known.caller(id_) is not None for id_ in others) == sessions.MOST_SESSIONS // 2
    assert known.caller(namesakes[-1]) is not None
    again = known.begin("Anna", "guard", rests=lambda _: "account 7")
    assert known.caller(guard) is not None, "her second takes the place of one of many"
    assert known.caller(again) is not None


def test_ended_sessions_make_room_first() -> None:
    now = [0.0]
    known = Sessions(lambda: now[0])
    known.begin("Anna", "guard")
    now[0] = 1.0
    ids = [known.begin("Bea", "guard") for _ in range(sessions.MOST_SESSIONS - 1)]
    now[0] = sessions.SESSION_S
    ids.append(known.begin("Bea", "guard"))
    assert all(known.caller(id_) is not None for id_ in ids)


async def test_a_demo_opens_pages_but_not_the_interface_for_programs(desk: MemoryDesk) -> None:
    async with client_of(create_app(desk, tokens=TOKENS, signed_in=True)) as client:
        assert (await client.get("/api/v1/site")).status_code == 401
        before = await client.post("/console/alarms/3/acknowledge", data={"version": "1"}, headers={"Origin": ORIGIN})
        assert before.status_code == 401
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/api/v1/site")).status_code == 200


def test_the_description_is_exact(app: FastAPI) -> None:
    """Every answer of the interface has a model, every way to be refused is described, and no secret stands in it."""
    described = app.openapi()
    assert TOKEN not in str(described)
    assert "HTTPBearer" in described["components"]["securitySchemes"]
    for path, item in described["paths"].items():
        for method, operation in item.items():
            (content,) = operation["responses"]["200"]["content"].values()
            assert content["schema"], (method, path)
            if path.startswith("/api/"):
                assert {"401", "422"} <= set(operation["responses"])
                assert operation["summary"]
            if method in {"post", "delete"}:
                assert {"403", "404", "409", "413", "503"} <= set(operation["responses"])
            for status, answer in operation["responses"].items():
                if status in {"401", "403", "404", "409", "413", "422"}:
                    assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/Problem")
