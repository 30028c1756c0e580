"""Relief by phone: an address without a name or a script; what it tells, what it never keeps, and that guessing leads nowhere."""

import logging
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.desk_links import MOST_GUESSES, MOST_PRESSES, DeskLinks
from api.identity import Identity
from edge.people.desk_links import make_link, revoke_link
from edge.people.register import Register
from tests.api.conftest import ORIGIN, client_of
from tests.api.masking_house import DESK, UNIT, MaskedDesk


@pytest.fixture
def register(masked_register: Register) -> Register:
    return masked_register


@pytest.fixture
def app(masked_app: FastAPI) -> FastAPI:
    return masked_app


class Seconds:
    def __init__(self) -> None:
        self.t = 0.0

    def __call__(self) -> float:
        return self.t


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def desk(masked_desk: MaskedDesk, masked_identity: Identity, register: Register, seconds: Seconds) -> MaskedDesk:
    """Nobody has pressed or guessed yet."""
    masked_identity.desk_links.__init__(register, seconds)  # type: ignore[misc]
    return masked_desk


@pytest_asyncio.fixture
async def phone(app: FastAPI, desk: MaskedDesk) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, Origin=ORIGIN, Accept="text/html", **{"Accept-Language": "en"}) as client:
        yield client


@pytest.fixture
def link(desk: MaskedDesk, register: Register) -> str:
    return make_link(register, desk.clock.now(), DESK)


def words_of(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text.partition('<main id="content" tabindex="-1">')[2]).split())


def chosen(page: str) -> str:
    (found,) = re.findall(r'id="less-(\w+)" class="chosen" aria-pressed="true"', page)
    return str(found)


@pytest.mark.parametrize(
    ("less", "told", "level"),
    [("3", "3 dB less until 12:41.", 33.0), ("6", "6 dB less until 12:41.", 30.0), ("off", "Off until 12:41.", 30.0)],
)
async def test_one_press_turns_it_down_and_the_page_says_until_when(
    phone: httpx.AsyncClient, desk: MaskedDesk, link: str, less: str, told: str, level: float
) -> None:
    before = await phone.get(link)
    assert (before.status_code, chosen(before.text)) == (200, "none")
    assert "As usual." in words_of(before.text)
    assert "Conversations in Service desk 3, Service room 1, Service room 2 may be followed" in words_of(before.text)
    pressed = await phone.post(link, data={"less": less})
    assert (pressed.status_code, pressed.headers["location"]) == (303, link)
    after = await phone.get(link)
    assert told in words_of(after.text)
    assert chosen(after.text) == less
    desk.wait(timedelta(minutes=2))
    unit = words_of((await phone.get(link)).text)
    assert ("Silent" in unit) == (less == "off")
    assert f"{level:g} dB(A)" in unit or less == "off"
    assert (await phone.post(link, data={"less": "none"})).status_code == 303
    assert chosen((await phone.get(link)).text) == "none"
    assert (await phone.post(link, data={"less": "none"})).status_code == 303, "twice is once"


async def test_it_ends_by_itself(phone: httpx.AsyncClient, desk: MaskedDesk, link: str) -> None:
    await phone.post(link, data={"less": "3"})
    desk.wait(timedelta(hours=2, minutes=1))
    assert chosen((await phone.get(link)).text) == "none"


async def test_nothing_is_kept_of_who_pressed_and_nothing_of_the_address(
    phone: httpx.AsyncClient, desk: MaskedDesk, link: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = await phone.get(link)
    await phone.post(link, data={"less": "3", "name": "A. Nieminen"})
    await phone.post(link, data={"less": "99"})
    token = link.rpartition("/")[2]
    assert "set-cookie" not in answer.headers
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "same-origin")
    assert token not in repr(desk.journal)
    assert "Nieminen" not in repr(desk.journal)
    # What the test's own client logs is not ours.
    assert token not in "".join(record.getMessage() for record in caplog.records if not record.name.startswith("http"))
    async with client_of(phone._transport.app) as program:  # type: ignore[attr-defined]
        assert token not in (await program.get("/metrics")).text


