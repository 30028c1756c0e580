"""What the drawing says in words: its heading, its legend, and each door in a sentence or two."""

from collections.abc import Iterator
from typing import Final

from api.drawing.layout import Plan
from edge.site import Site
from edge.site.model import Door
from edge.text import Ref, Text, say

ZONES: Final = {
    "public": say("Public: everybody may be here while the entrance is open"),
    "semi-public": say("Semi-public: customers are let in or shown in"),
    "internal": say("Internal: staff only, behind access control"),
}
KINDS: Final = {
    "swing": say("Door"),
    "sliding": say("Sliding door"),
    "opening": say("Opening without a leaf: always passable"),
    "escape": say("Escape door: for getting out, unlocked only in an emergency"),
}
SIGNS: Final = {
    "guards": say("The lock guards this direction"),
    "locked": say("Locked: opens to a credential"),
    "hours": say("Open through opening hours"),
    "booking": say("Open for bookings"),
    "scene": say("Open for a scene, such as a wedding"),
    "unlocked-without-power": say("Unlocked when power fails"),
    "free": say("Escape: opens freely"),
    "alarmed": say("Escape: opens and sounds an alarm"),
    "delayed": say("Escape: opens after a delay"),
}
INTERLOCK: Final = say("Interlocked: only one of the two may be open")
CAPACITY: Final = say("Persons")


def heading(plan: Plan) -> Text:
    if not plan.measured:
        return say("Zones and doors; not to scale")
    if plan.unmeasured:
        return say("Zones and doors; spaces without a place on the plan beside the others")
    return say("Zones and doors")


def storey_name(storey: str) -> Text:
    return say("Storey {storey}", storey=storey)


def signs_of_lock(door: Door) -> tuple[str, ...]:
    """The signs on the side that the lock guards against."""
    if door.kind == "opening":
        return ()
    unlock = door.unlock
    opened_by = (("hours", unlock.hours is not None), ("booking", unlock.booking), ("scene", bool(unlock.scenes)))
    signs = tuple(sign for sign, holds in opened_by if holds) or ("locked",)
    return (*signs, "unlocked-without-power") if door.fail == "unlocked" else signs


def of_plan(site: Site) -> Text:
    zones = [space.zone for space in site.spaces.values()]
    return say(
        "A drawing of {spaces} spaces and {doors} doors: {public} spaces are public, {semi} semi-public and {internal} internal.",
        spaces=len(zones),
        doors=len(site.doors),
        public=zones.count("public"),
        semi=zones.count("semi-public"),
        internal=zones.count("internal"),
    )


def of_door(site: Site, name: str) -> Iterator[Text]:
    door = site.doors[name]
    yield say("{door}: from {start} to {end}.", door=Ref(name), start=Ref(door.from_), end=Ref(door.to))
    for words in (KINDS[door.kind], *(SIGNS[sign] for sign in signs_of_lock(door))):
        yield say("{words}.", words=words)
    for end, manner in ((door.to, door.escape.forward), (door.from_, door.escape.back)):
        if manner is not None:
            yield say("Towards {space}: {words}.", space=Ref(end), words=SIGNS[manner])
    for other in site.interlocks.get(name, ()):
        yield say("Interlocked with {door}.", door=Ref(other))
