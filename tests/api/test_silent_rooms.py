"""A7: the panel at the door of a silent room shows the same, whether or not its panic button was pressed."""

import asyncio

import pytest

from api.console.board import Board
from api.console.pages import Pages
from api.console.panel_sections import panel_list
from api.readers import Readers
from api.sessions import View
from edge.language import LANGUAGES
from edge.site.model import Security
from rooms.stays import OfficialCame
from tests.api.desk import MemoryDesk, make_day_of_rooms, the_site

ROOM, BUTTON, FRONT = "room-1", "panic-room-1", "room-1-front"
PANIC = (
    {"spaces": ROOM, "silent": True, "locks": [FRONT, "entrance", "wedding-front"], "mute": "around"},
    {"spaces": "desk-3", "locks": [FRONT]},
)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_the_panel_of_a_silent_room_shows_nothing_of_its_panic_but_that_another_holds_its_door(language: str) -> None:
    desk = MemoryDesk(site=the_site().model_copy(update={"security": Security.model_validate({"panic": PANIC})}))
    make_day_of_rooms(desk)
    desk.happen(OfficialCame(at=desk.clock.t, room=ROOM, how="tap", by="Aino"))
    pages, lists = Pages(desk, Readers(desk.site), asyncio.get_running_loop().time, None), (panel_list(ROOM),)

    def board() -> Board:
        return pages.board(language, View("guard"), lists)

    before = board().cursor
    desk.press(BUTTON, "p1")
    assert not board().newer_than(before, lists)
    desk.press("panic-desk-3", "p2")
    patch = board().newer_than(before, lists)
    assert patch is not None
    assert list(patch["items"]) == [f"now-{ROOM}"]
