"""Runs a daemon with its calendars, its housekeeping and its HTTP side, until it is told to stop."""

import asyncio
import contextlib
import gc
import importlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.past_reading import PastReading
from api.tokens import Tokens
from drivers.ble.bthome import key_of
from drivers.making import driver_for
from drivers.mqtt.client import build_client
from drivers.opcua.credentials import credentials_of
from drivers.port import Driver
from edge.clock import Clock, SystemClock
from edge.daemon import VERSION, Daemon
from edge.errors import StartRefused, TalonmiesError
from edge.events import Event, SiteFileRejected
from edge.inbox import Inbox
from edge.listening import hosts_of
from edge.people.register import Register
from edge.people.session_file import SessionFile
from edge.proving import proof_at_start, require_proof
from edge.refusal import Refusal
from edge.reports import MonthlyReports
from edge.scans import LineScans
from edge.secrets import read_secret
from edge.site import Site
from edge.site.connections import Connection, ModbusTcpConnection, MqttConnection, OpcuaConnection, Tls
from edge.site_change import Order, SiteChange
from edge.text import say
from rooms.ceremonies_named import to_be_named
from rooms.plan import known_bookings
from rooms.stays import RELEASED
from security.proof.waiver import NO_WAIVER, Waiver, waived

if TYPE_CHECKING:
    from edge.outbox.outbox import Outbox
    from edge.people.provider.provider import Provider

log = logging.getLogger("talonmies")

_SHUTDOWN_S = 2
_SHORTEST_CODE = 16
_PROXIES = ["127.0.0.0/8", "::1", "::ffff:127.0.0.0/104"]
"""Who may say for whom a request is passed on, and whether it came by https: programs on this computer."""
_TAKEN_WITHIN_S = 1.0
_SWITCH_S = 0.0005
"""How long a thread may keep the others waiting: by default a press waits 5 ms for each thread that is busy with telemetry."""


def site_token(site: Site, folder: Path) -> str:
    if site.site.token is None:
        raise StartRefused("The site file names no token for the API: add site.token, such as env:TALONMIES_TOKEN.")
    return read_secret(site.site.token, folder)


def tokens_of(site: Site, folder: Path, token: str, *, signed_in: bool) -> Tokens:
    """A demo in which everybody is signed in asks for no secrets of its site file."""
    of_roles = {} if signed_in else site.site.tokens
    return Tokens(token, {role: read_secret(reference, folder) for role, reference in of_roles.items()})


def sealed_code(site: Site, folder: Path) -> str | None:
    """The code that signs in as guard in an emergency. Raises StartRefused when it could be guessed."""
    if site.security.break_glass is None:
        return None
    code = read_secret(site.security.break_glass, folder)
    if len(code) < _SHORTEST_CODE:
        raise StartRefused(f"The secret {site.security.break_glass} is too short: give it at least {_SHORTEST_CODE} characters.")
    return code


def provider_of(site: Site, folder: Path) -> "Provider | None":
    """The identity provider of a site, if it has one. Its libraries are imported only then. Raises StartRefused."""
    if site.security.sign_in is None:
        return None
    from edge.people.provider.provider import Provider

    return Provider(site.security.sign_in, _secret_of_provider(site, folder))


def _secret_of_provider(site: Site, folder: Path) -> str | None:
    reference = site.security.sign_in.client_secret if site.security.sign_in is not None else None
    return read_secret(reference, folder) if reference is not None else None


def _secrets_of_calendars(site: Site, folder: Path) -> dict[str, str]:
    """By reference."""
    passwords = [calendar.password for calendar in site.calendars.values()]
    logins = [calendar.graph.secret for calendar in site.calendars.values() if calendar.graph]
    return {reference: read_secret(reference, folder) for reference in (*passwords, *logins) if reference}


def _secrets_of_outbox(site: Site, folder: Path) -> dict[str, str]:
    """By reference."""
    sms, smtp = site.security.sms, site.security.smtp
    services = [sms.secret if sms is not None else None, smtp.password if smtp is not None else None]
    hooks = [contact.secret for contact in site.contacts.values()]
    return {reference: read_secret(reference, folder) for reference in (*services, *hooks) if reference}


