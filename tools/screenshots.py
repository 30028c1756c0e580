"""Draws the pictures of README and docs anew: `make screenshots`.

The building is the example of Joensuu on one Monday, under the real controller, with devices that obey and a clock that stands
still. So the pictures change only when the pages do.
"""

import asyncio
import random
import shutil
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.async_api import Browser, Page, async_playwright  # noqa: E402

from api.app import create_app  # noqa: E402
from api.tokens import Tokens  # noqa: E402
from edge.demo.bookings import bookings_around  # noqa: E402
from edge.demo.staging import EXAMPLE  # noqa: E402
from edge.site.load import read_site  # noqa: E402
from rooms import ceremonies_desk  # noqa: E402
from rooms.bookings import BookingsRead  # noqa: E402
from rooms.ceremonies import CEREMONIES  # noqa: E402
from rooms.stays import OfficialCame  # noqa: E402
from rooms.understanding import understand  # noqa: E402
from security import alarms, walk_tests  # noqa: E402
from security.consoles import SoundTested  # noqa: E402
from tests.api.desk import HandClock, MemoryDesk  # noqa: E402
from tests.api.serving import served  # noqa: E402
from tests.builders import booking, local  # noqa: E402

FOLDER = ROOT / "docs" / "images"
MORNING = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)
"""A Monday, 10.40 in Helsinki."""
FRIDAY = "2026-11-27"
CALENDAR = "room-calendar"
GUARD, BEFORE, HOST, TOKEN = "M. Virtanen", "A. Nieminen", "Elli Laine", "the-token-of-the-pictures"
FLAGS = ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"]
COLOURS = 256
MOST_BYTES = 200_000
HOLD = """node => { node.textContent = node.dataset.online;
  Object.defineProperty(node, "textContent", { set() {}, configurable: true }); }"""
NOTICED_WITHIN_MS = 10_000


class Building(MemoryDesk):
    """Joensuu, with its calendar as it would be in a demo that begins at that moment."""

    def __init__(self, at: datetime) -> None:
        super().__init__(site=read_site(EXAMPLE), clock=HandClock(at))
        self.everything_reports()

    def read_calendar(self) -> None:
        """And whoever has booked, and nobody else, is there."""
        at, day = self.clock.t, timedelta(days=1)
        body = bookings_around(self.site, MORNING).encode()
        bookings = understand(self.site, CALENDAR, body, (MORNING - day, MORNING + day)).bookings
        self.happen(BookingsRead(at=at, calendar=CALENDAR, bookings=bookings, problems=(), read_at=at))
        in_use = {booking.room for booking in bookings if booking.start <= at < booking.end}
        for space in self.site.spaces:
            for sensor in self.site.sensors_of(space):
                self.report(sensor, "present", space in in_use)

    def live_on(self, end: datetime) -> None:
        while self.clock.t < end:
            self.read_calendar()
            self.wait(min(timedelta(minutes=5), end - self.clock.t))


def on_duty() -> Building:
    """A device lost, a cover opened, a door held open that somebody sees to; and twelve seconds ago, a panic."""
    building = Building(MORNING - timedelta(minutes=30))
    building.live_on(MORNING - timedelta(minutes=22))
    building.report("occ-kokous-7", "link", False)
    building.report("masking-waiting", "tamper", True)
    building.report("lock-staff-entrance", "contact", "open")
    building.live_on(MORNING - timedelta(minutes=9))
    number = next(alarm.number for alarm in alarms.open_alarms(building.facts) if alarm.subject == "staff-entrance")
    building.happen(alarms.acknowledge(building.facts, building.clock.t, number, BEFORE, None))
    building.happen(alarms.claim(building.facts, building.clock.t, number, BEFORE))
    building.happen(SoundTested(at=building.clock.t, by=GUARD))
    building.live_on(MORNING - timedelta(seconds=12))
    building.press("panic-desk-1", "p-1")
    building.wait(timedelta(seconds=12))
    return building


