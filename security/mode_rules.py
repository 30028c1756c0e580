"""What the modes that hold ask of doors, and what people are told of them.

A lockdown locks entries: the direction that each lock guards. Whoever is inside leaves as on any night, for every lock it holds is
at its default, in which the site file must leave a way out of every space (`edge.site.routes`); fire and evacuation outrank it.

The lockdown of a zone closes its border: every controlled door with one end in the zone and the other outside it, whichever way
its lock looks. Doors within the zone stay as they are: whoever may be in the zone may still reach its shelter, its phones and its
other exits, and a door locked behind them would keep nobody out who is not already kept out at the border.
"""

from collections.abc import Iterable

from edge.claims import Claim, Condition, Priority
from edge.conditions import EVACUATION, FIRE, FIRE_INPUT_LOST, LOCKDOWN
from edge.facts import Look
from edge.points import PointId
from edge.site import Site
from edge.text import Ref, Text, say
from security.modes import MODE, SITE, ZONES, ModeBegan, door_scope, zone_scope


def claims(look: Look, site: Site, door: str) -> Iterable[Claim]:
    """The claims of all modes that hold on one door."""
    for mode, scope in reaching(site, door):
        began = look(MODE(mode, scope))
        device = site.device_at(door)
        if began is not None and device is not None:
            yield claim_of(PointId(device, "lock"), began)


def reaching(site: Site, door: str) -> Iterable[tuple[str, str]]:
    """The modes and scopes that ask something of a door while they hold."""
    if is_escape(site, door):
        yield "fire", SITE
        yield "evacuation", SITE
    yield "lockdown", SITE
    for zone in ZONES:
        if crosses(site, door, zone):
            yield "lockdown", zone_scope(zone)
    yield "lockdown", door_scope(door)


def is_escape(site: Site, door: str) -> bool:
    """Whether the direction that its lock guards leads out in an emergency. The other one is mechanical, and never ours."""
    section = site.doors[door]
    return section.kind == "escape" or section.escape.forward is not None


def crosses(site: Site, door: str, zone: str) -> bool:
    """Whether a door lies in the border of a zone."""
    section = site.doors[door]
    return (site.zone_of(section.from_) == zone) != (site.zone_of(section.to) == zone)


def claim_of(lock: PointId, began: ModeBegan) -> Claim:
    priority = {"fire": Priority.FIRE, "evacuation": Priority.EVACUATION, "lockdown": Priority.LOCKDOWN}[began.mode]
    value = "locked" if began.mode == "lockdown" else "unlocked"
    return Claim(lock, value, priority, f"{began.mode}:{began.scope}", because(began))


def conditions(look: Look, site: Site) -> Iterable[Condition]:
    """What people are told for as long as a mode holds: of the building by the id of the site, of a zone by its scope, of a door by
    its id."""
    for mode, type_ in (("fire", FIRE), ("evacuation", EVACUATION)):
        if (began := look(MODE(mode, SITE))) is not None:
            yield Condition(type_, site.site.id, because(began))
    subjects = {SITE: site.site.id}
    subjects.update((zone_scope(zone), zone_scope(zone)) for zone in ZONES)
    subjects.update((door_scope(door), door) for door in site.controllers)
    for scope, subject in subjects.items():
        if (began := look(MODE("lockdown", scope))) is not None:
            yield Condition(LOCKDOWN, subject, because(began))


def because(began: ModeBegan) -> Text:
    """Who or what began it, and why."""
    if began.mode == "fire":
        if began.reason == FIRE_INPUT_LOST:
            return say("{input} does not answer, which counts as a fire alarm here", input=Ref(began.by))
        return say("Fire alarm from {input}", input=Ref(began.by))
    if began.mode == "evacuation":
        return _with_reason(say("Evacuation begun by {by}", by=began.by), began.reason)
    return _with_reason(say("Lockdown ({scope}) begun by {by}", scope=scope_name(began.scope), by=began.by), began.reason)


def scope_name(scope: str) -> Text | Ref:
    kind, _, name = scope.partition(":")
    if kind == "door":
        return Ref(name)
    names = {
        SITE: say("whole building"),
        "zone:public": say("public zone"),
        "zone:semi-public": say("semi-public zone"),
        "zone:internal": say("internal zone"),
    }
    return names[scope]


def _with_reason(told: Text, reason: str) -> Text:
    return say("{told}: {reason}", told=told, reason=reason) if reason else told
