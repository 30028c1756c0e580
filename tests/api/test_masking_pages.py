"""The page of masking, its forms, and the links of desks: who sees and does what, and that nothing looks private that is not."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from edge.people.register import Register
from edge.site.fields import Role
from tests.api.conftest import OF_ROLES, ORIGIN, TOKEN, client_of
from tests.api.masking_house import DESK, UNIT, MaskedDesk

MASKING, CHANGE = "/masking", "/masking/change"
FORMS = "/console/masking"


@pytest.fixture
def desk(masked_desk: MaskedDesk) -> MaskedDesk:
    return masked_desk


@pytest.fixture
def app(masked_app: FastAPI) -> FastAPI:
    return masked_app


def as_role(app: FastAPI, role: Role) -> httpx.AsyncClient:
    secret = OF_ROLES.get(role, TOKEN)
    headers = {"Origin": ORIGIN, "Accept": "text/html", "Accept-Language": "en", "Authorization": f"Bearer {secret}"}
    return client_of(app, **headers)


@pytest_asyncio.fixture
async def manager(app: FastAPI, desk: MaskedDesk) -> AsyncIterator[httpx.AsyncClient]:
    async with as_role(app, "facility-manager") as client:
        yield client


def words_of(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def privacy_of(page: str, room: str) -> str:
    """The class that a room's sign, word and colour have; they have to say the same."""
    card = re.search(rf"<h3>{room}.*?</p>", page, re.DOTALL)
    assert card is not None
    found = re.search(r'class="private (\w+)".*?#private-(\w+)".*?</svg>(\w+)<', card[0], re.DOTALL)
    assert found is not None
    assert found[1] == found[2] == found[3].lower()
    return found[1]


async def test_levels_stand_beside_their_band_and_rooms_beside_their_reasons(manager: httpx.AsyncClient) -> None:
    page = (await manager.get(MASKING)).text
    told = words_of(page)
    assert "Masking unit (Lobby and waiting area) 36 dB(A)" in told
    assert "grey: the band, 30 to 42" in told
    assert 'rect class="band" x="50" y="0" width="120"' in page
    assert 'rect class="within" x="0" y="8" width="110"' in page
    assert privacy_of(page, "Service room 2") == "confidential"
    assert privacy_of(page, "Service desk 3") == "overhearable"
    assert "Heard in Lobby and waiting area: Confidential . Voices may be heard, words are not understood." in told
    assert "for normal voices · The door is closed · insulation measured in this building" in told
    assert "Estimates of a model, not measurements." in told
    assert "a screen, more distance or a closed room helps" in told


async def test_what_nobody_knows_is_unknown_and_never_private(manager: httpx.AsyncClient, desk: MaskedDesk) -> None:
    desk.report(UNIT, "link", False)
    page = (await manager.get(MASKING)).text
    assert privacy_of(page, "Service room 2") == "unknown"
    assert "Not heard now: its level is not known" in page
    assert 'class="unit troubled"' in page
    assert 'rect class="within"' not in page
    desk.begin_anew()
    desk.wait(timedelta(minutes=1))
    assert privacy_of((await manager.get(MASKING)).text, "Service room 2") == "unknown"


async def test_quiet_hearing_support_and_levels_are_asked_for_and_ended(manager: httpx.AsyncClient) -> None:
    asked = await manager.post(f"{FORMS}/quiet", data={"space": "lobby", "minutes": "60"})
    assert (asked.status_code, asked.headers["location"]) == (303, MASKING)
    await manager.post(f"{FORMS}/hearing", data={"space": "room-1", "minutes": "120"})
    await manager.post(f"{FORMS}/level", data={"unit": UNIT, "level": "38.5", "minutes": "30"})
    await manager.post(f"{FORMS}/relief", data={"place": DESK, "less": "6"})
    page = (await manager.get(MASKING)).text
    told = words_of(page)
    assert "Lobby and waiting area : quiet · until 11:41 · program" in told
    assert "Service room 1 : hearing support · until 12:41" in told
    assert "38.5 dB(A) by hand" in told
    assert "Service desk 3 : relief · 6 dB less until 12:41" in told
    ends = re.findall(r'action="(/console/masking/[^"]*/end)"', page)
    assert len(ends) == 4
    for end in ends:
        assert (await manager.post(end)).status_code == 303
    assert "Asked for by people" not in (await manager.get(MASKING)).text
    assert (await manager.post(ends[0])).status_code == 409


