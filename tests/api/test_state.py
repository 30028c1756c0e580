"""What programs read: the state of doors, points, devices, bookings, with its age, quality and reasons."""

import re
from datetime import timedelta

import httpx

from api.app import create_app
from edge.text import say
from rooms.bookings import CalendarFailed
from tests.api.conftest import AUTHORIZED, TOKENS, client_of
from tests.api.desk import MORNING, MemoryDesk


async def got(client: httpx.AsyncClient, path: str, **parameters: str) -> dict:
    answer = await client.get(f"/api/v1{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_site(program: httpx.AsyncClient) -> None:
    site = await got(program, "/site")
    assert (site["id"], site["name"], site["timezone"], site["doors"]) == ("vanaja", "Vanajan palvelupiste", "Europe/Helsinki", 7)


async def test_a_door_tells_what_is_reported_wanted_and_why(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    door = await got(program, "/doors/room-1-front", language="en")
    assert (door["lock"]["value"], door["lock"]["quality"], door["contact"]["value"]) == ("unlocked", "good", "closed")
    assert door["lock"]["age_s"] == (desk.clock.now() - MORNING).total_seconds()
    assert (door["wanted"], door["because"], door["refused"]) == ("unlocked", "Booked 10:30–11:30", None)
    assert door["claim"]["cause"].startswith("booking:b0@vanaja")
    assert (door["claim"]["value"], door["claim"]["until"]) == ("unlocked", door["until"])
    assert [loser["cause"] for loser in door["losers"]] == ["default"]


async def test_a_command_that_is_not_followed_is_overdue(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.report("lock-room-1", "lock", "locked")
    desk.wait(timedelta(seconds=1))
    assert (await got(program, "/doors/room-1-front"))["command"]["overdue"] is False
    desk.wait(timedelta(seconds=10))
    door = await got(program, "/doors/room-1-front")
    assert door["command"]["overdue"] is True
    assert door["command"]["confirmed"] is False
    assert door["command"]["tries"] > 1
    assert (door["wanted"], door["lock"]["value"]) == ("unlocked", "locked")


async def test_a_lost_controller_makes_its_readings_stale(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.report("lock-room-2", "link", False)
    door = await got(program, "/doors/room-2-front")
    assert (door["online"], door["lock"]["value"], door["lock"]["quality"]) == (False, "locked", "stale")


async def test_what_was_never_heard_is_unknown() -> None:
    from api.truth import Truth
    from edge.language import Renderer

    desk = MemoryDesk()
    door = Truth(desk, Renderer(desk.site, "en")).door("room-1-front")
    assert (door.lock.value, door.lock.quality, door.lock.age_s, door.online) == (None, "unknown", None, None)


async def test_an_opening_has_no_lock_to_tell_of(program: httpx.AsyncClient) -> None:
    door = await got(program, "/doors/desk-front")
    assert (door["device"], door["lock"]["quality"], door["wanted"], door["claim"]) == (None, "unknown", None, None)


async def test_reasons_come_in_the_language_asked_for(program: httpx.AsyncClient) -> None:
    async def because(header: str | None = None, **parameters: str) -> str:
        headers = {"Accept-Language": header} if header else {}
        answer = await program.get("/api/v1/doors/room-1-front", params=parameters, headers=headers)
        return answer.json()["because"]

    assert await because() == "Varattu 10.30–11.30"
    assert await because("sv-FI,sv;q=0.9,en;q=0.5") == "Bokat kl. 10.30–11.30"
    assert await because("de, en;q=0.2, sv;q=0.1") == "Booked 10:30–11:30"
    assert await because("sv", language="en") == "Booked 10:30–11:30"
    assert await because("tlh;q=x, *") == "Varattu 10.30–11.30"


async def test_every_commanded_point_has_its_reason(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    points = (await got(program, "/points"))["points"]
    locks = {point["device"]: point for point in points if point["point"] == "lock"}
    assert set(locks) == set(desk.site.controllers.values())
    assert all(point["because"] for point in locks.values())
    assert {p["point"] for p in points if p["device"] == "masking-lobby"} == {"level", "muted"}


async def test_spaces_tell_on_which_storey_they_are(desk: MemoryDesk) -> None:
    upstairs = desk.site.spaces["room-2"].model_copy(update={"storey": "K"})
    desk.site = desk.site.model_copy(update={"spaces": {**desk.site.spaces, "room-2": upstairs}})
    async with client_of(create_app(desk, tokens=TOKENS), **AUTHORIZED) as program:
        told = {space["id"]: space["storey"] for space in (await got(program, "/spaces"))["spaces"]}
    assert told == {**dict.fromkeys(desk.site.spaces, "1"), "room-2": "K"}


async def test_presence_is_told_only_when_sensors_can_tell(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    async def present() -> dict[str, bool | None]:
        return {space["id"]: space["present"] for space in (await got(program, "/spaces"))["spaces"]}

    before = await present()
    assert (before["room-1"], before["wedding"], before["lobby"]) == (True, None, None)
    desk.report("occ-wedding", "present", False)
    assert (await present())["wedding"] is False
    desk.report("occ-room-1", "link", False)
    assert (await present())["room-1"] is None


async def test_devices(program: httpx.AsyncClient) -> None:
    devices = {device["id"]: device for device in (await got(program, "/devices"))["devices"]}
    assert devices["panic-desk-3"]["name"] == "Turvanappi (Palvelutiski 3)"
    assert devices["masking-lobby"]["points"]["tamper"]["value"] is True
    assert "pressed" not in devices["panic-desk-3"]["points"]


async def test_bookings_come_without_titles_and_without_what_is_over(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    answer = await program.get("/api/v1/bookings")
    assert [b["room"] for b in answer.json()["bookings"]] == ["room-1", "wedding", "room-2", "room-1"]
    assert "CANARY" not in answer.text
    first = answer.json()["bookings"][0]
    assert (first["start"], first["start_local"]) == ("2026-11-20T08:30:00Z", "2026-11-20T10:30:00+02:00")
    assert (first["ends"], first["local"], first["problem"]) == (first["end"], False, None)
    wedding = (await got(program, "/bookings", room="wedding", language="sv"))["bookings"][0]
    assert (wedding["kind"], wedding["kind_name"], wedding["agency"]) == ("weddings", "Vigsel", None)
    assert [b["uid"] for b in (await got(program, "/bookings", room="wedding"))["bookings"]] == ["b1@vanaja"]
    desk.wait(timedelta(hours=1))
    assert [b["uid"] for b in (await got(program, "/bookings"))["bookings"]] == ["b1@vanaja", "b2@vanaja", "b3@vanaja"]


async def test_calendars_tell_how_old_they_are(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    async def calendars() -> dict[str, dict]:
        return {calendar["id"]: calendar for calendar in (await got(program, "/calendars", language="en"))["calendars"]}

    rooms = (await calendars())["rooms"]
    assert (rooms["bookings"], rooms["failing"], rooms["failure"], rooms["stale"]) == (4, False, None, False)
    assert rooms["rooms"] == ["room-1", "room-2", "wedding"]
    assert rooms["age_s"] == (desk.clock.now() - MORNING).total_seconds()
    desk.happen(CalendarFailed(at=desk.clock.now(), calendar="rooms", problem=say("The calendar cannot be read")))
    desk.wait(timedelta(minutes=10))
    rooms, here = (await calendars())["rooms"], (await calendars())["walk-ins"]
    assert (rooms["failing"], rooms["failure"], rooms["stale"]) == (True, "The calendar cannot be read", True)
    assert (here["local"], here["read_at"], here["age_s"], here["stale"], here["rooms"]) == (True, None, None, False, ["room-2"])


async def test_unknown_things_are_404_in_one_sentence(program: httpx.AsyncClient) -> None:
    for path in ("/api/v1/doors/nowhere", "/api/v1/nothing", "/nothing", "/api/v1/doors/"):
        answer = await program.get(path)
        assert answer.status_code == 404
        assert answer.json()["detail"].endswith(".")


async def test_health_and_readiness(stranger: httpx.AsyncClient, desk: MemoryDesk) -> None:
    assert (await stranger.get("/healthz")).json() == {"status": "ok"}
    assert (await stranger.get("/readyz")).status_code == 200
    desk.ready = False
    answer = await stranger.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "problems": ["no connection to broker"]}
    assert (await stranger.get("/healthz")).status_code == 200


async def test_metrics_count_without_names(desk: MemoryDesk) -> None:
    async with client_of(create_app(desk, tokens=TOKENS), **AUTHORIZED) as program:
        await program.get("/api/v1/doors/room-1-front")
        text = (await program.get("/metrics")).text
    assert 'talonmies_alarms_open{acknowledged="false",level="1"} 1.0' in text
    assert 'talonmies_doors_wanted{state="unlocked"} 2.0' in text
    assert 'talonmies_http_answers_total{method="GET",route="/api/v1/doors/{door}",status="200"} 1.0' in text
    assert f"talonmies_journal_last_entry {float(len(desk.journal))}" in text
    of_devices = {line for line in text.splitlines() if line.startswith("talonmies_device_")}
    assert {device for line in of_devices for device in re.findall('device="([^"]*)"', line)} == set(desk.site.devices)
    rest = "\n".join(line for line in text.splitlines() if line not in of_devices)
    names = [*desk.site.spaces, *desk.site.devices, *desk.site.doors, "Vanaja", "vanaja"]
    assert [name for name in names if name in rest] == []
