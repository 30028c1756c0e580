"""Who may open what and until when, said once more in few words and independently of the controller.

It knows what was told to the controller (bookings, acts, emergencies) and what stands in the site file; it allows at least what the
promises allow, and nothing that they forbid.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.invariants.buildings import HOLDS, TABLES, Sections
from tests.invariants.feeds import HELSINKI, Written

MAY: Mapping[str, frozenset[str]] = {
    "release": frozenset({"guard", "lobby-host", "facility-manager"}),
    "end-release": frozenset({"guard", "lobby-host", "facility-manager"}),
    "test-point": frozenset({"facility-manager"}),
    "override locked": frozenset({"guard", "lobby-host", "facility-manager"}),
    "override unlocked": frozenset({"facility-manager"}),
    "end-override": frozenset({"guard", "lobby-host", "facility-manager"}),
    "out-of-service": frozenset({"guard", "facility-manager", "installer"}),
    "back-in-service": frozenset({"guard", "facility-manager", "installer"}),
    "lockdown": frozenset({"guard", "lobby-host", "facility-manager"}),
    "end-lockdown": frozenset({"guard", "facility-manager"}),
    "confirm-end-lockdown": frozenset({"guard", "facility-manager"}),
    "evacuation": frozenset({"guard", "lobby-host", "facility-manager"}),
    "end-evacuation": frozenset({"guard", "facility-manager"}),
    "end-fire": frozenset({"guard", "facility-manager"}),
    "play-scene": frozenset({"lobby-host", "facility-manager"}),
    "stop-scene": frozenset({"guard", "lobby-host", "facility-manager"}),
}
"""By action, the roles that may (U3)."""
OFFICIAL_EARLY, LONGEST_RELEASE, LONGEST_OVERRIDE = timedelta(hours=1), timedelta(minutes=10), timedelta(hours=12)
BY_PERSON_OR_EMERGENCY = frozenset({"fire", "evacuation", "release", "override"})


@dataclass(frozen=True, slots=True)
class Cause:
    """kind: as the first word of a command's cause. until: None where nothing but a person ends it."""

    kind: str
    until: datetime | None = None


