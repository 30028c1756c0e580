"""What a profile says of a make that speaks Bluetooth Low Energy: what it advertises, and what is read and written of it."""

from dataclasses import dataclass
from typing import ClassVar

from edge.profiles.protocol import Protocol


@dataclass(frozen=True, slots=True)
class BleMapping:
    protocol: ClassVar[Protocol] = "ble"

    @property
    def types(self) -> frozenset[str] | None:
        """Of the devices that it describes; None: every type."""
        return None
