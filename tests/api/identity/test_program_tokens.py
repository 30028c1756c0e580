"""Tokens of programs and panels: in their role, at their room, until they are revoked; and whose name stands in the journal."""

import asyncio
from contextlib import aclosing
from datetime import datetime, timedelta

import httpx
import pytest

from api.gate import PANEL_COOKIE
from edge.people import changes
from edge.people.roll import new_token
from edge.site.fields import Role
from security.alarms import ALARM
from tests.api.conftest import AUTHORIZED, client_of
from tests.api.desk import MORNING
from tests.api.identity.conftest import House, password_of, sign_in
from tests.api.serving import served
from tests.api.test_stream import messages

PANEL_TAPS = ("arrive", "keep", "extend", "release", "help", "help/end")


def give_token(
    house: House,
    name: str,
    role: Role,
    *,
    room: str | None = None,
    display: str | None = None,
    agency: str | None = None,
    until: datetime | None = None,
) -> str:
    token, digest = new_token()
    house.register.change(lambda roll: changes.token_added(roll, MORNING, name, role, agency, room, until, digest, display))
    return token


def revoke(house: House, name: str) -> None:
    house.register.change(lambda roll: roll.without_token(name))


def program(house: House, token: str) -> httpx.AsyncClient:
    return client_of(house.app, Authorization=f"Bearer {token}")


async def test_a_token_acts_in_its_role_until_it_is_revoked(house: House) -> None:
    token = give_token(house, "cleaning robot", "lobby-host")
    async with program(house, token) as client:
        assert (await client.get("/api/v1/site")).status_code == 200
        assert (await client.post("/api/v1/modes/end", json={"by": "x", "mode": "fire", "reason": "x"})).status_code == 403
        revoke(house, "cleaning robot")
        assert (await client.get("/api/v1/site")).status_code == 401


async def test_a_token_ends_with_its_last_day(house: House) -> None:
    token = give_token(house, "summer help", "auditor", until=house.desk.clock.t + timedelta(hours=1))
    async with program(house, token) as client:
        assert (await client.get("/api/v1/site")).status_code == 200
        house.desk.clock.t += timedelta(hours=1)
        assert (await client.get("/api/v1/site")).status_code == 401


async def test_a_program_names_its_person_and_is_named_itself(house: House) -> None:
    async with program(house, give_token(house, "desk-app", "guard")) as client:
        answer = await client.post("/api/v1/alarms/3/acknowledge", json={"by": "L. Korhonen", "version": 1})
        assert answer.status_code == 200
    assert house.desk.facts(ALARM("3")).acknowledged_by == "L. Korhonen via desk-app"  # type: ignore[union-attr]


async def test_the_sites_own_tokens_stay_as_they_were(house: House) -> None:
    async with client_of(house.app, **AUTHORIZED) as client:
        await client.post("/api/v1/alarms/3/acknowledge", json={"by": "L. Korhonen", "version": 1})
    assert house.desk.facts(ALARM("3")).acknowledged_by == "L. Korhonen"  # type: ignore[union-attr]


async def test_who_is_signed_in_acts_under_no_other_name(house: House) -> None:
    async with house.browser() as client:
        await sign_in(client, "guard", password_of("guard"))
        before = len(house.desk.journal)
        asked = (
            ("/api/v1/alarms/3/acknowledge", {"version": 1}),
            ("/api/v1/doors/room-2-front/release", {"seconds": 60, "reason": "delivery"}),
        )
        for path, body in asked:
            answer = await client.post(path, json={"by": "somebody else", **body}, headers={"Accept": "*/*"})
            assert answer.status_code == 200
        acts = [event for event in house.desk.journal[before:] if hasattr(event, "by")]
    assert {event.by for event in acts} == {"guard"}
    assert [event.kind for event in acts].count("alarm-acknowledged") == 1
    assert [event.kind for event in acts].count("door-released") == 1
    assert "somebody else" not in repr(house.desk.journal)


