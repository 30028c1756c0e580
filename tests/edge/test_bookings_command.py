"""`talonmies bookings` on feeds whose right reading is known, and with words that it cannot understand."""

import json
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from edge.cli import app
from tests.rooms.test_ics_vectors import DATA, VECTORS

ORDER = itemgetter("start", "uid", "rid")


def site_file(folder: Path, calendar: str) -> Path:
    path = folder / "site.yaml"
    site = {
        "site": {"id": "porvoo", "name": "Porvoo"},
        "spaces": {"room": {"zone": "semi-public", "kind": "service-room"}},
        "calendars": {calendar: {"url": "http://localhost:1/x.ics", "room": "room", "titles": True}, "desk": {"local": "room"}},
    }
    path.write_text(yaml.safe_dump(site))
    return path


def bookings(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["bookings", *map(str, words)])


def as_expected(occurrence: dict[str, Any]) -> dict[str, Any]:
    return {name: occurrence[name] for name in ("uid", "rid", "start", "end", "all_day", "status", "unlock")}


@pytest.mark.parametrize("name", VECTORS)
def test_feeds_with_known_readings(name: str, tmp_path: Path) -> None:
    vector, feed = VECTORS[name], f"--calendar=cal={DATA / VECTORS[name]['file']}"
    since, until = vector["window"]
    done = bookings(site_file(tmp_path, "cal"), "--from", since, "--to", until, "--format", "json", feed)
    report = json.loads(done.stdout)
    good = vector["kind"] == "ok"
    assert (done.exit_code, [source["ok"] for source in report["sources"]]) == (0 if good else 1, [good])
    assert bool(report["errors"]) == vector["must_report_error"]
    expected = map(as_expected, vector["occurrences"] if good else [])
    assert [as_expected(occurrence) for occurrence in report["occurrences"]] == sorted(expected, key=ORDER)


def test_a_table_in_the_language_asked_for(tmp_path: Path) -> None:
    feed = tmp_path / "feed.ics"
    feed.write_bytes((DATA / "allday_no_dtend.ics").read_bytes())
    window = ("--from", "2026-10-01", "--to", "2026-10-31")
    done = bookings(site_file(tmp_path, "cal"), f"--calendar=cal={feed}", *window, "--language", "fi")
    assert done.exit_code == 0
    assert "su 25.10. klo 0.00–ma 26.10. klo 0.00" in done.stdout
    assert "Varaus" in done.stdout
    assert f"cal – {feed}: varauksia 1" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "yesterday"], "'yesterday'"),
        (["--to", "9999-12-31"], "'9999-12-31'"),
        (["--from", "0001-01-01"], "'0001-01-01'"),
        (["--from", "2026-10-02", "--to", "2026-10-01"], "does not come after"),
        (["--language", "no"], "fi, sv, en"),
        (["--calendar", "cal"], "ID=FILE.ics"),
        (["--calendar", "other=x.ics"], "one of the calendars cal."),
        (["--calendar", "desk=x.ics"], "one of the calendars cal."),
        (["--calendar", "cal=nowhere.ics"], "nowhere.ics"),
    ],
)
def test_words_that_cannot_be_understood_are_answered_with_a_sentence(words: list[str], said: str, tmp_path: Path) -> None:
    done = bookings(site_file(tmp_path, "cal"), *words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_is_wrong_with_one_calendar_stops_no_other(tmp_path: Path) -> None:
    room = {"zone": "semi-public", "kind": "meeting-room"}
    login = {"tenant": "t", "client": "c", "secret": "env:TALONMIES_NO_SUCH_SECRET"}
    site = {
        "site": {"id": "porvoo", "name": "Porvoo", "token": "env:TALONMIES_NO_SUCH_SECRET"},
        "spaces": dict.fromkeys(["a", "b", "c", "d", "e"], room),
        "calendars": {
            "gone": {"file": "nowhere.ics", "room": "a"},
            "secret": {"url": "http://localhost:1/x.ics", "username": "u", "password": "file:nowhere", "room": "b"},
            "mail": {"graph": login, "mailboxes": {"c": "c@pori.example"}},
            "away": {"url": "http://localhost:1/x.ics", "room": "d"},
            "cal": {"graph": login, "mailboxes": {"e": "e@pori.example"}},
        },
    }
    (tmp_path / "site.yaml").write_text(yaml.safe_dump(site))
    feed = f"--calendar=cal={DATA / 'allday_no_dtend.ics'}"
    done = bookings(tmp_path / "site.yaml", "--from", "2026-10-01", "--to", "2026-10-31", "--format", "json", feed)
    report = json.loads(done.stdout)
    assert (done.exit_code, [(it["room"], it["unlock"]) for it in report["occurrences"]]) == (1, [("e", "policy")])
    ok = {"gone": False, "secret": False, "mail/c": False, "away": False, "cal": True}
    assert {source["calendar"]: source["ok"] for source in report["sources"]} == ok
    assert {error["source"] for error in report["errors"]} == {name for name in ok if not ok[name]}
    assert "TALONMIES_NO_SUCH_SECRET" in next(error["error"] for error in report["errors"] if error["source"] == "mail/c")
