"""A stand-in for BlueZ on a D-Bus: what bleak asks of `org.bluez`, answered from a radio in memory.

It follows BlueZ where a driver could stumble: devices stay known after they fell silent, the data of an advertisement is said anew
only to who asked for duplicates, an adapter without power loses all connections, and who leaves the bus scans no more.
Source: BlueZ, doc/org.bluez.Adapter, org.bluez.Device, org.bluez.GattCharacteristic (the D-Bus API).
"""

import asyncio
import contextlib
import select
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, cast

from drivers.virtual.air import Adapter, Advert, Characteristic, Peripheral, Properties

if TYPE_CHECKING:
    from dbus_fast import Message, Variant
    from dbus_fast.aio import MessageBus

_ADAPTER, _DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
_SERVICE, _CHARACTERISTIC = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
_PROPERTIES, _OBJECTS = "org.freedesktop.DBus.Properties", "org.freedesktop.DBus.ObjectManager"
_BLUEZ_ERROR = "org.bluez.Error"

_FULL_S = 0.001

_Method = Callable[["Message"], Awaitable[tuple[str, list[Any]]]]


class Bluez:
    """connect_s: how long a connection takes to come about."""

    def __init__(self, adapters: Sequence[str], *, connect_s: float = 0.02) -> None:
        self.adapters = {name: Adapter(name) for name in adapters}
        self.peripherals: dict[str, Peripheral] = {}
        self._connect_s = connect_s
        self._bus: MessageBus | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._outgoing: asyncio.Queue[Message] = asyncio.Queue()
        self._notifying: set[str] = set()
        self._methods: dict[tuple[str | None, str | None], _Method] = {
            (_OBJECTS, "GetManagedObjects"): self._all_objects,
            (_PROPERTIES, "Get"): self._get,
            (_PROPERTIES, "Set"): self._set,
            (_ADAPTER, "SetDiscoveryFilter"): self._set_filter,
            (_ADAPTER, "StartDiscovery"): self._start_discovery,
            (_ADAPTER, "StopDiscovery"): self._stop_discovery,
            (_ADAPTER, "RemoveDevice"): self._remove_device,
            (_DEVICE, "Connect"): self._connect,
            (_DEVICE, "Disconnect"): self._disconnect,
            (_DEVICE, "Pair"): self._pair,
            (_CHARACTERISTIC, "ReadValue"): self._read,
            (_CHARACTERISTIC, "WriteValue"): self._write,
            (_CHARACTERISTIC, "StartNotify"): self._start_notify,
            (_CHARACTERISTIC, "StopNotify"): self._stop_notify,
        }

    async def start(self, bus_address: str) -> None:
        from dbus_fast import Message
        from dbus_fast.aio import MessageBus

        self._bus = bus = MessageBus(bus_address=bus_address)
        await bus.connect()
        self._outgoing = asyncio.Queue()
        self._run(self._send_always(bus))
        bus.add_message_handler(self._on_message)
        rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"
        await bus.call(_bus_call(Message, "AddMatch", rule))
        await bus.request_name("org.bluez")

    async def stop(self) -> None:
        """What was scanned, connected and seen is forgotten, bonds are not."""
        for adapter in self.adapters.values():
            for path in adapter.connected:
                adapter.seen[path][0].connected_to = None
            adapter.seen.clear()
            adapter.scanning.clear()
        self._notifying.clear()
        for task in self._tasks:
            task.cancel()
        if self._bus is not None:
            self._bus.disconnect()
        self._bus = None

    # --- the radio ------------------------------------------------------------------------------------------------

    def add(self, peripheral: Peripheral) -> Peripheral:
        self.peripherals[peripheral.address] = peripheral
        return peripheral

    def advertise(self, peripheral: Peripheral, advert: Advert) -> None:
        """One advertisement, once."""
        for name, rssi in peripheral.rssi.items():
            adapter = self.adapters.get(name)
            if adapter is not None and adapter.hears:
                self._hear(adapter, peripheral, advert, rssi)

    def notify(self, peripheral: Peripheral, characteristic: Characteristic) -> None:
        """Tell its value, if it is connected to and somebody asked."""
        if peripheral.connected_to is None or characteristic.read is None:
            return
        path = self._paths_of(self.adapters[peripheral.connected_to], peripheral)[characteristic.uuid]
        if path in self._notifying:
            self._changed(path, _CHARACTERISTIC, {"Value": _variant("ay", characteristic.read())})

    def drop(self, peripheral: Peripheral) -> None:
        """The connection breaks off, from the device's side."""
        if peripheral.connected_to is not None:
            self._unlink(self.adapters[peripheral.connected_to], peripheral)

    def pull(self, name: str) -> Adapter:
        """Somebody takes the adapter out of the computer."""
        adapter = self.adapters.pop(name)
        self._power(adapter, False)
        adapter.seen.clear()
        self._removed(adapter.path, _ADAPTER)
        return adapter

    def push(self, adapter: Adapter) -> None:
        """It is put in again, and is off."""
        self.adapters[adapter.name] = adapter
        self._added(adapter.path, {_ADAPTER: _described(adapter)})

    def _hear(self, adapter: Adapter, peripheral: Peripheral, advert: Advert, rssi: int) -> None:
        path = _device_path(adapter, peripheral)
        said: Properties = {"RSSI": _variant("n", rssi)}
        if advert.service_data:
            data = {uuid: _variant("ay", octets) for uuid, octets in advert.service_data.items()}
            said["ServiceData"] = _variant("a{sv}", data)
        if advert.manufacturer_data:
            by_company = {company: _variant("ay", octets) for company, octets in advert.manufacturer_data.items()}
            said["ManufacturerData"] = _variant("a{qv}", by_company)
        if advert.uuids:
            said["UUIDs"] = _variant("as", list(advert.uuids))
        if advert.name is not None:
            said["Name"] = said["Alias"] = _variant("s", advert.name)
        if path not in adapter.seen:
            adapter.seen[path] = (peripheral, {**_unseen(adapter, peripheral), **said})
            self._added(path, {_DEVICE: adapter.seen[path][1]})
            return
        known = adapter.seen[path][1]
        everything = any(adapter.scanning.values())
        changed = said if everything else {name: value for name, value in said.items() if known.get(name) != value}
        known.update(said)
        if changed:
            self._changed(path, _DEVICE, changed)

    # --- the bus --------------------------------------------------------------------------------------------------

    def _on_message(self, message: "Message") -> bool:
        from dbus_fast import MessageType

        if message.message_type is MessageType.SIGNAL and message.member == "NameOwnerChanged":
            name, _, owner = message.body
            if not owner:
                self._forget_client(name)
            return False
        method = self._methods.get((message.interface, message.member))
        if message.message_type is not MessageType.METHOD_CALL or method is None:
            return False
        self._run(self._answer(message, method))
        return True

    def _run(self, task: Coroutine[Any, Any, None]) -> None:
        running = asyncio.get_running_loop().create_task(task)
        self._tasks.add(running)
        running.add_done_callback(self._tasks.discard)

    async def _answer(self, message: "Message", method: _Method) -> None:
        from dbus_fast import DBusError, Message

        try:
            signature, body = await method(message)
            self._outgoing.put_nowait(Message.new_method_return(message, signature, body))
        except DBusError as error:
            self._outgoing.put_nowait(Message.new_error(message, error.type, error.text))

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        from dbus_fast import Message

        if self._bus is not None:
            self._outgoing.put_nowait(Message.new_signal(path, interface, member, signature, body))

    async def _send_always(self, bus: "MessageBus") -> None:
        """One after another, and only what the socket takes: the library gives up a bus whose socket is full."""
        fd = cast("int", bus._fd)
        with contextlib.suppress(OSError, EOFError, ValueError):
            while True:
                message = await self._outgoing.get()
                while not select.select([], [fd], [], 0)[1]:  # noqa: ASYNC110 (it tells nobody)
                    await asyncio.sleep(_FULL_S)
                await bus.send(message)

    def _added(self, path: str, interfaces: dict[str, Properties]) -> None:
        self._signal("/", _OBJECTS, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def _removed(self, path: str, *interfaces: str) -> None:
        self._signal("/", _OBJECTS, "InterfacesRemoved", "oas", [path, list(interfaces)])

    def _changed(self, path: str, interface: str, changed: Properties, gone: Sequence[str] = ()) -> None:
        self._signal(path, _PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, changed, list(gone)])

    def _change(self, adapter: Adapter, path: str, **changed: "Variant") -> None:
        adapter.seen[path][1].update(changed)
        self._changed(path, _DEVICE, changed)

    # --- objects --------------------------------------------------------------------------------------------------

    async def _all_objects(self, _: "Message") -> tuple[str, list[Any]]:
        objects: dict[str, dict[str, Properties]] = {}
        for adapter in self.adapters.values():
            objects[adapter.path] = {_ADAPTER: _described(adapter)}
            for path, (peripheral, properties) in adapter.seen.items():
                objects[path] = {_DEVICE: properties}
                if peripheral.connected_to == adapter.name:
                    objects.update(self._gatt_objects(adapter, peripheral))
        return "a{oa{sa{sv}}}", [objects]

    def _gatt_objects(self, adapter: Adapter, peripheral: Peripheral) -> dict[str, dict[str, Properties]]:
        device = _device_path(adapter, peripheral)
        service = f"{device}/service0001"
        found = {service: {_SERVICE: {"UUID": _variant("s", peripheral.service), "Device": _variant("o", device)}}}
        found[service][_SERVICE]["Primary"] = _variant("b", True)
        for path, characteristic in self._characteristics(adapter, peripheral).items():
            described = {"UUID": _variant("s", characteristic.uuid), "Service": _variant("o", service)}
            flags, value = _variant("as", characteristic.flags), _variant("ay", b"")
            found[path] = {_CHARACTERISTIC: {**described, "Flags": flags, "Value": value, "MTU": _variant("q", 247)}}
        return found

    def _characteristics(self, adapter: Adapter, peripheral: Peripheral) -> dict[str, Characteristic]:
        service = f"{_device_path(adapter, peripheral)}/service0001"
        return {f"{service}/char{0x10 + n:04x}": found for n, found in enumerate(peripheral.characteristics)}

    def _paths_of(self, adapter: Adapter, peripheral: Peripheral) -> dict[str, str]:
        return {found.uuid: path for path, found in self._characteristics(adapter, peripheral).items()}

    def _adapter_of(self, message: "Message") -> Adapter:
        for adapter in self.adapters.values():
            if f"{message.path}/".startswith(f"{adapter.path}/"):
                return adapter
        raise _error("DoesNotExist", "no such adapter")

    def _device_of(self, message: "Message") -> tuple[Adapter, str, Peripheral]:
        adapter = self._adapter_of(message)
        path = "/".join((message.path or "").split("/")[:5])
        if path not in adapter.seen:
            raise _unknown_object()
        return adapter, path, adapter.seen[path][0]

    def _characteristic_of(self, message: "Message") -> tuple[Peripheral, Characteristic]:
        adapter, _, peripheral = self._device_of(message)
        if peripheral.connected_to != adapter.name:
            raise _error("Failed", "Not connected")
        found = self._characteristics(adapter, peripheral).get(message.path or "")
        if found is None:
            raise _unknown_object()
        if found.guarded and not peripheral.paired:
            raise _error("NotPermitted", "Not paired")
        return peripheral, found

    # --- adapters -------------------------------------------------------------------------------------------------

    async def _get(self, message: "Message") -> tuple[str, list[Any]]:
        _, name = message.body
        return "v", [_described(self._adapter_of(message))[name]]

    async def _set(self, message: "Message") -> tuple[str, list[Any]]:
        interface, name, value = message.body
        if interface == _ADAPTER and name == "Powered":
            self._power(self._adapter_of(message), bool(value.value))
        return "", []

    def _power(self, adapter: Adapter, on: bool) -> None:
        if on == adapter.powered:
            return
        adapter.powered = on
        if on:
            adapter.restarts += 1
            adapter.deaf = False
        else:
            for path in adapter.connected:
                self._unlink(adapter, adapter.seen[path][0])
            adapter.scanning.clear()
            self._forget_rssi(adapter)
        self._changed(adapter.path, _ADAPTER, {"Powered": _variant("b", on), "Discovering": _variant("b", False)})

    async def _set_filter(self, message: "Message") -> tuple[str, list[Any]]:
        wanted = message.body[0].get("DuplicateData")
        # BlueZ repeats what is the same unless it is asked not to.
        self._adapter_of(message).filters[message.sender or ""] = True if wanted is None else bool(wanted.value)
        return "", []

    async def _start_discovery(self, message: "Message") -> tuple[str, list[Any]]:
        adapter = self._adapter_of(message)
        if not adapter.powered:
            raise _error("NotReady", "Resource Not Ready")
        adapter.scanning[message.sender or ""] = adapter.filters.get(message.sender or "", True)
        return "", []

    async def _stop_discovery(self, message: "Message") -> tuple[str, list[Any]]:
        adapter = self._adapter_of(message)
        if not adapter.powered:
            raise _error("NotReady", "Resource Not Ready")
        if adapter.scanning.pop(message.sender or "", None) is None:
            raise _error("Failed", "No discovery started")
        if not adapter.scanning:
            self._forget_rssi(adapter)
        return "", []

    def _forget_client(self, name: str) -> None:
        for adapter in self.adapters.values():
            adapter.filters.pop(name, None)
            if adapter.scanning.pop(name, None) is not None and not adapter.scanning:
                self._forget_rssi(adapter)

    def _forget_rssi(self, adapter: Adapter) -> None:
        """Its devices stay known with all that they said last, but for how loud they are."""
        for path, (_, properties) in adapter.seen.items():
            if properties.pop("RSSI", None) is not None:
                self._changed(path, _DEVICE, {}, ["RSSI"])

    async def _remove_device(self, message: "Message") -> tuple[str, list[Any]]:
        adapter = self._adapter_of(message)
        found = adapter.seen.get(message.body[0])
        if found is None:
            raise _error("DoesNotExist", "Does Not Exist")
        if found[0].connected_to == adapter.name:
            self._unlink(adapter, found[0])
        found[0].paired = False
        del adapter.seen[message.body[0]]
        self._removed(message.body[0], _DEVICE)
        return "", []

    # --- connections ----------------------------------------------------------------------------------------------

    async def _connect(self, message: "Message") -> tuple[str, list[Any]]:
        adapter, path, peripheral = self._device_of(message)
        await asyncio.sleep(self._connect_s)
        self._link(adapter, path, peripheral)
        return "", []

    def _link(self, adapter: Adapter, path: str, peripheral: Peripheral) -> None:
        if not adapter.powered or not peripheral.connectable or adapter.name not in peripheral.rssi:
            raise _error("Failed", "Connection timed out")
        if peripheral.connected_to is None:
            peripheral.connected_to = adapter.name
            adapter.most_connected = max(adapter.most_connected, len(adapter.connected))
            self._change(adapter, path, Connected=_variant("b", True))
            for inner, interfaces in self._gatt_objects(adapter, peripheral).items():
                self._added(inner, interfaces)
            self._change(adapter, path, ServicesResolved=_variant("b", True))

    async def _disconnect(self, message: "Message") -> tuple[str, list[Any]]:
        adapter, _, peripheral = self._device_of(message)
        if peripheral.connected_to == adapter.name:
            self._unlink(adapter, peripheral)
        return "", []

    def _unlink(self, adapter: Adapter, peripheral: Peripheral) -> None:
        path = _device_path(adapter, peripheral)
        peripheral.connected_to = None
        self._notifying = {inner for inner in self._notifying if not inner.startswith(f"{path}/")}
        self._change(adapter, path, Connected=_variant("b", False), ServicesResolved=_variant("b", False))
        for inner, interfaces in self._gatt_objects(adapter, peripheral).items():
            self._removed(inner, *interfaces)

    async def _pair(self, message: "Message") -> tuple[str, list[Any]]:
        adapter, path, peripheral = self._device_of(message)
        self._link(adapter, path, peripheral)
        peripheral.paired = True
        self._change(adapter, path, Paired=_variant("b", True), Bonded=_variant("b", True))
        return "", []

    async def _read(self, message: "Message") -> tuple[str, list[Any]]:
        _, characteristic = self._characteristic_of(message)
        if characteristic.read is None:
            raise _error("NotPermitted", "Read not permitted")
        value = characteristic.read()
        self._changed(message.path or "", _CHARACTERISTIC, {"Value": _variant("ay", value)})
        return "ay", [value]

    async def _write(self, message: "Message") -> tuple[str, list[Any]]:
        _, characteristic = self._characteristic_of(message)
        if characteristic.written is None:
            raise _error("NotPermitted", "Write not permitted")
        try:
            characteristic.written(bytes(message.body[0]))
        except ValueError as error:
            raise _error("Failed", "Operation failed with ATT error: 0x0d") from error
        return "", []

    async def _start_notify(self, message: "Message") -> tuple[str, list[Any]]:
        _, characteristic = self._characteristic_of(message)
        if not characteristic.notifies:
            raise _error("NotSupported", "Operation is not supported")
        self._notifying.add(message.path or "")
        return "", []

    async def _stop_notify(self, message: "Message") -> tuple[str, list[Any]]:
        self._notifying.discard(message.path or "")
        return "", []


