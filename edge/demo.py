"""`talonmies demo`: a whole building on one machine, with nothing to set up.

A mosquitto of its own, the virtual devices of examples/joensuu.yaml as a process of their own, on lines of their own, bookings
around the present moment, the real daemon and its consoles. What is said on the terminal comes from the same feed as the screens.
"""

import asyncio
import json
import os
import random
import shlex
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_urlsafe

from rich.console import Console
from rich.markup import escape

from drivers.mosquitto import Broker
from edge.account import sentence
from edge.calendars.files import standing_in
from edge.clock import Clock, FastClock, SystemClock
from edge.daemon import Daemon
from edge.demo_staging import Staging, staging_of
from edge.errors import StartRefused
from edge.language import Renderer
from edge.listening import listening_socket
from edge.people.changes import added
from edge.people.passwords import Cost, Passwords, made_up
from edge.people.register import Register
from edge.serve import daemon_for, serve
from edge.site import Site
from edge.site.hours import Timetable
from edge.site.load import read_site
from edge.text import say
from security.alarms import AlarmRaised
from security.panic import is_silent
from security.roles import ROLES
from security.walk_tests import buttons_of

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "joensuu.yaml"
_OF_THE_DEMO = Cost(memory_kib=8 * 1024)
"""Six passwords that live as long as the demo need not hold it up."""
_BOOKED_BEFORE = timedelta(hours=1)
_BOOKED_AFTER = timedelta(hours=12)
_LENGTHS_MIN = (30, 45, 60, 90)
_PAUSES_MIN = (0, 5, 15, 30, 60, 120)


def run_demo(*, speed: float, listen: str, data: Path | None, language: str | None) -> None:
    """Blocks until Ctrl-C. Raises StartRefused with one sentence when something is in the way."""
    if not EXAMPLE.is_file():
        raise StartRefused(f"The demo needs {EXAMPLE.name} beside the program: run it from a checkout of Talonmies.")
    with ExitStack() as stack:
        sock = stack.enter_context(listening_socket(listen))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="talonmies-demo-")))
        broker = Broker(folder / "broker")
        broker.start()
        stack.callback(broker.stop)
        demo = _Demo(folder, broker, speed, listen, data, language)
        try:
            demo.play(sock, staging_of(read_site(EXAMPLE), broker.address))
        except _DevicesDidNotStart:
            demo.play(sock, staging_of(read_site(EXAMPLE), broker.address, only_mqtt=True))


class _Demo:
    """speed, listen, data, language: as they were asked for."""

    def __init__(self, folder: Path, broker: Broker, speed: float, listen: str, data: Path | None, language: str | None) -> None:
        self._folder = folder
        self._broker = broker
        self._speed = speed
        self._listen = listen
        self._data = data or folder / "data"
        self._language = language
        real = SystemClock()
        self._origin = real.now()
        self._clock: Clock = real if speed == 1 else FastClock(speed, self._origin)

    def play(self, sock: socket.socket, staging: Staging) -> None:
        """Blocks until Ctrl-C. Raises StartRefused."""
        with _devices(staging, self._speed, self._origin) as devices:
            daemon = self._daemon(staging)
            site = daemon.site
            teller = _Teller(daemon, Renderer(site, self._language or site.site.language))
            token = os.environ.get("TALONMIES_TOKEN") or token_urlsafe(16)
            devices.await_ready()
            register = Register(self._folder / "people")
            teller.introduce(self._listen, self._broker, token, devices, _logins(register, site, self._origin))
            for told in staging.left_out:
                teller.say_plainly(f"  {told}")
            asyncio.run(_run(daemon, teller, devices, sock=sock, token=token, register=register))
        teller.say_plainly("The demo has ended.")

    def _daemon(self, staging: Staging) -> Daemon:
        site = _open_today(staging.site, self._origin)
        calendar = self._folder / "bookings.ics"
        calendar.write_text(bookings_around(site, self._origin), encoding="utf-8")
        site = standing_in(site, {name: calendar for name, section in site.calendars.items() if not section.local})
        return daemon_for(site, EXAMPLE.parent, self._data, self._clock, stretch=max(self._speed, 1.0))


async def _run(daemon: Daemon, teller: "_Teller", devices: "_Devices", *, sock: object, token: str, register: Register) -> None:
    telling = asyncio.create_task(teller.follow())
    if sys.stdin is not None and sys.stdin.isatty():
        asyncio.get_running_loop().add_reader(sys.stdin, _press_a_button, daemon.site, devices)
    await serve(
        daemon,
        folder=EXAMPLE.parent,
        sock=sock,  # type: ignore[arg-type]
        token_of=lambda _: token,
        register=register,
        signed_in=True,
        on_ready=teller.tell_ready,
    )
    await telling


def _logins(register: Register, site: Site, at: datetime) -> dict[str, str]:
    """A person of each role with a password that is good for this demo alone."""
    passwords = Passwords(_OF_THE_DEMO)
    logins: dict[str, str] = {role: made_up() for role in ROLES}
    for role in ROLES:
        agency = next(iter(site.agencies), None) if role == "clerk" else None
        if role != "clerk" or agency is not None:
            register.change(partial(added, passwords=passwords, at=at, name=role, role=role, agency=agency, password=logins[role]))
    return {person.name: logins[person.role] for person in register.read().people.values()}


