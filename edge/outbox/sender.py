"""What a way to a contact is: something that takes a letter, or says in a sentence why it did not."""

from typing import Protocol

from edge.errors import DeviceFault
from edge.outbox.letter import Letter
from edge.text import Text

PATIENCE_S = 10.0
"""For one try, all in all."""


class NotDelivered(DeviceFault):
    """told: why. Without addresses, numbers and answers: they may hold secrets, and this stands in the journal."""

    def __init__(self, told: Text) -> None:
        super().__init__(told.message)
        self.told = told


class Sender(Protocol):
    async def send(self, letter: Letter) -> None:
        """Returns when the other end has taken the letter. Raises NotDelivered."""
        ...


class Standing:
    """A contact that looks for itself: a console, and a relay, which the controller claims while the alarm waits."""

    async def send(self, letter: Letter) -> None:
        pass
