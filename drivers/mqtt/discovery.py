"""Home Assistant's MQTT discovery as a source of proposals: what a device announces there, as points of the profile `mqtt.json`.

Source: home-assistant.io, integrations/mqtt, "MQTT Discovery" (abbreviations, `~`, device discovery), and the pages of its binary
sensors, switches, locks and sensors; device triggers from memory. Of templates only {{ value }} and paths into value_json are
understood. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_SHORT: Mapping[str, str] = {
    "avty": "availability", "avty_t": "availability_topic", "avty_tpl": "availability_template", "cmd_t": "command_topic",
    "cmd_tpl": "command_template", "cmps": "components", "dev": "device", "dev_cla": "device_class", "p": "platform",
    "pl": "payload", "pl_avail": "payload_available", "pl_lock": "payload_lock", "pl_not_avail": "payload_not_available",
    "pl_off": "payload_off", "pl_on": "payload_on", "pl_unlk": "payload_unlock", "stat_locked": "state_locked",
    "stat_off": "state_off", "stat_on": "state_on", "stat_t": "state_topic", "stat_unlocked": "state_unlocked", "t": "topic",
    "uniq_id": "unique_id", "val_tpl": "value_template",
}  # fmt: skip
_SHORT_OF_DEVICE: Mapping[str, str] = {"ids": "identifiers", "mdl": "model", "mf": "manufacturer", "sw": "sw_version"}
_PRESENCE = frozenset(("motion", "occupancy", "presence"))
_ALARM = frozenset(("door", "window", "opening", "garage_door", "moisture", "gas", "smoke", "carbon_monoxide", "safety", "problem"))
_PATH = re.compile(r"\{\{\s*value(?:_json(?P<path>(?:\.\w+|\[(?:'[^'.]+'|\"[^\".]+\"|\d+)\])+))?\s*(?:\|\s*is_defined\s*)?\}\}")
_STEP = re.compile(r"\.(\w+)|\[(?:'([^']+)'|\"([^\"]+)\"|(\d+))\]")
_CONFIG = re.compile(r"[^/]+/(?P<component>[a-z_]+)/(?:[^/]+/)?[^/]+/config")

Address = dict[str, Any]


class Announced(NamedTuple):
    """One entity. type: of device, None where none fits. points: addresses as in a site file."""

    name: str
    device: str
    component: str
    type: str | None
    points: dict[str, Address]


def announced(topic: str, said: object) -> Iterator[Announced]:
    """The entities of one configuration message; said: its JSON value."""
    match = _CONFIG.fullmatch(topic)
    if match is None or not isinstance(said, dict):
        return
    whole = _written_out(said)
    device = _named(whole.get("device"))
    components = whole.get("components")
    if match["component"] == "device" and isinstance(components, dict):
        shared = {key: value for key, value in whole.items() if key not in ("components", "device")}
        for entity in components.values():
            if isinstance(entity, dict):
                one = {**shared, **_written_out(entity, _text(said.get("~")))}
                yield _entity(str(one.get("platform")), one, device)
    else:
        yield _entity(match["component"], whole, device)


def _written_out(said: Mapping[str, Any], base: str | None = None) -> dict[str, Any]:
    """With whole names, and the base topic in place of each ~ at an end."""
    base = _text(said.get("~")) or base
    whole: dict[str, Any] = {}
    for key, value in said.items():
        name = _SHORT.get(key, key)
        if name == "availability" and isinstance(value, list):
            whole[name] = [_written_out(item, base) for item in value if isinstance(item, dict)]
        elif name.endswith("topic") and isinstance(value, str) and base:
            whole[name] = base + value[1:] if value.startswith("~") else value[:-1] + base if value.endswith("~") else value
        else:
            whole[name] = value
    return whole


def _named(device: object) -> str:
    if not isinstance(device, dict):
        return ""
    known = {_SHORT_OF_DEVICE.get(key, key): value for key, value in device.items()}
    return " ".join(str(known[key]) for key in ("manufacturer", "model", "name") if isinstance(known.get(key), str))


def _entity(component: str, said: Mapping[str, Any], device: str) -> Announced:
    type_, points = _points(component, said)
    if type_ is not None and (link := _link(said)):
        points["link"] = link
    name = said.get("name") or said.get("unique_id") or ""
    return Announced(str(name), device, component, type_, points)


def _points(component: str, said: Mapping[str, Any]) -> tuple[str | None, dict[str, Address]]:
    """The type of device that it can be, and what of it is there."""
    kind = said.get("device_class")
    if component == "device_automation":
        topic, payload = _text(said.get("topic")), said.get("payload")
        pressed = str(said.get("type")).startswith("button") and topic is not None and isinstance(payload, str)
        return ("panic-button", {"pressed": {"topic": topic, "values": {payload: True}}}) if pressed else (None, {})
    state = _address(said.get("state_topic"), said.get("value_template"))
    if state is None:
        return None, {}
    if component == "binary_sensor" and kind in _PRESENCE | _ALARM:
        state["values"] = {_word(said.get("payload_on", "ON")): True, _word(said.get("payload_off", "OFF")): False}
        return ("occupancy-sensor", {"present": state}) if kind in _PRESENCE else ("alarm-input", {"active": state})
    if component == "switch":
        on, off = _word(said.get("payload_on", "ON")), _word(said.get("payload_off", "OFF"))
        heard = {_word(said.get("state_on", on)): True, _word(said.get("state_off", off)): False}
        return _commanded("relay", "on", state, said, heard, {on: True, off: False})
    if component == "lock":
        locked, unlocked = _word(said.get("state_locked", "LOCKED")), _word(said.get("state_unlocked", "UNLOCKED"))
        words = {_word(said.get("payload_lock", "LOCK")): "locked", _word(said.get("payload_unlock", "UNLOCK")): "unlocked"}
        return _commanded("door-controller", "lock", state, said, {locked: "locked", unlocked: "unlocked"}, words)
    if component == "sensor" and kind == "sound_pressure":
        return "ambient-sensor", {"ambient": state}
    return None, {}


def _commanded(
    type_: str, point: str, state: Address, said: Mapping[str, Any], heard: Address, words: Address
) -> tuple[str | None, dict[str, Address]]:
    """What is sent may be other words than what is heard, as long as no word means both: the first with a meaning is sent."""
    topic = _text(said.get("command_topic"))
    if topic is None or said.get("command_template") or any(heard.get(word, value) != value for word, value in words.items()):
        return None, {}
    return type_, {point: {**state, "values": {**words, **heard}, "set": topic, "command": "{value}"}}


def _link(said: Mapping[str, Any]) -> Address | None:
    """The last of several is that of the device itself; those before it are of bridges."""
    listed = said.get("availability")
    one = listed[-1] if isinstance(listed, list) and listed else said
    topic, template = one.get("topic" if one is not said else "availability_topic"), one.get("value_template")
    address = _address(topic, template if one is not said else said.get("availability_template"))
    if address is not None:
        there, away = one.get("payload_available", "online"), one.get("payload_not_available", "offline")
        address["values"] = {_word(there): True, _word(away): False}
    return address


def _address(topic: object, template: object) -> Address | None:
    """None where there is no topic, or a template that does more than to find a value."""
    if not isinstance(topic, str) or not topic:
        return None
    if template is None:
        return {"topic": topic}
    match = _PATH.fullmatch(template.strip()) if isinstance(template, str) else None
    if match is None:
        return None
    steps = ["".join(step) for step in _STEP.findall(match["path"] or "")]
    return {"topic": topic, "field": ".".join(steps)} if steps else {"topic": topic}


def _word(payload: object) -> str:
    return str(payload).lower() if isinstance(payload, bool) else str(payload)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
