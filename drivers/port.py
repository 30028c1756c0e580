"""What lies between a driver and the controller: an inbox on one side, a driver on the other."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Protocol, runtime_checkable

from edge.commands import Command
from edge.device_figures import Requests
from edge.events import Event, Observed


class Inbox(Protocol):
    """Where drivers put what they heard. Both calls may come from any thread, and return at once."""

    def telemetry(self, event: Observed) -> None:
        """The newest value of this point; an older one that nobody has read yet is replaced."""
        ...

    def event(self, event: Event, on_durable: Callable[[], None] | None = None, *, urgent: bool = False) -> None:
        """Something that must not be lost or coalesced. on_durable is called from the controller's thread once the event is
        committed, also for a repeat of one already known. urgent: before everything that waits (a panic press)."""
        ...


class Driver(Protocol):
    """One connection of the site file, running."""

    def start(self) -> None:
        """Begin to connect; returns at once and keeps trying until stopped."""
        ...

    def send(self, command: Command) -> None:
        """Hand a command to the line. Raises Unreachable when there is no line; never waits and never retries."""
        ...

    def stop(self) -> None:
        """Close the line in good order."""
        ...


@runtime_checkable
class Publisher(Protocol):
    """A driver whose line carries more than points."""

    def deliver(self, topic: str, payload: bytes, within_s: float) -> None:
        """Returns when the other end has it. Raises Unreachable after so many seconds at most. Blocks; from any thread."""
        ...


@runtime_checkable
class Counted(Protocol):
    """A driver that asks its devices, and counts how they answer."""

    def requests(self) -> Mapping[str, Requests]:
        """By device, since the start. From any thread; what is counted meanwhile may be in it or not."""
        ...


@runtime_checkable
class Lender(Protocol):
    """A driver on whose line nobody else may speak: it lets others ask in between."""

    def ask(self, question: Callable[[Any], Any]) -> Future[Any]:
        """question: gets the line, makes one request there and returns what it found; whatever it raises is raised to whoever
        wants the result. From any thread."""
        ...