def a_week() -> Building:
    """Every other hour or so something happens; on its last morning, a walk test of six buttons."""
    building = Building(MORNING - timedelta(days=7))
    chance, end = random.Random("a week"), MORNING - timedelta(hours=1)  # noqa: S311
    things = [("occ-kokous-7", "link", False), ("occ-palveluhuone-3", "link", False), ("dock-2", "link", False),
              ("masking-waiting", "tamper", True), ("lock-staff-entrance", "contact", "open")]  # fmt: skip
    while building.clock.t < end:
        device, point, bad = chance.choices(things, weights=(6, 5, 4, 1, 1))[0]
        good = {False: True, True: False, "open": "closed"}[bad]
        building.report(device, point, bad)
        building.wait(timedelta(minutes=chance.randrange(3, 40)))
        building.report(device, point, good)
        for alarm in alarms.open_alarms(building.facts):
            if alarm.acknowledged_at is None:
                building.happen(alarms.acknowledge(building.facts, building.clock.t, alarm.number, BEFORE, None))
        building.wait(timedelta(minutes=chance.randrange(30, 400)))
    building.clock.t = MORNING
    walk(building)
    return building


def walk(building: Building) -> None:
    """Two of six buttons: one that is confirmed too late, and one that nobody presses."""
    buttons = [f"panic-{place}" for place in ("desk-1", "desk-2", "desk-3", "palveluhuone-7", "palveluhuone-8", "palveluhuone-1")]
    building.happen(walk_tests.begin(building.site, building.facts, building.clock.t, GUARD, "guard", buttons))
    for button in buttons[:-1]:
        building.wait(timedelta(seconds=25))
        building.press(button, f"test-{button}")
        building.wait(timedelta(seconds=6 if button != buttons[3] else 40))
        if button != buttons[3]:
            building.happen(walk_tests.confirm(building.facts, building.clock.t, button, GUARD, "guard"))
    building.happen(walk_tests.end(building.facts, building.clock.t, GUARD, "guard"))


def with_terminals_out() -> Building:
    building = Building(MORNING - timedelta(hours=1))
    for number in range(1, 5):
        building.report(f"dock-{number}", "terminal", f"T-{16 + number}")
        building.report(f"dock-{number}", "release", False)
    of_dvv, of_mml = (
        replace(booking(MORNING + start, MORNING + timedelta(hours=1), room, room, calendar=CALENDAR), agency=agency)
        for start, room, agency in ((timedelta(0), "palveluhuone-1", "dvv"), (timedelta(minutes=5), "palveluhuone-3", "mml"))
    )
    bookings, at = (of_dvv, of_mml), building.clock.t
    building.happen(BookingsRead(at=at, calendar=CALENDAR, bookings=bookings, problems=(), read_at=at))
    building.wait(timedelta(minutes=55))
    building.happen(OfficialCame(at=building.clock.t, room="palveluhuone-3", how="tap", by=HOST))
    building.wait(timedelta(minutes=6))
    building.report("dock-2", "terminal", None)
    building.wait(timedelta(minutes=1))
    return building


def before_a_wedding() -> Building:
    """The first of three weddings: some lines are ticked, and nothing is heard of the lights."""
    building = Building(local(f"{FRIDAY} 10:30"))
    times = (("12:00", "12:30"), ("12:45", "13:15"), ("13:30", "14:00"))
    booked = [
        booking(local(f"{FRIDAY} {start}"), local(f"{FRIDAY} {end}"), "vihkitila", start, calendar=CALENDAR) for start, end in times
    ]
    building.report("occ-vihkitila", "present", False)
    for clock in ("10:30", "11:10", "11:38"):
        at = building.clock.t = local(f"{FRIDAY} {clock}")
        building.happen(BookingsRead(at=at, calendar=CALENDAR, bookings=tuple(booked), problems=(), read_at=at))
    building.report("sign-vihkitila", "text", "Vihkiminen / Vigsel")
    building.report("lights-vihkitila", "link", False)
    first = (building.facts(CEREMONIES("wedding")) or ())[0]
    for item in ("chairs", "flowers", "music", "formula"):
        done = (building.site, building.facts, building.clock.t, first.id, HOST, first.checklist or "", item)
        building.happen(ceremonies_desk.tick(*done))
    return building


