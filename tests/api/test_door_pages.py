"""The pages of doors and modes as they are drawn: words, reasons, ends; what a role is offered, and what it is told instead."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from api.policy import READERS
from security import alarms, modes, overrides
from security.alarms import ALARM
from security.modes import MODE
from security.overrides import OUT_OF_SERVICE, OVERRIDE
from security.releases import RELEASE
from tests.api.conftest import OF_ROLES, ORIGIN, TOKEN, client_of
from tests.api.desk import MemoryDesk

DOOR = "/doors/room-2-front"
LOCKDOWN = {"mode": "lockdown", "scope": "site"}
SignedIn = Callable[[str], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    lasting_desk.begin_anew()
    lasting_desk.everything_reports()
    return lasting_desk


@pytest.fixture
def signed_in(app: FastAPI, desk: MemoryDesk) -> SignedIn:
    @asynccontextmanager
    async def signed_in(role: str) -> AsyncIterator[httpx.AsyncClient]:
        async with client_of(app, Origin=ORIGIN, Accept="text/html") as client:
            await client.post("/sign-in", data={"name": "M. Virtanen", "token": OF_ROLES.get(role, TOKEN)})  # type: ignore[call-overload]
            yield client

    return signed_in


async def page(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path, params={"language": "en"} if "?" not in path else None)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def override(desk: MemoryDesk, value: overrides.DoorValue = "locked") -> None:
    at = desk.clock.now()
    until = at + timedelta(minutes=30)
    desk.happen(
        overrides.override(desk.site, desk.facts, at, "room-2-front", value, "L. Korhonen", "facility-manager", until, "Vahti")
    )


# --- what stands there ------------------------------------------------------------------------------------------------


async def test_every_door_stands_there_with_word_sign_and_reason(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    override(desk)
    desk.report("lock-office", "contact", "open")
    text = await page(guard, "/doors")
    for door in desk.site.doors:
        assert f'id="row-{door}"' in text
    assert text.count('<svg class="symbol is-') == len(desk.site.doors)
    for shown in (
        "<strong>Forced open</strong>, since 10:40",
        "Back office, door was opened while locked",
        '<a href="/alarms/1">Forced door</a>',
        "<strong>Overridden: locked</strong>",
        "until 11:10",
        "L. Korhonen, 10:40: Vahti",
        "<strong>Unlocked</strong>",
        "Opening hours until 18:00",
        "<strong>Opening without a door</strong>",
    ):
        assert shown in text
    ends = str((desk.clock.now() + timedelta(minutes=30)).timestamp())
    assert f'<span class="left" data-until="{ends}"></span>' in text  # the script counts down; without it there is the time of day


async def test_doors_are_filtered_by_zone(guard: httpx.AsyncClient) -> None:
    inside = await page(guard, "/doors?zone=internal&language=en")
    assert set(re.findall(r'id="row-([\w-]+)"', inside)) == {"room-1-back", "office-door"}
    assert '<a href="/doors?zone=internal" aria-current="true">' in inside
    assert (await guard.get("/doors?zone=moon")).status_code == 422


async def test_one_door_tells_all_claims_its_lease_and_its_last_command(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.book(("room-2", -5, 55))
    override(desk)
    text = await page(guard, DOOR)
    assert text.index("In force") < text.index("Overridden by L. Korhonen until 11:10: Vahti") < text.index("Outranked")
    assert text.index("Outranked") < text.index("Booked 10:35–11:35") < text.index("No booking, opening hours or release")
    assert "<strong>Locked</strong>, sent 10:40: done" in text
    assert "An unlock ends by itself within a minute when it is not renewed." in text
    desk.report("lock-room-2", "link", False)
    assert "Its controller does not answer." in await page(guard, DOOR)


async def test_a_door_that_does_not_exist_is_said_so(guard: httpx.AsyncClient) -> None:
    answer = await guard.get("/doors/nowhere?language=en")
    assert (answer.status_code, "There is no door of that name." in answer.text) == (404, True)


async def test_the_first_page_shows_what_holds_by_whom_and_since_when(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    assert "No fire alarm, evacuation or lockdown" in await page(guard, "/")
    begun = modes.begin(desk.site, desk.facts, desk.clock.now(), "lockdown", "zone:internal", "L. Korhonen", "guard", "Uhka")
    desk.happen(begun)
    text = await page(guard, "/")
    assert "Lockdown: internal zone" in text
    assert "Lockdown (internal zone) begun by L. Korhonen: Uhka · begun 10:40" in text


# --- what a role is offered -------------------------------------------------------------------------------------------

FORMS = {
    "release": f'action="/console{DOOR}/release"',
    "override-locked": f'action="/console{DOOR}/override"',
    "override-unlocked": 'name="value" value="unlocked"',
    "out-of-service": f'action="/console{DOOR}/out-of-service"',
    "lockdown": "/modes?begin=lockdown&amp;scope=door:room-2-front",
}


@pytest.mark.parametrize("role", sorted(READERS))
async def test_a_role_is_offered_what_it_may_and_told_whom_to_ask_for_the_rest(
    signed_in: SignedIn, desk: MemoryDesk, role: str
) -> None:
    from security.roles import MAY

    override(desk)
    async with signed_in(role) as client:
        text, doors, first = await page(client, DOOR), await page(client, "/doors"), await page(client, "/")
        for action, form in FORMS.items():
            assert (form in text) == (role in MAY[action]), (role, action)  # type: ignore[index]
        refused = sum(role not in MAY[action] for action in FORMS)  # type: ignore[index]
        explained = refused - (role not in MAY["override-locked"])  # one sentence says both of an override
        assert text.count("Your role may not do this. Ask: ") == explained
        assert (f'action="/console{DOOR}/override/end"' in doors) == (role in MAY["override-locked"])
        for mode in ("lockdown", "evacuation"):
            assert (f"/modes?begin={mode}" in first) == (role in MAY[mode])  # type: ignore[index]
            seen = await page(client, f"/modes?begin={mode}&language=en")
            assert ('action="/console/modes/begin"' in seen) == (role in MAY[mode])  # type: ignore[index]


@pytest.mark.parametrize("role", sorted(READERS))
async def test_a_role_is_offered_of_an_alarm_what_it_may(signed_in: SignedIn, desk: MemoryDesk, role: str) -> None:
    from security.roles import MAY

    desk.press("panic-room-1", "p-1")
    number = max(alarm.number for _, alarm in desk.facts.of(ALARM))
    async with signed_in(role) as client:
        for path in ("/", f"/?alarm={number}"):
            text = await page(client, path)
            assert (f'action="/console/alarms/{number}/acknowledge"' in text) == (role in MAY["acknowledge"])
            assert ("data-receipt" in text) == (role in MAY["acknowledge"]), "a receipt of others does not count"
        assert (f'action="/console/alarms/{number}/note"' in text) == (role in MAY["note"])
        desk.happen(alarms.acknowledge(desk.facts, desk.clock.now(), number, "M. Virtanen", None))
        assert (f'action="/console/alarms/{number}/claim"' in await page(client, "/")) == (role in MAY["claim"])
        text = await page(client, f"/alarms/{number}/resolve")
        assert (f'action="/console/alarms/{number}/resolve"' in text) == (role in MAY["resolve"])


@pytest.mark.parametrize("role", ["clerk", "auditor", "installer"])
async def test_a_form_that_a_role_was_never_offered_is_refused(signed_in: SignedIn, desk: MemoryDesk, role: str) -> None:
    override(desk)
    async with signed_in(role) as client:
        await client.get("/?language=en")
        before = len(desk.journal)
        for path, form in (
            (f"/console{DOOR}/release", {"minutes": "5", "reason": "x"}),
            (f"/console{DOOR}/override", {"minutes": "5", "reason": "x", "value": "locked"}),
            (f"/console{DOOR}/override/end", {}),
            ("/console/modes/begin", LOCKDOWN),
        ):
            answer = await client.post(path, data=form)
            assert (answer.status_code, "Your role may not do this." in answer.text) == (403, True)
    assert len(desk.journal) == before


# --- what its forms do ------------------------------------------------------------------------------------------------


async def test_the_forms_of_a_door_act_under_the_name_of_the_person(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    for what, form, family in (
        ("release", {"minutes": "5", "reason": "Siivous"}, RELEASE),
        ("override", {"minutes": "60", "reason": "Siivous", "value": "unlocked"}, OVERRIDE),
        ("out-of-service", {"minutes": "", "reason": "Rikki"}, OUT_OF_SERVICE),
    ):
        answer = await guard.post(f"/console{DOOR}/{what}", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, DOOR)
        held = desk.facts(family("room-2-front"))  # type: ignore[operator]
        assert (held.by, held.reason) == ("M. Virtanen", form["reason"])
        ended = await guard.post(f"/console{DOOR}/{what}/end", data={"back": "/doors"})
        assert (ended.status_code, ended.headers["location"]) == (303, "/doors")
        assert desk.facts(family("room-2-front")) is None  # type: ignore[operator]


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("release", {"minutes": "5", "reason": " "}),
        ("release", {"minutes": "-5", "reason": "x"}),
        ("override", {"minutes": "5", "reason": "x"}),
        ("override", {"minutes": "5", "reason": "x", "value": "ajar"}),
        ("override", {"minutes": "", "reason": "x", "value": "locked"}),
        ("out-of-service", {"minutes": "0", "reason": "x"}),
        ("out-of-service", {"minutes": "9" * 50, "reason": "x"}),
    ],
)
async def test_garbage_in_a_form_does_nothing(guard: httpx.AsyncClient, desk: MemoryDesk, what: str, form: dict[str, str]) -> None:
    before = len(desk.journal)
    assert (await guard.post(f"/console{DOOR}/{what}", data=form)).status_code == 422
    assert len(desk.journal) == before


async def test_a_refusal_comes_in_the_words_of_the_reader(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await guard.get("/?language=en")
    answer = await guard.post(f"/console{DOOR}/override", data={"minutes": "9000", "reason": "x", "value": "locked"})
    assert (answer.status_code, "A door can be overridden until 22:40 at most." in answer.text) == (409, True)
    assert f'href="{DOOR}"' in answer.text
    again = await guard.post(f"/console{DOOR}/release/end", headers={"Accept": "application/json"})
    assert (again.status_code, again.json()) == (409, {"detail": "Service room 2, door has not been released."})


async def test_what_people_write_is_shown_as_they_wrote_it(guard: httpx.AsyncClient) -> None:
    evil = "<script>alert('&')</script>"
    await guard.post(f"/console{DOOR}/override", data={"minutes": "30", "reason": evil, "value": "locked"})
    await guard.post("/console/modes/begin", data={**LOCKDOWN, "reason": evil})
    for path in ("/", "/doors", DOOR, "/modes", "/modes?begin=lockdown&scope=door:entrance"):
        text = await page(guard, path)
        assert evil not in text
        assert "&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;" in text
        assert "style=" not in text


# --- modes ------------------------------------------------------------------------------------------------------------


async def test_a_lockdown_shows_what_it_does_and_begins_only_when_confirmed(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    before = len(desk.journal)
    text = await page(guard, "/modes?begin=lockdown&scope=site&language=en")
    for shown in (
        "It has not begun yet.",
        "Doors that lock: 1",
        "Main entrance",
        "Doors that do not follow: 1",
        "it is an opening",
    ):
        assert shown in text
    assert len(desk.journal) == before
    answer = await guard.post("/console/modes/begin", data={**LOCKDOWN, "reason": "Uhka"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/modes")
    begun = desk.facts(MODE("lockdown", "site"))
    assert begun is not None
    assert (begun.by, begun.reason) == ("M. Virtanen", "Uhka")
    twice = await guard.post("/console/modes/begin", data=LOCKDOWN)
    assert (twice.status_code, "It holds already, begun by M. Virtanen" in twice.text) == (409, True)
    assert "It holds already, begun by M. Virtanen" in await page(guard, "/modes?begin=lockdown&language=en")


async def test_ending_a_lockdown_takes_two_forms_and_a_tick(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.happen(modes.begin(desk.site, desk.facts, desk.clock.now(), "lockdown", "site", "L. Korhonen", "guard"))
    first = await page(guard, "/modes")
    assert 'action="/console/modes/end-request"' in first
    assert 'action="/console/modes/end"' not in first
    assert (await guard.post("/console/modes/end", data={**LOCKDOWN, "sure": "yes"})).status_code == 409
    for _ in range(2):  # pressed twice: the first step stays the first step
        assert (await guard.post("/console/modes/end-request", data=LOCKDOWN)).status_code == 303
    second = await page(guard, "/modes")
    assert 'action="/console/modes/end-request"' not in second
    assert 'action="/console/modes/end"' in second
    assert "M. Virtanen has asked for its end. It can be confirmed until 10:41." in second
    assert (await guard.post("/console/modes/end", data=LOCKDOWN)).status_code == 422
    assert desk.facts(MODE("lockdown", "site")) is not None
    assert (await guard.post("/console/modes/end", data={**LOCKDOWN, "sure": "yes"})).status_code == 303
    assert desk.facts(MODE("lockdown", "site")) is None


async def test_the_end_of_fire_is_not_offered_while_the_input_says_fire(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.report("fire-panel", "fire", True)
    text = await page(guard, "/modes")
    assert "still says fire; end the alarm at the fire panel first." in text
    assert 'action="/console/modes/end"' not in text
    desk.report("fire-panel", "fire", False)
    assert 'action="/console/modes/end"' in await page(guard, "/modes")
    answer = await guard.post("/console/modes/end", data={"mode": "fire", "scope": "site", "sure": "yes"})
    assert (answer.status_code, desk.facts(MODE("fire", "site"))) == (303, None)


@pytest.mark.parametrize(
    "query", ["begin=fire", "begin=party", "begin=lockdown&scope=door:nowhere", "begin=evacuation&scope=zone:moon"]
)
async def test_a_page_of_a_mode_that_does_not_exist_is_refused(guard: httpx.AsyncClient, query: str) -> None:
    assert (await guard.get(f"/modes?{query}")).status_code in {404, 422}


async def test_an_auditor_sees_what_holds_and_is_offered_no_end(signed_in: SignedIn, desk: MemoryDesk) -> None:
    desk.happen(modes.begin(desk.site, desk.facts, desk.clock.now(), "lockdown", "site", "L. Korhonen", "guard"))
    async with signed_in("auditor") as client:
        text = await page(client, "/modes")
        assert "begun by L. Korhonen" in text
        assert "<form" not in text.split("<main")[1].split("</main>")[0]
        assert "Your role may not do this. Ask: guard, facility manager." in text
