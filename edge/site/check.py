"""Rules that need more than one section of the site file. Each rule is a function; `RULES` lists them all."""

from collections.abc import Callable, Iterator
from itertools import combinations

from edge.points import DEVICE_TYPES
from edge.site.acoustics_rules import ACOUSTICS_RULES
from edge.site.alarm_rules import ALARM_RULES
from edge.site.ble_rules import BLE_RULES
from edge.site.booking_rules import BOOKING_RULES, booked_spaces
from edge.site.checklist_rules import CHECKLIST_RULES
from edge.site.device import Device
from edge.site.door_rules import DOOR_RULES
from edge.site.draft import Draft
from edge.site.escalation_rules import ESCALATION_RULES
from edge.site.fields import ALWAYS, OUTSIDE
from edge.site.finding import Path, Problem, error, warning
from edge.site.line_rules import LINE_RULES
from edge.site.model import Unlock
from edge.site.mqtt_rules import MQTT_RULES
from edge.site.opcua_rules import OPCUA_RULES
from edge.site.panic_rules import PANIC_RULES
from edge.site.references import unknown_ids, used_ids
from edge.site.routes import route_problems
from edge.site.screen_rules import SCREEN_RULES
from edge.site.terminal_rules import TERMINAL_RULES
from edge.site.wrong import near_miss, shown
from edge.text import Text, say

Rule = Callable[[Draft], Iterator[Problem]]

_AT_A_DOOR = frozenset({"door-controller"})
_IN_A_SPACE = frozenset({"panic-button", "relief-button", "occupancy-sensor", "masking-unit", "ambient-sensor", "terminal-dock"})


def check(draft: Draft) -> list[Problem]:
    return [problem for rule in RULES for problem in rule(draft)]


def reserved_ids(draft: Draft) -> Iterator[Problem]:
    for table, reserved in (("spaces", OUTSIDE), ("hours", ALWAYS)):
        if reserved in draft.known(table):
            text = say('"{id}" is a reserved word that needs no entry. Remove this one, or give it another id.', id=reserved)
            yield error((table, reserved), text, at_key=True)


def ambiguous_ids(draft: Draft) -> Iterator[Problem]:
    for (first, firsts), (second, seconds) in combinations(
        [(table, draft.known(table)) for table in ("spaces", "doors", "devices")], 2
    ):
        for id_ in firsts.keys() & seconds.keys():
            text = say('"{id}" is also in {section}. Screens cannot tell the two apart: rename one.', id=id_, section=first)
            yield warning((second, id_), text, at_key=True)


def door_shapes(draft: Draft) -> Iterator[Problem]:
    for name, door in draft.doors.items():
        path: Path = ("doors", name)
        if door.from_ == door.to:
            yield error((*path, "to"), say("The door leads from {space} to itself. Name the space behind it.", space=door.to))
        if door.kind == "opening" and door.unlock != Unlock():
            yield error((*path, "unlock"), say("An opening has no lock to unlock. Remove unlock, or give the door another kind."))
        if door.kind == "opening" and door.back != "free":
            yield error((*path, "back"), say("An opening asks for nothing. Remove back, or give the door another kind."))


def unlocking(draft: Draft) -> Iterator[Problem]:
    controlled = {device.door for device in draft.devices.values() if device.type == "door-controller"}
    booked = booked_spaces(draft)
    for name, door in draft.doors.items():
        path: Path = ("doors", name, "unlock")
        if door.kind == "opening":
            continue
        if door.unlock != Unlock() and name not in controlled and draft.whole("devices"):
            yield warning(path, say("Nothing can unlock this door: no door-controller is at it. Add the device, or write never."))
        if not door.unlock.booking:
            continue
        if door.to == OUTSIDE or (door.to in draft.spaces and draft.spaces[door.to].zone == "public"):
            yield warning(path, say("Bookings unlock the door into {space}, which is public. Check from and to.", space=door.to))
        elif door.to in draft.spaces and door.to not in booked and draft.whole("calendars"):
            yield warning(path, say("No calendar books {space}, so no booking unlocks this door.", space=door.to))


