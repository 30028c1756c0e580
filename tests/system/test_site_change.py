"""A changed site file takes over in the running program, or leaves it untouched: `talonmies reload`."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drivers.mosquitto import Broker
from edge.clock import SystemClock
from tests.broker import until
from tests.started import ran
from tests.system.places import write_site
from tests.system.program import Program, environment

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def file(tmp_path: Path, broker: Broker) -> Path:
    now = SystemClock().now()
    return write_site(tmp_path, tmp_path.name.replace("_", "-"), broker.port, [("long", now, now + timedelta(hours=1))])


@pytest.fixture
def program(file: Path, tmp_path: Path) -> Iterator[Program]:
    with Program(tmp_path, "run", file, "--data", tmp_path / "data") as running:
        yield running


def edit(file: Path, change: Edit) -> None:
    site = json.loads(file.read_text())
    change(site)
    file.write_text(json.dumps(site, indent=1))


def reload(program: Program, file: Path, *words: str, by: str = "Aino") -> "subprocess.CompletedProcess[str]":
    ended = ran("reload", file, "--by", by, "--listen", f"127.0.0.1:{program.port}", *words, env=environment())
    assert "Traceback" not in ended.stderr
    return ended


def doors(program: Program) -> dict[str, Any]:
    return {door["id"]: door for door in program.get("/api/v1/doors")["doors"]}


def test_a_change_is_shown_and_takes_over_at_once(program: Program, file: Path) -> None:
    until(lambda: doors(program)["long"]["wanted"] == "unlocked", 20)

    def never(site: dict[str, Any]) -> None:
        site["doors"]["long"]["unlock"] = "never"
        site["doors"]["side"] = {"from": "outside", "to": "lobby"}

    edit(file, never)
    shown = reload(program, file)
    assert shown.returncode == 1, "nobody agreed"
    assert "no longer unlocked" in shown.stdout
    assert "new in the site file" in shown.stdout
    assert doors(program)["long"]["wanted"] == "unlocked", "to look changes nothing"

    ran = reload(program, file, "--yes", "--reason", "The room is painted")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "The site file runs now" in ran.stdout
    assert doors(program).keys() == {"long", "short", "side"}
    until(lambda: doors(program)["long"]["wanted"] == "locked", 20)
    until(program.ready, 20)
    assert "Nothing has changed" in reload(program, file, "--yes").stdout


def test_what_is_not_fit_leaves_the_running_site_untouched(program: Program, file: Path) -> None:
    def leads_nowhere(site: dict[str, Any]) -> None:
        site["doors"]["long"]["to"] = "lounge"

    def falls_open(site: dict[str, Any]) -> None:
        site["spaces"]["office"] = {"zone": "internal"}
        site["doors"]["wrong"] = {"from": "lobby", "to": "office", "fail": "unlocked"}
        site["devices"]["lock-wrong"] = {"type": "door-controller", "connection": "broker", "door": "wrong"}

    def moves_away(site: dict[str, Any]) -> None:
        site["site"]["id"] = "another"

    good = file.read_text()
    for change, told in ((leads_nowhere, '"lounge" is not in spaces'), (falls_open, "Not proved"), (moves_away, "another site")):
        edit(file, change)
        ended = reload(program, file, "--yes")
        assert ended.returncode == 1
        assert told in ended.stdout + ended.stderr
        assert doors(program).keys() == {"long", "short"}
        file.write_text(good)


def test_a_zone_changes_only_when_a_second_person_wants_it(program: Program, file: Path) -> None:
    edit(file, lambda site: site["spaces"]["long"].update(zone="public"))
    assert "semi-public zone becomes public zone" in reload(program, file).stdout
    assert reload(program, file, "--yes").returncode == 2
    assert reload(program, file, "--yes").returncode == 2, "the same person again is no second one"
    assert reload(program, file, "--yes", by=" aino").returncode == 2, "nor is the same name written another way"
    zones = {space["id"]: space["zone"] for space in program.get("/api/v1/spaces")["spaces"]}
    assert zones["long"] == "semi-public"
    assert reload(program, file, "--yes", by="Väinö").returncode == 0
    zones = {space["id"]: space["zone"] for space in program.get("/api/v1/spaces")["spaces"]}
    assert zones["long"] == "public"


def test_an_open_alarm_and_the_numbers_of_the_journal_go_on(program: Program, file: Path, tmp_path: Path) -> None:
    until(lambda: len(program.alarms("panic-source-lost")) == 3, 30)
    before = program.get("/api/v1/site")
    edit(file, lambda site: site["site"].update(name="Uusi nimi"))
    assert reload(program, file, "--yes").returncode == 0
    assert len(program.alarms("panic-source-lost")) == 3
    after = program.get("/api/v1/site")
    assert (after["name"], after["seq"] > before["seq"]) == ("Uusi nimi", True)
    program.end()
    whole = ran("journal", "verify", tmp_path / "data")
    assert whole.returncode == 0, whole.stdout


def test_a_line_that_cannot_begin_is_told_before_anything_is_touched(program: Program, file: Path) -> None:
    good, before = file.read_text(), program.get("/api/v1/site")
    for more, missed in (
        ({"tls": {"ca": "absent.pem"}}, "absent.pem"),
        ({"username": "talonmies", "password": "env:TALONMIES_ABSENT"}, "TALONMIES_ABSENT"),
    ):
        added = {"protocol": "mqtt", **more}
        edit(file, lambda site, added=added: site["connections"].update(other=added))  # type: ignore[misc]
        ended = reload(program, file, "--yes")
        assert ended.returncode == 1
        assert missed in ended.stdout
        file.write_text(good)
    assert program.get("/api/v1/site")["started_at"] == before["started_at"], "the same controller goes on"
