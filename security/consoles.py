"""The console itself is supervised: where an escalation counts on it, somebody must have it open.

Every page of a guard or a lobby host that follows the alarms is heard from every few seconds; when none has been for a while, the
people at the lobby see nothing, and others are told. Off in sites whose escalations name no console: nobody sits at one there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.claims import Condition
from edge.conditions import CONSOLE_LOST
from edge.events import Event
from edge.facts import ACTIVE, START, Facts, Family, Look
from edge.site import Site
from edge.site.fields import Role
from edge.text import say

WATCHING: frozenset[Role] = frozenset(("guard", "lobby-host"))
"""Roles whose open pages count. A facility manager may have one open elsewhere."""
SILENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSeen(Event):
    """A page that follows the alarms is there. Not journaled itself: that none is, is."""

    journaled = False
    kind = "console-seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTested(Event):
    """A person at a console heard its alarm sound, or should have: what they did, as the beginning of a shift asks."""

    kind = "sound-tested"
    by: str


CONSOLE_SEEN: Family[datetime] = Family("console-seen")
"""When a page was last heard from; refreshed without waking readers."""
SOUND_TEST: Family[SoundTested] = Family("sound-test")
"""The last one."""


def is_supervised(site: Site) -> bool:
    used = {contact for plan in site.escalations.values() for step in plan for contact in step.to}
    return any(site.contacts[contact].console for contact in used)


def fold(facts: Facts, event: Event, site: Site) -> None:
    if isinstance(event, ConsoleSeen):
        news = facts(CONSOLE_SEEN()) is None or facts(ACTIVE(CONSOLE_LOST, site.site.id)) is not None
        (facts.set if news else facts.refresh)(CONSOLE_SEEN(), event.at)
    if isinstance(event, SoundTested):
        facts.set(SOUND_TEST(), event)


def kept(facts: Facts) -> Iterable[Event]:
    """For a checkpoint."""
    if (tested := facts(SOUND_TEST())) is not None:
        yield tested


def conditions(look: Look, site: Site, stretch: float = 1.0) -> Iterable[Condition]:
    """What was told before a restart goes on until a console is seen."""
    if not is_supervised(site):
        return
    seen, start = look(CONSOLE_SEEN()), look(START())
    told = seen is None and look(ACTIVE(CONSOLE_LOST, site.site.id)) is not None
    since = seen or (start.at if start is not None else None)
    if told or (since is not None and look.lasted(since, SILENCE * stretch)):
        yield Condition(CONSOLE_LOST, site.site.id, say("No console of a guard or a lobby host follows the alarms"))
