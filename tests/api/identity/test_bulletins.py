"""Bulletins for some: a clerk sees what is for the own agency, a panel beside a door nothing."""

from tests.api.conftest import client_of
from tests.api.identity.conftest import House, sign_in
from tests.api.identity.test_program_tokens import give_token
from tests.api.test_bulletins import LINE, SAFETY, page


async def test_a_clerk_sees_what_is_for_the_own_agency_and_to_them_no_other_is_there(house: House) -> None:
    house.people("clerk")
    async with house.browser() as manager, house.browser() as clerk:
        await sign_in(manager, "facility-manager")
        await sign_in(clerk, "clerk")
        for to in (["agency:dvv"], ["agency:mml"], []):
            assert (await manager.post(LINE, json={**SAFETY, "text": f"For {to}", "to": to})).status_code == 200
        told = (await clerk.get(LINE)).json()["bulletins"]
        assert [each["number"] for each in told] == [3, 1]
        text = await page(clerk)
        assert ("For [&#39;agency:mml&#39;]" in text, "For [&#39;agency:dvv&#39;]" in text) == (False, True)
        assert "For [&#39;agency:dvv&#39;]" in await page(clerk, "/rooms")
        assert (await clerk.post(f"{LINE}/2/read", json={"by": "x"})).status_code == 404
        assert (await clerk.post(f"{LINE}/1/read", json={"by": "x"})).status_code == 200
        (first,) = [each for each in (await manager.get(LINE)).json()["bulletins"] if each["number"] == 1]
        assert [receipt["by"] for receipt in first["readers"]] == ["clerk"], "under their own name, whatever they say"
        assert (await clerk.get("/api/v1/events")).status_code == 403


async def test_a_panel_beside_a_door_shows_none(house: House) -> None:
    token = give_token(house, "panel-1", "lobby-host", room="room-1")
    async with house.browser() as manager, client_of(house.app, Authorization=f"Bearer {token}", Accept="text/html") as panel:
        await sign_in(manager, "facility-manager")
        await manager.post(LINE, json=SAFETY)
        room = await panel.get("/rooms/room-1")
        assert (room.status_code, "icy" in room.text) == (200, False)
        assert [(await panel.get(path)).status_code for path in (LINE, "/bulletins")] == [403, 403]
