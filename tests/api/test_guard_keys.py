"""What a guard does with keys, in dialogs and by ear: the scripts in a real browser, its time and sound card in our hands."""

import asyncio
import random
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Page, expect

from api.console.pages import STATIC
from security.alarms import ALARM
from security.consoles import SOUND_TEST
from security.modes import MODE
from tests.api.desk import MemoryDesk
from tests.api.guard_page import Sent, guard_app
from tests.api.serving import served
from tests.browser import OFFLINE_WITHIN_MS, Contexts, Opened, in_browser, is_live

pytestmark = in_browser

SOUND_CARD = """
window.tones = [];
window.card = { state: "running", afterResume: "running" };
const param = (values) => ({
  setValueAtTime: (value) => values.push(value),
  linearRampToValueAtTime: (value) => values.push(value),
});
window.AudioContext = class extends EventTarget {
  destination = {};
  get state() { return card.state; }
  get currentTime() { return performance.now() / 1000; }
  async resume() { card.state = card.afterResume; }
  createGain() { const levels = []; return { levels, gain: param(levels), connect: (node) => node }; }
  createOscillator() {
    const hz = [], tone = {};
    return {
      frequency: param(hz),
      connect: (gain) => { tone.level = Math.max(...gain.levels); return gain; },
      start: (at) => Object.assign(tone, { hz, at }),
      stop: (end) => tones.push([tone.hz[0], tone.hz.at(-1), Math.round((end - tone.at) * 1000), tone.at, tone.level]),
    };
  }
};
"""
"""Remembers every oscillator: from Hz, to Hz, ms, when it starts, how loud."""

CRITICAL = [(880, 880, 180), (660, 660, 180), (880, 880, 180)]
HIGH = [(660, 660, 180)] * 2
MEDIUM = [(520, 520, 250)]
SILENT = [(440, 440, 120)]
LOST = [(600, 300, 600)]
RETURNED = [(440, 660, 120)]
TEST = [(440, 440, 180), (520, 520, 180), (660, 660, 180), (880, 880, 180)]


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest_asyncio.fixture(loop_scope="session")
async def opened(contexts: Contexts, sent: Sent) -> AsyncIterator[Opened]:
    """Opens the page at a standstill of time."""
    context = await contexts()
    await context.add_init_script(SOUND_CARD)
    async with served(guard_app(sent), MemoryDesk()) as address:

        async def opened(path: str = "/?rows=true") -> Page:
            page = await context.new_page()
            await page.clock.install(time=0)
            await page.goto(address + path)
            await page.clock.pause_at(60_000)
            await page.evaluate("tones.length = 0")
            return page

        yield opened
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def at_work(contexts: Contexts, open_app: FastAPI, desk: MemoryDesk) -> AsyncIterator[tuple[Opened, MemoryDesk]]:
    """Opens the real console over a busy morning, in time as it goes by."""
    context = await contexts(viewport={"width": 1280, "height": 800})
    await context.add_init_script(SOUND_CARD)
    async with served(open_app, desk) as address:

        async def opened(path: str = "/?language=en") -> Page:
            page = await context.new_page()
            await page.goto(address + path)
            await is_live(page)
            return page

        yield opened, desk
        await context.close()


async def acted(page: Page) -> list[str]:
    """What keys and clicks did since last asked."""
    found: list[str] = await page.evaluate("acted.splice(0)")
    return found


async def patched(page: Page, script: str = "") -> None:
    await page.evaluate(f"() => {{ {script}; document.dispatchEvent(new CustomEvent('talonmies:patched')); }}")


async def ring(page: Page, number: int, sound: str, state: str = "active unacknowledged") -> None:
    """An alarm is on the list from now on, or stands there otherwise."""
    link = f'<a id="open-{number}" href="/?alarm={number}">{number}</a>'
    row = f'<li class="alarm {state}" id="alarm-{number}" data-sound="{sound}">{link}</li>'
    await patched(
        page, f"document.getElementById('alarm-{number}')?.remove(); document.getElementById('alarms').innerHTML += `{row}`"
    )


async def link(page: Page, offline: bool) -> None:
    await page.evaluate(
        """offline => {
          document.body.classList.toggle("offline", offline);
          document.dispatchEvent(new CustomEvent("talonmies:link", { detail: { offline } }));
        }""",
        offline,
    )


async def heard(page: Page, ms: int = 0) -> list[tuple[int, int, int]]:
    """The tones since last asked, after this time."""
    if ms:
        await page.clock.run_for(ms)
    tones: list[list[Any]] = await page.evaluate("tones.splice(0)")
    return [(tone[0], tone[1], tone[2]) for tone in tones]


