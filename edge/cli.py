"""The command `talonmies`: thin; each command parses its words, calls one module, and says errors in one sentence."""

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from edge.command_errors import one_sentence_per_error
from edge.device_commands import devices_app
from edge.errors import TalonmiesError
from edge.people_commands import tokens_app, users_app
from edge.report_command import report_app
from edge.site import Site
from edge.site.load import LoadedSite, load_site, read_site
from edge.terminals_command import terminals

if TYPE_CHECKING:
    from edge.foresight import Foreseen
    from edge.journal import Head
    from edge.language import Renderer

app = typer.Typer(
    help="Talonmies: the edge controller of one shared government building. From booking to door, from press to screen.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
journal_app = typer.Typer(help="The audit chain: check it, hand it over.", no_args_is_help=True)
app.add_typer(journal_app, name="journal")
app.add_typer(devices_app, name="devices")
app.add_typer(users_app, name="users")
app.add_typer(tokens_app, name="tokens")
app.add_typer(report_app, name="report")
app.command()(terminals)


_MOST_FINDINGS = 20


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


SiteFile = Annotated[Path, typer.Argument(metavar="SITE.yaml", help="The site file")]
Data = Annotated[Path, typer.Option("--data", help="Folder of the journal")]
Listen = Annotated[str, typer.Option("--listen", help="HOST:PORT of the API and the consoles")]
Language = Annotated[str | None, typer.Option("--language", help="fi, sv or en; default: that of the site")]
Replaced = Annotated[
    list[str] | None, typer.Option("--calendar", metavar="ID=FILE.ics", help="Read this calendar from a file instead")
]


@app.command()
def demo(
    speed: Annotated[float, typer.Option(help="How many times faster than the clock on the wall", min=0.1, max=600)] = 1.0,
    listen: Listen = "127.0.0.1:8080",
    data: Annotated[Path | None, typer.Option(help="Keep the journal in this folder; default: one that is thrown away")] = None,
    language: Language = None,
) -> None:
    """Run a whole building on this machine.

    Broker, virtual devices, bookings around the present moment, controller and consoles; nothing to set up.
    """
    from edge.demo.start import run_demo
    from edge.logs import configure

    configure(logging.WARNING)
    with one_sentence_per_error():
        run_demo(speed=speed, listen=listen, data=data, language=language)


@app.command()
def run(
    site_file: SiteFile,
    data: Data = Path("data"),
    listen: Listen = "127.0.0.1:8080",
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Start although the journal is damaged; the loss is recorded")
    ] = False,
    waive: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Start although the proof found this; needs --waived-by and --because")
    ] = None,
    waived_by: Annotated[str, typer.Option("--waived-by", metavar="NAME", help="Who answers for it")] = "",
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why it is started all the same; stands in the journal")] = "",
) -> None:
    """Run the controller of a site.

    Until it is told to stop: Ctrl-C or SIGTERM. A site that is not proved is refused (see verify), unless each finding is waived.
    """
    from edge.listening import listening_socket, remark_on
    from edge.logs import configure
    from edge.serve import run_site
    from security.proof.waiver import Waiver

    configure()
    with one_sentence_per_error():
        site, waiver = read_site(site_file), Waiver(tuple(waive or ()), waived_by, because)
        sock = listening_socket(listen)
        told = f"{site.site.id}: consoles on http://{listen}, journal in {data}. Stop with Ctrl-C."
        remark = remark_on(site, listen)

        def tell() -> None:
            typer.echo(told)
            if remark is not None:
                typer.echo(remark)

        run_site(site, site_file.resolve(), data, sock, waiver, listen=listen, accept_loss=accept_loss, on_start=tell)


@app.command()
def reload(
    site_file: SiteFile,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who wants it; stands in the journal")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; stands in the journal")] = "",
    listen: Annotated[str, typer.Option("--listen", help="HOST:PORT of the running controller")] = "127.0.0.1:8080",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
    language: Language = None,
) -> None:
    """Let a changed site file take over while the building runs.

    Checks and proves it, shows what changes at the doors in the coming week, and asks. What is not fit changes nothing. Where a
    space comes to another zone class, a second person must do the same within a quarter of an hour.
    """
    import hashlib

    from edge.reloading import Reloading
    from edge.reloading import reload as take_over
    from edge.serve import site_token

    with one_sentence_per_error():
        site, folder = read_site(site_file), site_file.resolve().parent
        controller = Reloading(listen, site_token(site, folder), language or "en")
        digest = hashlib.sha256(site_file.read_bytes()).hexdigest()
        agreed = partial(typer.confirm, "Let it take over?") if not yes else lambda: True
        if not take_over(controller, digest, by, reason, typer.echo, agreed):
            raise typer.Exit(2)