def _press_a_button(site: Site, devices: "_Devices") -> None:
    sys.stdin.readline()
    buttons = buttons_of(site)
    heard = [button for button in buttons if not is_silent(site, button)]  # whoever tries it should hear it, if any is heard
    button = random.choice(heard or buttons)  # noqa: S311
    devices.press(button)


def _open_today(site: Site, now: datetime) -> Site:
    """When the building is closed at this hour, it stays open round the clock today."""
    hours = dict(site.hours)
    today = now.astimezone(site.local.zone).date()
    if site.site.hours is not None and hours[site.site.hours].opening_at(now, site.local) is None:
        days = {(today + timedelta(days=n)).isoformat(): "0:00-24:00" for n in range(2)}
        hours = dict.fromkeys(hours, Timetable.model_validate({"dates": days}))
    return site.model_copy(update={"hours": hours})


def bookings_around(site: Site, now: datetime) -> str:
    """An ICS feed with plausible bookings of every room around now; the same for the same minute."""
    chance = random.Random(f"{now:%Y%m%d%H%M}")  # noqa: S311
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Talonmies//demo//FI"]
    for calendar in site.calendars.values():
        for room, match in calendar.rooms.items():
            for number, (start, end) in enumerate(_times(chance, now)):
                lines += [
                    "BEGIN:VEVENT",
                    f"UID:{room}-{number}@demo.example",
                    f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
                    f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
                    f"DTEND:{end:%Y%m%dT%H%M%SZ}",
                    *(f"LOCATION:{location}" for location in match.location[:1]),
                    *(f"ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:{address}" for address in match.attendee[:1]),
                    "SUMMARY:Varaus",
                    "END:VEVENT",
                ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def _times(chance: random.Random, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Bookings one after another, on five-minute marks, with a break between most."""
    start = now.replace(minute=0, second=0, microsecond=0) - _BOOKED_BEFORE + timedelta(minutes=5 * chance.randrange(24))
    while start < now + _BOOKED_AFTER:
        end = start + timedelta(minutes=chance.choice(_LENGTHS_MIN))
        yield start, end
        start = end + timedelta(minutes=chance.choice(_PAUSES_MIN))


class _DevicesDidNotStart(StartRefused):
    pass


class _Devices:
    """The process of the virtual devices. control: where their page is, once they are ready."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0)  # noqa: S603
        self.pid = self._process.pid
        self.control = ""

    def await_ready(self) -> None:
        """Raises _DevicesDidNotStart."""
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if "ready" not in line:
            raise _DevicesDidNotStart(f"The virtual devices did not start; try by hand: {shlex.join(self._words)}")
        told = json.loads(line)
        self.control = told["control"]
        if told["bus"] is not None:
            os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = told["bus"]  # where Bluetooth is looked for

    def press(self, button: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps({"press": button}) + "\n")
            self._process.stdin.flush()

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@contextmanager
def _devices(staging: Staging, speed: float, origin: datetime) -> Iterator[_Devices]:
    """The virtual devices, about to connect; they end with us."""
    words = [sys.executable, "-m", "drivers.virtual", str(EXAMPLE), *staging.words, "--control", "127.0.0.1:0", "--life"]
    words += [] if speed == 1 else ["--speed", str(speed), "--origin", origin.isoformat()]
    devices = _Devices(words)
    try:
        yield devices
    finally:
        devices.end()


class _Teller:
    """The short account on the terminal."""

    def __init__(self, daemon: Daemon, renderer: Renderer) -> None:
        self._daemon = daemon
        self._renderer = renderer
        self._console = Console(highlight=False, soft_wrap=True)

    def introduce(self, listen: str, broker: Broker, token: str, devices: _Devices, logins: Mapping[str, str]) -> None:
        self._console.print(
            f"[bold]Talonmies demo[/bold]: {escape(self._renderer.text(say('{site}', site=self._daemon.site.site.id)))}"
        )
        self._console.print(f"  broker   mqtt://{broker.address} (mosquitto, pid {broker.pid}); virtual devices: pid {devices.pid}")
        self._console.print(f"  devices  {devices.control}: be the hands and the faults of the building")
        self._console.print(f"  API      curl -H 'Authorization: Bearer {token}' http://{listen}/api/v1/alarms")
        self._console.print(f"  consoles http://{listen}, signed in as facility manager; after signing out, by name and password:")
        for name, password in logins.items():
            self._console.print(f"           {name:17} {password}")
        if sys.stdin is not None and sys.stdin.isatty():
            self._console.print("  Press Enter to press a panic button, Ctrl-C to end.")

    def tell_ready(self) -> None:
        self.say_plainly("Ready.")

    def say_plainly(self, text: str) -> None:
        self._console.print(text)

    async def follow(self) -> None:
        zone = self._daemon.site.local.zone
        async for item in self._daemon.feed.follow():
            told = sentence(item.event, self._daemon.site)
            if told is not None:
                style = "bold red" if isinstance(item.event, AlarmRaised) else ""
                clock = f"{item.event.at.astimezone(zone):%H.%M.%S}"
                self._console.print(f"{clock}  {escape(self._renderer.text(told, item.event.at))}", style=style)