def _keys_of_devices(site: Site, folder: Path) -> list[bytes]:
    return [key_of(read_secret(device.key, folder)) for device in site.devices.values() if device.key is not None]


def require_secrets(site: Site, folder: Path, token_of: Callable[[Site], str], *, signed_in: bool = False) -> None:
    """Raises StartRefused when one that the site needs is missing or cannot be used, or two roles share one."""
    tokens_of(site, folder, token_of(site), signed_in=signed_in)
    sealed_code(site, folder)
    _secrets_of_calendars(site, folder)
    if not signed_in:
        _secret_of_provider(site, folder)
        _secrets_of_outbox(site, folder)
        _keys_of_devices(site, folder)
    for section in with_whole_paths(site, folder).connections.values():
        if isinstance(section, MqttConnection):
            build_client("", section, partial(read_secret, folder=folder), keepalive_s=1)
        elif isinstance(section, OpcuaConnection):
            credentials_of(section, partial(read_secret, folder=folder))


def daemon_for(site: Site, folder: Path, data: Path, clock: Clock, stretch: float = 1.0, waiver: Waiver = NO_WAIVER) -> Daemon:
    """A daemon with real drivers; files that the site file names are looked for beside it.

    Raises StartRefused when the site is not proved and nobody has waived what the proof found.
    """
    now = clock.now()
    proof = proof_at_start(site, site.local.date_of(now), data, VERSION)
    require_proof(site, proof, waiver)
    site = with_whole_paths(site, folder)

    def make_driver(connection: str, inbox: Inbox) -> Driver:
        return driver_for(connection, site, inbox, clock, partial(read_secret, folder=folder), data)

    return Daemon(site, data, make_driver, clock=clock, stretch=stretch, waived=waived(proof, waiver, now))


def with_whole_paths(site: Site, folder: Path) -> Site:
    """Files that the site file names are beside it."""
    return site.model_copy(update={"connections": {name: _whole(section, folder) for name, section in site.connections.items()}})


def _whole(section: Connection, folder: Path) -> Connection:
    match section:
        case MqttConnection(tls=Tls() as tls) | ModbusTcpConnection(tls=Tls() as tls):
            return section.model_copy(update={"tls": tls.model_copy(update=_beside(folder, tls.model_dump()))})
        case OpcuaConnection():
            files = section.model_dump(include={"certificate", "key", "server_certificate"})
            return section.model_copy(update=_beside(folder, files))
        case _:
            return section


def _beside(folder: Path, files: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: None if file is None else str(folder / file) for name, file in files.items()}


def run_site(
    site: Site,
    file: Path,
    data: Path,
    sock: socket.socket,
    waiver: Waiver,
    *,
    listen: str,
    accept_loss: bool,
    on_start: Callable[[], None],
) -> None:
    """Run the site of a file until a signal; later versions of the file may take over. listen: the address that the socket has.

    Raises StartRefused.
    """
    folder, clock = file.parent, SystemClock()
    token_of = partial(site_token, folder=folder)
    require_secrets(site, folder, token_of)
    successor = partial(daemon_for, folder=folder, data=data, clock=clock, waiver=waiver)
    daemon = successor(site)
    change = SiteChange(file, site, waiver, daemon, partial(require_secrets, folder=folder, token_of=token_of))
    on_start()
    serving = serve(
        daemon,
        folder=folder,
        sock=sock,
        listen=listen,
        token_of=token_of,
        register=Register(data),
        accept_loss=accept_loss,
        change=change,
        successor=successor,
    )
    asyncio.run(serving)


