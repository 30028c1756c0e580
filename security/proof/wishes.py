"""What hours, bookings and scenes may want of doors at once: both doors of a wind trap, or more than a scene's own spaces."""

from collections.abc import Iterator, Sequence

from edge.site.fields import OUTSIDE
from edge.text import Ref, say
from security.proof.moments import MomentClass, line_of
from security.proof.passages import PUBLIC, Building, Opener
from security.proof.report import Property, Weakness
from security.proof.told import at, moment_of, opened_by
from security.proof.ways import Reached, Step, Way, spaces_on


def opened_together(building: Building, classes: Sequence[MomentClass]) -> Iterator[Weakness]:
    """Two doors of an interlock that the site's own rules want unlocked at once."""
    openers = {passage.door: passage.openers for passage in building.passages}
    for first, others in building.site.interlocks.items():
        for second in others:
            if first >= second:
                continue
            for a, b in ((a, b) for a in openers.get(first, ()) for b in openers.get(second, ())):
                if any(a.may(moment) and b.may(moment) for moment in classes):
                    yield _together(building, classes, first, a, second, b)
                    break


def _together(building: Building, classes: Sequence[MomentClass], first: str, a: Opener, second: str, b: Opener) -> Weakness:
    moment = moment_of(classes, (a, b))
    state = (*((at(classes, moment),) if moment else ()), opened_by(a, first), opened_by(b, second))
    told = say("{first} and {second} must not be open at once, and are both unlocked", first=Ref(first), second=Ref(second))
    remedy = say("Let only one of the two doors have unlock, or give both hours that do not meet.")
    lines = [
        line_of(building.site, opener.id, moment.day) if opener.kind == "hours" and moment else ("doors", door, "unlock")
        for door, opener in ((first, a), (second, b))
    ]
    id_ = f"D2-interlock:{first}+{second}"
    return Weakness(id_, Property.INTERLOCK, told, state, (), lines[0], remedy, (lines[1], ("doors", first, "interlock")))


def opened_by_scenes(building: Building, classes: Sequence[MomentClass]) -> Iterator[Weakness]:
    """Spaces that a scene opens besides its room and the way of its guests, compared with the same moment without it.

    Whoever is in public space counts as able to come to all of it.
    """
    hours = {timetable for p in building.passages for o in p.openers if o.kind == "hours" for timetable in o.within}
    moments = {moment.open & hours: moment for moment in reversed(classes)}
    found: dict[str, Weakness] = {}
    for scene, section in building.site.scenes.items():
        opening = [p for p in building.passages if not p.always and any((o.kind, o.id) == ("scene", scene) for o in p.openers)]
        allowed = {section.room, *section.spaces, *building.of_zone(PUBLIC), OUTSIDE}
        for open_hours, moment in moments.items() if opening else ():
            usual = [Step(p, o) for p in building.passages if (o := _by_hours(p.openers, open_hours))]
            usual += [Step(p) for p in building.passages if p.always]
            without = Reached(usual, building.of_zone(PUBLIC)).spaces()
            played = Reached([*usual, *(Step(p, Opener("scene", scene)) for p in opening)], building.of_zone(PUBLIC))
            for space in sorted(played.spaces() - without - allowed):
                way = played.nearest(space)
                if way is not None and len({*spaces_on(way)} - without - allowed) == 1:
                    weakness = _too_much(classes, scene, way, moment)
                    found.setdefault(weakness.id, weakness)
    yield from found.values()


def _by_hours(openers: Sequence[Opener], open_hours: frozenset[str]) -> Opener | None:
    return next((o for o in openers if o.kind == "hours" and not o.within.isdisjoint(open_hours)), None)


def _too_much(classes: Sequence[MomentClass], scene: str, way: Way, moment: MomentClass) -> Weakness:
    space = way[-1].passage.end
    step = next(step for step in reversed(way) if step.opener and step.opener.kind == "scene")
    door = step.passage.door
    causes = [opened_by(each.opener, each.passage.door) for each in way if each.opener]
    timed = any(each.opener and each.opener.within for each in way)
    state = (*((at(classes, moment),) if timed else ()), *causes)
    told = say("The scene {scene} opens {space}, which is not on the way of its guests", scene=Ref(scene), space=Ref(space))
    remedy = say("Take {scene} out of unlock at {door}, or add {space} to its spaces.", scene=scene, door=Ref(door), space=space)
    place = ("doors", door, "unlock", "scenes")
    return Weakness(
        f"D13:{scene}:{space}", Property.SCENES, told, state, spaces_on(way), place, remedy, (("scenes", scene, "spaces"),)
    )
