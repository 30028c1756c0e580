"""An alarm that was acknowledged long ago and goes on says so in its row, and to whoever listens to the page."""

import re
from datetime import timedelta

import httpx

from security.alarms import ALARM
from tests.api.desk import MemoryDesk

SAID = "Told again, because it goes on"


async def test_what_is_told_again_is_seen_in_the_list(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    async def row() -> str:
        (found,) = re.findall(r'<li class="alarm [^>]*id="alarm-2".*?</li>', (await guard.get("/?language=en")).text, re.DOTALL)
        return str(found)

    await guard.post("/console/alarms/2/acknowledge", data={"version": "1"})
    assert SAID not in await row()
    desk.wait(timedelta(hours=8))
    alarm = desk.facts(ALARM("2"))
    assert alarm is not None
    assert alarm.reminded_at is not None
    assert (await row()).count(SAID) == 2
