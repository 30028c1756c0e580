"""What bleak does not do with an adapter: tell when it is gone, switch it off and on. Over D-Bus, as bleak itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from edge.errors import Unreachable

if TYPE_CHECKING:
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus

_BLUEZ, _ADAPTER, _PROPERTIES = "org.bluez", "org.bluez.Adapter1", "org.freedesktop.DBus.Properties"
_DBUS = "org.freedesktop.DBus"
_ANSWER_S = 10.0
_OFF_S = 0.3
_NO_BUS = "there is no D-Bus on this computer that answers, and Bluetooth needs it: install and start bluez"


class Adapter:
    """lost: it cannot be used any more, whatever the reason. on_lost: called then."""

    def __init__(self, bus: "MessageBus", name: str, on_lost: Callable[[], None]) -> None:
        self.lost = False
        self._on_lost = on_lost
        self.name = name
        self._bus = bus
        self._path = f"/org/bluez/{name}"
        self._restarting = False

    @property
    def connected(self) -> bool:
        """To D-Bus."""
        return self._bus.connected

    def lose(self) -> None:
        self.lost = True
        self._on_lost()

    async def switch_on(self) -> None:
        """Raises Unreachable when there is no such adapter, or it stays off."""
        if not await self._get("Powered"):
            await self._set_powered(True)

    async def restart(self) -> None:
        """Raises Unreachable. Whatever was connected is not any more."""
        self._restarting = True
        try:
            await self._set_powered(False)
            await asyncio.sleep(_OFF_S)
            await self._set_powered(True)
        finally:
            self._restarting = False

    async def _get(self, name: str) -> Any:
        answer = await self._ask("Get", "ss", [_ADAPTER, name])
        return answer.body[0].value

    async def _set_powered(self, on: bool) -> None:
        from dbus_fast import Variant

        await self._ask("Set", "ssv", [_ADAPTER, "Powered", Variant("b", on)])

    async def _ask(self, member: str, signature: str, body: list[Any]) -> "Message":
        from dbus_fast import Message, MessageType

        message = Message(destination=_BLUEZ, path=self._path, interface=_PROPERTIES, member=member, signature=signature, body=body)
        async with asyncio.timeout(_ANSWER_S):
            answer = await self._bus.call(message)
        if answer is None or answer.message_type is MessageType.ERROR:
            raise Unreachable(_problem(answer.error_name if answer else None, self.name))
        return answer

    async def watch(self) -> None:
        """Notice when it is lost."""
        from dbus_fast import Message

        self._bus.add_message_handler(self._on_message)
        rules = (
            f"type='signal',sender='{_DBUS}',member='NameOwnerChanged',arg0='{_BLUEZ}'",
            f"type='signal',interface='{_PROPERTIES}',path='{self._path}'",
            f"type='signal',interface='{_DBUS}.ObjectManager',member='InterfacesRemoved',arg0path='{self._path}'",
        )
        for rule in rules:
            path = "/org/freedesktop/DBus"
            message = Message(destination=_DBUS, path=path, interface=_DBUS, member="AddMatch", signature="s", body=[rule])
            async with asyncio.timeout(_ANSWER_S):
                await self._bus.call(message)

    def _on_message(self, message: "Message") -> None:
        match message.member:
            case "NameOwnerChanged" if message.body[0] == _BLUEZ:
                self.lose()
            case "InterfacesRemoved" if message.body[0] == self._path and _ADAPTER in message.body[1]:
                self.lose()
            case "PropertiesChanged" if message.path == self._path and not self._restarting:
                powered = message.body[1].get("Powered")
                if powered is not None and not powered.value:
                    self.lose()
            case _:
                pass


@asynccontextmanager
async def opened(name: str, on_lost: Callable[[], None] = lambda: None) -> AsyncIterator[Adapter]:
    """The adapter of that name, switched on. Raises Unreachable, with a sentence on what is missing."""
    from dbus_fast import AuthError, BusType
    from dbus_fast.aio import MessageBus

    try:
        bus = MessageBus(bus_type=BusType.SYSTEM)
    except OSError as error:
        raise Unreachable(_NO_BUS) from error
    try:
        async with asyncio.timeout(_ANSWER_S):
            await bus.connect()
    except (OSError, EOFError, AuthError) as error:
        bus.disconnect()
        raise Unreachable(_NO_BUS) from error
    adapter = Adapter(bus, name, on_lost)
    ended = asyncio.ensure_future(_ended(bus))
    ended.add_done_callback(lambda _: adapter.lose())
    try:
        await adapter.watch()
        await adapter.switch_on()
        yield adapter
    except TimeoutError as error:
        raise Unreachable("the Bluetooth service does not answer") from error
    finally:
        bus.disconnect()
        await ended


async def release_bleak() -> None:
    """bleak keeps a connection to D-Bus for each event loop, with all that it ever heard there, and closes none by itself."""
    from bleak.backends.bluezdbus import manager

    kept = manager._global_instances.pop(asyncio.get_running_loop(), None)
    if kept is not None and kept._bus is not None:
        kept._bus.disconnect()
        await _ended(kept._bus)


async def _ended(bus: "MessageBus") -> None:
    with suppress(OSError, EOFError):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


def _problem(error: str | None, adapter: str) -> str:
    kind = (error or "").rpartition(".")[2]
    return {
        "ServiceUnknown": "no Bluetooth service runs on this computer: install and start bluez",
        "NameHasNoOwner": "no Bluetooth service runs on this computer: install and start bluez",
        "UnknownObject": f"this computer has no Bluetooth adapter {adapter}",
        "UnknownMethod": f"this computer has no Bluetooth adapter {adapter}",
        "DoesNotExist": f"this computer has no Bluetooth adapter {adapter}",
        "AccessDenied": "this program may not use Bluetooth: make its user a member of the group bluetooth",
        "NotReady": f"the Bluetooth adapter {adapter} is off and cannot be switched on",
        "Blocked": f"the Bluetooth adapter {adapter} is blocked: see rfkill",
    }.get(kind, f"the Bluetooth adapter {adapter} cannot be used ({kind or 'no answer'})")
