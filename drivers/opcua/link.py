"""The OPC UA driver: one server of the site file, with a thread of its own in which sessions follow one another."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from threading import Thread

from drivers.opcua.credentials import credentials_of
from drivers.opcua.dialing import dial, leave, told
from drivers.opcua.places import Route, presences_of, routes_of
from drivers.opcua.session import Session
from drivers.opcua.teller import Teller
from drivers.port import Inbox
from edge.clock import Clock
from edge.commands import Command
from edge.device_figures import Requests
from edge.errors import DeviceFault, IllegalCommand, IllegalInput, Unreachable
from edge.points import PointId
from edge.site.connections import OpcuaConnection
from edge.site.model import Site

_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 5.0
_LIVED_S = 10.0
"""After a session that lasted so long, the next one is tried at once."""
_TICK_S = 0.25
_STOP_S = 3.0


class OpcuaDriver:
    """Implements drivers.port.Driver and Counted. secret: from a reference of the site file to the secret itself."""

    def __init__(self, connection_id: str, site: Site, inbox: Inbox, clock: Clock, secret: Callable[[str], str]) -> None:
        """Raises StartRefused when a secret or a file is missing."""
        described = site.connections.get(connection_id)
        if not isinstance(described, OpcuaConnection):
            raise IllegalInput(f"the site file has no OPC UA connection {connection_id!r}")
        self._id = connection_id
        self._described = described
        self._credentials = credentials_of(described, secret)
        self._routes = routes_of(site, connection_id)
        self._orders = {route.point: route for route in self._routes if route.order is not None}
        presences = presences_of(site, self._routes, time.monotonic())
        self._teller = Teller(connection_id, self._routes, presences, inbox, clock)
        self._session: Session | None = None
        self._newest: dict[PointId, tuple[int, int]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._thread = Thread(target=self._run, name="opcua", daemon=True)

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        # What is left of a lost session ends with errors that nobody waits for: they say nothing new.
        self._loop.set_exception_handler(lambda *_: None)
        self._thread.start()

    def stop(self) -> None:
        self._later(self._stopping.set)
        if self._thread.is_alive():
            self._thread.join(_STOP_S)

    def send(self, command: Command) -> None:
        route = self._orders.get(command.point)
        if route is None:
            raise IllegalCommand(f"{command.point} takes no commands on the connection {self._id}")
        if problem := route.kind.problem_with(command.value):
            raise IllegalCommand(f"{command.point}: {problem}")
        session = self._session
        if session is None or not session.takes_orders or self._teller.is_lost(command.point.device):
            raise Unreachable(f"the server of the connection {self._id} does not answer for {command.point.device}")
        self._later(self._order, route, command)

    def requests(self) -> Mapping[str, Requests]:
        return self._teller.requests

    def _order(self, route: Route, command: Command) -> None:
        """A command that is not newer than the last one of its point is void."""
        number = (command.epoch, command.seq)
        if self._session is not None and self._session.takes_orders and number > self._newest.get(command.point, (-1, -1)):
            self._newest[command.point] = number
            self._session.order(route, command)

    def _later(self, call: Callable[..., object], *arguments: object) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=self._own_loop) as runner:
            runner.run(self._live())

    def _own_loop(self) -> asyncio.AbstractEventLoop:
        assert self._loop is not None  # noqa: S101 (made before the thread)
        return self._loop

    async def _live(self) -> None:
        ticking = asyncio.create_task(self._tick())
        talking = asyncio.create_task(self._talk())
        await self._stopping.wait()
        for task in (talking, ticking):
            task.cancel()
        await asyncio.gather(talking, ticking, return_exceptions=True)

    async def _tick(self) -> None:
        while True:
            self._teller.pass_time(time.monotonic())
            await asyncio.sleep(_TICK_S)

    async def _talk(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            began = time.monotonic()
            try:
                await self._converse()
            except DeviceFault as error:
                self._teller.line(False, str(error))
            except Exception as error:
                self._teller.line(False, str(told(error, self._described)))
            if time.monotonic() - began >= _LIVED_S:
                pause_s = _FIRST_PAUSE_S
            await asyncio.sleep(pause_s * random.uniform(0.5, 1))  # noqa: S311 (spreads reconnects, guards nothing)
            pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)

    async def _converse(self) -> None:
        client = await dial(self._described, self._credentials)
        self._session = Session(client, self._routes, self._teller)
        try:
            await self._session.run()
        finally:
            self._session = None
            self._teller.ended()
            await leave(client)
