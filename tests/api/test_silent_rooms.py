"""A7: the panel at the door of a silent room shows the same, whether or not its panic button was pressed."""

import re
from datetime import timedelta

from api.app import create_app
from edge.site.model import Security
from tests.api.conftest import ORIGIN, TOKEN, TOKENS, client_of
from tests.api.desk import MemoryDesk, make_day_of_rooms, the_site

ROOM, BUTTON, FRONT = "room-1", "panic-room-1", "room-1-front"
PANIC = (
    {"spaces": ROOM, "silent": True, "locks": [FRONT, "entrance", "wedding-front"], "mute": "around"},
    {"spaces": "desk-3", "locks": [FRONT]},
)


async def test_the_panel_of_a_silent_room_shows_nothing_of_its_panic_but_that_another_holds_its_door() -> None:
    site = the_site().model_copy(update={"security": Security.model_validate({"panic": PANIC})})
    desk = MemoryDesk(site=site)
    app = create_app(desk, tokens=TOKENS)

    async def panels(pressed: str | None) -> list[str]:
        """The room's page in each language, at the press and a while after it."""
        MemoryDesk.__init__(desk, site=site)
        make_day_of_rooms(desk)
        shown = []
        async with client_of(app, Origin=ORIGIN, Accept="text/html") as client:
            await client.post("/sign-in", data={"name": "Panel", "token": TOKEN})
            if pressed is not None:
                desk.press(pressed, "p1")
            for span in (timedelta(0), timedelta(minutes=2)):
                desk.wait(span)
                for language in ("fi", "sv", "en"):
                    answer = await client.get(f"/rooms/{ROOM}?language={language}")
                    assert answer.status_code == 200
                    shown.append(re.sub('data-after="[^"]*"', "", answer.text))
        return shown

    calm = await panels(None)
    assert await panels(BUTTON) == calm
    assert await panels("panic-desk-3") != calm
