"""What a make of device can do, and where its points are; policies, the reconciler and the proof weigh what stands here."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from edge.profiles.ble_mapping import BleMapping
from edge.profiles.modbus_table import ModbusTable
from edge.profiles.mqtt_mapping import MqttMapping
from edge.profiles.opcua_mapping import OpcuaMapping

Lease = Literal["timed", "pulse", "watchdog", "latch"]
"""How an unlock ends when nobody renews it: after the seconds that the command carries (timed), after the device's own fixed
pulse (pulse), when its watchdog is no longer fed (watchdog), or not at all (latch)."""
Sense = Literal["contact", "read-back"]
"""contact: whether the leaf is closed. read-back: what the lock really is, and not merely what it was told."""
Mapping = MqttMapping | ModbusTable | BleMapping | OpcuaMapping


@dataclass(frozen=True, slots=True)
class MaskingMake:
    """What a masking unit can do. levels: it is told how loud; else it is on, at a level of its own, or muted. reads_back: it says
    what it does. mutes_all: whatever mutes one of its zones mutes all of them. step_db: the smallest change that it makes.
    """

    levels: bool = True
    reads_back: bool = True
    mutes_all: bool = False
    step_db: float = 0.1


@dataclass(frozen=True, slots=True)
class Profile:
    """mapping: of the standard points to what is on the line, by type of device; its class says which protocol that is.

    channels: how many devices one unit on a bus can be. heartbeat: how often it is heard while all is well; None: as usual for its
    type. ramps: it changes a level slowly by itself. answers: it shows whoever pressed it that the press was taken.
    """

    mapping: Mapping
    lease: Lease = "timed"
    senses: frozenset[Sense] = frozenset(("contact", "read-back"))
    channels: int = 1
    heartbeat: timedelta | None = None
    ramps: bool = False
    masking: MaskingMake = MaskingMake()
    answers: bool = False
