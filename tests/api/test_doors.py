"""Doors by the interface for programs: how they really are, and who released, overrode or took them out, until when and why."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.app import create_app
from security.overrides import DoorOverridden, DoorTakenOut
from tests.api.conftest import AUTHORIZED, OF_ROLES, TOKENS, client_of
from tests.api.desk import MORNING, MemoryDesk

DOOR = "/api/v1/doors/room-2-front"
OFFICE = "/api/v1/doors/office-door"
BY = {"by": "M. Virtanen", "reason": "key lost"}
LOCKED = {**BY, "value": "locked", "minutes": 30}


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    """A quiet morning on which every device has reported."""
    lasting_desk.begin_anew()
    lasting_desk.everything_reports()
    return lasting_desk


@pytest_asyncio.fixture
async def as_guard(app: FastAPI, desk: MemoryDesk) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, Authorization=f"Bearer {OF_ROLES['guard']}") as client:
        yield client


async def ask(client: httpx.AsyncClient, method: str, path: str, **body: object) -> httpx.Response:
    return await client.request(method, path, params={"language": "en"}, json=body)


# --- how they are -----------------------------------------------------------------------------------------------------


async def test_a_door_says_how_it_is_since_when_and_what_that_rests_on(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    door = (await program.get(f"{DOOR}?language=en")).json()
    assert door["truth"] == {
        "state": "locked",
        "since": "2026-11-20T08:40:00Z",
        "because": "Service room 2, door is locked",
        "sensed": True,
        "passable": False,
    }
    assert (door["lease"], door["release"], door["override"], door["out_of_service"]) == ("timed", None, None, None)
    desk.report("lock-office", "contact", "open")
    forced = (await program.get(OFFICE)).json()["truth"]
    assert (forced["state"], forced["passable"]) == ("forced", True)


async def test_what_has_no_controller_has_no_truth(program: httpx.AsyncClient) -> None:
    opening = (await program.get("/api/v1/doors/desk-front")).json()
    assert (opening["truth"], opening["lease"], opening["device"]) == (None, None, None)


# --- releases ---------------------------------------------------------------------------------------------------------


async def test_a_door_is_released_by_name_for_a_time_and_with_a_reason(program: httpx.AsyncClient) -> None:
    door = (await ask(program, "POST", f"{DOOR}/release", **BY, seconds=60)).json()
    assert (door["wanted"], door["because"]) == ("unlocked", "Released by M. Virtanen until 10:41: key lost")
    assert door["release"] == {
        "by": "M. Virtanen",
        "since": "2026-11-20T08:40:00Z",
        "reason": "key lost",
        "until": "2026-11-20T08:41:00Z",
        "remaining_s": 60.0,
    }
    for method, path in (("POST", f"{DOOR}/release/end"), ("DELETE", f"{DOOR}/release")):
        await ask(program, "POST", f"{DOOR}/release", **BY, seconds=60)
        ended = await ask(program, method, path, by="L. Korhonen")
        assert (ended.status_code, ended.json()["wanted"], ended.json()["release"]) == (200, "locked", None)


async def test_what_was_not_released_cannot_be_taken_back(program: httpx.AsyncClient) -> None:
    answer = await ask(program, "POST", f"{DOOR}/release/end", by="x")
    assert (answer.status_code, answer.json()["detail"]) == (409, "Room-2-front has not been released.")


@pytest.mark.parametrize(
    "body", [{**BY, "seconds": seconds} for seconds in (0, -5, 601, 1e30, "inf", None)] + [{"by": "x", "seconds": 60}]
)
async def test_a_release_lasts_ten_minutes_at_most_and_has_a_reason(
    program: httpx.AsyncClient, desk: MemoryDesk, body: dict[str, object]
) -> None:
    before = len(desk.journal)
    answer = await ask(program, "POST", f"{DOOR}/release", **body)
    assert (answer.status_code, len(desk.journal)) == (422, before)


async def test_a_release_that_would_open_the_inside_is_refused_or_stays_locked(program: httpx.AsyncClient) -> None:
    answer = await ask(program, "POST", f"{OFFICE}/release", **BY, seconds=60)
    assert answer.json().get("wanted", "locked") == "locked"


# --- overrides --------------------------------------------------------------------------------------------------------


async def test_an_override_holds_counts_down_and_ends_by_itself(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.book(("room-2", 0, 60))
    assert (await program.get(DOOR)).json()["wanted"] == "unlocked"
    overridden = (await ask(program, "POST", f"{DOOR}/override", **LOCKED)).json()
    assert (overridden["wanted"], overridden["override"]["value"], overridden["override"]["remaining_s"]) == (
        "locked",
        "locked",
        1800,
    )
    desk.wait(timedelta(minutes=10))
    later = (await program.get(DOOR)).json()["override"]
    assert (later["remaining_s"], later["by"], later["reason"]) == (1200, "M. Virtanen", "key lost")
    desk.wait(timedelta(minutes=20))
    after = (await program.get(DOOR)).json()
    assert (after["wanted"], after["override"]) == ("unlocked", None)


async def test_an_override_is_replaced_and_ended_by_people(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    until = (MORNING + timedelta(hours=2)).isoformat()
    await ask(program, "POST", f"{DOOR}/override", **LOCKED)
    newer = (await ask(program, "POST", f"{DOOR}/override", by="L. Korhonen", reason="y", value="unlocked", until=until)).json()
    assert (newer["override"]["by"], newer["override"]["until"], newer["wanted"]) == (
        "L. Korhonen",
        "2026-11-20T10:40:00Z",
        "unlocked",
    )
    assert isinstance(next(event for event in reversed(desk.journal) if isinstance(event, DoorOverridden)), DoorOverridden)
    ended = await ask(program, "DELETE", f"{DOOR}/override", by="x")
    assert (ended.status_code, ended.json()["override"], ended.json()["wanted"]) == (200, None, "locked")
    again = await ask(program, "DELETE", f"{DOOR}/override", by="x")
    assert (again.status_code, again.json()["detail"]) == (409, "Room-2-front is not overridden.")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"minutes": 30, "until": "2026-11-20T12:00:00Z"},
        {"minutes": 0},
        {"minutes": -1},
        {"minutes": 1e9},
        {"until": "tomorrow"},
        {"until": "2026-11-20T12:00:00"},
        {"until": "9999-12-31T23:59:59Z"},
        {"minutes": 5, "value": "ajar"},
        {"minutes": 5, "reason": "   "},
        {"minutes": 5, "by": ""},
    ],
)
async def test_garbage_overrides_nothing(program: httpx.AsyncClient, desk: MemoryDesk, body: dict[str, object]) -> None:
    before = len(desk.journal)
    for path in ("override", "out-of-service") if body and "value" not in body else ("override",):
        answer = await ask(program, "POST", f"{DOOR}/{path}", **{**BY, "value": "locked", **body})
        assert (answer.status_code, len(desk.journal)) == (422, before)
        assert answer.json()["detail"].startswith("body")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"until": "2026-11-20T08:00:00Z"}, "The end lies in the past."),
        ({"minutes": 12 * 60 + 1}, "A door can be overridden until 2026-11-20T20:40+00:00 at most."),
    ],
)
async def test_an_end_that_is_past_or_far_away_conflicts(program: httpx.AsyncClient, body: dict[str, object], told: str) -> None:
    answer = await ask(program, "POST", f"{DOOR}/override", **BY, value="locked", **body)
    assert (answer.status_code, answer.json()["detail"]) == (409, told)


async def test_a_guard_locks_by_override_and_unlocks_none(as_guard: httpx.AsyncClient) -> None:
    assert (await ask(as_guard, "POST", f"{DOOR}/override", **LOCKED)).status_code == 200
    answer = await ask(as_guard, "POST", f"{DOOR}/override", **{**LOCKED, "value": "unlocked"})
    assert (answer.status_code, answer.json()["detail"]) == (403, "A guard may not do this; ask one of: facility-manager.")


# --- out of service ---------------------------------------------------------------------------------------------------


async def test_a_door_is_taken_out_of_service_and_back(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.book(("room-2", 0, 60))
    out = (await ask(program, "POST", f"{DOOR}/out-of-service", **BY)).json()
    assert (out["truth"]["state"], out["truth"]["passable"], out["wanted"]) == ("out-of-service", True, "locked")
    assert (out["out_of_service"]["until"], out["out_of_service"]["remaining_s"]) == (None, None)
    assert isinstance(next(event for event in desk.journal if isinstance(event, DoorTakenOut)), DoorTakenOut)
    refused = await ask(program, "POST", f"{DOOR}/release", **BY, seconds=60)
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "Room-2-front is out of service: take it back into service first.",
    )
    back = await ask(program, "DELETE", f"{DOOR}/out-of-service", by="x")
    assert (back.json()["out_of_service"], back.json()["truth"]["state"], back.json()["wanted"]) == (None, "unlocked", "unlocked")
    assert (await ask(program, "DELETE", f"{DOOR}/out-of-service", by="x")).status_code == 409


async def test_a_door_is_back_by_itself_when_its_time_has_passed(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await ask(program, "POST", f"{DOOR}/out-of-service", **BY, minutes=60)
    desk.wait(timedelta(hours=1))
    assert (await program.get(DOOR)).json()["out_of_service"] is None


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["nowhere", "desk-front", "lock-room-2", "%00", "room-2-front%2F.."])
async def test_only_a_door_with_a_controller_can_be_acted_at(program: httpx.AsyncClient, desk: MemoryDesk, door: str) -> None:
    before = len(desk.journal)
    for method, path, body in (
        ("POST", "release", {**BY, "seconds": 60}),
        ("DELETE", "release", {"by": "x"}),
        ("POST", "override", LOCKED),
        ("DELETE", "override", {"by": "x"}),
        ("POST", "out-of-service", BY),
        ("DELETE", "out-of-service", {"by": "x"}),
    ):
        answer = await ask(program, method, f"/api/v1/doors/{door}/{path}", **body)
        assert (answer.status_code, len(desk.journal)) == (404, before)


async def test_where_nobody_may_act_doors_say_so_too(desk: MemoryDesk) -> None:
    async with client_of(create_app(desk, tokens=TOKENS, read_only_reason="Vain katselu."), **AUTHORIZED) as client:
        for path, body in (("doors/room-2-front/override", LOCKED), ("modes", {**BY, "mode": "lockdown"})):
            answer = await ask(client, "POST", f"/api/v1/{path}", **body)
            assert (answer.status_code, answer.json()) == (403, {"detail": "Vain katselu."})