@dataclass(slots=True)
class Oracle:
    sections: Sections
    start: datetime
    known: dict[str, Written] = field(default_factory=dict)
    read_at: datetime | None = None
    fire: bool = False
    evacuation: bool = False
    lockdowns: set[str] = field(default_factory=set)
    panics: set[str] = field(default_factory=set)
    released: dict[str, datetime] = field(default_factory=dict)
    overridden: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    out: dict[str, datetime] = field(default_factory=dict)
    played: dict[str, datetime] = field(default_factory=dict)
    stopped: dict[str, datetime] = field(default_factory=dict)
    given_free: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """By booking: at, and its end as it was then."""
    extended: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """By booking: until, and its end as it was then."""
    came: dict[str, datetime] = field(default_factory=dict)
    """By room: the last sign of an official."""

    began: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """When somebody last did what unlocks, by the kind of cause and the door or scene."""

    # --- what is told to the controller -------------------------------------------------------------------------------

    def read(self, at: datetime, written: Iterable[Written]) -> None:
        """An older version than the one that cancelled a booking does not bring it back (D6)."""
        before, self.known, self.read_at = self.known, {}, at
        for booking in written:
            old = before.get(booking.uid)
            dead = old is not None and old.status == "CANCELLED"
            self.known[booking.uid] = old if dead and old is not None and booking.sequence < old.sequence else booking

    def restarted(self, at: datetime) -> None:
        """D15: what was done in the future of a clock that went back is over."""
        for kind, held in (("release", self.released), ("scene", self.played)):
            for name in [name for name in held if self.began[kind, name] > at]:
                del held[name]
        for door in [
            door for door, (value, _) in self.overridden.items() if value == "unlocked" and self.began["override", door] > at
        ]:
            del self.overridden[door]

    def acted(self, fields: Mapping[str, Any], at: datetime, event: Any) -> None:
        """An act that was not refused."""
        door, until = fields.get("door", ""), at + timedelta(minutes=fields.get("minutes", 0))
        match fields["action"]:
            case "release" if "room" in fields:
                self.given_free[event.uid] = (at, event.booked_until)
            case "extend":
                self.extended[event.uid] = (event.until, event.booked_until)
            case "arrive":
                self.came[fields["room"]] = at
            case "release":
                self.began["release", door] = at
                self.released[door] = min(until, at + LONGEST_RELEASE)
            case "test-point":
                self.began["release", door] = at
                self.released[door] = at + timedelta(seconds=fields["seconds"])
            case "end-release":
                self.released.pop(door, None)
            case "override":
                self.began["override", door] = at
                self.overridden[door] = (fields["value"], min(until, at + LONGEST_OVERRIDE))
            case "end-override":
                self.overridden.pop(door, None)
            case "out-of-service":
                self.out[door] = until
                self.released.pop(door, None)
                self.overridden.pop(door, None)
            case "back-in-service":
                del self.out[door]
            case "play-scene":
                self.began["scene", fields["scene"]] = at
                self.played[fields["scene"]] = until
            case "stop-scene":
                self.played.pop(fields["scene"], None)
                self.stopped[fields["scene"]] = at
            case "lockdown":
                self.lockdowns.add(fields["scope"])
            case "confirm-end-lockdown":
                self.lockdowns.remove(fields["scope"])
            case "evacuation":
                self.evacuation = True
            case "end-evacuation":
                self.evacuation = False
            case "end-fire":
                self.fire = False
            case _:
                pass

    # --- what may be open ---------------------------------------------------------------------------------------------

    def is_escape(self, door: str) -> bool:
        section = self.sections["doors"][door]
        return section.get("kind") == "escape" or "forward" in section.get("escape", {})

    def emergencies(self, door: str) -> list[Cause]:
        """D12: fire and evacuation open what leads out, and nothing else."""
        if not self.is_escape(door):
            return []
        return [*([Cause("fire")] if self.fire else []), *([Cause("evacuation")] if self.evacuation else [])]

    def held_shut(self, door: str) -> bool:
        """D11 and A12: by a lockdown that reaches the door, or by a panic alarm."""
        section = self.sections["doors"][door]
        zones = {self._zone(section["from"]), self._zone(section["to"])}
        border = any(len(zones) > 1 and f"zone:{zone}" in self.lockdowns for zone in zones)
        panic = bool(self.panics) and any(door in response["locks"] for response in self.sections["security"]["panic"])
        return border or panic or not self.lockdowns.isdisjoint({"site", f"door:{door}"})

    def causes(self, door: str, t: datetime) -> list[Cause]:
        """D3: everything for which the door may be unlocked at this instant of the controller's time."""
        if found := self.emergencies(door):
            return found
        section = self.sections["doors"][door]
        if self.held_shut(door) or section.get("kind") == "escape":
            return []
        if door in self.released and t < self.released[door]:
            found.append(Cause("release", self.released[door]))
        value, until = self.overridden.get(door, ("", t))
        if t < until and value == "unlocked":
            found.append(Cause("override", until))
        if (t < until and value == "locked") or (door in self.out and t < self.out[door]):
            return found
        return [*found, *self._planned(section["unlock"], section["to"], t)]

    def _planned(self, unlock: Mapping[str, Any], room: str, t: datetime) -> Iterator[Cause]:
        if unlock.get("booking"):
            policy = self.sections["rooms"]["all"]
            yield from self._booked("booking", room, t, _span(policy["unlock_before"]), _span(policy["lock_after"]))
        for scene in unlock.get("scenes", ()):
            yield from self._staged(scene, t)
        if (hours := unlock.get("hours")) and (closes := self._closes(hours, t)):
            yield Cause("hours", closes)

    def _staged(self, scene: str, t: datetime) -> Iterator[Cause]:
        """D13: in the window of the scene, and after a stop only for what came later."""
        if scene in self.played and t < self.played[scene]:
            yield Cause("scene", self.played[scene])
        section, stopped = self.sections["scenes"][scene], self.stopped.get(scene)
        yield from self._booked("scene", section["room"], t, _span(section["before"]), _span(section["after"]), stopped)

    def _booked(
        self, kind: str, room: str, t: datetime, before: timedelta, after: timedelta, stopped: datetime | None = None
    ) -> Iterator[Cause]:
        for booking in self.known.values():
            if booking.room != room or booking.status != "CONFIRMED" or (stopped and self._at(booking.start) + _MINUTE <= stopped):
                continue
            closes = self._end(booking, after)
            bound = self._bound(t)
            if self._at(booking.start) - before <= t < closes and bound and self._may_open(booking, t):
                yield Cause(kind, min(closes, bound))

    def _end(self, booking: Written, after: timedelta) -> datetime:
        end = self._at(booking.end)
        extended, freed = self.extended.get(booking.uid), self.given_free.get(booking.uid)
        last = extended[0] if extended is not None and extended[1] == end else end
        if freed is not None and freed[1] == end and self._at(booking.start) <= freed[0]:
            return min(last, freed[0])
        return last + after

    def _may_open(self, booking: Written, t: datetime) -> bool:
        hold = timedelta(seconds=HOLDS[self.sections["calendars"]["rooms"]["hold"]])
        if self.read_at is None or t >= self.read_at + hold:
            return False
        space = self.sections["spaces"][booking.room]
        owners = space.get("agency", [])
        if booking.agency and owners and booking.agency not in owners and space["others"] == "never":
            return False
        return not self.sections["rooms"]["all"].get("staff_first") or self._has_come(booking)

    def _has_come(self, booking: Written) -> bool:
        """An hour before the door opens is early enough; for bookings one after another, before the first of them."""
        earliest = min(b.start for b in self.known.values() if b.room == booking.room and b.start <= booking.start)
        before = _span(self.sections["rooms"]["all"]["unlock_before"])
        came = self.came.get(booking.room)
        return came is not None and came >= self._at(earliest) - before - OFFICIAL_EARLY

    def _bound(self, t: datetime) -> datetime | None:
        """Until when the hours let bookings open doors; None while they do not."""
        table = self.sections["rooms"]["all"].get("hours") or self.sections["site"].get("hours")
        return datetime.max.replace(tzinfo=t.tzinfo) if table in (None, "always") else self._closes(table, t)

    def _closes(self, table: str, t: datetime) -> datetime | None:
        """When a timetable closes that is open now."""
        opens, closes = TABLES[table]
        here = t.astimezone(HELSINKI)
        return here.replace(hour=closes, minute=0, second=0).astimezone(t.tzinfo) if opens <= here.hour < closes else None

    def _at(self, seconds: int) -> datetime:
        return self.start + timedelta(seconds=seconds)

    def _zone(self, space: str) -> str:
        return "public" if space == "outside" else str(self.sections["spaces"][space]["zone"])


_MINUTE = timedelta(minutes=1)


def _span(text: str) -> timedelta:
    number, unit = text.split()
    return timedelta(seconds=int(number) * {"s": 1, "min": 60, "h": 3600}[unit])
