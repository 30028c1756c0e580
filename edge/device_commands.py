"""`talonmies devices`: what is connected, what could be, and whether it works.

`list` and `scan` need no controller; where one speaks on a serial line, it does the scan. The others ask the one that runs, with
the token of its site file; `test` speaks to the device itself where none runs.
"""

import asyncio
import dataclasses
import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edge.clock import SystemClock
from edge.command_errors import one_sentence_per_error
from edge.errors import IllegalCommand, StartRefused
from edge.site import Site
from edge.site.load import read_site

if TYPE_CHECKING:
    from api.models import ReadingOut
    from api.models_devices import DeviceOut, WalkOut
    from edge.asking import Controller
    from edge.language import Renderer

devices_app = typer.Typer(help="Devices: what is there, what could be connected, and whether it works.", no_args_is_help=True)

_EVERY_S = 0.5
_COLUMNS = (28, 18, 16, 12)


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


SiteFile = Annotated[Path, typer.Argument(metavar="SITE.yaml", help="The site file")]
Only = Annotated[list[str] | None, typer.Argument(metavar="[DEVICE]...", help="Only these; default: all")]
Listen = Annotated[str, typer.Option("--listen", help="HOST:PORT of the running controller")]
AsFormat = Annotated[Format, typer.Option("--format", help="text or json")]
Language = Annotated[str | None, typer.Option("--language", help="fi, sv or en; default: that of the site")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it; stands in the journal")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask")]
HERE = "127.0.0.1:8080"


@devices_app.command("list")
def list_devices(site_file: SiteFile, listen: Listen = HERE, format: AsFormat = Format.TEXT, language: Language = None) -> None:  # noqa: A002
    """The devices of a site file.

    With their place, make and address; and how they are at present, if the controller runs.
    """
    from edge.asking import NotRunning
    from edge.device_lines import list_lines, listed

    with one_sentence_per_error():
        site, renderer = _site(site_file, language)
        try:
            live = _devices(_controller(site, site_file, listen, renderer))
        except (NotRunning, StartRefused) as silence:
            live = None
            typer.echo(str(silence), err=True)
        records = listed(site, renderer, live)
        _write(format, records, lambda: list_lines(records, renderer, SystemClock().now()))


@devices_app.command()
def scan(
    site_file: Annotated[Path | None, typer.Argument(metavar="[SITE.yaml]", help="The site file")] = None,
    connection: Annotated[
        str | None, typer.Argument(metavar="[CONNECTION]", help="Which line of the site file; may be left out if it has one")
    ] = None,
    line: Annotated[
        str | None, typer.Option("--line", metavar="ADDRESS", help="A line that is in no site file, such as mqtt://10.20.0.5")
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long to listen where devices speak unasked", min=1, max=3600)] = 10.0,
    units: Annotated[str, typer.Option(metavar="FIRST-LAST", help="Modbus: which unit numbers to ask")] = "1-247",
    by: By = "",
    listen: Listen = HERE,
    format: AsFormat = Format.TEXT,  # noqa: A002
) -> None:
    """Look around on a line.

    Says what is there, and proposes lines of the site file for what it does not hold. Nothing is changed or commanded. On a
    serial line, a controller that runs there asks for it; then --by says who wants that.
    """
    from drivers.scanning import ScanOrder, scan_of
    from edge.device_scan import all_found, found_lines, found_records, found_through, line_to_scan, speaker_on, unit_range
    from edge.secrets import read_secret

    with one_sentence_per_error():
        site = None if site_file is None else read_site(site_file)
        folder = Path() if site_file is None else site_file.resolve().parent
        id_, section = line_to_scan(site, folder, connection, line)
        asked = unit_range(units)
        speaker = None
        if site is not None and site_file is not None and line is None:
            speaker = speaker_on(partial(_controller, site, site_file, listen), section)
        if speaker is not None:
            found = found_through(speaker, id_, asked, _person(by))
        else:
            order = ScanOrder(id_, section, site, partial(read_secret, folder=folder), seconds, asked)
            found = asyncio.run(all_found(scan_of(section.speaks)(order), _counted))
        _write(format, found_records(found), lambda: found_lines(found, id_, site, None if line is None else section))


@devices_app.command("test")
def try_point(
    site_file: SiteFile,
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="Its id in the site file")],
    point: Annotated[str | None, typer.Argument(metavar="[POINT]", help="May be left out if it takes commands at one only")] = None,
    by: By = "",
    value: Annotated[str | None, typer.Option(help="What to set; default: another than the present value")] = None,
    seconds: Annotated[int, typer.Option(help="After so many it goes back", min=1, max=30)] = 10,
    yes: Yes = False,
    listen: Listen = HERE,
    format: AsFormat = Format.TEXT,  # noqa: A002
    language: Language = None,
) -> None:
    """Set a point, see that the device follows, and set it back.

    Through the running controller, with all that it watches over; where none runs, over the line itself. It goes back also when
    this command is stopped. Exit 0 when the device followed, and went back.
    """
    from edge.asking import NotRunning
    from edge.device_trial import intent, point_of, trial_lines, tried_directly, tried_through
    from edge.direct_test import require_safe
    from security.point_tests import read_value

    with one_sentence_per_error():
        site, renderer = _site(site_file, language)
        chosen = point_of(site, device, point)
        wanted = None if value is None else read_value(site, device, chosen, value)
        controller = _controller(site, site_file, listen, renderer)
        try:
            controller.ask("GET", f"devices/{device}")
        except NotRunning:
            require_safe(site, device, chosen)
            _agree(intent(renderer, site, device, chosen, seconds, direct=True), yes)
            trial = tried_directly(site, site_file.resolve().parent, device, chosen, wanted, seconds)
        else:
            person = _person(by)
            _agree(intent(renderer, site, device, chosen, seconds, direct=False), yes)
            stopped = partial(typer.echo, renderer.say("Stopped: it goes back now."), err=True)
            trial = tried_through(controller, device, chosen, wanted, seconds, person, stopped)
        _write(format, dataclasses.asdict(trial), lambda: trial_lines(renderer, trial))
        if not trial.passed:
            raise typer.Exit(1)


