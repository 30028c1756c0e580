"""Virtual devices behind a real OPC UA server: the same nodes as the driver's, seen from the other side."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from drivers.opcua.dialing import silence_library, url_of
from drivers.opcua.places import Place, Route, routes_of
from drivers.virtual.device import Behaviour, VirtualDevice, virtual_device
from edge.clock import Clock
from edge.errors import Garbled, IllegalCommand, IllegalInput, StartRefused
from edge.points import PointKind, Value
from edge.profiles.opcua_mapping import NodeRef, NodeTranslation
from edge.site.connections import OpcuaConnection
from edge.site.model import Site

if TYPE_CHECKING:
    from asyncua import ua
    from asyncua.common.callback import CallbackService, ServerItemCallback
    from asyncua.common.node import Node
    from asyncua.server.server import Server

_SHOWN_EVERY_S = 0.05
_UNPLUGGED = "BadNoCommunication"


class _Wish(NamedTuple):
    """A value that was written; an OPC UA node knows no number of an order and no lease."""

    value: Value
    epoch: int
    seq: int
    for_s: float | None = None


class VirtualOpcuaLine:
    """A server at the address of the connection, without security. Implements drivers.virtual.host.Line.

    ahead: how wrong the clock of the server is.
    """

    def __init__(self, site: Site, connection: str, boot: str, clock: Clock, stretch: float = 1.0) -> None:
        described = site.connections[connection]
        if not isinstance(described, OpcuaConnection) or described.security != "none":
            raise IllegalInput(f"a virtual OPC UA server is without security, and {connection!r} asks for it")
        self.ahead = timedelta()
        self._described = described
        self._clock = clock
        self._routes = routes_of(site, connection)
        names = dict.fromkeys(route.point.device for route in self._routes)
        self.hosts: Mapping[str, BehindTheServer] = {
            name: BehindTheServer(virtual_device(site, name, boot, stretch), clock) for name in names
        }
        self._server: Server | None = None
        self._nodes: dict[Place, Node] = {}
        self._shown: dict[Place, tuple[Value, str]] = {}
        self._written = 0
        self._showing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when the server takes requests; a server that was stopped comes back as it was. Raises StartRefused."""
        silence_library()
        if self._server is None:
            self._server = await self._built()
        try:
            await self._server.start()
        except OSError as error:
            raise StartRefused(f"no OPC UA server can be at {self._described.url}") from error
        self._showing = asyncio.create_task(self._show_always())

    async def stop(self) -> None:
        if self._showing is None or self._server is None:
            return  # it was not there yet
        self._showing.cancel()
        await asyncio.gather(self._showing, return_exceptions=True)
        self._showing = None
        await self._server.stop()

    # --- the nodes ------------------------------------------------------------------------------------------------

    async def _built(self) -> "Server":
        from asyncua import ua
        from asyncua.common.callback import CallbackType
        from asyncua.server.server import Server

        server = Server()
        # The thousands of nodes that every server has take seconds; the library makes them in a thread.
        await server.init()
        where = urlsplit(url_of(self._described))
        server.set_endpoint(f"opc.tcp://{where.hostname}:{where.port or 0}")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        for route in self._routes:
            await self._add(server, route.place, route.kind, route.means)
            if route.order is not None:
                place, means = route.order
                await (await self._add(server, place, route.kind, means)).set_writable()
        server.subscribe_server_callback(CallbackType.PreWrite, self._before_write)
        await self._show(server)
        return server

    async def _add(self, server: "Server", place: Place, kind: PointKind, means: NodeTranslation) -> "Node":
        from asyncua import ua

        if place in self._nodes:
            return self._nodes[place]
        space = await _namespace(server, place.node)
        parent, path = server.nodes.objects, place.path
        for depth in range(len(path)):
            parent = await self._object(server, parent, place, depth, space)
        name = path[-1] if path else place.node.identifier
        node_id = ua.NodeId.from_string(_node_id(place, len(path), space))
        kept = ua.NodeId(ua.Int32(getattr(ua.VariantType, _builtin(kind, means)).value))
        node = await parent.add_variable(node_id, ua.QualifiedName(name, space), None, ua.VariantType.Null, kept)
        self._nodes[place] = node
        return node

    async def _object(self, server: "Server", parent: "Node", place: Place, depth: int, space: int) -> "Node":
        from asyncua import ua

        node_id = ua.NodeId.from_string(_node_id(place, depth, space))
        name = place.path[depth - 1] if depth else place.node.identifier
        if node_id in server.iserver.aspace:
            return server.get_node(node_id)
        return await parent.add_object(node_id, ua.QualifiedName(name, space))

    # --- what they hold -------------------------------------------------------------------------------------------

    async def _show_always(self) -> None:
        while self._server is not None:
            await self._show(self._server)
            await asyncio.sleep(_SHOWN_EVERY_S)

    async def _show(self, server: "Server") -> None:
        now = self._clock.now()
        for host in self.hosts.values():
            host.model.tick(now)
        for route in self._routes:
            held, status = self._held(route)
            if self._shown.get(route.place) != (held, status):
                self._shown[route.place] = (held, status)
                await server.write_attribute_value(self._nodes[route.place].nodeid, self._as_data(route, held, status, now))

    def _held(self, route: Route) -> tuple[Value, str]:
        """What is in the node, and its status."""
        host = self.hosts[route.point.device]
        status = host.status_of(route.point.point)
        with suppress(IllegalCommand):
            return route.means.write(host.model.says.get(route.point.point), _builtin(route.kind, route.means)), status
        return None, status or "BadConfigurationError"

    def _as_data(self, route: Route, held: Value, status: str, now: datetime) -> "ua.DataValue":
        from asyncua import ua
        from asyncua.ua.status_codes import StatusCodes

        kept = getattr(ua.VariantType, _builtin(route.kind, route.means))
        nothing = status.startswith("Bad") or (held is None and kept is not ua.VariantType.String)
        variant = ua.Variant(None, ua.VariantType.Null) if nothing else ua.Variant(held, kept)
        code = ua.StatusCode(getattr(StatusCodes, status or "Good"))
        return ua.DataValue(variant, code, SourceTimestamp=now + self.ahead)  # type: ignore[arg-type]

    def _before_write(self, event: "ServerItemCallback", _service: "CallbackService") -> None:
        """A client writes: the device obeys or not, and the node then holds what the device says of itself."""
        if not event.is_external:
            return
        for written in event.request_params.NodesToWrite:
            for route in self._routes:
                if route.order is not None and written.NodeId == self._nodes[route.order[0]].nodeid:
                    self._obey(route, route.order, written)

    def _obey(self, route: Route, order: tuple[Place, NodeTranslation], written: "ua.WriteValue") -> None:
        place, means = order
        host, variant = self.hosts[route.point.device], written.Value.Value
        builtin = _builtin(route.kind, means)
        if variant is None or variant.VariantType.name != builtin:
            return  # the server refuses it
        now = self._clock.now()
        try:
            value = means.read(variant.Value, builtin, route.kind)
        except Garbled:
            host.ignored += 1
            return
        self._written += 1
        if host.plugged:
            host.model.receive(route.point.point, _Wish(value, 0, self._written), now)
        if place == route.place:
            held, status = self._held(route)
            written.Value = self._as_data(route, held, status, now)