async def serve(
    daemon: Daemon,
    *,
    folder: Path,
    sock: socket.socket,
    token_of: Callable[[Site], str],
    listen: str = "",
    register: Register | None = None,
    signed_in: bool = False,
    accept_loss: bool = False,
    on_ready: Callable[[], None] = lambda: None,
    change: SiteChange | None = None,
    successor: Callable[[Site], Daemon] | None = None,
) -> None:
    """Presses are taken first; calendars and screens follow. Returns after a signal, when everything is closed in good order.

    listen: the address that the socket has; empty: one of the loopback. register: who has an account; None: nobody. on_ready:
    called when the screens can be opened too. change: tells when another version of the site file is to take over, and successor
    makes its daemon. signed_in: a demo, which sends no message to anybody. Raises StartRefused before anything starts when a secret
    is missing, or two roles share one.
    """
    sys.setswitchinterval(_SWITCH_S)
    reports = MonthlyReports(daemon.data, daemon.clock.now)
    screens = _Screens(folder, token_of, register, daemon.clock.now, reports, listen=listen, signed_in=signed_in, change=change)
    require_secrets(daemon.site, folder, token_of, signed_in=signed_in)
    stopping = asyncio.Event()
    with _stopped_by_signals(stopping):
        life = await _Life.begin(daemon, folder, accept_loss=accept_loss, sends=not signed_in)
        try:
            await screens.import_libraries()
            await screens.show(life.daemon)
            serving = asyncio.create_task(screens.server.serve([sock]))
            stopped = asyncio.create_task(stopping.wait())
            await _first(asyncio.create_task(screens.ready.wait()), serving, stopped)
            # What is there now stays: to look through all of it for rubbish holds everything up for a tenth of a second.
            gc.freeze()
            if screens.ready.is_set():
                on_ready()
            if not signed_in:
                reports.keep_up(daemon.clock)
            while not (stopped.done() or life.turning.done() or serving.done()):
                ordered = asyncio.create_task(change.orders.get() if change is not None else asyncio.Event().wait())
                await _first(stopped, life.turning, serving, ordered)
                if not ordered.done():
                    ordered.cancel()
                elif change is not None and successor is not None:
                    life = await _succeeded(life, ordered.result(), change, successor, screens)  # type: ignore[arg-type]
            screens.server.should_exit = True
            life.daemon.feed.end()
            await serving
            screens.settle()
        finally:
            await screens.scans.end()
            await reports.end()
            await life.end()
            screens.close()


class _Life:
    """A daemon with its calendars, its outbox and its housekeeping, from start to stop."""

    def __init__(self, daemon: Daemon, folder: Path, secrets: Mapping[str, str]) -> None:
        self.daemon = daemon
        self._outbox: Outbox | None = None
        self.turning = asyncio.create_task(daemon.run())
        self._housekeeping = _Housekeeping(daemon, folder, secrets)

    @classmethod
    async def begin(cls, daemon: Daemon, folder: Path, *, accept_loss: bool = False, sends: bool = True) -> "_Life":
        secrets = _secrets_of_calendars(daemon.site, folder)
        sends = sends and bool(daemon.site.contacts)
        of_outbox = _secrets_of_outbox(daemon.site, folder) if sends else {}
        await daemon.start(accept_loss=accept_loss)
        life = cls(daemon, folder, secrets)
        if sends:
            life._outbox = await outbox_of(daemon, of_outbox)
            life._outbox.start()
        return life

    async def end(self) -> None:
        self._housekeeping.stop()
        if self._outbox is not None:
            self._outbox.stop()
        if self.turning.done():
            self.turning.result()  # a fault in the controller itself: say so rather than write a checkpoint of a broken state
        # Not cancelled: what a turn has begun, such as the answer to a press, it must finish.
        await self.daemon.stop()
        await self.turning


async def outbox_of(daemon: Daemon, secrets: Mapping[str, str]) -> "Outbox":
    """For a daemon that has started. Its libraries take a moment to import; presses are taken meanwhile."""
    module = await asyncio.to_thread(importlib.import_module, "edge.outbox.outbox")
    outbox: Outbox = module.Outbox(
        daemon.site, daemon.facts, daemon.feed, daemon.clock, daemon.inbox.event, secrets, daemon.deliver
    )
    return outbox