def device_places(draft: Draft) -> Iterator[Problem]:
    for name, device in draft.devices.items():
        path: Path = ("devices", name)
        if device.door and device.space:
            text = say("A device is either at a door or in a space. Remove one of the two.")
            yield error((*path, "door" if device.type in _IN_A_SPACE else "space"), text)
        elif device.type in _AT_A_DOOR and not device.door:
            yield error(path, say("A {type} is at a door. Add door.", type=device.type))
        elif device.type in _IN_A_SPACE and not device.space:
            yield error(path, say("A {type} is in a space. Add space.", type=device.type))


def one_controller_a_door(draft: Draft) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, device in draft.devices.items():
        if device.type != "door-controller" or not device.door:
            continue
        path: Path = ("devices", name, "door")
        if device.door in first:
            text = say(
                "{door} already has the door-controller {device}. A door has one.", door=device.door, device=first[device.door]
            )
            yield error(path, text)
        first.setdefault(device.door, name)
        if device.door in draft.doors and draft.doors[device.door].kind == "opening":
            yield error(path, say("{door} is an opening and has no lock to control.", door=device.door))


def known_points(draft: Draft) -> Iterator[Problem]:
    for name, device in draft.devices.items():
        kinds = DEVICE_TYPES[device.type]
        for point, address in device.points.items():
            path: Path = ("devices", name, "points", point)
            if point not in kinds:
                yield error(path, _unknown_point(point, device), at_key=True)
            elif address.set is not None and not kinds[point].commanded:
                yield error((*path, "set"), say("{point} is only reported and takes no commands. Remove set.", point=point))


def _unknown_point(point: str, device: Device) -> Text:
    known = DEVICE_TYPES[device.type]
    meant = near_miss(point, known)
    if meant:
        return say('A {type} has no point "{found}". Did you mean "{meant}"?', type=device.type, found=shown(point), meant=meant)
    return say('A {type} has no point "{found}". It has {known}.', type=device.type, found=shown(point), known=", ".join(known))


def one_point_a_topic(draft: Draft) -> Iterator[Problem]:
    """A topic may carry several points only as fields of its payload, or as commands that differ; one for commands nothing else."""
    used: dict[tuple[str, str, str | None], str] = {}
    for name, device in draft.devices.items():
        for point, address in device.points.items():
            places = (("topic", address.topic, address.field), ("set", address.set, address.command))
            for key, topic, field in places:
                if topic is None:
                    continue
                place = (device.connection, topic, field)
                if place in used:
                    text = say("{point} already uses the topic {topic}. Give each point its own.", point=used[place], topic=topic)
                    yield error(("devices", name, "points", point, key), text)
                used.setdefault(place, f"{name}/{point}")


def unused_entries(draft: Draft) -> Iterator[Problem]:
    for table in ("hours", "agencies", "connections", "checklists", "contacts", "escalations"):
        used = {ALWAYS, *used_ids(draft, table), *_told_by_bookings(draft, table)}
        for name in draft.known(table):
            if name not in used:
                yield warning((table, name), say("Nothing refers to {id}. Use it or remove it.", id=name), at_key=True)


def _told_by_bookings(draft: Draft, table: str) -> Iterator[str]:
    """Agencies that need no mention: a calendar says whose its bookings are, or people do who book here."""
    if table == "agencies":
        asked = any(calendar.local for calendar in draft.calendars.values())
        yield from (name for name, agency in draft.agencies.items() if asked or agency.organizers or agency.categories)


def never_open(draft: Draft) -> Iterator[Problem]:
    for name, timetable in draft.hours.items():
        if not timetable.opens:
            yield warning(("hours", name), say("{id} is closed at all times. Give it days and their times.", id=name), at_key=True)


RULES: tuple[Rule, ...] = (
    unknown_ids,
    reserved_ids,
    ambiguous_ids,
    door_shapes,
    unlocking,
    device_places,
    one_controller_a_door,
    known_points,
    one_point_a_topic,
    unused_entries,
    never_open,
    *LINE_RULES,
    *BLE_RULES,
    *MQTT_RULES,
    *OPCUA_RULES,
    *BOOKING_RULES,
    *TERMINAL_RULES,
    *DOOR_RULES,
    *CHECKLIST_RULES,
    *ALARM_RULES,
    *ESCALATION_RULES,
    *PANIC_RULES,
    *ACOUSTICS_RULES,
    *SCREEN_RULES,
    route_problems,
)
