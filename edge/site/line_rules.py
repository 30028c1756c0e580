"""Rules about devices on their lines: profiles that the line speaks, units and channels of a bus."""

from collections.abc import Callable, Iterator

from edge.profiles import PROFILES, Profile
from edge.site.draft import Draft
from edge.site.finding import Path, Problem, error, warning
from edge.site.model import Device
from edge.text import say


def profiles_fit(draft: Draft) -> Iterator[Problem]:
    """A profile describes devices of certain types on lines of one protocol."""
    for name, device in draft.devices.items():
        profile = PROFILES[device.profile]
        path: Path = ("devices", name, *(("profile",) if device.profile != "native" else ()))
        connection = draft.connections.get(device.connection)
        if connection is not None and connection.speaks != profile.protocol:
            fitting = ", ".join(known for known, other in PROFILES.items() if other.protocol == connection.speaks)
            told = say(
                "{connection} speaks {protocol}, the profile {profile} does not. Write a profile that does: {fitting}.",
                connection=device.connection,
                protocol=connection.protocol,
                profile=device.profile,
                fitting=fitting,
            )
            yield error(path, told)
        elif profile.types is not None and device.type not in profile.types:
            known = ", ".join(sorted(profile.types))
            yield error(
                path,
                say("The profile {profile} has no {type}. It has {known}.", profile=device.profile, type=device.type, known=known),
            )
        elif device.lease == "timed" != profile.lease:
            told = say(
                "The profile {profile} carries no time to the device, so no unlock ends by it there.", profile=device.profile
            )
            yield error(("devices", name, "lease"), told)


def places_on_a_bus(draft: Draft) -> Iterator[Problem]:
    """A device on a bus is one channel of one unit; elsewhere there are no units."""
    for name, device in draft.devices.items():
        path: Path = ("devices", name)
        profile = PROFILES[device.profile]
        if profile.protocol == "modbus":
            yield from _on_a_bus(path, device, profile)
            continue
        for key, given in (("unit", device.unit is not None), ("channel", device.channel != 1)):
            if given:
                yield error((*path, key), say("Only a device on a Modbus line has a {key}. Remove it.", key=key), at_key=True)


def _on_a_bus(path: Path, device: Device, profile: Profile) -> Iterator[Problem]:
    if device.unit is None:
        yield error(path, say("A device on a Modbus line has a number there. Add unit, 1 to 247."))
    if device.channel > profile.channels:
        told = say("The profile {profile} has the channels 1 to {most}.", profile=device.profile, most=profile.channels)
        yield error((*path, "channel"), told)
    if device.points:
        yield error((*path, "points"), say("These are addresses of MQTT. On a Modbus line, the profile has them: remove points."))


def one_device_a_channel(draft: Draft) -> Iterator[Problem]:
    """Two devices in the same registers would command each other; two profiles in one unit are odd."""
    first: dict[tuple[str, int, int], str] = {}
    profiles: dict[tuple[str, int], str] = {}
    for name, device in draft.devices.items():
        if device.unit is None:
            continue
        path: Path = ("devices", name)
        place = (device.connection, device.unit, device.channel)
        if place in first:
            told = say(
                "{device} is already channel {channel} of unit {unit}. Give each device its own.",
                device=first[place],
                channel=device.channel,
                unit=device.unit,
            )
            yield error((*path, "channel") if device.channel != 1 else (*path, "unit"), told)
        first.setdefault(place, name)
        if profiles.setdefault(place[:2], device.profile) != device.profile:
            told = say("Unit {unit} has another profile elsewhere: {profile}.", unit=device.unit, profile=profiles[place[:2]])
            yield warning((*path, "profile"), told)


LINE_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (profiles_fit, places_on_a_bus, one_device_a_channel)
