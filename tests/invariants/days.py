"""What happens in a random day, drawn beforehand: plain data, so that a part of it can be left out and the rest still happens."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.invariants.buildings import AGENCIES, ROOMS, Sections
from tests.invariants.feeds import Written, odd_ones

ROLES = ("guard", "lobby-host", "facility-manager", "clerk", "auditor", "installer")
BEHAVIOURS = ("jammed", "mute", "lying", "obedient", "obedient")
HOURS = 3
_WEIGHTS = ((22, 30, 18, 10, 10, 12), (20, 65, 4, 1, 8, 2))
"""Of calendars, people, hands, faults, emergencies and machines: a day of everything, a day of people."""
_ACTIONS = (
    *("release", "release", "override", "override", "override", "end-release", "end-override", "out-of-service", "back-in-service"),
    *("lockdown", "end-lockdown", "end-lockdown", "confirm-end-lockdown", "evacuation", "end-evacuation", "end-evacuation"),
    *("test-point", "end-fire", "end-fire", "play-scene", "play-scene", "stop-scene", "room", "room", "room", "room"),
)


@dataclass(frozen=True, slots=True)
class Happening:
    """after: seconds from the beginning of the day. what: the name of a method of `world.World`, with its arguments."""

    after: int
    what: str
    args: tuple[Any, ...] = ()


def day(chance: Random, sections: Sections, count: int = 45) -> list[Happening]:
    drawn = _Day(chance, sections)
    return [drawn.next() for _ in range(count)]


class _Day:
    def __init__(self, chance: Random, sections: Sections) -> None:
        self.chance = chance
        self.locks = [name for name, device in sections["devices"].items() if device["type"] == "door-controller"]
        self.doors = [sections["devices"][lock]["door"] for lock in self.locks]
        self.devices = [*sections["devices"]]
        self.scenes = [*sections["scenes"]]
        self.bookings: dict[str, Written] = {}
        self.was: list[Written] = []
        self.coming: list[Happening] = []
        self.acted: list[str] = []
        self.scopes: list[str] = []
        self.now, self.count = 0, 0
        self.weights = chance.choice(_WEIGHTS)

    def next(self) -> Happening:
        if not self.count:
            self.count += 1
            for _ in range(3):
                self._make()
            return self._read()
        if self.coming:
            return self.coming.pop(0)
        self.now = min(self.now + self.chance.choice([0, 1, 4, 5, 20, 59, 60, 61, 240, 300, 600, 900]), HOURS * 3600 - 600)
        kinds = ("calendar", "act", "hand", "fault", "emergency", "machine")
        (kind,) = self.chance.choices(kinds, self.weights)
        found: Happening = getattr(self, f"_{kind}")()
        return found

    def _happens(self, what: str, *args: Any) -> Happening:
        return Happening(self.now, what, args)

    # --- bookings -----------------------------------------------------------------------------------------------------

    def _calendar(self) -> Happening:
        match self.chance.choice(
            ["make", "make", "make", "move", "shorten", "cancel", "elsewhere", "vanish", "revive", "fail", "poll", "odd"]
        ):
            case "make":
                self._make()
            case "move":
                self._change(lambda b: replace(b, start=b.start + 900, end=b.end + 900))
            case "shorten":
                self._change(lambda b: replace(b, end=max(b.start + 60, min(b.end - 600, self.now + 60))))
            case "cancel":
                self._change(lambda b: replace(b, status="CANCELLED"))
            case "elsewhere":
                self._change(lambda b: replace(b, start=b.start + 900, end=b.end + 900, status="CANCELLED"))
            case "vanish" if self.bookings:
                del self.bookings[self.chance.choice([*self.bookings])]
            case "revive" if self.was:
                old = self.chance.choice([self.was[-1], self.chance.choice(self.was)])
                self.bookings[old.uid] = old
            case "fail":
                return self._happens("calendar_fails", self.chance.choice([b"", b"<html>", b"BEGIN:VCALENDAR\r\n"]))
            case "poll":
                return self._happens("calendar_unchanged")
            case "odd":
                return self._read(odd_ones(self.chance))
            case _:
                self._make()
        return self._read()

    def _make(self) -> None:
        self.count += 1
        start = self.now + self.chance.choice([-1800, -60, 0, 60, 300, 600, 1200, 3600])
        end = start + self.chance.choice([300, 900, 1800, 3600, 7200])
        status = self.chance.choice(["CONFIRMED"] * 6 + ["TENTATIVE", "CANCELLED"])
        agency = self.chance.choice([None, *AGENCIES])
        uid = f"b{self.count}"
        self.bookings[uid] = Written(uid, self.chance.choice(ROOMS), start, end, agency, 1, status)

    def _change(self, how: Any) -> None:
        if self.bookings:
            uid = self.chance.choice([*self.bookings])
            self.was.append(self.bookings[uid])
            self.bookings[uid] = replace(how(self.bookings[uid]), sequence=self.bookings[uid].sequence + 1)

    def _read(self, nonsense: tuple[int, ...] = ()) -> Happening:
        return self._happens("calendar_says", tuple(self.bookings.values()), nonsense)

    # --- people -------------------------------------------------------------------------------------------------------

    def _act(self) -> Happening:
        chance = self.chance
        role = chance.choice(["guard", "lobby-host", *["facility-manager"] * 6, *ROLES])
        action = chance.choice(_ACTIONS)
        if action == "end-lockdown" and chance.random() < 0.8:
            return self._happens("end_lockdown", chance.choice([*self.scopes, self._scope()]), role)
        fields: dict[str, Any] = {"operator": role, "role": role, "action": action, "text": "Because"}
        match action:
            case "room":
                fields |= {"action": chance.choice(["arrive", "keep", "release", "extend"]), "room": chance.choice(ROOMS)}
            case "lockdown":
                self.scopes.append(self._scope())
                fields["scope"] = self.scopes[-1]
            case "end-lockdown" | "confirm-end-lockdown":
                fields["scope"] = chance.choice([*self.scopes, self._scope()])
            case "play-scene" | "stop-scene" if self.scenes:
                fields |= {"scene": chance.choice(self.scenes), "minutes": chance.choice([1, 10, 60])}
            case "evacuation" | "end-evacuation" | "end-fire":
                pass
            case _:
                fields |= self._at_a_door(action)
        return self._happens("act", fields)

    def _at_a_door(self, action: str) -> dict[str, Any]:
        if action in ("play-scene", "stop-scene", "release"):
            self.acted.append(self.chance.choice(self.doors))
            return {"action": "release", "door": self.acted[-1], "minutes": self.chance.choice([1, 5, 10, 11])}
        if action == "test-point":
            place = self.chance.randrange(len(self.locks))
            self.acted.append(self.doors[place])
            where = {"device": self.locks[place], "point": "lock", "door": self.doors[place]}
            return {"action": action, **where, "seconds": self.chance.choice([1, 10, 30, 31])}
        if action in ("override", "out-of-service"):
            self.acted.append(self.chance.choice(self.doors))
        door = self.chance.choice([*self.acted[-2:], self.chance.choice(self.doors)])
        minutes, value = self.chance.choice([1, 5, 30, 90]), self.chance.choice(["locked", "unlocked", "unlocked"])
        return {"action": action, "door": door, "minutes": minutes, "value": value}

    def _scope(self) -> str:
        chance = self.chance
        return chance.choice(["site", "zone:public", "zone:internal", "zone:semi-public", f"door:{chance.choice(self.doors)}"])

    # --- hands, faults, emergencies, machines -------------------------------------------------------------------------

    def _hand(self) -> Happening:
        lock = self.chance.choice(self.locks)
        match self.chance.choice(["open", "close", "close", "key", "exit", "eye", "tamper", "masking", "dock"]):
            case "key":
                return self._happens("set", lock, "lock", self.chance.choice(["unlocked", "locked"]))
            case "exit":
                return self._happens("set", lock, "exit-request", True)
            case "eye":
                return self._happens("set", "eye-1", "present", self.chance.random() < 0.5)
            case "tamper":
                return self._happens("set", self.chance.choice(self.devices), "tamper", self.chance.random() < 0.5)
            case "masking":
                return self._happens("set", "masking", "muted", self.chance.random() < 0.5)
            case "dock":
                return self._happens("set", "dock", "terminal", self.chance.choice([None, "terminal-1"]))
            case moved:
                return self._happens("set", lock, "contact", "open" if moved == "open" else "closed")

    def _fault(self) -> Happening:
        device = self.chance.choice([*self.locks, *self.devices])
        match self.chance.choice(["behave", "behave", "plug", "plug", "power"]):
            case "behave":
                return self._happens("behave", device, self.chance.choice(BEHAVIOURS))
            case "plug":
                return self._happens("plug", device, self.chance.random() < 0.5)
            case _:
                return self._happens("power_cut", self.chance.choice(self.locks))

    def _emergency(self) -> Happening:
        match self.chance.choice(["fire", "fire-over", "fire-over", "press", "press", "attend", "attend", "attend"]):
            case "fire":
                return self._happens("set", "fire-1", "fire", True)
            case "fire-over":
                return self._happens("set", "fire-1", "fire", False)
            case "press":
                return self._happens("press", "button-1")
            case _:
                return self._happens("attend")

    def _machine(self) -> Happening:
        match self.chance.choice(["restart", "hurry", "line", "line", "clock", "replay", "replay"]):
            case "hurry":
                return self._hurry()
            case "restart":
                return self._happens("restart", self.chance.choice([0, 1, 3, 30, 61, 200]))
            case "line":
                return self._happens("line", self.chance.random() < 0.6)
            case "clock":
                return self._happens("clock_steps", self.chance.choice([1, 61, 600, 3600, 86_400, -1, -61, -600, -3600, -86_400]))
            case _:
                return self._happens("replay", self.chance.randint(0, 999))

    def _hurry(self) -> Happening:
        """A lock says nothing any more, the controller starts again, and in the seconds in which it waits to hear of that lock
        bookings end sooner than they should have."""
        silent, down = self._happens("behave", self.chance.choice(self.locks), "mute"), self.chance.choice([0, 1, 70])
        again = self._happens("restart", down)
        self.now += down + self.chance.choice([0, 1])
        for _ in range(3):
            self._change(lambda b: replace(b, end=max(b.start + 60, min(b.end, self.now + 20))))
        self.coming = [again, self._read()]
        return silent
