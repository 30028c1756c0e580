"""Through a certified provider: people come in with the role of their groups, and nobody else does."""

import logging
import re
from collections.abc import Callable, Iterator

import pytest

from api.gate import COOKIE, FLOW_COOKIE
from edge.clock import SystemClock
from edge.people.register import Register
from edge.site.sign_in import SignIn
from tests.api.conftest import ORIGIN
from tests.api.identity.conftest import sign_in
from tests.api.identity.provider.conftest import (
    CLIENT_SECRET,
    Trusting,
    asked,
    at_provider,
    come_back,
    leave,
    onward,
    real_provider,
    section,
)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with real_provider("127.0.0.1") as issuer:
        yield issuer


@pytest.fixture(scope="module")
def lasting(issuer: str, folder: Callable[[], Register]) -> Iterator[Trusting]:
    made = Trusting(issuer, folder())
    yield made
    made.identity.close()


@pytest.fixture
def house(lasting: Trusting) -> Trusting:
    lasting.desk.begin_anew()
    lasting.desk.clock.t = SystemClock().now()  # by which the provider signs
    lasting.clock.t += 3600
    return lasting


async def test_a_guard_comes_in_and_the_page_says_who_and_as_what(house: Trusting) -> None:
    async with house.browser() as browser:
        page = await browser.get("/doors")
        assert page.status_code == 401
        assert "Sign in with Official card" in page.text
        location = await leave(browser, "/doors")
        said = asked(location)
        assert (said["response_type"], said["code_challenge_method"]) == ("code", "S256")
        assert said["redirect_uri"] == f"{ORIGIN}/sign-in/callback"
        assert said["scope"].split() == ["openid", "profile", "groups"]
        assert CLIENT_SECRET not in location
        answer = await come_back(browser, await at_provider(location, "mvirtanen"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/doors")
        cookies = {cookie.partition("=")[0]: cookie for cookie in answer.headers.get_list("set-cookie")}
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookies[COOKIE].split("; "))
        assert cookies[FLOW_COOKIE].startswith(f"{FLOW_COOKIE}=;")
        shown = (await browser.get("/")).text
        assert "<strong>M. Virtanen</strong>" in shown
        assert 'data-role="guard"' in shown
    (event,) = await house.told("signed-in-by-provider")
    assert (event.by, event.role, event.subject) == ("M. Virtanen", "guard", "mvirtanen")


async def test_a_clerk_sees_the_rooms_of_the_agency_that_the_group_names(house: Trusting) -> None:
    async with house.browser() as browser:
        answer = await come_back(browser, await at_provider(await leave(browser), "anieminen"))
        assert answer.headers["location"] == "/rooms"
        assert "<strong>anieminen</strong>" in (await browser.get("/rooms")).text
        assert (await browser.get("/doors")).status_code == 403
        caller = house.identity.sessions.caller(browser.cookies[COOKIE])
        assert caller is not None
        assert (caller.role, caller.agency) == ("clerk", "dvv")


async def test_who_has_no_role_is_told_so_and_has_no_session(house: Trusting) -> None:
    async with house.browser() as browser:
        answer = await come_back(browser, await at_provider(await leave(browser), "nobody"))
        assert answer.status_code == 403
        assert "Official card knows you, but you have no role in this building." in answer.text
        assert COOKIE not in browser.cookies
    assert await house.refusals() == [("no-role", "E. Kukaan")]


async def test_who_turns_back_there_is_not_signed_in(house: Trusting) -> None:
    async with house.browser() as browser:
        answer = await come_back(browser, await at_provider(await leave(browser), "somebody unknown"))
        assert answer.status_code == 403
        assert "did not confirm who you are" in answer.text
        assert COOKIE not in browser.cookies


async def test_a_code_works_once_and_in_the_browser_that_asked_for_it(house: Trusting) -> None:
    async with house.browser() as browser, house.browser() as thief:
        location = await leave(browser)
        kept = browser.cookies[FLOW_COOKIE]
        callback = await at_provider(location, "mvirtanen")
        await leave(thief)
        stolen = await come_back(thief, callback)
        assert stolen.status_code == 403
        assert "began in another window" in stolen.text
        assert (await come_back(browser, callback)).status_code == 303
        thief.cookies.clear()
        replayed = await thief.get(callback, headers={"Cookie": f"{FLOW_COOKIE}={kept}"})
        assert replayed.status_code == 403
        assert "did not confirm who you are" in replayed.text
        assert COOKIE not in thief.cookies
    assert await house.refusals() == [("not-confirmed", None)]


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
async def test_nobody_is_led_to_another_site(house: Trusting, back: str) -> None:
    async with house.browser() as browser:
        answer = await browser.get("/sign-in/provider", params={"back": back})
        callback = await at_provider(answer.headers["location"], "mvirtanen")
        answer = await come_back(browser, callback)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_no_other_site_begins_a_sign_in_here(house: Trusting) -> None:
    async with house.browser() as browser:
        answer = await browser.get("/sign-in/provider", headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 200
        assert FLOW_COOKIE not in browser.cookies


async def test_each_sign_in_ends_the_session_before(house: Trusting) -> None:
    async with house.browser() as browser:
        await sign_in(browser, "guard")
        before = browser.cookies[COOKIE]
        await come_back(browser, await at_provider(await leave(browser), "mvirtanen"))
        assert browser.cookies[COOKIE] != before
        assert house.identity.sessions.caller(before) is None


@pytest.mark.parametrize("how", ["twelve hours", "another provider", "another role", "none"])
async def test_a_session_ends_with_the_shift_and_with_what_the_site_file_says(house: Trusting, how: str) -> None:
    trusted = house.identity.trusted
    assert trusted is not None
    async with house.browser() as browser:
        await come_back(browser, await at_provider(await leave(browser), "mvirtanen"))
        house.identity.trusted = SignIn.model_validate(trusted.model_dump())
        assert (await browser.get("/")).status_code == 200
        match how:
            case "twelve hours":
                house.clock.t += 12 * 3600
            case "another provider":
                house.identity.trusted = section("https://login.example.fi")
            case "another role":
                house.identity.trusted = section(trusted.issuer, roles={"vanaja guards": "auditor"})
            case _:
                house.identity.trusted = None
        assert (await browser.get("/")).status_code == 401
    house.identity.trusted = trusted


async def test_signing_out_leads_on_to_the_providers_own(house: Trusting) -> None:
    async with house.browser() as browser:
        await come_back(browser, await at_provider(await leave(browser), "mvirtanen"))
        id_ = browser.cookies[COOKIE]
        answer = await browser.post("/sign-out")
        said = asked(onward(answer))
        assert onward(answer).startswith(f"{house.issuer}/session/end?")
        assert said == {"client_id": "talonmies", "post_logout_redirect_uri": f"{ORIGIN}/sign-in"}
        assert "M. Virtanen" not in answer.text
        assert house.identity.sessions.caller(id_) is None
        await sign_in(browser, "guard")
        assert (await browser.post("/sign-out")).headers["location"] == "/sign-in"


async def test_over_https_the_cookies_of_the_way_are_bound_to_this_host(house: Trusting) -> None:
    async with house.browser() as browser:
        browser.base_url = "https://localhost"
        browser.headers["Origin"] = "https://localhost"
        answer = await browser.get("/sign-in/provider")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith(f"__Host-{FLOW_COOKIE}=")
        assert {"HttpOnly", "SameSite=Strict", "Secure", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
        assert asked(answer.headers["location"])["redirect_uri"] == "https://localhost/sign-in/callback"


async def test_neither_secret_nor_code_nor_token_stands_anywhere(house: Trusting, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "talonmies"), caplog.at_level(logging.INFO):
        async with house.browser() as browser:
            callback = await at_provider(await leave(browser), "mvirtanen")
            flow = browser.cookies[FLOW_COOKIE].partition(".")[0]
            pages = [await come_back(browser, callback), await browser.get("/"), await browser.get("/api/v1/openapi.json")]
            pages.append(await browser.get(callback))
    assert len(await house.told("signed-in-by-provider")) == 1
    ours = "".join(record.getMessage() for record in caplog.records if record.name.startswith("talonmies"))
    for text in (ours, repr(house.desk.journal), *(page.text for page in pages[:3])):
        for secret in (CLIENT_SECRET, "CANARY", asked(callback)["code"], asked(callback)["state"], flow):
            assert secret not in text
        assert not re.search(r"eyJ[\w-]{20,}", text)