class BehindTheServer:
    """One device of the server's own field; unplugged, its nodes have no good value. Implements drivers.virtual.host.Host."""

    def __init__(self, model: VirtualDevice, clock: Clock) -> None:
        self.model = model
        self.ignored = 0
        self.plugged = True
        self._clock = clock
        self._spoiled: dict[str, str] = {}
        model.reports()

    def state(self, point: str) -> Value:
        self.model.tick(self._clock.now())
        return self.model.state(point)

    def set(self, point: str, value: Value) -> None:
        self.model.set(point, value, self._clock.now())

    def behave(self, behaviour: Behaviour) -> None:
        self.model.behave(behaviour, self._clock.now())

    def press(self, way: str = "") -> str:  # noqa: ARG002
        raise IllegalInput(f"a {self.model.type} is not pressed")

    def plug(self) -> None:
        self.plugged = True

    def unplug(self) -> None:
        self.plugged = False

    def spoil(self, point: str, status: str) -> None:
        """The status of a node from now on, by its OPC UA name; empty: good again."""
        self._spoiled[point] = status

    def status_of(self, point: str) -> str:
        return self._spoiled.get(point, "") if self.plugged else _UNPLUGGED


def _builtin(kind: PointKind, means: NodeTranslation) -> str:
    """The type of a node that can hold what the site file or the profile says of it."""
    if means.values:
        if set(means.values) <= {"true", "false"}:
            return "Boolean"
        return "Int32" if all(said.lstrip("-").isdigit() for said in means.values) else "String"
    return {bool: "Boolean", int: "UInt32", float: "Float", str: "String"}[kind.type]


def _node_id(place: Place, depth: int, space: int) -> str:
    """Of the node so far down the path. Below the first, ids are of our own making, as those of a real server are of its own."""
    if depth == 0:
        return place.node.under(space)
    return f"ns={space};s={'/'.join((place.node.identifier, *place.path[:depth]))}"


async def _namespace(server: "Server", node: NodeRef) -> int:
    """The index of a namespace; those that are missing up to there are made."""
    if isinstance(node.namespace, str):
        return int(await server.register_namespace(node.namespace))
    while len(await server.get_namespace_array()) <= node.namespace:
        await server.register_namespace(f"urn:virtual:{len(await server.get_namespace_array())}")
    return node.namespace
