"""What `talonmies devices scan` looks at, and how it tells what it has found."""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from api.models_scans import ScanOut, ScansOut, SeenOut
from drivers.scanning import OF_ONE_SPEAKER, Found, one_line, proposed_lines
from edge.asking import Controller, NotRunning
from edge.errors import IllegalCommand, Refused
from edge.line_address import connection_at
from edge.serve import with_whole_paths
from edge.site import Site
from edge.site.connections import Connection

_EVERY_S = 0.5


def line_to_scan(site: Site | None, folder: Path, connection: str | None, line: str | None) -> tuple[str, Connection]:
    """Its id, and what it is. line: an address that stands in no site file. Raises IllegalCommand."""
    if line is not None:
        if connection is not None:
            raise IllegalCommand("Name a connection of the site file or give --line, not both.")
        section = connection_at(line)
        return section.speaks, section
    if site is None:
        raise IllegalCommand("Give a site file, or --line with the address of a line.")
    known = with_whole_paths(site, folder).connections
    chosen = next(iter(known)) if connection is None and len(known) == 1 else connection
    if chosen is None or chosen not in known:
        raise IllegalCommand(f"Which connection? The site file has {', '.join(known) or 'none'}.")
    return chosen, known[chosen]


def speaker_on(controller: Callable[[], Controller], section: Connection) -> Controller | None:
    """The running controller, on a line where two who speak at once garble each other. controller: made only for such a line."""
    if section.protocol not in OF_ONE_SPEAKER:
        return None
    running = controller()
    try:
        running.ask("GET", "site")
    except NotRunning:
        return None
    return running


def found_through(controller: Controller, connection: str, units: range, by: str) -> list[Found]:
    """What the running controller finds, which scans for half a minute at a time. Ctrl-C ends it there too. Raises Refused."""
    found: list[Found] = []
    while units:
        asked = {"by": by, "connection": connection, "first": units.start, "last": units.stop - 1}
        scan = _over(controller, ScansOut.model_validate(controller.ask("POST", "device-scans", asked)), by)
        found += [_found(connection, thing) for thing in scan.found]
        if scan.how == "failed":
            raise Refused(scan.problem or "")
        if scan.how != "time" or scan.asked is None:
            break
        units = range(scan.asked + 1, units.stop)
    return found


def _over(controller: Controller, told: ScansOut, by: str) -> ScanOut:
    try:
        while told.scan is not None and told.scan.how == "running":
            time.sleep(_EVERY_S)
            told = ScansOut.model_validate(controller.ask("GET", "device-scans"))
    except KeyboardInterrupt:
        controller.ask("POST", "device-scans/end", {"by": by})
        raise
    if told.scan is None:
        raise Refused("The controller has another site file now: scan again.")
    return told.scan


def _found(connection: str, thing: SeenOut) -> Found:
    """As it was before the controller wrote a line of it."""
    proposed = yaml.safe_load(thing.line)
    (entry,) = proposed.values() if isinstance(proposed, dict) else ({},)
    return Found(connection, thing.address, thing.what, thing.make, thing.type, tuple(thing.details.items()), entry, thing.known_as)


def unit_range(words: str) -> range:
    """Raises IllegalCommand."""
    first, _, last = words.partition("-")
    numbers = [int(part) for part in (first, last or first) if part.isascii() and part.isdecimal() and len(part) <= 3]
    if len(numbers) != 2 or not 1 <= numbers[0] <= numbers[1] <= 247:
        raise IllegalCommand(f"--units {words[:40]}: write two numbers from 1 to 247, such as 1-32.")
    return range(numbers[0], numbers[1] + 1)


async def all_found(scanning: AsyncIterator[Found], counted: Callable[[int], None]) -> list[Found]:
    found: list[Found] = []
    async for thing in scanning:
        found.append(thing)
        counted(len(found))
    return found


def found_records(found: Sequence[Found]) -> list[dict[str, Any]]:
    return [
        {
            "connection": thing.connection,
            "address": one_line(thing.address),
            "what": one_line(thing.what),
            "make": thing.make,
            "type": thing.type,
            "details": {one_line(name): one_line(value) for name, value in thing.details},
            "entry": dict(thing.entry),
            "known_as": thing.known_as,
        }
        for thing in found
    ]


def found_lines(found: Sequence[Found], id_: str, site: Site | None, new: Connection | None) -> Iterator[str]:
    """Lines to paste into a site file. new: a line that is in none yet."""
    if new is not None:
        described = new.model_dump(mode="json", exclude_unset=True)
        yield "connections:"
        yield f"  {id_}: {yaml.safe_dump(described, default_flow_style=True, sort_keys=False, width=10**9).strip()}"
    yield "devices:"
    yield from proposed_lines(found, () if site is None else site.devices)
    for thing in found:
        for name, value in thing.details:
            yield f"  # {one_line(thing.address)}: {one_line(name)}: {one_line(value)}"