async def state(page: Page) -> str:
    return str(await page.locator("#sound span").text_content())


# --- keys -------------------------------------------------------------------------------------------------------------


async def test_each_key_acts_on_what_carries_it(opened: Opened) -> None:
    page = await opened()
    await page.keyboard.press("k")
    assert await acted(page) == ["k", "/console/alarms/3/acknowledge"]
    await page.keyboard.press("O")
    assert await acted(page) == ["o", "/console/alarms/3/claim"]
    for key in "mt12":
        await page.keyboard.press(key)
        assert await acted(page) == [key]
    for key in ("s", "h", "p", "a", "v", "F9", "?"):
        await page.keyboard.press(key)
        await expect(page.locator("#dialog")).to_be_visible()
        assert await acted(page) == [key]
        await page.keyboard.press("Escape")
        await page.clock.run_for(500)


async def test_what_is_disabled_hidden_or_there_twice_has_no_key(opened: Opened) -> None:
    page = await opened()
    for key in ("x", "y", "w", "q", '"', "\\"):
        await page.keyboard.press(key)
    assert await acted(page) == []


async def test_a_note_is_begun_saved_and_left_with_keys(opened: Opened) -> None:
    page = await opened()
    note = page.get_by_label("Note")
    await page.keyboard.press("n")
    await expect(note).to_be_focused()
    await page.keyboard.type("kmt 1?")
    await expect(note).to_have_value("kmt 1?")
    await page.keyboard.press("Enter")
    assert await acted(page) == ["/console/alarms/3/note"]
    await page.keyboard.press("Escape")
    await expect(note).not_to_be_focused()
    await page.keyboard.press("1")
    assert await acted(page) == ["1"]


async def test_no_key_acts_from_fields_with_modifiers_or_while_it_is_held(opened: Opened) -> None:
    page = await opened()
    for label in ("Note", "Select", "Text"):
        await page.get_by_label(label).focus()
        for key in ("k", "F9", "1", "ArrowDown"):
            await page.keyboard.press(key)
    await page.locator("#keys-on").evaluate("node => document.activeElement.blur()")
    for modifier in ("Control", "Alt", "Meta"):
        await page.keyboard.press(f"{modifier}+k")
    assert await acted(page) == []
    await page.keyboard.down("k")
    for _ in range(3):
        await page.keyboard.down("k")
    await page.keyboard.up("k")
    assert await acted(page) == ["k", "/console/alarms/3/acknowledge"]
    assert await page.locator("#alarm-3").get_attribute("aria-current") == "true"


async def test_letters_are_turned_off_for_one_person_and_stay_so(opened: Opened) -> None:
    page = await opened()
    await page.locator("#menu").evaluate("node => { node.open = true }")
    await page.locator("#keys-on").uncheck()
    page = await opened()
    for key in ("k", "1", "?"):
        await page.keyboard.press(key)
    assert await acted(page) == []
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#alarm-2")).to_have_attribute("aria-current", "true")
    await page.keyboard.press("F9")
    await expect(page.locator("#dialog")).to_be_visible()
    other = await opened("/?rows=true&user=L.%20Korhonen")
    await other.keyboard.press("k")
    assert await acted(other) == ["k", "/console/alarms/3/acknowledge"]


async def test_nothing_is_acknowledged_that_has_just_moved_or_is_not_yet_shown(opened: Opened) -> None:
    page = await opened()
    await page.evaluate("document.body.dataset.settling = 'yes'")
    await page.keyboard.press("k")
    await page.keyboard.press("s")
    assert await acted(page) == []
    await page.keyboard.press("1")
    assert await acted(page) == ["1"]
    await page.evaluate("delete document.body.dataset.settling")
    await page.keyboard.press("ArrowDown")  # number 2 is chosen, and the page still shows what to do about number 3
    await page.keyboard.press("k")
    await page.keyboard.press("p")
    assert await acted(page) == []
    await page.keyboard.press("Home")
    await page.keyboard.press("k")
    assert await acted(page) == ["k", "/console/alarms/3/acknowledge"]


