"""What `talonmies devices` says to words that make no sense: one sentence, and nothing is done."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from drivers.mosquitto import HOST, free_port
from edge.cli import app
from tests.system.places import write_site

TOKEN = "a-token-for-tests"
BY = ("--by", "A. Asentaja")


@pytest.fixture
def site_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TALONMIES_TOKEN", TOKEN)
    path = write_site(tmp_path, "small", 1)
    site = json.loads(path.read_text())
    devices = site["devices"]
    devices["fan"] = {"type": "relay", "connection": "broker", "space": "lobby"}
    devices["masking"] = {"type": "masking-unit", "connection": "broker", "space": "lobby"}
    devices["lock-long"] |= {"lease": "latch"}
    site["connections"]["doors"] = {"protocol": "modbus-tcp", "host": HOST}
    devices["lock-short"] |= {"connection": "doors", "profile": "modbus.timed_door", "unit": 3, "channel": 2}
    path.write_text(json.dumps(site))
    return path


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("test", "SITE", "nothing", "--yes", *BY), "There is no device nothing"),
        (("test", "SITE", "fan", "lock", "--yes", *BY), "takes no commands at lock, but at: on"),
        (("test", "SITE", "occ-long", "--yes", *BY), "takes no commands: watch"),
        (("test", "SITE", "masking", "--yes", *BY), "several points: name one of level, muted"),
        (("test", "SITE", "lock-long", "--yes", *BY), "stays unlocked until it is told to lock"),
        (("scan",), "Give a site file, or --line"),
        (("scan", "SITE", "elsewhere"), "Which connection? The site file has broker, doors."),
        (("scan", "SITE"), "Which connection? The site file has broker, doors."),
        (("scan", "SITE", "broker", "--line", "mqtt://h"), "not both"),
        (("scan", "--line", "smoke://signal"), "cannot be used"),
        (("scan", "--line", "mqtt://h:port"), "is no address of a line"),
        (("scan", "--line", "modbus-tcp://h?timeout=1h"), "cannot be used (timeout)"),
        (("scan", "--line", "mqtt://h?password=hunter2"), "cannot be used (password)"),
        (("scan", "--line", "mqtt://user:hunter2@h:x"), "is no address of a line"),
        (("scan", "--line", "modbus-tcp://h", "--units", "0-300"), "--units 0-300: write two numbers"),
        (("scan", "--line", "modbus-tcp://h", "--units", "9-3"), "--units 9-3: write two numbers"),
        (("watch", "SITE", "nothing"), "There is no device nothing"),
        (("watch", "SITE"), "No controller answers on"),
        (("walk", "SITE", "--report"), "No controller answers on"),
        (("walk", "SITE"), "--by NAME"),
        (("list", "SITE", "--language", "xx"), "--language xx: write one of"),
        (("list", "nowhere.yaml"), "nowhere.yaml"),
    ],
)
def test_one_sentence_for_what_cannot_be(site_file: Path, words: tuple[str, ...], told: str) -> None:
    given = [str(site_file) if word == "SITE" else word for word in words]
    done = CliRunner().invoke(app, ["devices", *given, "--listen", f"{HOST}:{free_port()}"])
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "hunter2" not in done.output


def test_nothing_is_tested_that_nobody_agreed_to(site_file: Path) -> None:
    done = CliRunner().invoke(app, ["devices", "test", str(site_file), "fan", "--listen", f"{HOST}:{free_port()}"], input="n\n")
    assert done.exit_code == 1
    assert "if this computer fails meanwhile, the value stays" in done.stderr or "arvo" in done.stderr


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_devices_of_a_site_file_with_their_place_on_their_line(site_file: Path, language: str) -> None:
    words = ["devices", "list", str(site_file), "--language", language, "--listen", f"{HOST}:{free_port()}"]
    listed = {device["id"]: device for device in json.loads(CliRunner().invoke(app, [*words, "--format", "json"]).stdout)}
    assert set(listed) == set(json.loads(site_file.read_text())["devices"])
    assert (listed["lock-short"]["protocol"], listed["lock-short"]["profile"]) == ("modbus-tcp", "modbus.timed_door")
    assert {"3", "2"} <= set(listed["lock-short"]["address"].replace(",", " ").split())
    assert "quality" not in listed["fan"]
    plain = CliRunner().invoke(app, words).stdout.splitlines()
    assert len(plain) == len(listed)


def test_a_list_needs_no_token(site_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TALONMIES_TOKEN")
    done = CliRunner().invoke(app, ["devices", "list", str(site_file)])
    assert (done.exit_code, "lock-long" in done.stdout) == (0, True)
    assert "env:TALONMIES_TOKEN is not there" in done.stderr
