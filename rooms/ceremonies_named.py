"""Whose a ceremony is: only where its scene asks for it, only around its time, and never in the journal.

The names live with the calendar. Shortly before a ceremony they are read from its last answer into a fact that no checkpoint holds;
when it has ended the fact is gone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.claims import Follows
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.site import Site
from rooms.bookings import Booking
from rooms.ceremonies import CEREMONIES, Ceremony
from rooms.plan import BOOKINGS

NAMED_FROM = timedelta(minutes=30)
LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyNamed(Event):
    """What its calendar calls it; empty where that says nothing."""

    kind = "ceremony-named"
    journaled = False
    scene: str
    ceremony: str
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesErased(Event):
    """These ceremonies have ended, or are none any more."""

    kind = "ceremony-names-erased"
    journaled = False
    scene: str
    ceremonies: tuple[str, ...]


NAMES: Family[tuple[CeremonyNamed, ...]] = Family("ceremony-names")
"""By scene, of the ceremonies at hand."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case CeremonyNamed(scene=scene, ceremony=ceremony):
            others = (named for named in facts(NAMES(scene)) or () if named.ceremony != ceremony)
            facts.set(NAMES(scene), (*others, event))
        case NamesErased(scene=scene, ceremonies=erased):
            facts.set(NAMES(scene), tuple(n for n in facts(NAMES(scene)) or () if n.ceremony not in erased) or None)
        case _:
            pass


def conclusions(look: Look, scene: str) -> Iterable[Follows]:
    """Names go as soon as their ceremony has ended."""
    known = {each.id: each for each in look(CEREMONIES(scene)) or ()}
    over = [named.ceremony for named in look(NAMES(scene)) or () if _is_over(look, known.get(named.ceremony))]
    if over:
        yield Follows(NamesErased(at=look.now, scene=scene, ceremonies=tuple(over)))


def _is_over(look: Look, ceremony: Ceremony | None) -> bool:
    return ceremony is None or ceremony.phase == "cancelled" or look.passed(ceremony.ends)


def to_be_named(facts: Facts, site: Site, now: datetime) -> Iterator[tuple[str, str, Booking]]:
    """(scene, ceremony, its booking) of those whose names are wanted now."""
    for scene, section in site.scenes.items():
        for each in facts(CEREMONIES(scene)) or () if section.names else ():
            if each.identity is not None and each.starts - NAMED_FROM <= now < each.ends:
                calendar, room, _, _ = each.identity
                for booking in facts(BOOKINGS(calendar, room)) or ():
                    if booking.identity == each.identity:
                        yield scene, each.id, booking


def names_of(facts: Facts, site: Site, ceremony: Ceremony, now: datetime) -> str | None:
    """For those who may see them; None where there are none, or it is not their time."""
    if not site.scenes[ceremony.scene].names or not ceremony.starts - NAMED_FROM <= now < ceremony.ends:
        return None
    return next((named.names or None for named in facts(NAMES(ceremony.scene)) or () if named.ceremony == ceremony.id), None)


def readable(title: str) -> str:
    """A title as it can stand on a screen."""
    plain = "".join(char if char.isprintable() else " " for char in title)
    return " ".join(plain.split())[:LONGEST]