def _variant(signature: str, value: Any) -> "Variant":
    from dbus_fast import Variant

    return Variant(signature, value)


def _error(name: str, text: str) -> Exception:
    from dbus_fast import DBusError

    return DBusError(f"{_BLUEZ_ERROR}.{name}", text)


def _unknown_object() -> Exception:
    from dbus_fast import DBusError, ErrorType

    return DBusError(ErrorType.UNKNOWN_OBJECT, "no such object")


def _bus_call(message: "type[Message]", member: str, rule: str) -> "Message":
    place = "org.freedesktop.DBus"
    return message(destination=place, interface=place, path="/org/freedesktop/DBus", member=member, signature="s", body=[rule])


def _device_path(adapter: Adapter, peripheral: Peripheral) -> str:
    return f"{adapter.path}/dev_{peripheral.address.replace(':', '_')}"


def _described(adapter: Adapter) -> Properties:
    return {
        "Address": _variant("s", "00:00:5E:00:53:00"),
        "Name": _variant("s", adapter.name),
        "Powered": _variant("b", adapter.powered),
        "Discovering": _variant("b", bool(adapter.scanning)),
        "Roles": _variant("as", ["central", "peripheral"]),
    }


def _unseen(adapter: Adapter, peripheral: Peripheral) -> Properties:
    return {
        "Address": _variant("s", peripheral.address),
        "AddressType": _variant("s", "public"),
        "Alias": _variant("s", peripheral.address.replace(":", "-")),
        "Adapter": _variant("o", adapter.path),
        "UUIDs": _variant("as", []),
        "Paired": _variant("b", peripheral.paired),
        "Bonded": _variant("b", peripheral.paired),
        "Trusted": _variant("b", False),
        "Connected": _variant("b", False),
        "ServicesResolved": _variant("b", False),
    }