@devices_app.command()
def watch(
    site_file: SiteFile,
    devices: Only = None,
    seconds: Annotated[float | None, typer.Option(help="Stop after so many; default: Ctrl-C", min=0)] = None,
    direct: Annotated[bool, typer.Option("--direct", help="On the lines themselves, while no controller runs")] = False,
    listen: Listen = HERE,
    format: AsFormat = Format.TEXT,  # noqa: A002
    language: Language = None,
) -> None:
    """What devices say, as they say it: value, quality and age.

    First what is known, then a line for each change; with --format json an object a line. --direct never beside a controller: on
    some lines the two would throw each other out.
    """
    from edge.device_trial import drivers_of
    from edge.direct_watch import listening
    from edge.serve import with_whole_paths

    with one_sentence_per_error():
        site, renderer = _site(site_file, language)
        if unknown := next((device for device in devices or () if device not in site.devices), None):
            raise IllegalCommand(f"There is no device {unknown[:80]} in the site file.")
        controller, folder = _controller(site, site_file, listen, renderer), site_file.resolve().parent
        if not direct:
            _follow(lambda: {each.id: each.points for each in _devices(controller)}, dict, renderer, devices, seconds, format)
            return
        _require_none(controller)
        typer.echo(renderer.say("No controller runs: what is pressed now raises no alarm."), err=True)
        with drivers_of(folder) as make, listening(with_whole_paths(site, folder), devices or (), make) as heard:
            told = lambda: heard.told(renderer, SystemClock().now())  # noqa: E731
            _follow(told, heard.problems, renderer, devices, seconds, format)


def _require_none(controller: "Controller") -> None:
    from edge.asking import NotRunning

    try:
        controller.ask("GET", "site")
    except NotRunning:
        return
    raise IllegalCommand("A controller runs here: watch through it, without --direct.")


def _follow(
    look: "Callable[[], Mapping[str, Mapping[str, ReadingOut]]]",
    problems: Callable[[], Mapping[str, str]],
    renderer: "Renderer",
    devices: list[str] | None,
    seconds: float | None,
    format: Format,  # noqa: A002
) -> None:
    """look: points by device. problems: of lines that are not there. Until Ctrl-C, or for so long."""
    ends = None if seconds is None else time.monotonic() + seconds
    shown: dict[tuple[str, str], list[str]] = {}
    troubled: Mapping[str, str] = {}
    try:
        while True:
            _show_changes({id_: points for id_, points in look().items() if not devices or id_ in devices}, renderer, shown, format)
            for connection, problem in (found := problems()).items():
                if troubled.get(connection) != problem:
                    typer.echo(
                        renderer.say("No connection to {connection}: {problem}", connection=connection, problem=problem), err=True
                    )
            troubled = found
            if ends is not None and time.monotonic() >= ends:
                return
            time.sleep(_EVERY_S)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _show_changes(
    devices: "Mapping[str, Mapping[str, ReadingOut]]",
    renderer: "Renderer",
    shown: dict[tuple[str, str], list[str]],
    format: Format,  # noqa: A002
) -> None:
    from edge.device_lines import watched

    for device, points in devices.items():
        for place, row in watched(device, points, renderer):
            if shown.get(place) == row:
                continue
            shown[place], reading = row, points[place[1]]
            if format is Format.JSON:
                told = {"device": device, "point": place[1], **reading.model_dump(mode="json")}
                typer.echo(json.dumps(told, ensure_ascii=False))
            else:
                age = renderer.say("{seconds} s ago", seconds=renderer.number(round(reading.age_s or 0.0, 1)))
                typer.echo("  ".join((*(cell.ljust(width) for cell, width in zip(row, _COLUMNS, strict=True)), age)))


