"""One session with a server: what is subscribed to, what is written, and whether the server still lives.

Nothing of a session outlives it: after a loss everything is asked for anew, since a server that came back may be another one.
"""

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING

from drivers.opcua.dialing import status_name
from drivers.opcua.nodes import WAITING, portions, resolved, said_by
from drivers.opcua.orders import Orders
from drivers.opcua.places import Place, Route, Said
from drivers.opcua.teller import LOST_AFTER_S, Teller
from edge.commands import Command
from edge.errors import Garbled, Unreachable
from edge.problems import NONSENSE, no_node, server_says

if TYPE_CHECKING:
    from asyncua import ua
    from asyncua.client.client import Client

PUBLISHED_EVERY_MS = 100
_KEEP_ALIVE_COUNT = 10
_LIFETIME_COUNT = 600
"""Of publishings without a request from us, after which the server forgets the subscription."""
_QUEUE = 10
"""Changes of one node that the server keeps from one publishing to the next, so that a short one is not lost."""
_TICK_S = 0.25
_PROBED_EVERY_S = 1.0
_MISSING_TRIED_EVERY_S = 10.0
_OUT_OF_WORK = {1, 2, 3, 4, 6}
"""Of the states of a server: failed, without configuration, suspended, shutting down, cut off from its devices."""
_GONE = tuple(map(server_says, ("BadNodeIdUnknown", "BadNodeIdInvalid")))


