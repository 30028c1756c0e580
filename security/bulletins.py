"""The internal bulletin line: short messages from the desk to the staff, about safety, about exceptions, or for information.

Staff read them where they work; no display that the public sees shows one. Who has read one says so under their own name. Each
ends by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from edge.claims import Follows
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.refusal import Refusal
from edge.site import Site
from edge.site.fields import Role
from edge.text import say
from security.roles import MAY, ROLES, require

Level = Literal["safety", "exception", "information"]
LEVELS: tuple[Level, ...] = ("safety", "exception", "information")
"""The most urgent first."""
LONGEST_TEXT = 500
LONGEST = timedelta(days=7)
MOST_OPEN = 20
READERS_KEPT = 500
"""People remembered as readers: far more than read at one site."""
AGENCY = "agency:"
"""Before the id of an agency, among those to whom a bulletin goes; a role stands there as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinPosted(Event):
    """by, role: who wrote it, and in which role. to: roles, and agencies as "agency:dvv"; empty for all staff."""

    kind = "bulletin-posted"
    bulletin: int
    by: str
    role: Role
    level: Level
    text: str
    until: datetime
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinEnded(Event):
    """by: empty when its time was over."""

    kind = "bulletin-ended"
    bulletin: int
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinRead(Event):
    """A person says that they have read it."""

    kind = "bulletin-read"
    bulletin: int
    by: str


