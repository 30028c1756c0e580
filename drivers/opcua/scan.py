"""Looking around on an OPC UA server: the variables of its own, and the objects whose make is known. It only browses and reads."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from drivers.opcua.credentials import credentials_of
from drivers.opcua.dialing import dial, leave, status_name, told
from drivers.opcua.nodes import portions
from drivers.scanning import Found, ScanOrder, known_as
from edge.errors import DeviceFault, IllegalInput
from edge.profiles import PROFILES
from edge.profiles.opcua_mapping import NodePoint, OpcuaMapping
from edge.site.connections import OpcuaConnection

if TYPE_CHECKING:
    from asyncua import ua
    from asyncua.client.client import Client

_MOST_NODES = 20_000
_OBJECTS, _HIERARCHICAL = 85, 33
_MOSTLY = ("tamper", "battery")
"""Points that an object may lack and still be of a make."""


class Seen(NamedTuple):
    """A node of the server's own. names: from the folder of all objects down to it."""

    node: "ua.NodeId"
    names: tuple[str, ...]
    variable: bool


class Held(NamedTuple):
    """What is in a variable, for people."""

    type: str
    access: str
    value: str
    status: str

    def __str__(self) -> str:
        return " ".join((self.type, self.access, self.value, *(() if self.status == "Good" else (self.status,))))


async def scan(order: ScanOrder) -> AsyncIterator[Found]:
    """Implements drivers.scanning.Scan."""
    section = order.section
    if not isinstance(section, OpcuaConnection):
        raise IllegalInput(f"{order.connection} is no line to an OPC UA server")
    client = await dial(section, credentials_of(section, order.secret))
    try:
        spaces = await client.get_namespace_array()
        seen = await _browsed(client)
        held = await _held(client, [thing for thing in seen if thing.variable])
    except DeviceFault:
        raise
    except Exception as error:
        raise told(error, section) from error
    finally:
        await leave(client)
    for found in _found(order, seen, spaces, held):
        yield found


# --- what is there ----------------------------------------------------------------------------------------------------


async def _browsed(client: "Client") -> list[Seen]:
    """All nodes of the server's own below its objects, level by level; a node that is reached twice is told once."""
    from asyncua import ua

    found: list[Seen] = []
    known = {ua.NodeId(ua.Int32(_OBJECTS))}
    level = [Seen(ua.NodeId(ua.Int32(_OBJECTS)), (), False)]
    while level and len(known) < _MOST_NODES:
        below: list[Seen] = []
        for some in portions(level):
            for parent, references in zip(some, await _references(client, [thing.node for thing in some]), strict=True):
                for reference in references:
                    node = ua.NodeId(reference.NodeId.Identifier, reference.NodeId.NamespaceIndex, reference.NodeId.NodeIdType)
                    # What every server has is of no building.
                    if node not in known and node.NamespaceIndex != 0:
                        known.add(node)
                        names = (*parent.names, reference.BrowseName.Name or "")
                        below.append(Seen(node, names, reference.NodeClass == ua.NodeClass.Variable))
        found += below
        level = below
    return found[:_MOST_NODES]


async def _references(client: "Client", nodes: "Sequence[ua.NodeId]") -> "list[list[ua.ReferenceDescription]]":
    from asyncua import ua

    wanted = ua.BrowseParameters(
        NodesToBrowse=[
            ua.BrowseDescription(
                NodeId=node,
                ReferenceTypeId=ua.NodeId(ua.Int32(_HIERARCHICAL)),
                IncludeSubtypes=True,
                NodeClassMask=ua.NodeClass.Object | ua.NodeClass.Variable,
                ResultMask=ua.BrowseResultMask.All,
            )
            for node in nodes
        ]
    )
    found = []
    for result in await client.uaclient.session.browse(wanted):
        references = list(result.References or ())
        while result.ContinuationPoint and len(references) < _MOST_NODES:
            (result,) = await client.uaclient.session.browse_next(
                ua.BrowseNextParameters(ContinuationPoints=[result.ContinuationPoint])
            )
            references += result.References or ()
        found.append(references)
    return found


