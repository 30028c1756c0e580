"""Looks around on a Modbus line: which unit numbers answer, what they say they are, and which make that is. It only reads.

A number that nobody answers to costs one timeout of the line; where the line is shared, as long a pause follows. On a line with one
speaker, that speaker asks for us (`ScanOrder.ask`).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from drivers.modbus.unit import TABLES
from drivers.modbus.wire import Identity, PymodbusWire, Silent, Wire
from drivers.scanning import Found, ScanOrder, known_as
from edge.errors import Garbled, Refused
from edge.profiles import PROFILES
from edge.profiles.modbus_table import Span
from edge.site.connections import ModbusConnection

_ASKED = Span("holding", 0)
"""Whether it is there or not, whoever is there answers: with a value, or with an exception."""
_SHORTEST_PAUSE_S = 0.05
_MOST_PARTS = 5
"""Of an identification; its three basic objects nearly always come at once."""
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


Ask = Callable[[Callable[[Wire], Any]], Awaitable[Any]]
"""Has one request made on the line, and says what came of it."""


async def scan(order: ScanOrder) -> AsyncIterator[Found]:
    """A drivers.scanning.Scan."""
    assert isinstance(order.section, ModbusConnection)  # noqa: S101 (who has another line asks another scan)
    if order.ask is not None:
        async for found in _looked(order, order.ask):
            yield found
        return
    wire = PymodbusWire(order.section)
    try:
        async for found in _looked(order, partial(_asked_on, wire)):
            yield found
    finally:
        await asyncio.to_thread(wire.close)


async def _asked_on(wire: Wire, question: Callable[[Wire], Any]) -> Any:
    if not wire.is_open:
        await asyncio.to_thread(wire.open)
    return await asyncio.to_thread(question, wire)


async def _looked(order: ScanOrder, ask: Ask) -> AsyncIterator[Found]:
    now = asyncio.get_running_loop().time
    for unit in order.units:
        began = now()
        heard = await _heard(ask, unit)
        pause_s = max(now() - began, _SHORTEST_PAUSE_S) if order.shared else 0.0
        order.asked(unit)
        for found in _found(order, heard) if heard is not None else ():
            yield found
        await asyncio.sleep(pause_s)


async def _heard(ask: Ask, unit: int) -> Heard | None:
    """None when nobody answers. Raises Unreachable when the line is lost."""
    try:
        await ask(lambda wire: wire.read(unit, _ASKED))
    except Silent:
        return None
    except (Refused, Garbled):
        pass
    return Heard(unit, await _identified(ask, unit))


async def _identified(ask: Ask, unit: int) -> dict[int, str]:
    objects: dict[int, str] = {}
    first = 0
    for _ in range(_MOST_PARTS):
        try:
            part: Identity = await ask(partial(_identification, unit, first))
        except (Silent, Refused, Garbled):
            # Most makes do not know the question; some do not even refuse it.
            return objects
        objects |= part.objects
        if part.more_from is None:
            return objects
        first = part.more_from
    return objects


def _identification(unit: int, first: int, wire: Wire) -> Identity:
    return wire.identification(unit, first)


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