@app.command()
def check(site_file: SiteFile, format: Annotated[Format, typer.Option(help="text or json")] = Format.TEXT) -> None:  # noqa: A002
    """Check a site file.

    Says everything that is wrong or odd in it at once, with line and remedy. Exit 0 when nothing is wrong.
    """
    loaded = load_site(site_file)
    if format is Format.JSON:
        typer.echo(json.dumps(_check_report(loaded), ensure_ascii=False, indent=2))
    else:
        for finding in loaded.findings:
            typer.echo(str(finding))
        typer.echo(_check_summary(site_file, loaded))
    if loaded.site is None:
        raise typer.Exit(1)


def _check_report(loaded: LoadedSite) -> dict[str, Any]:
    from edge.site.wrong import in_english

    findings = [
        {"level": f.level, "file": f.file, "line": f.line, "column": f.column, "path": f.path, "message": in_english(f.text)}
        for f in loaded.findings
    ]
    return {"ok": loaded.site is not None, "findings": findings}


def _check_summary(site_file: Path, loaded: LoadedSite) -> str:
    errors = sum(finding.level == "error" for finding in loaded.findings)
    warnings = len(loaded.findings) - errors
    if loaded.site is None:
        return f"{site_file}: {_count(errors, 'error')}, {_count(warnings, 'warning')}."
    site = loaded.site
    counts = (len(site.spaces), "space"), (len(site.doors), "door"), (len(site.devices), "device"), (warnings, "warning")
    return f"{site_file}: fine. {', '.join(_count(many, what) for many, what in counts)}."


def _count(many: int, what: str) -> str:
    return f"{many} {what}" if many == 1 else f"{many} {what}s"


@app.command()
def schema() -> None:
    """Print the JSON Schema of site files."""
    from edge.site.schema import schema as site_schema

    typer.echo(json.dumps(site_schema(), indent=2, ensure_ascii=False))


@app.command()
def simulate(
    site_file: SiteFile,
    start: Annotated[str, typer.Option("--from", metavar="T", help="Date or instant, local unless it has an offset")],
    end: Annotated[str, typer.Option("--to", metavar="T", help="Date (its end) or instant")],
    calendar: Replaced = None,
    events: Annotated[Path | None, typer.Option(help="What devices and people do: JSON lines")] = None,
    language: Annotated[str, typer.Option(help="fi, sv or en")] = "en",
) -> None:
    """Run days on a simulated clock.

    Decisions as JSON lines in order of time, the same every time.
    """
    from edge.rehearsal import rehearse

    with one_sentence_per_error():
        site = read_site(site_file)
        zone = site.local.zone
        window = (_instant(start, zone), _instant(end, zone, end_of_day=True))
        bodies = {known: path.read_bytes() for known, path in _calendar_files(site, site_file, calendar or ()).items()}
        happened = events.read_text(encoding="utf-8").splitlines() if events else []
        for line in rehearse(site, *window, bodies, happened, _renderer(site, language).text):
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


@app.command("plan")
def draw_plan(
    site_file: SiteFile,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write; - for standard output")] = Path("plan.svg"),
    language: Language = None,
    storey: Annotated[
        str | None, typer.Option("--storey", help="Which storey, where there are several; absent: the lowest")
    ] = None,
) -> None:
    """Draw the zones and doors of a building, as SVG: one storey where it has several.

    Spaces with an area lie where it says; without any, the drawing is made from what leads where.
    """
    from api.drawing.layout import plan
    from api.drawing.storeys import storeys
    from api.drawing.svg import draw

    with one_sentence_per_error():
        site = read_site(site_file)
        if storey is not None and storey not in site.storeys:
            raise _Wrong(f"--storey {storey}: the site has {', '.join(site.storeys)}.")
        drawn = next(each for each in storeys(site) if storey in (None, each.name))
        placed, renderer = plan(drawn.site), _renderer(site, language or site.site.language)
        _write(output, draw(drawn.site, placed, renderer, drawn.name if len(site.storeys) > 1 else None))
        if storey is None and len(site.storeys) > 1:
            others = (other for other in site.storeys if other != drawn.name)
            typer.echo(f"Drawn is storey {drawn.name}; with --storey: {', '.join(others)}.", err=True)
        if placed.measured and placed.unmeasured:
            typer.echo(f"Drawn beside the plan, for want of an area: {', '.join(placed.unmeasured)}.", err=True)