@devices_app.command()
def walk(
    site_file: SiteFile,
    devices: Only = None,
    by: By = "",
    minutes: Annotated[int, typer.Option(help="How long it lasts at most", min=1, max=720)] = 240,
    end: Annotated[bool, typer.Option("--end", help="End the walk that goes on, sign it and print its report")] = False,
    report: Annotated[bool, typer.Option("--report", help="Print the report of the last walk, and do nothing")] = False,
    yes: Yes = False,
    listen: Listen = HERE,
    format: AsFormat = Format.TEXT,  # noqa: A002
    language: Language = None,
) -> None:
    """A guided walk: press each button, open each door, pass each sensor.

    What the controller hears is written down. At the end the walk is signed by name, and its report names the entry of the journal
    that stands for it. Ctrl-C leaves the walk going on. Exit 0 when everything was seen.
    """
    from edge.device_walk import begin_or_go_on, last_walk, walked

    with one_sentence_per_error():
        site, renderer = _site(site_file, language)
        controller = _controller(site, site_file, listen, renderer)
        if report:
            _tell_walk(last_walk(controller), site, renderer, format)
            return
        person = _person(by)
        if not end:
            _agree(renderer.say("Each press raises its alarm as ever: tell the guard and the alarm centre before."), yes)
            try:
                begin_or_go_on(controller, person, devices or [], minutes)
                complete = walked(controller, renderer, partial(typer.echo, err=True))
            except KeyboardInterrupt:
                complete = False
            if not complete:
                typer.echo(
                    renderer.say("The walk goes on. To sign it: {command}", command="talonmies devices walk --end"), err=True
                )
                raise typer.Exit(1)
            _agree(renderer.say("Sign the result as {name}?", name=person), yes)
        controller.ask("POST", "device-walks/end", {"by": person})
        signed = last_walk(controller)
        _tell_walk(signed, site, renderer, format)
        if not all(each.passed for each in signed.devices):
            raise typer.Exit(1)


def _tell_walk(found: "WalkOut", site: Site, renderer: "Renderer", format: Format) -> None:  # noqa: A002
    from edge.device_lines import report_lines

    _write(format, found.model_dump(mode="json"), lambda: report_lines(site, renderer, found))


# --- shared -----------------------------------------------------------------------------------------------------------


def _site(site_file: Path, language: str | None) -> "tuple[Site, Renderer]":
    from edge.language import LANGUAGES, Renderer

    site = read_site(site_file)
    if language is not None and language not in LANGUAGES:
        raise IllegalCommand(f"--language {language}: write one of {', '.join(LANGUAGES)}.")
    return site, Renderer(site, language or site.site.language)


def _controller(site: Site, site_file: Path, listen: str, renderer: "Renderer | None" = None) -> "Controller":
    from edge.asking import Controller
    from edge.serve import site_token

    return Controller(listen, site_token(site, site_file.resolve().parent), "en" if renderer is None else renderer.language)


def _devices(controller: "Controller") -> "list[DeviceOut]":
    from api.models_devices import Devices

    return Devices.model_validate(controller.ask("GET", "devices")).devices


def _person(by: str) -> str:
    if not by.strip():
        raise IllegalCommand("Say who does it, for the journal: --by NAME.")
    return by.strip()


def _agree(told: str, yes: bool) -> None:
    """Says what is about to happen, and asks."""
    typer.echo(told, err=True)
    if not yes and not typer.confirm("?", err=True):
        raise typer.Exit(1)


def _counted(many: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{many}", nl=False, err=True)


def _write(format: Format, found: Any, lines: Callable[[], Iterable[str]]) -> None:  # noqa: A002
    if format is Format.JSON:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    for line in lines():
        typer.echo(line)
