"""Scenes: several doors that open together for an occasion, such as a wedding and the way of its guests; also signs and lights.

A scene is due while a booking of its room is, from a while before until a while after, or while a person plays it. It is never
switched on or off: when its reason ends, or is cancelled or shortened, it is over by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edge.claims import Claim, Priority
from edge.events import DaemonStarted, Event
from edge.facts import Facts, Family, Look
from edge.points import PointId, Value
from edge.site import Site
from edge.site.checklists import written
from edge.site.model import Scene
from edge.text import Ref, Text, say
from rooms.bookings import Booking
from rooms.desk import RoomRefusal
from rooms.policies import kind_of
from rooms.slots import Slot, in_turn, is_trusted, obstacle, slots

LONGEST_PLAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenePlayed(Event):
    """A person plays a scene until then. A newer one replaces it."""

    kind = "scene-played"
    scene: str
    by: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneStopped(Event):
    """A person ended a scene: what was played, and the part of the booking that was left."""

    kind = "scene-stopped"
    scene: str
    by: str


PLAYED: Family[ScenePlayed] = Family("scene-played")
"""By scene: how a person last played it; it holds until its time has passed."""
STOPPED: Family[SceneStopped] = Family("scene-stopped")
"""By scene: its last stop. Bookings for which it was due then do not play it any more."""


@dataclass(frozen=True, slots=True)
class Showing:
    """One reason for a scene to be played now. opens: whether it does; if not, because says what is in the way until then."""

    cause: str
    because: Text
    until: datetime
    opens: bool = True


def fold(facts: Facts, event: Event) -> None:
    match event:
        case ScenePlayed():
            facts.set(PLAYED(event.scene), event)
        case SceneStopped():
            facts.set(PLAYED(event.scene), None)
            facts.set(STOPPED(event.scene), event)
        case DaemonStarted(at=at):
            # Where the clock went back before a start, it would be played for longer than anybody wanted.
            for (scene,), played in list(facts.of(PLAYED)):
                if played.at > at:
                    facts.set(PLAYED(scene), None)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """What still holds, for a checkpoint; the last stop comes first, so that it ends nothing that was played after it."""
    yield from (stopped for _, stopped in facts.of(STOPPED))
    yield from (played for _, played in facts.of(PLAYED) if played.until > at)


# --- what people ask for ----------------------------------------------------------------------------------------------


def play(site: Site, _facts: Facts, at: datetime, scene: str, by: str, until: datetime) -> Event:
    """Raises RoomRefusal. Whether the role may is for the caller to ask (`security.roles`)."""
    _require_scene(site, scene)
    if not at < until <= at + LONGEST_PLAY:
        raise RoomRefusal(say("A scene is played for {hours} hours at most.", hours=round(LONGEST_PLAY / timedelta(hours=1))))
    return ScenePlayed(at=at, scene=scene, by=by, until=until)


def stop(site: Site, facts: Facts, at: datetime, scene: str, by: str) -> Event:
    """Raises RoomRefusal."""
    _require_scene(site, scene)
    if not list(showings(Look(facts, at), site, scene)):
        raise RoomRefusal(say("{scene} is not played now.", scene=Ref(scene)))
    return SceneStopped(at=at, scene=scene, by=by)


def _require_scene(site: Site, scene: str) -> None:
    if scene not in site.scenes:
        raise RoomRefusal(say("There is no scene {scene}.", scene=scene))


# --- what follows -----------------------------------------------------------------------------------------------------


def claims(look: Look, site: Site, door: str) -> Iterable[Claim]:
    """Unlocked for each scene that the door names and that is due; where something is in its way, the reason why it is locked."""
    device = site.device_at(door)
    for scene in site.doors[door].unlock.scenes if device is not None else ():
        for showing in showings(look, site, scene):
            lock, because, until = PointId(str(device), "lock"), showing.because, showing.until
            if showing.opens:
                yield Claim(lock, "unlocked", Priority.BOOKING, showing.cause, because, until)
            else:
                yield Claim(lock, "locked", Priority.REFUSAL, f"{showing.cause}#not", because, until)


def showings(look: Look, site: Site, scene: str) -> Iterable[Showing]:
    """Why a scene is due now; nothing when it is not. Whoever asks is asked again when that changes."""
    played = look(PLAYED(scene))
    if played is not None and not look.passed(played.until):
        because = say("{scene} until {until}, played by {by}", scene=Ref(scene), until=played.until, by=played.by)
        yield Showing(f"scene:{scene}/{played.by}", because, played.until)
    stopped = look(STOPPED(scene))
    for slot in _staged(look, site, site.scenes[scene]):
        if stopped is not None and slot.opens <= stopped.at:
            continue
        if look.passed(slot.closes) or not look.passed(slot.opens):
            continue
        hindrance, until = obstacle(look, site, slot)
        because = hindrance or say("{scene} until {until}", scene=Ref(scene), until=until)
        yield Showing(f"scene:{scene}/{slot.booking.uid}/{slot.booking.rid}", because, until, hindrance is None)


def things(look: Look, site: Site, scene: str) -> Iterable[Claim]:
    """What it wants besides its doors: while a person plays it, and for each of its bookings from the preparation until it ends.

    A person's stop is about the way of the guests: it leaves those who are inside their lights.
    """
    wanted = claimed(site.scenes[scene])
    if not wanted:
        return
    played = look(PLAYED(scene))
    if played is not None and not look.passed(played.until):
        because = say("{scene} until {until}, played by {by}", scene=Ref(scene), until=played.until, by=played.by)
        for point, value in wanted.items():
            yield Claim(point, value, Priority.BOOKING, f"scene:{scene}/{played.by}#prepared", because, played.until)
    for slot in _staged(look, site, site.scenes[scene]):
        yield from _prepared(look, site, scene, slot, wanted)


def _prepared(look: Look, site: Site, scene: str, slot: Slot, wanted: Mapping[PointId, Value]) -> Iterable[Claim]:
    prepare = site.scenes[scene].prepare
    trusted = slot.may_open and is_trusted(look, site, slot.booking.calendar)
    if prepare is None or not trusted or look.passed(slot.closes) or not look.passed(slot.booking.start - prepare.before):
        return
    hindrance, opened_until = obstacle(look, site, slot)
    because = say("{scene} at {start}", scene=Ref(scene), start=slot.booking.start)
    for point, value in wanted.items():
        unlocks = (point.point, value) == ("lock", "unlocked")
        if unlocks and hindrance is not None:
            continue
        until = opened_until if unlocks else slot.closes
        yield Claim(point, value, Priority.BOOKING, f"scene:{scene}/{slot.booking.uid}/{slot.booking.rid}#prepared", because, until)


def claimed(scene: Scene) -> Mapping[PointId, Value]:
    """What a scene wants of points besides its doors."""
    wanted: dict[PointId, Value] = {}
    for name, wished in scene.prepare.claims.items() if scene.prepare else ():
        device, _, point = name.partition(".")
        wanted[PointId(device, point)] = written(wished)
    return wanted


def _staged(look: Look, site: Site, scene: Scene) -> list[Slot]:
    """The bookings that play it, each with the scene's times. Between those of two agencies it closes as the room's door does."""
    near = slots(look, site, scene.room).near
    staged = [_with_times_of(scene, slot) if plays(site, scene, slot.booking) else slot for slot in near]
    return [slot for slot in in_turn(staged) if plays(site, scene, slot.booking)]


def plays(site: Site, scene: Scene, booking: Booking) -> bool:
    """Whether the bookings of the scene's room that are of this kind play it."""
    return not scene.policies or kind_of(site, booking) in scene.policies


def _with_times_of(scene: Scene, slot: Slot) -> Slot:
    closes = slot.end if slot.released is not None else slot.end + scene.after
    return replace(slot, opens=slot.booking.start - scene.before, closes=closes)