def _write(file: Path, text: str) -> None:
    if str(file) == "-":
        sys.stdout.write(text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = f"there is no folder {file.parent}" if not file.parent.is_dir() else (error.strerror or "").lower()
        raise _Wrong(f"{file} cannot be written: {reason}.") from error


@app.command("verify")
def verify_site(
    site_file: SiteFile,
    faults: Annotated[int, typer.Option(help="How many faults may come together", min=0, max=2)] = 1,
    days: Annotated[int | None, typer.Option(help="Walk through the bookings of so many coming days too", min=1, max=366)] = None,
    calendar: Replaced = None,
    format: Annotated[Format, typer.Option(help="text or json")] = Format.TEXT,  # noqa: A002
    language: Annotated[str, typer.Option(help="fi, sv or en")] = "en",
) -> None:
    """Prove zoning and egress for every reachable state.

    A failure is a shortest way to it, with the line to mend. Exit 0 when it holds.
    """
    from edge.clock import SystemClock
    from edge.proving import prove_site
    from edge.verifying import ProofReport

    with one_sentence_per_error():
        loaded = load_site(site_file)
        site = loaded.site or read_site(site_file)
        if calendar and days is None:
            raise _Wrong("--calendar is read only for --days.")
        now, renderer = SystemClock().now(), _renderer(site, language)
        proof = prove_site(site, site.local.date_of(now), faults)
        found = _foreseen(site, site_file, calendar or (), now, days) if days else []
        report = ProofReport(site_file, loaded, proof, renderer, days, found)
        if format is Format.JSON:
            typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        else:
            for line in report.lines():
                typer.echo(line)
        if found or not proof.holds:
            raise typer.Exit(1)


@app.command()
def acoustics(
    site_file: SiteFile,
    format: Annotated[Format, typer.Option(help="text or json")] = Format.TEXT,  # noqa: A002
    language: Language = None,
) -> None:
    """Print what masking can do for each pair of a site.

    Which level it would take, what is allowed and reached, and what to build instead. Needs no controller. Exit 0 when nothing is
    wrong with the site file.
    """
    from edge.acoustics_command import AcousticPlan

    with one_sentence_per_error():
        site = read_site(site_file)
        plan = AcousticPlan(site, _renderer(site, language or site.site.language))
        if format is Format.JSON:
            typer.echo(json.dumps(plan.as_json(), ensure_ascii=False, indent=2))
        else:
            for line in plan.lines():
                typer.echo(line)


@app.command("desk-link")
def desk_link(
    site_file: SiteFile,
    desk: Annotated[str, typer.Argument(metavar="DESK", help="Its id in the site file")],
    data: Data = Path("data"),
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="How phones reach the controller; default: the first of site.hosts, by https")
    ] = None,
    svg: Annotated[Path | None, typer.Option(metavar="FILE.svg", help="Draw the link as a code to stick to the desk")] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the link of the desk away instead")] = False,
) -> None:
    """Give a desk a link of its own, at which masking is turned down there.

    Without signing in, from any phone. A desk has one link; a new one ends the old one. It works at once, also while the site runs.
    """
    from edge.desk_link_command import new_link, revoked

    with one_sentence_per_error():
        told = revoked(desk, data) if revoke else new_link(read_site(site_file), desk, data, address, svg)
        for line in told:
            typer.echo(line)


def _foreseen(site: Site, site_file: Path, calendar: Sequence[str], now: datetime, days: int) -> "list[Foreseen]":
    from edge.calendars.files import standing_in
    from edge.calendars.listing import read_calendars
    from edge.foresight import foresee
    from edge.secrets import read_secret

    folder = site_file.resolve().parent
    site = standing_in(site, _replaced(site, calendar))
    end = now + timedelta(days=days)
    window = (now - timedelta(days=1), end + timedelta(days=1))
    readings = asyncio.run(read_calendars(site, folder, partial(read_secret, folder=folder), now, window))
    return foresee(site, now, end, readings)


@app.command()
def bookings(
    site_file: SiteFile,
    start: Annotated[str | None, typer.Option("--from", metavar="T", help="Date or instant; default: today")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="T", help="Date (its end) or instant; default: a week later")] = None,
    calendar: Replaced = None,
    format: Annotated[Format, typer.Option(help="text or json")] = Format.TEXT,  # noqa: A002
    language: Annotated[str, typer.Option(help="fi, sv or en")] = "en",
) -> None:
    """Print the bookings as understood.

    With what they mean for doors, and what is wrong with them. Needs no daemon. Exit 1 when a calendar cannot be read.
    """
    from edge.calendars.files import standing_in
    from edge.calendars.listing import read_calendars
    from edge.clock import SystemClock
    from edge.secrets import read_secret
    from rooms.report import bookings_lines, bookings_report

    with one_sentence_per_error():
        site, folder, now = read_site(site_file), site_file.resolve().parent, SystemClock().now()
        site = standing_in(site, _replaced(site, calendar or ()))
        zone = site.local.zone
        since = _instant(start or now.astimezone(zone).date().isoformat(), zone)
        window = (since, _instant(end, zone, end_of_day=True) if end else since + timedelta(days=7))
        if window[0] >= window[1]:
            raise _Wrong(f"--from {start or 'today'} --to {end}: the end does not come after the beginning.")
        renderer = _renderer(site, language)
        readings = asyncio.run(read_calendars(site, folder, partial(read_secret, folder=folder), now, window))
        if format is Format.JSON:
            typer.echo(json.dumps(bookings_report(readings, renderer), ensure_ascii=False, indent=2))
        else:
            for line in bookings_lines(readings, renderer):
                typer.echo(line)
        if any(reading.failure is not None for reading in readings):
            raise typer.Exit(1)


