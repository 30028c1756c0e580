"""Bulletins through the interface and on the pages: who is told what, who has read it, and that nothing is told to others."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.console.bulletin_sections import line_of, may_follow
from api.sessions import Caller, View
from api.unseen import Discretion
from edge.facts import Facts
from edge.site.fields import Role
from rooms.arrivals import CustomerArrived
from rooms.public_notices import PublicNoticeEnded, PublicNoticePosted
from security.bulletins import OPEN_BULLETINS, BulletinEnded, BulletinPosted, BulletinRead
from tests.api.conftest import OF_ROLES, ORIGIN, TOKEN, client_of
from tests.api.desk import MemoryDesk

LINE = "/api/v1/bulletins"
ICE = "Back yard is icy: use the <front> door"
SAFETY: dict[str, Any] = {"by": "M. Virtanen", "level": "safety", "text": ICE, "minutes": 60}
SignedIn = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def signed_in(app: FastAPI, desk: MemoryDesk) -> SignedIn:
    @asynccontextmanager
    async def signed_in(role: Role, name: str = "M. Virtanen") -> AsyncIterator[httpx.AsyncClient]:
        async with client_of(app, Origin=ORIGIN, Accept="text/html") as client:
            await client.post("/sign-in", data={"name": name, "token": OF_ROLES.get(role, TOKEN)})
            yield client

    return signed_in


async def page(client: httpx.AsyncClient, path: str = "/bulletins") -> str:
    answer = await client.get(path, params={"language": "en"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def unread(page: str) -> str:
    found = re.search(r'<ul class="unread" id="(bulletins[^"]*)">(.*?)</ul>', page)
    assert found is not None
    return found[2]


# --- programs ---------------------------------------------------------------------------------------------------------


async def test_a_bulletin_is_told_with_all_that_a_reader_needs(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    answer = await program.post(LINE, json={**SAFETY, "to": ["agency:dvv", "installer"]}, params={"language": "en"})
    assert answer.status_code == 200
    (told,) = answer.json()["bulletins"]
    assert (told["number"], told["level"], told["text"]) == (1, "safety", ICE)
    assert (told["by"], told["role"]) == ("M. Virtanen", "facility-manager")
    assert told["until"] == (desk.clock.t + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert [each["name"] for each in told["to"]] == ["Digital and Population Data Services Agency", "installer"]
    assert (told["read_count"], told["readers"], told["read"]) == (0, [], None)
    desk.wait(timedelta(hours=1))
    assert (await program.get(LINE)).json()["bulletins"] == []


async def test_writers_and_the_auditor_see_who_has_read_it_and_the_others_how_many(
    app: FastAPI, program: httpx.AsyncClient
) -> None:
    await program.post(LINE, json=SAFETY)
    told = (await program.post(f"{LINE}/1/read", json={"by": "A. Nieminen"})).json()["bulletins"][0]
    assert (told["read_count"], [receipt["by"] for receipt in told["readers"]]) == (1, ["A. Nieminen"])
    for role, secret in OF_ROLES.items():
        async with client_of(app, Authorization=f"Bearer {secret}") as client:
            (seen,) = (await client.get(LINE)).json()["bulletins"]
            assert seen["read_count"] == 1
            assert bool(seen["readers"]) == (role in {"guard", "lobby-host", "auditor"}), role


async def test_what_is_refused(program: httpx.AsyncClient) -> None:
    assert (await program.post(f"{LINE}/1/end", json={"by": "x"})).status_code == 404
    assert (await program.post(f"{LINE}/1/read", json={"by": "x"})).status_code == 404
    assert (await program.post(LINE, json={**SAFETY, "minutes": 7 * 24 * 60 + 1})).status_code == 409
    for wrong in ({"text": "x" * 501}, {"text": " "}, {"level": "gossip"}, {"minutes": 0}, {"to": ["guard"] * 21}):
        assert (await program.post(LINE, json={**SAFETY, **wrong})).status_code == 422
    await program.post(LINE, json=SAFETY)
    await program.post(f"{LINE}/1/read", json={"by": "x"})
    assert (await program.post(f"{LINE}/1/read", json={"by": "x"})).status_code == 409


# --- streams ----------------------------------------------------------------------------------------------------------


def test_a_stream_tells_nothing_of_bulletins_for_others(desk: MemoryDesk) -> None:
    at, until = desk.clock.now(), desk.clock.now() + timedelta(hours=1)

    def posted(number: int, *to: str) -> BulletinPosted:
        return BulletinPosted(at=at, bulletin=number, by="M", role="guard", level="safety", text=ICE, until=until, to=to)

    desk.happen(posted(1, "guard"), posted(2))
    for role, sees in (("installer", False), ("guard", True), ("auditor", True)):
        reader = Discretion(desk.facts, View(role, unaware=True))  # type: ignore[arg-type]
        told = [reader.tells(event) for event in (BulletinRead(at=at, bulletin=1, by="M"), posted(3, "guard"), posted(4))]
        assert told == [sees, sees, True], role
        assert [reader.tells(BulletinEnded(at=at, bulletin=number)) for number in (1, 2, 3)] == [sees, True, sees]
        assert reader.tells(BulletinRead(at=at, bulletin=2, by="M")) == sees, "who has read it is for those who wrote it"
    desk.happen(BulletinEnded(at=at, bulletin=1))
    late = Discretion(desk.facts, View("installer"))
    assert not late.tells(BulletinEnded(at=at, bulletin=1)), "also when it is read back after it ended"


# --- pages ------------------------------------------------------------------------------------------------------------


async def test_what_somebody_has_not_read_stays_on_top_until_they_say_so(signed_in: SignedIn) -> None:
    async with signed_in("guard", "M. Virtanen") as anna, signed_in("guard", "L. Korhonen") as bea:
        form = {"level": "safety", "text": ICE, "minutes": "60"}
        answer = await anna.post("/console/bulletins", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/bulletins")
        assert 'data-announce="Safety. Back yard is icy: use the &lt;front&gt; door"' in unread(await page(bea))
        answer = await anna.post("/console/bulletins/1/read", headers={"Referer": f"{ORIGIN}/doors?zone=public"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/doors?zone=public")
        assert "icy" not in unread(await page(anna))
        assert "icy" in unread(await page(bea))
        assert "Read by: 1" in await page(bea)
        assert re.search(r'<ul class="readers"><li>M\. Virtanen, [^<]*10', await page(bea))
        again = await anna.post("/console/bulletins/1/read", headers={"Referer": "http://elsewhere/x"})
        assert (again.status_code, again.headers["location"]) == (303, "/bulletins")
        await anna.post("/console/bulletins", data={**form, "text": "Second"})
        assert "Second" in unread(await page(anna))
        await anna.post("/console/bulletins/1/end")
        text = await page(anna)
        assert "icy" not in text
        assert "Second" in unread(text), "an open page of somebody who had read the first goes on"


async def test_a_form_can_name_several_and_a_wrong_one_is_told(signed_in: SignedIn, desk: MemoryDesk) -> None:
    async with signed_in("lobby-host") as host:
        form = {"level": "exception", "text": "Desk 3 is closed", "minutes": "240", "to": ["clerk", "agency:mml"]}
        assert (await host.post("/console/bulletins", data=form)).status_code == 303
        assert "for clerk, National Land Survey" in await page(host)
        wrong = await host.post("/console/bulletins?language=en", data={**form, "to": ["agency:x"]})
        assert (wrong.status_code, "neither a role nor an agency agency:x" in wrong.text) == (409, True)
        assert desk.facts(OPEN_BULLETINS()) == (1,)


@pytest.mark.parametrize("role", ["guard", "lobby-host", "facility-manager", "installer", "clerk", "auditor"])
async def test_a_page_offers_a_role_what_it_may_do(signed_in: SignedIn, program: httpx.AsyncClient, role: Role) -> None:
    await program.post(LINE, json={**SAFETY, "to": ["installer", "clerk"]})
    writes = role in {"guard", "lobby-host", "facility-manager"}
    async with signed_in(role) as client:
        text = await page(client)
        assert ('action="/console/bulletins"' in text, 'action="/console/bulletins/1/end"' in text) == (writes, writes)
        assert ('action="/console/bulletins/1/read"' in text) == (role != "auditor")


def test_a_program_has_no_line_of_its_own(desk: MemoryDesk) -> None:
    assert line_of(desk.facts, Caller(None, "guard")) is None
    assert line_of(desk.facts, Caller("M", "lobby-host", room="room-1")) is None
    assert line_of(desk.facts, Caller("M", "lobby-host")) == "bulletins"


def test_nobody_follows_what_another_has_not_read(desk: MemoryDesk) -> None:
    at, until = desk.clock.now(), desk.clock.now() + timedelta(hours=1)
    desk.happen(
        BulletinPosted(at=at, bulletin=1, by="M", role="guard", level="safety", text=ICE, until=until),
        BulletinRead(at=at, bulletin=1, by="A. Nieminen"),
    )
    reader, other = Caller("A. Nieminen", "clerk"), Caller("B. Laine", "clerk")
    own = line_of(desk.facts, reader)
    assert own not in (None, "bulletins")
    assert (may_follow(reader, own or ""), may_follow(other, own or ""), may_follow(Caller(None, "guard"), own or "")) == (
        True,
        False,
        False,
    )
    assert all(may_follow(other, list_id) for list_id in ("bulletins", "all-bulletins", "doors"))


def test_numbers_of_other_things_are_not_taken_for_those_of_alarms() -> None:
    at = datetime(2026, 11, 23, 7, tzinfo=UTC)
    reader = Discretion(Facts(), View("guard", unaware=True))
    posted = PublicNoticePosted(at=at, number=7, by="Aino", until=at, texts={})
    others = (posted, PublicNoticeEnded(at=at, number=7), CustomerArrived(at=at, arrival=1, by="kiosk", number="41822"))
    assert all(map(reader.tells, others))
