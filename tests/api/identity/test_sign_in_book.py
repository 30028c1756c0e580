"""Who signed in and out stands in the journal, and who was refused: never what was typed, and never more than fits."""

import asyncio
import json
import re
from datetime import datetime
from typing import Any

import httpx
import pytest

from api import sign_in_book
from api.sessions import View
from api.sign_in_book import MOST_WINDOWS
from api.unseen import Discretion
from edge.conditions import BREAK_GLASS, DURESS
from edge.errors import Unreachable
from edge.events import Event, decode, encode
from edge.people import changes
from edge.text import say
from security.alarms import LAST_NUMBER, AlarmAcknowledged, AlarmCleared, AlarmRaised, AlarmResolved
from security.sign_ins import PersonSignedIn, PersonSignedOut, SignInsRefused
from tests.api.conftest import ORIGIN, TOKEN
from tests.api.desk import MemoryDesk
from tests.api.identity.conftest import SEALED, House, password_of, sign_in
from tests.api.identity.test_emergencies import FORCED, told
from tests.api.identity.test_program_tokens import give_token
from tests.edge.people.quick import quick_passwords

Line = tuple[str, str | None, str | None, str | None]
"""Kind, name, way, address."""


def book(house: House) -> list[Line]:
    return [
        (event.kind, event.by, getattr(event, "way", None), event.address)
        for event in house.desk.journal
        if isinstance(event, PersonSignedIn | PersonSignedOut | SignInsRefused)
    ]


def refusals(house: House) -> list[tuple[str | None, int]]:
    return [(event.by, event.times) for event in house.desk.journal if isinstance(event, SignInsRefused)]


def browser_at(house: House, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(house.app, client=(address, 5000))
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"Origin": ORIGIN, "Accept": "text/html"})


async def test_every_way_in_and_the_way_out_are_written_down(house: House) -> None:
    token = give_token(house, "panel-1", "lobby-host", room="room-1")
    async with browser_at(house, "192.0.2.7") as client:
        await sign_in(client, " GUARD ", password_of("guard"))
        await client.post("/sign-out")
        await client.post("/sign-in/sealed", data={"name": "Anna", "code": SEALED})
        await client.post("/sign-in/panel", data={"token": token})
    house.register.change(lambda roll: roll.without_person("guard").without_person("facility-manager").without_token("panel-1"))
    async with browser_at(house, "192.0.2.7") as client:
        await client.post("/sign-in", data={"name": "Leo", "token": TOKEN})
    assert book(house) == [
        ("signed-in", "guard", "password", "192.0.2.7"),
        ("signed-out", "guard", None, "192.0.2.7"),
        ("signed-in", "Anna", "sealed-code", "192.0.2.7"),
        ("signed-in", "panel-1", "panel", "192.0.2.7"),
        ("signed-in", "Leo", "token", "192.0.2.7"),
    ]
    roles = [event.role for event in house.desk.journal if isinstance(event, PersonSignedIn)]
    assert roles == ["guard", "guard", "lobby-host", "facility-manager"]


async def test_who_is_refused_is_named_only_if_the_account_is_there(house: House) -> None:
    house.register.change(lambda roll: changes.with_access(roll, "facility-manager", disabled=True))
    async with house.browser() as client:
        await sign_in(client, "CANARY password in the wrong field", "x")
        await sign_in(client, "Guard", "CANARY wrong one")
        await sign_in(client, "facility-manager")
        await client.post("/sign-in/sealed", data={"name": "CANARY someone", "code": "CANARY code"})
        await client.post("/sign-in/panel", data={"token": "CANARY token"})
    assert book(house) == [
        ("sign-ins-refused", None, "password", "127.0.0.1"),
        ("sign-ins-refused", "guard", "password", "127.0.0.1"),
        ("sign-ins-refused", "facility-manager", "password", "127.0.0.1"),
        ("sign-ins-refused", None, "sealed-code", "127.0.0.1"),
        ("sign-ins-refused", None, "panel", "127.0.0.1"),
    ]
    assert "CANARY" not in repr([event for event in house.desk.journal if isinstance(event, SignInsRefused)])


async def test_tries_without_end_are_a_first_one_and_a_number(house: House) -> None:
    async with house.browser() as client:
        for _ in range(30):
            await sign_in(client, "guard", "a guess")
    assert refusals(house) == [("guard", 1)]
    house.identity.settle()
    assert refusals(house) == [("guard", 1), ("guard", 29)]
    house.identity.settle()
    async with house.browser() as client:
        await sign_in(client, "guard", "a guess")
    assert refusals(house)[2:] == [("guard", 1)]


async def test_the_number_comes_when_the_time_is_over(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_book, "WINDOW_S", 0.5)
    async with house.browser() as client, asyncio.timeout(20):
        for _ in range(3):
            await sign_in(client, "guard", "a guess")
        while len(refusals(house)) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert sum(times for _, times in refusals(house)) == 3


