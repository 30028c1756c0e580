"""Ways out in the worst state, and what a lockdown cannot close."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from edge.points import DEVICE_TYPES
from edge.site.fields import OUTSIDE
from edge.text import Ref, Text, say
from security.proof.passages import INTERNAL, Building, Passage
from security.proof.report import Property, Weakness
from security.proof.ways import Reached, Step

EXIT_OUTPUTS = sum(kind.commanded and kind.name != "lock" for kind in DEVICE_TYPES["door-controller"].values())
"""Commanded points of doors besides the lock of the entry. There is none: nothing that is sent can hold an exit."""


def lets_out(building: Building, passage: Passage, *, powered: bool) -> bool:
    """Whether a passage can be walked without a credential although everything is locked."""
    falls_open = building.site.doors[passage.door].fail == "unlocked"
    return passage.free or passage.escape or (passage.pressed if powered else falls_open)


def dead_ends(building: Building) -> Iterator[Weakness]:
    """One finding for each part of the building out of which nobody gets, at the space of it that is nearest to a way out.

    A way out must be one in every state: where everything is locked, and where there is no power too. A button counts only at a
    door that falls open without power.
    """
    surest = [p for p in building.passages if lets_out(building, p, powered=True) and lets_out(building, p, powered=False)]
    stuck = _entered(building) - _escaped(surest)
    while stuck:
        exit_ = min((p for p in building.passages if p.start in stuck and p.end not in stuck), key=partial(_costs, building))
        part = Reached((Step(p) for p in building.passages if {p.start, p.end} <= stuck), (exit_.start,)).spaces()
        yield _dead_end(building, exit_, len(part) - 1)
        stuck -= part


def unconnected(building: Building) -> Iterator[Weakness]:
    """Spaces that no doors of the file join with the outside: nothing is known of a way out of them."""
    entered = _entered(building)
    apart = [space for space in building.site.spaces if space not in entered]
    if not apart:
        return
    told = say("No doors join {space} with the outside, so no way out of it is proved", space=Ref(apart[0]))
    if len(apart) > 1:
        told = say("{told} (other such spaces: {count})", told=told, count=len(apart) - 1)
    remedy = say("Add the doors that are missing.")
    yield Weakness(
        "D1:unconnected", Property.FREE_EGRESS, told, (say("At any time"),), (), ("spaces", apart[0]), remedy,
        tuple(("spaces", space) for space in apart[1:]),
    )  # fmt: skip


def _entered(building: Building) -> set[str]:
    """Where somebody may be who came from outside, with whatever credential."""
    return Reached((Step(p) for p in building.passages), (OUTSIDE,)).spaces()


def _escaped(passages: Iterable[Passage]) -> set[str]:
    return Reached((Step(p) for p in passages), (OUTSIDE,), backwards=True).spaces()


def _dead_end(building: Building, exit_: Passage, others: int) -> Weakness:
    space, door = Ref(exit_.start), Ref(exit_.door)
    told = say("No way leads out of {space} without a credential in the worst state", space=space)
    if others:
        told = say("{told}, nor out of the spaces behind it: {count}", told=told, count=others)
    key, remedy = "back", say("Write back: free at {door}, so that it opens from inside by its handle.", door=door)
    if exit_.forward or _leads_deeper(building, exit_):
        key, line = "escape", "escape: {%s: alarmed}" % ("forward" if exit_.forward else "back")
        remedy = say("Write {line} at {door}, so that it opens in an emergency.", line=line, door=door)
    worst = _worst(building, exit_)
    return Weakness(
        f"D1:{exit_.start}", Property.FREE_EGRESS, told, worst, (exit_.start, exit_.end), ("doors", exit_.door, key), remedy
    )  # fmt: skip


def _costs(building: Building, exit_: Passage) -> tuple[bool, bool]:
    """What mending would cost: a way into more protected space, an alarmed escape in place of a handle."""
    return _leads_deeper(building, exit_), exit_.forward


def _leads_deeper(building: Building, passage: Passage) -> bool:
    return building.protection(passage.end) > building.protection(passage.start)


def _worst(building: Building, exit_: Passage) -> tuple[Text, ...]:
    if lets_out(building, exit_, powered=True):
        return (say("The power is lost: the exit button of {door} does nothing", door=Ref(exit_.door)),)
    return (say("Every door is locked, as in a lockdown"),)


def caught_in_fire(building: Building) -> set[str]:
    """Spaces without a way out while the fire input calls and there is power; part of the dead ends."""
    return _entered(building) - _escaped(p for p in building.passages if lets_out(building, p, powered=True))


def mechanical_escapes(building: Building) -> Iterator[Weakness]:
    """Escapes forward without a controller: nothing of ours unlocks them in a fire."""
    for name, door in building.site.doors.items():
        is_escape = door.escape.forward is not None or door.kind == "escape"
        if is_escape and door.kind != "opening" and building.site.device_at(name) is None:
            told = say("{door} opens mechanically in a fire: it has no controller that could unlock it", door=Ref(name))
            remedy = say("See that its escape works by itself, or add a door-controller at {door}.", door=Ref(name))
            state = (say("The fire alarm calls"),)
            yield Weakness(f"D12:{name}", Property.FIRE, told, state, (door.from_, door.to), ("doors", name), remedy)


def silent_fire_inputs(building: Building) -> Iterator[Weakness]:
    """Where the silence of a fire input counts as fire, a cut wire unlocks the escape doors."""
    site = building.site
    if site.security.fire_loss != "release":
        return
    for device in (name for name, section in site.devices.items() if section.type == "fire-input"):
        told = say("Nobody silences {device}: its silence unlocks every escape door, as a fire does", device=Ref(device))
        remedy = say("Protect its line, or write fire_loss: alarm.")
        state = (say("{device} is not heard", device=Ref(device)),)
        yield Weakness(f"D12:silent:{device}", Property.FIRE, told, state, (), ("security", "fire_loss"), remedy)


# --- lockdown ---------------------------------------------------------------------------------------------------------


def left_open(building: Building, in_ways: Sequence[str]) -> tuple[list[Weakness], list[Weakness]]:
    """Findings and assumptions: passages into more protected space that a lockdown cannot close.

    in_ways: doors that a finding about open ways already names.
    """
    findings: list[Weakness] = []
    assumptions: list[Weakness] = []
    for passage in building.passages:
        if not _leads_deeper(building, passage):
            continue
        into_internal = building.zones[passage.end] == INTERNAL
        if passage.always and into_internal:
            if passage.door not in in_ways:
                findings.append(_cannot_close(building, passage))
        elif passage.always or building.site.device_at(passage.door) is None:
            assumptions.append(_cannot_close(building, passage))
    return findings, assumptions


def _cannot_close(building: Building, passage: Passage) -> Weakness:
    door, space = Ref(passage.door), Ref(passage.end)
    kind = building.site.doors[passage.door].kind
    if passage.always and kind == "opening":
        told, key = say("A lockdown cannot close {door} into {space}: it is an opening", door=door, space=space), "kind"
    elif passage.always:
        told, key = (
            say("A lockdown cannot close {door} into {space}: it asks for no credential there", door=door, space=space),
            "back",
        )
    else:
        told, key = say("A lockdown cannot lock {door} into {space}: it has no controller", door=door, space=space), ""
    remedy = say("Give {door} a lock with a controller, or watch it during a lockdown.", door=door)
    place = ("doors", passage.door, key) if key else ("doors", passage.door)
    state = (say("A lockdown holds"),)
    return Weakness(
        f"D11:{passage.door}", Property.LOCKDOWN, told, state, (passage.start, passage.end), place, remedy
    )  # fmt: skip