async def test_arrows_choose_and_leave_the_focus_where_it_is(opened: Opened) -> None:
    page = await opened()
    await page.locator("#override").focus()
    chosen = []
    for key in ("ArrowUp", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Home"):
        await page.keyboard.press(key)
        chosen.append(await page.locator("[aria-current=true]").get_attribute("id"))
    assert chosen == [f"alarm-{number}" for number in (3, 2, 1, 1, 2, 3)]
    await expect(page.locator("#override")).to_be_focused()
    await page.locator("#scrolls").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#alarm-3")).to_have_attribute("aria-current", "true")
    assert await acted(page) == []


# --- dialogs ----------------------------------------------------------------------------------------------------------


async def test_a_dialog_is_filled_in_sent_and_gives_the_focus_back(opened: Opened, sent: Sent) -> None:
    page = await opened()
    await page.keyboard.press("h")
    await expect(page.get_by_role("dialog", name="shelve")).to_be_visible()
    await expect(page.locator("#why")).to_be_focused()
    await page.keyboard.type("kk")  # the keys of the page behind do nothing
    await page.clock.run_for(500)
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#dialog")).to_be_hidden()
    assert sent.forms == [("shelve", "version=3&reason=kk")]
    await expect(page.locator("#shelve")).to_be_focused()
    assert await acted(page) == ["h"]


async def test_a_refusal_is_told_and_nothing_typed_is_lost(opened: Opened, sent: Sent) -> None:
    page = await opened()
    sent.refusal = (409, "L. Korhonen was first.")
    await page.locator("#resolve").click()
    await page.locator("#why").fill("All is well")
    await page.clock.run_for(500)
    await page.keyboard.press("Enter")
    await expect(page.locator("#dialog [role=alert]")).to_have_text("L. Korhonen was first.")
    await expect(page.locator("#why")).to_have_value("All is well")
    sent.refusal = None
    await page.keyboard.press("Enter")
    await expect(page.locator("#dialog")).to_be_hidden()
    assert len(sent.forms) == 2


async def test_a_dialog_goes_on_with_the_next_page(opened: Opened, sent: Sent) -> None:
    page = await opened()
    await page.keyboard.press("v")
    await expect(page.locator("#dialog h2")).to_have_text("First step")
    await page.clock.run_for(500)
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("#dialog h2")).to_have_text("Lockdown")
    assert sent.pages[-1] == "scope=site"
    await page.keyboard.press("Escape")
    await expect(page.locator("#override")).to_be_focused()
    await page.clock.run_for(500)
    await page.keyboard.press("a")
    await page.locator("#why").fill("Parcel")
    await page.clock.run_for(500)
    await page.keyboard.press("Enter")  # this form is answered with a page
    await expect(page.locator("#dialog h2")).to_have_text("Lockdown")
    assert sent.forms == [("release", "version=3&reason=Parcel")]


