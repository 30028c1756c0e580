"""The rules of acoustics as the controller asks them, and what they are told of rooms and security, which they do not know.

Without the section `acoustics` in the site file there are none: masking units are left alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from acoustics import asked, buttons, control, listening, proposals, spells
from acoustics.buttons import Buttons
from acoustics.control import Masking
from acoustics.counting import Counting
from acoustics.listening import Listening
from acoustics.notes import Notes
from acoustics.occasions import OCCASIONS, OPEN, PEOPLE, Occasion, People
from acoustics.proposals import Proposals
from acoustics.spells import Spells
from acoustics.switching import Switching
from acoustics.telling import Telling
from acoustics.weeks import Weeks
from acoustics.wishes import Wishes
from acoustics.zones import Zones
from edge.claims import Claim, Derived, Priority
from edge.events import Event
from edge.facts import DECISION, Facts, Look
from edge.kernel import Fold, Reaction, Rule
from edge.points import PointId
from edge.site import Site
from edge.text import say
from rooms.hours import opening
from rooms.plan import BOOKINGS
from rooms.policies import kind_of
from rooms.presence import presence
from rooms.remote import SESSION
from rooms.slots import is_trusted, slot_of
from security.modes import MODE, SITE, zone_scope

AHEAD = timedelta(hours=5)
"""For how long at most masking is on its way before a booking; presets that ask for more come on top."""
JUST_OVER = timedelta(hours=1)
EMPTY_FOR = timedelta(minutes=10)
_TOGETHER = "together"


def folds(site: Site) -> tuple[Fold, ...]:
    if site.acoustics is None:
        return ()
    zones = Zones(site, site.acoustics)
    return (
        asked.fold,
        buttons.fold,
        lambda facts, event: listening.fold(facts, event, zones),
        control.fold,
        spells.fold,
        proposals.fold,
        Counting(zones).fold,
        Weeks(zones).fold,
    )


def reactions(site: Site) -> tuple[Reaction, ...]:
    return () if site.acoustics is None else (Buttons(Zones(site, site.acoustics)).react,)


def rules(site: Site, *, deaf_when_silent: bool = True) -> list[Rule]:
    """deaf_when_silent: whether a microphone that says nothing for long is told of."""
    if site.acoustics is None:
        return []
    zones = Zones(site, site.acoustics)
    wishes = Wishes(zones)
    masking, hearing, known, lasting = Masking(zones, wishes), Listening(zones, deaf_when_silent), Known(zones), Spells(zones)
    switching, units = Switching(zones, wishes), list(zones.heard)
    led, switched = [unit for unit in units if zones.make(unit).levels], [unit for unit in units if not zones.make(unit).levels]
    return [
        Rule("hours of masking", [site.site.id], known.hours),
        Rule("occasions", site.bookable, known.occasions),
        Rule("people", zones.spaces, known.people),
        Rule("microphone", list(site.acoustics.microphones), hearing.microphone),
        Rule("masking in emergencies", units, known.emergencies),
        Rule("masking muted together", units, known.muted_together),
        Rule("masking level", led, masking.unit),
        Rule("masking switched", switched, switching.unit),
        Rule("masking heard", units, hearing.masking),
        Rule("masking silent", units, masking.silence),
        Rule("speech privacy", list(zones.pairs), Telling(zones, wishes).pair),
        Rule("privacy of pairs", list(zones.pairs), lasting.pair),
        Rule("privacy of rooms", zones.talkers, lasting.room),
        Rule("notes of rooms", zones.talkers, Notes(zones, wishes).room),
        Rule("weeks of masking", [site.site.id], Counting(zones).quarter),
        Rule("less masking", units, Proposals(zones).unit),
    ]


def kept(site: Site, facts: Facts, at: datetime) -> Iterator[Event]:
    """For a checkpoint."""
    if site.acoustics is not None:
        yield from asked.kept(facts, at)
        yield from buttons.kept(facts, at)
        yield from listening.kept(facts)
        yield from control.kept(facts)
        yield from proposals.kept(facts)
        yield from Weeks(Zones(site, site.acoustics)).kept(facts, at)


@dataclass(frozen=True)
class Known:
    """What other packages know, as facts of acoustics."""

    zones: Zones

    def hours(self, look: Look, _: str) -> Iterable[Derived]:
        site = self.zones.site
        timetable = self.zones.section.schedule.hours or site.site.hours
        yield Derived(OPEN(), timetable is None or opening(look, site, timetable) is not None)

    def occasions(self, look: Look, space: str) -> Iterable[Derived]:
        yield Derived(OCCASIONS(space), tuple(self._near(look, space)))

    def _near(self, look: Look, space: str) -> Iterator[Occasion]:
        site, presets = self.zones.site, self.zones.section.quiet.values()
        ahead = AHEAD + max((quiet.before for quiet in presets), default=timedelta(0))
        over = JUST_OVER + max((quiet.after for quiet in presets), default=timedelta(0))
        for feed in site.feeds_of(space):
            for booking in look(BOOKINGS(feed, space)) or ():
                if booking.verdict == "no":
                    continue
                if not look.passed(booking.start - ahead):
                    break
                slot = slot_of(look, site, booking)
                if look.passed(slot.end + over):
                    continue
                counts = slot.may_open and not booking.all_day and is_trusted(look, site, feed)
                yield Occasion(booking.start, slot.end, kind_of(site, booking), slot.agency, counts)

    def people(self, look: Look, space: str) -> Iterable[Derived]:
        yield Derived(PEOPLE(space), self._people(look, space))

    def _people(self, look: Look, space: str) -> People:
        """Sensors see people only when they move: a space is empty once nobody was seen for a while. A remote session is talk."""
        if look(SESSION(space)) is not None:
            return "some"
        if not self.zones.site.sensors_of(space):
            return "none" if look(OPEN()) is False else "unknown"
        seen = presence(look, self.zones.site, space)
        if seen.seen:
            return "some"
        if seen.empty_since is None:
            return "unknown"
        if look.lasted(seen.empty_since, EMPTY_FOR):
            return "none"
        return "some" if look(PEOPLE(space)) == "some" else "unknown"

    def emergencies(self, look: Look, unit: str) -> Iterable[Claim]:
        """Calls and announcements are to be heard."""
        space = self.zones.site.spaces.get(self.zones.place_of(unit))
        scopes = (SITE,) if space is None else (SITE, zone_scope(space.zone))
        muted = PointId(unit, "muted")
        if look(MODE("fire", SITE)) is not None:
            yield Claim(muted, True, Priority.FIRE, "fire", say("Fire alarm"))
        if any(look(MODE("evacuation", scope)) is not None for scope in scopes):
            yield Claim(muted, True, Priority.EVACUATION, "evacuation", say("Evacuation"))

    def muted_together(self, look: Look, unit: str) -> Iterable[Claim]:
        """Zones that have one mute fall silent together, and come back when none of them has to be silent any more."""
        for other in self.zones.muted_with(unit):
            decided = look(DECISION(other, "muted"))
            if decided is not None and decided.value is True and decided.winner.cause != _TOGETHER:
                yield Claim(PointId(unit, "muted"), True, decided.winner.priority, _TOGETHER, decided.winner.because)
                return
