"""Masking and privacy for programs: what is told, who may ask for what, and what a refusal says."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from acoustics.telling import PRIVACY as PRIVACY_OF
from edge.site.fields import Role
from tests.api.conftest import AUTHORIZED, OF_ROLES, client_of
from tests.api.desk import MemoryDesk
from tests.api.masking_house import DESK, UNIT, MaskedDesk

PRIVACY, MASKING = "/api/v1/privacy", "/api/v1/masking"
BY = {"by": "F. Manager"}


@pytest.fixture
def desk(masked_desk: MaskedDesk) -> MaskedDesk:
    return masked_desk


@pytest.fixture
def app(masked_app: FastAPI) -> FastAPI:
    return masked_app


@pytest_asyncio.fixture
async def program(app: FastAPI, desk: MaskedDesk) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, **AUTHORIZED, **{"Accept-Language": "en"}) as client:
        yield client


async def pair(program: httpx.AsyncClient, talker: str, listener: str = "lobby") -> Mapping[str, Any]:
    told = (await program.get(PRIVACY)).json()
    return next(each for each in told["pairs"] if (each["talker"], each["listener"]) == (talker, listener))


async def unit(program: httpx.AsyncClient) -> Mapping[str, Any]:
    (found,) = (await program.get(MASKING)).json()["units"]
    assert isinstance(found, dict)
    return found


async def test_each_pair_says_how_private_it_is_and_why(program: httpx.AsyncClient) -> None:
    told = (await program.get(PRIVACY)).json()
    assert told["note"] == "An estimate, not a measurement"
    room = await pair(program, "room-2")
    assert (room["standing"], room["sentence"]) == ("confidential", "Voices may be heard, words are not understood")
    assert (room["insulation"], room["voice"], room["door"], room["background_measured"]) == ("measured", "normal", "closed", False)
    assert room["background_dba"] == 37.5
    at_desk = await pair(program, DESK)
    assert (at_desk["standing"], at_desk["live"], at_desk["door"]) == ("overhearable", True, "none")
    assert at_desk["missing_db"] > 10
    assert "a screen" in at_desk["remedy"]


async def test_a_silent_unit_is_no_privacy(program: httpx.AsyncClient, desk: MaskedDesk) -> None:
    desk.report(UNIT, "link", False)
    room = await pair(program, "room-2")
    assert (room["standing"], room["background_dba"]) == ("unknown", None)
    assert "silent since" in room["sentence"]
    lost = await unit(program)
    assert (lost["heard"], lost["level_dba"], lost["wanted_dba"]) == (False, None, None)
    desk.report(UNIT, "link", True)
    desk.report(UNIT, "level", 36.0)
    again = await pair(program, "room-2")
    assert (again["standing"], again["worst"]) == ("confidential", "unknown")


async def test_an_unseen_building_is_unknown(program: httpx.AsyncClient, desk: MaskedDesk) -> None:
    desk.begin_anew()
    desk.wait(timedelta(minutes=1))
    told = (await program.get(PRIVACY)).json()["pairs"]
    assert {each["standing"] for each in told if each["listener"] == "lobby"} == {"unknown"}
    assert (await unit(program))["level_dba"] is None
    desk.facts.set(PRIVACY_OF("room-2", "lobby"), None)
    untold = await pair(program, "room-2")
    assert (untold["standing"], untold["sentence"]) == ("unknown", "Nothing is known yet")


async def test_a_unit_says_where_it_goes_and_why(program: httpx.AsyncClient) -> None:
    found = await unit(program)
    assert (found["level_dba"], found["floor_dba"], found["most_dba"], found["insisting_dba"]) == (36.0, 30.0, 42.0, 45.0)
    assert (found["purpose"], found["silent"], found["assumed"], found["desks"]) == ("schedule", False, False, [DESK])
    asked = await program.post(f"{MASKING}/units/{UNIT}/level", json={**BY, "level_dba": 40, "minutes": 60})
    (found,) = asked.json()["units"]
    assert (found["wanted_dba"], found["purpose"]) == (40.0, "manual")
    assert "F. Manager" in found["because"]
    (wish,) = asked.json()["asked"]
    assert (wish["kind"], wish["subject"], wish["level_dba"], wish["by"]) == ("level", UNIT, 40.0, "F. Manager")
    ended = await program.post(f"{MASKING}/units/{UNIT}/end", json=BY)
    assert ended.json()["asked"] == []
    again = await program.post(f"{MASKING}/units/{UNIT}/end", json=BY)
    assert (again.status_code, again.json()["detail"]) == (409, f"Nobody has asked anything of masking at {UNIT}.")


@pytest.mark.parametrize(("kind", "space"), [("quiet", "lobby"), ("hearing", "lobby")])
async def test_quiet_and_hearing_support_end_by_themselves_or_by_hand(
    program: httpx.AsyncClient, desk: MaskedDesk, kind: str, space: str
) -> None:
    asked = await program.post(f"{MASKING}/spaces/{space}/{kind}", json={**BY, "minutes": 30})
    (found,) = asked.json()["units"]
    assert (found["silent"], found["purpose"]) == (True, "quiet")
    assert [wish["kind"] for wish in asked.json()["asked"]] == [kind]
    assert (await program.post(f"{MASKING}/spaces/{space}/end", json=BY)).json()["asked"] == []
    await program.post(f"{MASKING}/spaces/{space}/{kind}", json={**BY, "minutes": 30})
    desk.wait(timedelta(minutes=31))
    assert (await program.get(MASKING)).json()["asked"] == []


async def test_relief_has_no_name_and_says_what_it_costs(program: httpx.AsyncClient, desk: MaskedDesk) -> None:
    asked = await program.post(f"{MASKING}/desks/{DESK}/relief", json={"less": "6"})
    (relief,) = asked.json()["reliefs"]
    assert (relief["desk"], relief["less_db"]) == (DESK, 6.0)
    expected = "Conversations in Service desk 3, Service room 1, Service room 2 may be followed from Lobby and waiting area"
    assert relief["cost"] == [expected]
    (found,) = asked.json()["units"]
    assert (found["wanted_dba"], found["purpose"]) == (30.0, "relief")
    assert found["weeks"][0] | {"week": ""} == {"week": "", "relief_presses": 1, "relief_days": 1, "loud_hours": 0.0, "faults": 0}
    (pressed,) = [event for event in desk.journal if event.kind == "masking-relief-pressed"]
    assert not hasattr(pressed, "by")
    assert (await program.post(f"{MASKING}/desks/{DESK}/relief", json={"less": "off"})).json()["reliefs"][0]["less_db"] is None
    assert (await program.post(f"{MASKING}/desks/{DESK}/relief/end", json={})).json()["reliefs"] == []
    assert (await program.post(f"{MASKING}/desks/{DESK}/relief/end", json={})).status_code == 409
    named = await program.post(f"{MASKING}/desks/{DESK}/relief", json={"less": "3", **BY})
    assert named.status_code == 422, "a name is not even taken"


async def test_talk_is_told_by_week(program: httpx.AsyncClient, desk: MaskedDesk) -> None:
    desk.wait(timedelta(minutes=31))
    talk = (await program.get(MASKING)).json()["talk"]
    week = next(each for each in talk if (each["talker"], each["listener"]) == (DESK, None))
    assert (week["week"], week["shares"]) == ("2026-W47", {"overhearable": 1.0})
    assert week["hours"] > 0.2
    assert week["missing_db"] > 10
    assert (DESK, "lobby") in {(each["talker"], each["listener"]) for each in talk}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("spaces/nowhere/quiet", {**BY, "minutes": 5}, 404),
        ("spaces/nowhere/end", BY, 404),
        ("units/occ-room-1/level", {**BY, "level_dba": 40, "minutes": 5}, 404),
        ("desks/room-1/relief", {"less": "3"}, 404),
        ("desks/room-1/relief/end", {}, 404),
        ("spaces/lobby/quiet", {**BY, "minutes": 13 * 60}, 409),
        ("spaces/room-1/quiet", {**BY, "minutes": 5}, 409),
        (f"units/{UNIT}/level", {**BY, "level_dba": 46, "minutes": 5}, 409),
        (f"units/{UNIT}/level", {**BY, "level_dba": 49, "minutes": 5}, 422),
        (f"desks/{DESK}/relief", {"less": "9"}, 422),
        ("spaces/lobby/quiet", BY, 422),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    program: httpx.AsyncClient, desk: MaskedDesk, path: str, body: Mapping[str, object], status: int
) -> None:
    before = len(desk.journal)
    answer = await program.post(f"{MASKING}/{path}", json=body)
    assert (answer.status_code, len(desk.journal)) == (status, before), answer.text
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize(
    ("role", "quiet", "level"),
    [("facility-manager", 200, 200), ("lobby-host", 200, 403), ("guard", 403, 403), ("auditor", 403, 403), ("clerk", 403, 403)],
)
async def test_hosts_ask_for_quiet_and_managers_for_levels(
    app: FastAPI, desk: MaskedDesk, role: Role, quiet: int, level: int
) -> None:
    secret = {"Authorization": f"Bearer {OF_ROLES[role]}"} if role in OF_ROLES else AUTHORIZED
    async with client_of(app, **secret) as client:
        for path in ("spaces/lobby/quiet", "spaces/lobby/hearing"):
            assert (await client.post(f"{MASKING}/{path}", json={**BY, "minutes": 5})).status_code == quiet
        asked = await client.post(f"{MASKING}/units/{UNIT}/level", json={**BY, "level_dba": 40, "minutes": 5})
        assert asked.status_code == level


async def test_without_the_section_there_is_nothing_to_tell_and_nothing_to_ask(open_app: FastAPI, lasting_desk: MemoryDesk) -> None:
    lasting_desk.begin_anew()
    async with client_of(open_app, **AUTHORIZED) as client:
        told = (await client.get(MASKING)).json()
        assert (told["described"], told["units"], told["talk"]) == (False, [], [])
        assert (await client.get(PRIVACY)).json()["pairs"] == []
        assert (await client.post(f"{MASKING}/spaces/lobby/quiet", json={**BY, "minutes": 5})).status_code == 404
        assert (await client.post(f"{MASKING}/desks/{DESK}/relief", json={"less": "3"})).status_code == 404
