"""From the press of a button to the pixels of the guard console in a real browser, and what the page costs."""

import json
import random
import shutil
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from bench.houses import write_house
from bench.program import TOKEN, Talonmies
from drivers.mosquitto import HOST, Broker
from drivers.mqtt.client import no_delay
from edge.clock import SystemClock
from edge.site.load import read_site

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
ROOMS = 20
OPEN = 50
EVENTS_A_SECOND = 10
SLOWER = 6
IDLE_S = 10
BEAT_S = 2.0

WITNESS = """
window.painted = {};
window.streams = [];
window.EventSource = class extends EventSource { constructor(address) { super(address); streams.push(this); } };
addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
  for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
    const { id } = node;
    if (id in painted || node.querySelector?.("h3")?.textContent !== "Panic button") continue;
    painted[id] = null;
    // The second frame begins when the first, with the row in it, has been painted.
    const note = () => { painted[id] = (performance.timeOrigin + performance.now()) / 1000; };
    requestAnimationFrame(() => requestAnimationFrame(note));
  }
}).observe(document.getElementById("alarms"), { childList: true }));
"""
"""Notes when the row of each panic was painted, in seconds of the machine's wall clock."""

UPDATES = """
([count, patch]) => {
  const stream = streams.at(-1), other = JSON.parse(JSON.stringify(patch));
  for (const id of Object.keys(other.items)) other.items[id] = other.items[id].replace(/unacknowledged/g, "acknowledged");
  const lastEventId = decodeURIComponent(stream.url.match(/after=([^&]*)/)[1]);
  for (let n = 0; n < count; n++) {
    stream.dispatchEvent(new MessageEvent("patch", { data: JSON.stringify(n % 2 ? patch : other), lastEventId }));
  }
}
"""
"""A shift's worth of updates as the stream brings them, one after another."""


@dataclass(frozen=True)
class Painted:
    """Milliseconds from the press to the frame after the one that shows its row."""

    what: str
    presses: int
    p50: float
    p95: float
    most: float
    aim: float


@dataclass(frozen=True)
class Weight:
    what: str
    found: float
    aim: float | None = None


def painted(folder: Path, presses: int) -> list[Painted]:
    """How long a press takes to the screen, on its own and where much happens; with a slow browser too."""
    found = []
    with _browser() as browser, Broker(folder / "broker") as broker:
        for what, open_alarms, events, slower, aim in (
            ("idle", 0, 0, 1, 100.0),
            (f"{EVENTS_A_SECOND} events/s", 0, EVENTS_A_SECOND, 1, 100.0),
            (f"{OPEN} open alarms", OPEN, 0, 1, 100.0),
            (f"idle, browser {SLOWER} times slower", 0, 0, SLOWER, 300.0),
            (f"{OPEN} open alarms, browser {SLOWER} times slower", OPEN, 0, SLOWER, 300.0),
        ):
            with _house(folder, broker, what) as house, house.console(browser) as page:
                _session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
                taken = _presses(house, page, presses, open_alarms, events)
            found.append(Painted(what, len(taken), statistics.median(taken), taken[int(len(taken) * 0.95)], taken[-1], aim))
    return found


