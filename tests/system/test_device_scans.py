"""The page of scans through a running controller: on a real broker, beside presses, and over when the controller stops."""

import asyncio
import html
import json
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import yaml

from drivers.mosquitto import HOST, Broker
from drivers.virtual.building import VirtualBuilding
from edge.clock import SystemClock
from edge.site.load import read_site
from tests.broker import Plain, until_async
from tests.system.places import described
from tests.system.program import TOKEN, Program

SCANS, PAGE = "/api/v1/device-scans", "/device-scans"
PATIENCE_S = 50.0
"""For programs that start on a busy machine."""


@pytest.fixture
def site_file(tmp_path: Path, broker: Broker) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(json.dumps(described(f"scans-{uuid4().hex[:8]}", broker.port)))
    (tmp_path / "rooms.ics").write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n")
    return path


def client_of(program: Program) -> httpx.AsyncClient:
    address = f"http://{HOST}:{program.port}"
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "text/html", "Accept-Language": "en", "Origin": address}
    return httpx.AsyncClient(base_url=address, headers=headers, timeout=20)


def scanning(program: Program) -> list[str]:
    """Processes of the controller that look around."""
    tasks = Path(f"/proc/{program.process.pid}/task")
    ours = [pid for file in tasks.glob("*/children") for pid in file.read_text().split()]
    return [pid for pid in ours if b"edge.scan_process" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def there(pid: str) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.timeout(240)
async def test_a_scan_beside_presses_and_one_that_the_controller_ends(site_file: Path, tmp_path: Path, broker: Broker) -> None:
    site = read_site(site_file)
    building, lamp = VirtualBuilding(site, SystemClock()), f"talonmies/{site.site.id}/lamp/on"
    program = Program(tmp_path, "run", site_file, "--data", tmp_path / "data", within_s=PATIENCE_S)
    await building.start()
    await asyncio.to_thread(program.__enter__)
    try:
        with Plain(broker.port) as stranger:
            stranger.publish(lamp, "false", retain=True)
            async with client_of(program) as client:
                begun = await client.post("/console/device-scans", data={"connection": "broker"})
                assert (begun.status_code, begun.headers["location"]) == (303, PAGE)
                await until_async(lambda: scanning(program), PATIENCE_S)
                assert (await client.post("/console/device-scans", data={"connection": "broker"})).status_code == 409
                building.press("panic-1")
                await until_async(lambda: program.alarms("panic"), PATIENCE_S)
                assert program.get(SCANS)["scan"]["how"] == "running", "the press did not wait for it"
                await until_async(lambda: program.get(SCANS)["scan"]["how"] != "running", PATIENCE_S)
                page = (await client.get(PAGE)).text
                again = await client.post(SCANS, json={"by": "A. Asentaja", "connection": "broker"})
                assert again.json()["scan"]["found"] == []
                await until_async(lambda: scanning(program), PATIENCE_S)
            stranger.publish(lamp, "", retain=True)
        (left,) = scanning(program)
        await asyncio.to_thread(program.end)
        assert not there(left)
    finally:
        program.__exit__()
        await building.stop()
    assert TOKEN not in page
    assert 'href="/devices/panic-1"' in page
    proposed = yaml.safe_load(html.unescape(page.partition("<pre")[2].partition(">")[2].partition("</pre>")[0]))["devices"]
    assert proposed["lamp"] == {"type": "relay", "connection": "broker"}
    assert "panic-1" not in proposed
