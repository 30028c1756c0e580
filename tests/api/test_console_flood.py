"""A flood of alarms on the guard console: 200 in ten seconds, in groups, counted, and a panic first among them."""

import asyncio
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from edge.site import Site
from security.alarms import Alarm, open_alarms
from tests.api.consoles import caught_up, consoles_over, marks, numbers_of, rows, settled
from tests.api.desk import MemoryDesk

pytestmark = marks

ROOMS = 67
MOST_NODES = 1500
FLOODED_WITHIN_MS = 20_000


@cache
def large_site() -> Site:
    numbers = range(1, ROOMS + 1)
    return Site.model_validate(
        {
            "site": {"id": "large", "name": "Talo", "language": "fi"},
            "spaces": {"lobby": {"zone": "public", "kind": "lobby"}, **{f"r{n}": _room(n) for n in numbers}},
            "doors": {f"d{n}": _door(n) for n in numbers},
            "connections": {"broker": {"protocol": "mqtt"}},
            "devices": {
                **{f"lock{n}": {"type": "door-controller", "connection": "broker", "door": f"d{n}"} for n in numbers},
                **{f"mask{n}": {"type": "masking-unit", "connection": "broker", "space": f"r{n}"} for n in numbers},
                **{f"panic{n}": {"type": "panic-button", "connection": "broker", "space": f"r{n}"} for n in numbers},
            },
        }
    )


def _room(number: int) -> dict[str, Any]:
    return {"zone": "semi-public", "kind": "meeting-room", "name": f"Huone {number}"}


def _door(number: int) -> dict[str, Any]:
    return {"from": "lobby", "to": f"r{number}", "name": f"Ovi {number}", "back": "credential"}


def large_desk() -> MemoryDesk:
    desk = MemoryDesk(site=large_site())
    desk.everything_reports()
    return desk


def flood(desk: MemoryDesk, number: int) -> None:
    """The alarm of this number: doors forced, covers opened, the same buttons and units in turn."""
    room = number // 3 + 1
    match number % 3:
        case 0:
            desk.report(f"lock{room}", "contact", "open")
        case 1:
            desk.report(f"mask{room}", "tamper", True)
        case _:
            desk.report(f"panic{room}", "tamper", True)


def alarms_of(desk: MemoryDesk) -> dict[int, Alarm]:
    return {alarm.number: alarm for alarm in open_alarms(desk.facts)}


async def test_two_hundred_alarms_hide_no_panic_and_are_all_counted(browser: Browser) -> None:
    desk = large_desk()
    async with consoles_over(browser, desk) as consoles:
        page = await consoles.opened(viewport={"width": 1280, "height": 800})
        for number in range(200):
            desk.wait(timedelta(milliseconds=50))
            flood(desk, number)
            if number == 100:
                desk.press("panic33", "amid")
                panic = max(alarms_of(desk))
                await expect(page.locator(f"#alarm-{panic}")).to_be_in_viewport(timeout=FLOODED_WITHIN_MS)
            await asyncio.sleep(0.005)
        assert len(alarms_of(desk)) == 201
        await expect(page.locator("#counts")).to_have_attribute("data-title", "(201) Alarm – Talo", timeout=FLOODED_WITHIN_MS)
        await expect(page.locator(f"#alarm-{panic}")).to_be_in_viewport()
        shown = await rows(page)
        assert shown[0] == f"alarm-{panic}"
        assert [row.partition("-")[0] for row in shown[1:]] == ["group"] * (len(shown) - 1)
        assert len(shown) <= 4, "alarms of one type within a minute stand together"
        told = await page.locator("#alarms .group h3").all_text_contents()
        assert sorted(int(text.split(": ")[1].split()[0]) for text in told) in ([67, 133], [66, 67, 67], [67, 134], [66, 134])
        await expect(page.locator(".detail")).to_have_attribute("id", f"detail-{panic}")
        await page.keyboard.press("k")
        await expect(page.locator(f"#alarm-{panic} .chip")).to_have_text("Acknowledged")
        assert alarms_of(desk)[panic].owner == "M. Virtanen"
        assert [alarm.number for alarm in alarms_of(desk).values() if alarm.acknowledged_at is not None] == [panic]
        assert await page.evaluate("document.querySelectorAll('*').length") <= MOST_NODES


