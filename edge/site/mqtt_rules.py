"""Rules about devices on lines to MQTT brokers: where they are, and that their commands can be written."""

from collections.abc import Callable, Iterator

from edge.points import DEVICE_TYPES
from edge.profiles import PROFILES
from edge.profiles.message_template import FOR_S, VALUE, problem_with
from edge.profiles.mqtt_mapping import MqttMapping
from edge.site.device import Address, Device
from edge.site.draft import Draft
from edge.site.finding import Path, Problem, error
from edge.text import say

_NOT_IN_TOPICS = frozenset("+#\x00{}")


def _devices(draft: Draft) -> Iterator[tuple[Path, str, Device, MqttMapping]]:
    for name, device in draft.devices.items():
        mapping = PROFILES[device.profile].mapping
        if isinstance(mapping, MqttMapping):
            yield ("devices", name), name, device, mapping


def places_of_makes(draft: Draft) -> Iterator[Problem]:
    """The topics of a make follow from where the device is; those of none are all in the site file."""
    for path, _, device, mapping in _devices(draft):
        if mapping.points and device.at is None:
            yield error(path, say("The topics of the profile {profile} begin with a name. Add at.", profile=device.profile))
        elif device.at is not None and not mapping.points:
            told = say("The profile {profile} has no place for at. Remove it, or choose a make.", profile=device.profile)
            yield error((*path, "at"), told, at_key=True)
        elif device.at is not None and _is_no_topic(device.at):
            yield error(
                (*path, "at"), say('"{at}" cannot be part of a topic. Write it without +, # and empty levels.', at=device.at)
            )
        elif not mapping.native and not mapping.points and not device.points:
            told = say("The profile {profile} has no topics of its own. Add points.", profile=device.profile)
            yield error(path, told)


def _is_no_topic(at: str) -> bool:
    return not _NOT_IN_TOPICS.isdisjoint(at) or "" in at.split("/") or ".." in at.split("/")


def one_device_a_place(draft: Draft) -> Iterator[Problem]:
    """Two devices in one place would hear and command the same thing."""
    first: dict[tuple[object, ...], str] = {}
    for path, name, device, mapping in _devices(draft):
        if device.at is None or not mapping.points:
            continue
        place = (device.connection, device.profile, device.type, device.at, device.channel)
        if place in first:
            told = say("{device} is already at {at}, channel {channel}.", device=first[place], at=device.at, channel=device.channel)
            yield error((*path, "at"), told)
        first.setdefault(place, name)


def addresses_can_be_used(draft: Draft) -> Iterator[Problem]:
    for path, _, device, mapping in _devices(draft):
        for point, address in device.points.items():
            yield from _can_be_used((*path, "points", point), point, address, device, mapping)


def _can_be_used(path: Path, point: str, address: Address, device: Device, mapping: MqttMapping) -> Iterator[Problem]:
    if address.scale == 0:
        yield error((*path, "scale"), say("A scale of 0 makes the same of every number. Write another one."))
    if address.command is not None and problem_with(address.command):
        told = say("This is neither JSON nor plain text. Write {value} without quotation marks.", value=VALUE)
        yield error((*path, "command"), told)
    if address.set is None and not mapping.native and _is_commanded(device, point):
        yield error(path, say("{point} takes commands, and it is not said where. Add set.", point=point))
    if mapping.native and point == "pressed" and (address.field or address.values):
        told = say("The answer to a press is only for buttons that speak natively. Write profile: {profile}.", profile="mqtt.json")
        yield error(path, told)
    if point == "lock" and address.set is not None and _lease(device) == "timed" and not _carries_time(address):
        told = say("Nothing ends an unlock by itself: the command has no {for_s}. Add it, or lease: latch.", for_s=FOR_S)
        yield error((*path, "command") if address.command is not None else path, told)


def _is_commanded(device: Device, point: str) -> bool:
    kind = DEVICE_TYPES[device.type].get(point)
    return kind is not None and kind.commanded


def _lease(device: Device) -> str:
    return device.lease or PROFILES[device.profile].lease


def _carries_time(address: Address) -> bool:
    """A command of the native form does."""
    return address.command is None or FOR_S in address.command


MQTT_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (places_of_makes, one_device_a_place, addresses_can_be_used)