async def test_places_without_end_fill_neither_the_journal_nor_the_memory(house: House) -> None:
    for number in range(MOST_WINDOWS * 3):
        async with browser_at(house, f"192.0.2.{number}") as client:
            assert (await sign_in(client, "guard", "a guess")).status_code in {403, 429}
    house.identity.settle()
    assert len(refusals(house)) == MOST_WINDOWS + 2
    assert sum(times for _, times in refusals(house)) == MOST_WINDOWS * 3
    assert book(house)[-1] == ("sign-ins-refused", None, None, None)


async def test_a_panels_token_cannot_fill_the_journal_either(house: House) -> None:
    token = give_token(house, "panel-1", "lobby-host", room="room-1")
    async with house.browser() as client:
        statuses = {(await client.post("/sign-in/panel", data={"token": token})).status_code for _ in range(120)}
    assert statuses == {303, 429}
    assert [line[0] for line in book(house)].count("signed-in") == 100


async def test_what_is_written_can_be_read_back(house: House) -> None:
    async with house.browser() as client:
        await sign_in(client, "guard", "a guess")
        await sign_in(client, "nobody", "a guess")
        await sign_in(client, "guard")
        await client.post("/sign-out")
    events = [event for event in house.desk.journal if isinstance(event, PersonSignedIn | PersonSignedOut | SignInsRefused)]
    assert len(events) == 4
    assert [decode(event.kind, json.loads(json.dumps(encode(event)))) for event in events] == events


async def test_nobody_is_kept_out_because_it_cannot_be_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_: object) -> Event:
        raise Unreachable("The controller is stopping: try again in a moment.")

    monkeypatch.setattr(house.desk, "act", fails)
    async with house.browser() as client:
        assert (await client.post("/sign-in/sealed", data={"name": "Anna", "code": SEALED})).status_code == 303
        assert (await sign_in(client, "guard")).status_code == 303
        await told(house, "break-glass")
    assert [line[:3] for line in book(house)] == [("signed-in", "Anna", "sealed-code"), ("signed-in", "guard", "password")]


# --- under threat -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["guard", "auditor", "facility-manager"])
async def test_what_a_threatened_person_may_read_is_the_same(house: House, role: Any) -> None:
    """Every event that the stream tells them, whatever their role; and the figures."""
    house.register.change(lambda roll: roll.without_person("guard").without_person("facility-manager"))
    house.people(role)
    house.register.change(lambda roll: changes.with_duress(roll, quick_passwords(), role, FORCED))
    seen = []
    for password in (password_of(role), FORCED):
        discretion, before = Discretion(house.desk.facts, View(role, unaware=True)), len(house.desk.journal)
        async with house.browser() as client:
            await sign_in(client, role, password)
            duress = await told(house, "duress")
            figures = re.findall("talonmies_alarms_open{.*", (await client.get("/metrics")).text)
            await client.post("/sign-out")
        events = [encode(event) | {"kind": event.kind} for event in house.desk.journal[before:] if discretion.tells(event)]
        seen.append(([{**event, "at": None} for event in events], figures))
    assert duress == [(role, 1)]
    assert [event["kind"] for event in seen[0][0]] == ["signed-in", "signed-out"]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("left_before", [True, False])
def test_a_duress_alarm_is_not_told_of_after_it_has_left_the_list(desk: MemoryDesk, left_before: bool) -> None:
    """And what is read back of another one is, from its raising on."""
    at, first = desk.clock.now(), 1 + (desk.facts(LAST_NUMBER()) or 0)
    raised = [
        AlarmRaised(at=at, number=first + n, type=kind, subject="guard", because=say("It was raised"))
        for n, kind in enumerate((DURESS, BREAK_GLASS))
    ]
    ended = [
        change
        for n in (first, first + 1)
        for change in (AlarmCleared(at=at, number=n), AlarmAcknowledged(at=at, number=n, by="Bea"), resolved(at, n))
    ]
    desk.happen(*raised, *(ended if left_before else ()))
    threatened = Discretion(desk.facts, View("guard", unaware=True))
    assert [event.kind for event in ended if threatened.tells(event)] == ([] if left_before else [e.kind for e in ended[3:]])
    threatened = Discretion(desk.facts, View("guard", unaware=True))
    assert [event for event in (*raised, *ended) if threatened.tells(event)] == [raised[1], *ended[3:]]
    assert all(Discretion(desk.facts, View("guard")).tells(event) for event in ended)


def resolved(at: datetime, number: int) -> AlarmResolved:
    return AlarmResolved(at=at, number=number, by="Bea", reason="Over")


async def test_everybody_else_learns_of_it_from_the_journal(house: House) -> None:
    house.register.change(lambda roll: changes.with_duress(roll, quick_passwords(), "guard", FORCED))
    async with house.browser() as client:
        await sign_in(client, "guard", FORCED)
    await told(house, "duress")
    discretion = Discretion(house.desk.facts, View("auditor"))
    kinds = [event.kind for event in house.desk.journal if discretion.tells(event)]
    assert kinds.index("signed-in") < kinds.index("signed-in-under-duress")
