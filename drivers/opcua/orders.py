"""Commands on their way to nodes: written in the type of the node, one after another at each point, and read back at once."""

import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.opcua.dialing import status_name
from drivers.opcua.nodes import resolved, type_of
from drivers.opcua.places import Place, Route
from drivers.opcua.teller import Teller
from edge.commands import Command
from edge.errors import IllegalCommand, Refused, Unreachable
from edge.points import PointId, Value
from edge.profiles.opcua_mapping import NodeTranslation

if TYPE_CHECKING:
    from asyncua import ua
    from asyncua.client.client import Client


class Orders:
    """Of one session. nodes: of places, as far as they are known. tell: takes what was read back."""

    def __init__(
        self,
        client: "Client",
        nodes: "dict[Place, ua.NodeId | str]",
        teller: Teller,
        tell: "Callable[[Route, ua.DataValue], None]",
    ) -> None:
        self._client = client
        self._nodes = nodes
        self._teller = teller
        self._tell = tell
        self._types: dict[ua.NodeId, ua.VariantType] = {}
        self._waiting: dict[PointId, Command] = {}
        self._busy: set[PointId] = set()

    def put(self, command: Command) -> bool:
        """In place of one that still waits. Whether nobody gives the orders of this point yet."""
        self._waiting[command.point] = command
        idle = command.point not in self._busy
        self._busy.add(command.point)
        return idle

    async def give(self, route: Route) -> None:
        """Until none waits any more."""
        try:
            while (command := self._waiting.pop(route.point, None)) is not None:
                await self._write(route, command.value)
        finally:
            self._busy.discard(route.point)

    async def _write(self, route: Route, value: Value) -> None:
        assert route.order is not None  # noqa: S101 (the driver takes no commands for it)
        place, means = route.order
        requests = self._teller.requests[route.point.device]
        began = time.monotonic()
        try:
            await self._put(place, means, value)
        except Unreachable as error:
            requests.unanswered += 1
            self._teller.nonsense(route.point.device, place, f"not written: {error}", value)
        except (IllegalCommand, Refused) as error:
            requests.refused += 1
            self._teller.nonsense(route.point.device, place, f"not written: {error}", value)
        else:
            requests.answered.add(time.monotonic() - began)
        await self._read_back(route)

    async def _put(self, place: Place, means: NodeTranslation, value: Value) -> None:
        """Raises IllegalCommand, Refused, Unreachable."""
        from asyncua import ua
        from asyncua.ua.uaerrors import UaError, UaStatusCodeError

        try:
            node = await self._node_at(place)
            kind = self._types[node] = self._types.get(node) or await type_of(self._client, node)
            held = means.write(value, kind.name)
            content = ua.LocalizedText(str(held or "")) if kind is ua.VariantType.LocalizedText else held
            # Without timestamps, which few servers let others write.
            (status,) = await self._client.uaclient.session.write_attributes([node], [ua.DataValue(ua.Variant(content, kind))])
            status.check()
        except UaStatusCodeError as error:
            raise Refused(f"the server refuses ({status_name(error.code)})") from error
        except (OSError, TimeoutError) as error:
            raise Unreachable("no answer in time") from error
        except UaError as error:
            raise Refused(f"what the server answers makes no sense ({type(error).__name__})") from error

    async def _node_at(self, place: Place) -> "ua.NodeId":
        if isinstance(self._nodes[place], str):
            # It may have come since.
            self._nodes.update(await resolved(self._client, [place]))
        node = self._nodes[place]
        if isinstance(node, str):
            raise Refused(f"the server does not give this node ({node})")
        return node

    async def _read_back(self, route: Route) -> None:
        """What the node says now is told even when it is what it was: only then is it known that nothing has changed."""
        from asyncua import ua
        from asyncua.ua.attribute_ids import AttributeIds
        from asyncua.ua.uaerrors import UaError

        node = self._nodes[route.place]
        if isinstance(node, str):
            return
        asked = ua.ReadParameters(NodesToRead=[ua.ReadValueId(NodeId=node, AttributeId=AttributeIds.Value)])
        # Should it fail, the next sign of life will fail too.
        with contextlib.suppress(OSError, TimeoutError, UaError):
            (held,) = await self._client.uaclient.session.read(asked)
            self._tell(route, held)
