"""Rules about devices on their lines: profiles that the line speaks, units and channels of a bus."""

from collections.abc import Callable, Iterator, Mapping

from edge.profiles import PROFILES, Profile, Protocol
from edge.profiles.modbus_table import ModbusTable
from edge.site.device import Address, Device
from edge.site.draft import Draft
from edge.site.finding import Path, Problem, error, warning
from edge.text import Text, say


def profiles_fit(draft: Draft) -> Iterator[Problem]:
    """A profile describes devices of certain types on lines of one protocol."""
    for name, device in draft.devices.items():
        profile = PROFILES[device.profile]
        path: Path = ("devices", name, *(("profile",) if device.profile != "native" else ()))
        connection = draft.connections.get(device.connection)
        if connection is not None and connection.speaks != profile.mapping.protocol:
            fitting = ", ".join(known for known, other in PROFILES.items() if other.mapping.protocol == connection.speaks)
            told = say(
                "{connection} speaks {protocol}, the profile {profile} does not. Write a profile that does: {fitting}.",
                connection=device.connection,
                protocol=connection.protocol,
                profile=device.profile,
                fitting=fitting,
            )
            yield error(path, told)
        elif profile.mapping.types is not None and device.type not in profile.mapping.types:
            known = ", ".join(sorted(profile.mapping.types))
            yield error(
                path,
                say("The profile {profile} has no {type}. It has {known}.", profile=device.profile, type=device.type, known=known),
            )
        elif device.lease == "timed" != profile.lease:
            told = say(
                "The profile {profile} carries no time to the device, so no unlock ends by it there.", profile=device.profile
            )
            yield error(("devices", name, "lease"), told)


def places_on_a_line(draft: Draft) -> Iterator[Problem]:
    """A device on a bus has a number there; many makes are several devices in one."""
    for name, device in draft.devices.items():
        path: Path = ("devices", name)
        profile = PROFILES[device.profile]
        on_a_bus = profile.mapping.protocol == "modbus"
        if on_a_bus and device.unit is None:
            yield error(path, say("A device on a Modbus line has a number there. Add unit, 1 to 247."))
        if device.unit is not None and not on_a_bus:
            yield error((*path, "unit"), say("Only a device on a Modbus line has a unit. Remove it."), at_key=True)
        if device.channel > profile.channels:
            yield error((*path, "channel"), _no_such_channel(device, profile))


def _no_such_channel(device: Device, profile: Profile) -> Text:
    if profile.channels == 1:
        return say("The profile {profile} is one device, without channels. Remove channel.", profile=device.profile)
    return say("The profile {profile} has the channels 1 to {most}.", profile=device.profile, most=profile.channels)


_PLACE: Mapping[Protocol, str] = {"mqtt": "topic", "opcua": "node", "ble": "characteristic"}
_OF_ONE_LINE: Mapping[str, Protocol] = {
    **{key: protocol for protocol, key in _PLACE.items()},
    **dict.fromkeys(("field", "set", "command"), "mqtt"),
}


def addresses_fit(draft: Draft) -> Iterator[Problem]:
    """An address of a point is one of the line that its device is on."""
    for name, device in draft.devices.items():
        protocol = PROFILES[device.profile].mapping.protocol
        if device.points and protocol not in _PLACE:
            told = say("On a Modbus line, the profile has the addresses: remove points.")
            yield error(("devices", name, "points"), told)
            continue
        for point, address in device.points.items():
            yield from _address_fits(("devices", name, "points", point), address, protocol)


def _address_fits(path: Path, address: Address, protocol: Protocol) -> Iterator[Problem]:
    place = _PLACE[protocol]
    if getattr(address, place) is None:
        yield error(path, say("An address needs a {key} on a line of this protocol. Add it.", key=place))
    for key, other in _OF_ONE_LINE.items():
        if other != protocol and getattr(address, key) is not None:
            yield error((*path, key), say("A line of this protocol has no {key}. Remove it.", key=key), at_key=True)


def one_device_a_channel(draft: Draft) -> Iterator[Problem]:
    """Two devices in the same registers would command each other; two profiles in one unit are odd.

    The relay and the input of one channel are two places: each may be a device of its own.
    """
    there: dict[tuple[str, int, int], list[str]] = {}
    profiles: dict[tuple[str, int], str] = {}
    for name, device in draft.devices.items():
        if device.unit is None:
            continue
        path: Path = ("devices", name)
        place = (device.connection, device.unit, device.channel)
        others = there.setdefault(place, [])
        if (other := next((id_ for id_ in others if _meet(draft.devices[id_], device)), None)) is not None:
            told = say(
                "{device} is already channel {channel} of unit {unit}. Give each device its own.",
                device=other,
                channel=device.channel,
                unit=device.unit,
            )
            yield error((*path, "channel") if device.channel != 1 else (*path, "unit"), told)
        others.append(name)
        if profiles.setdefault(place[:2], device.profile) != device.profile:
            told = say("Unit {unit} has another profile elsewhere: {profile}.", unit=device.unit, profile=profiles[place[:2]])
            yield warning((*path, "profile"), told)


def _meet(one: Device, other: Device) -> bool:
    """Of two devices in one channel of a unit: whether they have a register in common, or may have one."""
    table = PROFILES[one.profile].mapping
    if one.profile != other.profile or not isinstance(table, ModbusTable):
        return True
    if not {one.type, other.type} <= table.points.keys():
        return True
    first, second = (set(table.taken(each.type, each.channel, each.lacks)) for each in (one, other))
    return bool(first & second)


LINE_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (profiles_fit, places_on_a_line, addresses_fit, one_device_a_channel)
