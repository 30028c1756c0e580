"""Rules about occasions: the way of their guests, what they claim, and what is checked for them."""

from collections.abc import Callable, Iterator

from edge.points import DEVICE_TYPES
from edge.site.checklists import Check, written
from edge.site.draft import Draft
from edge.site.fields import OUTSIDE
from edge.site.finding import Path, Problem, error, warning
from edge.site.model import Door, Scene
from edge.site.panic_settings import AROUND
from edge.site.wrong import near_miss, shown
from edge.text import say

_WANTED = {"sign": "sign", "relay": "relay"}
_SAFE = frozenset({("sign", "text"), ("relay", "on"), ("masking-unit", "muted"), ("door-controller", "lock")})
"""Type of device and point, of what a scene may claim. A lock may be claimed unlocked only where its door names the scene, so that
the proof of the zones reckons with it."""


# --- the way of the guests --------------------------------------------------------------------------------------------


def routes(draft: Draft) -> Iterator[Problem]:
    for name, scene in draft.scenes.items():
        if scene.route and all(space == OUTSIDE or space in draft.spaces for space in scene.route):
            yield from _zones_of_route(draft, ("scenes", name, "route"), scene)
            if draft.whole("doors"):
                yield from _doors_of_route(draft, ("scenes", name, "route"), name, scene)


def _zones_of_route(draft: Draft, path: Path, scene: Scene) -> Iterator[Problem]:
    first, last = scene.route[0], scene.route[-1]
    if first != OUTSIDE and draft.spaces[first].zone != "public":
        yield error(path, say("The guests come from public space, and {space} is not. Begin the route there.", space=first))
    if last != scene.room:
        yield error(path, say("The route ends at {space}. Let it end in the room, {room}.", space=last, room=scene.room))
    for space in scene.route:
        zone = "public" if space == OUTSIDE else draft.spaces[space].zone
        if zone == "internal":
            told = say("{space} is internal. The route of guests passes public and semi-public space only.", space=space)
            yield error(path, told)
        elif zone == "semi-public" and space not in (scene.room, *scene.spaces):
            yield error(path, say("The route passes {space}. Add it to spaces, which the scene may open.", space=space))


def _doors_of_route(draft: Draft, path: Path, name: str, scene: Scene) -> Iterator[Problem]:
    for start, end in zip(scene.route, scene.route[1:], strict=False):
        if not any(_leads(door, name, start, end) for door in draft.doors.values()):
            told = say(
                "No door of this scene leads from {start} to {end}. Add {scene} to the scenes of its unlock, or mend the route.",
                start=start, end=end, scene=name,
            )  # fmt: skip
            yield error(path, told)


def _leads(door: Door, scene: str, start: str, end: str) -> bool:
    """Whether the guests get through while the scene is played. Hours open some doors besides; on those nobody may count."""
    if (door.from_, door.to) == (start, end):
        return door.kind == "opening" or scene in door.unlock.scenes or (start == OUTSIDE and door.unlock.hours is not None)
    return (door.to, door.from_) == (start, end) and (door.kind == "opening" or door.back == "free")


# --- what is claimed --------------------------------------------------------------------------------------------------


def claims(draft: Draft) -> Iterator[Problem]:
    for name, scene in draft.scenes.items():
        for claimed, wished in scene.prepare.claims.items() if scene.prepare else ():
            path: Path = ("scenes", name, "prepare", "claims", claimed)
            device_id, _, point = claimed.partition(".")
            device = draft.devices.get(device_id)
            if device is None:
                if draft.whole("devices"):
                    yield _unknown(draft, path, device_id)
                continue
            if (device.type, point) not in _SAFE:
                safe = ", ".join(sorted(f"{point} ({type_})" for type_, point in _SAFE))
                yield error(
                    path, say("A scene claims only what can harm nobody. These it may: {points}.", points=safe), at_key=True
                )
            elif problem := DEVICE_TYPES[device.type][point].problem_with(written(wished)):
                yield error(path, say("{point} cannot be that: {problem}.", point=claimed, problem=problem))
            elif device.type == "relay" and device.door:
                told = say("{device} is at a door, and might hold its exit. Name a relay in a space.", device=device_id)
                yield error(path, told, at_key=True)
            elif point == "lock":
                yield from _claimed_lock(draft, path, name, device.door or "", str(wished))
            elif wished is False or wished == "":
                yield warning(path, say("It is so by itself while nothing claims it. Remove the line."))


