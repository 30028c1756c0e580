"""What a scan of a line finds, and the lines of a site file that it proposes for it.

Each protocol that can be looked around on has a `scan.py` with a `scan` of the shape `Scan`. Whatever stands in a `Found` was said
by a stranger on the line: it is shown and written here so that it can be nothing but one line of text.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

import yaml

from edge.profiles.protocol import Protocol
from edge.site.connections import Connection
from edge.site.model import Site

OF_ONE_SPEAKER: Final = frozenset(("modbus-rtu", "modbus-rtu-tcp"))
"""Protocols of lines on which two who speak at once garble each other."""
_LONGEST_TEXT = 200
_LONGEST_ID = 64
_ID = rf"(?=.{{1,{_LONGEST_ID}}}\Z)[a-z0-9]+(-[a-z0-9]+)*"


@dataclass(frozen=True, slots=True)
class Found:
    """One device, or one of the several that a unit on a bus can be.

    connection: id of its line. address: where it is on that, for people. what: what it says it is, in its own words. make: the
    profile that fits, or None. type: the device type that fits, or None. details: further names and values that tell it apart.
    entry: the device of the site file that is proposed, without the place, which only people know; empty without a type and a make.
    known_as: its id when the site file has it already. id: the only one that it can have there, because its own topics carry it.
    """

    connection: str
    address: str
    what: str
    make: str | None = None
    type: str | None = None
    details: tuple[tuple[str, str], ...] = ()
    entry: Mapping[str, Any] = field(default_factory=dict)
    known_as: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ScanOrder:
    """section: of the connection, with whole paths. site: what is known already, if there is a site file. listen_s: how long to
    listen where devices speak unasked. units: which numbers are asked on a bus; asked: told each that has been. shared: somebody
    else asks there too, and gets at least half of its time. ask: how whoever alone may speak on a line is asked to make one request
    there (`drivers.port.Lender`); None where the scan speaks itself."""

    connection: str
    section: Connection
    site: Site | None
    secret: Callable[[str], str]
    listen_s: float = 10.0
    units: range = range(1, 248)
    asked: Callable[[int], None] = lambda _: None
    shared: bool = False
    ask: Callable[[Callable[[Any], Any]], Awaitable[Any]] | None = None


Scan = Callable[[ScanOrder], AsyncIterator[Found]]
"""Yields what it finds, as it finds it; each thing once. It reads only: nothing on the line is changed. Raises DeviceFault when the
line cannot be used, StartRefused when a secret or a file of it is missing."""


def scan_of(speaks: Protocol) -> Scan:
    """Of a protocol. Libraries of one that is not asked for are not imported."""
    scan: Scan = import_module(f"drivers.{speaks}.scan").scan
    return scan


def known_as(site: Site | None, connection: str, entry: Mapping[str, Any]) -> str | None:
    """The id of a device of the site file at the same place of the same line: unit and channel, `at`, or an address in common."""
    if site is None:
        return None
    same_line = ((id_, device) for id_, device in site.devices.items() if device.connection == connection)
    return next((id_ for id_, device in same_line if _place(entry) & _place(device.model_dump(exclude_defaults=True))), None)


def _place(entry: Mapping[str, Any]) -> set[tuple[object, ...]]:
    found: set[tuple[object, ...]] = set()
    if (unit := entry.get("unit")) is not None:
        found.add(("unit", unit, entry.get("channel", 1)))
    if (at := entry.get("at")) is not None:
        # Bluetooth addresses and UUIDs are written in either case.
        found.add(("at", str(at).casefold(), entry.get("channel", 1)))
    for address in entry.get("points", {}).values():
        topic = (address.get("topic"), address.get("field"))
        found.update({("topic", *topic)} if topic[0] else ())
        found.update((word, address[word]) for word in ("node", "characteristic") if address.get(word) and "at" not in entry)
    return found


def proposed_lines(found: Iterable[Found], taken: Iterable[str] = ()) -> Iterator[str]:
    """Lines to paste under `devices:`. What is known already, and what fits no make, is a comment. taken: ids that are in use."""
    used = set(taken)
    for thing in found:
        said = " ".join(part for part in (one_line(thing.address), one_line(thing.what)) if part)
        if thing.known_as is not None:
            yield f"  # {said}: {thing.known_as}"
        elif thing.type is None or not thing.entry or (thing.id is not None and not re.fullmatch(_ID, thing.id)):
            yield f"  # {said}: ?"
        else:
            id_ = thing.id if thing.id is not None else _free_id(f"{thing.type} {thing.address}", used)
            used.add(id_)
            yield f"  {id_}: {_flow(thing.entry)}  # {said}"


def one_line(text: str) -> str:
    """What a stranger said, as printable text that cannot end a line or a comment; cut where it goes on and on."""
    printable = "".join(c if c.isprintable() else " " for c in text[: _LONGEST_TEXT + 1])
    short = printable if len(text) <= _LONGEST_TEXT else printable[: _LONGEST_TEXT - 1] + "…"
    return " ".join(short.split())


def _free_id(words: str, used: set[str]) -> str:
    wanted = re.sub(r"[^a-z0-9]+", "-", words.casefold()).strip("-")[: _LONGEST_ID - 4].strip("-")
    numbered = (f"{wanted}-{n}" for n in range(2, len(used) + 3))
    return wanted if wanted not in used else next(id_ for id_ in numbered if id_ not in used)


def _flow(entry: Mapping[str, Any]) -> str:
    written: str = yaml.safe_dump(
        _plain(entry), default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**9, default_style=None
    )
    return written.strip()


def _plain(value: Any) -> Any:
    """Whatever a stranger said is cut to a line, in keys as in values."""
    match value:
        case Mapping():
            return {_plain(key): _plain(inner) for key, inner in value.items()}
        case str():
            return one_line(value)
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            return value
