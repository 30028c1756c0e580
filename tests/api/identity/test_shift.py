"""The shift through the interface and on its page; under threat nothing tells."""

import re

import httpx
import pytest

from edge.people import changes
from security.alarms import ALARM
from security.hand_over import HAND_OVER
from security.sign_ins import SignedInUnderDuress
from tests.api.desk import MemoryDesk
from tests.api.identity.conftest import House, password_of, sign_in
from tests.edge.people.quick import quick_passwords

SHIFT = "/api/v1/shift"
FORCED = "the password under threat"


@pytest.fixture
def house(house: House) -> House:
    house.people("lobby-host")
    return house


async def page(client: httpx.AsyncClient, path: str = "/shift") -> str:
    answer = await client.get(path, params={"language": "en"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


async def test_a_program_hands_over_and_receives(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    nobody = (await program.get(SHIFT)).json()
    assert (nobody["by"], nobody["since"], nobody["last"], nobody["waits"]) == (None, None, None, False)
    assert (await program.post(f"{SHIFT}/receive", json={"by": "M. Virtanen"})).json()["by"] == "M. Virtanen"
    handing = {"by": "M. Virtanen", "to": "L. Korhonen", "note": "Keys in the box"}
    told = (await program.post(f"{SHIFT}/hand-over", json=handing, params={"language": "en"})).json()
    assert (told["by"], told["waits"], told["last"]["to"], told["last"]["received_by"]) == (
        "M. Virtanen",
        True,
        "L. Korhonen",
        None,
    )
    left = told["last"]["left"]
    assert "Panic button" in {alarm["name"] for alarm in left["alarms"]}
    assert left == told["now"]
    again = await program.post(f"{SHIFT}/hand-over", json=handing, params={"language": "en"})
    assert (again.status_code, "waits" in again.json()["detail"]) == (409, True)
    told = (await program.post(f"{SHIFT}/receive", json={"by": "L. Korhonen"})).json()
    assert (told["by"], told["waits"], told["last"]["received_by"]) == ("L. Korhonen", False, "L. Korhonen")
    assert (await program.post(f"{SHIFT}/hand-over", json={**handing, "to": " "})).status_code == 422


async def test_two_people_hand_over_with_plain_forms(house: House) -> None:
    async with house.browser() as guard, house.browser() as host:
        await sign_in(guard, "guard")
        await sign_in(host, "lobby-host")
        assert "Nobody has received the shift." in await page(guard)
        assert (await guard.post("/console/shift/receive")).headers["location"] == "/shift"
        number = next(alarm.number for _, alarm in house.desk.facts.of(ALARM) if alarm.type == "panic")
        await guard.post(f"/console/alarms/{number}/acknowledge", data={"version": "1"})
        assert "You have handed the shift over" not in await page(guard)
        answer = await guard.post("/console/shift/hand-over", data={"to": "Lobby-Host ", "note": "Avain <tiskillä>"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/shift")
        text = await page(guard)
        assert "You have handed the shift over" in text
        assert 'id="sign-out-now"' in text
        assert 'action="/console/shift/hand-over"' not in text
        text = await page(host)
        assert "The hand-over to Lobby-Host waits. guard handed it over 10:" in text
        assert "Avain &lt;tiskillä&gt;" in text
        assert 'id="sign-out-now"' not in text
        await guard.post("/sign-out")
        assert (await host.post("/console/shift/receive")).status_code == 303
        assert "received by lobby-host 10:" in await page(host)
        alarm = house.desk.facts(ALARM(str(number)))
        assert alarm is not None
        assert alarm.owner == "lobby-host"
        again = await host.post("/console/shift/receive", params={"language": "en"})
        assert (again.status_code, "lobby-host has the shift already." in again.text) == (409, True)


async def test_roles_that_do_not_stand_at_the_desk_look_on(house: House) -> None:
    house.people("auditor", "installer", "clerk")
    for role, status in (("auditor", 200), ("installer", 200), ("clerk", 403)):
        async with house.browser() as client:
            await sign_in(client, role)
            assert (await client.get("/shift")).status_code == status
            assert (await client.post("/console/shift/receive")).status_code == 403
            if status == 200:
                text = await page(client)
                assert "Your role may not do this. Ask: guard, lobby host, facility manager." in text
                assert 'action="/console/shift' not in text


async def test_under_threat_the_shift_is_handed_over_as_ever_and_tells_nothing(house: House) -> None:
    house.register.change(lambda roll: changes.with_duress(roll, quick_passwords(), "guard", FORCED))
    seen: list[list[str]] = []
    for password in (password_of("guard"), FORCED):
        house.desk.begin_anew()
        if password == FORCED:
            house.desk.happen(SignedInUnderDuress(at=house.desk.clock.now(), by="guard"))
        async with house.browser() as client:
            await sign_in(client, "guard", password)
            await client.post("/console/shift/receive")
            await client.post("/console/shift/hand-over", data={"to": "lobby-host"})
            paths = ("/shift", "/bulletins", SHIFT, "/api/v1/bulletins")
            answers = [await client.get(path, params={"language": "en"}) for path in paths]
            seen.append([re.sub(r'data-after="[^"]+"|"seq":\d+', "", answer.text) for answer in answers])
            last = house.desk.facts(HAND_OVER())
            assert last is not None
            assert "duress" not in {alarm.type for alarm in last.handed.left.alarms}
    assert seen[0] == seen[1]
    assert "threat" not in " ".join(seen[1])
