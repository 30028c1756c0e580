"""Runs a daemon with its calendars, its housekeeping and its HTTP side, until it is told to stop."""

import asyncio
import contextlib
import gc
import importlib
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.tokens import Tokens
from drivers.modbus.link import ModbusDriver
from drivers.mqtt.link import MqttDriver
from drivers.port import Driver
from edge.clock import Clock
from edge.daemon import VERSION, Daemon
from edge.errors import StartRefused
from edge.events import Event
from edge.inbox import Inbox
from edge.proving import proof_at_start, require_proof
from edge.secrets import read_secret
from edge.site import Site
from edge.site.connections import MqttConnection
from rooms.plan import known_bookings
from rooms.stays import RELEASED
from security.proof.waiver import NO_WAIVER, Waiver, waived

if TYPE_CHECKING:
    import uvicorn

_SHUTDOWN_S = 2
_TAKEN_WITHIN_S = 1.0
_SWITCH_S = 0.0005
"""How long a thread may keep the others waiting: by default a press waits 5 ms for each thread that is busy with telemetry."""


def listening_socket(address: str) -> socket.socket:
    """Take HOST:PORT before anything else starts. Raises StartRefused with what to do."""
    host, _, port = address.rpartition(":")
    if not port.isdigit() or not 0 <= int(port) <= 65535:
        raise StartRefused(f"--listen {address} is not HOST:PORT, such as 127.0.0.1:8080.")
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host.strip("[]") or "127.0.0.1", int(port)))
    except OSError as error:
        sock.close()
        raise StartRefused(
            f"Port {port} on {host} cannot be used ({error.strerror}): stop the other program, or choose --listen."
        ) from error
    return sock


def site_token(site: Site, folder: Path) -> str:
    if site.site.token is None:
        raise StartRefused("The site file names no token for the API: add site.token, such as env:TALONMIES_TOKEN.")
    return read_secret(site.site.token, folder)


def tokens_of(site: Site, folder: Path, token: str, *, signed_in: bool) -> Tokens:
    """A demo in which everybody is signed in asks for no secrets of its site file."""
    of_roles = {} if signed_in else site.site.tokens
    return Tokens(token, {role: read_secret(reference, folder) for role, reference in of_roles.items()})


def _secrets_of_calendars(site: Site, folder: Path) -> dict[str, str]:
    """By reference."""
    passwords = [calendar.password for calendar in site.calendars.values()]
    logins = [calendar.graph.secret for calendar in site.calendars.values() if calendar.graph]
    return {reference: read_secret(reference, folder) for reference in (*passwords, *logins) if reference}


def daemon_for(site: Site, folder: Path, data: Path, clock: Clock, stretch: float = 1.0, waiver: Waiver = NO_WAIVER) -> Daemon:
    """A daemon with real drivers; files that the site file names are looked for beside it.

    Raises StartRefused when the site is not proved and nobody has waived what the proof found.
    """
    now = clock.now()
    proof = proof_at_start(site, site.local.date_of(now), data, VERSION)
    require_proof(site, proof, waiver)
    site = _with_whole_paths(site, folder)

    def make_driver(connection: str, inbox: Inbox) -> Driver:
        if site.connections[connection].speaks == "modbus":
            return ModbusDriver(connection, site, inbox, clock)
        return MqttDriver(connection, site, inbox, clock, partial(read_secret, folder=folder))

    return Daemon(site, data, make_driver, clock=clock, stretch=stretch, waived=waived(proof, waiver, now))


def _with_whole_paths(site: Site, folder: Path) -> Site:
    connections = {
        name: section.model_copy(update={"tls": section.tls.model_copy(update=_beside(folder, section.tls.model_dump()))})
        for name, section in site.connections.items()
        if isinstance(section, MqttConnection) and section.tls is not None
    }
    return site.model_copy(update={"connections": {**site.connections, **connections}}) if connections else site


def _beside(folder: Path, files: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: None if file is None else str(folder / file) for name, file in files.items()}


async def serve(
    daemon: Daemon,
    *,
    folder: Path,
    sock: socket.socket,
    token: str,
    signed_in: bool = False,
    accept_loss: bool = False,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Presses are taken first; calendars and screens follow. Returns after a signal, when everything is closed in good order.

    on_ready: called when the screens can be opened too. Raises StartRefused before anything starts when a secret is missing, or
    two roles share one.
    """
    sys.setswitchinterval(_SWITCH_S)
    tokens = tokens_of(daemon.site, folder, token, signed_in=signed_in)
    secrets = _secrets_of_calendars(daemon.site, folder)
    stopping, ready = asyncio.Event(), asyncio.Event()
    with _stopped_by_signals(stopping):
        await daemon.start(accept_loss=accept_loss)
        turning = asyncio.create_task(daemon.run())
        try:
            housekeeping = _Housekeeping(daemon, folder, secrets)
            server = await _screens(daemon, tokens, signed_in, ready)
            serving = asyncio.create_task(server.serve([sock]))
            stopped = asyncio.create_task(stopping.wait())
            await _first(asyncio.create_task(ready.wait()), serving, stopped)
            # What is there now stays: to look through all of it for rubbish holds everything up for a tenth of a second.
            gc.freeze()
            if ready.is_set():
                on_ready()
            await _first(stopped, turning, serving)
            housekeeping.stop()
            daemon.feed.end()
            server.should_exit = True
            await serving
        finally:
            await _ended(daemon, turning)


async def _first(*tasks: "asyncio.Task[Any]") -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _ended(daemon: Daemon, turning: "asyncio.Task[None]") -> None:
    if turning.done():
        turning.result()  # a fault in the controller itself: say so rather than write a checkpoint of a broken state
    # Not cancelled: what a turn has begun, such as the answer to a press, it must finish.
    await daemon.stop()
    await turning


@contextlib.contextmanager
def _stopped_by_signals(stopping: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _screens(daemon: Daemon, tokens: Tokens, signed_in: bool, ready: asyncio.Event) -> "uvicorn.Server":
    """The HTTP libraries take a second to import; presses are taken meanwhile."""
    await asyncio.to_thread(importlib.import_module, "api.app")
    import uvicorn

    from api.app import create_app

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready.set()

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # signals are ours: they stop more than this server

    app = create_app(daemon, tokens=tokens, signed_in=signed_in)
    return Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=_SHUTDOWN_S, server_header=False, lifespan="off"))


class _Housekeeping:
    """What goes on beside the controller and may be late without harm: reading calendars, forgetting old entries."""

    def __init__(self, daemon: Daemon, folder: Path, secrets: Mapping[str, str]) -> None:
        from edge.calendars.fetcher import CalendarFetcher
        from edge.scheduler import Scheduler

        self._inbox = daemon.inbox
        self._scheduler = Scheduler(daemon.clock)
        self._fetcher = CalendarFetcher(
            daemon.site,
            folder,
            daemon.clock,
            self._deliver,
            known=partial(known_bookings, daemon.facts, daemon.site),
            released=lambda booking: daemon.facts(RELEASED(*booking.identity)),
            keep=daemon.journal.keep,
            kept=daemon.journal.kept,
            secret=secrets.__getitem__,
        )
        self._fetcher.start(self._scheduler)
        self._scheduler.every(timedelta(days=1), daemon.forget_old, "journal retention", first_after=timedelta(hours=1))
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.stop()

    async def _deliver(self, event: Event) -> None:
        """Not faster than the controller takes it on, so that presses come between; but a failing disk keeps no booking waiting."""
        taken = asyncio.Event()
        self._inbox.event(event, taken.set)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TAKEN_WITHIN_S):
                await taken.wait()
