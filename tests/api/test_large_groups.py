"""However many alarms are one group, its button sends a form that is taken; and no door is chosen before a person chose it."""

import re
from typing import Any

import httpx

from api.app import create_app
from edge.events import Observed
from edge.site import Site
from security.alarms import open_alarms
from tests.api.conftest import ORIGIN, TOKENS, client_of
from tests.api.desk import MemoryDesk

MANY = 1001
MOST_FIELDS = 1000


def huge_site() -> Site:
    site: dict[str, Any] = {
        "site": {"id": "huge", "name": "Talo", "language": "fi"},
        "spaces": {"lobby": {"zone": "public", "kind": "lobby"}},
        "connections": {"broker": {"protocol": "mqtt"}},
        "devices": {f"mask{n}": {"type": "masking-unit", "connection": "broker", "space": "lobby"} for n in range(MANY)},
    }
    return Site.model_validate(site)


async def test_a_group_sends_no_more_at_once_than_a_form_can_carry() -> None:
    desk = MemoryDesk(site=huge_site())
    desk.happen(*(Observed(at=desk.clock.t, device=device, point="tamper", value=True) for device in desk.site.devices))
    assert len(open_alarms(desk.facts)) == MANY
    async with client_of(create_app(desk, tokens=TOKENS, signed_in=True), Accept="text/html", Origin=ORIGIN) as client:
        seen = re.findall(r'name="seen" value="(\d+:\d+)"', (await client.get("/")).text)
        assert len(set(seen)) == MOST_FIELDS
        taken = await client.post("/console/alarms/acknowledge", data={"seen": ["1:9"] * MOST_FIELDS})
        refused = await client.post("/console/alarms/acknowledge", data={"seen": ["1:9"] * (MOST_FIELDS + 1)})
        assert (taken.status_code, refused.status_code) == (409, 400), "of another version; too many"


async def test_enter_in_the_reason_opens_no_door_that_nobody_chose(guard: httpx.AsyncClient) -> None:
    for deed in ("release", "override"):
        page = (await guard.get(f"/{deed}")).text
        assert re.search(r'<select id="door" name="door" required><option value="" selected></option>', page)
        form = {"door": "", "value": "unlocked", "minutes": "1", "reason": "x"}
        assert (await guard.post(f"/console/doors/{deed}", data=form)).status_code == 422
