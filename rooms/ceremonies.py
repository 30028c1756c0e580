"""Ceremonies: each booking that plays a scene with a preparation, such as a wedding, and how far it has come.

The phase is never stored. It follows from the booking, the time, what people ticked and said, and what the devices report, so
after a power cut it is simply right again.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from edge.claims import Condition, Derived, Follows
from edge.conditions import CEREMONY_LATE, CEREMONY_UNREADY, ROOM_NOT_RESTORED
from edge.events import Event
from edge.facts import Facts, Family, Look
from edge.site import Site
from edge.site.checklists import Check, ChecklistItem, words_of
from edge.site.model import Scene
from edge.text import Ref, Text, say
from rooms import checklists
from rooms.bookings import Booking, Identity
from rooms.ceremonies_said import CANCELLED, RESTORED, SHIFTED, CeremonyCancelled, CeremonyShifted, RoomRestored
from rooms.checklists import Line
from rooms.checks import Checked, Finding, judge
from rooms.plan import BOOKINGS, BookingsChanged
from rooms.policies import policy_of
from rooms.scenes import plays
from rooms.slots import Slot, slot_of, slots
from rooms.stays import BookingExtended
from rooms.uids import hashed

AHEAD = timedelta(days=1)
"""How long before its booking a ceremony is known, so that the list of the day is whole in the morning."""
BEHIND = timedelta(days=1)
"""How long after it the room may wait to be what it usually is."""

Phase = Literal["to-be-prepared", "preparing", "turn-over", "ready", "waiting", "on", "afterwards", "over", "cancelled"]
"""turn-over: prepared right after the one before. waiting: its time has come, and the couple has not, or the one before still goes
on. afterwards: the room is not yet again what it usually is."""
AT_WORK: frozenset[Phase] = frozenset(("preparing", "turn-over", "ready", "waiting", "on", "afterwards"))
LEFT: frozenset[Phase] = AT_WORK | {"to-be-prepared"}
"""Of ceremonies that still ask something of people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """id: names it for good, also when it is moved. starts, ends: as it is expected now. prepare_from, ready_at: when work on it
    begins, and when all must be ready. opens: when the way of its guests does. in_a_row: it follows one right before it.
    checklist: what is gone through now, with its lines. held_up_by: until when the one before goes on, where that is too long.
    """

    id: str
    scene: str
    booked_from: datetime
    booked_until: datetime
    starts: datetime
    ends: datetime
    prepare_from: datetime
    ready_at: datetime
    opens: datetime
    phase: Phase
    agency: str | None = None
    identity: Identity | None = None
    in_a_row: bool = False
    held_up_by: datetime | None = None
    checklist: str | None = None
    lines: tuple[Line, ...] = ()

    @property
    def left(self) -> tuple[Line, ...]:
        """What somebody must still see to; what fails first."""
        open_lines = [line for line in self.lines if not line.settled]
        return tuple(sorted(open_lines, key=lambda line: not line.fails))

    @property
    def done(self) -> int:
        return sum(line.settled for line in self.lines)

    @property
    def is_late(self) -> bool:
        return self.starts != self.booked_from


CEREMONIES: Family[tuple[Ceremony, ...]] = Family("ceremonies")
"""By scene with a preparation: those of a day before and after now, by start; derived here."""


def scenes_of(site: Site) -> tuple[str, ...]:
    """The scenes whose bookings are ceremonies."""
    return tuple(name for name, scene in site.scenes.items() if scene.prepare is not None)


def ceremony_id(scene: str, booking: Booking) -> str:
    return hashed("/".join((scene, *booking.identity)))


def react(facts: Facts, event: Event, site: Site) -> Iterable[Event]:
    """A late ceremony keeps its room, doors and quiet until its new end; one that is cancelled is told of today."""
    match event:
        case CeremonyShifted():
            until = _held_until(facts, site, event)
            yield BookingExtended(
                at=event.at, calendar=event.calendar, room=event.room, uid=event.uid, rid=event.rid,
                booked_until=event.booked_until, until=until, by=event.by,
            )  # fmt: skip
        case BookingsChanged(changed=changed, cancelled=gone):
            for booking in (*gone, *(replace(booking, verdict="yes") for booking in changed if booking.verdict == "no")):
                for scene in scenes_of(site):
                    if _was_near(site, scene, booking, event.at):
                        id_, start, end = ceremony_id(scene, booking), booking.start, booking.end
                        yield CeremonyCancelled(at=event.at, ceremony=id_, scene=scene, booked_from=start, booked_until=end)
        case _:
            pass