async def test_leaving_a_dialog_sends_nothing_and_finds_back_to_what_was_drawn_again(opened: Opened, sent: Sent) -> None:
    page = await opened()
    for leave in ("Escape", "Not now"):
        await page.keyboard.press("s")
        await page.locator("#why").fill("x")
        await page.locator("#transfer").evaluate("node => node.replaceWith(node.cloneNode(true))")
        await (page.keyboard.press(leave) if leave == "Escape" else page.get_by_role("button", name=leave).click())
        await expect(page.locator("#dialog")).to_be_hidden()
        await expect(page.locator("#transfer")).to_be_focused()
        await page.clock.run_for(500)
    await page.keyboard.press("?")
    await expect(page.locator("#why")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#menu summary")).to_be_focused()
    assert sent.forms == []


async def test_a_dialog_stays_when_the_end_of_the_one_before_is_told_late(opened: Opened) -> None:
    page = await opened()
    await page.keyboard.press("?")
    await expect(page.locator("#why")).to_be_visible()
    await page.evaluate(
        """async () => {
             const dialog = document.getElementById("dialog"), told = new Promise((done) => dialog.addEventListener("close", done));
             dialog.close();
             dialog.showModal(); // as when the next key is pressed at once
             await told;
           }"""
    )
    await expect(page.locator("#why")).to_be_visible()


async def test_a_page_without_a_dialog_is_gone_to(opened: Opened) -> None:
    for link_id in ("plain", "moved"):
        page = await opened()
        await page.locator(f"#{link_id}").click()
        await expect(page).to_have_title("Plain")


async def test_nothing_is_asked_or_sent_while_the_controller_is_away(opened: Opened, sent: Sent) -> None:
    page = await opened()
    await page.keyboard.press("h")
    await page.locator("#why").fill("Noise")
    await page.clock.run_for(500)
    await link(page, True)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Send").click()
    await page.keyboard.press("Escape")
    await page.keyboard.press("a")
    await expect(page.locator("#dialog")).to_be_hidden()
    await link(page, False)
    await page.context.set_offline(True)
    await page.keyboard.press("a")  # away, and the page does not know yet
    await expect(page.locator("#message")).to_have_text("No connection")
    assert sent.forms == []
    assert sent.pages == ["shelve"]


async def test_one_action_however_long_or_often_never_begins_a_lockdown(opened: Opened, sent: Sent) -> None:
    """Only one that is aimed at the button itself, after its dialog has been seen, does."""
    page = await opened()
    await page.locator("#lockdown").dblclick()
    await expect(page.locator("#h-preview")).to_be_visible()
    box = await page.locator(".grave").bounding_box()
    assert box is not None
    await page.mouse.dblclick(box["x"] + 5, box["y"] + 5)  # within the time in which nothing is pressed
    await page.locator("#dialog input").focus()
    await page.clock.run_for(500)
    for key in ("Enter", "F9", "k"):
        for _ in range(3):
            await page.keyboard.down(key)
        await page.keyboard.up(key)
    await page.locator(".grave").focus()
    await page.keyboard.down("Enter")  # once is deliberate
    await page.keyboard.up("Enter")
    await expect(page.locator("#dialog")).to_be_hidden()
    assert [name for name, _ in sent.forms] == ["lockdown"]


# --- sounds -----------------------------------------------------------------------------------------------------------


async def test_only_the_most_urgent_is_heard_and_again_and_louder(opened: Opened) -> None:
    page = await opened("/")
    await ring(page, 1, "medium")
    await ring(page, 2, "high")
    await ring(page, 3, "critical")
    assert await heard(page) == MEDIUM + HIGH + CRITICAL  # each is the most urgent when it comes
    assert await heard(page, 19_000) == CRITICAL * 4
    await page.clock.run_for(4_000)
    levels = await page.evaluate("tones.map(tone => tone[4])")
    assert levels == pytest.approx([0.3 * 10 ** (3 / 20)] * 3)
    await heard(page)
    await ring(page, 3, "critical", "active acknowledged")
    assert await heard(page, 19_000) == HIGH * 2
    await ring(page, 2, "high", "ended acknowledged")
    assert (await heard(page))[:1] == RETURNED


async def test_tones_follow_one_another_and_never_overlap(opened: Opened) -> None:
    page = await opened("/")
    await link(page, True)
    await ring(page, 1, "critical")
    tones = await page.evaluate("tones.map(([, , ms, at]) => [at, at + ms / 1000])")
    assert len(tones) == 4
    assert all(end < start for (_, end), (start, _) in pairwise(tones))
    assert tones[-1][1] - tones[0][0] < 1.7


async def test_a_medium_alarm_is_heard_twice_and_each_by_itself(opened: Opened) -> None:
    page = await opened("/")
    await ring(page, 1, "medium")
    assert await heard(page, 60_000) == MEDIUM
    await ring(page, 2, "medium")
    assert await heard(page, 200_000) == MEDIUM
    assert await heard(page, 60_000) == MEDIUM, "the first, after five minutes"
    assert await heard(page, 600_000) == MEDIUM, "the second; and then none"
    await ring(page, 4, "none")
    assert await heard(page, 20_000) == []


async def test_two_of_a_kind_repeat_as_one(opened: Opened) -> None:
    page = await opened("/")
    await ring(page, 1, "high")
    assert await heard(page, 5_000) == HIGH
    await ring(page, 2, "high")
    assert await heard(page, 9_000) == HIGH
    assert await heard(page, 10_000) == HIGH


async def test_silence_lasts_two_minutes_or_until_something_new(opened: Opened) -> None:
    page = await opened("/")
    await page.keyboard.press("m")
    assert await state(page) == "Not tested", "there is nothing to silence"
    await ring(page, 1, "high")
    await heard(page)
    await page.keyboard.press("m")
    assert await state(page) == "Silenced until 0:01"
    assert await heard(page, 119_000) == []
    assert await heard(page, 2_000) == HIGH
    assert await state(page) == "Not tested"
    await page.keyboard.press("m")
    await ring(page, 2, "medium")
    assert await heard(page) == HIGH, "with something new all is heard at once"
    await page.keyboard.press("m")
    await ring(page, 2, "medium", "active acknowledged")
    assert await heard(page, 20_000) == []
    await ring(page, 2, "high")
    assert await heard(page) == HIGH, "it came again"
    assert await page.locator(".unacknowledged").count() == 2, "silence acknowledges nothing"


async def test_a_new_alarm_in_a_group_is_heard_though_the_group_was_silenced(opened: Opened) -> None:
    page = await opened("/")
    await ring(page, 1, "high")
    await heard(page)
    await page.keyboard.press("m")
    await patched(page, "document.getElementById('alarm-1').dataset.newest = '7'")
    assert await heard(page) == HIGH


async def test_what_is_told_again_is_heard_once_more_each_time(opened: Opened) -> None:
    page = await opened("/")
    await ring(page, 1, "high")
    await ring(page, 1, "high", "active acknowledged")
    await heard(page, 20_000)
    for at in ("1", "2"):
        await patched(page, f"document.getElementById('alarm-1').dataset.reminded = '{at}'")
        assert await heard(page, 60_000) == HIGH


async def test_a_silent_alarm_is_heard_in_a_headset_and_nowhere_else(opened: Opened) -> None:
    page = await opened("/")
    await ring(page, 1, "silent")
    assert await heard(page, 30_000) == []
    await ring(page, 1, "silent", "ended acknowledged")
    assert await heard(page, 1_000) == [], "not even when it ends"
    await ring(page, 1, "silent")
    await page.locator("#menu").evaluate("node => { node.open = true }")
    await page.locator("#headset-on").check()
    assert await heard(page, 20_000) == SILENT * 2
    await ring(page, 2, "high")
    assert await heard(page, 10_000) == SILENT, "it is more urgent than a door"
    page = await opened("/")
    assert await page.locator("#headset-on").is_checked()


async def test_a_chime_says_what_has_cleared_and_nothing_of_what_was_put_away(opened: Opened) -> None:
    page = await opened("/")
    for number, how in ((1, "active acknowledged"), (2, "active acknowledged"), (3, "active unacknowledged")):
        await ring(page, number, "medium", how)
    await heard(page)
    await patched(page, "document.getElementById('alarm-1').remove(); document.getElementById('alarm-2').remove()")
    assert await heard(page, 5_000) == RETURNED, "once for both"
    await patched(page, "document.getElementById('alarm-3').remove()")
    assert await heard(page, 5_000) == []
    await ring(page, 4, "high", "active acknowledged")
    await ring(page, 4, "high", "ended unacknowledged")
    assert sorted(await heard(page)) == sorted(RETURNED + HIGH)


async def test_a_lost_link_is_heard_until_it_is_back(opened: Opened) -> None:
    page = await opened("/")
    await link(page, True)
    assert await heard(page) == LOST
    assert await heard(page, 60_000) == LOST * 2
    await page.keyboard.press("m")
    assert await heard(page, 60_000) == []
    await link(page, False)
    assert await heard(page, 60_000) == []
    await link(page, True)
    assert await heard(page) == LOST


async def test_a_browser_that_does_not_play_says_so_until_it_does(opened: Opened, sent: Sent) -> None:
    page = await opened("/")
    await page.evaluate("card.state = card.afterResume = 'suspended'")
    assert await heard(page, 5_000) == []
    assert await state(page) == "DOES NOT WORK"
    await ring(page, 1, "high")
    await page.locator("#sound").click()
    assert await state(page) == "DOES NOT WORK"
    assert await heard(page, 20_000) == []
    assert sent.forms == []
    await page.evaluate("card.afterResume = 'running'")
    await page.keyboard.press("t")
    await expect(page.locator("#sound span")).to_have_text("Tested 23:59")
    assert await heard(page) == TEST + HIGH, "and what it had not heard"
    assert sent.forms == [("sound-test", "")]
    await page.evaluate("card.state = 'interrupted'")
    await ring(page, 2, "high")
    assert await state(page) == "DOES NOT WORK", "at once with the alarm"


async def test_twelve_hours_leave_no_timers_behind_and_no_beats_out(opened: Opened) -> None:
    page = await opened("/")
    await ring(page, 1, "high")
    await heard(page)
    await page.clock.fast_forward(12 * 3600 * 1000)
    assert await heard(page, 30_000) in (HIGH * 3, HIGH * 4)


# --- on the console -----------------------------------------------------------------------------------------------------


async def test_an_alarm_is_chosen_acknowledged_and_resolved_with_keys_alone(at_work: tuple[Opened, MemoryDesk]) -> None:
    opened, desk = at_work
    page = await opened()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#alarm-1")).to_have_attribute("aria-current", "true")
    await expect(page.locator("#detail-1")).to_be_visible()
    await page.keyboard.press("Home")
    await expect(page.locator("#detail-3")).to_be_visible()
    await page.keyboard.press("k")
    await expect(page.locator("#alarm-3 .chip")).to_have_text("Acknowledged")
    assert desk.facts(ALARM("3")).owner == "demo"  # type: ignore[union-attr]
    await page.keyboard.press("n")
    await page.keyboard.type("All is well")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.locator("#detail-3 .log")).to_contain_text("All is well")
    await page.keyboard.press("p")
    await expect(page.get_by_role("dialog", name="Resolve")).to_be_visible()
    await page.keyboard.type("Pressed by mistake")
    await page.wait_for_timeout(500)  # nothing is pressed before it has been seen
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#dialog")).to_be_hidden()
    await expect(page.locator("#alarm-3")).to_have_count(0)
    assert desk.facts(ALARM("3")) is None