def _instant(text: str, zone: ZoneInfo, *, end_of_day: bool = False) -> datetime:
    try:
        if len(text) == len("2026-11-27"):
            day = date.fromisoformat(text) + timedelta(days=1 if end_of_day else 0)
            return datetime.combine(day, time(), zone).astimezone(UTC)
        t = datetime.fromisoformat(text)
        return (t if t.tzinfo else t.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _Wrong(f"{text!r} is no date or instant: write 2026-11-27 or 2026-11-27T08:00:00+02:00.") from error


def _renderer(site: Site, language: str) -> "Renderer":
    from edge.language import LANGUAGES, Renderer

    if language not in LANGUAGES:
        raise _Wrong(f"--language {language}: write one of {', '.join(LANGUAGES)}.")
    return Renderer(site, language)


class _Wrong(TalonmiesError):
    """Words on the command line that cannot be understood."""


def _calendar_files(site: Site, site_file: Path, replaced: Sequence[str]) -> dict[str, Path]:
    """The file of each calendar that has one, with those of the command line in their place."""
    files = {calendar: site_file.parent / section.file for calendar, section in site.calendars.items() if section.file}
    return _all_there({**files, **_replaced(site, replaced)})


def _replaced(site: Site, words: Sequence[str]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    read = [name for name, section in site.calendars.items() if not section.local]
    for word in words:
        calendar, _, file = word.partition("=")
        if calendar not in read or not file:
            raise _Wrong(f"--calendar {word}: write ID=FILE.ics with one of the calendars {', '.join(read) or '(none)'}.")
        files[calendar] = Path(file)
    return _all_there(files)


def _all_there(files: dict[str, Path]) -> dict[str, Path]:
    for calendar, path in files.items():
        if not path.is_file():
            raise _Wrong(f"The calendar {calendar} cannot be read: there is no file {path}.")
    return files


@journal_app.command()
def verify(
    data: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the journal, or an exported file")] = Path("data"),
    head: Annotated[list[str] | None, typer.Option(metavar="NUMBER:HASH", help="A head that was noted elsewhere")] = None,
) -> None:
    """Check the chain.

    Finds any edit, removal, reordering or truncation. Exit 0 when the chain is whole.
    """
    from edge.journal import verify as verify_folder
    from edge.journal import verify_export
    from edge.site.wrong import in_english

    with one_sentence_per_error():
        heads = [_head(word) for word in head or ()]
        if data.is_file():
            with data.open(encoding="utf-8", errors="replace") as lines:
                found = verify_export(lines, heads)
        else:
            found = verify_folder(_journal_folder(data), heads)
        for finding in found.findings[:_MOST_FINDINGS]:
            typer.echo(in_english(finding))
        if len(found.findings) > _MOST_FINDINGS:
            typer.echo(f"... and {len(found.findings) - _MOST_FINDINGS} more.")
        if found.findings:
            raise typer.Exit(1)
        for remark in found.remarks:
            typer.echo(in_english(remark))
        typer.echo(f"The journal is whole: {found.entries} entries, {found.first} to {found.last}.")
        typer.echo(f"Head: {found.head.seq}:{found.head.hash}")


def _head(word: str) -> "Head":
    from edge.journal import Head

    number, _, digest = word.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise _Wrong(f"--head {word} is not NUMBER:HASH as `journal verify` prints it.")
    return Head(int(number), digest)


def _journal_folder(data: Path) -> Path:
    if not (data / "journal.db").exists() and not (data / "journal.mark").exists():
        raise _Wrong(f"There is no journal in {data}: give the folder that `talonmies run --data` uses.")
    return data


@journal_app.command()
def export(
    data: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the journal")] = Path("data"),
    after: Annotated[int | None, typer.Option(help="Only entries after this number")] = None,
) -> None:
    """Write the journal as JSON lines that `journal verify` can check anywhere."""
    from edge.journal import export as export_folder

    with one_sentence_per_error():
        export_folder(_journal_folder(data), sys.stdout.write, after=after)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