async def _held(client: "Client", variables: Sequence[Seen]) -> "Mapping[ua.NodeId, Held]":
    from asyncua import ua
    from asyncua.ua.attribute_ids import AttributeIds

    found = {}
    for some in portions(variables):
        nodes = [thing.node for thing in some]
        values = await client.uaclient.session.read_attributes(nodes, AttributeIds.Value)
        access = await client.uaclient.session.read_attributes(nodes, AttributeIds.UserAccessLevel)
        for node, value, level in zip(nodes, values, access, strict=True):
            allowed = level.Value.Value if level.Value is not None and isinstance(level.Value.Value, int) else 0
            found[node] = Held(
                _type_of(value),
                "write" if allowed & (1 << ua.AccessLevel.CurrentWrite.value) else "read",
                str(value.Value.Value) if value.Value is not None else "",
                status_name(value.StatusCode.value) if value.StatusCode is not None else "Good",
            )
    return found


def _type_of(value: "ua.DataValue") -> str:
    if value.Value is None:
        return "Null"
    return value.Value.VariantType.name + ("[]" if isinstance(value.Value.Value, list) else "")


# --- what it may be ---------------------------------------------------------------------------------------------------


def _found(order: ScanOrder, seen: Sequence[Seen], spaces: Sequence[str], held: "Mapping[ua.NodeId, Held]") -> Iterator[Found]:
    paths = {thing.names for thing in seen}
    taken: set[tuple[str, ...]] = set()
    for thing in seen:
        for make, device_type, points in _makes():
            if all((*thing.names, *path) in paths for path in _needed(points)):
                taken |= {(*thing.names, *path) for path in _paths(points.values())}
                yield _device(order, thing, _written(thing.node, spaces), make, device_type)
    for thing in seen:
        if thing.variable and thing.names not in taken:
            yield _variable(order, thing, _written(thing.node, spaces), held[thing.node])


def _device(order: ScanOrder, thing: Seen, node: str, make: str, device_type: str) -> Found:
    entry = {"type": device_type, "connection": order.connection, "profile": make, "at": node}
    known = _known(order, {"at": node}, {"at": thing.node.to_string()})
    return Found(order.connection, "/".join(thing.names), "", make, device_type, entry=entry, known_as=known)


def _variable(order: ScanOrder, thing: Seen, node: str, held: Held) -> Found:
    """A switch is the only thing that can be told from a node alone; what another one means, only people know."""
    make, device_type, entry = None, None, dict[str, Any]()
    points = {"on": {"node": node}}
    if (held.type, held.access) == ("Boolean", "write"):
        make, device_type = "opcua.nodes", "relay"
        entry = {"type": device_type, "connection": order.connection, "profile": make, "points": points}
    known = _known(order, {"points": points}, {"points": {"on": {"node": thing.node.to_string()}}})
    return Found(order.connection, "/".join(thing.names), str(held), make, device_type, (("node", node),), entry, known)


def _known(order: ScanOrder, *places: Mapping[str, Any]) -> str | None:
    """By one of the ways in which a place can be written."""
    return next(filter(None, (known_as(order.site, order.connection, place) for place in places)), None)


def _makes() -> Iterator[tuple[str, str, Mapping[str, NodePoint]]]:
    """Name, type of device and points of the makes that are an object with variables below it."""
    for name, profile in PROFILES.items():
        if isinstance(profile.mapping, OpcuaMapping):
            for device_type, points in profile.mapping.points.items():
                yield name, device_type, points


def _needed(points: Mapping[str, NodePoint]) -> set[tuple[str, ...]]:
    return _paths(point for name, point in points.items() if name not in _MOSTLY)


def _paths(points: Iterable[NodePoint]) -> set[tuple[str, ...]]:
    return {tuple(each.path.split("/")) for point in points for each in (point, point.order) if each is not None}


def _written(node: "ua.NodeId", spaces: Sequence[str]) -> str:
    """With the URI of the namespace: its index may be another one after the next start of the server."""
    index, _, rest = node.to_string().partition(";")
    return f"nsu={spaces[node.NamespaceIndex]};{rest}" if node.NamespaceIndex < len(spaces) else f"{index};{rest}"