# --- pictures ---------------------------------------------------------------------------------------------------------


async def signed_in(browser: Browser, address: str, width: int, height: int) -> Page:
    context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", locale="en")
    page = await context.new_page()
    await page.goto(f"{address}/sign-in?language=en")
    await page.locator("#name").fill(GUARD)
    await page.locator("#token").fill(TOKEN)
    await page.locator("form:has(#token) button").click()
    return page


def in_few_colours(picture: Image.Image) -> Image.Image:
    """Keeps the commonest colours exactly, for colours mean something here; the rest are edges of letters."""
    colours = [colour for colour, _ in Counter(picture.get_flattened_data()).most_common()]
    kept = colours[:COLOURS]
    place = {colour: number for number, colour in enumerate(kept)}
    for colour in colours[COLOURS:]:
        place[colour] = min(range(len(kept)), key=lambda n: sum((a - b) ** 2 for a, b in zip(kept[n], colour, strict=True)))
    small = Image.frombytes("P", picture.size, bytes(place[colour] for colour in picture.get_flattened_data()))
    small.putpalette([channel for colour in kept for channel in colour])
    return small


async def take(page: Page, name: str) -> None:
    await page.evaluate("document.fonts.ready")
    path = FOLDER / f"{name}.png"
    picture = Image.open(BytesIO(await page.screenshot(animations="disabled")))
    in_few_colours(picture.convert("RGB")).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path.name} is too large for a page of documentation: make the picture smaller.")


async def still(page: Page) -> None:
    """Nothing on it says how long the picture took."""
    await page.locator("#freshness.on").wait_for()
    await page.locator("#freshness").evaluate(HOLD)


async def of_the_day(browser: Browser) -> None:
    building = on_duty()
    async with served(create_app(building, tokens=Tokens("", {"guard": TOKEN})), building) as address:
        page = await signed_in(browser, address, 1600, 900)
        await page.goto(f"{address}/?language=en")
        await page.locator("#sound[data-state=on]").wait_for()
        await still(page)
        await take(page, "console")
        other = await signed_in(browser, address, 1280, 800)
        for path, name in (("/overview", "overview"), ("/doors", "doors")):
            await other.goto(f"{address}{path}?language=en")
            await still(other)
            await take(other, name)
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.locator("#freshness").evaluate("node => { delete node.textContent; }")
    await page.locator("body.offline #freshness", has_text="No connection").wait_for(timeout=NOTICED_WITHIN_MS)
    await take(page, "console-offline")


async def of_the_week(browser: Browser) -> None:
    building = a_week()
    began = next(n for n, event in enumerate(building.journal, 1) if event.kind == "walk-test-began")
    async with served(create_app(building, tokens=Tokens("", {"guard": TOKEN})), building) as address:
        page = await signed_in(browser, address, 1280, 900)
        for path, name in (("/alarms/figures?days=7", "alarm-load"), (f"/drills/{began}/report?", "walk-test")):
            await page.goto(f"{address}{path}&language=en")
            await take(page, name)


async def of_a_friday(browser: Browser) -> None:
    building = before_a_wedding()
    async with served(create_app(building, tokens=Tokens("", {"lobby-host": TOKEN})), building) as address:
        page = await signed_in(browser, address, 1180, 880)
        await page.goto(f"{address}/ceremonies?language=en")
        await still(page)
        await take(page, "ceremonies")


async def of_the_terminals(browser: Browser) -> None:
    """One out for its booking, one in the bay of another, one that can be taken."""
    building = with_terminals_out()
    async with served(create_app(building, tokens=Tokens("", {"lobby-host": TOKEN})), building) as address:
        page = await signed_in(browser, address, 1180, 640)
        await page.goto(f"{address}/terminals?language=en")
        await take(page, "terminals")


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        await of_the_day(browser)
        await of_the_week(browser)
        await of_a_friday(browser)
        await of_the_terminals(browser)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