class Session:
    """Times are of the monotonic clock, in seconds."""

    def __init__(self, client: "Client", routes: Sequence[Route], teller: Teller) -> None:
        self._client = client
        self._routes = routes
        self._teller = teller
        self._nodes: dict[Place, ua.NodeId | str] = {}
        self._items: dict[int, int] = {}
        self._subscription = 0
        self._silence_s = LOST_AFTER_S
        self._over = ""
        self._settled = False
        self._heard_at = self._published_at = time.monotonic()
        self._tasks: set[asyncio.Task[None]] = set()
        self._orders = Orders(client, self._nodes, teller, self._tell_anew)

    @property
    def takes_orders(self) -> bool:
        return self._settled and not self._over

    async def run(self) -> None:
        """Until the session is lost, which raises. Raises DeviceFault, and whatever the library does."""
        try:
            self._teller.begin()
            await self._subscribe()
            await self._attach(range(len(self._routes)))
            self._settled = True
            self._teller.line(True)
            await self._watch()
        finally:
            for task in self._tasks:
                task.cancel()

    def order(self, route: Route, command: Command) -> None:
        """Write it as soon as the one before it at the same point is written; of those that wait, only the newest counts."""
        if self._orders.put(command):
            self._start(self._orders.give(route))

    # --- what is heard --------------------------------------------------------------------------------------------

    async def _subscribe(self) -> None:
        from asyncua import ua

        wanted = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=PUBLISHED_EVERY_MS,
            RequestedLifetimeCount=_LIFETIME_COUNT,
            RequestedMaxKeepAliveCount=_KEEP_ALIVE_COUNT,
        )
        granted = await self._client.uaclient.session.create_subscription(wanted, self._on_published)
        self._subscription = granted.SubscriptionId
        keep_alive_s = granted.RevisedPublishingInterval / 1000 * granted.RevisedMaxKeepAliveCount
        self._silence_s = max(LOST_AFTER_S, 2.5 * keep_alive_s)
        self._heard_at = self._published_at = time.monotonic()

    async def _attach(self, handles: Iterable[int]) -> None:
        """Subscribe to these routes, by their number. What the server does not have is told, and tried again later."""
        from asyncua import ua

        wanted = [(handle, self._routes[handle]) for handle in handles]
        orders = (route.order[0] for _, route in wanted if route.order)
        self._nodes.update(await resolved(self._client, [*(route.place for _, route in wanted), *orders]))
        there = []
        for handle, route in wanted:
            node = self._nodes[route.place]
            if isinstance(node, str):
                self._lacks(route, node)
            else:
                there.append((handle, node))
        for some in portions(there):
            asked = ua.CreateMonitoredItemsParameters(
                SubscriptionId=self._subscription,
                TimestampsToReturn=ua.TimestampsToReturn.Both,
                ItemsToCreate=[_item(handle, node) for handle, node in some],
            )
            results = await self._client.uaclient.session.create_monitored_items(asked)
            for (handle, _), result in zip(some, results, strict=True):
                if result.StatusCode.is_good():
                    self._items[handle] = result.MonitoredItemId
                else:
                    self._lacks(self._routes[handle], status_name(result.StatusCode.value))

    def _lacks(self, route: Route, status: str) -> None:
        self._teller.heard(route, Said(None, no_node(status), None), time.monotonic())
        self._teller.nonsense(route.point.device, route.place, f"the server does not give this node ({status})")

    def _on_published(self, published: "ua.PublishResult") -> None:
        try:
            self._take_all(published)
        except Exception as error:
            # The library would go on without a word, and without these values.
            self._over = f"what the server says makes no sense ({type(error).__name__})"

    def _take_all(self, published: "ua.PublishResult") -> None:
        from asyncua import ua

        self._published_at = time.monotonic()
        self._answered()
        for told in published.NotificationMessage.NotificationData or ():
            if isinstance(told, ua.DataChangeNotification):
                for item in told.MonitoredItems:
                    self._take(item.ClientHandle, item.Value)
            elif isinstance(told, ua.StatusChangeNotification):
                self._over = f"the server has ended the subscription ({status_name(told.Status.value)})"

    def _take(self, handle: int, held: "ua.DataValue") -> None:
        said = self._tell(self._routes[handle], held)
        if said.bad in _GONE and (item := self._items.pop(handle, None)) is not None:
            # It may come back, and then not every server takes up an item that was there before.
            self._start(self._forget(item))

    def _tell(self, route: Route, held: "ua.DataValue", *, anew: bool = False) -> Said:
        try:
            said = said_by(route, held)
        except Garbled as error:
            self._teller.nonsense(route.point.device, route.place, str(error), held.Value and held.Value.Value)
            said = Said(None, NONSENSE, None)
        if said.bad != WAITING:
            self._teller.heard(route, said, time.monotonic(), anew=anew)
        return said

    def _tell_anew(self, route: Route, held: "ua.DataValue") -> None:
        self._tell(route, held, anew=True)

    async def _forget(self, item: int) -> None:
        from asyncua import ua
        from asyncua.ua.uaerrors import UaError

        asked = ua.DeleteMonitoredItemsParameters(SubscriptionId=self._subscription, MonitoredItemIds=[item])
        with contextlib.suppress(OSError, TimeoutError, UaError):
            await self._client.uaclient.session.delete_monitored_items(asked)

    def _answered(self) -> None:
        self._heard_at = time.monotonic()
        self._teller.alive(self._heard_at)

    # --- whether it lives -----------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        from asyncua.client.ua_client import UaClientState

        probed_at = tried_at = time.monotonic()
        while True:
            await asyncio.sleep(_TICK_S)
            now = time.monotonic()
            if self._client.state is not UaClientState.CONNECTED:
                raise Unreachable("the server has closed the connection")
            if self._over:
                raise Unreachable(self._over)
            if now - self._heard_at >= LOST_AFTER_S:
                raise Unreachable(f"the server has been silent for {LOST_AFTER_S:g} s")
            if now - self._published_at >= self._silence_s:
                raise Unreachable("the server has forgotten the subscription")
            if now - probed_at >= _PROBED_EVERY_S:
                probed_at = now
                self._start(self._probe())
            if now - tried_at >= _MISSING_TRIED_EVERY_S:
                tried_at = now
                await self._attach(handle for handle in range(len(self._routes)) if handle not in self._items)

    async def _probe(self) -> None:
        from asyncua import ua
        from asyncua.ua.uaerrors import UaStatusCodeError

        try:
            state = await self._client.nodes.server_state.read_value()
        except UaStatusCodeError as error:
            self._over = f"the server has ended the session ({status_name(error.code)})"
            return
        except (OSError, TimeoutError):
            return
        self._answered()
        if state in _OUT_OF_WORK:
            self._over = f"the server says that it does not work ({ua.ServerState(state).name})"

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _item(handle: int, node: "ua.NodeId") -> "ua.MonitoredItemCreateRequest":
    from asyncua import ua
    from asyncua.ua.attribute_ids import AttributeIds

    return ua.MonitoredItemCreateRequest(
        ItemToMonitor=ua.ReadValueId(NodeId=node, AttributeId=AttributeIds.Value),
        MonitoringMode=ua.MonitoringMode.Reporting,
        RequestedParameters=ua.MonitoringParameters(
            ClientHandle=handle, SamplingInterval=PUBLISHED_EVERY_MS, QueueSize=_QUEUE, DiscardOldest=True
        ),
    )
