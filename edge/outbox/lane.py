"""One contact's letters, one at a time: the most urgent first, each tried again with longer and longer pauses."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from edge.clock import Clock
from edge.events import Event
from edge.outbox.letter import Letter
from edge.outbox.sender import NotDelivered, Sender
from edge.text import Text
from security.messages import Message, MessageDelivered, MessageGivenUp, MessageTried

PAUSES_S = (2.0, 5.0, 15.0, 60.0)
"""The last one again and again."""
GIVEN_UP_AFTER = timedelta(hours=1)

log = logging.getLogger("talonmies")


@dataclass(slots=True)
class _Waiting:
    """due: on the loop's clock. tries: in this life of the controller."""

    message: Message
    letter: Letter
    due: float
    tries: int = 0

    @property
    def urgency(self) -> tuple[int | str, ...]:
        return int(self.letter.data["level"]), self.message.at.isoformat(), self.message.key


class Lane:
    """tell: takes the events of what becomes of each message. What is withdrawn is not tried again; a try goes on to its end."""

    def __init__(
        self, contact: str, sender: Sender, clock: Clock, tell: Callable[[Event], None], pauses_s: tuple[float, ...] = PAUSES_S
    ) -> None:
        self._contact, self._sender, self._clock, self._tell, self._pauses_s = contact, sender, clock, tell, pauses_s
        self._waiting: dict[str, _Waiting] = {}
        self._wake = asyncio.Event()

    def put(self, message: Message, letter: Letter) -> None:
        self._waiting[message.key] = _Waiting(message, letter, asyncio.get_running_loop().time())
        self._wake.set()

    def keep_only(self, number: int, keys: Iterable[str]) -> None:
        """Of one alarm, forget all messages but these."""
        wanted = set(keys)
        for key in [key for key, waiting in self._waiting.items() if waiting.message.number == number and key not in wanted]:
            del self._waiting[key]

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            due = [waiting for waiting in self._waiting.values() if waiting.due <= loop.time()]
            if due:
                await self._attempt(min(due, key=lambda waiting: waiting.urgency))
                continue
            next_due = min((waiting.due for waiting in self._waiting.values()), default=None)
            alarm = None if next_due is None else loop.call_at(next_due, self._wake.set)
            try:
                await self._wake.wait()
            finally:
                if alarm is not None:
                    alarm.cancel()

    async def _attempt(self, waiting: _Waiting) -> None:
        message = waiting.message
        try:
            await self._sender.send(waiting.letter)
        except NotDelivered as failure:
            self._failed(waiting, failure.told)
        except Exception as fault:
            # A fault of ours in one way must neither end this lane nor hide that nobody was told.
            log.exception("a message to %s cannot be sent", self._contact)
            self._failed(waiting, Text(type(fault).__name__))
        else:
            self._waiting.pop(message.key, None)
            self._tell(MessageDelivered(at=self._clock.now(), number=message.number, key=message.key, contact=self._contact))

    def _failed(self, waiting: _Waiting, problem: Text) -> None:
        message, now = waiting.message, self._clock.now()
        waiting.tries += 1
        log.warning("a message to %s was not delivered (try %d): %s", self._contact, waiting.tries, problem.message)
        if now - message.at >= GIVEN_UP_AFTER:
            self._waiting.pop(message.key, None)
            self._tell(MessageGivenUp(at=now, number=message.number, key=message.key, contact=self._contact, problem=problem))
            return
        self._tell(MessageTried(at=now, number=message.number, key=message.key, problem=problem))
        waiting.due = asyncio.get_running_loop().time() + self._pauses_s[min(waiting.tries, len(self._pauses_s)) - 1]