def _unknown(draft: Draft, path: Path, device: str) -> Problem:
    meant, known = near_miss(device, draft.known("devices")), "devices"
    told = say('"{found}" is not in {section}. Add it there, or use one that is.', found=shown(device), section=known)
    if meant:
        told = say('"{found}" is not in {section}. Did you mean "{meant}"?', found=shown(device), section=known, meant=meant)
    return error(path, told, at_key=True)


def _claimed_lock(draft: Draft, path: Path, scene: str, door_id: str, wished: str) -> Iterator[Problem]:
    door = draft.doors.get(door_id)
    if door is None:
        return
    if wished == "unlocked" and scene not in door.unlock.scenes:
        told = say("{door} does not name this scene. Add {scene} to the scenes of its unlock.", door=door_id, scene=scene)
        yield error(path, told)
    if wished == "locked" and (door.unlock.booking or scene in door.unlock.scenes):
        yield error(path, say("{door} opens for bookings or for this scene, and would be held shut. Remove one.", door=door_id))


# --- what is checked --------------------------------------------------------------------------------------------------


def things_of_their_kind(draft: Draft) -> Iterator[Problem]:
    controlled = {device.door for device in draft.devices.values() if device.type == "door-controller"}
    for path, check in _checks(draft):
        wanted = _WANTED.get(check.kind)
        device = draft.devices.get(check.subject)
        if wanted and device is not None and device.type != wanted:
            told = say("{device} is a {type}. Name a {wanted}.", device=check.subject, type=device.type, wanted=wanted)
            yield error((*path, check.kind), told)
        if check.door in draft.doors and check.door not in controlled and draft.whole("devices"):
            yield error((*path, "door"), say("Nothing tells how {door} is: no door-controller is at it.", door=check.subject))
        for unit in check.masking:
            found = draft.devices.get(unit)
            if found is not None and found.type != "masking-unit":
                told = say("{device} is a {type}. Name a {wanted}.", device=unit, type=found.type, wanted="masking-unit")
                yield error((*path, "masking"), told)


def _checks(draft: Draft) -> Iterator[tuple[Path, Check]]:
    for name, checklist in draft.checklists.items():
        for id_, item in checklist.items.items():
            if item.check is not None:
                yield ("checklists", name, "items", id_, "check"), item.check


def in_time(draft: Draft) -> Iterator[Problem]:
    """All can be ready when it must be."""
    for name, scene in draft.scenes.items():
        if scene.prepare is None:
            for key in ("ready_by", "afterwards", "names"):
                if key in scene.model_fields_set:
                    told = say("{key} is for scenes with prepare. Add prepare, or remove it.", key=key)
                    yield error(("scenes", name, key), told, at_key=True)
            continue
        if scene.ready_by > scene.prepare.before:
            told = say("All must be ready before the preparation begins. Make prepare.before longer, or ready_by shorter.")
            yield error(("scenes", name, "ready_by" if "ready_by" in scene.model_fields_set else "prepare"), told)
        for key in ("checklist", "turn_over"):
            checklist = draft.checklists.get(getattr(scene.prepare, key) or "")
            for id_, item in checklist.items.items() if checklist else ():
                check = item.check
                opens = check is not None and (check.route is not None or check.state == "unlocked")
                if opens and scene.before < scene.ready_by:
                    told = say("{item} is not open before the scene begins. Make before longer, or ready_by shorter.", item=id_)
                    yield error(("scenes", name, "prepare", key), told)


def masking_that_is_there(draft: Draft) -> Iterator[Problem]:
    units = {device.space for device in draft.devices.values() if device.type == "masking-unit"}
    for scene in draft.scenes.values():
        near = {scene.room}.union(*({d.from_, d.to} for d in draft.doors.values() if scene.room in (d.from_, d.to)))
        for path, check in _checks(draft):
            if AROUND in check.masking and path[1] in _lists_of(scene) and units.isdisjoint(near) and draft.whole("devices"):
                told = say(
                    "No masking-unit is in {space} or a door away from it. Name the units, or remove the line.", space=scene.room
                )
                yield warning((*path, "masking"), told)


def _lists_of(scene: Scene) -> tuple[str | None, ...]:
    after = scene.afterwards.checklist if scene.afterwards else None
    return (scene.prepare.checklist, scene.prepare.turn_over, after) if scene.prepare else (after,)


CHECKLIST_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    routes,
    claims,
    things_of_their_kind,
    in_time,
    masking_that_is_there,
)
