"""`talonmies terminals`: the daily record of payment terminals, from the journal, for whoever audits them."""

import json
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from edge.command_errors import one_sentence_per_error
from edge.errors import TalonmiesError
from edge.site.load import read_site


class TerminalFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class _Wrong(TalonmiesError):
    """Words on the command line that cannot be understood."""


def terminals(
    site_file: Annotated[Path, typer.Argument(metavar="SITE.yaml", help="The site file")],
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="Such as 2026-11-01; default: a month before")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The last day; default: today")] = None,
    data: Annotated[Path, typer.Option("--data", help="Folder of the journal; a controller may be running on it")] = Path("data"),
    format: Annotated[TerminalFormat, typer.Option(help="text, json or csv")] = TerminalFormat.TEXT,  # noqa: A002
    language: Annotated[str | None, typer.Option(help="fi, sv or en; default: that of the site")] = None,
) -> None:
    """Print where every payment terminal was when the building closed, day by day.

    Reads the journal and changes nothing in it.
    """
    from api.port import JournalLine
    from api.terminal_counts import COUNTED_LATE_BY, COUNTS, TerminalCounts, newest_per_day
    from api.terminal_export import csv_lines, text_lines
    from edge.clock import SystemClock
    from edge.journal.past import past_of
    from edge.language import LANGUAGES, Renderer

    with one_sentence_per_error():
        site = read_site(site_file)
        if language is not None and language not in LANGUAGES:
            raise _Wrong(f"--language {language}: write one of {', '.join(LANGUAGES)}.")
        if not (data / "journal.db").exists():
            raise _Wrong(f"There is no journal in {data}: give the folder that `talonmies run --data` uses.")
        end = _day(last) or site.local.date_of(SystemClock().now())
        start = _day(first) or end - timedelta(days=31)
        if end < start:
            raise _Wrong(f"--from {start} --to {end}: the end comes before the beginning.")
        renderer = Renderer(site, language or site.site.language)
        report, until = TerminalCounts(renderer), site.local.instant(end + COUNTED_LATE_BY, 0)
        with past_of(data) as journal:
            headed = journal.headed(COUNTS, site.local.instant(start, 0), until)
            lines = [JournalLine(head.seq, event, head.hash) for head, event in headed]
        days = [report.count(line) for line in newest_per_day(lines, start, end)]
        match format:
            case TerminalFormat.JSON:
                typer.echo(json.dumps([day.model_dump(mode="json") for day in days], ensure_ascii=False, indent=2))
            case TerminalFormat.CSV:
                typer.echo("".join(csv_lines(days)), nl=False)
            case _:
                for told in text_lines(days, renderer):
                    typer.echo(told)


def _day(text: str | None) -> date | None:
    try:
        found = None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise _Wrong(f"{text!r} is no day: write 2026-11-27.") from error
    if found is not None and not 2000 <= found.year < 2200:
        raise _Wrong(f"{text!r} is no day of this building.")
    return found