async def test_a_group_acknowledges_those_that_were_seen_and_no_others(browser: Browser) -> None:
    desk = large_desk()
    async with consoles_over(browser, desk) as consoles:
        page = await consoles.opened()

        def covers() -> None:
            for room in range(1, 6):
                desk.report(f"mask{room}", "tamper", True)

        await caught_up(page, covers)
        seen = sorted(alarms_of(desk))
        button = page.locator(".group form button")
        await expect(button).to_contain_text("5")
        arrived, go_on = asyncio.Event(), asyncio.Event()

        async def hold(route: Any) -> None:
            arrived.set()
            await go_on.wait()
            await route.continue_()

        await page.route("**/console/alarms/acknowledge", hold)
        await settled(page)
        await button.click()
        await arrived.wait()
        # While the request is on its way, two more come, and one of those that were seen is over.
        desk.report("mask6", "tamper", True)
        desk.report("mask7", "tamper", True)
        desk.report("mask1", "tamper", False)
        go_on.set()
        await expect(page.locator("#message")).to_have_text("Changed since you saw them: 1. Look at them again.")
        found = alarms_of(desk)
        assert sorted(number for number, alarm in found.items() if alarm.acknowledged_at is not None) == seen[1:]
        assert {found[number].owner for number in seen[1:]} == {"M. Virtanen"}
        await expect(page.locator(".group .state").first).to_contain_text("3 / 7")


async def test_fifty_rows_are_few_nodes_and_what_does_not_fit_is_counted(browser: Browser) -> None:
    desk = large_desk()
    async with consoles_over(browser, desk) as consoles:
        page = await consoles.opened(viewport={"width": 1920, "height": 1080})
        for number in range(60):
            desk.wait(timedelta(seconds=1))
            desk.press(f"panic{number + 1}", f"p-{number}")
        await expect(page.locator("#counts")).to_have_attribute("data-title", "(60) Alarm – Talo", timeout=FLOODED_WITHIN_MS)
        shown = numbers_of(await rows(page))
        assert shown == sorted(alarms_of(desk), reverse=True)[:50], "the newest panic first"
        await expect(page.locator("#summary")).to_contain_text("10")
        assert await page.evaluate("document.querySelectorAll('*').length") <= MOST_NODES
        chosen = page.locator(".detail")
        await expect(chosen).to_have_attribute("id", f"detail-{shown[0]}")
        await settled(page)
        for next_one in shown[1:11]:
            await page.keyboard.press("ArrowDown")
            await expect(chosen).to_have_attribute("id", f"detail-{next_one}")


@pytest.mark.parametrize("room", [1])
async def test_the_same_words_name_an_alarm_everywhere(browser: Browser, room: int) -> None:
    desk = large_desk()
    async with consoles_over(browser, desk) as consoles:
        page = await consoles.opened()
        await caught_up(page, lambda: desk.press(f"panic{room}", "p"))
        row, detail, mark = page.locator("#alarm-1"), page.locator("#detail-1"), page.locator("#at-1")
        name, place = await row.locator("h3").inner_text(), await row.locator(".where").inner_text()
        assert (name, place) == ("Panic button", f"Huone {room}")
        await expect(detail.locator("h2")).to_have_text(name)
        await expect(detail.locator(".where")).to_contain_text(place)
        assert name in (await mark.text_content() or "")
        assert place in (await mark.text_content() or "")
        answer = await page.evaluate("fetch('/api/v1/alarms?language=en').then((answer) => answer.json())")
        assert (answer["alarms"][0]["name"], answer["alarms"][0]["place"]) == (name, place)
        past = await page.context.new_page()
        await past.goto(f"{consoles.address}/alarms?language=en")
        await expect(past.locator("main")).to_contain_text(name)
        await expect(past.locator("main")).to_contain_text(place)
