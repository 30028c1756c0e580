"""Doors by the interface for programs: how they really are, who released, overrode or took them out, until when and why."""

# --- releases ---------------------------------------------------------------------------------------------------------


async def test_a_door_is_released_by_name_and_for_a_time(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.obedient = True
    answer = await post(program, "/api/v1/doors/room-2-front/release?language=en", seconds=60, reason="key forgotten")
    assert answer.status_code == 200
    assert (answer.json()["wanted"], answer.json()["because"]) == ("unlocked", "Released by M. Virtanen until 10:48")
    ended = await post(program, "/api/v1/doors/room-2-front/release/end")
    assert (ended.status_code, ended.json()["wanted"]) == (200, "locked")


async def test_a_release_is_taken_back_by_delete_too(program: httpx.AsyncClient) -> None:
    await post(program, "/api/v1/doors/room-2-front/release", seconds=60)
    answer = await program.request("DELETE", "/api/v1/doors/room-2-front/release", json={"by": "x"})
    assert (answer.status_code, answer.json()["wanted"]) == (200, "locked")


async def test_what_was_not_released_cannot_be_taken_back(program: httpx.AsyncClient) -> None:
    answer = await post(program, "/api/v1/doors/room-2-front/release/end")
    assert (answer.status_code, answer.json()["detail"]) == (409, "This door has not been released.")


@pytest.mark.parametrize("seconds", [0, -5, 601, 1e30, "inf", None])
async def test_a_release_lasts_ten_minutes_at_most(program: httpx.AsyncClient, desk: MemoryDesk, seconds: object) -> None:
    before = len(desk.journal)
    answer = await post(program, "/api/v1/doors/room-2-front/release", seconds=seconds)
    assert (answer.status_code, len(desk.journal)) == (422, before)


@pytest.mark.parametrize("door", ["nowhere", "desk-front"])
async def test_only_a_door_with_a_controller_can_be_released(program: httpx.AsyncClient, door: str) -> None:
    answer = await post(program, f"/api/v1/doors/{door}/release", seconds=60)
    assert answer.status_code == 404


async def test_a_release_that_would_open_the_inside_stays_refused(program: httpx.AsyncClient) -> None:
    door = (await post(program, "/api/v1/doors/office-door/release?language=en", seconds=60)).json()
    assert door["wanted"] == "locked"
