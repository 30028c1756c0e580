"""Letters by MQTT, over a line that the daemon has anyway. Delivered is what the broker has acknowledged."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from edge.errors import Unreachable
from edge.outbox.letter import Letter
from edge.outbox.sender import PATIENCE_S, NotDelivered
from edge.site.escalations import MqttPlace
from edge.text import say

Publish = Callable[[str, str, bytes, float], None]
"""Connection, topic, payload, seconds; blocks until the broker has it. Raises Unreachable."""


class Publication:
    """One topic."""

    def __init__(self, place: MqttPlace, publish: Publish, threads: ThreadPoolExecutor, patience_s: float = PATIENCE_S) -> None:
        self._place, self._publish, self._threads, self._patience_s = place, publish, threads, patience_s

    async def send(self, letter: Letter) -> None:
        payload = json.dumps(letter.data, ensure_ascii=False).encode()
        where = self._place.connection, self._place.topic
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._publish, *where, payload, self._patience_s)
        except Unreachable:
            raise NotDelivered(say("No connection to the broker, or it does not answer")) from None
