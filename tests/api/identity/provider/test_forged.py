"""Through a provider that forges, dawdles or is away: nobody comes in, and everybody else goes on working."""

import base64
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey

from api.gate import COOKIE, FLOW_COOKIE
from api.identity import MOST_TRIES
from edge.people.provider.faults import ProviderAway
from edge.people.provider.flow import Flow
from edge.people.provider.provider import Provider
from edge.people.register import Register
from tests.api.identity.conftest import SEALED, sign_in
from tests.api.identity.provider.conftest import OTHER_HOST, Trusting, asked, come_back, leave, section
from tests.api.identity.provider.forger import NOW, Forger

AWAY = "Official card does not answer at the moment."
UNCONFIRMED = "Official card did not confirm who you are."


@pytest.fixture(scope="module")
def lasting(forger: Forger, folder: Callable[[], Register]) -> Iterator[Trusting]:
    made = Trusting(forger.issuer, folder(), more={"claim": "realm.groups"})
    yield made
    made.identity.close()


@pytest.fixture
def house(lasting: Trusting, forger: Forger) -> Trusting:
    forger.begin_anew()
    lasting.desk.begin_anew()
    lasting.clock.t += 4000
    return lasting


async def through(house: Trusting, forger: Forger, token_of: Callable[[dict[str, Any]], str], **said: str) -> httpx.Response:
    """A whole sign-in with the token that is made of the claims of a guard."""
    async with house.browser() as browser:
        question = asked(await leave(browser))
        forger.answer = {"access_token": "a", "token_type": "Bearer", "id_token": token_of(_claims(forger, question["nonce"]))}
        query = {"state": question["state"], "code": "any", **said}
        answer = await come_back(browser, f"/sign-in/callback?{httpx.QueryParams(query)}")
        assert (COOKIE in browser.cookies) == (answer.status_code == 303)
        return answer


def _claims(forger: Forger, nonce: str) -> dict[str, Any]:
    return forger.claims(nonce, groups=..., realm={"groups": ["vanaja guards"]})


async def test_a_token_that_holds_is_enough(house: Trusting, forger: Forger) -> None:
    assert (await through(house, forger, forger.signed)).status_code == 303
    assert "/userinfo" not in forger.asked


async def test_people_are_sent_back_to_the_name_under_which_they_came_if_it_is_one_of_ours(house: Trusting) -> None:
    transport = httpx.ASGITransport(house.app)
    for host, back in ((OTHER_HOST, f"https://{OTHER_HOST}/sign-in/callback"), ("evil.example", None)):
        async with httpx.AsyncClient(transport=transport, base_url=f"https://{host}") as browser:
            answer = await browser.get("/sign-in/provider")
            found = asked(answer.headers["location"])["redirect_uri"] if answer.status_code == 303 else None
            assert (answer.status_code, found) == (303 if back else 421, back)


def unsigned(forger: Forger, claims: dict[str, Any]) -> str:
    parts = [{"alg": "none", "kid": "one"}, claims]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def by_secret(forger: Forger, claims: dict[str, Any]) -> str:
    """Signed with what everybody can read: the provider's public key taken for a shared secret."""
    return forger.signed(claims, key=OctKey.import_key(forger.key.as_pem(private=False).replace(b"-----", b"")), alg="HS256")


def with_its_own_key(forger: Forger, claims: dict[str, Any]) -> str:
    return forger.signed(claims, key=forger.other_key, jwk=forger.other_key.as_dict(private=False))


FORGED: dict[str, Callable[[Forger, dict[str, Any]], str]] = {
    "unsigned": unsigned,
    "signed with a public key": by_secret,
    "signed by somebody else": lambda forger, claims: forger.signed(claims, key=forger.other_key),
    "signed with the key that it brings": with_its_own_key,
    "signed with an unknown key": lambda forger, claims: forger.signed(claims, key=forger.other_key, kid="two"),
    "expired": lambda forger, claims: forger.signed({**claims, "exp": NOW - 61}),
    "from the future": lambda forger, claims: forger.signed({**claims, "iat": NOW + 61}),
    "without end": lambda forger, claims: forger.signed({name: value for name, value in claims.items() if name != "exp"}),
    "of another provider": lambda forger, claims: forger.signed({**claims, "iss": "https://login.example.fi"}),
    "for another program": lambda forger, claims: forger.signed({**claims, "aud": "another"}),
    "for several, and not by us": lambda forger, claims: forger.signed({**claims, "aud": ["talonmies", "another"]}),
    "asked for by another": lambda forger, claims: forger.signed({**claims, "azp": "another"}),
    "for another sign-in": lambda forger, claims: forger.signed({**claims, "nonce": "another"}),
    "without nonce": lambda forger, claims: forger.signed({name: value for name, value in claims.items() if name != "nonce"}),
    "of nobody": lambda forger, claims: forger.signed({name: value for name, value in claims.items() if name != "sub"}),
    "changed": lambda forger, claims: forger.signed(claims)[:-8] + "AAAAAAAA",
    "no token": lambda *_: "{}",
    "empty": lambda *_: "",
}


