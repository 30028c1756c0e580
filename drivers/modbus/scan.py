"""Looks around on a Modbus line: which unit numbers answer, what they say they are, and which make that is. It only reads.

A number that nobody answers to costs one timeout of the line; where the line is shared, as long a pause follows.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from drivers.modbus.unit import TABLES
from drivers.modbus.wire import PymodbusWire, Wire
from drivers.scanning import Found, ScanOrder, known_as
from edge.errors import DeviceFault, Garbled, Refused, Unreachable
from edge.profiles import PROFILES
from edge.profiles.modbus_table import Span
from edge.site.connections import ModbusConnection

_ASKED = Span("holding", 0)
"""Whether it is there or not, whoever is there answers: with a value, or with an exception."""
_SHORTEST_PAUSE_S = 0.05
_NAMES = {0: "vendor", 1: "product", 2: "revision", 3: "address of the vendor", 4: "product name", 5: "model", 6: "application"}


class Heard(NamedTuple):
    """A unit that answers. objects: what it says of itself, by number; empty where it does not say."""

    unit: int
    objects: Mapping[int, str]

    @property
    def make(self) -> str | None:
        """The profile whose vendor and product these are."""
        said = [self.objects.get(number, "").strip().casefold() for number in (0, 1)]
        known = ((name, table.identity) for name, table in TABLES.items())
        return next((name for name, identity in known if identity and [word.casefold() for word in identity] == said), None)


async def scan(order: ScanOrder) -> AsyncIterator[Found]:
    """A drivers.scanning.Scan."""
    assert isinstance(order.section, ModbusConnection)  # noqa: S101 (who has another line asks another scan)
    wire, now = PymodbusWire(order.section), asyncio.get_running_loop().time
    await asyncio.to_thread(wire.open)
    try:
        for unit in order.units:
            began = now()
            heard = await asyncio.to_thread(ask, wire, unit)
            pause_s = max(now() - began, _SHORTEST_PAUSE_S) if order.shared else 0.0
            order.asked(unit)
            for found in _found(order, heard) if heard is not None else ():
                yield found
            await asyncio.sleep(pause_s)
    finally:
        await asyncio.to_thread(wire.close)


def ask(wire: Wire, unit: int) -> Heard | None:
    """None when nobody answers. Raises Unreachable when the line is lost."""
    try:
        wire.read(unit, _ASKED)
    except Unreachable:
        if not wire.is_open:
            raise
        return None
    except Refused:
        pass
    except Garbled:
        wire.open()
        return Heard(unit, {})
    try:
        return Heard(unit, wire.identification(unit))
    except DeviceFault:
        # Most makes do not know the question; some do not even refuse it.
        if not wire.is_open:
            wire.open()
        return Heard(unit, {})


def _found(order: ScanOrder, heard: Heard) -> Iterator[Found]:
    make, address = heard.make, f"unit {heard.unit}"
    what = " ".join(heard.objects[number] for number in (0, 1) if heard.objects.get(number))
    details = tuple((_NAMES.get(number, f"object {number}"), text) for number, text in sorted(heard.objects.items()))
    types = sorted(TABLES[make].points) if make is not None else []
    if make is None or len(types) != 1:
        # What is wired to which channel of such a make, only people know.
        named = (("types", ", ".join(types)),) if types else ()
        yield Found(order.connection, address, what, make, None, details + named)
        return
    for channel in range(1, PROFILES[make].channels + 1):
        entry = _entry(order.connection, make, types, heard.unit, channel)
        known = known_as(order.site, order.connection, entry)
        yield Found(order.connection, f"{address} channel {channel}", what, make, types[0], details, entry, known)


def _entry(connection: str, make: str, types: Iterable[str], unit: int, channel: int) -> dict[str, Any]:
    (type_,) = types
    return {"type": type_, "connection": connection, "profile": make, "unit": unit, "channel": channel}
