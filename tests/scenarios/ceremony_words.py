"""What a story says of ceremonies: ticks, late couples, early guests, and how far each has come."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_args

from edge.errors import IllegalCommand
from edge.operators import Decide, operator_action
from rooms.ceremonies import CEREMONIES, Ceremony, Phase, scenes_of
from tests.scenarios.language import Line, expect, instant, wrong

if TYPE_CHECKING:
    from tests.scenarios.teller import Story


def ceremony_of(story: "Story", line: Line) -> Ceremony:
    """By the time in its calendar: of those at the same time the one that was not cancelled."""
    start = instant(line.place, line.words["start"], line.day, story.zone)
    every = [found for scene in scenes_of(story.site) for found in story.simulation.facts(CEREMONIES(scene)) or ()]
    found = sorted((each for each in every if each.booked_from == start), key=lambda each: each.phase == "cancelled")
    if not found:
        raise wrong(line.place, f"there is no ceremony at {line.words['start']}")
    return found[0]


def act(story: "Story", line: Line) -> None:
    story.simulation.act(_decision(story, line, line.verb))


def cannot(story: "Story", line: Line) -> None:
    """Somebody tries, and is refused."""
    try:
        story.simulation.act(_decision(story, line, line.verb.removeprefix("cannot-")))
    except IllegalCommand as refusal:
        expect(line.words["text"] in str(refusal), line, f'expected "{line.words["text"]}", it says "{refusal}"')
    else:
        expect(False, line, "nobody refused it")


def all_ticked(story: "Story", line: Line) -> None:
    """Every line that waits for a person."""
    found = ceremony_of(story, line)
    for each in found.lines:
        if each.state == "open":
            story.simulation.act(_tick(story, line, found, each.id))


def _tick(story: "Story", line: Line, found: Ceremony, item: str) -> Decide:
    return _asked(story, line, found, "tick", {"checklist": found.checklist, "item": item})


def _decision(story: "Story", line: Line, verb: str) -> Decide:
    found, words = ceremony_of(story, line), line.words
    match verb:
        case "tick":
            return _tick(story, line, found, words["item"])
        case "untick":
            more = {"checklist": found.checklist, "item": words["item"], "reason": words["reason"]}
            return _asked(story, line, found, "untick", more)
        case "late":
            return _asked(story, line, found, "delay-ceremony", {"until": story.instant(line, "until").isoformat()})
        case "here":
            return _asked(story, line, found, "begin-ceremony", {})
        case _:
            return _asked(story, line, found, "open-early", {})


def _asked(story: "Story", line: Line, found: Ceremony, action: str, more: dict[str, Any]) -> Decide:
    fields = {"operator": line.words["who"], "action": action, "scene": found.scene, "start": found.booked_from.isoformat()}
    return operator_action(story.site, fields | more)


def expect_phase(story: "Story", line: Line) -> None:
    phase = story.one_of(line, "phase", list(get_args(Phase)))
    found = ceremony_of(story, line)
    left = ", ".join(f"{each.id} {each.state}" for each in found.left)
    expect(found.phase == phase, line, f"expected {phase}, it is {found.phase}; left: {left or 'nothing'}")


def expect_line(story: "Story", line: Line) -> None:
    found = {each.id: each.state for each in ceremony_of(story, line).lines}
    state = found.get(story.one_of(line, "item", list(found)))
    expect(state == line.words["state"], line, f"expected {line.words['item']} {line.words['state']}, it is {state}")


def expect_first(story: "Story", line: Line) -> None:
    left = [each.id for each in ceremony_of(story, line).left]
    expect(left[:1] == [line.words["item"]], line, f"left are: {', '.join(left) or 'nothing'}")


CEREMONY_WORDS: dict[str, Callable[["Story", Line], None]] = {
    "tick START ITEM by WHO": act,
    "tick-all START by WHO": all_ticked,
    'untick START ITEM by WHO "REASON"': act,
    "late START until UNTIL by WHO": act,
    "here START by WHO": act,
    "early START by WHO": act,
    'cannot-tick START ITEM by WHO "TEXT"': cannot,
    'cannot-late START until UNTIL by WHO "TEXT"': cannot,
    'cannot-early START by WHO "TEXT"': cannot,
    "expect ceremony START PHASE": expect_phase,
    "expect line START ITEM STATE": expect_line,
    "expect first START ITEM": expect_first,
}
