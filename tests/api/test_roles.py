"""Every role at every route where somebody acts at doors: refused with a sentence exactly where the table of roles says so."""

import re
from collections.abc import Mapping

import pytest
from fastapi import FastAPI

from api.app import create_app
from security.roles import MAY, ROLES, Action
from tests.api.conftest import OF_ROLES, TOKEN, TOKENS, client_of
from tests.api.desk import MemoryDesk

DOOR = "/api/v1/doors/{door}"
WHO: Mapping[str, object] = {"by": "M. Virtanen"}
BODY: Mapping[str, object] = {**WHO, "reason": "key lost"}
ALARM = "/api/v1/alarms/{number}"
SEEN: Mapping[str, object] = {**WHO, "version": 1}
LOCKDOWN = {**WHO, "mode": "lockdown"}
EVACUATION = {**WHO, "mode": "evacuation"}
BULLETIN = {"by": "M. Virtanen", "level": "safety", "text": "Ice", "minutes": 5}
MASKING = "/api/v1/masking"
CEREMONY = "/api/v1/ceremonies/{ceremony}"
TICK = {**WHO, "checklist": "x", "item": "x"}
ASKED: list[tuple[str, str, Mapping[str, object], Action]] = [
    ("POST", f"{DOOR}/release", {**BODY, "seconds": 60}, "release"),
    ("POST", f"{DOOR}/release/end", WHO, "release"),
    ("DELETE", f"{DOOR}/release", WHO, "release"),
    ("POST", f"{DOOR}/override", {**BODY, "value": "locked", "minutes": 5}, "override-locked"),
    ("POST", f"{DOOR}/override", {**BODY, "value": "unlocked", "minutes": 5}, "override-unlocked"),
    ("DELETE", f"{DOOR}/override", WHO, "override-locked"),
    ("POST", f"{DOOR}/out-of-service", BODY, "out-of-service"),
    ("DELETE", f"{DOOR}/out-of-service", WHO, "out-of-service"),
    ("POST", "/api/v1/modes", LOCKDOWN, "lockdown"),
    ("POST", "/api/v1/modes", EVACUATION, "evacuation"),
    ("POST", "/api/v1/modes/end-request", LOCKDOWN, "end-lockdown"),
    ("POST", "/api/v1/modes/end", LOCKDOWN, "end-lockdown"),
    ("POST", "/api/v1/modes/end", EVACUATION, "end-evacuation"),
    ("POST", "/api/v1/modes/end", {**WHO, "mode": "fire"}, "end-fire"),
    ("POST", "/api/v1/scenes/{scene}/play", {**WHO, "minutes": 5}, "play-scene"),
    ("DELETE", "/api/v1/scenes/{scene}/play", WHO, "play-scene"),
    ("POST", f"{ALARM}/acknowledge", SEEN, "acknowledge"),
    ("POST", f"{ALARM}/claim", SEEN, "claim"),
    ("POST", f"{ALARM}/note", {**WHO, "text": "On my way"}, "note"),
    ("POST", f"{ALARM}/transfer", {**SEEN, "to": "L. Korhonen"}, "transfer"),
    ("POST", f"{ALARM}/resolve", {**SEEN, "reason": "over"}, "resolve"),
    ("POST", f"{ALARM}/shown", {"version": 1, "view": "lobby"}, "acknowledge"),
    ("POST", f"{ALARM}/escalate", SEEN, "escalate"),
    ("POST", f"{ALARM}/call", {**SEEN, "to": ["nobody"]}, "escalate"),
    ("POST", f"{ALARM}/shelve", {**SEEN, **BODY, "minutes": 5}, "shelve"),
    ("POST", "/api/v1/alarms/unshelve", {**WHO, "type": "tamper", "subject": "masking-lobby"}, "shelve"),
    ("POST", "/api/v1/devices/{device}/out-of-service", BODY, "out-of-service"),
    ("DELETE", "/api/v1/devices/{device}/out-of-service", WHO, "out-of-service"),
    ("POST", "/api/v1/drills", {**WHO, "minutes": 5}, "walk-test"),
    ("POST", "/api/v1/drills/end", WHO, "walk-test"),
    ("POST", "/api/v1/drills/{button}/confirm", WHO, "walk-test"),
    ("POST", "/api/v1/devices/{device}/points/{point}/test", WHO, "test-point"),
    ("POST", "/api/v1/devices/{device}/points/{point}/test/end", WHO, "test-point"),
    ("POST", "/api/v1/device-scans", {**WHO, "connection": "broker"}, "test-point"),
    ("POST", "/api/v1/device-scans/end", WHO, "test-point"),
    ("POST", "/api/v1/device-walks", WHO, "walk-test"),
    ("POST", "/api/v1/device-walks/end", WHO, "walk-test"),
    ("POST", "/api/v1/bulletins", BULLETIN, "post-bulletin"),
    ("POST", "/api/v1/bulletins/{number}/read", WHO, "read-bulletin"),
    ("POST", "/api/v1/bulletins/{number}/end", WHO, "post-bulletin"),
    ("POST", "/api/v1/public-notices", {**WHO, "ready": "lift", "minutes": 5}, "post-bulletin"),
    ("POST", "/api/v1/public-notices/{number}/end", WHO, "post-bulletin"),
    ("POST", "/api/v1/terminals/{terminal}/lend", {**WHO, "minutes": 5}, "lend-terminal"),
    ("POST", "/api/v1/terminals/{terminal}/lend/end", WHO, "lend-terminal"),
    ("POST", "/api/v1/reports", {**WHO, "month": "2026-10"}, "make-report"),
    ("POST", f"{CEREMONY}/tick", TICK, "tick"),
    ("POST", f"{CEREMONY}/untick", {**TICK, "reason": "No"}, "tick"),
    ("POST", f"{CEREMONY}/delay", {**WHO, "minutes": 5}, "play-scene"),
    ("POST", f"{CEREMONY}/begin", WHO, "play-scene"),
    ("POST", f"{CEREMONY}/open-early", WHO, "play-scene"),
    ("POST", "/api/v1/shift/receive", WHO, "hand-over"),
    ("POST", "/api/v1/shift/hand-over", {**WHO, "to": "L. Korhonen"}, "hand-over"),
    ("POST", f"{MASKING}/spaces/{{room}}/quiet", {**WHO, "minutes": 5}, "quiet-masking"),
    ("POST", f"{MASKING}/spaces/{{room}}/hearing", {**WHO, "minutes": 5}, "quiet-masking"),
    ("POST", f"{MASKING}/spaces/{{room}}/end", WHO, "quiet-masking"),
    ("POST", f"{MASKING}/desks/{{desk}}/relief", {"less": "3"}, "quiet-masking"),
    ("POST", f"{MASKING}/desks/{{desk}}/relief/end", {}, "quiet-masking"),
    ("POST", f"{MASKING}/units/{{device}}/level", {**WHO, "minutes": 5, "level_dba": 40}, "set-masking"),
    ("POST", f"{MASKING}/units/{{device}}/end", WHO, "set-masking"),
]
THINGS = {
    "door": "room-2-front",
    "scene": "wedding-day",
    "ceremony": "x",
    "number": 1,
    "device": "masking-lobby",
    "point": "muted",
    "button": "panic-desk-3",
    "room": "room-1",
    "desk": "desk-3",
    "terminal": "pos-1",
}
OF_CALLERS = re.compile(r"/api/v1/(rooms|arrivals)\b")
"""What people do with rooms and for customers stands in no table of actions: whom the gate lets in, `identity.test_matrix` asks."""