@dataclass(frozen=True, slots=True)
class Receipt:
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One that has not ended. receipts: of those who have read it, in the order of time."""

    posted: BulletinPosted
    receipts: tuple[Receipt, ...] = ()

    @property
    def number(self) -> int:
        return self.posted.bulletin

    def read_by(self, name: str | None) -> bool:
        return any(receipt.by == name for receipt in self.receipts)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinsKept(Event):
    """All that must survive a checkpoint of the journal. readers: as in READERS."""

    kind = "bulletins-kept"
    last_number: int
    bulletins: tuple[Bulletin, ...]
    readers: tuple[str, ...] = ()


BULLETIN: Family[Bulletin] = Family("bulletin")
"""Those that have not ended, by number."""
OPEN_BULLETINS: Family[tuple[int, ...]] = Family("open-bulletins")
"""Their numbers, the oldest first."""
LAST_BULLETIN: Family[int] = Family("last-bulletin-number")
READERS: Family[tuple[str, ...]] = Family("bulletin-readers")
"""The names of those who have ever read one, the last one last: a page of theirs may be open for weeks."""


class NoSuchBulletin(Refusal):
    """No bulletin that has not ended has this number, or it is not for whoever asks."""

    def __init__(self, number: int) -> None:
        super().__init__(say("There is no bulletin {number} any more.", number=number))


# --- what a fact means for the state ----------------------------------------------------------------------------------


def fold(facts: Facts, event: Event) -> None:
    match event:
        case BulletinPosted():
            _keep(facts, Bulletin(event))
        case BulletinRead(bulletin=number, by=by):
            found = facts(BULLETIN(str(number)))
            facts.set(READERS(), (*(name for name in facts(READERS()) or () if name != by), by)[-READERS_KEPT:])
            if found is not None and not found.read_by(by):
                _keep(facts, replace(found, receipts=(*found.receipts, Receipt(event.at, by))))
        case BulletinEnded(bulletin=number):
            facts.set(BULLETIN(str(number)), None)
            facts.set(OPEN_BULLETINS(), tuple(n for n in facts(OPEN_BULLETINS()) or () if n != number) or None)
        case BulletinsKept():
            facts.set(LAST_BULLETIN(), event.last_number or None)
            facts.set(READERS(), event.readers or None)
            for bulletin in event.bulletins:
                _keep(facts, bulletin)
        case _:
            pass


def _keep(facts: Facts, bulletin: Bulletin) -> None:
    number, known = bulletin.number, facts(OPEN_BULLETINS()) or ()
    facts.set(BULLETIN(str(number)), bulletin)
    facts.set(OPEN_BULLETINS(), known if number in known else (*known, number))
    facts.set(LAST_BULLETIN(), max(number, facts(LAST_BULLETIN()) or 0))


def kept(facts: Facts, at: datetime) -> BulletinsKept:
    """For a checkpoint: also what is over, so that a restart says that it is."""
    last, readers = facts(LAST_BULLETIN()) or 0, facts(READERS()) or ()
    return BulletinsKept(at=at, last_number=last, bulletins=tuple(_all(facts)), readers=readers)


def _all(facts: Facts) -> list[Bulletin]:
    return [found for number in facts(OPEN_BULLETINS()) or () if (found := facts(BULLETIN(str(number)))) is not None]


# --- who sees what ----------------------------------------------------------------------------------------------------


def sees(posted: BulletinPosted, role: Role, agency: str | None) -> bool:
    """Those it is for, and those who oversee the line."""
    return not posted.to or oversees(role) or role in posted.to or f"{AGENCY}{agency}" in posted.to


def oversees(role: Role) -> bool:
    """Whoever may write and end bulletins sees all of them, and who has read which; so does the auditor."""
    return role in MAY["post-bulletin"] or role == "auditor"


def bulletins_for(facts: Facts, role: Role, agency: str | None) -> list[Bulletin]:
    """The most urgent first, then the newest."""
    seen = (bulletin for bulletin in _all(facts) if sees(bulletin.posted, role, agency))
    return sorted(seen, key=lambda bulletin: (LEVELS.index(bulletin.posted.level), -bulletin.number))


def bulletin_for(facts: Facts, number: int, role: Role, agency: str | None) -> Bulletin:
    """Raises NoSuchBulletin."""
    found = facts(BULLETIN(str(number)))
    if found is None or not sees(found.posted, role, agency):
        raise NoSuchBulletin(number)
    return found


# --- what a person may do ---------------------------------------------------------------------------------------------


def post(
    site: Site, facts: Facts, at: datetime, by: str, role: Role, level: Level, text: str, until: datetime, to: Sequence[str] = ()
) -> Event:
    """Refused to roles that may not, and beyond the limits of length, time and number."""
    require(role, "post-bulletin")
    said = " ".join(text.split())
    if not said or len(said) > LONGEST_TEXT or not said.isprintable():
        raise Refusal(say("A bulletin has 1 to {most} characters that can be printed.", most=LONGEST_TEXT))
    if until <= at:
        raise Refusal(say("The end lies in the past."))
    if until > at + LONGEST:
        raise Refusal(say("A bulletin stands until {latest} at most.", latest=at + LONGEST))
    if unknown := next((each for each in to if not _is_known(site, each)), None):
        raise Refusal(say("There is neither a role nor an agency {name} here.", name=unknown))
    if len(_all(facts)) >= MOST_OPEN:
        raise Refusal(say("{most} bulletins stand already: end one first.", most=MOST_OPEN))
    number = (facts(LAST_BULLETIN()) or 0) + 1
    for_whom = tuple(dict.fromkeys(to))
    return BulletinPosted(at=at, bulletin=number, by=by, role=role, level=level, text=said, until=until, to=for_whom)


def _is_known(site: Site, to: str) -> bool:
    return to in ROLES or (to.startswith(AGENCY) and to.removeprefix(AGENCY) in site.agencies)


def end(facts: Facts, at: datetime, number: int, by: str, role: Role) -> Event:
    """Whoever may write bulletins may end any."""
    require(role, "post-bulletin")
    bulletin_for(facts, number, role, None)
    return BulletinEnded(at=at, bulletin=number, by=by)


def read(facts: Facts, at: datetime, number: int, by: str, role: Role, agency: str | None) -> Event:
    require(role, "read-bulletin")
    if bulletin_for(facts, number, role, agency).read_by(by):
        raise Refusal(say("{by} has read bulletin {number} already.", by=by, number=number))
    return BulletinRead(at=at, bulletin=number, by=by)


# --- what follows -----------------------------------------------------------------------------------------------------


def conclusions(look: Look) -> Iterable[Follows]:
    """The end of each whose time is over."""
    for number in look(OPEN_BULLETINS()) or ():
        found = look(BULLETIN(str(number)))
        if found is not None and look.passed(found.posted.until):
            yield Follows(BulletinEnded(at=look.now, bulletin=number))
