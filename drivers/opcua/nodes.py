"""From places of the site file to nodes of a server, and from what a node says to what the controller is told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from drivers.opcua.dialing import status_name
from drivers.opcua.places import Place, Route, Said
from edge.errors import Garbled, Refused
from edge.problems import server_says

if TYPE_CHECKING:
    from asyncua import ua
    from asyncua.client.client import Client

_AT_ONCE = 100
"""How much is asked for in one request; servers have limits, and not all of them say which."""
_HIERARCHICAL = 33

T = TypeVar("T")


def portions(whole: Sequence[T]) -> Iterable[Sequence[T]]:
    return (whole[start : start + _AT_ONCE] for start in range(0, len(whole), _AT_ONCE))


async def resolved(client: "Client", places: Iterable[Place]) -> "Mapping[Place, ua.NodeId | str]":
    """The node of each place, or the status that says why there is none."""
    from asyncua import ua

    wanted = list(dict.fromkeys(places))
    known = await client.get_namespace_array() if any(isinstance(place.node.namespace, str) for place in wanted) else []
    found: dict[Place, ua.NodeId | str] = {}
    for place in wanted:
        space = place.node.namespace
        if isinstance(space, str) and space not in known:
            found[place] = f"no namespace {space}"
        else:
            found[place] = ua.NodeId.from_string(place.node.under(known.index(space) if isinstance(space, str) else space))
    below = [place for place in wanted if place.path and not isinstance(found[place], str)]
    for some in portions(below):
        paths = [_browse_path(found[place], place.path) for place in some]
        results = await client.uaclient.session.translate_browsepaths_to_nodeids(paths)
        found.update({place: _target(result) for place, result in zip(some, results, strict=True)})
    return found


def _browse_path(start: "ua.NodeId | str", names: Sequence[str]) -> "ua.BrowsePath":
    from asyncua import ua

    assert isinstance(start, ua.NodeId)  # noqa: S101 (the others were left out)
    down, plain, subtypes = ua.NodeId(ua.Int32(_HIERARCHICAL)), False, True
    elements = [
        ua.RelativePathElement(down, plain, subtypes, ua.QualifiedName(name, start.NamespaceIndex))  # type: ignore[arg-type]
        for name in names
    ]
    return ua.BrowsePath(start, ua.RelativePath(elements))


def _target(result: "ua.BrowsePathResult") -> "ua.NodeId | str":
    from asyncua import ua

    if not result.StatusCode.is_good() or not result.Targets:
        return status_name(result.StatusCode.value)
    target = result.Targets[0].TargetId
    return ua.NodeId(target.Identifier, target.NamespaceIndex, target.NodeIdType)


WAITING = server_says("BadWaitingForInitialData")
"""Not yet said, rather than bad."""


def said_by(route: Route, held: "ua.DataValue") -> Said:
    """What the controller is told of it. Raises Garbled for a good value that the point cannot carry.

    A value that is not good is none, whatever stands there: the last one before a sensor was lost must not pass for a new one.
    """
    from asyncua import ua

    sent_at = _aware(held.SourceTimestamp)
    status = held.StatusCode
    if status is not None and not status.is_good():
        return Said(None, server_says(status_name(status.value)), sent_at)
    variant = held.Value or ua.Variant()
    if isinstance(variant.Value, list):
        raise Garbled("an array")
    content = variant.Value.Text if isinstance(variant.Value, ua.LocalizedText) else variant.Value
    return Said(route.means.read(content, variant.VariantType.name, route.kind), "", sent_at)


_FIRST_YEAR, _LAST_YEAR = 1971, 9998


def _aware(t: datetime | None) -> datetime | None:
    """The server's own time, or None where it gave none that is one. It is shown, and nothing of what is fresh is decided on it."""
    if t is None or not _FIRST_YEAR <= t.year <= _LAST_YEAR:
        return None
    return t.replace(tzinfo=UTC) if t.tzinfo is None else t.astimezone(UTC)


_UNTYPED = "the server does not say of which type the node is"


async def type_of(client: "Client", node: "ua.NodeId") -> "ua.VariantType":
    """In which a value is written there. Raises Refused, UaStatusCodeError."""
    from asyncua import ua
    from asyncua.common.ua_utils import data_type_to_variant_type
    from asyncua.ua.attribute_ids import AttributeIds

    asked = (AttributeIds.DataType, AttributeIds.ValueRank, AttributeIds.Value)
    reads = [ua.ReadValueId(NodeId=node, AttributeId=attribute) for attribute in asked]
    data_type, rank, held = await client.uaclient.session.read(ua.ReadParameters(NodesToRead=reads))
    if data_type.StatusCode is not None:
        data_type.StatusCode.check()
    if data_type.Value is None or data_type.Value.Value is None:
        raise Refused(_UNTYPED)
    if rank.Value is not None and isinstance(rank.Value.Value, int) and rank.Value.Value >= 0:
        raise Refused("the node holds an array")
    found = await data_type_to_variant_type(client.get_node(data_type.Value.Value))
    if found is not ua.VariantType.Variant:
        return found
    if held.Value is None or held.Value.VariantType is ua.VariantType.Null:
        raise Refused(_UNTYPED)
    return held.Value.VariantType
