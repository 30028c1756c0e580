"""`python -m tests.system.outbox_lives SITE.yaml`: lives of a controller that sends messages; see `tests.system.lives`.

{"live": {"data": FOLDER, "presses": FIRST, "later": BOOL}} starts one whose button is pressed again and again, with ids from that
number on; null: not at all. Answers with the number of messages that wait, at once or when the first alarm is in the journal.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from drivers.mqtt.link import MqttDriver
from edge.clock import SystemClock
from edge.daemon import Daemon
from edge.events import Observed
from edge.language import Renderer
from edge.outbox.outbox import Outbox
from edge.site import Site
from edge.site.load import read_site
from security.messages import waiting
from tests.system.lives import serve_lives

PRESS_EVERY_S, TOGETHER = 0.05, 2


async def live(site: Site, _folder: Path, wish: dict[str, Any], writing: int) -> None:
    clock = SystemClock()
    daemon = Daemon(site, Path(wish["data"]), lambda line, inbox: MqttDriver(line, site, inbox, clock, str), clock=clock)
    await daemon.start()
    waited = len(waiting(daemon.facts))
    outbox = Outbox(site, daemon.facts, daemon.feed, daemon.clock, daemon.inbox.event, {}, daemon.deliver, (0.02,))
    outbox.start()
    pressed = asyncio.Event()
    tasks = [asyncio.create_task(daemon.run())]
    if wish["presses"] is not None:
        tasks.append(asyncio.create_task(_press(daemon, wish["presses"], pressed)))
    if wish["later"]:
        await pressed.wait()
    os.write(writing, (json.dumps({"waited": waited}) + "\n").encode())
    await asyncio.gather(*tasks)


async def _press(daemon: Daemon, number: int, pressed: asyncio.Event) -> None:
    while True:
        for press in range(number, number + TOGETHER):
            event = Observed(at=daemon.clock.now(), device="button-1", point="pressed", value=True, press=f"p{press}")
            daemon.inbox.event(event, pressed.set, urgent=True)
        number += TOGETHER
        await asyncio.sleep(PRESS_EVERY_S)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    the_site = read_site(path)
    Renderer(the_site, the_site.site.language).moment(SystemClock().now())  # once for all lives
    serve_lives(the_site, path.parent, live)