async def test_every_key_of_the_console_is_told_and_every_key_that_is_told_is_there(at_work: tuple[Opened, MemoryDesk]) -> None:
    opened, _ = at_work
    page = await opened()
    carried = set(await page.locator("[data-key]").evaluate_all("nodes => nodes.map(node => node.dataset.key.toUpperCase())"))
    await page.goto(page.url.replace("/?language=en", "/keys"))
    told = set(await page.locator(".keys kbd").all_text_contents())
    assert carried <= told
    assert {"K", "M", "N", "S", "A", "V", "F9", "T", "?"} <= carried


async def test_a_dialog_is_closed_with_a_click_and_sends_nothing_while_away(at_work: tuple[Opened, MemoryDesk]) -> None:
    opened, desk = at_work
    page = await opened()
    await page.keyboard.press("F9")
    await expect(page.get_by_role("dialog", name="Lockdown: whole building")).to_be_visible()
    desk.feed.end()
    await page.context.set_offline(True)
    await expect(page.locator("body")).to_have_class("offline", timeout=OFFLINE_WITHIN_MS)
    await expect(page.locator("#dialog .grave")).to_have_attribute("aria-disabled", "true")
    await page.locator("#dialog .grave").click(force=True)
    await page.get_by_role("link", name="Do not begin").click()
    await expect(page.locator("#dialog")).to_be_hidden()
    await expect(page.locator("#lockdown")).to_be_focused()
    assert desk.facts(MODE("lockdown", "site")) is None


