"""What is said of a way that opens: what must come together for it, and what to change in the site file."""

from collections.abc import Iterable, Sequence

from edge.site import Site
from edge.site.finding import Path
from edge.text import Ref, Text, say
from security.proof.moments import MomentClass, first_when, line_of
from security.proof.passages import Opener
from security.proof.ways import Step, Way


def moment_of(classes: Sequence[MomentClass], openers: Iterable[Opener]) -> MomentClass | None:
    """The first moment at which all of these may open something; None when they may at any time."""
    timed = [opener for opener in openers if opener.within]
    return first_when(classes, lambda each: all(opener.may(each) for opener in timed)) if timed else None


def state_of(classes: Sequence[MomentClass], way: Way) -> tuple[Text, ...]:
    moment = moment_of(classes, [step.opener for step in way if step.opener])
    causes = [cause_of(step) for step in way if step.opener or step.fault]
    when = [at(classes, moment)] if moment else []
    return (*when, *_unlike(causes)) or (say("At any time"),)


def at(classes: Sequence[MomentClass], moment: MomentClass) -> Text:
    """With its year where that is not the one in which the proof begins."""
    if moment.day.year == classes[0].day.year:
        return say("It is {moment}", moment=moment.at)
    return say("It is {moment}, in {year}", moment=moment.at, year=moment.day.year)


def _unlike(texts: Iterable[Text]) -> list[Text]:
    unlike: list[Text] = []
    for text in texts:
        if text not in unlike:
            unlike.append(text)
    return unlike


def cause_of(step: Step) -> Text:
    """Why the door of a step is open."""
    door = Ref(step.passage.door)
    match step.fault:
        case "held-open":
            return say("{door} is held open, or its lock stays unlocked", door=door)
        case "falls-open":
            return say("{door} has lost its power or its controller and falls open", door=door)
        case "stays-unlocked" if step.opener is not None:
            return say("{cause}, and stays unlocked when its controller is lost", cause=opened_by(step.opener, step.passage.door))
        case _:
            return (
                opened_by(step.opener, step.passage.door) if step.opener else say("{door} is always open from this side", door=door)
            )


def opened_by(opener: Opener, door: str) -> Text:
    named = Ref(door)
    match opener.kind:
        case "hours":
            return say('{door} is open by its hours "{hours}"', door=named, hours=opener.id)
        case "booking":
            return say("{door} is unlocked for a booking of {room}", door=named, room=Ref(opener.id))
        case "scene":
            return say("{door} is unlocked by the scene {scene}", door=named, scene=Ref(opener.id))


def mending(site: Site, step: Step) -> tuple[Path, Text]:
    """What to change so that this step is not open any more."""
    passage, door = step.passage, Ref(step.passage.door)
    if step.opener is not None:
        key = {"hours": "hours", "booking": "booking", "scene": "scenes"}[step.opener.kind]
        remedy = say("Write unlock: never at {door}, so that it asks for a credential.", door=door)
        return ("doors", passage.door, "unlock", key), remedy
    if passage.pressed:
        return ("doors", passage.door, "back"), say(
            "Write back: credential at {door}: anybody can press its exit button.", door=door
        )
    if site.doors[passage.door].kind == "opening":
        remedy = say("Give {door} a leaf and a lock (another kind), or the space behind it another zone.", door=door)
        return ("doors", passage.door, "kind"), remedy
    remedy = say("Write back: credential at {door}, or turn it round: exchange its from and to.", door=door)
    return ("doors", passage.door, "back"), remedy


def meeting_hours(site: Site, classes: Sequence[MomentClass], way: Way) -> tuple[Path, ...]:
    """The lines of the timetables that meet on the way, the last door's first; empty when fewer than two do."""
    openers = [step.opener for step in reversed(way) if step.opener]
    names = list(dict.fromkeys(opener.id for opener in openers if opener.kind == "hours"))
    moment = moment_of(classes, openers)
    if moment is None or len(names) < 2:
        return ()
    return tuple(line_of(site, name, moment.day) for name in names)
