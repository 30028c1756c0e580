"""Alarms by the interface besides the open list: groups, shelves, devices out of service, the past, figures, walk tests."""

import csv
import io
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from tests.api.conftest import OF_ROLES, client_of
from tests.api.desk import MemoryDesk

TAMPER = "/api/v1/alarms/2"
BY = {"by": "M. Virtanen"}


async def got(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(f"/api/v1{path}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_alarm_is_shelved_listed_and_taken_off_again(program: httpx.AsyncClient) -> None:
    body = {**BY, "version": 1, "minutes": 30, "reason": "Being mended"}
    shelved = (await program.post(f"{TAMPER}/shelve", json=body)).json()["shelved"]
    assert [(each["type"], each["by"], each["alarm"]) for each in shelved] == [("tamper", "M. Virtanen", 2)]
    assert [alarm["number"] for alarm in (await got(program, "/alarms"))["alarms"]] == [3, 1]
    assert "alarm-shelved" in [notice["type"] for notice in (await got(program, "/notices"))["notices"]]
    again = await program.post("/api/v1/alarms/unshelve", json={**BY, "type": "tamper", "subject": "masking-lobby"})
    assert again.json()["shelved"] == []
    assert [alarm["number"] for alarm in (await got(program, "/alarms"))["alarms"]] == [3, 2, 1]


async def test_a_panic_is_never_shelved(program: httpx.AsyncClient) -> None:
    body = {**BY, "version": 1, "minutes": 30, "reason": "x"}
    answer = await program.post("/api/v1/alarms/3/shelve", json=body)
    assert (answer.status_code, answer.json()["detail"]) == (409, "Panic button is never shelved.")
    assert (await program.post(f"{TAMPER}/shelve", json={**BY, "version": 1, "reason": "x"})).status_code == 422


async def test_a_device_goes_out_of_service_and_back(program: httpx.AsyncClient) -> None:
    button, sensor = (f"/api/v1/devices/{device}/out-of-service" for device in ("panic-desk-3", "occ-room-1"))
    assert (await program.post(button, json={**BY, "reason": "Battery"})).status_code == 409
    out = (await program.post(button, json={**BY, "minutes": 60, "reason": "Battery"})).json()["out_of_service"]
    assert [(each["device"], each["reason"]) for each in out] == [("panic-desk-3", "Battery")]
    assert "safety-out-of-service" in [alarm["type"] for alarm in (await got(program, "/alarms"))["alarms"]]
    assert (await program.request("DELETE", button, json=BY)).json()["out_of_service"] == []
    assert (await program.request("DELETE", sensor, json=BY)).status_code == 409
    assert (await program.post("/api/v1/devices/nothing/out-of-service", json={**BY, "reason": "x"})).status_code == 404


async def test_groups_name_every_open_alarm_once_and_panic_first(program: httpx.AsyncClient) -> None:
    groups = (await got(program, "/alarms/groups"))["groups"]
    assert [group["numbers"] for group in groups] == [[3], [2], [1]]


async def test_past_alarms_are_found_by_what_was_said_and_when(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    await program.post("/api/v1/alarms/3/acknowledge", json={**BY, "version": 1})
    await program.post("/api/v1/alarms/3/note", json={**BY, "text": "=Calmed down"})
    every = await got(program, "/alarms/past")
    assert ([alarm["number"] for alarm in every["alarms"]], every["more"]) == ([3, 2, 1], False)
    assert [step["what"] for step in every["alarms"][0]["steps"]] == ["raised", "acknowledged", "noted"]
    for query, numbers in (
        ("text=calmed", [3]),
        ("type=tamper", [2]),
        ("subject=wedding-door", []),
        ("limit=1", [3]),
        (f"to={(desk.clock.t - timedelta(seconds=60)).isoformat().replace('+', '%2B')}", [2, 1]),
        (f"from={(desk.clock.t + timedelta(seconds=1)).isoformat().replace('+', '%2B')}", []),
    ):
        assert [alarm["number"] for alarm in (await got(program, f"/alarms/past?{query}"))["alarms"]] == numbers, query


async def test_nothing_in_the_table_of_past_alarms_is_a_formula(program: httpx.AsyncClient) -> None:
    await program.post("/api/v1/alarms/3/note", json={"by": "@cmd", "text": '=1+1, "x"'})
    answer = await program.get("/api/v1/alarms/past.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["by"], row["text"]) for row in rows if row["what"] == "noted"] == [("'@cmd", '\'=1+1, "x"')]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


async def test_figures_tell_how_many_and_of_what(program: httpx.AsyncClient) -> None:
    figures = await got(program, "/alarms/figures?days=1")
    assert (figures["alarms"], figures["peak"]["alarms"], len(figures["worst"])) == (3, 3, 3)
    assert sum(day["alarms"] for day in figures["days"]) == sum(shift["alarms"] for shift in figures["shifts"]) == 3


async def test_a_walk_test_from_its_beginning_to_its_report(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    assert (await program.post("/api/v1/drills", json={**BY, "buttons": ["panic-desk-3"]})).status_code == 200
    desk.press("panic-desk-3", "p-2")
    assert [alarm["type"] for alarm in (await got(program, "/alarms"))["alarms"]][:2] == ["panic", "panic"]
    answer = await program.post("/api/v1/drills/panic-desk-3/confirm", json={"by": "L. Korhonen"})
    (drill,) = answer.json()["drills"]
    assert [(each["button"], each["confirmed_by"]) for each in drill["results"]] == [("panic-desk-3", "L. Korhonen")]
    tested = {each["button"]: each["tested_by"] for each in answer.json()["buttons"]}
    assert tested["panic-desk-3"] == "L. Korhonen"
    assert [alarm["type"] for alarm in (await got(program, "/alarms"))["alarms"]].count("panic") == 1
    assert (await program.post("/api/v1/drills/end", json=BY)).json()["drills"][0]["ended_by"] == "M. Virtanen"


async def test_an_alarm_is_handed_over(program: httpx.AsyncClient) -> None:
    answer = await program.post("/api/v1/alarms/3/transfer", json={**BY, "to": "L. Korhonen", "version": 1})
    assert (answer.json()["alarm"]["owner"], answer.json()["alarm"]["version"]) == ("L. Korhonen", 2)


async def test_a_clerk_acts_on_no_alarm(app: FastAPI, desk: MemoryDesk) -> None:
    before = len(desk.journal)
    async with client_of(app, Authorization=f"Bearer {OF_ROLES['clerk']}") as clerk:
        answer = await clerk.post("/api/v1/alarms/3/acknowledge", json={**BY, "version": 1})
    assert (answer.status_code, len(desk.journal)) == (403, before)


async def test_devices_say_how_long_their_batteries_last(program: httpx.AsyncClient, desk: MemoryDesk) -> None:
    for day in range(5):
        desk.report("occ-room-1", "battery", 90.0 - 2 * day)
        desk.wait(timedelta(days=1))
    devices = {each["id"]: each for each in (await got(program, "/devices"))["devices"]}
    assert devices["occ-room-1"]["battery_days"] == 40
    assert devices["masking-lobby"]["battery_days"] is None
