"""What a profile says of a make that speaks MQTT: on which topic each point is, and how it is read and commanded."""

from dataclasses import dataclass
from typing import ClassVar

from edge.profiles.protocol import Protocol


@dataclass(frozen=True, slots=True)
class MqttMapping:
    protocol: ClassVar[Protocol] = "mqtt"

    @property
    def types(self) -> frozenset[str] | None:
        """Of the devices that it describes; None: every type."""
        return None


NATIVE = MqttMapping()
"""Talonmies' own topics and payloads, for every type of device."""
