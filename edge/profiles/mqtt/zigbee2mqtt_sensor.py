"""Battery-powered Zigbee devices behind zigbee2mqtt: motion and presence, contacts and leaks, buttons.

Source: www.zigbee2mqtt.io, guide "MQTT Topics and Messages" and "Device-Availability". A sleeping device can be asked nothing and
is heard a few times a day; switch `availability: true` on there, and `retain: true` for the sensors, so that a controller that
begins anew knows at once how things are.
Site file:
    occ-room-1: {type: occupancy-sensor, profile: mqtt.zigbee2mqtt_sensor, connection: broker, at: zigbee2mqtt/pir-1, space: room-1}
    panic-lobby: {type: panic-button, profile: mqtt.zigbee2mqtt_sensor, connection: broker, at: zigbee2mqtt/button-1, space: lobby}
    relief-desk-1: {type: relief-button, profile: mqtt.zigbee2mqtt_sensor, connection: broker, at: zigbee2mqtt/b-2, space: desk-1}
"""

from datetime import timedelta

from edge.profiles.mqtt.zigbee2mqtt import LINKS
from edge.profiles.mqtt_mapping import MqttMapping, MqttPoint
from edge.profiles.profile import Profile

_PRESSES = dict.fromkeys(("single", "double", "triple", "quadruple", "many", "hold", "long", "press", "emergency", "sos"), True)
_TAPS = dict.fromkeys(("single", "double", "triple", "quadruple", "many", "press"), True)
_HOLDS = dict.fromkeys(("hold", "long"), True)
_SELF = (MqttPoint("tamper", "{at}", "tamper"), MqttPoint("battery", "{at}", "battery"), *LINKS)

PROFILE = Profile(
    MqttMapping(
        points={
            "occupancy-sensor": (MqttPoint("present", "{at}", "occupancy"), MqttPoint("present", "{at}", "presence"), *_SELF),
            "alarm-input": (
                MqttPoint("active", "{at}", "contact", {"false": True, "true": False}),
                MqttPoint("active", "{at}", "water_leak"),
                *_SELF,
            ),
            "panic-button": (MqttPoint("pressed", "{at}", "action", _PRESSES), *_SELF),
            "relief-button": (
                MqttPoint("tapped", "{at}", "action", _TAPS),
                MqttPoint("held", "{at}", "action", _HOLDS),
                *_SELF,
            ),
        },
    ),
    heartbeat=timedelta(hours=8),
)
