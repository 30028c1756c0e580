"""A guard console stays open while its controller is killed again and again, and buttons are pressed all the time.

Whoever sits before it touches nothing: no sign-in, no reload. At the end each press that was answered is one row.
"""

import asyncio
import json
import random
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect

from drivers.mosquitto import HOST, Broker, free_port
from edge.clock import SystemClock
from edge.people.register import Register
from tests.api.test_browser import CHROMIUM, FLAGS
from tests.broker import until_async
from tests.edge.people.quick import add
from tests.system.buttons import Buttons
from tests.system.program import Program

BUTTONS = ["panic-1", "panic-2", "panic-3"]
PASSWORD = "a password of a guard"
OFFLINE_S, NOTICED_S = 3.0, 1.5
BACK_S = 5.0
"""The aim is two seconds, on a machine that does nothing else."""

WITNESS = """
sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1;
window.told = { opened: [], link: [] };
window.EventSource = class extends EventSource {
  constructor(address) { super(address); this.addEventListener("open", () => told.opened.push(Date.now() / 1000)); }
};
document.addEventListener("talonmies:link", ({ detail }) => told.link.push([Date.now() / 1000, detail.offline]));
"""
"""Notes when the page reaches the controller, when it says that it does not, and how often it was loaded."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: make system-packages")


@dataclass
class Gap:
    """Between two lives of the controller. Seconds of the wall's clock."""

    killed_at: float
    ready_at: float


@dataclass
class Night:
    """One console and its controller. gaps: when nobody answered."""

    folder: Path
    site_file: Path
    port: int = field(default_factory=free_port)
    gaps: list[Gap] = field(default_factory=list)

    @asynccontextmanager
    async def life(self) -> AsyncIterator[Program]:
        """Until the end of the block, which is sudden."""
        program = Program(self.folder, "run", self.site_file, "--data", self.folder / "data", port=self.port, within_s=60)
        await asyncio.to_thread(program.__enter__)
        try:
            yield program
        finally:
            program.kill()

    def raised(self) -> Counter[str]:
        """How many alarms each press became."""
        return Counter(press for press, _ in self.numbers())

    def numbers(self) -> list[tuple[str, int]]:
        with closing(sqlite3.connect(self.folder / "data" / "journal.db")) as database:
            bodies = [json.loads(body) for (body,) in database.execute("SELECT body FROM entries WHERE kind = 'alarm-raised'")]
        return [(body["press"], body["number"]) for body in bodies if body.get("press")]


def now() -> float:
    return SystemClock().now().timestamp()


def write_site(folder: Path, port: int) -> Path:
    site = {
        "site": {"id": f"night-{port}", "name": "Yötalo", "language": "fi", "token": "env:TALONMIES_TOKEN"},
        "spaces": {"lobby": {"zone": "public", "kind": "lobby"}},
        "connections": {"broker": {"protocol": "mqtt", "host": HOST, "port": port}},
        "devices": {button: {"type": "panic-button", "connection": "broker", "space": "lobby"} for button in BUTTONS},
    }
    path = folder / "site.yaml"
    path.write_text(json.dumps(site))
    return path


async def sign_in(page: Page, port: int) -> None:
    await page.goto(f"http://{HOST}:{port}/?language=fi")
    await page.locator("#name").fill("M. Virtanen")
    await page.locator("#password").fill(PASSWORD)
    await page.locator("form:has(#password) button").click()
    await expect(page.locator("#freshness")).to_have_class("freshness on", timeout=60_000)


async def killed_often(folder: Path, broker: Broker, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    print(f"seed {seed}")
    night = Night(folder, write_site(folder, broker.port))
    add(Register(folder / "data"), "M. Virtanen", "guard", PASSWORD)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page()
        await page.add_init_script(WITNESS)
        with Buttons(f"night-{broker.port}", BUTTONS, broker.port, seed, rate=20) as buttons:
            buttons.most = 0
            for number in range(kills):
                async with night.life():
                    if number == 0:
                        await sign_in(page, night.port)
                        loads = await page.evaluate("sessionStorage.loads")
                    else:
                        night.gaps[-1].ready_at = now()
                    await reached(page, night)
                    buttons.most += 1
                    await asyncio.sleep(chance.uniform(0.0, 0.3))
                night.gaps.append(Gap(now(), 0.0))
                buttons.most += 1
                await asyncio.sleep(chance.choice((0.0, 3.5)))
            async with night.life():
                night.gaps[-1].ready_at = now()
                await reached(page, night)
                await until_async(lambda: len(buttons.answered) == buttons.most, within_s=20)
                numbers = {number for _, number in night.numbers()}
                for row in sorted(numbers):
                    await expect(page.locator(f"#alarm-{row}")).to_be_visible()
                shown = await page.evaluate("[...document.querySelectorAll('#alarms > li')].map((row) => row.id)")
                assert await page.evaluate("sessionStorage.loads") == loads, "somebody or something loaded the page again"
                told = await page.evaluate("told")
        await browser.close()
    assert night.raised() == Counter(dict.fromkeys(buttons.pressed, 1)), "a press was lost, or came twice"
    rows = Counter(int(re.sub(r"\D", "", row)) for row in shown if row.startswith("alarm-"))
    assert {number: rows[number] for number in numbers} == dict.fromkeys(numbers, 1)
    check_honest(night, told)
    back = [max(first_after(told["opened"], gap.killed_at) - gap.ready_at, 0.0) for gap in night.gaps]
    away = [first_after(told["opened"], gap.killed_at) - gap.killed_at for gap in night.gaps]
    print(f"{kills} kills, {len(buttons.pressed)} presses, {buttons.repeats} repeats; away {min(away):.1f} to {max(away):.1f} s;")
    print(f"back after readiness: {sorted(round(s, 2) for s in back)} s")
    assert max(back) <= BACK_S


async def reached(page: Page, night: Night) -> None:
    """The page follows the controller again."""
    since = night.gaps[-1].killed_at if night.gaps else 0.0
    await page.wait_for_function("since => told.opened.some((t) => t > since)", arg=since, timeout=60_000)
    await expect(page.locator("body")).not_to_have_class("offline")


def check_honest(night: Night, told: dict[str, Any]) -> None:
    """Whenever the controller was away for longer than three seconds, the page said so in time, and took it back."""
    next_kills = [*(gap.killed_at for gap in night.gaps[1:]), inf]
    for gap, next_kill in zip(night.gaps, next_kills, strict=True):
        opened = first_after(told["opened"], gap.killed_at)
        until = min(opened + NOTICED_S, next_kill)
        said = [(at, offline) for at, offline in told["link"] if gap.killed_at < at < until]
        if opened - gap.killed_at > OFFLINE_S + NOTICED_S:
            assert said, "it was silent"
            assert said[0][1]
            assert said[0][0] - gap.killed_at <= OFFLINE_S + NOTICED_S
        assert [offline for _, offline in said] in ([], [True, False])


def first_after(times: list[float], t: float) -> float:
    return next(each for each in times if each > t)


@pytest.mark.timeout(200)
async def test_a_console_at_night_outlives_its_controller(tmp_path: Path, own_broker: Broker) -> None:
    await killed_often(tmp_path, own_broker, kills=4, seed=20261122)


@pytest.mark.soak
@pytest.mark.timeout(600)
async def test_a_console_outlives_twenty_kills(tmp_path: Path, own_broker: Broker) -> None:
    await killed_often(tmp_path, own_broker, kills=20, seed=7)
