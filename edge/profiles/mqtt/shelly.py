"""Shelly of the second generation and later: `switch` and `input` components. The relay ends an unlock by itself (`toggle_after`).

Source: shelly-api-docs.shelly.cloud, gen2: MQTT, Notifications, Switch, Input; from memory that `status_update` asks for all
states, and that each order begins its seconds anew. On the device, switch "Generic status update over MQTT" on; `at` is its topic
prefix. channel n is switch:n-1 and input:n-1. Relay on is unlocked; the contact of the door is on the input of the same channel,
closed while the door is, and detached from the relay. What is read back is the relay and not the bolt. A masking unit that
can only be switched has its power, or its contact, on relay n: on sounds, at the level that was set at the unit.
Site file:
    lock-room-1: {type: door-controller, profile: mqtt.shelly, connection: broker, at: shellyplus1-a8032abe54dc, door: room-1-front}
    fan: {type: relay, profile: mqtt.shelly, connection: broker, at: shellypro4pm-f008d1d8b8b8, channel: 4}
    masking-queue: {type: masking-unit, profile: mqtt.shelly, connection: broker, at: shellyplus1-a8032abe54dd, space: queue}
"""

from dataclasses import replace
from datetime import timedelta

from edge.profiles.mqtt_mapping import MqttMapping, MqttPoint, Question
from edge.profiles.profile import MaskingMake, Profile

_SET = '{"id": 1, "src": "talonmies", "method": "Switch.Set", "params": {"id": {index}, "on": {value}, "toggle_after": {for_s}}}'
_SILENT = {"true": False, "false": True}
_LOCK = {"true": "unlocked", "false": "locked"}
_CONTACT = {"true": "closed", "false": "open"}
_TAPS = dict.fromkeys(("single_push", "double_push", "triple_push"), True)
_PRESSES = dict.fromkeys(("btn_down", "single_push", "double_push", "triple_push", "long_push"), True)
_EVENT = "params.events.component=input:{index}.event"
_LINKS = (MqttPoint("link", "{at}/online"), MqttPoint("link", "{at}/status/sys", "uptime", {"*": True}))
_ALL = (Question("{at}/command", "status_update", timedelta(seconds=12)),)


def _on_both(component: str, point: MqttPoint) -> tuple[MqttPoint, MqttPoint]:
    """What the device says of a component when it is asked, and at once when it changes."""
    status = replace(point, topic=f"{{at}}/status/{component}:{{index}}")
    return status, replace(point, topic="{at}/events/rpc", field=f"params.{component}:{{index}}.{point.field}")


_TYPES = ("door-controller", "relay", "masking-unit", "alarm-input", "occupancy-sensor", "panic-button", "relief-button")

PROFILE = Profile(
    MqttMapping(
        points={
            "door-controller": (
                *_on_both("switch", MqttPoint("lock", "", "output", _LOCK, set="{at}/rpc", command=_SET)),
                *_on_both("input", MqttPoint("contact", "", "state", _CONTACT)),
                *_LINKS,
            ),
            "relay": (*_on_both("switch", MqttPoint("on", "", "output", set="{at}/rpc", command=_SET)), *_LINKS),
            "masking-unit": (*_on_both("switch", MqttPoint("muted", "", "output", _SILENT, set="{at}/rpc", command=_SET)), *_LINKS),
            "alarm-input": (*_on_both("input", MqttPoint("active", "", "state")), *_LINKS),
            "occupancy-sensor": (*_on_both("input", MqttPoint("present", "", "state")), *_LINKS),
            "panic-button": (
                MqttPoint("pressed", "{at}/events/rpc", _EVENT, _PRESSES),
                *_LINKS,
            ),
            "relief-button": (
                MqttPoint("tapped", "{at}/events/rpc", _EVENT, _TAPS),
                MqttPoint("held", "{at}/events/rpc", _EVENT, {"long_push": True}),
                *_LINKS,
            ),
        },
        questions=dict.fromkeys(_TYPES, _ALL),
    ),
    senses=frozenset(("contact",)),
    channels=4,
    masking=MaskingMake(levels=False),
    heartbeat=timedelta(seconds=15),
)
