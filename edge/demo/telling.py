"""What a demo says on the terminal."""

import sys
from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape

from drivers.mosquitto import Broker
from edge.account import sentence
from edge.daemon import Daemon
from edge.demo.devices import Devices
from edge.language import Renderer
from edge.text import say
from security.alarms import AlarmRaised


class Teller:
    """The short account on the terminal."""

    def __init__(self, daemon: Daemon, renderer: Renderer) -> None:
        self._daemon = daemon
        self._renderer = renderer
        self._console = Console(highlight=False, soft_wrap=True)

    def introduce(self, listen: str, broker: Broker, token: str, devices: Devices, logins: Mapping[str, str]) -> None:
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
