"""Rooms for programs: how they stand and why, and what people do in them, judged by the real rules."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.app import create_app
from edge.facts import READING
from edge.site import Site
from rooms.stays import BookingExtended, BookingReleased, LocalBookingCancelled, LocalBookingMade, OfficialCame, RoomKept
from tests.api.conftest import AUTHORIZED, TOKENS, client_of
from tests.api.desk import MemoryDesk, make_day_of_rooms

ROOM_1, ROOM_2 = "/api/v1/rooms/room-1", "/api/v1/rooms/room-2"


@pytest.fixture
def desk(lasting_desk: MemoryDesk) -> MemoryDesk:
    lasting_desk.begin_anew()
    make_day_of_rooms(lasting_desk)
    return lasting_desk


async def room(client: httpx.AsyncClient, id_: str) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/rooms/{id_}?language=en")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(client: httpx.AsyncClient, path: str, **body: object) -> httpx.Response:
    return await client.post(path, params={"language": "en"}, json={"by": "M. Virtanen", **body})


# --- what is told -----------------------------------------------------------------------------------------------------


async def test_a_room_tells_how_it_stands_and_why(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.wait(timedelta(seconds=30))
    told = await room(program, "room-1")
    assert (told["name"], told["state"], told["awaits_official"]) == ("Service room 1", "prepared", True)
    assert told["because"] == "Booked 10:30–11:30: waits for the official"
    assert (told["booking"]["uid"], told["booking"]["agency"]) == ("b0@vanaja", "mml")
    assert (told["booking"]["agency_name"], told["booking"]["kind"]) == ("National Land Survey", "others")
    assert (told["next"]["uid"], told["next"]["problem"]) == ("b1@vanaja", "The booking is tentative")
    assert (told["present"], told["conflicts"], told["gives_up_at"], told["bookable_here"]) == (False, [], None, False)
    assert [(door["id"], door["lock"]["value"]) for door in told["doors"]] == [
        ("room-1-front", "locked"),
        ("room-1-back", "locked"),
    ]
    assert [(calendar["id"], calendar["age_s"], calendar["stale"]) for calendar in told["calendars"]] == [("rooms", 30.0, False)]
    assert (told["youngest_reading_s"], told["oldest_reading_s"]) == (30.0, 30.0)


async def test_all_rooms_stand_in_the_order_of_the_site_file(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    answer = await program.get("/api/v1/rooms")
    assert [(room["id"], room["state"]) for room in answer.json()["rooms"]] == [
        ("room-1", "prepared"),
        ("room-2", "free"),
        ("wedding", "in-use"),
    ]
    assert answer.json()["seq"] == len(desk.journal)
    assert "CANARY" not in answer.text


async def test_a_double_booking_lists_both(program: httpx.AsyncClient) -> None:
    told = await room(program, "wedding")
    assert [booking["uid"] for booking in told["conflicts"]] == ["b2@vanaja", "b3@vanaja"]
    assert [booking["agency_name"] for booking in told["conflicts"]] == [None, "Digital and Population Data Services Agency"]


async def test_a_room_that_is_about_to_be_given_free_says_when(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await post(program, f"{ROOM_1}/arrive")
    desk.wait(timedelta(minutes=11))
    told = await room(program, "room-1")
    assert (told["state"], told["gives_up_at"]) == ("empty", "2026-11-20T08:55:00Z")
    desk.wait(timedelta(minutes=5))
    told = await room(program, "room-1")
    assert (told["state"], told["booking"]["released"], told["booking"]["ends"]) == ("released", True, "2026-11-20T08:55:00Z")


async def test_a_space_that_nobody_books_is_404(program: httpx.AsyncClient) -> None:
    for path in ("lobby", "nowhere", "room-1/nothing"):
        answer = await program.get(f"/api/v1/rooms/{path}")
        assert (answer.status_code, answer.json()["detail"][-1]) == (404, "."), path


async def test_each_mailbox_of_a_calendar_has_an_age_and_a_name_of_its_own() -> None:
    login = {"tenant": "t", "client": "c", "secret": "env:SECRET"}
    site = Site.model_validate(
        {
            "site": {"id": "pori", "name": "Pori"},
            "spaces": {name: {"zone": "semi-public", "kind": "meeting-room"} for name in ("a", "b")},
            "calendars": {"mail": {"graph": login, "mailboxes": {"a": "a@pori.example", "b": "b@pori.example"}}},
        }
    )
    desk = MemoryDesk(site=site)
    async with client_of(create_app(desk, tokens=TOKENS), **AUTHORIZED) as client:
        calendars = (await client.get("/api/v1/calendars")).json()["calendars"]
        assert [(calendar["id"], calendar["name"]) for calendar in calendars] == [("mail/a", "Mail (A)"), ("mail/b", "Mail (B)")]
        told = await room(client, "b")
        assert [(calendar["id"], calendar["stale"]) for calendar in told["calendars"]] == [("mail/b", True)]
        assert (told["youngest_reading_s"], told["oldest_reading_s"]) == (None, None)


# --- what people do ---------------------------------------------------------------------------------------------------


async def test_the_official_comes_and_the_door_opens(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    told = (await post(program, f"{ROOM_1}/arrive")).json()
    assert (told["state"], told["awaits_official"], told["doors"][0]["wanted"]) == ("open", False, "unlocked")
    came = next(event for event in desk.journal if isinstance(event, OfficialCame))
    assert (came.room, came.how, came.by) == ("room-1", "tap", "M. Virtanen")


async def test_taps_keep_extend_and_release_the_present_booking(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await post(program, f"{ROOM_1}/arrive")
    desk.wait(timedelta(minutes=11))
    kept = (await post(program, f"{ROOM_1}/keep")).json()
    assert (kept["state"], kept["gives_up_at"]) == ("open", None)
    assert [event.by for event in desk.journal if isinstance(event, RoomKept)] == ["M. Virtanen"]
    released = (await post(program, f"{ROOM_1}/release")).json()
    assert released["state"] == "released"
    assert [event.by for event in desk.journal if isinstance(event, BookingReleased)] == ["M. Virtanen"]


async def test_an_extended_booking_ends_later(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.read(desk.booking(0, "room-1", -10, 50))
    told = (await post(program, f"{ROOM_1}/extend")).json()["booking"]
    assert (told["end"], told["ends"]) == ("2026-11-20T09:30:00Z", "2026-11-20T09:45:00Z")
    assert [event.by for event in desk.journal if isinstance(event, BookingExtended)] == ["M. Virtanen"]


REFUSALS: list[tuple[str, dict[str, object], str]] = [
    (f"{ROOM_2}/keep", {}, "The room is not booked now."),
    (f"{ROOM_2}/release", {}, "The room is not booked now."),
    (f"{ROOM_1}/extend", {}, "The room is booked by somebody else then."),
    ("/api/v1/rooms/wedding/release", {}, "Two bookings overlap here: change them in their calendar."),
    (f"{ROOM_1}/allow", {"uid": "b0@vanaja"}, "Nothing speaks against this booking."),
    (f"{ROOM_1}/allow", {"uid": "nobody's"}, "There is no such booking any more."),
    (f"{ROOM_1}/bookings", {"minutes": 30}, "This room is booked in its own calendar, not here."),
    (f"{ROOM_2}/bookings", {"minutes": 180}, "The room is booked then."),
    (f"{ROOM_2}/bookings", {"minutes": 9, "start": "2026-11-20T08:00:00Z"}, "A booking begins between now and 60 days from now."),
]


async def test_what_does_not_fit_is_refused_in_one_sentence(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.read(
        desk.booking(0, "room-1", -10, 50, agency="mml"),
        desk.booking(1, "room-1", 50, 90),
        desk.booking(2, "wedding", -10, 50),
        desk.booking(3, "wedding", -5, 80, agency="dvv"),
        desk.booking(4, "room-2", 100, 160, agency="dvv"),
    )
    before = len(desk.journal)
    for path, body, detail in REFUSALS:
        answer = await post(program, path, **body)
        assert (answer.status_code, answer.json()) == (409, {"detail": detail})
    assert len(desk.journal) == before


async def test_a_flagged_booking_opens_its_room_once_it_is_allowed(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    desk.wait(timedelta(minutes=101))
    assert (await room(program, "room-2"))["state"] == "closed"
    flagged = (await room(program, "room-2"))["booking"]
    assert (
        flagged["problem"]
        == "The room is for Digital and Population Data Services Agency on that day, not for National Land Survey"
    )
    allowed = (await post(program, f"{ROOM_2}/allow", uid=flagged["uid"], rid=flagged["rid"])).json()
    assert (allowed["booking"]["allowed"], allowed["state"]) == (True, "prepared")  # the official has not come
    opened = (await post(program, f"{ROOM_2}/arrive")).json()
    lock = desk.facts(READING("lock-room-2", "lock"))
    assert opened["state"] == "open"
    assert lock is not None
    assert lock.value == "unlocked"


async def test_a_walk_in_is_booked_opens_the_room_and_is_cancelled(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    answer = await post(program, f"{ROOM_2}/bookings", minutes=30, agency="dvv")
    made = answer.json()["booking"]
    assert (answer.status_code, made["local"], made["agency"], made["calendar"]) == (200, True, "dvv", "walk-ins")
    assert (made["start"], made["end"]) == ("2026-11-20T08:40:00Z", "2026-11-20T09:10:00Z")
    assert [event.by for event in desk.journal if isinstance(event, LocalBookingMade)] == ["M. Virtanen"]
    assert (await room(program, "room-2"))["state"] == "open"
    path = f"{ROOM_2}/bookings/{made['uid']}"
    answer = await program.request("DELETE", path, json={"by": "L. Korhonen"})
    assert (answer.status_code, answer.json()["state"]) == (200, "free")
    assert [event.by for event in desk.journal if isinstance(event, LocalBookingCancelled)] == ["L. Korhonen"]
    again = await program.request("DELETE", path, json={"by": "L. Korhonen"})
    assert (again.status_code, again.json()["detail"]) == (409, "No such booking was made here.")


async def test_a_booking_may_begin_later_and_end_at_a_time(program: httpx.AsyncClient) -> None:
    times = {"start": "2026-11-20T11:00:00+02:00", "end": "2026-11-20T11:30:00+02:00"}
    made = (await post(program, f"{ROOM_2}/bookings", **times)).json()["booking"]
    assert (made["start"], made["end_local"]) == ("2026-11-20T09:00:00Z", times["end"])


SENSELESS: list[tuple[dict[str, object], int]] = [
    ({}, 422),
    ({"minutes": 30, "end": "2026-11-20T12:00:00Z"}, 422),
    ({"minutes": 4}, 422),
    ({"minutes": 1441}, 422),
    ({"minutes": 30, "start": "2026-11-20T12:00:00"}, 422),
    ({"minutes": 30, "start": "9999-12-31T23:59:00Z"}, 422),
    ({"minutes": 30, "start": "0001-01-01T00:00:00+14:00"}, 422),
    ({"minutes": 30, "by": ""}, 422),
    ({"minutes": 30, "agency": "kela"}, 404),
]


async def test_a_booking_that_makes_no_sense_is_refused(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    before = len(desk.journal)
    for body, status in SENSELESS:
        answer = await post(program, f"{ROOM_2}/bookings", **body)
        assert (answer.status_code, answer.json()["detail"][-1]) == (status, "."), body
    assert len(desk.journal) == before


ACTIONS: list[tuple[str, str, dict[str, object]]] = [
    *(("POST", f"{{room}}/{tap}", {}) for tap in ("arrive", "keep", "release", "extend")),
    ("POST", "{room}/allow", {"uid": "b1@vanaja"}),
    ("POST", "{room}/bookings", {"minutes": 30}),
    ("DELETE", "{room}/bookings/x", {}),
]


async def test_nobody_acts_in_a_space_that_nobody_books_or_where_all_only_look(
    program: httpx.AsyncClient, desk: MemoryDesk
) -> None:
    before = len(desk.journal)
    looking = create_app(desk, tokens=TOKENS, read_only_reason="Vain katselu.")
    async with client_of(looking, **AUTHORIZED) as client:
        for method, path, body in ACTIONS:
            said = {"by": "M. Virtanen", **body}
            answer = await program.request(method, f"/api/v1/rooms/{path.format(room='lobby')}", json=said)
            assert answer.status_code == 404
            answer = await client.request(method, f"/api/v1/rooms/{path.format(room='room-1')}", json=said)
            assert (answer.status_code, answer.json()) == (403, {"detail": "Vain katselu."})
    assert len(desk.journal) == before
