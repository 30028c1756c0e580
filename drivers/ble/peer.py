"""A connection to one device through bleak, with its errors translated: who does not answer, and who says no."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from edge.errors import Refused, Unreachable

if TYPE_CHECKING:
    from bleak.backends.device import BLEDevice

CONNECT_S = 8.0
_ANSWER_S = 5.0
_OF_BONDS = (0x05, 0x08, 0x0C, 0x0F)
"""Insufficient authentication, authorization, key size, encryption. Source: Bluetooth Core Specification, ATT error codes."""

T = TypeVar("T")


class AsksForBond(Refused):
    """It serves this only to whom it is paired with."""


class Peer:
    """bonds: whether it is paired with when it asks for that. on_gone: called when the connection breaks off, or was closed.

    All that waits raises Unreachable or Refused, but for close.
    """

    def __init__(self, handle: "BLEDevice", adapter: str, *, bonds: bool, on_gone: Callable[[], None]) -> None:
        from bleak import BleakClient

        self._client = BleakClient(handle, lambda _: on_gone(), timeout=CONNECT_S, bluez={"adapter": adapter})
        self._bonds = bonds

    async def connect(self) -> None:
        await _translated(self._client.connect(), CONNECT_S + _ANSWER_S)

    async def close(self) -> None:
        """Also after it broke off, or its socket to D-Bus would stay open."""
        with contextlib.suppress(Unreachable, Refused):
            await _translated(self._client.disconnect(), CONNECT_S + _ANSWER_S)

    def tells_by_itself(self, uuid: str) -> bool:
        """Raises Refused when it has no such characteristic."""
        characteristic = self._client.services.get_characteristic(uuid)
        if characteristic is None:
            raise Refused(f"has no characteristic {uuid}")
        return bool({"notify", "indicate"} & set(characteristic.properties))

    async def listen(self, uuid: str, told: Callable[[bytes], None]) -> None:
        await self._bonded(lambda: self._client.start_notify(uuid, lambda _, raw: told(bytes(raw))))

    async def read(self, uuid: str) -> bytes:
        return bytes(await self._bonded(lambda: self._client.read_gatt_char(uuid)))

    async def write(self, uuid: str, raw: bytes) -> None:
        """Returns when the device has it."""
        await self._bonded(lambda: self._client.write_gatt_char(uuid, raw, response=True))

    async def _bonded(self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            return await _translated(ask(), _ANSWER_S)
        except AsksForBond as error:
            if not self._bonds:
                raise Refused("asks to be paired with, which its profile does not allow") from error
        await _translated(self._client.pair(), CONNECT_S + _ANSWER_S)
        try:
            return await _translated(ask(), _ANSWER_S)
        except AsksForBond as error:
            # Whoever pretends to be it would ask for that too: a person has to decide.
            raise Refused("asks to be paired with anew: it has lost the bond, or is another device") from error


async def _translated(asked: Awaitable[T], within_s: float) -> T:
    """Raises Unreachable, Refused, AsksForBond."""
    from bleak.exc import BleakDBusError, BleakError, BleakGATTProtocolError

    try:
        async with asyncio.timeout(within_s):
            return await asked
    except BleakGATTProtocolError as error:
        kind = AsksForBond if int(error.code) in _OF_BONDS else Refused
        raise kind(f"refuses with ATT error {int(error.code):#04x}") from error
    except BleakDBusError as error:
        name = error.dbus_error.rpartition(".")[2]
        if name == "NotPermitted" and "paired" in str(error).lower():
            raise AsksForBond("asks to be paired with") from error
        if name in ("NotPermitted", "NotSupported", "NotAuthorized", "AuthenticationFailed", "AuthenticationRejected"):
            raise Refused(f"refuses ({name})") from error
        raise Unreachable(f"no answer ({name})") from error
    except (BleakError, OSError, EOFError, AssertionError) as error:
        # bleak asserts that its D-Bus is there, and it may just have gone.
        raise Unreachable(f"no answer ({type(error).__name__})") from error
