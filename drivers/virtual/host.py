"""What the virtual devices of every protocol have in common, so that a building can hold them all."""

from collections.abc import Mapping
from typing import Protocol

from drivers.virtual.device import Behaviour, VirtualDevice
from edge.points import Value


class Host(Protocol):
    """A virtual device on its line. ignored: how many messages it did not act on."""

    model: VirtualDevice
    ignored: int

    @property
    def plugged(self) -> bool: ...
    def state(self, point: str) -> Value: ...
    def set(self, point: str, value: Value) -> None:
        """A hand or the world changes a point. Raises IllegalInput."""
        ...

    def behave(self, behaviour: Behaviour) -> None:
        """Raises IllegalInput when such a device cannot."""
        ...

    def press(self, way: str = "") -> str:
        """Of a button; the id of the press. way: the point that tells it, empty for the usual one. Raises IllegalInput."""
        ...

    def plug(self) -> None: ...
    def unplug(self) -> None: ...


class Line(Protocol):
    """The virtual devices of one connection of the site file, which speak its protocol on something real."""

    @property
    def hosts(self) -> Mapping[str, Host]:
        """By device."""
        ...

    async def start(self) -> None:
        """Returns when all of them are there. Raises TimeoutError or StartRefused when they cannot be."""
        ...

    async def stop(self) -> None: ...
