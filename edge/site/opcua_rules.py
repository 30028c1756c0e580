"""Rules about OPC UA: who we are to a server and how sure we are of it, node ids, values that are translated both ways."""

from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from edge.errors import IllegalInput
from edge.points import DEVICE_TYPES
from edge.profiles import PROFILES
from edge.profiles.opcua_mapping import OpcuaMapping, node_ref
from edge.site.connections import OpcuaConnection
from edge.site.device import Address, Device
from edge.site.draft import Draft
from edge.site.finding import Path, Problem, error, warning
from edge.site.wrong import shown
from edge.text import Text, say


def identity(draft: Draft) -> Iterator[Problem]:
    """Of us, for the server. A password or a certificate that does not do what it seems to is said so."""
    for name, line in draft.connections.items():
        if not isinstance(line, OpcuaConnection):
            continue
        path: Path = ("connections", name)
        if line.security == "none":
            doors = any(device.connection == name and device.type == "door-controller" for device in draft.devices.values())
            yield from _without_security(path, line, doors=doors)
        else:
            yield from _with_security(path, line)
        if line.password is not None and line.username is None:
            yield error((*path, "password"), say("A password belongs to a user name. Add username."), at_key=True)
        if "@" in line.url:
            yield error(
                (*path, "url"), say("A user name and a password do not belong in the address. Write them as username and password.")
            )


def _without_security(path: Path, line: OpcuaConnection, *, doors: bool) -> Iterator[Problem]:
    for key in ("certificate", "key", "server_certificate"):
        if getattr(line, key) is not None:
            yield error((*path, key), say("With security none, no certificate is used. Remove {key}.", key=key), at_key=True)
    if urlsplit(line.url).hostname in _OWN_COMPUTER:
        return
    if doors:
        told = say("Anybody on the line can unlock the doors on it and pose as the server. Use encrypt if the server has it.")
        yield warning((*path, "security"), told)
    if line.password is not None:
        told = say("The password may go over the line for all to read. Use encrypt if the server has it.")
        yield warning((*path, "security"), told)


def _with_security(path: Path, line: OpcuaConnection) -> Iterator[Problem]:
    for key in ("certificate", "key"):
        if getattr(line, key) is None:
            told = say(
                "A signed or encrypted line needs {key}. Make a certificate (docs/opcua.md), or write security: none.", key=key
            )
            yield error(path, told)
    if line.server_certificate is None:
        yield warning(path, say("Without server_certificate, anybody on the line can pose as the server. Add its certificate."))
    if line.security == "sign" and line.password is not None:
        yield warning(
            (*path, "security"), say("What is signed can be read by anybody on the line. Use encrypt if the server has it.")
        )


_OWN_COMPUTER = ("localhost", "127.0.0.1", "::1")


def nodes(draft: Draft) -> Iterator[Problem]:
    """Each device has a node for what it is there for, and each node id can be one."""
    for name, device in draft.devices.items():
        mapping = PROFILES[device.profile].mapping
        if not isinstance(mapping, OpcuaMapping):
            continue
        path: Path = ("devices", name)
        yield from _place(path, device, mapping)
        for point, address in device.points.items():
            inner: Path = (*path, "points", point)
            if point == "link":
                told = say("Whether a device is there follows from its session and its nodes. Remove {point}.", point=point)
                yield error(inner, told, at_key=True)
            if address.node is not None and not _is_node(address.node):
                yield error((*inner, "node"), _no_node(address.node))
            if (kind := DEVICE_TYPES[device.type].get(point)) is not None and kind.commanded:
                yield from _both_ways(inner, address)


def _place(path: Path, device: Device, mapping: OpcuaMapping) -> Iterator[Problem]:
    below = mapping.points.get(device.type, {})
    if not mapping.points:
        if device.at is not None:
            yield error((*path, "at"), say("This profile knows no nodes. Give each point its node under points."), at_key=True)
        yield from _missing(path, device)
    elif device.at is None:
        yield error(path, say("The nodes of this profile are below one of the device. Add that as at, such as ns=2;s=Room1."))
    elif below and not _is_node(device.at):
        yield error((*path, "at"), _no_node(device.at))


def _missing(path: Path, device: Device) -> Iterator[Problem]:
    """What a device of its type must have: all that is commanded, the contact of a door, and something to be there for."""
    own = [kind for kind in DEVICE_TYPES[device.type].values() if kind.name not in _OF_ANY_DEVICE]
    needed = [kind.name for kind in own if kind.commanded or (kind.name == "contact" and "contact" not in device.lacks)]
    for point in needed:
        if point not in device.points:
            yield error((*path, "points"), say("Give {point} its node.", point=point))
    if not needed and not any(kind.name in device.points for kind in own):
        yield error((*path, "points"), say("Give {point} its node.", point=own[0].name))


_OF_ANY_DEVICE = ("link", "tamper", "battery")


def _both_ways(path: Path, address: Address) -> Iterator[Problem]:
    if address.scale == 0:
        yield error((*path, "scale"), say("A commanded point cannot be multiplied by 0."))
    twice = [value for value, times in Counter((type(value), value) for value in address.values.values()).items() if times > 1]
    if twice:
        yield error((*path, "values"), say("A commanded point has one number or word for each value. Two of these mean the same."))


def _is_node(text: str) -> bool:
    try:
        node_ref(text)
    except IllegalInput:
        return False
    return True


def _no_node(text: str) -> Text:
    return say(
        '"{found}" is no node id. Write one such as ns=2;s=Room1.Presence, or nsu=URI;s=… or ns=2;i=5001.', found=shown(text)
    )


OPCUA_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (identity, nodes)
