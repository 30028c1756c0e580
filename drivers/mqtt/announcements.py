"""What makes announce of themselves on a broker, as devices of a site file. Pure: from topics and payloads to what was found.

Source: www.zigbee2mqtt.io, "MQTT Topics and Messages" (bridge/devices) and "Exposes"; shelly-api-docs.shelly.cloud, gen2, MQTT;
Tasmota's discovery messages from memory.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from drivers.mqtt.discovery import Announced, announced
from drivers.mqtt.native import ROOT
from drivers.mqtt.strict_json import read
from edge.errors import Garbled
from edge.points import DEVICE_TYPES

LONGEST_BYTES = 8 * 1024 * 1024
"""Of a list of all devices of a bridge."""
_OF_EVERY_TYPE = frozenset.intersection(*(frozenset(points) for points in DEVICE_TYPES.values()))
_BY_EXPOSED: Mapping[str, tuple[str, str]] = {
    "action": ("panic-button", "mqtt.zigbee2mqtt_sensor"),
    "occupancy": ("occupancy-sensor", "mqtt.zigbee2mqtt_sensor"),
    "presence": ("occupancy-sensor", "mqtt.zigbee2mqtt_sensor"),
    "contact": ("alarm-input", "mqtt.zigbee2mqtt_sensor"),
    "water_leak": ("alarm-input", "mqtt.zigbee2mqtt_sensor"),
    "lock": ("door-controller", "mqtt.zigbee2mqtt"),
    "switch": ("relay", "mqtt.zigbee2mqtt"),
}


class Thing(NamedTuple):
    """A device as it announced itself. more: of its entry in a site file. site, id: of a native one."""

    address: str
    what: str
    make: str | None = None
    type: str | None = None
    more: Mapping[str, Any] = {}
    site: str | None = None
    id: str | None = None


def things_in(messages: Mapping[str, bytes]) -> Iterator[Thing]:
    """messages: the newest payload of each topic."""
    said = dict(_read(messages))
    yield from _native(messages)
    bridges = {topic.removesuffix("/bridge/devices"): list_ for topic, list_ in said.items() if topic.endswith("/bridge/devices")}
    for base, listed in bridges.items():
        yield from _zigbee(base, listed)
    yield from _shelly(said)
    yield from _tasmota(said)
    known = tuple(f"{base}/" for base in bridges)
    for topic, one in said.items():
        yield from (_of_discovery(each) for each in announced(topic, one) if not _is_below(each, known))


def _read(messages: Mapping[str, bytes]) -> Iterator[tuple[str, Any]]:
    for topic, payload in messages.items():
        with suppress(Garbled):
            yield topic, read(payload, LONGEST_BYTES)


def _native(messages: Mapping[str, bytes]) -> Iterator[Thing]:
    points: dict[tuple[str, str], set[str]] = {}
    for topic in messages:
        root, *levels = topic.split("/")
        if root == ROOT and len(levels) == 3:
            points.setdefault((levels[0], levels[1]), set()).add(levels[2])
    for (site, device), seen in points.items():
        own = seen - _OF_EVERY_TYPE
        fitting = [type_ for type_, known in DEVICE_TYPES.items() if own and own <= known.keys()]
        type_ = fitting[0] if len(fitting) == 1 else None
        yield Thing(f"{ROOT}/{site}/{device}", ", ".join(sorted(seen)), "native", type_, site=site, id=device)


def _zigbee(base: str, listed: object) -> Iterator[Thing]:
    for device in listed if isinstance(listed, list) else ():
        if not isinstance(device, dict) or device.get("type") == "Coordinator" or not isinstance(device.get("friendly_name"), str):
            continue
        definition = device.get("definition")
        known = definition if isinstance(definition, dict) else {}
        exposed = [name for name in _exposed(known.get("exposes")) if name in _BY_EXPOSED]
        at = f"{base}/{device['friendly_name']}"
        what = " ".join(str(known.get(key) or "") for key in ("vendor", "model", "description")) or str(
            device.get("model_id") or ""
        )
        if not exposed:
            yield Thing(at, what)
        # A plug with a button on it is a plug; of the rest, what it senses says what it is.
        for name in exposed[-1:]:
            type_, make = _BY_EXPOSED[name]
            yield Thing(at, what, make, type_, {"at": at})


def _exposed(exposes: object) -> list[str]:
    """In the order of _BY_EXPOSED."""
    found = {
        str(name)
        for expose in (exposes if isinstance(exposes, list) else ())
        if isinstance(expose, dict)
        for name in (expose.get("property"), expose.get("type"))
    }
    return [name for name in _BY_EXPOSED if name in found]


def _shelly(said: Mapping[str, Any]) -> Iterator[Thing]:
    seen: set[str] = set()
    for topic, status in said.items():
        prefix, _, component = topic.rpartition("/status/")
        kind, _, number = component.partition(":")
        if not prefix or not number.isdecimal() or not isinstance(status, dict):
            continue
        more = {"at": prefix, **({"channel": int(number) + 1} if number != "0" else {})}
        address = f"{prefix} {component}"
        if kind == "switch" and "output" in status:
            seen.add(prefix)
            yield Thing(address, "Shelly", "mqtt.shelly", "relay", more)
        elif kind == "input" and "state" in status:
            seen.add(prefix)
            type_ = "panic-button" if status["state"] is None else "alarm-input"
            yield Thing(address, "Shelly", "mqtt.shelly", type_, more)
    for topic, there in said.items():
        prefix = topic.removesuffix("/online")
        if topic.endswith("/online") and isinstance(there, bool) and prefix not in seen and is_shelly(prefix):
            yield Thing(prefix, "Shelly" if there else "Shelly, offline", "mqtt.shelly")


def is_shelly(prefix: str) -> bool:
    """By its usual topic prefix, which begins with its model."""
    return prefix.rpartition("/")[2].startswith("shelly")


def _tasmota(said: Mapping[str, Any]) -> Iterator[Thing]:
    for topic, config in said.items():
        if not topic.startswith("tasmota/discovery/") or not topic.endswith("/config") or not isinstance(config, dict):
            continue
        at, model = str(config.get("t", "")), str(config.get("md", ""))
        if not at or config.get("ft") != "%prefix%/%topic%/":
            yield Thing(at, f"Tasmota {model}")
            continue
        for key, type_, there in (("rl", "relay", (1,)), ("swc", "alarm-input", range(256)), ("btn", "panic-button", (1,))):
            states = config.get(key)
            for number, state in enumerate(states if isinstance(states, list) else (), 1):
                if state in there and not (key == "btn" and 1 in config.get("rl", [])):
                    more = {"at": at, **({"channel": number} if number > 1 else {})}
                    yield Thing(f"{at} {type_} {number}", f"Tasmota {model}", "mqtt.tasmota", type_, more)


def _of_discovery(entity: Announced) -> Thing:
    what = f"{entity.device} {entity.name} ({entity.component})".strip()
    state = next(iter(entity.points.values()), {})
    topic = str(state.get("topic", ""))
    if entity.type is None:
        return Thing(entity.name, what)
    node, _, named = topic.removesuffix("/state").partition(f"/{entity.component}/")
    if named and entity.points.get("link", {}).get("topic") == f"{node}/status":
        return Thing(topic, what, "mqtt.esphome", entity.type, {"at": topic.removesuffix("/state")})
    lease = {"lease": "latch"} if entity.type == "door-controller" else {}
    return Thing(topic, what, "mqtt.json", entity.type, {**lease, "points": entity.points})


def _is_below(entity: Announced, bases: tuple[str, ...]) -> bool:
    """Of a bridge that has told of its devices itself."""
    return any(str(address.get("topic", "")).startswith(bases) for address in entity.points.values())
