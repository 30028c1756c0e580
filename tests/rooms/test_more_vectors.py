"""More feeds as calendars write them: dialects, zones, exceptions, clocks that change, damage (data/more/expected.json)."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from edge.errors import Garbled
from rooms.ics import read_feed
from tests.rooms.ics_text import HELSINKI
from tests.rooms.test_ics_vectors import as_expected

DATA = Path(__file__).parent / "data" / "more"
VECTORS = json.loads((DATA / "expected.json").read_text())
TOLD = ("uid", "rid", "start", "end", "all_day", "status", "unlock")


@pytest.mark.parametrize("name", VECTORS)
def test_vector(name: str) -> None:
    vector, body = VECTORS[name], (DATA / f"{name}.ics").read_bytes()
    window = (datetime.fromisoformat(vector["window"][0]), datetime.fromisoformat(vector["window"][1]))
    if vector["kind"] == "error":
        with pytest.raises(Garbled):
            read_feed(body, zone=HELSINKI, window=window)
        return
    feed = read_feed(body, zone=HELSINKI, window=window)
    found = (as_expected(occurrence, vector.get("room", "")) for occurrence in feed.occurrences)
    assert [{name: it[name] for name in TOLD} for it in found] == vector["occurrences"]
    assert bool(feed.errors) == vector["must_report_error"]


def test_every_feed_is_read() -> None:
    assert {path.stem for path in DATA.glob("*.ics")} == set(VECTORS)