@pytest.mark.parametrize("forged", FORGED)
async def test_a_token_that_does_not_hold_lets_nobody_in(house: Trusting, forger: Forger, forged: str) -> None:
    answer = await through(house, forger, lambda claims: FORGED[forged](forger, claims))
    assert answer.status_code == 403
    assert UNCONFIRMED in answer.text
    assert await house.refusals() == [("not-confirmed", None)]
    assert not await house.told("signed-in-by-provider")


async def test_a_provider_may_change_its_key(house: Trusting, forger: Forger) -> None:
    assert (await through(house, forger, forger.signed)).status_code == 303
    new = RSAKey.generate_key(2048, {"kid": "new"})
    forger.published = [{"kty": "of the future"}, "nonsense", forger.key.as_dict(private=False), new.as_dict(private=False)]
    house.clock.t += 60
    answer = await through(house, forger, lambda claims: forger.signed(claims, key=new, kid="new"))
    assert answer.status_code == 303


async def test_what_the_provider_says_elsewhere_must_be_of_the_same_person(house: Trusting, forger: Forger) -> None:
    forger.userinfo = {"sub": "somebody-else", "realm": {"groups": ["vanaja guards"]}}

    def without_groups(claims: dict[str, Any]) -> str:
        return forger.signed({**claims, "realm": {}})

    assert UNCONFIRMED in (await through(house, forger, without_groups)).text
    forger.userinfo["sub"] = "subject-7"
    assert (await through(house, forger, without_groups)).status_code == 303


async def test_an_answer_that_names_another_provider_is_refused(house: Trusting, forger: Forger) -> None:
    assert UNCONFIRMED in (await through(house, forger, forger.signed, iss="https://login.example.fi")).text
    assert "/token" not in forger.asked
    house.clock.t += 60
    forger.discovery["authorization_response_iss_parameter_supported"] = True
    assert UNCONFIRMED in (await through(house, forger, forger.signed)).text
    assert (await through(house, forger, forger.signed, iss=forger.issuer)).status_code == 303


@pytest.mark.parametrize("name", ["Somebody via kiosk", "", "x" * 101, "tab\tand \x07 bell", 7, None])
async def test_who_has_no_name_for_the_journal_has_no_session(house: Trusting, forger: Forger, name: object) -> None:
    answer = await through(house, forger, lambda claims: forger.signed({**claims, "name": name}))
    assert answer.status_code == 403
    assert await house.refusals() == [("no-role", None)]


@pytest.mark.parametrize("groups", [[], {}, "guards", ["VANAJA GUARDS"], [["vanaja guards"]], [7], None], ids=str)
async def test_a_role_comes_of_exactly_what_the_site_file_says(house: Trusting, forger: Forger, groups: object) -> None:
    forger.userinfo = {"sub": "subject-7"}
    answer = await through(house, forger, lambda claims: forger.signed({**claims, "realm": {"groups": groups}}))
    assert answer.status_code == 403
    assert await house.refusals() == [("no-role", "M. Virtanen")]


# --- wrong ways back ---------------------------------------------------------------------------------------------------


async def test_a_wrong_state_asks_the_provider_nothing(house: Trusting, forger: Forger) -> None:
    async with house.browser() as browser:
        question = asked(await leave(browser))
        for state in ("wrong", question["state"][:-1], question["state"].swapcase(), "\ud800".encode(errors="surrogatepass")):
            query = httpx.QueryParams({"state": state, "code": "any"})
            answer = await browser.get(f"/sign-in/callback?{query}")
            assert answer.status_code == 403
            assert "began in another window" in answer.text
        for kept in ("", "x", "x" * 43, "x" * 43 + ".%%%", "ä" * 43):
            answer = await browser.get(
                "/sign-in/callback?state=x&code=y&again=1", headers={"Cookie": f"{FLOW_COOKIE}={kept}".encode()}
            )
            assert answer.status_code == 403
        assert (await browser.get("/sign-in/callback")).status_code == 200
        assert COOKIE not in browser.cookies
    assert "/token" not in forger.asked


