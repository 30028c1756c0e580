"""`talonmies verify`: its words, its JSON, its exit code, and the bookings of coming days."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from edge.cli import app
from edge.foresight import foresee
from edge.site import Site
from edge.site.booking import RoomPolicy
from edge.text import say
from rooms.bookings import Booking
from rooms.report import CalendarReading
from rooms.understanding import BookingsUnderstood
from tests.builders import DAY, HOUR, MONDAY, booking
from tests.security.proof.test_properties import BACK, building, changed

BROKEN_YAML = """\
site: {id: broken, name: Broken}
hours:
  day: {mon-fri: 8:00-16:00}
spaces:
  lobby: {zone: public}
  room: {zone: semi-public}
  office: {zone: internal}
doors:
  entrance: {from: outside, to: lobby, unlock: {hours: day}}
  front: {from: lobby, to: room, unlock: booking}
  back:
    {from: room, to: office,
     unlock: {hours: day}}
connections:
  line: {protocol: mqtt}
devices:
  lock-entrance: {type: door-controller, connection: line, door: entrance}
  lock-front: {type: door-controller, connection: line, door: front}
  lock-back: {type: door-controller, connection: line, door: back}
calendars:
  rooms: {url: "https://localhost:1/rooms.ics", room: room}
"""
EXAMPLES = sorted(Path("examples").glob("*.yaml"))


def verify(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["verify", *map(str, words)])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_proved(path: Path) -> None:
    done = verify(path, "--faults", "2")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{path.stem}: proved. 2^")


def test_a_finding_is_said_in_a_few_lines_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(BROKEN_YAML)
    done = verify(path)
    assert done.exit_code == 1
    summary, _, *finding = done.stdout.splitlines()[:7]
    assert summary == "broken: NOT proved. Findings: 1."
    assert finding == [
        "D2:back: A way from public to internal space opens through Room, back door.",
        finding[1],
        "  Way: Lobby → Room → Office",
        f"  {path}:13: doors.back.unlock.hours: Write unlock: never at Room, back door, so that it asks for a credential.",
        "",
    ]
    assert finding[1].endswith('Room, door is unlocked for a booking of Room; Room, back door is open by its hours "day"')


def test_the_same_as_json(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(BROKEN_YAML)
    report = json.loads(verify(path, "--format", "json").stdout)
    assert (report["holds"], report["faults"]) == (False, 1)
    assert "D2" not in report["properties"]
    (finding,) = report["findings"]
    assert {name: finding[name] for name in ("id", "property", "path", "file", "line", "place")} == {
        "id": "D2:back",
        "property": "D2",
        "path": ["lobby", "room", "office"],
        "file": str(path),
        "line": 13,
        "place": "doors.back.unlock.hours",
    }


def test_words_that_cannot_be_understood() -> None:
    for words in (["--faults", "3"], ["--days", "0"], ["--calendar", "room-calendar=examples/joensuu.ics"]):
        assert verify("examples/joensuu.yaml", *words).exit_code != 0


def test_coming_days_are_walked_through(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    site = yaml.safe_load(BROKEN_YAML)
    site["doors"]["back"] = {"from": "room", "to": "office", "back": "credential", "escape": {"back": "alarmed"}}
    path.write_text(yaml.safe_dump(site))
    empty = tmp_path / "empty.ics"
    empty.write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n")
    done = verify(path, "--days", "1", "--calendar", f"rooms={empty}", "--format", "json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["days"], report["foreseen"]) == (0, 1, [])
    missing = verify(path, "--days", "1", "--format", "json")
    assert missing.exit_code == 1
    assert [trouble["kind"] for trouble in json.loads(missing.stdout)["foreseen"]] == ["calendar"]


# --- what is foreseen -------------------------------------------------------------------------------------------------


def reading(*bookings: Booking) -> CalendarReading:
    return CalendarReading(calendar="rooms", source="x", understood=BookingsUnderstood(bookings=bookings))


def foreseen(site: Site, *bookings: Booking) -> Iterator[tuple[datetime, str, str]]:
    yield from ((each.at, each.kind, each.subject) for each in foresee(site, MONDAY, MONDAY + 2 * DAY, [reading(*bookings)]))


def test_a_booking_that_would_open_a_way_is_foreseen_at_its_instant() -> None:
    site = building(back={**BACK, "unlock": {"hours": "day"}})
    nine = MONDAY + 9 * HOUR
    night = booking(MONDAY + 20 * HOUR, MONDAY + 21 * HOUR, "room", "night")
    assert [*foreseen(site, night)] == []
    day = booking(nine, nine + HOUR, "room", "day")
    ((at, kind, door),) = foreseen(site, night, day)
    assert (at, kind, door) == (nine - timedelta(minutes=5), "refusal", "front")


def test_officials_come_and_rooms_are_not_given_up() -> None:
    """So the door is wanted until the end of a booking that waits for its official."""
    site = changed(building(back={**BACK, "unlock": {"hours": "late"}}, hours={"late": {"mon": "10:30-11:00"}}),
                   rooms={"all": RoomPolicy(staff_first=True)})  # fmt: skip
    nine = MONDAY + 9 * HOUR
    assert [*foreseen(site, booking(nine, nine + 2 * HOUR, "room"))] == [(nine + timedelta(minutes=90), "refusal", "back")]


def test_a_calendar_that_cannot_be_read_is_a_trouble_of_its_own() -> None:
    unread = CalendarReading(calendar="rooms", source="x", failure=say("No answer"))
    (trouble,) = foresee(building(), MONDAY, MONDAY + DAY, [unread])
    assert (trouble.kind, trouble.subject) == ("calendar", "rooms")