# --- panels -----------------------------------------------------------------------------------------------------------


async def test_a_panel_reads_and_taps_its_own_room_and_nothing_else(house: House) -> None:
    token = give_token(house, "panel-1", "lobby-host", room="room-1")
    async with program(house, token) as client:
        assert (await client.get("/api/v1/rooms/room-1")).json()["doors"] == []
        assert (await client.post("/api/v1/rooms/room-1/extend", json={"by": "somebody"})).status_code in {200, 409}
        unknown = await client.get("/api/v1/rooms/nowhere")
        for path in ("/api/v1/rooms/room-2", "/rooms/room-2"):
            assert (await client.get(path)).status_code == 404
        other = await client.get("/api/v1/rooms/room-2")
        assert (other.status_code, other.content) == (unknown.status_code, unknown.content)
        for tap in PANEL_TAPS:
            assert (await client.post(f"/api/v1/rooms/room-2/{tap}", json={"by": "x"})).status_code == 404
        broken = {"by": "x", "what": "light"}
        assert (await client.post("/api/v1/rooms/room-2/faults", json=broken)).status_code == 404
        assert (await client.post("/console/rooms/room-2/faults", data=broken)).status_code == 404
        assert (await client.post("/api/v1/rooms/room-1/faults", json=broken)).status_code == 200
        form = {"room": "room-2", "minutes": "30"}
        assert (await client.post("/console/rooms/book", data=form)).status_code == 404
        for path in ("help/answer", "faults/mended"):
            assert (await client.post(f"/api/v1/rooms/room-1/{path}", json=broken)).status_code == 403
        for path in (
            "/",
            "/rooms",
            "/doors",
            "/api/v1/rooms",
            "/api/v1/bookings",
            "/api/v1/alarms",
            "/api/v1/events",
            "/api/v1/site",
            "/host",
            "/arrivals",
            "/api/v1/arrivals",
            "/terminals",
            "/api/v1/terminals",
            "/ceremonies",
            "/masking",
            "/displays/info-lobby",
            "/api/v1/public-notices",
        ):
            answer = await client.get(path, params={"language": "en"})
            assert (answer.status_code, answer.json()["detail"]) == (
                403,
                "This token is for one screen: the panel of a room, or a display.",
            ), path


async def test_a_panels_browser_shows_its_room_after_any_restart(house: House) -> None:
    token = give_token(house, "panel-1", "lobby-host", room="room-1")
    async with house.browser() as client:
        assert 'name="token"' in (await client.get("/sign-in")).text
        assert (await client.post("/sign-in/panel", data={"token": "a guess"})).status_code == 403
        answer = await client.post("/sign-in/panel", data={"token": token})
        assert (answer.status_code, answer.headers["location"]) == (303, "/rooms/room-1")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"{PANEL_COOKIE}=")
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        house.identity.sessions._open.clear()  # as a restart does
        assert (await client.get("/rooms/room-1")).status_code == 200
        assert (await client.post("/console/rooms/room-1/extend", data={})).status_code in {303, 409}
        foreign = {"Origin": "http://evil.example"}
        assert (await client.post("/console/rooms/room-1/extend", data={}, headers=foreign)).status_code == 403
        revoke(house, "panel-1")
        assert (await client.get("/rooms/room-1")).status_code == 401


async def test_whoever_stands_at_a_panel_is_told_what_it_is_and_how_to_come_in(house: House) -> None:
    token = give_token(house, "panel-1", "lobby-host", room="room-1")
    async with house.browser(**{"Accept-Language": "en"}) as client:
        await client.post("/sign-in/panel", data={"token": token})
        elsewhere = await client.get("/doors")
        assert (elsewhere.status_code, "This screen shows Service room 1." in elsewhere.text) == (403, True)
        assert 'href="/rooms/room-1"' in elsewhere.text
        assert 'href="/sign-in"' in elsewhere.text
        assert "/sign-out" not in elsewhere.text, "which would be refused: nobody is signed in"
        assert (await sign_in(client, "guard")).status_code == 303
        assert (await client.get("/doors")).status_code == 200


