"""What people may do with ceremonies, judged by the facts of that very moment. All raise RoomRefusal to refuse.

Whether the role may is for the caller to ask (`security.roles`).
"""

from datetime import datetime, timedelta
from typing import NoReturn

from edge.events import Event
from edge.facts import Facts, Look
from edge.site import Site
from edge.text import Text, say
from rooms import scenes
from rooms.ceremonies import Ceremony, ceremonies, scenes_of
from rooms.ceremonies_said import CeremonyShifted
from rooms.checklists import ItemTicked, ItemUnticked, Line
from rooms.desk import RoomRefusal

LATEST = timedelta(hours=2)
"""How late a ceremony may begin: a later one is moved in its calendar."""
LONGEST_REASON = 200
_LATE = timedelta(minutes=1)
"""How late a tap may arrive."""


def tick(site: Site, facts: Facts, at: datetime, ceremony: str, by: str, checklist: str, item: str) -> Event:
    """A person did what a line says, or what it says for the case that its check fails."""
    found = _at_work(site, facts, at, ceremony, checklist)
    line = _line(found, item)
    if line.automatic and not line.fails:
        _refuse(say("The controller looks at this by itself: nobody needs to tick it."))
    if line.tick is not None:
        _refuse(say("{by} has ticked it already.", by=line.tick.by))
    return ItemTicked(at=at, ceremony=found.id, checklist=checklist, item=item, by=by, instead=line.automatic)


def untick(site: Site, facts: Facts, at: datetime, ceremony: str, by: str, checklist: str, item: str, reason: str) -> Event:
    """It is not so after all; the reason stays in the journal."""
    found = _at_work(site, facts, at, ceremony, checklist)
    said = " ".join(reason.split())
    if _line(found, item).tick is None:
        _refuse(say("It is not ticked."))
    if not said or len(said) > LONGEST_REASON or not said.isprintable():
        _refuse(say("Say why, in {most} characters at most.", most=LONGEST_REASON))
    return ItemUnticked(at=at, ceremony=found.id, checklist=checklist, item=item, by=by, reason=said)


def delay(site: Site, facts: Facts, at: datetime, ceremony: str, by: str, starts: datetime) -> Event:
    """The couple is late: it begins then. The room, its way and the quiet are held; the one after it is warned."""
    found = _not_begun(site, facts, at, ceremony)
    if starts <= max(at, found.booked_from):
        _refuse(say("Say a time after now and after its own, {start}.", start=found.booked_from))
    if starts > found.booked_from + LATEST:
        _refuse(say("It can wait until {latest} at most. Move it in its calendar.", latest=found.booked_from + LATEST))
    return _shifted(found, at, by, starts)


def begin(site: Site, facts: Facts, at: datetime, ceremony: str, by: str) -> Event:
    """The couple that was late has come."""
    found = _not_begun(site, facts, at, ceremony)
    if not found.is_late:
        _refuse(say("It begins at its own time by itself."))
    return _shifted(found, at, by, max(at, found.booked_from))


def open_early(site: Site, facts: Facts, at: datetime, ceremony: str, by: str) -> Event:
    """Guests are there already: their way opens now, until it would by itself."""
    found = _not_begun(site, facts, at, ceremony)
    if at >= found.opens - _LATE or any(each.opens for each in scenes.showings(Look(facts, at), site, found.scene)):
        _refuse(say("The way of the guests is open already, or about to be."))
    return scenes.play(site, facts, at, found.scene, by, found.opens)


def ceremony_of(site: Site, facts: Facts, at: datetime, ceremony: str) -> Ceremony:
    """Raises RoomRefusal where it is not known, or no longer."""
    look = Look(facts, at)
    every = (each for scene in scenes_of(site) for each in ceremonies(look, site, scene))
    found = next((each for each in every if each.id == ceremony), None)
    return found if found is not None else _refuse(say("There is no such ceremony any more."))


def _at_work(site: Site, facts: Facts, at: datetime, ceremony: str, checklist: str) -> Ceremony:
    found = ceremony_of(site, facts, at, ceremony)
    if found.checklist != checklist:
        _refuse(say("This list is not the one that is gone through now. Load the page anew."))
    return found


def _not_begun(site: Site, facts: Facts, at: datetime, ceremony: str) -> Ceremony:
    """Also one whose time has come: that the couple is late is found only then."""
    found = ceremony_of(site, facts, at, ceremony)
    if found.phase == "cancelled":
        _refuse(say("This ceremony is cancelled."))
    if found.phase in ("afterwards", "over"):
        _refuse(say("This ceremony is over."))
    return found


def _line(found: Ceremony, item: str) -> Line:
    line = next((line for line in found.lines if line.id == item), None)
    return line if line is not None else _refuse(say("There is no such line on this list."))


def _shifted(found: Ceremony, at: datetime, by: str, starts: datetime) -> Event:
    if found.identity is None:
        _refuse(say("This ceremony is cancelled."))
    calendar, room, uid, rid = found.identity
    return CeremonyShifted(
        at=at, ceremony=found.id, calendar=calendar, room=room, uid=uid, rid=rid,
        booked_from=found.booked_from, booked_until=found.booked_until, starts=starts, by=by,
    )  # fmt: skip


def _refuse(why: Text) -> NoReturn:
    raise RoomRefusal(why)
