"""All properties of one site, one after the other."""

from collections.abc import Sequence
from datetime import date

from edge.site import Site
from edge.text import Text, say
from security.proof import egress, wishes, zoning
from security.proof.moments import MomentClass, moment_classes
from security.proof.passages import Building
from security.proof.report import Proof, Property

_WITHOUT_FAULTS = (
    Property.NO_OPEN_WAY,
    Property.INTERLOCK,
    Property.SEMI_PUBLIC,
    Property.FREE_EGRESS,
    Property.LOCKDOWN,
    Property.FIRE,
    Property.SCENES,
)


def prove(site: Site, today: date, faults: int = 1) -> Proof:
    """For every state that hours, bookings, scenes, modes and up to this many faults can bring about from `today` on.

    What people unlock by releases and overrides is judged by the zoning guard when they ask for it; the proof rests on the guard
    there, and on it alone. faults: 0, 1 or 2; more faults find no less.
    """
    building = Building(site)
    classes = moment_classes(site, building.timetables, today)
    ways = [*zoning.open_ways(building, classes)]
    lockdown, left_open = egress.left_open(building, [weakness.id.removeprefix("D2:") for weakness in ways])
    findings = [
        *ways,
        *wishes.opened_together(building, classes),
        *zoning.unguarded(building),
        *egress.dead_ends(building),
        *zoning.falling_open(building, classes, faults),
        *lockdown,
        *wishes.opened_by_scenes(building, classes),
    ]
    assumptions = [
        *egress.unconnected(building),
        *zoning.unseen_faults(building, classes, faults),
        *zoning.alarmless_escapes(building),
        *(zoning.open_without_power(building) if faults else ()),
        *(zoning.unwatched_latches(building) if faults else ()),
        *left_open,
        *egress.mechanical_escapes(building),
        *egress.silent_fire_inputs(building),
    ]
    failed = {weakness.property for weakness in findings}
    if egress.caught_in_fire(building):
        failed.add(Property.FIRE)
    checked = (*_WITHOUT_FAULTS, *((Property.POWER_LOSS,) if faults else ()))
    return Proof(
        faults=faults,
        properties=tuple(each for each in checked if each not in failed),
        findings=tuple(findings),
        assumptions=tuple(assumptions),
        exposures=zoning.exposures(building),
        states=_states(building, classes, faults),
        checked=_counts(building, classes),
    )


def _states(building: Building, classes: Sequence[MomentClass], faults: int) -> Text:
    causes = len(_causes(building)) + (2 * len(building.site.controllers) if faults else 0)
    return say("2^{causes} states, kinds of moments: {moments}", causes=causes, moments=len(classes))


def _causes(building: Building) -> set[tuple[str, str]]:
    """What is there or not, each by itself: bookings of a room, scenes."""
    return {(o.kind, o.id) for p in building.passages for o in p.openers if o.kind != "hours"}


def _counts(building: Building, classes: Sequence[MomentClass]) -> dict[str, int]:
    return {
        "spaces": len(building.site.spaces),
        "doors": len(building.site.doors),
        "moments": len(classes),
        "exit_outputs": egress.EXIT_OUTPUTS,
    }
