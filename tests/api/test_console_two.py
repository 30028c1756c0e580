"""Two guards at two consoles, and one whose hands are full: one acts and the other is told, and nothing moves under a hand."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from security import alarms
from security.alarms import ALARM, open_alarms
from tests.api.consoles import Consoles, caught_up, consoles_over, marks, rows, settled
from tests.api.desk import MemoryDesk

pytestmark = marks

FIRST, SECOND = "M. Virtanen", "L. Korhonen"
UPDATES = 200


@pytest_asyncio.fixture(loop_scope="session")
async def consoles(browser: Browser, app: FastAPI, desk: MemoryDesk) -> AsyncIterator[Consoles]:
    """Three alarms: a panic, a cover that was opened, a door held open."""
    async with consoles_over(browser, desk, app) as consoles:
        yield consoles


class Held:
    """Keeps requests of some pages on their way until `together` of them are there, or somebody lets them go."""

    def __init__(self, together: int) -> None:
        self.all_there = asyncio.Barrier(together)

    async def __call__(self, route: Any) -> None:
        await self.all_there.wait()
        await route.continue_()


async def told(page: Page) -> str:
    message = page.locator("#message")
    await expect(message).not_to_be_empty()
    return (await message.text_content() or "").strip()


async def test_of_two_who_acknowledge_at_once_one_wins_and_the_other_reads_who(consoles: Consoles) -> None:
    pages = {name: await consoles.opened(name) for name in (FIRST, SECOND)}
    held = Held(2)
    for page in pages.values():
        await page.route("**/console/alarms/3/acknowledge", held)
        await expect(page.locator("#acknowledge-3")).to_be_visible()
    await asyncio.gather(*(page.keyboard.press("k") for page in pages.values()))
    for page in pages.values():
        await expect(page.locator("#alarm-3 .chip")).to_have_text("Acknowledged")
    alarm = consoles.desk.facts(ALARM("3"))
    assert alarm is not None
    assert alarm.owner == alarm.acknowledged_by
    (winner,) = (name for name in pages if name == alarm.owner)
    (loser,) = (name for name in pages if name != alarm.owner)
    assert await told(pages[loser]) == f"{winner} has already acknowledged this alarm."
    await expect(pages[winner].locator("#message")).to_be_empty()
    assert [event.by for event in consoles.desk.journal if event.kind == "alarm-acknowledged"] == [winner]  # type: ignore[attr-defined]
    for page in pages.values():
        await expect(page.locator("#detail-3 > .state")).to_contain_text(f"taken care of by {winner}")


async def test_what_changed_since_it_was_seen_is_not_acknowledged(consoles: Consoles) -> None:
    page, desk = await consoles.opened(path="/?language=en&alarm=1"), consoles.desk
    held = Held(2)
    await page.route("**/console/alarms/1/acknowledge", held)
    await page.keyboard.press("k")
    before = desk.facts(ALARM("1"))
    desk.report("lock-wedding", "contact", "closed")
    assert before is not None
    assert desk.facts(ALARM("1")) != before
    await held.all_there.wait()
    assert "changed" in await told(page)
    found = desk.facts(ALARM("1"))
    assert found is not None
    assert found.acknowledged_at is None
    await expect(page.locator("#detail-1 .chip")).to_have_text("Ended – unacknowledged")
    await page.unroute("**/console/alarms/1/acknowledge")
    await page.keyboard.press("k")
    await expect(page.locator("#alarm-1")).to_have_count(0)  # over, and seen


async def test_what_is_resolved_does_not_come_back(consoles: Consoles) -> None:
    pages = [await consoles.opened(name) for name in (FIRST, SECOND)]
    desk, held = consoles.desk, Held(2)
    await pages[0].route("**/console/alarms/3/acknowledge", held)
    await pages[0].keyboard.press("k")
    await desk.act(lambda facts, at: alarms.acknowledge(facts, at, 3, SECOND, None))
    await desk.act(lambda facts, at: alarms.resolve(facts, at, 3, SECOND, "it was a child", None))
    await held.all_there.wait()
    assert await told(pages[0]) == "This alarm is no longer open."
    for page in pages:
        await expect(page.locator("#alarm-3")).to_have_count(0)
        await expect(page.locator("#at-3")).to_have_count(0)
        await expect(page.locator(".detail")).to_have_attribute("id", "detail-2")
    assert desk.facts(ALARM("3")) is None
    await caught_up(pages[0], lambda: desk.press("panic-desk-3", "again"))
    assert "alarm-3" not in await rows(pages[0])
    assert (await rows(pages[0]))[0] == "alarm-4", "a press after it is another alarm"


async def test_what_one_writes_the_other_reads(consoles: Consoles) -> None:
    first, second = await consoles.opened(FIRST), await consoles.opened(SECOND)
    await first.keyboard.press("n")
    await first.keyboard.type("Asiakas <rauhoittui> & istuu")
    await first.keyboard.press("Enter")
    await expect(second.locator("#detail-3 .log")).to_contain_text(f"{FIRST} Asiakas <rauhoittui> & istuu")
    await second.keyboard.press("k")
    await expect(first.locator("#detail-3 .log")).to_contain_text(SECOND)
    await expect(first.locator("#alarm-3 .state")).to_contain_text(f"taken care of by {SECOND}")


# --- under somebody's hands -------------------------------------------------------------------------------------------


async def test_nothing_changes_under_the_hands_of_somebody_who_works_on_an_alarm(consoles: Consoles) -> None:
    page, desk = await consoles.opened(), consoles.desk
    await page.locator("#open-2").click()
    await expect(page.locator(".detail")).to_have_attribute("id", "detail-2")
    desk.press("panic-room-1", "more urgent")
    await expect(page.locator("#alarms > li").first).to_have_attribute("id", "alarm-4")
    await expect(page.locator("#alarm-4")).to_be_in_viewport()
    await expect(page.locator(".detail")).to_have_attribute("id", "detail-2")
    await expect(page.locator("#alarms [aria-current]")).to_have_attribute("id", "alarm-2")


async def test_whoever_took_care_of_an_alarm_keeps_it_before_them(consoles: Consoles) -> None:
    page, desk = await consoles.opened(), consoles.desk
    await page.keyboard.press("k")
    await expect(page.locator("#alarm-3 .chip")).to_have_text("Acknowledged")
    desk.press("panic-room-1", "another")
    await expect(page.locator("#alarms > li").first).to_have_attribute("id", "alarm-4")
    await expect(page.locator(".detail")).to_have_attribute("id", "detail-3")


async def test_to_somebody_who_works_on_none_the_most_urgent_is_shown_at_once(consoles: Consoles) -> None:
    page, desk = await consoles.opened(), consoles.desk
    await expect(page.locator(".detail")).to_have_attribute("id", "detail-3")
    desk.press("panic-room-1", "newer")
    await expect(page.locator(".detail")).to_have_attribute("id", "detail-4")
    await expect(page.locator("#alarms [aria-current]")).to_have_attribute("id", "alarm-4")


async def test_focus_and_a_half_written_note_survive_everything_that_happens(consoles: Consoles) -> None:
    page, desk = await consoles.opened(), consoles.desk
    chance, note = random.Random(20261122), page.locator("#text-3")
    written = "Asiakas istuu aulassa ja odo"
    await note.fill(written)
    await note.evaluate("field => field.setSelectionRange(3, 7)")
    for number in range(UPDATES):
        await _something(desk, chance, number)
        if number % 20 == 19:
            await _all_shown(page, desk)
        state = await page.evaluate(
            "[document.activeElement.id, document.activeElement.value, document.activeElement.selectionStart]"
        )
        assert state == ["text-3", written, 3], f"after {number} updates"
    await _all_shown(page, desk)
    # Whoever looks elsewhere for a moment finds the note as it was, though the alarm has changed meanwhile.
    await note.press("Escape")
    await expect(page.locator("#detail-3 .log")).to_contain_text(f"note {UPDATES - UPDATES % 7}")
    await expect(note).to_have_value(written)
    await settled(page)
    await page.keyboard.press("n")
    await expect(note).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#detail-3 .log")).to_contain_text(written)
    await expect(note).to_have_value("")


async def test_focus_on_a_row_survives_everything_that_happens_around_it(consoles: Consoles) -> None:
    page, desk = await consoles.opened(), consoles.desk
    chance = random.Random(7)
    await page.locator("#open-2").focus()
    for number in range(UPDATES // 4):
        await _something(desk, chance, number)
        assert await page.evaluate("document.activeElement.id") == "open-2", f"after {number} updates"
    await _all_shown(page, desk)
    assert await page.evaluate("document.activeElement.id") == "open-2"


async def _something(desk: MemoryDesk, chance: random.Random, number: int) -> None:
    """Happens to other alarms, to doors, to the alarm that is shown; at times several at once."""
    others = [alarm.number for alarm in open_alarms(desk.facts) if alarm.number not in (2, 3)]
    deeds: list[Callable[[], object]] = [
        lambda: desk.press("panic-room-1", f"s-{number}"),
        lambda: desk.report("lock-wedding", "contact", chance.choice(["open", "closed"])),
        lambda: desk.report("lock-room-2", "lock", chance.choice(["locked", "unlocked"])),
        lambda: desk.report("occ-room-1", "present", chance.choice([True, False])),
        lambda: desk.wait(timedelta(seconds=chance.randrange(40))),
    ]
    for deed in chance.choices(deeds, k=chance.choice((1, 1, 3))):
        deed()
    if number % 7 == 0:
        await desk.act(lambda facts, at: alarms.note(facts, at, 3, SECOND, f"note {number}"))
    if others and chance.random() < 0.6:
        one = chance.choice(others)
        await desk.act(lambda facts, at: alarms.acknowledge(facts, at, one, SECOND, None)) if _waits(desk, one) else None
        if (alarm := desk.facts(ALARM(str(one)))) is not None and alarm.type == "panic":
            await desk.act(lambda facts, at: alarms.resolve(facts, at, one, SECOND, "over", None))
    await asyncio.sleep(chance.choice((0.0, 0.02)))


def _waits(desk: MemoryDesk, number: int) -> bool:
    alarm = desk.facts(ALARM(str(number)))
    return alarm is not None and alarm.acknowledged_at is None


async def _all_shown(page: Page, desk: MemoryDesk) -> None:
    """The page has caught up with the desk."""
    wanted = sorted(f"open-{alarm.number}" for alarm in open_alarms(desk.facts))
    here = "[...document.querySelectorAll('#alarms a[id^=open-]')].map((link) => link.id).sort().join()"
    await page.wait_for_function(f"wanted => {here} === wanted", arg=",".join(sorted(wanted)))
