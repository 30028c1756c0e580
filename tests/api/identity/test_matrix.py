"""Every role at every route: let in exactly where the table of policies says so; nobody who only reads changes anything."""

import re

import httpx
import pytest
from fastapi import FastAPI

from api import policy
from security.roles import MAY, ROLES
from tests.api.conftest import OF_ROLES, ORIGIN, TOKEN, client_of
from tests.api.identity.conftest import House
from tests.api.test_gate import POLICIES, STREAMS, routes_of

NAMES = {"door": "room-2-front", "number": "3", "room": "room-2", "uid": "x", "tap": "keep", "scene": "wedding-day", "device": "x"}
ROUTES = sorted(route for route, who in POLICIES.items() if who == "token or session" and route[1] not in STREAMS)


def real(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: NAMES.get(found[1], "x"), path)


def bearer(role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {OF_ROLES.get(role, TOKEN)}"}  # type: ignore[call-overload]


def refused(answer: httpx.Response) -> bool:
    """By the gate, and by nothing behind it."""
    return answer.status_code == 403 and answer.json()["detail"].startswith(("A ", "Roolisi", "Tämä avain", "This token"))


@pytest.fixture
def app(house: House) -> FastAPI:
    return house.app


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_gets_past_the_gate_exactly_where_the_table_says_so(app: FastAPI, role: str) -> None:
    declared = {route: policy.POLICIES[route] for route in ROUTES}
    assert {route for route in routes_of(app) if POLICIES[route] == "token or session"} == {*ROUTES, *(("GET", s) for s in STREAMS)}
    async with client_of(app, Origin=ORIGIN, **bearer(role)) as client:
        for method, path in ROUTES:
            answer = await client.request(method, real(path))
            may = all(role in found for _, found in policy.policies_of(method, real(path)))
            assert refused(answer) == (not may), (role, method, path, answer.status_code, answer.text[:200])
            assert (role in declared[method, path]) == may, (role, method, path)
            assert answer.status_code < 500


async def test_auditors_change_nothing_clerks_read_rooms_and_bulletins_alone_and_installers_handle_no_alarm() -> None:
    may = {role: {route for route in ROUTES if role in policy.POLICIES[route]} for role in ROLES}
    assert {method for method, path in may["auditor"] if path != "/sign-out"} == {"GET"}
    # What is around on a line is for those who connect devices; nothing of the site stands there.
    of_scans = {("GET", "/device-scans"), ("GET", "/device-scans/now"), ("GET", "/api/v1/device-scans")}
    of_forms_alone = {("GET", "/masking/change"), ("GET", "/rooms/{room}/move")}
    assert {route for route in ROUTES if route[0] == "GET"} - may["auditor"] == of_scans | of_forms_alone
    assert may["clerk"] == {
        ("POST", "/sign-out"),
        ("GET", "/rooms"),
        ("GET", "/rooms/{room}"),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/api/v1/rooms"),
        ("GET", "/api/v1/rooms/{room}"),
        ("GET", "/api/v1/bookings"),
        ("GET", "/bulletins"),
        ("POST", "/console/bulletins/{number}/read"),
        ("GET", "/arrivals"),
        ("POST", "/console/arrivals"),
        ("POST", "/console/arrivals/{arrival}/answer"),
        ("POST", "/console/arrivals/{arrival}/met"),
        ("GET", "/api/v1/arrivals"),
        ("POST", "/api/v1/arrivals"),
        ("POST", "/api/v1/arrivals/{arrival}/answer"),
        ("POST", "/api/v1/arrivals/{arrival}/met"),
        ("GET", "/terminals"),
        ("GET", "/terminals/record"),
        ("GET", "/api/v1/terminals"),
        ("GET", "/api/v1/terminals/record"),
        ("GET", "/api/v1/terminals/record.csv"),
        ("GET", "/api/v1/bulletins"),
        ("POST", "/api/v1/bulletins/{number}/read"),
    }
    assert not [path for method, path in may["installer"] if method != "GET" and "/alarms/" in path]
    assert may["installer"] & {("POST", "/api/v1/doors/{door}/out-of-service"), ("POST", "/api/v1/drills")}


def test_the_table_lets_nobody_act_who_may_not() -> None:
    """A route is open to a role only if one of its actions is; what exactly, the action itself asks."""
    everything = frozenset().union(*MAY.values()) | policy.MINDS_ROOMS
    for (method, path), roles in policy.POLICIES.items():
        if method != "GET" and not isinstance(roles, str) and path != "/sign-out":
            assert roles <= everything
            assert "auditor" not in roles
            assert "clerk" not in roles or path.endswith("/bulletins/{number}/read") or "/arrivals" in path


async def test_a_refusal_is_a_sentence_in_the_language_of_the_page(house: House) -> None:
    async with client_of(house.app, Accept="text/html", **bearer("clerk")) as client:
        told = [(await client.get(f"/doors?language={language}")) for language in ("fi", "sv", "en")]
    assert [answer.status_code for answer in told] == [403] * 3
    assert "Your role may not do this. Ask: guard, lobby host, facility manager, auditor, installer." in told[2].text
    assert "/rooms" in told[2].text
    assert len({answer.text for answer in told}) == 3
