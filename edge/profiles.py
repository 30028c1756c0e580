"""What a make of door controller can do for safety: how an unlock ends by itself in it, and what it reports.

Drivers map a profile's points to addresses; the reconciler, the zoning guard and the proof weigh what stands here. A device of the
site file may say that it lacks something which its profile has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Protocol = Literal["mqtt", "modbus"]
Lease = Literal["timed", "pulse", "watchdog", "latch"]
"""How an unlock ends when nobody renews it: after the seconds that the command carries (timed), after the device's own fixed
pulse (pulse), when its watchdog is no longer fed (watchdog), or not at all (latch)."""
Sense = Literal["contact", "read-back"]
"""contact: whether the leaf is closed. read-back: what the lock really is, and not merely what it was told."""


@dataclass(frozen=True, slots=True)
class Profile:
    """types: of the devices that it describes; None: every type. channels: how many devices one unit on a bus can be."""

    protocol: Protocol
    lease: Lease = "timed"
    senses: frozenset[Sense] = frozenset(("contact", "read-back"))
    types: frozenset[str] | None = None
    channels: int = 1


PROFILES: Mapping[str, Profile] = {
    "native": Profile("mqtt"),
    "modbus.timed_door": Profile("modbus", types=frozenset(("door-controller",)), channels=4),
    "modbus.relay_board": Profile(
        "modbus", lease="latch", senses=frozenset(("contact",)), types=frozenset(("door-controller", "relay")), channels=8
    ),
}