async def test_the_test_of_the_sound_stands_in_the_log(at_work: tuple[Opened, MemoryDesk]) -> None:
    opened, desk = at_work
    page = await opened()
    await page.keyboard.press("t")
    await expect(page.locator("#sound span")).to_have_text("Sound on · tested 10:47")
    assert desk.facts(SOUND_TEST()).by == "demo"  # type: ignore[union-attr]
    await page.reload()
    await expect(page.locator("#sound span")).to_have_text("Sound on · tested 10:47")
    for language, until in (("fi", "10.49"), ("sv", "10.49")):
        await page.goto(page.url.replace("language=en", f"language={language}"))
        await page.keyboard.press("m")
        await expect(page.locator("#sound span")).to_contain_text(until)


async def test_a_thousand_keys_and_clicks_begin_no_lockdown(at_work: tuple[Opened, MemoryDesk]) -> None:
    """Anything but pressing the button of the lockdown itself, in any order."""
    opened, desk = at_work
    page = await opened()
    await page.evaluate(
        """() => {
          navigation.addEventListener("navigate", (event) => { if (!event.destination.sameDocument) event.preventDefault(); });
          document.addEventListener("click", (event) => {
            const isAimed = event.detail > 0 || document.activeElement === event.target;
            if (event.target.matches("button.grave") && isAimed) event.preventDefault();
          }, true);
        }"""
    )
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    chance = random.Random(15)
    keys = [*"komnshpavt12?", "F9", "F9", "Enter", "Space", "Tab", "Escape", "ArrowUp", "ArrowDown", "Home"]
    for _ in range(100):
        await asyncio.gather(*(page.keyboard.press(chance.choice(keys)) for _ in range(9)))
        await page.mouse.click(chance.randrange(1280), chance.randrange(800), click_count=chance.choice((1, 2)))
    assert any("begin=lockdown" in url for url in seen)
    assert desk.facts(MODE("lockdown", "site")) is None


@pytest.mark.parametrize("name", ["attend.js", "guard.js", "sounds.js"])
async def test_each_script_is_small(name: str) -> None:
    assert (STATIC / name).stat().st_size <= 9 * 1024