def _held_until(facts: Facts, site: Site, event: CeremonyShifted) -> datetime:
    """Its new end, or the next booking of the room: that one holds the room from then on, or has a right to it."""
    known = (booking for feed in site.feeds_of(event.room) for booking in facts(BOOKINGS(feed, event.room)) or ())
    later = [booking.start for booking in known if booking.verdict != "no" and booking.start >= event.booked_until]
    return max(event.booked_until, min([event.starts + (event.booked_until - event.booked_from), *later]))


def _was_near(site: Site, scene: str, booking: Booking, at: datetime) -> bool:
    section = site.scenes[scene]
    here = booking.room == section.room and booking.verdict == "yes" and plays(site, section, booking)
    return here and booking.start - AHEAD <= at < booking.end


# --- what follows -----------------------------------------------------------------------------------------------------


def conclusions(look: Look, site: Site, scene: str) -> Iterable[Derived | Condition | Follows]:
    """The ceremonies of a scene, and what people should know of them."""
    found = ceremonies(look, site, scene)
    room = site.scenes[scene].room
    yield Derived(CEREMONIES(scene), found)
    for ceremony in found:
        if ceremony.phase == "afterwards" and not ceremony.left:
            yield Follows(RoomRestored(at=look.now, ceremony=ceremony.id))
    if (unready := next((c for c in found if _is_unready(look, c)), None)) is not None:
        yield Condition(CEREMONY_UNREADY, room, _unready(room, unready))
    if (late := next((c for c in found if c.phase == "waiting"), None)) is not None:
        yield Condition(CEREMONY_LATE, room, _late(room, late, found))
    if (waits := next((c for c in found if c.phase == "afterwards"), None)) is not None:
        yield from _not_restored(look, site, room, waits)


def _is_unready(look: Look, ceremony: Ceremony) -> bool:
    return ceremony.phase in ("preparing", "turn-over") and bool(ceremony.left) and look.passed(ceremony.ready_at)


def _unready(room: str, ceremony: Ceremony) -> Text:
    first = ceremony.left[0].item
    told = say("{room} is not ready for {start}: {line}", room=Ref(room), start=ceremony.starts, line=words_of(first.text))
    return told if first.instead is None else say("{told}. {instead}", told=told, instead=words_of(first.instead))


def _late(room: str, ceremony: Ceremony, found: Sequence[Ceremony]) -> Text:
    after = next((c for c in found if ceremony.booked_from < c.booked_from < ceremony.ends and c.phase in LEFT), None)
    told = say("{room}: the ceremony of {start} waits", room=Ref(room), start=ceremony.booked_from)
    if after is None:
        return told
    return say("{told}, and the next one, {next}, must wait too", told=told, next=after.booked_from)


def _not_restored(look: Look, site: Site, room: str, ceremony: Ceremony) -> Iterable[Condition]:
    """The booking that follows is told, from when the room counts as taken soon."""
    for slot in slots(look, site, room).near:
        booking = slot.booking
        if booking.identity == ceremony.identity or booking.start < ceremony.booked_until or look.passed(slot.end):
            continue
        if look.passed(booking.start - policy_of(site, booking).soon):
            told = say(
                "{room} is not yet what it usually is; booked {start}–{end}", room=Ref(room), start=booking.start, end=slot.end
            )
            yield Condition(ROOM_NOT_RESTORED, room, told)
            return


def ceremonies(look: Look, site: Site, scene: str) -> tuple[Ceremony, ...]:
    """Whoever asks is asked again when one of them comes a step further."""
    staged, timed = _staged(look, site, site.scenes[scene]), list[Ceremony]()
    for slot in staged:
        timed.append(_timed(look, site, scene, slot, timed[-1] if timed else None))
    last = [*(not ceremony.in_a_row for ceremony in timed[1:]), True]
    found = [_at_work(look, site, *each) for each in zip(staged, timed, last, strict=False)]
    found += _gone(look, site, scene, {ceremony.id for ceremony in found})
    return tuple(sorted(found, key=lambda each: (each.booked_from, each.booked_until, each.id)))


def _staged(look: Look, site: Site, section: Scene) -> list[Slot]:
    """By start; a booking in two calendars once. One that opens nothing, such as a pending one, is no ceremony yet."""
    found: dict[tuple[str, str, datetime, datetime], Slot] = {}
    for feed in site.feeds_of(section.room):
        for booking in look(BOOKINGS(feed, section.room)) or ():
            if booking.verdict == "no" or not plays(site, section, booking):
                continue
            if not look.passed(booking.start - AHEAD):
                break
            slot = slot_of(look, site, booking)
            if slot.may_open and not look.passed(max(booking.end, slot.end) + BEHIND):
                found.setdefault((booking.uid, booking.rid, booking.start, booking.end), slot)
    return sorted(found.values(), key=lambda slot: (slot.booking.start, slot.booking.end, slot.booking.identity))