async def _succeeded(
    life: _Life, order: Order, change: SiteChange, successor: Callable[[Site], Daemon], screens: "_Screens"
) -> _Life:
    """The life of the site ordered, or a new one of the present site when that cannot begin."""
    try:
        # Both are made before anything is touched: to make one is to prove its site.
        heir, fallback = successor(order.site), successor(change.site)
    except TalonmiesError as problem:
        life.daemon.inbox.event(SiteFileRejected(at=life.daemon.clock.now(), digest=order.digest, problem=str(problem)))
        order.done.set_exception(Refusal(say("It cannot take over, and what runs goes on: {problem}", problem=str(problem))))
        return life
    screens.hold()
    screens.settle()
    await life.end()
    try:
        life = await _Life.begin(heir, screens.folder)
    except Exception as problem:
        log.exception("the changed site file could not take over; the one before goes on")
        life = await _Life.begin(fallback, screens.folder)
        life.daemon.inbox.event(SiteFileRejected(at=life.daemon.clock.now(), digest=order.digest, problem=str(problem)))
        order.done.set_exception(Refusal(say("It could not take over, so the one before goes on: {problem}", problem=str(problem))))
    else:
        change.site = order.site
        order.done.set_result(None)
    change.daemon = life.daemon
    await screens.show(life.daemon)
    forget_applications()
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return life


def forget_applications() -> None:
    """FastAPI remembers what it has found out of thousands of functions, and with those of an old application its whole daemon."""
    from fastapi.dependencies import models

    for remembered in vars(models).values():
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()


async def _first(*tasks: "asyncio.Task[Any]") -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


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


class _Screens:
    """The HTTP side of whichever daemon lives. While one gives way to the next, requests wait; who is signed in stays so."""

    def __init__(
        self,
        folder: Path,
        token_of: Callable[[Site], str],
        register: Register | None,
        now: Callable[[], datetime],
        reports: MonthlyReports,
        *,
        listen: str,
        signed_in: bool,
        change: SiteChange | None,
    ) -> None:
        self.folder = folder
        self._listen = listen
        self._register = register
        self._now = now
        self._file = SessionFile(register.folder) if register is not None else None
        self.ready = asyncio.Event()
        self._token_of = token_of
        self._signed_in = signed_in
        self._change = change
        self._shown = asyncio.Event()
        self._past_reading = PastReading()
        self.scans = LineScans(folder, now)
        self._reports = reports

    async def import_libraries(self) -> None:
        """The HTTP libraries take a second to import; presses are taken meanwhile."""
        await asyncio.to_thread(importlib.import_module, "api.app")
        import uvicorn

        from api.identity import Identity
        from api.sessions import Sessions

        ready = self.ready

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                ready.set()

            @contextlib.contextmanager
            def capture_signals(self) -> Iterator[None]:
                yield  # signals are ours: they stop more than this server

        self._identity = Identity(self._register, sessions=Sessions(file=self._file, now=self._now))
        config = uvicorn.Config(
            self._answer, interface="asgi3", log_config=None, server_header=False, lifespan="off", forwarded_allow_ips=_PROXIES
        )
        config.timeout_graceful_shutdown = _SHUTDOWN_S
        self.server = Server(config)

    async def show(self, daemon: Daemon) -> None:
        from api.app import create_app

        self._reports.serve_site(daemon.site)
        await self.scans.serve_site(daemon.site, daemon.ask_on)
        tokens = tokens_of(daemon.site, self.folder, self._token_of(daemon.site), signed_in=self._signed_in)
        # It takes half a second, in which presses go on.
        self._app = await asyncio.to_thread(
            create_app,
            daemon,
            tokens=tokens,
            signed_in=self._signed_in,
            hosts=hosts_of(daemon.site, self._listen),
            identity=self._identity,
            sealed=sealed_code(daemon.site, self.folder),
            provider=None if self._signed_in else await asyncio.to_thread(provider_of, daemon.site, self.folder),
            site_file=self._change,
            past_reading=self._past_reading,
            scans=self.scans,
            reports=self._reports,
        )
        self._shown.set()

    def close(self) -> None:
        self._past_reading.close()
        if self._file is not None:
            self._file.close()

    def settle(self) -> None:
        """What is still being counted goes into the journal before that closes."""
        self._identity.settle()

    def hold(self) -> None:
        """Let requests that come now wait for the next daemon."""
        self._shown.clear()

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        await self._shown.wait()
        await self._app(scope, receive, send)


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
            unnamed=partial(to_be_named, daemon.facts, daemon.site),
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