def test_every_route_where_somebody_acts_has_a_declared_action(app: FastAPI) -> None:
    described = app.openapi()["paths"]
    acting = {(method.upper(), path) for path, item in described.items() for method in item if method != "get"}
    assert {route for route in acting if not OF_CALLERS.match(route[1])} == {(method, path) for method, path, _, _ in ASKED}
    assert {action for *_, action in ASKED} == set(MAY) - {"reload"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """Nothing is begun in it but one alarm: whoever may act is told that there is nothing to end, or acts."""
    desk = MemoryDesk()
    desk.everything_reports()
    desk.press("panic-desk-3", "p-1")
    return create_app(desk, tokens=TOKENS)


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_is_refused_exactly_what_the_table_does_not_give_it(app: FastAPI, role: str) -> None:
    secret = OF_ROLES.get(role, TOKEN)  # type: ignore[call-overload]
    async with client_of(app, Authorization=f"Bearer {secret}") as client:
        for method, path, body, action in ASKED:
            answer = await client.request(method, path.format(**THINGS), json=body)
            detail = answer.json().get("detail", "")
            if role in MAY[action]:
                assert answer.status_code in {200, 404, 409}, (path, detail)
            else:
                assert answer.status_code == 403, (path, detail)
                assert detail.startswith(f"A {role} may not do this; ask one of: ")
                assert detail.endswith(".")
