"""`talonmies report`: on the terminal, as signed files, and whether those are as they were made."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from edge.cli import app
from tests.api.reports.months import ended, write
from tests.builders import DAY, HOUR, local


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site file, and a journal in `data`."""
    folder = tmp_path_factory.mktemp("site")
    site = {
        "site": {"id": "porvoo", "name": {"fi": "Porvoo", "sv": "Borgå", "en": "Porvoo"}, "language": "sv"},
        "agencies": {"vero": {"name": "Vero"}},
        "spaces": {"room-1": {"zone": "semi-public", "kind": "service-room"}},
        "calendars": {"rooms": {"local": "room-1"}},
    }
    (folder / "site.yaml").write_text(yaml.safe_dump(site))
    start = local("2026-10-05 09:00")
    write(folder / "data", *(ended(start + n * DAY, policy=None, mark=str(n)) for n in range(5)), ended(start + 9 * DAY + HOUR))
    return folder


def report(place: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["report", str(place / "site.yaml"), "--data", str(place / "data"), *words])


def test_text_comes_in_the_language_of_the_site_and_json_on_demand(place: Path) -> None:
    told = report(place, "--month", "2026-10")
    assert (told.exit_code, told.stdout.splitlines()[0]) == (0, "Borgå, oktober 2026")
    figures = json.loads(report(place, "--month", "2026-10", "--format", "json").stdout)
    assert figures["use"]["total"]["counts"]["used"] == 6


def test_signed_files_are_checked_and_a_change_is_found(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports" / "2026-10"
    made = report(place, "--month", "2026-10", "--format", "csv", "--format", "json", "--language", "fi", "--out", str(out))
    assert made.exit_code == 0, made.output
    assert sorted(path.name for path in out.iterdir()) == [
        "SHA256SUMS", "porvoo-2026-10-fi.csv", "porvoo-2026-10.json", "signature.json",
    ]  # fmt: skip
    good = CliRunner().invoke(app, ["report", "verify", str(out)])
    assert (good.exit_code, good.output.splitlines()[0]) == (0, "The report is as it was made: 2 files.")
    fingerprint = good.output.splitlines()[1].removeprefix("Signed with the key ")
    assert CliRunner().invoke(app, ["report", "verify", str(out), "--key", fingerprint]).exit_code == 0
    assert CliRunner().invoke(app, ["report", "verify", str(out), "--key", "0" * 64]).exit_code == 1
    (out / "porvoo-2026-10.json").write_text("{}")
    bad = CliRunner().invoke(app, ["report", "verify", str(out)])
    assert (bad.exit_code, bad.output) == (1, "porvoo-2026-10.json was changed.\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--month", "October"], "is no month: write 2026-11"),
        (["--month", "2199-01"], "has not begun yet"),
        (["--month", "2026-10", "--language", "de"], "write one of fi, sv, en"),
        (["--month", "2026-10", "--format", "pdf"], "need --out DIR"),
        (["--month", "2026-10", "--data", "/nowhere"], "There is no journal in /nowhere"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(place: Path, words: list[str], told: str) -> None:
    refused = report(place, *words)
    assert refused.exit_code == 1
    assert told in refused.output
    assert len(refused.output.splitlines()) == 1
