"""The control page of virtual devices: what it shows, what its buttons do, and whom it does not listen to."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest

from drivers.mosquitto import Broker, free_port
from drivers.virtual.building import VirtualBuilding
from drivers.virtual.control import ControlPage
from drivers.virtual.device import Behaviour
from drivers.virtual.loopback import address_of, loopback_socket
from edge.clock import SystemClock
from edge.errors import StartRefused
from edge.site.model import Site
from tests.broker import small_site
from tests.drivers.modbus.line import FRONT
from tests.drivers.modbus.line import site_at as modbus_site_at

HERE = "http://127.0.0.1:8081"


@asynccontextmanager
async def page_of(site: Site) -> AsyncIterator[tuple[VirtualBuilding, httpx.AsyncClient]]:
    building = VirtualBuilding(site, SystemClock())
    await building.start()
    transport = httpx.ASGITransport(app=ControlPage(building).app())
    async with httpx.AsyncClient(transport=transport, base_url=HERE, headers={"Origin": HERE}) as client:
        yield building, client
    await building.stop()


@pytest.fixture
def site(broker: Broker) -> Site:
    return small_site(f"page-{uuid4().hex[:8]}", broker.port)


def doors() -> Site:
    return modbus_site_at(free_port())


async def done(client: httpx.AsyncClient, device: str, wish: str) -> int:
    return (await client.post(f"/devices/{device}", data={"do": wish})).status_code


def card(html: str, device: str) -> str:
    found = re.search(rf'<details class="device" id="{device}".*?</details>', html, re.DOTALL)
    assert found
    return found[0]


async def test_each_device_is_shown_by_its_place_as_it_is_and_as_it_says() -> None:
    async with page_of(doors()) as (building, client):
        building.behave(FRONT, Behaviour.MUTE)
        building.set(FRONT, "contact", "open")
        html = (await client.get("/?language=en")).text
        for device in building.site.devices:
            assert f'id="{device}"' in html
        front = card(html, FRONT)
        assert "· Door controller · <code>modbus.timed_door" in front
        assert "Modbus · line · 3/1" in front
        assert '<td>open</td><td class="differs">closed</td>' in front
        assert "Mute</strong>" in front
        assert "Says otherwise</strong>" in front
        assert "battery" not in front  # such a door has none
        assert "drained" not in front
        assert (
            html.index('id="in-room"') < html.index(f'id="{FRONT}"') < html.index('id="in-store"') < html.index('id="lock-store"')
        )
        assert html.index('id="in-the-building"') < html.index('id="fan"')


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_it_speaks_the_language_that_is_asked_for(language: str) -> None:
    async with page_of(doors()) as (_, client):
        for path, headers in ((f"/?language={language}", {}), ("/", {"Accept-Language": f"xx,{language}-FI;q=0.8"})):
            assert f'<html lang="{language}">' in (await client.get(path, headers=headers)).text
        answer = await client.post(f"/devices/{FRONT}?language={language}", data={"do": "open"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/?language={language}&open={FRONT}#{FRONT}")
        assert f'id="{FRONT}" open' in (await client.get(answer.headers["location"])).text


async def test_hands(site: Site) -> None:
    async with page_of(site) as (building, client):
        assert await done(client, "door-controller", "open") == 303
        assert building.state("door-controller", "contact") == "open"
        assert await done(client, "door-controller", "exit") == 303
        assert building.state("door-controller", "exit-request") is True
        assert await done(client, "sensor", "enter") == 303
        assert (building.state("sensor", "present"), building.state("sensor", "count")) == (True, 1)
        assert await done(client, "sensor", "leave") == 303
        assert (building.state("sensor", "present"), building.state("sensor", "count")) == (False, 0)
        assert await done(client, "relay", "uncover") == 303
        assert building.state("relay", "tamper") is True
        assert await done(client, "panic", "press") == 303
        assert len(building.unanswered("panic")) == 1
        assert "Pressed, and not answered yet" in card((await client.get("/?language=en")).text, "panic")


async def test_a_hand_is_offered_while_there_is_something_to_do(site: Site) -> None:
    async with page_of(site) as (_, client):
        before = card((await client.get("/")).text, "door-controller")
        await done(client, "door-controller", "open")
        after = card((await client.get("/")).text, "door-controller")
        assert ('value="open"' in before, 'value="close"' in before) == (True, False)
        assert ('value="open"' in after, 'value="close"' in after) == (False, True)


async def test_a_terminal_that_was_taken_away_is_the_one_that_comes_back() -> None:
    site = doors()
    dock = site.devices["fan"].model_copy(update={"type": "terminal-dock", "profile": "modbus.dock_4", "unit": 12, "channel": 2})
    async with page_of(site.model_copy(update={"devices": {"dock": dock}})) as (building, client):
        there = building.state("dock", "terminal")
        assert await done(client, "dock", "take") == 303
        assert building.state("dock", "terminal") is None
        assert await done(client, "dock", "bring") == 303
        assert building.state("dock", "terminal") == there is not None


async def test_behaviours_and_the_plug() -> None:
    async with page_of(doors()) as (building, client):
        for behaviour in building.host(FRONT).model.fitting:
            assert await done(client, FRONT, behaviour.name.lower()) == 303
            assert building.host(FRONT).model.behaviour is behaviour
            chosen = re.findall(r'value="(\w+)" aria-pressed="true"', card((await client.get("/")).text, FRONT))
            assert chosen == [behaviour.name.lower()]
        assert await done(client, FRONT, "unplug") == 303
        assert not building.host(FRONT).plugged
        assert "Unplugged</strong>" in card((await client.get("/?language=en")).text, FRONT)
        assert await done(client, FRONT, "plug") == 303
        assert building.host(FRONT).plugged


@pytest.mark.parametrize(
    ("device", "wish"), [(FRONT, "drained"), (FRONT, "press"), (FRONT, "dance"), ("nobody", "open"), ("fan", "open")]
)
async def test_what_cannot_be_done_is_said(device: str, wish: str) -> None:
    async with page_of(doors()) as (_, client):
        answer = await client.post(f"/devices/{device}", data={"do": wish})
        assert answer.status_code == 409
        assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"Origin": "https://elsewhere.example"}, 403),
        ("POST", {"Origin": ""}, 403),
        ("POST", {"Origin": "http://127.0.0.1:8082"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("GET", {"Host": "rebound.example:8081"}, 421),
        ("POST", {"Host": "rebound.example:8081", "Origin": "http://rebound.example:8081"}, 421),
        ("GET", {"Host": "localhost:8081"}, 200),
    ],
)
async def test_nothing_comes_from_the_page_of_another_site(method: str, headers: dict[str, str], status: int) -> None:
    async with page_of(doors()) as (building, client):
        path = "/" if method == "GET" else f"/devices/{FRONT}"
        answer = await client.request(method, path, headers=headers, content=b"do=open" if method == "POST" else None)
        assert answer.status_code == status
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert building.state(FRONT, "contact") == "closed"


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:0", "127.0.0.1", "127.0.0.1:http", ":0"])
def test_it_listens_to_this_computer_alone(address: str) -> None:
    with pytest.raises(StartRefused):
        loopback_socket(address)


def test_it_takes_a_free_port_or_says_that_there_is_none() -> None:
    with loopback_socket("127.0.0.1:0") as sock:
        assert address_of(sock) == f"http://127.0.0.1:{sock.getsockname()[1]}"
        with pytest.raises(StartRefused, match="cannot be used"):
            loopback_socket(f"127.0.0.1:{sock.getsockname()[1]}")
