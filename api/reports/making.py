"""The files of a report. To be called in a program of its own: plotting and layout take time and memory."""

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, Literal, get_args

from api.reports.as_csv import csv_bytes
from api.reports.as_json import json_bytes
from api.reports.as_text import text_lines
from api.reports.build import report_of
from api.reports.chapters import document
from api.reports.figures import Report
from api.reports.month import Month
from api.reports.sealing import seal, site_key
from api.reports.writing import Writing
from edge.journal.past import past_of
from edge.language import LANGUAGES, Renderer
from edge.site import Site

Format = Literal["text", "json", "csv", "xlsx", "html", "pdf"]
KEPT: Final[tuple[Format, ...]] = ("html", "pdf", "xlsx", "csv", "json")
"""What is made each month, in all languages."""
ENDINGS: Final = {"text": "txt"}
assert set(KEPT) < set(get_args(Format))  # noqa: S101


def read(site: Site, data: Path, month: Month, now: datetime) -> Report:
    """data: folder of the journal, whose controller may be running. Raises JournalFailed."""
    with past_of(data) as journal:
        return report_of(site, journal, month, now)


def make(
    report: Report,
    site: Site,
    data: Path,
    folder: Path,
    formats: Collection[Format] = KEPT,
    languages: Sequence[str] = LANGUAGES,
) -> None:
    """Put a whole, signed report in place of the folder, or leave what is there. Raises OSError, StartRefused, PdfMissing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        for name, body in files(report, site, formats, languages):
            (new / name).write_bytes(body)
        seal(new, site_key(data))
        _synced(new)
        _put_in_place(new, folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def files(report: Report, site: Site, formats: Collection[Format], languages: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each."""
    stem = f"{report.site}-{report.month}"
    if "json" in formats:
        yield f"{stem}.json", json_bytes(report)
    for language in languages:
        for name in formats:
            if name != "json":
                yield f"{stem}-{language}.{ENDINGS.get(name, name)}", one(report, site, name, language)


def one(report: Report, site: Site, format_: Format, language: str) -> bytes:
    """One file. Plotting is imported only where something is drawn."""
    renderer = Renderer(site, language)
    told, writing = document(report, renderer), Writing(renderer)
    match format_:
        case "text":
            return ("\n".join(text_lines(told, writing)) + "\n").encode()
        case "json":
            return json_bytes(report)
        case "csv":
            return csv_bytes(told, writing)
        case "xlsx":
            from api.reports.as_xlsx import xlsx_bytes

            return xlsx_bytes(told, report.until.astimezone(site.local.zone).replace(tzinfo=None))
        case "html":
            from api.reports.as_html import html

            return html(told, writing).encode()
        case "pdf":
            from api.reports.as_html import html
            from api.reports.as_pdf import pdf_bytes

            return pdf_bytes(html(told, writing))


def _synced(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _put_in_place(new: Path, folder: Path) -> None:
    old = new.with_name(new.name.replace(".new-", ".old-"))
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
