"""Mains-powered Zigbee devices behind zigbee2mqtt: plugs and relays, door locks. A lock keeps what it was told.

Source: www.zigbee2mqtt.io, guide "MQTT Topics and Messages" and "Device-Availability" (switch `availability: true` on there), and
the exposes of locks. `at` is the base topic and the friendly name.
Site file:
    heater: {type: relay, profile: mqtt.zigbee2mqtt, connection: broker, at: zigbee2mqtt/my_plug}
    lock-store: {type: door-controller, profile: mqtt.zigbee2mqtt, connection: broker, at: zigbee2mqtt/lock-store, door: store}
"""

from datetime import timedelta

from edge.profiles.mqtt_mapping import MqttMapping, MqttPoint, Question
from edge.profiles.profile import Profile

_THERE = {"online": True, "offline": False}
LINKS = (
    MqttPoint("link", "{at}/availability", field="state", values=_THERE),
    MqttPoint("link", "{at}/availability", values=_THERE),  # as versions before 2.0 have it
    MqttPoint("link", "{at}/../bridge/state", field="state", values=_THERE),
    MqttPoint("link", "{at}/../bridge/state", values=_THERE),
)
_LOCK = MqttPoint("lock", "{at}", "state", {"LOCK": "locked", "UNLOCK": "unlocked"}, set="{at}/set", command='{"state": {value}}')
_SWITCH = MqttPoint("on", "{at}", "state", {"ON": True, "OFF": False}, set="{at}/set", command='{"state": {value}}')
_COVER, _BATTERY = MqttPoint("tamper", "{at}", "tamper"), MqttPoint("battery", "{at}", "battery")
_STATE = (Question("{at}/get", '{"state": ""}', timedelta(minutes=4)),)

PROFILE = Profile(
    MqttMapping(
        points={"door-controller": (_LOCK, _COVER, _BATTERY, *LINKS), "relay": (_SWITCH, *LINKS)},
        questions={"door-controller": _STATE, "relay": _STATE},
    ),
    lease="latch",
    senses=frozenset(("read-back",)),
    heartbeat=timedelta(minutes=5),
)
