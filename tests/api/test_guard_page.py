"""The guard console as it is drawn: which alarm it shows in full, what may be done with it, and what is off the list."""

import re
from datetime import timedelta

import httpx
import pytest

from api.console.guard_sections import TOP, chosen_list
from security.alarms import ALARM, open_alarms
from security.consoles import SOUND_TEST
from security.quiet import SHELF
from tests.api.conftest import ORIGIN, TOKENS, client_of
from tests.api.desk import MemoryDesk, busy_desk, make_busy, the_site

EN = "?language=en"


async def page(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


async def test_the_most_urgent_alarm_is_shown_in_full_until_somebody_chooses(guard: httpx.AsyncClient) -> None:
    text = await page(guard, f"/{EN}")
    assert f'id="{TOP}"' in text
    assert 'id="detail-3"' in text
    assert "Do not go alone." in text
    chosen = await page(guard, "/?alarm=1")
    assert (f'id="{chosen_list(1)}"' in chosen, 'id="detail-1"' in chosen, 'id="detail-3"' in chosen) == (True, True, False)


@pytest.mark.parametrize("asked", ["99", "0", "-1", "9" * 30])
async def test_an_alarm_that_is_not_open_is_not_chosen(guard: httpx.AsyncClient, asked: str) -> None:
    assert 'id="detail-3"' in await page(guard, f"/?alarm={asked}")


async def test_what_somebody_works_on_is_what_they_find_again(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await guard.post("/console/alarms/2/acknowledge", data={"version": "1"})
    desk.press("panic-room-1", "p-2")
    assert 'id="detail-2"' in await page(guard, "/")


async def test_several_of_one_cause_are_one_row_and_are_acknowledged_as_they_were_seen(
    guard: httpx.AsyncClient, desk: MemoryDesk
) -> None:
    for lock in ("lock-room-1", "lock-room-1-back", "lock-room-2", "lock-office"):
        desk.report(lock, "tamper", True)
    text = await page(guard, f"/{EN}")
    (group,) = re.findall(r'<li class="alarm group.*?</form>', text)
    seen = re.findall(r'name="seen" value="([0-9:]+)"', group)
    assert len(seen) == 4
    assert f"Acknowledge these {len(seen)} and take care of them" in group
    desk.report("lock-room-2", "tamper", False)  # one has changed since it was seen
    answer = await guard.post("/console/alarms/acknowledge", data={"seen": seen})
    assert (answer.status_code, "Changed since you saw them: 1." in answer.text) == (409, True)
    state = {alarm.subject: alarm.owner for alarm in open_alarms(desk.facts) if alarm.subject.startswith("lock-room")}
    assert state == {"lock-room-1": "M. Virtanen", "lock-room-1-back": "M. Virtanen", "lock-room-2": None}


@pytest.mark.parametrize("seen", ["", "3", "3:x", "x:1", "3:1:1", "9" * 40 + ":1"])
async def test_a_form_of_a_group_that_no_page_made_is_refused(guard: httpx.AsyncClient, desk: MemoryDesk, seen: str) -> None:
    answer = await guard.post("/console/alarms/acknowledge", data={"seen": [seen]})
    assert answer.status_code in (409, 422)
    assert desk.facts(ALARM("3")).acknowledged_at is None  # type: ignore[union-attr]


async def test_only_an_acknowledged_alarm_is_offered_to_be_handed_over(guard: httpx.AsyncClient) -> None:
    """Its escalation stops with that, and whoever is named is told by nobody."""
    form, why = "Who takes care of it from now on", "once it is handed over, it turns to nobody else by itself"
    before = await page(guard, f"/alarms/2/transfer{EN}")
    assert (form in before, why in before) == (False, True)
    await guard.post("/console/alarms/2/acknowledge", data={"version": "1"})
    after = await page(guard, f"/alarms/2/transfer{EN}")
    assert (form in after, why in after) == (True, False)


async def test_handing_on_shelving_and_taking_back_by_forms(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    answer = await guard.post("/console/alarms/2/transfer", data={"version": "1", "to": "L. Korhonen"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?alarm=2")
    assert desk.facts(ALARM("2")).owner == "L. Korhonen"  # type: ignore[union-attr]
    old = await guard.post("/console/alarms/2/shelve", data={"version": "1", "minutes": "15", "reason": "Huolto"})
    assert old.status_code == 409
    await guard.post("/console/alarms/2/shelve", data={"version": "2", "minutes": "15", "reason": "Huolto"})
    assert desk.facts(SHELF("tamper", "masking-lobby")) is not None
    assert "alarm-2" not in await page(guard, f"/{EN}")
    assert "Shelved 1" in await page(guard, "/")
    off = await page(guard, "/quiet")
    assert "M. Virtanen, 10:47: Huolto" in off
    await guard.post("/console/unshelve", data={"kind": "tamper", "subject": "masking-lobby"})
    assert 'id="alarm-2"' in await page(guard, "/")
    twice = await guard.post("/console/unshelve", data={"kind": "tamper", "subject": "masking-lobby"})
    assert (twice.status_code, "This alarm is not shelved." in twice.text) == (409, True)


async def test_a_panic_says_why_it_is_neither_shelved_nor_resolved_yet(guard: httpx.AsyncClient) -> None:
    text = await page(guard, f"/?alarm=3{EN.replace('?', '&')}")
    assert "This alarm cannot be shelved. Resolve it when it has been acknowledged." in text
    assert 'id="shelve-3"' not in text
    assert 'id="resolve-3"' not in text
    assert "Acknowledge the alarm first." in await page(guard, "/alarms/3/resolve")
    assert "This alarm cannot be shelved." in await page(guard, "/alarms/3/shelve")


async def test_the_sound_test_of_the_shift_is_in_the_log_and_on_the_page(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    assert (await guard.post("/console/sound-test", headers={"Accept": "application/json"})).status_code == 204
    assert desk.facts(SOUND_TEST()).by == "M. Virtanen"  # type: ignore[union-attr]
    assert 'data-tested="10:47"' in await page(guard, f"/{EN}")


async def test_a_silent_alarm_looks_like_no_great_matter() -> None:
    panic = {"security": {"panic": [{"spaces": ["desk-3"], "silent": True, "locks": ["room-2-front"]}]}}
    site = the_site()
    security = type(site.security).model_validate(panic["security"])
    desk = MemoryDesk(site=site.model_copy(update={"security": security}))
    make_busy(desk)
    from api.app import create_app

    async with client_of(create_app(desk, tokens=TOKENS, signed_in=True), Accept="text/html", Origin=ORIGIN) as client:
        text = await page(client, "/")
        assert re.search(r'<li class="alarm level-1 active unacknowledged discreet" id="alarm-3"[^>]* data-sound="silent"', text)
        assert re.search(r'<article class="detail level-1 discreet"', text)
        assert re.search(r'<header class="band active unacknowledged discreet"', text)
        assert "discreet" in re.findall(r'<g id="at-3" class="([^"]+)"', text)[0]
        desk.press("panic-room-1", "p-2")
        assert 'class="alarm level-1 active unacknowledged" id="alarm-4"' in await page(client, "/")


async def test_what_holds_in_the_building_stands_below(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    assert "<strong>The building:</strong> open until 18:00" in await page(guard, f"/{EN}")
    desk.wait(timedelta(hours=8))
    assert "<strong>The building:</strong> closed, opens Mon 23 Nov 7:30" in await page(guard, "/")


def test_every_open_alarm_that_has_a_place_has_a_sign_on_the_plan() -> None:
    from api.console.pages import Pages
    from api.console.plan_marks import marks_list, plan_list
    from api.readers import Readers
    from api.sessions import View

    desk = busy_desk()
    board = Pages(desk, Readers(desk.site), lambda: 0.0, None).board("fi", View("guard"), (plan_list("1"), marks_list("1")))
    drawn = re.findall(r'<g id="at-(\d+)"', board.html(marks_list("1")))
    assert drawn == ["1", "2", "3"], "the most urgent lies on top"
    assert len(re.findall(r'<g id="sign-', board.html(plan_list("1")))) == len(desk.site.doors)


async def test_what_nobody_has_seen_is_in_the_list_however_many_others_there_are(
    guard: httpx.AsyncClient, desk: MemoryDesk
) -> None:
    from api.console.guard_sections import MOST_ROWS
    from security.alarms import acknowledge

    for number in range(MOST_ROWS + 5):
        desk.press("panic-room-1", f"q-{number}")
        newest = max(alarm.number for alarm in open_alarms(desk.facts))
        desk.happen(acknowledge(desk.facts, desk.clock.t, newest, "L. Korhonen", 1))
    text = await page(guard, "/")
    assert all(f'id="alarm-{number}"' in text for number in (1, 2, 3))
    assert text.count('<li class="alarm') == MOST_ROWS
    assert "<dd>8</dd>" in text  # those that have no room
