"""Signing in by name and password: the same for names known and unknown, limited, and ended with the account."""

import asyncio
import logging
import re
from itertools import pairwise

import httpx
import pytest

from api.gate import COOKIE
from api.identity import MOST_FROM_A_PLACE, MOST_TRIES, Identity
from edge.people import changes
from edge.people.passwords import Passwords
from tests.api.conftest import AUTHORIZED, ORIGIN, TOKEN, client_of
from tests.api.identity.conftest import SEALED, House, password_of, sign_in
from tests.edge.people.quick import QUICK, add, quick_passwords
from tests.edge.people.test_passwords import Counted


def without_ids(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    headers = [(name, re.sub(r"=[\w-]{43};", "=ID;", value)) for name, value in answer.headers.multi_items()]
    return answer.status_code, answer.content, headers


async def test_a_person_signs_in_by_name_however_it_is_written(house: House) -> None:
    async with house.browser() as client:
        page = (await client.get("/?language=en")).text
        assert 'name="password"' in page
        assert 'name="token"' not in page
        answer = await sign_in(client, " Guard ", password_of("guard"), back="/doors")
        assert (answer.status_code, answer.headers["location"]) == (303, "/doors")
        overview = (await client.get("/")).text
        assert 'data-role="guard"' in overview
        assert "<strong>guard</strong>" in overview


async def test_the_token_of_the_site_signs_people_in_until_somebody_has_an_account(house: House) -> None:
    house.register.change(lambda roll: roll.without_person("guard").without_person("facility-manager"))
    async with house.browser() as client:
        assert 'name="token"' in (await client.get("/sign-in")).text
        assert (await client.post("/sign-in", data={"name": "Anna", "token": "wrong"})).status_code == 403
        assert (await client.post("/sign-in", data={"name": "Anna", "token": TOKEN})).status_code == 303
        house.people("guard")
        assert (await client.get("/")).status_code == 200  # nobody is thrown out in the middle of a shift
    async with house.browser() as client:
        assert (await client.post("/sign-in", data={"name": "Anna", "token": TOKEN})).status_code == 403
        assert (await client.get("/api/v1/site", headers=AUTHORIZED)).status_code == 200


async def test_wrong_is_wrong_in_the_same_words_for_everybody(house: House) -> None:
    house.register.change(lambda roll: changes.with_access(roll, "facility-manager", disabled=True))
    async with house.browser() as client:
        answers = [
            await sign_in(client, "guard", "a wrong password"),
            await sign_in(client, "nobody", "a wrong password"),
            await sign_in(client, "facility-manager"),
            await sign_in(client, "guard", ""),
        ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1
    assert not [answer for answer in answers if "set-cookie" in answer.headers]


async def test_every_try_costs_one_check_whoever_is_named(house: House) -> None:
    counted = Counted()
    identity = Identity(house.register, passwords=Passwords(QUICK, counted), clock=house.clock)
    duress = "a password under threat"
    house.register.change(lambda roll: changes.with_duress(roll, quick_passwords(), "guard", duress))
    tries = [
        ("guard", "wrong"),
        ("guard", password_of("guard")),
        ("guard", duress),
        ("nobody", "wrong"),
        ("", ""),
        ("x" * 100, "y"),
    ]
    for name, password in tries:
        counted.runs.clear()
        await identity.sign_in(house.desk, name, password, "192.0.2.1")
        assert len(counted.runs) == 1
    identity.close()


async def test_each_sign_in_has_a_new_session_and_the_one_before_is_dead(house: House) -> None:
    async with house.browser() as client:
        form = {"name": "guard", "password": password_of("guard")}
        answer = await client.post("/sign-in", data=form, headers={"Cookie": f"{COOKIE}=chosen-by-somebody-else"})
        cookie = answer.headers["set-cookie"]
        assert "chosen" not in cookie
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        client.cookies.clear()
        first = cookie.partition("=")[2].partition(";")[0]
        again = await client.post("/sign-in", data=form, headers={"Cookie": f"{COOKIE}={first}"})
        second = again.headers["set-cookie"].partition("=")[2].partition(";")[0]
        client.cookies.clear()
        statuses = [(await client.get("/doors", headers={"Cookie": f"{COOKIE}={id_}"})).status_code for id_ in (first, second)]
        assert statuses == [401, 200]


async def test_over_https_the_cookie_is_bound_to_this_host(house: House) -> None:
    transport = httpx.ASGITransport(house.app)
    headers = {"Origin": "https://localhost", "Accept": "text/html"}
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost", headers=headers) as client:
        cookie = (await sign_in(client, "guard")).headers["set-cookie"]
        assert cookie.startswith(f"__Host-{COOKIE}=")
        assert {"HttpOnly", "SameSite=Strict", "Secure", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert (await client.get("/doors")).status_code == 200
        id_ = cookie.partition("=")[2].partition(";")[0]
        client.cookies.clear()
        assert (await client.get("/doors", headers={"Cookie": f"{COOKIE}={id_}"})).status_code == 401


@pytest.mark.parametrize("how", ["removed", "disabled", "another role", "another password", "twelve hours", "signed out"])
async def test_a_session_ends_with_what_it_rests_on(house: House, how: str) -> None:
    async with house.browser() as client:
        await sign_in(client, "guard")
        same_browser = {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
        client.cookies.clear()
        assert (await client.get("/", headers=same_browser)).status_code == 200
        match how:
            case "removed":
                house.register.change(lambda roll: roll.without_person("guard"))
            case "disabled":
                house.register.change(lambda roll: changes.with_access(roll, "guard", disabled=True))
            case "another role":
                house.register.change(lambda roll: changes.with_role(roll, "guard", "auditor", None))
            case "another password":
                house.register.change(lambda roll: changes.with_password(roll, quick_passwords(), "guard", "another password"))
            case "twelve hours":
                house.clock.t += 12 * 3600
            case _:
                assert (await client.post("/sign-out", headers=same_browser)).status_code == 303
        assert (await client.get("/", headers=same_browser)).status_code == 401


async def test_two_hundred_guesses_come_to_ten_in_a_quarter_of_an_hour(house: House) -> None:
    """From a new place each time; the right password is among those that are not looked at."""
    counted = Counted()
    identity = Identity(house.register, passwords=Passwords(QUICK, counted), clock=house.clock)
    looked_at: list[float] = []
    for number in range(200):
        house.clock.t = number * 900 / 200
        before = len(counted.runs)
        await identity.sign_in(house.desk, "guard", f"guess {number}", f"192.0.2.{number}")
        looked_at += [house.clock.t] * (len(counted.runs) - before)
    assert 5 <= len(looked_at) <= MOST_TRIES
    pauses = [later - earlier for earlier, later in pairwise(looked_at)]
    assert pauses[3:] == sorted(pauses[3:])
    identity.close()


async def test_many_names_from_one_place_are_limited_too(house: House) -> None:
    async with house.browser() as client:
        tried = MOST_FROM_A_PLACE + 5
        statuses = [(await sign_in(client, f"name {number}", "a guess")).status_code for number in range(tried)]
        assert statuses == [403] * MOST_FROM_A_PLACE + [429] * 5
        refused = await sign_in(client, "guard")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) == 900
        assert (await client.post("/sign-in/sealed", data={"name": "guard", "code": SEALED})).status_code == 303
        house.clock.t += 900
        assert (await sign_in(client, "guard")).status_code == 303


async def test_one_persons_mistakes_keep_nobody_else_at_the_same_address_out(house: House) -> None:
    async with house.browser() as client:
        for number in range(200):
            house.clock.t = number * 4.0
            await sign_in(client, "facility-manager", "a typing mistake")
        assert (await sign_in(client, "facility-manager")).status_code == 429
        assert (await sign_in(client, "guard")).status_code == 303


async def test_a_limit_tells_nothing_about_who_has_an_account(house: House) -> None:
    answers = []
    for number, name in enumerate(("guard", "nobody")):
        transport = httpx.ASGITransport(house.app, client=(f"192.0.2.{number}", 5000))
        headers = {"Origin": ORIGIN, "Accept": "text/html"}
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
            answers.append([without_ids(await sign_in(client, name, "a guess")) for _ in range(6)])
    assert answers[0] == answers[1]
    assert [status for status, *_ in answers[0]] == [403] * 3 + [429] * 3


async def test_who_signs_in_starts_counting_anew(house: House) -> None:
    async with house.browser() as client:
        for _ in range(8):
            for _ in range(2):
                await sign_in(client, "guard", "a typing mistake")
            assert (await sign_in(client, "guard")).status_code == 303
            house.clock.t += 300


async def test_no_more_wait_for_their_turn_than_there_is_room_for(house: House) -> None:
    asked = [house.identity.sign_in(house.desk, f"name {n}", "a guess", f"192.0.2.{n}") for n in range(60)]
    found = await asyncio.gather(*asked)
    assert 0 < sum(one.wait_s == 0 for one in found) <= 20  # type: ignore[union-attr]


async def test_a_password_stands_nowhere_afterwards(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with house.browser() as client:
            pages = [await sign_in(client, "guard", "CANARY wrong one"), await sign_in(client, "guard")]
            pages += [await client.get(path) for path in ("/", "/doors", "/api/v1/events.json", "/api/v1/openapi.json", "/metrics")]
            pages.append(await client.post("/sign-in/sealed", data={"name": "guard", "code": "CANARY code"}))
    digests = house.register.now().model_dump_json()
    for text in (caplog.text, repr(house.desk.journal), *(page.text + str(page.headers) for page in pages)):
        assert "CANARY password" not in text
        assert "CANARY wrong" not in text
        assert "CANARY code" not in text
        assert SEALED not in text
        for digest in re.findall(r'"digest":"([^"]+)"', digests):
            assert digest not in text


async def test_nobody_signs_in_from_another_sites_page(house: House) -> None:
    async with client_of(house.app, Origin="http://evil.example", Accept="text/html") as client:
        assert (await sign_in(client, "guard")).status_code == 403
        form = {"name": "x", "code": SEALED}
        assert (await client.post("/sign-in/sealed", data=form)).status_code == 403
    assert not [event for event in house.desk.journal if event.kind == "sealed-code-used"]


async def test_an_added_person_needs_no_restart(house: House) -> None:
    async with house.browser() as client:
        assert (await sign_in(client, "L. Korhonen", "a long enough one")).status_code == 403
        add(house.register, "L. Korhonen", "lobby-host", "a long enough one")
        assert (await sign_in(client, "l. korhonen", "a long enough one")).status_code == 303