def weights(folder: Path, updates: int) -> list[Weight]:
    """What the page weighs: octets as they are sent, requests, nodes, memory."""
    with _browser() as browser, Broker(folder / "broker") as broker, _house(folder, broker, "weights") as house:
        with house.console(browser) as page:
            cookies = page.context.cookies()
        context = browser.new_context()
        context.add_init_script(WITNESS)
        context.add_cookies(cookies)  # type: ignore[arg-type]
        first, second = _loaded(context, house), _loaded(context, house)
        page = context.new_page()
        traffic = Traffic(_session(page))
        page.goto(house.address)
        _follows(page)
        idle = _streamed(traffic, 0.0, lambda: page.wait_for_timeout(IDLE_S * 1000)) / IDLE_S
        raised = _streamed(traffic, idle, lambda: _fill(house, page, OPEN // 2, apart_s=0.2)) / (OPEN // 2)
        page.locator("#silence").focus()  # from now on this alarm is attended to, whatever comes
        page.wait_for_timeout(1000)
        acknowledged = _streamed(traffic, idle, lambda: _acknowledge(page))
        besides = _streamed(traffic, idle, lambda: _fill(house, page, OPEN // 2, apart_s=0.2)) / (OPEN // 2)
        nodes = page.evaluate("document.querySelectorAll('*').length")
        heap_before, heap = _after_updates(page, updates)
        context.close()
    return [
        Weight("first load, KB", first.octets / 1000, 60),
        Weight("first load, requests", first.requests, 6),
        Weight("first load, ms to the first paint", first.paint_ms, 1000),
        Weight("second load, KB", second.octets / 1000, 15),
        Weight("second load, requests to the controller", second.requests),
        Weight("stream at idle, B/s", idle, 200),
        Weight("stream, B an alarm while another is attended to", besides, 1500),
        Weight("stream, B an alarm shown in full", raised, 1500),
        Weight("stream, B an alarm in full when acknowledged", acknowledged, 1500),
        Weight(f"nodes with {OPEN} alarms", nodes, 1500),
        Weight("memory of scripts, MB", heap, 10),
        Weight(f"of it grown by {updates:,} updates, MB", heap - heap_before, 1),
    ]


class _House:
    """A controller with its devices."""

    def __init__(self, program: Talonmies, broker: Broker, site_file: Path) -> None:
        site = read_site(site_file)
        self.address = f"http://{HOST}:{program.port}/?language=en"
        self._site = site.site.id
        self.buttons = [device for device, section in site.devices.items() if section.type == "panic-button"]
        self.units = [device for device, section in site.devices.items() if section.type == "occupancy-sensor"]
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_socket_open = no_delay
        self._client.connect(HOST, broker.port)
        self._client.loop_start()
        self.pressed: list[float] = []
        self._ended = threading.Event()
        self._beating = threading.Thread(target=self._beat, args=(list(site.devices),), daemon=True)
        self._beating.start()

    def _beat(self, devices: Sequence[str]) -> None:
        """So that none is thought to be lost."""
        while not self._ended.wait(BEAT_S):
            for device in devices:
                self._say(device, "link", "true")

    def press(self) -> None:
        self.pressed.append(SystemClock().now().timestamp())
        button = self.buttons[len(self.pressed) % len(self.buttons)]
        self._say(button, "pressed", json.dumps({"value": True, "id": f"b{len(self.pressed)}"}))

    def happen(self, number: int) -> None:
        """A cover is opened, or closed again."""
        unit, opened = self.units[number % len(self.units)], number // len(self.units) % 2 == 0
        self._say(unit, "tamper", json.dumps(opened))

    def _say(self, device: str, point: str, payload: str) -> None:
        self._client.publish(f"talonmies/{self._site}/{device}/{point}", payload, 1)

    @contextmanager
    def console(self, browser: Browser) -> Iterator[Page]:
        """Signed in, and up to date."""
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        context.add_init_script(WITNESS)
        page = context.new_page()
        page.goto(self.address)
        page.locator("#name").fill("bench")
        page.locator("#token").fill(TOKEN)
        page.locator("form:has(#token) button").click()
        _follows(page)
        yield page
        context.close()

    def close(self) -> None:
        self._ended.set()
        self._beating.join()
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def _house(folder: Path, broker: Broker, what: str) -> Iterator[_House]:
    data = folder / f"data {what}".replace(" ", "-").replace("/", "-")
    site_file = write_house(folder, ROOMS, broker.port)
    with Talonmies(site_file, data) as program:
        program.wait_ready()
        house = _House(program, broker, site_file)
        try:
            yield house
        finally:
            house.close()


@contextmanager
def _browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if chromium is None:
        raise SystemExit("Chromium is not installed: make system-packages")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


def _session(page: Page) -> CDPSession:
    return page.context.new_cdp_session(page)


def _follows(page: Page) -> None:
    page.locator("#freshness.on").wait_for(timeout=30_000)


def _presses(house: _House, page: Page, presses: int, open_alarms: int, events: int) -> list[float]:
    """Sorted milliseconds. Presses come at random moments; the numbers of their alarms follow their order."""
    chance, numbers = random.Random(1), count()
    _fill(house, page, open_alarms)
    for _ in range(presses):
        until = time.perf_counter() + chance.uniform(0.2, 0.6)
        while (left := until - time.perf_counter()) > 0:
            if events:
                house.happen(next(numbers))
            page.wait_for_timeout(min(left, 1 / events if events else left) * 1000)
        house.press()
    rows = _rows(page, len(house.pressed))
    taken = [(rows[at] - pressed) * 1000 for at, pressed in enumerate(house.pressed) if at >= open_alarms]
    return sorted(taken)


def _rows(page: Page, presses: int) -> list[float]:
    """When each panic was painted, in the order in which they were raised."""
    deadline = time.perf_counter() + 60
    while True:
        found: dict[str, float | None] = page.evaluate("painted")
        if len(found) >= presses and all(found.values()):
            return [at for _, at in sorted((int(id_.removeprefix("alarm-")), at) for id_, at in found.items()) if at is not None]
        if time.perf_counter() > deadline:
            raise SystemExit(f"only {len(found)} of {presses} presses were painted")
        page.wait_for_timeout(100)


def _fill(house: _House, page: Page, presses: int, *, apart_s: float = 0.05) -> None:
    for _ in range(presses):
        house.press()
        page.wait_for_timeout(apart_s * 1000)
    _rows(page, len(house.pressed))


# --- what it weighs ---------------------------------------------------------------------------------------------------


class Traffic:
    """Octets of a page as they are sent, headers included; those of its stream apart."""

    def __init__(self, session: CDPSession) -> None:
        self.octets = self.streamed = 0.0
        self.requests = 0
        self._streams: set[str] = set()
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.responseReceived", self._answered)
        session.on("Network.dataReceived", self._received)
        session.on("Network.loadingFinished", self._loaded)

    def _asked(self, event: dict[str, Any]) -> None:
        if "/console/events" in event["request"]["url"]:
            self._streams.add(event["requestId"])

    def _answered(self, event: dict[str, Any]) -> None:
        if event["requestId"] not in self._streams and not event["response"]["fromDiskCache"]:
            self.requests += 1

    def _received(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._streams:
            self.streamed += event["dataLength"]

    def _loaded(self, event: dict[str, Any]) -> None:
        if event["requestId"] not in self._streams:
            self.octets += event["encodedDataLength"]


def _streamed(traffic: Traffic, idle: float, meanwhile: Callable[[], object]) -> float:
    """Octets of the stream, without those that it sends when nothing happens; idle: these, a second."""
    began, sent = time.perf_counter(), traffic.streamed
    meanwhile()
    return traffic.streamed - sent - idle * (time.perf_counter() - began)


def _acknowledge(page: Page) -> None:
    page.locator("[data-key=k]").click()
    page.locator(".chosen .chip:not(.full)").wait_for()
    page.wait_for_timeout(1000)


@dataclass(frozen=True)
class Load:
    octets: float
    requests: int
    paint_ms: float


def _loaded(context: BrowserContext, house: _House) -> Load:
    page = context.new_page()
    traffic = Traffic(_session(page))
    page.goto(house.address)
    _follows(page)
    page.wait_for_timeout(1000)
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    page.close()
    return Load(traffic.octets, traffic.requests, paint)


def _after_updates(page: Page, updates: int) -> tuple[float, float]:
    """Megabytes of scripts' memory before and after."""
    items = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#alarms > li')].slice(0, 2).map((r) => [r.id, r.outerHTML]))"
    )
    session = _session(page)
    session.send("Performance.enable")
    page.evaluate(UPDATES, [updates // 10, {"lists": {}, "items": items}])
    before = _heap(session)
    page.evaluate(UPDATES, [updates, {"lists": {}, "items": items}])
    return before, _heap(session)


def _heap(session: CDPSession) -> float:
    session.send("HeapProfiler.collectGarbage")
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["JSHeapUsedSize"]) / 1e6
