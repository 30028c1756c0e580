"""`talonmies terminals` as an auditor types it: the record of each day, from the journal alone."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edge.cli import app
from edge.events import Event
from edge.journal import Journal
from edge.journal.past import past_of
from edge.simulation import Simulation
from edge.site.load import read_site
from rooms.terminal_record import TerminalsCounted
from tests.builders import HOUR, local

SITE = Path(__file__).parents[1] / "scenarios" / "terminals.yaml"
TUESDAY = local("2026-11-24 09:00")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two evenings: on the first, one terminal is out; on the second, its dock is silent."""
    told: list[Event] = []
    building = Simulation(read_site(SITE), TUESDAY, told.append)
    building.set("bay-1", "terminal", None)
    building.advance(TUESDAY + 10 * HOUR)
    building.set("bay-1", "terminal", "pos-1")
    building.set("bay-2", "link", False)
    building.advance(TUESDAY + timedelta(days=1, hours=10))
    folder = tmp_path_factory.mktemp("data")
    journal = Journal.open(folder)
    journal.append(told)
    journal.close()
    return folder


def ask(data: Path, *words: str) -> Result:
    return CliRunner().invoke(
        app, ["terminals", str(SITE), "--data", str(data), "--from", "2026-11-20", "--to", "2026-11-30", *words]
    )


def test_lines_to_read(data: Path) -> None:
    found = ask(data, "--language", "en")
    assert found.exit_code == 0, found.output
    lines = found.output.splitlines()
    assert [line[:10] for line in lines if not line.startswith(" ")] == ["2026-11-25", "2026-11-24"]
    assert lines[1:3] == [
        "  Pos 1 · DVV · In its bay: Bay 1",
        "  Pos 2 · Shared by all · In its bay: Bay 2 (Its dock was silent)",
    ]
    assert lines[4] == "  Pos 1 · DVV · Out (No receiver heard it)"


def test_json_and_csv_name_the_entry_of_the_journal(data: Path) -> None:
    newest, first = json.loads(ask(data, "--format", "json").output)
    assert (first["day"], first["terminals"][0]["standing"], first["terminals"][0]["since"]) == (
        "2026-11-24",
        "out",
        "2026-11-24T07:00:00Z",
    )
    with past_of(data) as journal:
        heads = [head for head, _ in journal.headed((TerminalsCounted.kind,), TUESDAY, TUESDAY + timedelta(days=9))]
    assert [(each["seq"], each["hash"]) for each in (first, newest)] == [(head.seq, head.hash) for head in heads]
    rows = list(csv.DictReader(io.StringIO(ask(data, "--format", "csv").output)))
    assert [(row["day"], row["terminal"], row["standing"], row["sure"]) for row in rows] == [
        ("2026-11-25", "pos-1", "in-its-bay", "True"),
        ("2026-11-25", "pos-2", "in-its-bay", "False"),
        ("2026-11-24", "pos-1", "out", "False"),
        ("2026-11-24", "pos-2", "in-its-bay", "True"),
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--from", "yesterday"], "is no day: write 2026-11-27"),
        (["--to", "2026-11-19"], "the end comes before the beginning"),
        (["--language", "de"], "write one of"),
        (["--to", "9999-12-31"], "is no day of this building"),
    ],
)
def test_words_that_cannot_be_understood_are_told_in_a_sentence(data: Path, words: list[str], told: str) -> None:
    found = ask(data, *words)
    assert (found.exit_code, told in found.output) == (1, True), found.output
    assert "Traceback" not in found.output


def test_without_a_journal_it_says_so(tmp_path: Path) -> None:
    found = ask(tmp_path)
    assert (found.exit_code, "There is no journal in" in found.output) == (1, True)
