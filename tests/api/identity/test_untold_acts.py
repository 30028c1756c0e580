"""Whoever signed in under threat can neither find the alarm of that by acting on its number, nor do anything to it."""

import asyncio
import re

import httpx
import pytest

from edge.people import changes
from security.alarms import ALARM, open_alarms
from tests.api.identity.conftest import House, sign_in
from tests.edge.people.quick import quick_passwords

FORCED = "asemakadun vanha kello"
NOBODYS = 4242
"""No alarm has this number."""
FORMS: dict[str, dict[str, str]] = {
    "/console/alarms/{}/acknowledge": {"version": "1"},
    "/console/alarms/{}/claim": {"version": "1"},
    "/console/alarms/{}/note": {"text": "x"},
    "/console/alarms/{}/resolve": {"version": "1", "reason": "x"},
    "/console/alarms/{}/transfer": {"version": "1", "to": "x"},
    "/console/alarms/{}/shelve": {"version": "1", "minutes": "15", "reason": "x"},
    "/console/alarms/{}/escalate": {"version": "1"},
    "/console/alarms/{}/call": {"version": "1", "to": "x"},
}
ASKED = {
    "acknowledge": {"version": 1},
    "claim": {"version": 1},
    "note": {"text": "x"},
    "resolve": {"version": 1, "reason": "x"},
    "transfer": {"version": 1, "to": "x"},
    "shelve": {"version": 1, "minutes": 15, "reason": "x"},
    "escalate": {"version": 1},
    "call": {"version": 1, "to": ["x"]},
}


@pytest.fixture
def threatened(house: House) -> House:
    house.register.change(lambda roll: changes.with_duress(roll, quick_passwords(), "guard", FORCED))
    return house


def shown(answer: httpx.Response, number: int) -> tuple[int, str]:
    return answer.status_code, re.sub(rf"(alarm=|/alarms/|number ){number}\b", r"\1N", answer.text)


async def test_acts_on_an_alarm_that_is_not_told_are_answered_as_for_one_that_is_not_there(threatened: House) -> None:
    desk = threatened.desk
    async with threatened.browser() as forced:
        await sign_in(forced, "guard", FORCED)
        while threatened.identity.telling:
            await asyncio.gather(*threatened.identity.telling)
        (duress,) = (alarm for alarm in open_alarms(desk.facts) if alarm.type == "duress")
        for path, form in FORMS.items():
            answers = [shown(await forced.post(path.format(n), data=form), n) for n in (duress.number, NOBODYS)]
            assert answers[0] == answers[1], path
        group = [await forced.post("/console/alarms/acknowledge", data={"seen": f"{n}:1"}) for n in (duress.number, NOBODYS)]
        assert shown(group[0], duress.number) == shown(group[1], NOBODYS)
        for act, body in ASKED.items():
            asked = [
                (await forced.post(f"/api/v1/alarms/{n}/{act}", json={"by": "guard", **body}), n) for n in (duress.number, NOBODYS)
            ]
            assert shown(*asked[0]) == shown(*asked[1]), act
    assert desk.facts(ALARM(str(duress.number))) == duress
