"""What a story says of people at doors: releases, overrides and scenes."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from edge.errors import IllegalCommand
from edge.operators import Decide, operator_action
from tests.scenarios.language import Line, expect

if TYPE_CHECKING:
    from tests.scenarios.teller import Story


def act(story: "Story", line: Line) -> None:
    story.simulation.act(_decision(story, line, line.verb))


def cannot(story: "Story", line: Line) -> None:
    """Somebody tries, and is refused."""
    decide = _decision(story, line, line.verb.removeprefix("cannot-"))
    try:
        story.simulation.act(decide)
    except IllegalCommand as refusal:
        expect(line.words["text"] in str(refusal), line, f'expected "{line.words["text"]}", it says "{refusal}"')
    else:
        expect(False, line, "nobody refused it")


def _decision(story: "Story", line: Line, verb: str) -> Decide:
    """As `talonmies simulate` reads it; the person's name says the role. What is refused anyway needs no reason in a story."""
    words = line.words
    fields = {"reason": "To try", **{name: words[name] for name in ("scene", "scope", "reason") if words.get(name)}}
    if "door" in words:
        fields["door"] = story.one_of(line, "door", list(story.site.controllers))
    if "state" in words:
        fields["value"] = story.one_of(line, "state", ["locked", "unlocked"])
    if "length" in words:
        fields["minutes"] = words["length"]
    if words.get("until"):
        fields["until"] = story.instant(line, "until").isoformat()
    return operator_action(story.site, {**fields, "operator": words["who"], "action": verb})


DOOR_WORDS: dict[str, Callable[["Story", Line], None]] = {
    "release DOOR by WHO for LENGTH min": act,
    "end-release DOOR by WHO": act,
    'override DOOR STATE by WHO until UNTIL "REASON"': act,
    "end-override DOOR by WHO": act,
    'out-of-service DOOR by WHO [until UNTIL] "REASON"': act,
    "back-in-service DOOR by WHO": act,
    "play-scene SCENE by WHO until UNTIL": act,
    "stop-scene SCENE by WHO": act,
    'cannot-release DOOR by WHO for LENGTH min "TEXT"': cannot,
    'cannot-override DOOR STATE by WHO until UNTIL "TEXT"': cannot,
    'cannot-play-scene SCENE by WHO until UNTIL "TEXT"': cannot,
}
