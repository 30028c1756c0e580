"""What a profile says of a building-management system that speaks OPC UA: at which node each point is."""

from dataclasses import dataclass
from typing import ClassVar

from edge.profiles.protocol import Protocol


@dataclass(frozen=True, slots=True)
class OpcuaMapping:
    protocol: ClassVar[Protocol] = "opcua"

    @property
    def types(self) -> frozenset[str] | None:
        """Of the devices that it describes; None: every type."""
        return None
