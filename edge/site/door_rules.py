"""Rules about doors, what controls them, and the scenes that open them."""

from collections.abc import Callable, Iterator

from edge.site.booking_rules import booked_spaces
from edge.site.draft import Draft
from edge.site.finding import Path, Problem, error, warning
from edge.site.model import Escape, Unlock
from edge.text import say


def interlocks(draft: Draft) -> Iterator[Problem]:
    controlled = {device.door for device in draft.devices.values() if device.type == "door-controller"}
    for name, door in draft.doors.items():
        path: Path = ("doors", name, "interlock")
        if door.interlock and door.kind == "opening":
            yield error(path, say("An opening is never closed, so nothing can be interlocked with it. Remove interlock."))
            continue
        for other in door.interlock:
            if other == name:
                yield error(path, say("A door cannot be interlocked with itself. Name the other door."))
            elif other in draft.doors and draft.doors[other].kind == "opening":
                yield error(path, say("{door} is an opening and never closed. Remove it from interlock.", door=other))
            elif (
                other in draft.doors
                and draft.whole("devices")
                and (unseen := next((each for each in (name, other) if each not in controlled), None))
            ):
                text = say("Nothing tells whether {door} is open: no door-controller is at it. Add the device.", door=unseen)
                yield warning(path, text)


def escape_doors(draft: Draft) -> Iterator[Problem]:
    for name, door in draft.doors.items():
        if door.kind != "escape":
            continue
        if door.unlock != Unlock():
            text = say("Only an emergency unlocks an escape door. Remove unlock, or give the door another kind.")
            yield error(("doors", name, "unlock"), text)
        if door.escape == Escape() and door.back != "free":
            text = say(
                "The escape door does not say in which direction it lets people out. Add escape: "
                "forward or back, with free, alarmed or delayed."
            )
            yield warning(("doors", name), text, at_key=True)


def held_open_warnings(draft: Draft) -> Iterator[Problem]:
    for name, door in draft.doors.items():
        if door.held_open_warning >= door.held_open and door.kind != "opening":
            key = "held_open_warning" if "held_open_warning" in door.model_fields_set else "held_open"
            text = say("The warning comes as soon as the door opens. Make held_open longer, or held_open_warning shorter or 0 s.")
            yield warning(("doors", name, key), text)


def controllers_alone(draft: Draft) -> Iterator[Problem]:
    """Keys that mean nothing at other devices."""
    for name, device in draft.devices.items():
        for key in ("lacks", "lease", "pulse"):
            if device.type != "door-controller" and key in device.model_fields_set:
                yield error(("devices", name, key), say("Only a door-controller has {key}. Remove it.", key=key), at_key=True)


def scenes(draft: Draft) -> Iterator[Problem]:
    booked, opened = booked_spaces(draft), {scene for door in draft.doors.values() for scene in door.unlock.scenes}
    for name, scene in draft.scenes.items():
        path: Path = ("scenes", name)
        if scene.room in draft.spaces and scene.room not in booked and draft.whole("calendars"):
            text = say("No calendar books {space}, so only a person can play this scene.", space=scene.room)
            yield warning((*path, "room"), text)
        for key, spaces in (("room", (scene.room,)), ("spaces", scene.spaces)):
            for space in spaces:
                if space in draft.spaces and draft.spaces[space].zone == "internal":
                    yield error((*path, key), say("{space} is internal. A scene opens no way for guests there.", space=space))
        if name not in opened and draft.whole("doors"):
            yield warning(path, say("No door names {id}, so playing it opens nothing. Use it or remove it.", id=name), at_key=True)


DOOR_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    interlocks,
    escape_doors,
    held_open_warnings,
    controllers_alone,
    scenes,
)
