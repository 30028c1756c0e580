"""One device that is connected to: its orders, its points, and the conversation while it holds a connection.

An order goes before anything is read, and its points are read back at once: what the device then reports confirms it. What was
told of a device before is not said again from memory: it is read anew, or not at all.
"""

import asyncio
import contextlib
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from drivers.ble.peer import Peer
from drivers.ble.slots import Need
from drivers.ble.teller import Teller
from edge.commands import Command
from edge.errors import Garbled, Refused, Unreachable
from edge.points import DEVICE_TYPES, PointKind, Value
from edge.problems import NO_VALUE, NONSENSE
from edge.profiles.ble_mapping import Gatt, GattPoint, TimedOrder, number_of

if TYPE_CHECKING:
    from bleak.backends.device import BLEDevice

POLL_S = 10.0
"""From one reading of everything to the next, while it is connected and tells nothing by itself."""
_STALE_S = 5.0
"""A command that could not be written for so long is left to the controller, which asks again."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 8.0
LOST_AFTER_S = 3.0
"""A connection that broke off, and is not there again after so long, is a loss."""
_NOT_READ_S = 90.0
"""Nor does its advertisement prove that a device lives which nobody could read for so long."""


class Pending(NamedTuple):
    """Times are monotonic seconds. lease_until: None where the value lasts."""

    value: Value
    epoch: int
    seq: int
    since: float
    lease_until: float | None


class Session:
    """`put` may be called from any thread, everything else only from the loop of the radio."""

    def __init__(self, device: str, kind: str, address: str, table: Gatt, teller: Teller) -> None:
        self.address = address
        self.need = Need(device)
        self.commanded = frozenset(table.orders)
        self._device = device
        self._kinds = DEVICE_TYPES[kind]
        self._table = table
        self._points = table.points[kind]
        self._characteristics = tuple(dict.fromkeys(point.characteristic for point in self._points))
        self._teller = teller
        self._wake = asyncio.Event()
        self._lock = Lock()
        self._pending: dict[str, Pending] = {}
        self._newest: dict[str, tuple[int, int]] = {}
        self._leases: dict[str, float] = {}
        self._pause_s = _FIRST_PAUSE_S
        self._try_at = 0.0
        self._broke_off_at: float | None = None
        self._reading: dict[str, bytes] | None = None
        self.handle: BLEDevice | None = None

    # --- from outside ---------------------------------------------------------------------------------------------

    def put(self, command: Command, now: float, lease_until: float | None) -> None:
        """A command that is not newer than the last one of its point is void. From any thread."""
        point, number = command.point.point, (command.epoch, command.seq)
        with self._lock:
            if number > self._newest.get(point, (-1, -1)):
                self._newest[point] = number
                self._pending[point] = Pending(command.value, *number, now, lease_until)

    def advertised(self, handle: "BLEDevice", now: float) -> None:
        self.handle = handle
        if self._teller.link(self._device) and now - self.need.read_at < _NOT_READ_S:
            self._teller.heard(self._device, now)

    def look(self, now: float) -> None:
        """Whatever time alone does: leases that end, orders that are stale, a loss."""
        with self._lock:
            for point in [point for point, pending in self._pending.items() if now - pending.since >= _STALE_S]:
                del self._pending[point]
            for point in [point for point, end in self._leases.items() if end <= now]:
                del self._leases[point]
                # Nobody renewed an order that must end, and the device would keep it.
                self._pending.setdefault(point, Pending(_fallback(self._kinds[point]), 0, 0, now, None))
            self.need.ordered = bool(self._pending)
        if self.need.ordered:
            self.need.needed_at = now
            self._wake.set()
        self.need.in_reach = self.handle is not None and now >= self._try_at
        broke_off = self._broke_off_at is not None and now - self._broke_off_at >= LOST_AFTER_S
        if self._teller.link(self._device) and (broke_off or now - self.need.read_at >= _NOT_READ_S):
            self._teller.lost(self._device, now)

    def leave(self) -> None:
        """Another needs the place."""
        self.need.leaving = True
        self._wake.set()

    def forget(self, now: float) -> None:
        """The radio begins anew; a device must be heard before it can be connected to."""
        if self.need.since is not None:
            # Its conversation was ended before it had begun.
            self._break_off(now)
            self.need.since = None
        self.handle = None

    # --- the conversation -----------------------------------------------------------------------------------------

    async def converse(self, adapter: str) -> None:
        """Connect, and serve it until it breaks off or has to leave."""
        now = asyncio.get_running_loop().time
        if self.handle is None:
            self.need.since = None
            return
        gone = asyncio.Event()

        def on_gone() -> None:
            gone.set()
            self._wake.set()

        peer = Peer(self.handle, adapter, bonds=self._table.bonds, on_gone=on_gone)
        self.need.since, self.need.leaving = now(), False
        broke_off = True
        try:
            await peer.connect()
            await self._serve(peer, gone)
            broke_off = gone.is_set()
        except Unreachable:
            pass
        except Refused as error:
            self._teller.nonsense(self._device, self.address, str(error))
        finally:
            if broke_off:
                self._break_off(now())
            await peer.close()
            self.need.since = None

    def _break_off(self, now: float) -> None:
        # Heard anew before the next try: who is out of reach would hold a place until the try is given up.
        self.handle = None
        self._broke_off_at = self._broke_off_at or now
        self._try_at = now + self._pause_s
        self._pause_s = min(_LONGEST_PAUSE_S, self._pause_s * 2)

    async def _serve(self, peer: Peer, gone: asyncio.Event) -> None:
        now = asyncio.get_running_loop().time
        self._reading = {}
        await self._give_orders(peer)
        for uuid in self._characteristics:
            if peer.tells_by_itself(uuid):
                await peer.listen(uuid, partial(self._notified, uuid))
        await self._read_all(peer)
        while not gone.is_set() and not self.need.leaving:
            await self._give_orders(peer)
            if now() - self.need.read_at >= POLL_S:
                await self._read_all(peer)
            self._wake.clear()
            if not self._waits() and not gone.is_set() and not self.need.leaving:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self._wake.wait()

    def _waits(self) -> bool:
        with self._lock:
            return bool(self._pending)

    async def _read_all(self, peer: Peer, *, answering: str | None = None) -> None:
        self._reading = {}
        for uuid in self._characteristics:
            self._reading[uuid] = await peer.read(uuid)
        read, self._reading = self._reading, None
        now = asyncio.get_running_loop().time()
        self.need.read_at, self._broke_off_at, self._pause_s = now, None, _FIRST_PAUSE_S
        self._teller.heard(self._device, now)
        for uuid, raw in read.items():
            self._tell(uuid, raw, answering=answering)

    def _notified(self, uuid: str, raw: bytes) -> None:
        """Told with all that is being read, where something is; a device is not believed before it was read in full."""
        if self._reading is None:
            self._tell(uuid, raw)
        elif uuid in self._reading:
            self._reading[uuid] = raw

    def _tell(self, uuid: str, raw: bytes, *, answering: str | None = None) -> None:
        now = asyncio.get_running_loop().time()
        for point in self._points:
            # What a waiting order is about to change must not be taken for the answer to it.
            if point.characteristic == uuid and point.name not in self._pending:
                self._tell_point(point, raw, now, anew=point.name == answering)

    def _tell_point(self, point: GattPoint, raw: bytes, now: float, *, anew: bool) -> None:
        kind = self._kinds[point.name]
        try:
            value = point.codec.read(raw)
            if value is not None and (problem := kind.problem_with(value)):
                raise Garbled(problem)
        except Garbled as error:
            self._teller.nonsense(self._device, f"{self.address} {point.name}", str(error), raw)
            self._teller.bad(self._device, point.name, NONSENSE, now)
            return
        if value is None and not kind.optional:
            self._teller.bad(self._device, point.name, NO_VALUE, now)
        else:
            self._teller.value(self._device, point.name, value, now, anew=anew)

    async def _give_orders(self, peer: Peer) -> None:
        while pending := self._next():
            point, wish = pending
            if await self._write(peer, point, wish):
                await self._read_all(peer, answering=point)
                await self._check_echo(peer, point, wish)

    def _next(self) -> tuple[str, Pending] | None:
        with self._lock:
            point = min(self._pending, key=lambda point: self._pending[point].since, default=None)
            return None if point is None else (point, self._pending.pop(point))

    async def _write(self, peer: Peer, point: str, wish: Pending) -> bool:
        """Whether anything was written: its time may be over."""
        order, now = self._table.orders[point], asyncio.get_running_loop().time()
        for_s = None if wish.lease_until is None else wish.lease_until - now
        if for_s is not None and for_s <= 0:
            return False
        raw = order.write(wish.value, wish.epoch, wish.seq, for_s)
        if raw is None:
            return False
        if wish.lease_until is None or order.falls_back:
            self._leases.pop(point, None)
        else:
            self._leases[point] = wish.lease_until
        await peer.write(order.characteristic, raw)
        return True

    async def _check_echo(self, peer: Peer, point: str, wish: Pending) -> None:
        order = self._table.orders[point]
        if isinstance(order, TimedOrder) and order.echo is not None:
            raw = await peer.read(order.echo.characteristic)
            if raw[order.echo.start : order.echo.start + 8] != number_of(wish.epoch, wish.seq):
                told = "shows another order than the one given"
                self._teller.nonsense(self._device, f"{self.address} {point}", told, raw)


def _fallback(kind: PointKind) -> Value:
    return kind.rest if kind.default is None else kind.default
