"""Alarms: read, acknowledged, claimed, noted, resolved; of two who act at once, one is told that they were second."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from security.alarms import AlarmAcknowledged
from tests.api.conftest import AUTHORIZED, TOKENS, client_of
from tests.api.desk import MemoryDesk

PANIC = "/api/v1/alarms/3"
HELD_OPEN = "/api/v1/alarms/1"


async def post(client: httpx.AsyncClient, path: str, **body: object) -> httpx.Response:
    return await client.post(path, json={"by": "M. Virtanen", **body})


async def test_alarms_stand_in_order_of_urgency_with_what_to_do(program: httpx.AsyncClient) -> None:
    alarms = (await program.get("/api/v1/alarms?language=sv")).json()["alarms"]
    assert [(alarm["number"], alarm["level"]) for alarm in alarms] == [(3, 1), (2, 3), (1, 3)]
    assert (alarms[0]["name"], alarms[0]["place"], alarms[0]["active"]) == ("Överfallsknapp", "Servicedisk 3", True)
    assert alarms[0]["response"][1] == "Ring 112 om någon är i fara."
    assert alarms[2]["because"] == "Vigselrum, dörr: öppen sedan kl. 10.40"


async def test_acknowledging_is_journaled_with_the_person(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    answer = await post(program, f"{PANIC}/acknowledge", version=1)
    assert answer.status_code == 200
    assert (answer.json()["alarm"]["acknowledged_by"], answer.json()["alarm"]["version"]) == ("M. Virtanen", 2)
    assert answer.json()["seq"] == len(desk.journal)
    assert desk.journal[-1] == AlarmAcknowledged(at=desk.clock.now(), number=3, by="M. Virtanen")


async def test_the_second_of_two_acknowledgements_is_refused_and_names_the_first(program: httpx.AsyncClient) -> None:
    first, second = await asyncio.gather(
        program.post(f"{PANIC}/acknowledge", json={"by": "M. Virtanen", "version": 1}),
        program.post(f"{PANIC}/acknowledge", json={"by": "L. Korhonen", "version": 1}),
    )
    assert sorted((first.status_code, second.status_code)) == [200, 409]
    winner = "M. Virtanen" if first.status_code == 200 else "L. Korhonen"
    loser = second if first.status_code == 200 else first
    assert loser.json()["detail"] == f"Alarm 3 was acknowledged by {winner} at 2026-11-20T08:47+00:00."


async def test_only_what_was_seen_can_be_acknowledged(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.report("lock-wedding", "contact", "closed")  # the alarm of the open door has ended meanwhile: version 2
    answer = await post(program, f"{HELD_OPEN}/acknowledge", version=1)
    assert answer.status_code == 409
    assert "look at it again" in answer.json()["detail"]
    answer = await post(program, f"{HELD_OPEN}/acknowledge", version=2)
    assert (answer.status_code, answer.json()["alarm"]) == (200, None)
    assert (await program.get(HELD_OPEN)).status_code == 404


async def test_a_panic_is_claimed_noted_and_resolved(program: httpx.AsyncClient) -> None:
    assert (await post(program, f"{PANIC}/resolve", version=1, reason="vahinko")).status_code == 409
    await post(program, f"{PANIC}/acknowledge", version=1)
    await post(program, f"{PANIC}/claim")
    noted = (await post(program, f"{PANIC}/note", text="  Asiakas rauhoittui.\nÅterkommer. ")).json()["alarm"]
    assert (noted["owner"], noted["notes"][0]["text"]) == ("M. Virtanen", "Asiakas rauhoittui.\nÅterkommer.")
    resolved = await post(program, f"{PANIC}/resolve", version=noted["version"], reason="Tilanne ohi")
    assert (resolved.status_code, resolved.json()["alarm"]) == (200, None)


async def test_resolving_never_clears_a_cause(program: httpx.AsyncClient) -> None:
    await post(program, f"{HELD_OPEN}/acknowledge", version=1)
    answer = await post(program, f"{HELD_OPEN}/resolve", version=2, reason="ei jaksa")
    assert answer.status_code == 409
    assert "still active" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("acknowledge", {"version": 1}),
        ("claim", {"version": 1}),
        ("note", {"text": "x"}),
        ("resolve", {"version": 1, "reason": "x"}),
    ],
)
async def test_an_alarm_that_is_not_open_is_404(program: httpx.AsyncClient, action: str, body: dict[str, object]) -> None:
    answer = await post(program, f"/api/v1/alarms/99/{action}", **body)
    assert answer.status_code == 404
    assert answer.json()["detail"] == "No open alarm has the number 99."


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "body: Field required."),
        (b"{", "The body is not JSON."),
        (b"[]", "body: Input should be a valid dictionary or object to extract fields from."),
        (b'{"by": "x"}', "body version: Field required."),
        (b'{"by": " ", "version": 1}', "body by: String should have at least 1 character."),
        (b'{"by": "x", "version": "one"}', "body version: Input should be a valid integer, unable to parse string as an integer."),
        (b'{"by": "x", "version": 0}', "body version: Input should be greater than or equal to 1."),
        (b'{"by": 7, "version": 1}', "body by: Input should be a valid string."),
    ],
)
async def test_a_wrong_body_is_refused_in_one_sentence(program: httpx.AsyncClient, body: bytes, detail: str) -> None:
    answer = await program.post(f"{PANIC}/acknowledge", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json() == {"detail": detail}


@pytest.mark.parametrize("name", ["\\ud800", "a\\u0000b", "line\\nbreak", "x" * 101])
async def test_names_that_no_journal_should_hold_are_refused(program: httpx.AsyncClient, name: str) -> None:
    body = f'{{"by": "{name}", "version": 1}}'.encode()
    answer = await program.post(f"{PANIC}/acknowledge", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "by" in answer.json()["detail"]


async def test_a_note_of_half_a_character_is_refused(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    before = len(desk.journal)
    body = b'{"by": "x", "text": "\\ud800"}'
    answer = await program.post(f"{PANIC}/note", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, len(desk.journal)) == (422, before)


async def test_notices_are_no_alarms(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    from edge.text import say
    from rooms.bookings import CalendarFailed

    assert (await program.get("/api/v1/notices")).json()["notices"] == []
    desk.happen(CalendarFailed(at=desk.clock.now(), calendar="rooms", problem=say("The calendar cannot be read")))
    (notice,) = (await program.get("/api/v1/notices?language=en")).json()["notices"]
    assert (notice["type"], notice["name"]) == ("calendar-failing", "Calendar cannot be read")
    assert len((await program.get("/api/v1/alarms")).json()["alarms"]) == 3


# --- read only --------------------------------------------------------------------------------------------------------


async def test_where_nobody_may_act_every_action_says_why(desk: MemoryDesk) -> None:
    app: FastAPI = create_app(desk, tokens=TOKENS, read_only_reason="Vain katselu.")
    before = len(desk.journal)
    async with client_of(app, **AUTHORIZED) as client:
        for path, body in (
            (f"{PANIC}/acknowledge", {"version": 1}),
            ("/api/v1/doors/room-2-front/release", {"seconds": 5, "reason": "x"}),
        ):
            answer = await post(client, path, **body)
            assert (answer.status_code, answer.json()) == (403, {"detail": "Vain katselu."})
    assert len(desk.journal) == before
