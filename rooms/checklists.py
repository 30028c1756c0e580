"""Checklists at work: which line is done, by whom, and what the controller itself finds.

A tick is a fact of its own, journaled, and belongs to one ceremony and one list of it. Nobody ticks what the controller looks at;
where that fails, a person says that they did what stands there instead.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.site import Site
from edge.site.checklists import ChecklistItem
from edge.text import Text
from rooms.checks import Finding

REMEMBERED = timedelta(days=2)
"""How long ticks are kept in checkpoints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTicked(Event):
    """A person did what a line says; instead: what it says for the case that its check fails."""

    kind = "checklist-ticked"
    ceremony: str
    checklist: str
    item: str
    by: str
    instead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemUnticked(Event):
    """It is not so after all."""

    kind = "checklist-unticked"
    ceremony: str
    checklist: str
    item: str
    by: str
    reason: str


LAST_TICK: Family[ItemTicked | ItemUnticked] = Family("checklist-tick")
"""By ceremony, checklist and item: what a person last said of it."""

LineState = Literal["done", "open", "later", "wrong", "unknown"]
"""open: waits for a person. later: not so yet, and need not be. wrong, unknown: what is found though it should be so."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a checklist now. told: what the controller finds. tick: who did it, or did what stands there instead.
    taken_back: who said that it is not so after all, and why."""

    id: str
    item: ChecklistItem
    state: LineState
    told: Text | None = None
    tick: ItemTicked | None = None
    taken_back: ItemUnticked | None = None

    @property
    def automatic(self) -> bool:
        return self.item.check is not None

    @property
    def settled(self) -> bool:
        """Whether nobody needs to do anything about it any more."""
        return self.state == "done" or self.tick is not None

    @property
    def fails(self) -> bool:
        return self.state in ("wrong", "unknown") and self.tick is None


def fold(facts: Facts, event: Event) -> None:
    if isinstance(event, ItemTicked | ItemUnticked):
        _forget(facts, event.at)
        facts.set(LAST_TICK(event.ceremony, event.checklist, event.item), event)


def _forget(facts: Facts, at: datetime) -> None:
    for subject, tick in list(facts.of(LAST_TICK)):
        if tick.at <= at - REMEMBERED:
            facts.set(LAST_TICK(*subject), None)


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    yield from (tick for _, tick in facts.of(LAST_TICK) if tick.at > at - REMEMBERED)


Judge = Callable[[ChecklistItem], tuple[Finding, datetime]]
"""What the controller finds, and from when on that should be well."""


def lines(look: Look, site: Site, ceremony: str, checklist: str | None, since: datetime, judge: Judge) -> tuple[Line, ...]:
    """Every line of a list in the order of the file. since: ticks from before are of another occasion."""
    if checklist is None or checklist not in site.checklists:
        return ()
    items = site.checklists[checklist].items
    return tuple(_line(look, id_, item, _tick(look, ceremony, checklist, id_, since), judge) for id_, item in items.items())


def _tick(look: Look, ceremony: str, checklist: str, item: str, since: datetime) -> ItemTicked | ItemUnticked | None:
    found = look(LAST_TICK(ceremony, checklist, item))
    return found if found is not None and found.at >= since else None


def _line(look: Look, id_: str, item: ChecklistItem, last: ItemTicked | ItemUnticked | None, judge: Judge) -> Line:
    tick = last if isinstance(last, ItemTicked) else None
    taken_back = last if isinstance(last, ItemUnticked) else None
    if item.check is None:
        return Line(id_, item, "done" if tick else "open", tick=tick, taken_back=taken_back)
    finding, due = judge(item)
    if finding.verdict == "well":
        return Line(id_, item, "done", finding.told)
    if not look.passed(due):
        return Line(id_, item, "later", finding.told)
    return Line(id_, item, finding.verdict, finding.told, tick, taken_back)


def initials(name: str) -> str:
    """As people sign a list: of "Elli Laine" EL, of "host-1" H1."""
    words = "".join(char if char.isalnum() else " " for char in name).split()
    return "".join(word[0] for word in words[:3]).upper()
