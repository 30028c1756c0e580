"""The page of scans and their interface for programs: who may, what is shown of a stranger's words, how each scan ends."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.app import create_app
from edge.site.fields import Role
from edge.text import say
from security.roles import ROLES
from tests.api.conftest import AUTHORIZED, OF_ROLES, ORIGIN, TOKEN, TOKENS, client_of
from tests.api.desk import MemoryDesk
from tests.api.scans import LAMP, LOCK, MemoryScans

SCAN, SCANS = "/device-scans", "/api/v1/device-scans"
BY = {"by": "A. Asentaja"}


@pytest.fixture
def scans(desk: MemoryDesk) -> MemoryScans:
    return MemoryScans(desk.clock)


@pytest_asyncio.fixture
async def installer(scans: MemoryScans, desk: MemoryDesk) -> AsyncIterator[httpx.AsyncClient]:
    async with as_role(create_app(desk, tokens=TOKENS, scans=scans), "installer") as client:
        yield client


def as_role(app: FastAPI, role: Role) -> httpx.AsyncClient:
    secret = OF_ROLES.get(role, TOKEN)
    headers = {"Origin": ORIGIN, "Accept": "text/html", "Accept-Language": "en", "Authorization": f"Bearer {secret}"}
    return client_of(app, **headers)


def words_of(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


async def test_a_scan_from_its_beginning_to_lines_for_the_site_file(installer: httpx.AsyncClient, scans: MemoryScans) -> None:
    assert f'href="{SCAN}"' in (await installer.get("/devices")).text
    assert "broker (mqtt)" in (await installer.get(SCAN)).text
    begun = await installer.post("/console/device-scans", data={"connection": "broker", "first": "3", "last": "9"})
    assert (begun.status_code, begun.headers["location"], scans.units) == (303, SCAN, range(3, 10))
    running = await installer.get(SCAN)
    assert 'http-equiv="refresh"' in running.text
    assert "Nothing has been found yet." in running.text
    scans.find(LAMP, LOCK, asked=4)
    told = (await installer.get(f"{SCAN}/now")).text
    assert "Unit 4 was the last that was asked." in told
    assert "Acme &lt;b&gt;" in told
    assert (await installer.post("/console/device-scans/end")).status_code == 303
    assert "<section" not in (await installer.get(f"{SCAN}/now")).text
    page = (await installer.get(SCAN)).text
    assert 'http-equiv="refresh"' not in page
    assert "It was ended before it had looked at all." in page
    assert "\n  lamp: {type: relay}  # unit 4 &lt;i&gt;\n  # unit 3: lock-office\n" in page
    assert "unit 3 channel 1 Example modbus.timed_door · Door controller lock-office" in words_of(page)


async def test_two_at_once_and_what_is_not_there(installer: httpx.AsyncClient, scans: MemoryScans) -> None:
    form = {"connection": "broker"}
    await installer.post("/console/device-scans", data=form)
    second = await installer.post("/console/device-scans", data=form)
    assert second.status_code == 409
    assert "A scan of broker goes on" in second.text
    assert (await installer.post("/console/device-scans", data={"connection": "elsewhere"})).status_code == 404
    twisted = await installer.post("/console/device-scans", data={**form, "first": "9", "last": "3"})
    assert (twisted.status_code, "above the last one" in twisted.text) == (409, True)
    assert (await installer.post("/console/device-scans", data={**form, "last": "248"})).status_code == 422


async def test_why_a_scan_failed_stands_on_the_page(installer: httpx.AsyncClient, scans: MemoryScans) -> None:
    await installer.post("/console/device-scans", data={"connection": "broker"})
    scans.over("failed", say("The line cannot be looked around on: {problem}", problem="refused <x>"))
    page = (await installer.get(SCAN)).text
    assert "The line cannot be looked around on: refused &lt;x&gt;" in page
    assert "Nothing was found." in page


async def test_programs_scan_too(installer: httpx.AsyncClient, scans: MemoryScans) -> None:
    assert (await installer.get(SCANS)).json() == {"connections": {"broker": "mqtt"}, "scan": None}
    begun = await installer.post(SCANS, json={**BY, "connection": "broker"})
    assert begun.json()["scan"]["how"] == "running"
    assert scans.units == range(1, 33)
    assert (await installer.post(SCANS, json={**BY, "connection": "broker"})).status_code == 409
    assert (await installer.post(SCANS, json={**BY, "connection": "elsewhere"})).status_code == 404
    scans.find(LAMP)
    ended = (await installer.post(f"{SCANS}/end", json=BY)).json()["scan"]
    assert (ended["how"], ended["problem"], ended["found"][0]["line"]) == ("ended", None, LAMP.line)
    assert (await installer.post(f"{SCANS}/end", json=BY)).status_code == 200


@pytest.mark.parametrize("role", ROLES)
async def test_only_those_who_connect_devices_may(app: FastAPI, desk: MemoryDesk, role: Role) -> None:
    may = role in {"installer", "facility-manager"}
    async with as_role(app, role) as client:
        for path in (SCAN, f"{SCAN}/now", SCANS):
            assert (await client.get(path)).status_code == (200 if may else 403)
        for path in ("/console/device-scans", "/console/device-scans/end", SCANS, f"{SCANS}/end"):
            given = {"json": {**BY, "connection": "broker"}} if path == SCANS else {"json": BY}
            sent = given if path.startswith("/api") else {"data": {"connection": "broker"}}
            answer = await client.post(path, **sent)  # type: ignore[arg-type]
            assert answer.status_code == (409 if may else 403)
        devices = await client.get("/devices")
        assert (f'href="{SCAN}"' in devices.text) == may


async def test_where_nobody_may_act_nobody_scans(scans: MemoryScans, desk: MemoryDesk) -> None:
    app = create_app(desk, tokens=TOKENS, read_only_reason="Only to look at.", scans=scans)
    async with client_of(app, **AUTHORIZED) as client:
        assert (await client.post(SCANS, json={**BY, "connection": "broker"})).status_code == 403
    assert scans.last() is None
