"""What a story says of fire, evacuation and lockdown."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from security.mode_preview import preview
from security.modes import MODES, SITE, ZONES, door_scope, zone_scope
from tests.scenarios.door_words import act, cannot
from tests.scenarios.language import Line

if TYPE_CHECKING:
    from tests.scenarios.teller import Story


def expect_preview(story: "Story", line: Line) -> None:
    """What people are shown before they begin it."""
    mode, scope = story.one_of(line, "mode", list(MODES)), story.one_of(line, "scope", scopes(story))
    shown = preview(story.site, story.simulation.facts, story.simulation.now, mode, scope)
    story.expect_said(line, shown.text)


def scopes(story: "Story") -> list[str]:
    return [SITE, *map(zone_scope, ZONES), *map(door_scope, story.site.doors)]


_ACTS = ("lockdown", "end-lockdown", "confirm-end-lockdown", "evacuation", "end-evacuation", "end-fire")

MODE_WORDS: dict[str, Callable[["Story", Line], None]] = {
    **dict.fromkeys((f"{verb} [SCOPE] by WHO" for verb in _ACTS), act),
    **dict.fromkeys((f'cannot-{verb} [SCOPE] by WHO "TEXT"' for verb in _ACTS), cannot),
    'expect preview MODE SCOPE "TEXT"': expect_preview,
}
