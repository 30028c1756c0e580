"""Begins a demo: first what other processes do, so that they get on with it while this one reads its own libraries."""

import importlib
import tempfile
from contextlib import ExitStack
from pathlib import Path

from drivers.mosquitto import Broker
from edge.clock import SystemClock
from edge.demo.devices import DevicesDidNotStart, devices_of
from edge.demo.staging import EXAMPLE, Staging, staging_of
from edge.errors import StartRefused
from edge.listening import listening_socket
from edge.site.load import read_site


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
        example, origin = read_site(EXAMPLE), SystemClock().now()

        def play(staging: Staging) -> None:
            with devices_of(EXAMPLE, staging, speed, origin) as devices:
                # A second or two of reading, in which the devices come up.
                playing = importlib.import_module("edge.demo.playing")
                playing.play(
                    staging, devices, broker, folder, sock, speed=speed, origin=origin, listen=listen, data=data, language=language
                )

        try:
            play(staging_of(example, broker.address))
        except DevicesDidNotStart:
            play(staging_of(example, broker.address, only_mqtt=True))
