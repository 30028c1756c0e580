"""Rules about what the public sees and hears: displays, and rooms for remote service."""

from collections.abc import Callable, Iterator

from edge.site.booking_rules import booked_spaces
from edge.site.draft import Draft
from edge.site.finding import Path, Problem, error, warning
from edge.text import say


def displays(draft: Draft) -> Iterator[Problem]:
    booked = booked_spaces(draft)
    for name, display in draft.displays.items():
        path: Path = ("displays", name)
        if display.space in draft.spaces and draft.spaces[display.space].zone == "internal":
            told = say(
                "{space} is internal: customers never read what hangs there. Name the space where it hangs.", space=display.space
            )
            yield warning((*path, "space"), told)
        for position, room in enumerate(display.rooms):
            if room in draft.spaces and room not in booked and draft.whole("calendars"):
                yield warning((*path, "rooms", position), say("No calendar books {space}: nothing will stand there.", space=room))


def remote_rooms(draft: Draft) -> Iterator[Problem]:
    booked = booked_spaces(draft)
    for name, section in draft.remote_service.items():
        path: Path = ("remote_service", name)
        light = draft.devices.get(section.light) if section.light is not None else None
        if light is not None and light.type != "relay":
            yield error(
                (*path, "light"), say("{device} is no relay. Name the relay that switches the light.", device=str(section.light))
            )
        if "presence" in section.by and draft.whole("devices") and not _is_watched(draft, name):
            yield warning((*path, "by"), say("No occupancy sensor watches {space}, so nobody is seen there.", space=name))
        if name in draft.spaces and name not in booked and draft.whole("calendars") and section.by != ("presence",):
            told = say("No calendar books {space}, so it has neither bookings nor a panel. Write by: presence.", space=name)
            yield warning((*path, "by"), told)


def _is_watched(draft: Draft, space: str) -> bool:
    return any(device.type == "occupancy-sensor" and device.space == space for device in draft.devices.values())


SCREEN_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (displays, remote_rooms)
