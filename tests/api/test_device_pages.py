"""The pages of devices: what they say and how well, a test of a point from beginning to end, a walk up to its signed report."""

import re
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from edge.events import GarbageReceived, Observed
from edge.facts import DECISION
from edge.site.fields import Role
from security.device_walks import WALK
from tests.api.conftest import OF_ROLES, ORIGIN, TOKEN, client_of
from tests.api.desk import MemoryDesk

MASKING, DOOR, BUTTON = "masking-lobby", "lock-room-2", "panic-desk-3"


async def page(client: httpx.AsyncClient, path: str, status: int = 200, language: str = "en") -> str:
    answer = await client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == status, answer.text
    return answer.text


def words_of(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def as_role(app: FastAPI, role: Role) -> httpx.AsyncClient:
    secret = OF_ROLES.get(role, TOKEN)
    return client_of(app, Origin=ORIGIN, Accept="text/html", Authorization=f"Bearer {secret}")


def observed(desk: MemoryDesk, device: str, point: str, value: object, bad: str = "") -> None:
    desk.happen(Observed(at=desk.clock.t, device=device, point=point, value=value, bad=bad))  # type: ignore[arg-type]


async def test_all_devices_by_place_with_the_worst_of_each(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    observed(desk, "occ-room-1", "present", None, "no answer to the question")
    desk.report("lock-office", "link", False)
    text = await page(guard, "/devices")
    rows = {row[0]: words_of(row[1]) for row in re.findall(r'<tr class="[a-z]+">.*?id="open-([a-z0-9-]+)">(.*?)</tr>', text, re.S)}
    assert set(rows) == set(desk.site.devices)
    assert " bad " in rows["occ-room-1"]
    assert " lost " in rows["lock-office"]
    assert " good " in rows["lock-room-1"]
    assert "Payment terminal" not in text.partition("<main")[2]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_each_device_has_a_page_in_each_language(guard: httpx.AsyncClient, desk: MemoryDesk, language: str) -> None:
    for device in desk.site.devices:
        assert device in await page(guard, f"/devices/{device}", language=language)


async def test_a_point_without_a_usable_value_shows_its_last_good_one_and_why(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    observed(desk, MASKING, "level", 41.5)
    desk.wait(timedelta(minutes=3))
    observed(desk, MASKING, "level", None, "all ones <b>")
    desk.happen(GarbageReceived(at=desk.clock.t, device=MASKING, channel="holding 100", problem="not a number", sample="x"))
    text = await page(guard, f"/devices/{MASKING}")
    (row,) = re.findall(r"<tr>\s*<th scope=\"row\">Masking level.*?</tr>", text, re.S)
    assert words_of(row) == "Masking level 41.5 bad all ones &lt;b&gt; 3:00"
    assert "It sent something that cannot be read, at holding 100: not a number" in text
    assert "unreadable 1 · without a usable value 1" in words_of(text)
    assert "There is no device" in await page(guard, "/devices/nothing", 404)


async def test_an_installer_tests_a_point_and_sees_it_go_back(app: FastAPI, desk: MemoryDesk) -> None:
    desk.obedient = True
    desk.report(MASKING, "muted", False)
    async with as_role(app, "installer") as installer:
        answer = await installer.post(f"/console/devices/{MASKING}/muted/test")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/devices/{MASKING}")
        desk.wait(timedelta(seconds=3))
        text = words_of(await page(installer, f"/devices/{MASKING}"))
        assert "Last test: yes by program" in text
        assert "It followed after 0 s. It goes back by itself at" in text
        desk.wait(timedelta(seconds=8))
        assert "It went back at" in words_of(await page(installer, f"/devices/{MASKING}"))
        assert (await installer.post(f"/console/devices/{MASKING}/muted/test/end")).status_code == 409


@pytest.mark.parametrize(
    ("path", "value", "status"),
    [("nothing/on", "", 404), (f"{MASKING}/lock", "", 404), (f"{MASKING}/level", "loud", 409), (f"{MASKING}/level", "1e400", 409),
     (f"{MASKING}/tamper", "", 409), (f"{MASKING}/muted", "x" * 201, 422), ("../doors/test", "", 404)],
)  # fmt: skip
async def test_what_cannot_be_tested(guard: httpx.AsyncClient, desk: MemoryDesk, path: str, value: str, status: int) -> None:
    observed(desk, MASKING, "level", 41.5)
    before = len(desk.journal)
    assert (await guard.post(f"/console/devices/{path}/test", data={"value": value})).status_code == status
    assert len(desk.journal) == before


async def test_an_installer_unlocks_no_door_and_a_manager_does_for_seconds(app: FastAPI, desk: MemoryDesk) -> None:
    desk.obedient = True
    async with as_role(app, "installer") as installer, as_role(app, "facility-manager") as manager:
        assert f'action="/console/devices/{DOOR}/lock/test"' not in await page(installer, f"/devices/{DOOR}")
        assert (await installer.post(f"/console/devices/{DOOR}/lock/test")).status_code == 403
        assert f'action="/console/devices/{DOOR}/lock/test"' in await page(manager, f"/devices/{DOOR}")
        assert (await manager.post(f"/console/devices/{DOOR}/lock/test")).status_code == 303
    decision = desk.facts(DECISION(DOOR, "lock"))
    assert decision is not None
    assert decision.value == "unlocked"
    desk.wait(timedelta(seconds=11))
    assert desk.facts(DECISION(DOOR, "lock")).value == "locked"  # type: ignore[union-attr]


@pytest.mark.parametrize("role", ["guard", "lobby-host", "auditor"])
async def test_who_may_not_test_is_told_whom_to_ask(app: FastAPI, desk: MemoryDesk, role: Role) -> None:
    async with as_role(app, role) as somebody:
        assert (await somebody.post(f"/console/devices/{MASKING}/muted/test")).status_code == 403
        assert "Your role may not do this. Ask: facility manager, installer." in await page(somebody, f"/devices/{MASKING}")


async def test_a_walk_from_its_beginning_to_its_report(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    answer = await guard.post("/console/device-walks", data={"hours": "1", "space": "desk-3"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/device-walks")
    text = words_of(await page(guard, "/device-walks/now"))
    assert "1 of 1 are left." in text
    assert "press heard : not yet" in text.replace("heard:", "heard :")
    desk.press(BUTTON, "p-77")
    assert "0 of 1 are left." in words_of(await page(guard, "/device-walks/now"))
    assert (await guard.post("/console/device-walks", data={"hours": "1"})).status_code == 409
    assert (await guard.post("/console/device-walks/end")).status_code == 303
    assert desk.facts(WALK()) is None
    (address,) = re.findall(r'href="(/device-walks/\d+/report)"', await page(guard, "/device-walks"))
    report = words_of(await page(guard, address))
    last = next(n for n in range(len(desk.journal), 0, -1) if desk.journal[n - 1].kind == "device-walk-ended")
    for shown in (
        "Signed by M. Virtanen",
        "press heard:",
        "passed 1 · not complete 0".replace(" · ", " · "),
        f"--head {last}:{last:064x}",
    ):
        assert shown in report, shown
    assert "no walk of this number" in await page(guard, "/device-walks/1/report", 404)


@pytest.mark.parametrize(("hours", "space", "status"), [("0", "", 422), ("13", "", 422), ("x", "", 422), ("1", "no-such", 404)])
async def test_a_walk_that_cannot_begin(guard: httpx.AsyncClient, desk: MemoryDesk, hours: str, space: str, status: int) -> None:
    assert (await guard.post("/console/device-walks", data={"hours": hours, "space": space})).status_code == status
    assert desk.facts(WALK()) is None
