"""Who a beacon says that it is: iBeacon and Eddystone-UID. Pure.

Sources: Apple, Proximity Beacon Specification, release R1; Eddystone-UID (github.com/google/eddystone, eddystone-uid).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from edge.profiles.ble_mapping import BeaconFormat

_APPLE, _IBEACON, _IBEACON_OCTETS = 0x004C, b"\x02\x15", 23
EDDYSTONE = "0000feaa-0000-1000-8000-00805f9b34fb"
_UID_FRAME, _UID_OCTETS = 0x00, (18, 20)


class Identity(NamedTuple):
    """parts: the whole first, such as UUID, major and minor."""

    format: BeaconFormat
    parts: tuple[str, ...]

    @property
    def terminal(self) -> str:
        """What a dock calls it."""
        return "-".join(self.parts[1:])

    def belongs_to(self, form: BeaconFormat, parts: Sequence[str]) -> bool:
        return self.format == form and self.parts[: len(parts)] == tuple(parts)


def identity_of(manufacturer_data: Mapping[int, bytes], service_data: Mapping[str, bytes]) -> Identity | None:
    """None for what is no beacon of either kind, or a broken one."""
    apple = manufacturer_data.get(_APPLE, b"")
    if apple[:2] == _IBEACON and len(apple) == _IBEACON_OCTETS:
        major, minor = (str(int.from_bytes(apple[place : place + 2], "big")) for place in (18, 20))
        return Identity("ibeacon", (str(UUID(bytes=apple[2:18])), major, minor))
    frame = service_data.get(EDDYSTONE, b"")
    if len(frame) in _UID_OCTETS and frame[0] == _UID_FRAME:
        return Identity("eddystone", (frame[2:12].hex(), frame[12:18].hex()))
    return None
