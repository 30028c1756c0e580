"""Plays a demo that was begun: the real daemon and its consoles, people with passwords, and a voice on the terminal."""

import asyncio
import os
import random
import socket
import sys
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_urlsafe

from drivers.mosquitto import Broker
from edge.calendars.files import standing_in
from edge.clock import Clock, FastClock, SystemClock
from edge.daemon import Daemon
from edge.demo.bookings import bookings_around
from edge.demo.devices import Devices
from edge.demo.staging import EXAMPLE, Staging
from edge.demo.telling import Teller
from edge.language import Renderer
from edge.people.changes import added
from edge.people.passwords import Cost, Passwords, made_up
from edge.people.register import Register
from edge.serve import daemon_for, serve
from edge.site import Site
from edge.site.hours import Timetable
from security.panic import is_silent
from security.roles import ROLES
from security.walk_tests import buttons_of

_OF_THE_DEMO = Cost(memory_kib=8 * 1024)
"""Six passwords that live as long as the demo need not hold it up."""


def play(
    staging: Staging,
    devices: Devices,
    broker: Broker,
    folder: Path,
    sock: socket.socket,
    *,
    speed: float,
    origin: datetime,
    listen: str,
    data: Path | None,
    language: str | None,
) -> None:
    """Blocks until Ctrl-C. folder: for what ends with the demo. Raises StartRefused, and may then be tried again."""
    clock: Clock = SystemClock() if speed == 1 else FastClock(speed, origin)
    site = _with_bookings(_open_today(staging.site, origin), origin, folder)
    daemon = daemon_for(site, EXAMPLE.parent, data or folder / "data", clock, stretch=max(speed, 1.0))
    teller = Teller(daemon, Renderer(site, language or site.site.language))
    token = os.environ.get("TALONMIES_TOKEN") or token_urlsafe(16)
    devices.await_ready()
    register = Register(folder / "people")
    teller.introduce(listen, broker, token, devices, _logins(register, site, origin))
    for told in staging.left_out:
        teller.say_plainly(f"  {told}")
    asyncio.run(_run(daemon, teller, devices, sock=sock, token=token, register=register))
    teller.say_plainly("The demo has ended.")


def _with_bookings(site: Site, origin: datetime, folder: Path) -> Site:
    calendar = folder / "bookings.ics"
    calendar.write_text(bookings_around(site, origin), encoding="utf-8")
    return standing_in(site, {name: calendar for name, section in site.calendars.items() if not section.local})


async def _run(daemon: Daemon, teller: Teller, devices: Devices, *, sock: socket.socket, token: str, register: Register) -> None:
    telling = asyncio.create_task(teller.follow())
    if sys.stdin is not None and sys.stdin.isatty():
        asyncio.get_running_loop().add_reader(sys.stdin, _press_a_button, daemon.site, devices)
    await serve(
        daemon,
        folder=EXAMPLE.parent,
        sock=sock,
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


def _press_a_button(site: Site, devices: Devices) -> None:
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
