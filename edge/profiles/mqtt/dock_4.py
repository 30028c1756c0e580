"""Example TD-4 dock of four payment terminals (fictional), JSON over MQTT. A bay lets its terminal go for so many seconds.

Source: vendor manual TD-4, messages 1 to 3. `at` is the base topic of the dock, channel the bay. It says its state every 30 s
and at each change; the terminal of an empty bay is null.
Site file:
    dock-desk-1: {type: terminal-dock, profile: mqtt.dock_4, connection: broker, at: docks/lobby, channel: 3, space: desk-1}
"""

from edge.profiles.mqtt_mapping import MqttMapping, MqttPoint
from edge.profiles.profile import Profile

_RELEASE = '{"bay": {channel}, "release": {value}, "seconds": {for_s}}'

PROFILE = Profile(
    MqttMapping(
        points={
            "terminal-dock": (
                MqttPoint("terminal", "{at}/state", "bays.{index}.terminal"),
                MqttPoint("release", "{at}/state", "bays.{index}.released", set="{at}/command", command=_RELEASE),
                MqttPoint("tamper", "{at}/state", "cover_open"),
                MqttPoint("link", "{at}/online"),
            ),
        },
    ),
    channels=4,
)
