"""A room whose masking is out of action says so at its door, to the host, and to programs."""

import httpx
import pytest

from acoustics.notes import PRIVACY_NOTE
from edge.text import Ref, say
from tests.api.desk import MemoryDesk, make_day_of_rooms
from tests.api.test_room_pages import page, panel

TOLD = "Masking is out of action: what is said in here may be heard in Lobby"


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    lasting_desk.begin_anew()
    make_day_of_rooms(lasting_desk)
    return lasting_desk


async def test_the_note_stands_at_the_door_with_the_host_and_in_the_interface(guard: httpx.AsyncClient, desk: MemoryDesk) -> None:
    room = desk.site.bookable[0]
    for shown in (await panel(guard, room), await page(guard, "/rooms")):
        assert "Masking is out of action" not in shown
    told = say("Masking is out of action: what is said in here may be heard in {place}", place=Ref("lobby"))
    desk.facts.set(PRIVACY_NOTE(room), told)
    for shown in (await panel(guard, room), await page(guard, "/rooms")):
        assert TOLD in shown
    assert (await guard.get(f"/api/v1/rooms/{room}?language=en")).json()["privacy_note"].startswith("Masking is out of action")
