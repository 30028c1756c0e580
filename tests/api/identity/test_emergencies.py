"""The sealed code, which always lets the guard in and is never quiet; and the password under threat, which is never loud."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from edge.people import changes
from security.alarms import open_alarms
from tests.api.conftest import ORIGIN
from tests.api.identity.conftest import SEALED, House, password_of, sign_in
from tests.api.identity.test_sign_in import without_ids
from tests.edge.people.quick import quick_passwords

FORCED = "asemakadun vanha kello"


@pytest.fixture
def threatened(house: House) -> House:
    house.register.change(lambda roll: changes.with_duress(roll, quick_passwords(), "guard", FORCED))
    return house


async def told(house: House, type_: str) -> list[tuple[str, int]]:
    """Subject and level of the alarms of a type, once what is under way has been said."""
    while house.identity.telling:
        await asyncio.gather(*house.identity.telling)
    return [(alarm.subject, alarm.level) for alarm in open_alarms(house.desk.facts) if alarm.type == type_]


# --- the sealed code --------------------------------------------------------------------------------------------------


async def test_the_sealed_code_signs_in_as_guard_and_everybody_is_told(house: House) -> None:
    async with house.browser() as client:
        answer = await client.post("/sign-in/sealed", data={"name": "M. Virtanen", "code": f" {SEALED}\n"})
        assert answer.status_code == 303
        assert await told(house, "break-glass") == [("M. Virtanen", 2)]
        page = (await client.get("/?language=en")).text
        assert 'data-role="guard"' in page
        assert "M. Virtanen signed in as guard with the sealed code, from 127.0.0.1" in page


async def test_it_works_however_often_others_tried_their_passwords(house: House) -> None:
    async with house.browser() as client:
        statuses = [(await sign_in(client, "guard", "a guess")).status_code for _ in range(50)]
        assert statuses[-1] == 429
        assert (await sign_in(client, "guard")).status_code == 429
        assert (await client.post("/sign-in/sealed", data={"name": "guard", "code": SEALED})).status_code == 303


async def test_guessing_at_it_is_slow_and_slows_nobody_elsewhere(house: House) -> None:
    async with house.browser() as client:
        looked_at = 0
        for _ in range(200):
            house.clock.t += 5
            answer = await client.post("/sign-in/sealed", data={"name": "x", "code": "a guess"})
            looked_at += answer.status_code == 403
        assert looked_at < 25
        assert (await client.post("/sign-in/sealed", data={"name": "x", "code": SEALED})).status_code == 429
        house.clock.t += 60  # and no longer
        assert (await client.post("/sign-in/sealed", data={"name": "x", "code": SEALED})).status_code == 303
    elsewhere = httpx.ASGITransport(house.app, client=("192.0.2.7", 5000))
    async with httpx.AsyncClient(transport=elsewhere, base_url=ORIGIN, headers={"Origin": ORIGIN}) as client:
        assert (await client.post("/sign-in/sealed", data={"name": "x", "code": SEALED})).status_code == 303


@pytest.mark.parametrize("code", ["", "a guess", SEALED[:-1], SEALED.upper(), "ä" * 20])
async def test_a_wrong_code_is_none(house: House, code: str) -> None:
    async with house.browser() as client:
        answer = await client.post("/sign-in/sealed", data={"name": "x", "code": code})
        assert answer.status_code in {403, 422}
        assert "set-cookie" not in answer.headers
    assert await told(house, "break-glass") == []


async def test_a_site_without_one_offers_none(house: House) -> None:
    found = house.identity.break_glass(house.desk, None, "x", "", "192.0.2.1")
    assert not hasattr(found, "id")


# --- under threat -----------------------------------------------------------------------------------------------------


async def test_signing_in_under_threat_looks_the_same_and_raises_one_silent_alarm(threatened: House) -> None:
    async with threatened.browser() as calm, threatened.browser() as forced:
        answers = [await sign_in(calm, "guard", password_of("guard"), "/doors"), await sign_in(forced, "guard", FORCED, "/doors")]
        assert answers[0].status_code == 303
        assert without_ids(answers[0]) == without_ids(answers[1])
        assert await told(threatened, "duress") == [("guard", 1)]
        await sign_in(forced, "guard", FORCED)
        assert await told(threatened, "duress") == [("guard", 1)]


async def test_the_threatened_persons_own_screen_tells_nothing_of_it(threatened: House) -> None:
    paths = [
        "/?language=en",
        "/alarms/{}?language=en",
        "/api/v1/alarms?language=en",
        "/api/v1/alarms/{}",
        "/api/v1/notices",
        "/doors",
    ]
    async with threatened.browser() as forced, threatened.browser() as other:
        before = {}
        await sign_in(forced, "guard", password_of("guard"))
        for path in paths:
            before[path] = await forced.get(path.format(99))
        await sign_in(forced, "guard", FORCED)
        assert await told(threatened, "duress") == [("guard", 1)]
        number = next(alarm.number for alarm in open_alarms(threatened.desk.facts) if alarm.type == "duress")
        for path in paths:
            after = await forced.get(path.format(number))
            assert shown(after, number) == shown(before[path], 99)
        await sign_in(other, "facility-manager")
        assert "guard signed in under threat" in (await other.get("/?language=en")).text
        assert (await other.get(f"/api/v1/alarms/{number}")).status_code == 200


def shown(answer: httpx.Response, number: int) -> tuple[int, str]:
    """Without the numbers that grow whatever happens: of the journal's last entry, of the board's version."""
    text = re.sub(r'data-after="[^"]+"|"seq":\d+', "", answer.text)
    return answer.status_code, text.replace(f"/alarms/{number}?", "/alarms/?").replace(f"number {number}", "number")


async def test_the_alarm_is_over_only_when_somebody_has_seen_it(threatened: House) -> None:
    async with threatened.browser() as forced:
        await sign_in(forced, "guard", FORCED)
    await told(threatened, "duress")
    threatened.desk.wait(timedelta(hours=1))
    (alarm,) = (alarm for alarm in open_alarms(threatened.desk.facts) if alarm.type == "duress")
    assert not alarm.active
    async with threatened.browser() as forced:
        await sign_in(forced, "guard", FORCED)
    assert await told(threatened, "duress") == [("guard", 1)]
    (alarm,) = (alarm for alarm in open_alarms(threatened.desk.facts) if alarm.type == "duress")
    assert alarm.active