async def test_a_fault_of_ours_does_not_give_the_address_away(
    phone: httpx.AsyncClient, link: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(DeskLinks, "desk_of", broken)
    caplog.set_level(logging.DEBUG)
    answer = await phone.get(link)
    assert answer.status_code == 500
    told = [record.getMessage() for record in caplog.records if record.name == "talonmies.api"]
    assert len(told) == 1
    assert "/relief/{token}" in told[0]
    assert link not in told[0]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_in_the_language_of_the_browser_with_a_switch(app: FastAPI, link: str, language: str) -> None:
    async with client_of(app, Accept="text/html", **{"Accept-Language": f"{language};q=0.9, de"}) as phone:
        page = (await phone.get(link)).text
        assert f'<html lang="{language}">' in page
        assert all(f'href="{link}?language={other}"' in page for other in ("fi", "sv", "en"))
        chosen_page = await phone.get(f"{link}?language=sv")
        assert '<html lang="sv">' in chosen_page.text
        assert '<html lang="sv">' in (await phone.get(link)).text


async def test_nothing_else_of_the_building_is_shown(phone: httpx.AsyncClient, link: str) -> None:
    page = (await phone.get(link)).text
    assert set(re.findall(r'href="(/[^"?]*)', page)) <= {
        link,
        "/static/symbols.svg",
        "/static/console.css",
        "/static/house.css",
    } | {"/static/source-sans-3-latin.woff2"}
    assert (await phone.get("/masking", headers={"Accept": "application/json"})).status_code == 401


async def test_a_wrong_or_revoked_address_gets_one_clear_sentence(
    phone: httpx.AsyncClient, desk: MaskedDesk, register: Register, link: str
) -> None:
    revoke_link(register, DESK)
    before = len(desk.journal)
    for path in (link, "/relief/x", f"/relief/{'x' * 200}"):
        for answer in (await phone.get(path), await phone.post(path, data={"less": "3"})):
            assert answer.status_code == 404
            assert words_of(answer.text) == "This link no longer holds. Ask the facility manager for a new one."
    assert len(desk.journal) == before


async def test_guesses_are_slowed_down_and_keep_nobody_out(phone: httpx.AsyncClient, seconds: Seconds, link: str) -> None:
    statuses = [(await phone.get(f"/relief/guess-{number}")).status_code for number in range(MOST_GUESSES + 1)]
    assert statuses.count(404) == MOST_GUESSES - 1
    slowed = await phone.get("/relief/another")
    assert (slowed.status_code, int(slowed.headers["retry-after"])) == (429, 900)
    assert (await phone.get(link)).status_code == 200
    seconds.t += 901
    assert (await phone.get("/relief/another")).status_code == 404


async def test_who_presses_on_and_on_has_to_wait(phone: httpx.AsyncClient, desk: MaskedDesk, seconds: Seconds, link: str) -> None:
    for _ in range(MOST_PRESSES):
        assert (await phone.post(link, data={"less": "3"})).status_code == 303
    before = len(desk.journal)
    waits = await phone.post(link, data={"less": "6"})
    assert (waits.status_code, "wait 900 seconds" in words_of(waits.text)) == (429, True)
    assert len(desk.journal) == before
    assert (await phone.get(link)).status_code == 200
    seconds.t += 901
    assert (await phone.post(link, data={"less": "6"})).status_code == 303


async def test_another_sites_page_presses_nothing(phone: httpx.AsyncClient, desk: MaskedDesk, link: str) -> None:
    before = len(desk.journal)
    answer = await phone.post(link, data={"less": "off"}, headers={"Origin": "https://evil.example"})
    assert (answer.status_code, len(desk.journal)) == (403, before)


async def test_a_unit_that_is_not_heard_is_not_told_as_being_so_loud(phone: httpx.AsyncClient, desk: MaskedDesk, link: str) -> None:
    desk.report(UNIT, "link", False)
    assert "Not heard now" in words_of((await phone.get(link)).text)
    assert (await phone.post(link, data={"less": "6"})).status_code == 303, "it is asked for all the same"