async def test_what_the_page_in_between_leads_to_is_ours_alone(house: Trusting) -> None:
    async with house.browser() as browser:
        page = await browser.get("/sign-in/callback", params={"state": '"><script>', "code": "//evil.example;url=x", "iss": "'"})
        assert "<script>" not in page.text
        assert (
            'content="0;url=/sign-in/callback?state=%22%3E%3Cscript%3E&amp;code=%2F%2Fevil.example%3Burl%3Dx&amp;again=1&amp;iss=%27"'
            in page.text
        )


async def test_tries_are_limited_and_keep_nobody_from_the_other_ways(house: Trusting, forger: Forger) -> None:
    statuses = [(await through(house, forger, lambda _: "x.y.z")).status_code for _ in range(MOST_TRIES + 2)]
    assert statuses == [403] * MOST_TRIES + [429] * 2
    assert len(await house.refusals()) == MOST_TRIES
    async with house.browser() as browser:
        assert (await sign_in(browser, "guard")).status_code == 303
        assert (await browser.post("/sign-in/sealed", data={"name": "guard", "code": SEALED})).status_code == 303
    house.clock.t += 900
    assert (await through(house, forger, forger.signed)).status_code == 303


# --- away --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://login.example.fi"},
        {"token_endpoint": "http://login.example.fi/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
    ids=str,
)
async def test_a_provider_that_is_not_what_it_should_be_is_taken_for_away(
    house: Trusting, forger: Forger, discovery: dict[str, Any]
) -> None:
    forger.discovery |= discovery
    async with house.browser() as browser:
        answer = await browser.get("/sign-in/provider")
        assert (answer.status_code, AWAY in answer.text) == (503, True)
        assert FLOW_COOKIE not in browser.cookies


async def test_a_provider_that_fails_on_the_way_back_is_said_to_be_away(house: Trusting, forger: Forger) -> None:
    forger.status = 500
    for _ in range(MOST_TRIES + 1):  # that is nobody's wrong try
        answer = await through(house, forger, forger.signed)
        assert (answer.status_code, AWAY in answer.text) == (503, True)
    forger.status = 200
    assert (await through(house, forger, forger.signed)).status_code == 303


async def test_a_provider_that_refuses_the_code_does_not_confirm(house: Trusting, forger: Forger) -> None:
    forger.status = 400
    assert UNCONFIRMED in (await through(house, forger, forger.signed)).text


async def test_a_provider_that_is_away_or_silent_is_found_so_at_once() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        for listens in (False, True):
            if listens:
                silent.listen()  # and answers nothing
            provider = Provider(section(f"http://127.0.0.1:{silent.getsockname()[1]}"), None, patience_s=0.3)
            before = time.monotonic()
            with pytest.raises(ProviderAway):
                await provider.address_for(Flow.begin("/"), "http://localhost/sign-in/callback")
            assert time.monotonic() - before < 5


async def test_while_the_provider_is_away_the_page_says_so_and_everything_else_works(house: Trusting, forger: Forger) -> None:
    forger.discovery.clear()
    async with house.browser() as browser:
        answer = await browser.get("/sign-in/provider?back=/doors")
        assert (answer.status_code, AWAY in answer.text) == (503, True)
        assert 'name="back" value="/doors"' in answer.text
        assert (await browser.get("/sign-in")).status_code == 200
        assert (await sign_in(browser, "guard")).status_code == 303
        assert (await browser.post("/sign-in/sealed", data={"name": "guard", "code": SEALED})).status_code == 303


async def test_a_provider_that_comes_back_works_without_a_restart(house: Trusting, forger: Forger) -> None:
    right = dict(forger.discovery)
    forger.discovery.clear()
    async with house.browser() as browser:
        assert (await browser.get("/sign-in/provider")).status_code == 503
        asked_once = len(forger.asked)
        assert (await browser.get("/sign-in/provider")).status_code == 503
        assert len(forger.asked) == asked_once, "while it is away, it is not asked for everybody anew"
    forger.discovery |= right
    house.clock.t += 3
    assert (await through(house, forger, forger.signed)).status_code == 303
