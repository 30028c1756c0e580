"""Tasmota with its usual topics (FullTopic %prefix%/%topic%/): relays, switches as inputs, buttons. A relay keeps what it was told.

Source: tasmota.github.io/docs: MQTT, Buttons and Switches (SwitchMode 15 or SetOption114; SetOption73 for buttons), Commands. `at`
is the device's topic. Where PulseTime is set, say `lease: pulse` and that pulse. What is read back is the relay and not the bolt.
Site file:
    fan: {type: relay, profile: mqtt.tasmota, connection: broker, at: tasmota_9CF9D1, channel: 2}
    leak-cellar: {type: alarm-input, profile: mqtt.tasmota, connection: broker, at: tasmota_77AB01, alarm: leak}
"""

from collections.abc import Mapping
from datetime import timedelta

from edge.points import Value
from edge.profiles.mqtt_mapping import MqttMapping, MqttPoint, Question
from edge.profiles.profile import Profile

_ON = {"ON": True, "OFF": False}
_LINK = MqttPoint("link", "tele/{at}/LWT", values={"Online": True, "Offline": False})
_PRESSES = dict.fromkeys(("SINGLE", "DOUBLE", "TRIPLE", "QUAD", "PENTA", "HOLD"), True)
_RELAY = Question("cmnd/{at}/POWER{channel}", "", timedelta(seconds=25))
_INPUTS = Question("cmnd/{at}/STATUS", "10", timedelta(seconds=25))


def _relay(name: str, values: Mapping[str, Value]) -> tuple[MqttPoint, ...]:
    """A device of one relay says POWER where others say POWER1."""
    return (
        MqttPoint(name, "stat/{at}/POWER{channel}", values=values, set="cmnd/{at}/POWER{channel}", command="{value}"),
        MqttPoint(name, "stat/{at}/POWER", values=values),
        MqttPoint(name, "tele/{at}/STATE", "POWER{channel}", values),
        MqttPoint(name, "tele/{at}/STATE", "POWER", values),
    )


def _input(name: str) -> tuple[MqttPoint, ...]:
    told = MqttPoint(name, "tele/{at}/SENSOR", "Switch{channel}", _ON)
    return told, MqttPoint(name, "stat/{at}/STATUS10", "StatusSNS.Switch{channel}", _ON), _LINK


PROFILE = Profile(
    MqttMapping(
        points={
            "door-controller": (*_relay("lock", {"ON": "unlocked", "OFF": "locked"}), _LINK),
            "relay": (*_relay("on", _ON), _LINK),
            "alarm-input": _input("active"),
            "occupancy-sensor": _input("present"),
            "panic-button": (
                MqttPoint("pressed", "stat/{at}/RESULT", "Button{channel}.Action", _PRESSES),
                MqttPoint("pressed", "stat/{at}/BUTTON{channel}", "ACTION", _PRESSES),
                _LINK,
                MqttPoint("link", "stat/{at}/STATUS10", "StatusSNS.Time", {"*": True}),
            ),
        },
        questions={
            "door-controller": (_RELAY,),
            "relay": (_RELAY,),
            **dict.fromkeys(("alarm-input", "occupancy-sensor", "panic-button"), (_INPUTS,)),
        },
    ),
    lease="latch",
    senses=frozenset(),
    channels=8,
    heartbeat=timedelta(seconds=30),
)