async def test_a_panel_of_a_room_that_is_not_here_is_told_so_at_once(house: House) -> None:
    token = give_token(house, "panel-9", "lobby-host", room="room-9")
    async with house.browser(**{"Accept-Language": "en"}) as client:
        answer = await client.post("/sign-in/panel", data={"token": token})
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
        assert "This token is for the room room-9, which no calendar books here." in answer.text


async def test_the_token_of_a_program_is_none_for_a_browser(house: House) -> None:
    token = give_token(house, "desk-app", "guard")
    async with house.browser() as client:
        assert (await client.post("/sign-in/panel", data={"token": token})).status_code == 403
        client.cookies.set(PANEL_COOKIE, token, domain="localhost")
        assert (await client.get("/rooms")).status_code == 401


# --- streams ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/v1/events", "/console/events?lists=rooms"])
async def test_an_open_stream_ends_within_a_second_of_revocation_and_tells_nothing_more(house: House, path: str) -> None:
    token = give_token(house, "desk-app", "guard")
    async with served(house.app, house.desk) as address, httpx.AsyncClient(timeout=10) as client:
        headers = {"Authorization": f"Bearer {token}"}
        async with client.stream("GET", f"{address}{path}", headers=headers) as answer, aclosing(messages(answer)) as read:
            assert (await anext(read))["event"] in {"heartbeat", "patch"}
            revoke(house, "desk-app")
            house.desk.press("panic-room-1", "after the revocation")
            async with asyncio.timeout(10):
                assert [message async for message in read if message["event"] not in {"heartbeat", "patch"}] == []


async def test_an_open_stream_ends_with_the_persons_role(house: House) -> None:
    async with served(house.app, house.desk) as address, httpx.AsyncClient(timeout=10) as client:
        origin = {"Origin": address, "Accept": "text/html"}
        answer = await client.post(f"{address}/sign-in", data={"name": "guard", "password": password_of("guard")}, headers=origin)
        assert answer.status_code == 303
        async with client.stream("GET", f"{address}/console/events?lists=alarms") as answer, aclosing(messages(answer)) as read:
            await anext(read)
            house.register.change(lambda roll: changes.with_role(roll, "guard", "auditor", None))
            async with asyncio.timeout(10):
                assert [message async for message in read if message["event"] == "patch"] == []


async def test_a_displays_browser_shows_it_after_any_restart_and_nothing_else(house: House) -> None:
    token = give_token(house, "info-1", "lobby-host", display="info-lobby")
    async with house.browser(**{"Accept-Language": "en"}) as client:
        answer = await client.post("/sign-in/panel", data={"token": token})
        assert (answer.status_code, answer.headers["location"]) == (303, "/displays/info-lobby")
        house.identity.sessions._open.clear()  # as a restart does
        shown = await client.get("/displays/info-lobby")
        assert (shown.status_code, "Welcome" in shown.text) == (200, True)
        for path in ("/", "/rooms", "/rooms/room-1", "/displays", "/alarms", "/bulletins"):
            elsewhere = await client.get(path)
            assert (elsewhere.status_code, "This screen shows Lobby display." in elsewhere.text) == (403, True), path
        assert (await client.get("/displays/nowhere")).status_code == 404
        notice = await client.post("/console/public-notices", data={"ready": "lift", "minutes": "60"})
        assert notice.status_code == 403
        revoke(house, "info-1")
        assert (await client.get("/displays/info-lobby")).status_code == 401
    async with program(house, give_token(house, "info-2", "lobby-host", display="info-lobby")) as client:
        assert (await client.get("/api/v1/rooms")).status_code == 403