async def test_a_form_that_asks_too_much_is_refused_in_words(manager: httpx.AsyncClient) -> None:
    loud = await manager.post(f"{FORMS}/level", data={"unit": UNIT, "level": "46", "minutes": "30"})
    assert (loud.status_code, "Masking is set between 30 and 45 dB(A)." in loud.text) == (409, True)
    assert (await manager.post(f"{FORMS}/quiet", data={"space": "nowhere", "minutes": "30"})).status_code == 404
    assert (await manager.post(f"{FORMS}/quiet", data={"space": "lobby", "minutes": "721"})).status_code == 422


async def test_weeks_have_presses_talk_and_what_was_missing(manager: httpx.AsyncClient, desk: MaskedDesk) -> None:
    await manager.post(f"{FORMS}/relief", data={"place": DESK, "less": "3"})
    await manager.post(f"{FORMS}/relief", data={"place": DESK, "less": "off"})
    desk.wait(timedelta(minutes=31))
    told = words_of((await manager.get(MASKING)).text)
    assert re.search(r"Week 47/2026 Week 46/2026", told)
    assert "Masking unit (Lobby and waiting area) 2 1 0 0 " in told
    assert re.search(r"Service desk 3 0\.\d+ Overhearable 100 % \d\d", told)
    before = words_of((await manager.get(f"{MASKING}?week=2026-W46")).text)
    assert "No relief, no hour above 45 dB(A), no fault in this week." in before
    assert (await manager.get(f"{MASKING}?week=xx")).status_code == 200


@pytest.mark.parametrize(
    ("role", "sees", "changes", "sets"),
    [
        ("facility-manager", True, True, True),
        ("lobby-host", True, True, False),
        ("auditor", True, False, False),
        ("installer", True, False, False),
        ("guard", False, False, False),
        ("clerk", False, False, False),
    ],
)
async def test_each_role_is_offered_what_it_may(
    app: FastAPI, desk: MaskedDesk, role: Role, sees: bool, changes: bool, sets: bool
) -> None:
    async with as_role(app, role) as client:
        page = await client.get(MASKING)
        assert page.status_code == (200 if sees else 403)
        assert (f'href="{CHANGE}"' in page.text) == changes
        change = await client.get(CHANGE)
        assert change.status_code == (200 if changes else 403)
        assert ('id="set-level"' in change.text) == sets
        assert (f'id="link-{DESK}"' in change.text) == sets
    async with client_of(app, Origin=ORIGIN, Accept="text/html") as person:
        await person.post("/sign-in", data={"name": "X", "token": OF_ROLES.get(role, TOKEN)})
        assert (f'href="{MASKING}"' in (await person.get("/bulletins")).text) == sees


async def test_a_link_is_shown_once_and_kept_as_a_digest(
    manager: httpx.AsyncClient, desk: MaskedDesk, masked_register: Register
) -> None:
    made = await manager.post(f"{FORMS}/desks/{DESK}/link")
    assert made.status_code == 200
    address = re.search(r'id="relief-address"[^>]*>(http://localhost(/relief/[\w-]{43}))<', made.text)
    assert address is not None
    assert '<svg viewBox="0 0 ' in made.text
    assert "phones cannot reach" in made.text
    assert all(f'<div lang="{language}">' in made.text for language in ("fi", "sv", "en"))
    token = address[2].rpartition("/")[2]
    kept = (Path(masked_register.folder) / "users.json").read_text(encoding="utf-8")
    assert DESK in kept
    assert token not in kept
    assert [event.kind for event in desk.journal if "link" in event.kind] == ["masking-desk-link-made"]
    assert token not in repr(desk.journal)
    assert (await manager.get(address[2])).status_code == 200
    again = await manager.post(f"{FORMS}/desks/{DESK}/link")
    assert again.status_code == 200
    assert (await manager.get(address[2])).status_code == 404
    assert (await manager.post(f"{FORMS}/desks/{DESK}/link/end")).status_code == 303
    assert (await manager.post(f"{FORMS}/desks/{DESK}/link/end")).status_code == 409
    assert "has no link" in (await manager.get(CHANGE)).text
    assert (await manager.post(f"{FORMS}/desks/room-1/link")).status_code == 404


async def test_without_the_section_the_page_says_so(open_app: FastAPI, lasting_desk: object) -> None:
    async with as_role(open_app, "facility-manager") as client:
        page = await client.get(MASKING)
        assert "The site file says nothing of acoustics" in page.text
        assert f'href="{CHANGE}"' not in page.text
        assert (await client.get(CHANGE)).status_code == 200
        nowhere = await client.post(f"{FORMS}/desks/{DESK}/link")
        assert nowhere.status_code == 404
