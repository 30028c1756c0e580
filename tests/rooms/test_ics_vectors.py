"""Feeds as real calendars write them, with the occurrences that are right (data/calendar/expected.json)."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge.errors import Garbled
from rooms.ics import Occurrence, read_feed
from rooms.verdict import unlock

DATA = Path(__file__).parent / "data" / "calendar"
VECTORS = json.loads((DATA / "expected.json").read_text())


def as_expected(occurrence: Occurrence, room: str) -> dict[str, object]:
    partstat = occurrence.partstat(room)
    return {
        "uid": occurrence.uid,
        "rid": occurrence.rid,
        "start": f"{occurrence.start:%Y-%m-%dT%H:%M:%SZ}",
        "end": f"{occurrence.end:%Y-%m-%dT%H:%M:%SZ}",
        "all_day": occurrence.all_day,
        "status": occurrence.status,
        "transp": occurrence.transp,
        "busy": occurrence.busy,
        "summary": occurrence.summary,
        "room_partstat": partstat,
        "unlock": unlock(occurrence, partstat)[0],
    }


@pytest.mark.parametrize("name", VECTORS)
def test_vector(name: str) -> None:
    vector = VECTORS[name]
    window = (datetime.fromisoformat(vector["window"][0]), datetime.fromisoformat(vector["window"][1]))
    body = (DATA / vector["file"]).read_bytes()
    if vector["kind"] == "error":
        with pytest.raises(Garbled):
            read_feed(body, zone=ZoneInfo("Europe/Helsinki"), window=window)
        return
    feed = read_feed(body, zone=ZoneInfo("Europe/Helsinki"), window=window)
    found = [as_expected(occurrence, vector.get("room", "")) for occurrence in feed.occurrences]
    assert found == sorted(vector["occurrences"], key=lambda o: (o["start"], o["uid"], o["rid"]))
    assert bool(feed.errors) == vector["must_report_error"]
