"""ESPHome with its usual topics: locks, switches, binary sensors. A lock or switch keeps what it was told.

Source: esphome.io, MQTT Client Component (Defaults, Last Will And Birth Messages, Base Configuration); the words of locks from
memory. `at` is topic prefix, component and name: what stands before /state. A node says nothing while nothing changes; give it
`sensor: {platform: uptime, name: Uptime}`, or say `heartbeat: 1 d` and rely on its will alone.
Site file:
    lock-room-1: {type: door-controller, profile: mqtt.esphome, connection: broker, at: door-node/lock/front, door: room-1-front}
    occ-room-1: {type: occupancy-sensor, profile: mqtt.esphome, connection: broker, at: desk/binary_sensor/radar, space: room-1}
"""

from datetime import timedelta

from edge.profiles.mqtt_mapping import MqttMapping, MqttPoint
from edge.profiles.profile import Profile

_ON = {"ON": True, "OFF": False}
_LOCK = {"LOCKED": "locked", "UNLOCKED": "unlocked", "NONE": None, "JAMMED": None, "LOCKING": None, "UNLOCKING": None}
_ORDER = {"LOCK": "locked", "UNLOCK": "unlocked"}
_LINKS = (
    MqttPoint("link", "{at}/../../status", values={"online": True, "offline": False}),
    MqttPoint("link", "{at}/../../sensor/uptime/state", values={"*": True}),
)

PROFILE = Profile(
    MqttMapping(
        points={
            "door-controller": (
                MqttPoint("lock", "{at}/state", values=_LOCK, set="{at}/command", command="{value}", words=_ORDER),
                *_LINKS,
            ),
            "relay": (MqttPoint("on", "{at}/state", values=_ON, set="{at}/command", command="{value}"), *_LINKS),
            "alarm-input": (MqttPoint("active", "{at}/state", values=_ON), *_LINKS),
            "occupancy-sensor": (MqttPoint("present", "{at}/state", values=_ON), *_LINKS),
            "ambient-sensor": (MqttPoint("ambient", "{at}/state"), *_LINKS),
            "panic-button": (MqttPoint("pressed", "{at}/state", values=_ON), *_LINKS),
        },
    ),
    lease="latch",
    senses=frozenset(("read-back",)),
    heartbeat=timedelta(minutes=1),
)
