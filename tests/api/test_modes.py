"""Fire, evacuation and lockdown by the interface for programs: seen before, begun, asked to end, ended. And scenes."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from security.modes import MODE, ModeBegan, ModeEnded
from tests.api.desk import MemoryDesk

MODES = "/api/v1/modes"
WHOLE = {"by": "M. Virtanen", "mode": "lockdown", "scope": "site"}


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    """The entrance is unlocked by its hours, the wedding room by a booking; everything else is locked."""
    lasting_desk.begin_anew()
    lasting_desk.everything_reports()
    lasting_desk.book(("wedding", -5, 60))
    return lasting_desk


async def ask(client: httpx.AsyncClient, method: str, path: str, **body: object) -> httpx.Response:
    return await client.request(method, path, params={"language": "en"}, json=body)


async def seen(client: httpx.AsyncClient, mode: str, scope: str) -> dict[str, object]:
    answer = await client.get(f"{MODES}/preview", params={"mode": mode, "scope": scope, "language": "en"})
    assert answer.status_code == 200
    told: dict[str, object] = answer.json()
    return told


async def wanted(client: httpx.AsyncClient) -> set[str]:
    return {door["id"] for door in (await client.get("/api/v1/doors")).json()["doors"] if door["wanted"] == "unlocked"}


# --- what it would do -------------------------------------------------------------------------------------------------


async def test_a_preview_names_the_doors_and_changes_nothing(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    before = len(desk.journal)
    told = await seen(program, "lockdown", "site")
    assert told["locks"] == [
        {"door": "entrance", "name": "Main entrance"},
        {"door": "wedding-front", "name": "Wedding room, door"},
    ]
    assert told["stays"] == [{"door": "desk-front", "name": "Service desk 3, opening", "because": "it is an opening"}]
    assert told["scope_name"] == "whole building"
    assert str(told["text"]).startswith("Doors that lock: 2.")
    assert len(desk.journal) == before
    assert await wanted(program) == {"entrance", "wedding-front"}


async def test_a_preview_keeps_its_word(program: httpx.AsyncClient) -> None:
    locks = {door["door"] for door in (await seen(program, "lockdown", "site"))["locks"]}  # type: ignore[attr-defined]
    before = await wanted(program)
    assert (await ask(program, "POST", MODES, **WHOLE)).status_code == 200
    assert before - await wanted(program) == locks


async def test_a_preview_of_one_door_and_of_a_door_that_does_not_answer(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    assert [door["door"] for door in (await seen(program, "lockdown", "door:entrance"))["locks"]] == ["entrance"]  # type: ignore[attr-defined]
    desk.report("lock-entrance", "link", False)
    told = await seen(program, "lockdown", "door:entrance")
    assert (told["locks"], told["stays"]) == (
        [],
        [{"door": "entrance", "name": "Main entrance", "because": "its controller does not answer"}],
    )


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"mode": "fire"}, 422),
        ({"mode": "party"}, 422),
        ({"mode": "lockdown", "scope": "x" * 200}, 422),
        ({"mode": "lockdown", "scope": "door:nowhere"}, 404),
        ({"mode": "lockdown", "scope": "door:desk-front"}, 404),
        ({"mode": "lockdown", "scope": "zone:moon"}, 404),
        ({"mode": "lockdown", "scope": ""}, 404),
        ({"mode": "lockdown", "scope": "%"}, 404),
        ({"mode": "evacuation", "scope": "zone:internal"}, 409),
    ],
)
async def test_what_does_not_exist_has_no_preview_and_does_not_begin(
    program: httpx.AsyncClient, desk: MemoryDesk, asked: dict[str, str], status: int
) -> None:
    before = len(desk.journal)
    assert (await program.get(f"{MODES}/preview", params=asked)).status_code == status
    assert (await ask(program, "POST", MODES, by="x", **asked)).status_code == status
    assert len(desk.journal) == before


# --- beginning and ending ---------------------------------------------------------------------------------------------


async def test_a_lockdown_begins_once_holds_and_is_told_to_all(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    first, second = await asyncio.gather(
        ask(program, "POST", MODES, **WHOLE, reason="Uhka"), ask(program, "POST", MODES, **{**WHOLE, "by": "L. Korhonen"})
    )
    assert sorted((first.status_code, second.status_code)) == [200, 409]
    loser = first if first.status_code == 409 else second
    assert loser.json()["detail"].startswith("It holds already, begun by ")
    assert sum(isinstance(event, ModeBegan) for event in desk.journal) == 1
    (mode,) = (await program.get(f"{MODES}?language=en")).json()["modes"]
    assert (mode["mode"], mode["scope"], mode["scope_name"]) == ("lockdown", "site", "whole building")
    assert (mode["since"], mode["end_asked_by"], mode["end_asked_until"]) == ("2026-11-20T08:40:00Z", None, None)
    assert await wanted(program) == set()


async def test_two_distinct_steps_end_a_lockdown(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await ask(program, "POST", MODES, **WHOLE)
    for _ in range(3):
        early = await ask(program, "POST", f"{MODES}/end", **WHOLE)
        assert (early.status_code, early.json()["detail"]) == (
            409,
            "Two steps end a lockdown: ask for its end, then confirm within 60 seconds.",
        )
    asked = (await ask(program, "POST", f"{MODES}/end-request", **WHOLE)).json()["modes"][0]
    assert (asked["end_asked_by"], asked["end_asked_until"]) == ("M. Virtanen", "2026-11-20T08:41:00Z")
    assert asked["its_end"] == "Doors that unlock: 2."
    assert await wanted(program) == set()
    ended = await ask(program, "POST", f"{MODES}/end", **{**WHOLE, "by": "L. Korhonen"}, reason="Ohi")
    assert (ended.status_code, ended.json()["modes"]) == (200, [])
    assert [event.reason for event in desk.journal if isinstance(event, ModeEnded)] == ["Ohi"]
    assert await wanted(program) == {"entrance", "wedding-front"}
    again = await ask(program, "POST", f"{MODES}/end", **WHOLE)
    assert (again.status_code, again.json()["detail"]) == (409, "It does not hold, so there is nothing to end.")


async def test_the_first_step_is_forgotten_after_a_minute(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await ask(program, "POST", MODES, **WHOLE)
    await ask(program, "POST", f"{MODES}/end-request", **WHOLE)
    desk.wait(timedelta(seconds=61))
    assert (await program.get(MODES)).json()["modes"][0]["end_asked_until"] is None
    assert (await ask(program, "POST", f"{MODES}/end", **WHOLE)).status_code == 409
    assert desk.facts(MODE("lockdown", "site")) is not None


async def test_an_evacuation_ends_in_one_step_and_unlocks_escape_doors(program: httpx.AsyncClient) -> None:
    evacuation = {"by": "M. Virtanen", "mode": "evacuation"}
    assert (await ask(program, "POST", MODES, **evacuation)).status_code == 200
    assert "room-1-back" in await wanted(program)
    asked = await ask(program, "POST", f"{MODES}/end-request", **evacuation)
    assert (asked.status_code, asked.json()["detail"]) == (409, "Only a lockdown needs two steps; end this one in one.")
    assert (await ask(program, "POST", f"{MODES}/end", **evacuation)).json()["modes"] == []


async def test_a_fire_alarm_ends_only_when_its_input_says_so(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.report("fire-panel", "fire", True)
    await ask(program, "POST", MODES, **WHOLE)
    modes = (await program.get(f"{MODES}?language=en")).json()["modes"]
    assert [(mode["mode"], mode["by"]) for mode in modes] == [("fire", "fire-panel"), ("lockdown", "M. Virtanen")]
    refused = await ask(program, "POST", f"{MODES}/end", by="x", mode="fire")
    assert refused.status_code == 409
    assert "still says fire" in refused.json()["detail"]
    desk.report("fire-panel", "fire", False)
    ended = await ask(program, "POST", f"{MODES}/end", by="x", mode="fire")
    assert [mode["mode"] for mode in ended.json()["modes"]] == ["lockdown"]


async def test_what_may_be_locked_down_is_listed(program: httpx.AsyncClient) -> None:
    scopes = {scope["id"]: scope["name"] for scope in (await program.get(f"{MODES}?language=en")).json()["scopes"]}
    assert {"site", "zone:public", "zone:internal", "door:entrance"} <= set(scopes)
    assert "door:desk-front" not in scopes
    assert (scopes["zone:internal"], scopes["door:entrance"]) == ("internal zone", "Main entrance")


# --- scenes -----------------------------------------------------------------------------------------------------------


async def test_a_scene_is_played_for_minutes_and_stopped(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.book()
    (scene,) = (await program.get("/api/v1/scenes?language=en")).json()["scenes"]
    assert (scene["id"], scene["room"], scene["doors"], scene["playing"]) == ("wedding-day", "wedding", ["wedding-front"], [])
    played = (await ask(program, "POST", "/api/v1/scenes/wedding-day/play", by="M. Virtanen", minutes=30)).json()
    assert [(one["until"], one["opens"]) for one in played["playing"]] == [("2026-11-20T09:10:00Z", True)]
    assert "wedding-front" in await wanted(program)
    stopped = await ask(program, "DELETE", "/api/v1/scenes/wedding-day/play", by="M. Virtanen")
    assert (stopped.status_code, stopped.json()["playing"]) == (200, [])
    assert "wedding-front" not in await wanted(program)
    assert (await ask(program, "DELETE", "/api/v1/scenes/wedding-day/play", by="x")).status_code == 409


@pytest.mark.parametrize(("scene", "minutes", "status"), [("none", 5, 404), ("wedding-day", 0, 422), ("wedding-day", 721, 422)])
async def test_a_scene_that_does_not_exist_or_never_ends_is_not_played(
    program: httpx.AsyncClient, desk: MemoryDesk, scene: str, minutes: int, status: int
) -> None:
    before = len(desk.journal)
    answer = await ask(program, "POST", f"/api/v1/scenes/{scene}/play", by="x", minutes=minutes)
    assert (answer.status_code, len(desk.journal)) == (status, before)
