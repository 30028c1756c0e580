"""What programs read of devices and do with them: quality, last good value, figures, tests, walks; and the series of metrics."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.models_devices import Devices
from edge.device_figures import Duration, Requests
from edge.device_lines import list_lines, listed, watched
from edge.events import GarbageReceived, Observed
from edge.language import Renderer
from edge.problems import Reason, refused
from tests.api.desk import MemoryDesk

MASKING = "masking-lobby"
BY = {"by": "A. Asentaja"}


async def got(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(f"/api/v1{path}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def bad(desk: MemoryDesk, point: str, why: Reason = "no answer") -> None:
    desk.happen(Observed(at=desk.clock.t, device=MASKING, point=point, value=None, bad=why))


async def test_a_point_is_good_stale_bad_or_unknown_and_keeps_its_last_good_value(
    program: httpx.AsyncClient, desk: MemoryDesk
) -> None:
    async def level() -> Any:
        reading = (await got(program, f"/devices/{MASKING}"))["device"]["points"]["level"]
        return reading["quality"], reading["value"], reading["problem"], reading["age_s"]

    assert await level() == ("unknown", None, "", None)
    desk.report(MASKING, "level", 41.5)
    assert await level() == ("good", 41.5, "", 0)
    desk.wait(timedelta(seconds=30))
    bad(desk, "level")
    assert await level() == ("bad", 41.5, "no answer", 30)
    desk.report(MASKING, "link", False)
    assert await level() == ("stale", 41.5, "no answer", 30)
    desk.report(MASKING, "link", True)
    desk.report(MASKING, "level", 42)
    assert await level() == ("good", 42, "", 0)


async def test_a_lock_without_a_usable_value_is_unknown_to_everybody(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.happen(Observed(at=desk.clock.t, device="lock-room-1-back", point="lock", value=None, bad=refused(4)))
    door = await got(program, "/doors/room-1-back")
    assert (door["lock"]["quality"], door["lock"]["problem"], door["lock"]["value"]) == (
        "bad",
        "it has failed (exception 4)",
        "locked",
    )
    assert (door["truth"]["state"], door["truth"]["passable"]) == ("unknown", True)
    assert "does not tell how its lock is" in door["truth"]["because"]
    text = (await program.get("/doors/room-1-back?language=en", headers={"Accept": "text/html"})).text
    assert "it has failed (exception 4)" in text
    assert "no usable value" in (await program.get("/overview?language=en", headers={"Accept": "text/html"})).text


async def test_the_terminal_lists_and_watches_a_bad_value_with_its_reason(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.report(MASKING, "level", 41.5)
    bad(desk, "level", refused(4))
    told, renderer = Devices.model_validate(await got(program, "/devices")).devices, Renderer(desk.site, "en")
    (row,) = [
        line for line in list_lines(listed(desk.site, renderer, told), renderer, desk.clock.t) if line.startswith(f"{MASKING} ")
    ]
    assert "bad (it has failed (exception 4))" in row
    (device,) = [device for device in told if device.id == MASKING]
    rows = dict(watched(MASKING, device.points, renderer))
    assert rows[MASKING, "level"] == [MASKING, "Masking level", "41.5", "bad (it has failed (exception 4))"]


async def test_figures_of_a_device(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.asked[MASKING] = Requests(Duration(4, 0.2, 0.05, 0.08), refused=1, unanswered=2)
    desk.happen(GarbageReceived(at=desk.clock.t, device=MASKING, channel="x", problem="p", sample="s"))
    bad(desk, "level")
    figures = next(d for d in (await got(program, "/devices"))["devices"] if d["id"] == MASKING)["figures"]
    assert (figures["garbage"], figures["unusable"], figures["losses"]) == (1, 1, 0)
    assert figures["requests"] == {
        "answered": {"count": 4, "last_s": 0.05, "mean_s": 0.05, "longest_s": 0.08}, "refused": 1, "unanswered": 2,
    }  # fmt: skip
    text = (await program.get("/metrics")).text
    for series in (
        f'talonmies_device_bad_points{{device="{MASKING}"}} 1.0',
        f'talonmies_device_up{{device="{MASKING}"}} 1.0',
        f'talonmies_device_garbage_total{{device="{MASKING}"}} 1.0',
        f'talonmies_device_request_seconds_sum{{device="{MASKING}"}} 0.2',
        f'talonmies_device_requests_failed_total{{device="{MASKING}",how="unanswered"}} 2.0',
    ):
        assert series in text, series
    of_devices = re.findall(r'^(talonmies_device_\w+){device="([^"]*)"', text, re.M)
    assert {device for _, device in of_devices} == set(desk.site.devices)


async def test_what_went_wrong_lately(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    for number in range(30):
        desk.happen(GarbageReceived(at=desk.clock.t, device=MASKING, channel=f"c{number}", problem="no JSON", sample="s"))
    desk.happen(GarbageReceived(at=desk.clock.t, device="occ-room-1", channel="other", problem="no JSON", sample="s"))
    troubles = [trouble["told"] for trouble in (await got(program, f"/devices/{MASKING}/troubles"))["troubles"]]
    assert len(troubles) == 20
    assert troubles[0] == "It sent something that cannot be read, at c29: no JSON"
    assert not any("other" in told for told in troubles)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"/devices/{MASKING}/points/level/test", BY | {"value": "loud"}, 409),
        (f"/devices/{MASKING}/points/level/test", BY | {"value": {"x": 1}}, 422),
        (f"/devices/{MASKING}/points/level/test", BY | {"value": "x" * 201}, 422),
        (f"/devices/{MASKING}/points/level/test", BY | {"seconds": 31}, 422),
        (f"/devices/{MASKING}/points/level/test", {}, 422),
        (f"/devices/{MASKING}/points/level/test", BY | {"forever": True}, 422),
        (f"/devices/{MASKING}/points/nothing/test", BY, 404),
        ("/devices/nothing/points/level/test", BY, 404),
        ("/devices/occ-room-1/points/present/test", BY, 409),
        ("/device-walks", BY | {"minutes": 721}, 422),
        ("/device-walks", BY | {"devices": [MASKING]}, 409),
        ("/device-walks", BY | {"devices": ["no such"]}, 422),
        ("/device-walks/end", BY, 409),
    ],
)
async def test_what_is_refused(program: httpx.AsyncClient, desk: MemoryDesk, path: str, body: dict[str, Any], status: int) -> None:
    desk.report(MASKING, "level", 41.5)
    before = len(desk.journal)
    answer = await program.post(f"/api/v1{path}", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"].endswith(".")
    assert len(desk.journal) == before


async def test_a_value_that_is_no_number_tests_nothing(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.report(MASKING, "level", 41.5)
    for number in ("NaN", "Infinity", "1e400"):
        body = f'{{"by": "x", "value": {number}}}'.encode()
        answer = await program.post(
            f"/api/v1/devices/{MASKING}/points/level/test", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in (409, 422), answer.text