def _timed(look: Look, site: Site, scene: str, slot: Slot, before: Ceremony | None) -> Ceremony:
    """A ceremony with its times, without its phase. before: the one before it."""
    section, booking = site.scenes[scene], slot.booking
    id_ = ceremony_id(scene, booking)
    starts, ends = _times(slot, look(SHIFTED(id_)))
    prepares = starts - (section.prepare.before if section.prepare else timedelta(0))
    in_a_row = before is not None and before.ends > prepares
    return Ceremony(
        id=id_,
        scene=scene,
        booked_from=booking.start,
        booked_until=booking.end,
        starts=starts,
        ends=ends,
        prepare_from=min(max(prepares, before.ends), starts) if before is not None and in_a_row else prepares,
        ready_at=starts - section.ready_by,
        opens=booking.start - section.before,
        phase="to-be-prepared",
        agency=slot.agency,
        identity=booking.identity,
        in_a_row=in_a_row,
        held_up_by=before.ends if before is not None and before.ends > starts else None,
    )


def _times(slot: Slot, shifted: CeremonyShifted | None) -> tuple[datetime, datetime]:
    booking = slot.booking
    if shifted is None or (shifted.booked_from, shifted.booked_until) != (booking.start, booking.end):
        return booking.start, slot.end
    ends = shifted.starts + (booking.end - booking.start)
    return shifted.starts, slot.end if slot.released is not None else max(ends, slot.end)


def _at_work(look: Look, site: Site, slot: Slot, ceremony: Ceremony, last: bool) -> Ceremony:
    """last: no other follows in a row."""
    section = site.scenes[ceremony.scene]
    prepare, afterwards = section.prepare, section.afterwards
    checked = Checked(site, ceremony.scene, section, slot, ceremony.starts, ceremony.ends)
    since = ceremony.booked_from - AHEAD

    def lines(checklist: str | None, due: Callable[[ChecklistItem], datetime]) -> tuple[Line, ...]:
        def found(item: ChecklistItem) -> tuple[Finding, datetime]:
            return judge(look, checked, item.check or Check()), due(item)

        return checklists.lines(look, site, ceremony.id, checklist, since, found)

    if look.passed(ceremony.ends):
        if not last or afterwards is None or look(RESTORED(ceremony.id)) is not None:
            return replace(ceremony, phase="over")
        closes = ceremony.ends + section.after
        return replace(
            ceremony,
            phase="afterwards",
            checklist=afterwards.checklist,
            lines=lines(afterwards.checklist, lambda _: closes),
        )
    checklist = (ceremony.in_a_row and prepare and prepare.turn_over) or (prepare and prepare.checklist) or None
    gone_through = lines(checklist, lambda item: _due(ceremony, item))
    phase = _phase(look, ceremony, all(line.settled for line in gone_through))
    return replace(ceremony, phase=phase, checklist=checklist, lines=gone_through)


def _due(ceremony: Ceremony, item: ChecklistItem) -> datetime:
    """From when on a check that is not well is told of: not before the scene could bring it about."""
    check = item.check
    if check is not None and check.masking:
        return ceremony.ready_at
    if check is not None and (check.route or check.room == "ready" or check.state == "unlocked"):
        return max(ceremony.prepare_from, ceremony.opens)
    return ceremony.prepare_from


def _phase(look: Look, ceremony: Ceremony, ready: bool) -> Phase:
    """Of one that has not ended."""
    if look.passed(ceremony.starts):
        held_up = ceremony.held_up_by is not None and not look.passed(ceremony.held_up_by)
        return "waiting" if held_up else "on"
    if ceremony.is_late and look.passed(ceremony.booked_from):
        return "waiting"
    if not look.passed(ceremony.prepare_from):
        return "to-be-prepared"
    if ready:
        return "ready"
    return "turn-over" if ceremony.in_a_row else "preparing"


def _gone(look: Look, site: Site, scene: str, known: Collection[str]) -> Iterator[Ceremony]:
    for gone in look(CANCELLED(scene)) or ():
        if gone.ceremony not in known and not look.passed(gone.booked_until + BEHIND):
            section, start = site.scenes[scene], gone.booked_from
            yield Ceremony(
                id=gone.ceremony,
                scene=scene,
                booked_from=start,
                booked_until=gone.booked_until,
                starts=start,
                ends=gone.booked_until,
                prepare_from=start - (section.prepare.before if section.prepare else timedelta(0)),
                ready_at=start - section.ready_by,
                opens=start - section.before,
                phase="cancelled",
            )
