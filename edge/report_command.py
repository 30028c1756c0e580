"""`talonmies report`: the report of a month from the journal, and whether one is as it was made."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from edge.command_errors import one_sentence_per_error
from edge.errors import TalonmiesError
from edge.site.load import read_site


class ReportFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"
    PDF = "pdf"


_FOR_A_TERMINAL = (ReportFormat.TEXT, ReportFormat.JSON, ReportFormat.CSV, ReportFormat.HTML)


class _Wrong(TalonmiesError):
    """Words on the command line that cannot be understood."""


class _MakesUnlessToldOtherwise(TyperGroup):
    """`report SITE.yaml …` is `report make SITE.yaml …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["make", *args]
        return super().parse_args(ctx, args)


report_app = typer.Typer(
    cls=_MakesUnlessToldOtherwise, help="The report of a month: report SITE.yaml --month 2026-11.", no_args_is_help=True
)


@report_app.command()
def make(
    site_file: Annotated[Path, typer.Argument(metavar="SITE.yaml", help="The site file")],
    month: Annotated[str, typer.Option("--month", metavar="MONTH", help="Such as 2026-11")],
    data: Annotated[Path, typer.Option("--data", help="Folder of the journal; a controller may be running on it")] = Path("data"),
    format: Annotated[  # noqa: A002
        list[ReportFormat] | None, typer.Option(help="May be given several times; default: text, and with --out all others")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Put files there, with digests and a signature")] = None,
    language: Annotated[str | None, typer.Option(help="fi, sv or en; default: that of the site, and with --out all three")] = None,
) -> None:
    """Make the report of a month.

    Reads the journal and changes nothing in it. The same journal gives the same files.
    """
    from api.reports import making
    from api.reports.month import Month
    from edge.clock import SystemClock
    from edge.language import LANGUAGES

    with one_sentence_per_error():
        site, wanted = read_site(site_file), Month.of(month)
        if language is not None and language not in LANGUAGES:
            raise _Wrong(f"--language {language}: write one of {', '.join(LANGUAGES)}.")
        if not (data / "journal.db").exists():
            raise _Wrong(f"There is no journal in {data}: give the folder that `talonmies run --data` uses.")
        now = SystemClock().now()
        if wanted.start(site) >= now:
            raise _Wrong(f"--month {month} has not begun yet.")
        report = making.read(site, data, wanted, now)
        if out is not None:
            formats = tuple(each.value for each in format) if format else making.KEPT
            making.make(report, site, data, out.absolute(), formats, (language,) if language else LANGUAGES)  # type: ignore[arg-type]
            typer.echo(f"{out}: {', '.join(sorted(path.name for path in out.iterdir()))}")
            return
        chosen = format or [ReportFormat.TEXT]
        if len(chosen) > 1 or chosen[0] not in _FOR_A_TERMINAL:
            raise _Wrong("Several formats, workbooks and PDF need --out DIR.")
        sys.stdout.buffer.write(making.one(report, site, chosen[0].value, language or site.site.language))


@report_app.command()
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of one report")],
    key: Annotated[
        str | None, typer.Option(metavar="FINGERPRINT", help="Of the key that must have signed it, noted elsewhere")
    ] = None,
) -> None:
    """Say whether a report is as it was made.

    Exit 0 when no file was changed, added or taken away since it was signed.
    """
    from api.reports.sealing import check
    from edge.site.wrong import in_english

    with one_sentence_per_error():
        if not folder.is_dir():
            raise _Wrong(f"There is no folder {folder}.")
        checked = check(folder, key)
        for finding in checked.findings:
            typer.echo(in_english(finding))
        if checked.findings:
            raise typer.Exit(1)
        typer.echo(f"The report is as it was made: {checked.files} files.")
        typer.echo(f"Signed with the key {checked.fingerprint}")
        if key is None:
            typer.echo("Compare that with the key of the site, or give it with --key.")
