"""The files of a report: in three languages, the same every time, and signed."""

import csv
import io
import json
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest

from api.reports.digests import DIGESTS, SIGNATURE
from api.reports.figures import Report
from api.reports.making import make, one
from api.reports.sealing import check, site_key
from edge.errors import StartRefused
from edge.language import LANGUAGES
from tests.api.reports.months import a_month, building, read, write

SITE = building()
NAMES = {"fi": "Porvoon piste, marraskuu 2026", "sv": "Borgå ställe, november 2026", "en": "Porvoo point, November 2026"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("site") / "data", *a_month())


@pytest.fixture(scope="module")
def report(data: Path) -> Report:
    return read(data, SITE)


@pytest.fixture(scope="module")
def made(report: Report, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "2026-11"
    make(report, SITE, data, folder, ("csv", "json"))
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_names_site_month_and_rows(report: Report, language: str) -> None:
    told = one(report, SITE, "text", language).decode()
    assert told.splitlines()[0] == NAMES[language]
    assert report.head is not None
    assert report.head.hash in told
    assert re.search(r"^Vero +\d+ ", told, re.MULTILINE)
    assert "{" not in told


def test_a_table_has_the_signs_of_its_language_and_no_formula(report: Report) -> None:
    finnish = list(csv.reader(io.StringIO(one(report, SITE, "csv", "fi").decode("utf-8-sig")), delimiter=";"))
    english = list(csv.reader(io.StringIO(one(report, SITE, "csv", "en").decode("utf-8-sig"))))
    assert len(finnish) == len(english) > 100
    assert {len(row) for row in finnish} == {6}
    values = {row[5] for row in english if re.fullmatch(r"\d+\.\d", row[5])}
    assert {value.replace(".", ",") for value in values} == {row[5] for row in finnish if re.fullmatch(r"\d+,\d", row[5])}
    assert values
    assert {row[3] for row in english} >= {"Vero", "'=DVV"}


def test_a_workbook_has_numbers_and_charts(report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(one(report, SITE, "xlsx", "en")))
    assert book.sheetnames[:2] == ["Use of rooms", "Cost-sharing key"]
    sheet = book["Cost-sharing key"]
    rows = {row[0]: row[1] for row in sheet.iter_rows(values_only=True) if row[0] in ("Vero", "MML", "=DVV", "Together")}
    assert rows["Together"] == 100
    assert rows["Vero"] + rows["MML"] + rows["=DVV"] == pytest.approx(100)
    assert rows["Vero"] == report.sharing.percent["vero"]
    assert not [cell for each in book for row in each.iter_rows() for cell in row if cell.data_type == "f"]


def test_programs_read_every_figure(report: Report) -> None:
    told = json.loads(one(report, SITE, "json", "en"))
    assert (told["version"], told["month"], told["complete"]) == (1, "2026-11", True)
    assert told["sharing"]["percent"] == report.sharing.percent
    assert told["use"]["rows"]["agency"]["vero"]["counts"] == dict(report.use.rows["agency"]["vero"].counts)  # type: ignore[index]


def test_the_printable_page_stands_alone_and_says_its_charts(report: Report) -> None:
    page = one(report, SITE, "html", "en").decode()
    assert page.count('<img src="data:image/svg+xml;base64,') == 3
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    assert 'alt="Cost-sharing key. Vero ' in page


@pytest.mark.soak
def test_a_pdf_is_tagged_and_the_same_every_time(report: Report) -> None:
    made = one(report, SITE, "pdf", "sv")
    assert made.startswith(b"%PDF")
    assert any(b"/MarkInfo" in part for part in _unpacked(made))
    assert made == one(report, SITE, "pdf", "sv")
    assert one(report, SITE, "html", "fi") == one(report, SITE, "html", "fi")


def _unpacked(pdf: bytes) -> Iterator[bytes]:
    for packed in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(packed)


def test_the_same_journal_gives_the_same_files(report: Report, data: Path, made: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    make(read(data, building()), building(), data, again, ("csv", "json"))
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {p.name: p.read_bytes() for p in made.iterdir()}
    assert one(report, SITE, "xlsx", "fi") == one(read(data, SITE), SITE, "xlsx", "fi")


def test_a_report_is_replaced_whole(report: Report, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "2026-11"
    make(report, SITE, data, folder, ("csv", "json"))
    make(report, SITE, data, folder, ("json",))
    assert sorted(path.name for path in folder.iterdir()) == [DIGESTS, SIGNATURE, "test-2026-11.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11"]


# --- as it was made ---------------------------------------------------------------------------------------------------


def test_what_was_not_touched_is_as_it_was_made(made: Path, data: Path) -> None:
    checked = check(made)
    assert (checked.findings, checked.files) == ((), 4)
    assert checked.fingerprint is not None
    assert check(made, checked.fingerprint.replace(" ", "").upper()).findings == ()
    assert len(check(made, "00").findings) == 1
    assert stat.S_IMODE((data / "report.key").stat().st_mode) == 0o600
    assert site_key(data).private_bytes_raw() == site_key(data).private_bytes_raw()


@pytest.mark.parametrize("what", ["changed", "gone", "added", "digest", "all", "signature", "garbage", "nothing"])
def test_whatever_was_touched_is_found(made: Path, tmp_path: Path, what: str) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in made.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    table = folder / "test-2026-11-en.csv"
    match what:
        case "changed":
            table.write_bytes(table.read_bytes().replace(b"1", b"2", 1))
        case "gone":
            table.unlink()
        case "added":
            (folder / "more.csv").write_text("x")
        case "digest":
            (folder / DIGESTS).write_bytes((folder / DIGESTS).read_bytes().replace(b"a", b"b", 1))
        case "all":
            table.write_text("")
            empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            lines = (folder / DIGESTS).read_text().splitlines(keepends=True)
            (folder / DIGESTS).write_text("".join(f"{empty}  {table.name}\n" if table.name in line else line for line in lines))
        case "signature":
            (folder / SIGNATURE).unlink()
        case "garbage":
            (folder / SIGNATURE).write_text('{"public_key": "x", "signature": 3}')
        case _:
            (folder / DIGESTS).unlink()
    assert check(folder).findings


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.key").write_text("no key")
    with pytest.raises(StartRefused, match="cannot be used"):
        site_key(tmp_path)
