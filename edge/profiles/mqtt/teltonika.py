"""Digital inputs of Teltonika routers and gateways, asked through their MQTT publisher.

Source: wiki.teltonika-networks.com, Monitoring via MQTT; manual of the RUT9 series, MQTT publisher; 1 for a closed input from
memory. `at` is the serial number, channel n is digitaln. It speaks only when asked, so that a change is heard some seconds late:
nothing for a panic button.
Site file:
    leak-cellar: {type: alarm-input, profile: mqtt.teltonika, connection: broker, at: "1106755489", channel: 2, alarm: leak}
"""

from datetime import timedelta

from edge.profiles.mqtt_mapping import MqttMapping, MqttPoint, Question
from edge.profiles.profile import Profile

_CLOSED = {"1": True, "0": False}
_INPUT = (Question("get/{at}/command", "digital{channel}", timedelta(seconds=5)),)

PROFILE = Profile(
    MqttMapping(
        points={
            "alarm-input": (MqttPoint("active", "router/{at}/digital{channel}", values=_CLOSED),),
            "occupancy-sensor": (MqttPoint("present", "router/{at}/digital{channel}", values=_CLOSED),),
        },
        questions={"alarm-input": _INPUT, "occupancy-sensor": _INPUT},
    ),
    channels=2,
    heartbeat=timedelta(seconds=10),
)
