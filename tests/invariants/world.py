"""A random building as it really is: devices on a steady count of time, a line that fails, a wall clock that steps, a controller
that is killed and comes back with its journal in its real encoding. What `days.Happening` names is a method here."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from drivers.virtual.device import Behaviour, Report, VirtualDevice, virtual_device
from edge.clock import SystemClock
from edge.commands import Command
from edge.controller import Controller
from edge.errors import Garbled, TalonmiesError
from edge.events import (
    ClockJumped,
    ConditionBegan,
    ConditionEnded,
    ConnectionChanged,
    DaemonStarted,
    Event,
    Observed,
    decode,
    encode,
)
from edge.facts import Facts
from edge.operators import operator_action
from edge.text import say
from rooms.bookings import Booking, BookingsRead, CalendarFailed, CalendarUnchanged
from rooms.understanding import merged, understand
from security import alarms
from security.alarms import ALARM
from security.modes import ModeBegan
from tests.invariants.buildings import Sections, site_of
from tests.invariants.days import Happening
from tests.invariants.feeds import Written, body
from tests.invariants.oracle import MAY, Oracle
from tests.invariants.time_believed import BelievedTime

PROBED_EVERY = 60
"""Seconds between looks at the doors that do not wake the controller."""
RECOVERY = 65
"""Seconds after a trouble until its door is held to the promises again: a lease, and the five seconds of Q7."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a lock is really unlocked: by a command (with its cause), a hand, or because it fell open. since: by the steady count."""

    how: str
    since: int
    command: Command | None = None


class Violated(AssertionError):
    """What was promised did not hold. promise: its number."""

    def __init__(self, promise: str, told: str) -> None:
        super().__init__(f"{promise}: {told}")
        self.promise = promise


class World:
    """steady: seconds since the beginning. step: how far the wall clock is from it. looks: asked after every instant."""

    def __init__(self, sections: Sections, start: datetime, looks: Iterable[Callable[["World"], None]] = ()) -> None:
        self.sections, self.start = sections, start
        self.site = site_of(sections)
        self.oracle = Oracle(sections, start)
        self.looks = list(looks)
        self.steady, self.step, self.epoch = 0, 0, 0
        self.time = BelievedTime(start, 0)
        self.alive, self.line_up = False, True
        self.locks = dict(self.site.controllers)
        self.devices: dict[str, VirtualDevice] = {d: virtual_device(self.site, d, "press") for d in self.site.devices}
        self.unplugged: set[str] = set()
        self.ill_at: dict[str, int] = {}
        self.strayed_at: dict[str, int] = {}
        """When a lock last did not hear, obey or say everything; whatever the controller did meanwhile."""
        self.stepped_at = 0
        self.why: dict[str, Why] = {}
        self.lease_ends: dict[str, int] = {}
        self.commands: list[Command] = []
        self.arrived: list[Command] = []
        self.newest: dict[str, Command] = {}
        self.journal: list[Event] = []
        self.restored: list[Event] = []
        """As much of the journal as a restart has read, as it came out of its encoding."""
        self.holding: dict[tuple[str, str], int] = {}
        """Conditions that people are told of, each since when; from the journal."""
        self.fed: tuple[Booking, ...] = ()
        self.content: tuple[tuple[Written, ...], tuple[int, ...]] | None = None
        self.presses = 0
        self.fire_told = False
        """What the fire input said last that the controller heard; it may lie."""
        self.disobeys_since: dict[str, int] = {}
        self.leaf_open_since: dict[str, int] = {}
        self.ways: dict[frozenset[str], bool] = {}
        """By the doors that are open, whether there is a way from public to internal space."""
        self.wakes: set[int] = set()
        self.open_before: set[str] = set()
        """The locks that were unlocked when the time came into doubt: what opened them goes on, even if a key locks one."""
        self.sound: set[str] = set()
        """The locks that are held to every promise at this instant."""
        self.opened_for: Counter[str] = Counter()
        self.unlocked: list[tuple[int, str]] = []
        """Each second count and door at which a command unlocked it."""
        self.restart(0)

    # --- time ---------------------------------------------------------------------------------------------------------

    def live(self, happenings: Iterable[Happening], until: int) -> None:
        for happening in happenings:
            self.pass_to(happening.after)
            self._note_illness()
            getattr(self, happening.what)(*happening.args)
            self._look()
        self.pass_to(until)

    def pass_to(self, t: int) -> None:
        while (due := self._next_due()) <= t:
            if due > self.steady:
                self.steady = due
            self._turn()
            for name in self.locks.values():
                device = self.devices[name]
                if (tick := device.next_tick) is not None and tick <= self.device_time:
                    self._hear(name, self._ticked(name, device))
            self._turn()
            self.wakes.discard(self.steady)
            self._look()
        self.steady = max(self.steady, t)

    def _next_due(self) -> int:
        locks = (self.devices[lock] for lock in self.locks.values())
        ticks = [math.ceil((t - self.start).total_seconds()) for lock in locks if (t := lock.next_tick) is not None]
        deadline = self.controller.next_deadline() if self.alive else None
        dues = [self.steady + max(1, math.ceil(self.clock.seconds_until(deadline)))] if deadline is not None else []
        probe = self.steady - self.steady % PROBED_EVERY + PROBED_EVERY
        return min(*ticks, *dues, *self.wakes, probe, probe)

    @property
    def device_time(self) -> datetime:
        return self.start + timedelta(seconds=self.steady)

    def _new_clock(self) -> SystemClock:
        base = self.start.timestamp()
        return SystemClock(lambda: base + self.steady + self.step, lambda: float(self.steady))

    @property
    def now(self) -> datetime:
        """The controller's time, as it may be believed."""
        return self.time.now(self.steady)

    # --- the controller -----------------------------------------------------------------------------------------------

    def restart(self, down_s: int) -> None:
        self.alive = False
        if down_s:
            self.pass_to(self.steady + down_s)
            self._note_illness()
        if self.epoch and self.time.offset != self.step:
            self.stepped_at = self.steady
        self.epoch += 1
        self.clock, self.time = self._new_clock(), BelievedTime(self.start, self.step)
        self.controller = Controller(self.site, heartbeats=False)
        self.restored += (_stored(event) for event in self.journal[len(self.restored) :])
        self.controller.restore(self.restored)
        self.alive = True
        self.oracle.restarted(self.now)
        self._observe(DaemonStarted(at=self.clock.now(), epoch=self.epoch, version="test", site="random"))
        self._observe(ConnectionChanged(at=self.clock.now(), connection="line", up=self.line_up))
        self._report_all()

    def _observe(self, event: Event) -> None:
        if self.alive:
            if isinstance(event, Observed) and event.point == "fire":
                self.fire_told = event.value is True
            self.controller.observe(event)

    def _turn(self) -> None:
        """Until nothing more is to be commanded."""
        while self.alive:
            now = self.clock.now()
            if (jump := self.clock.take_jump()) is not None:
                self._observe(ClockJumped(at=now, by_s=jump))
            outcome = self.controller.settle(now)
            for event in outcome.events:
                self._journaled(event)
            for command in outcome.commands:
                self._sent(command)
            if self.controller.kernel.faults:
                raise self.controller.kernel.faults[0]
            if not outcome.commands:
                return

    def _journaled(self, event: Event) -> None:
        self.journal.append(event)
        match event:
            case ConditionBegan(type=kind, subject=subject):
                self.holding[kind, subject] = self.steady
            case ConditionEnded(type=kind, subject=subject):
                self.holding.pop((kind, subject), None)
            case ModeBegan(mode="fire"):
                self._fire_began()
            case _:
                pass

    def _fire_began(self) -> None:
        """D12: because the input says so; or has fallen silent, where the site file lets that count."""
        if not self.fire_told and self.sections["security"]["fire_loss"] != "release":
            raise Violated("D12", "fire began although no input said so")
        self.oracle.fire = True

    def _sent(self, command: Command) -> None:
        device = command.point.device
        self._check_command(command)
        self.commands.append(command)
        self.newest[device] = command
        if self.reachable(device):
            self.arrived.append(command)
            self._hear(device, self._received(device, command))

    def _check_command(self, command: Command) -> None:
        """D1: nothing but locks of doors is commanded. D7: numbers grow, and no unlock is for longer than a minute. D5: nor for
        longer than what may live now. D3: its cause has a name."""
        device, point = command.point
        if device not in self.locks.values() or point != "lock":
            raise Violated("D1", f"{command.point} is commanded")
        before = self.newest.get(device)
        if before is not None and (command.epoch, command.seq) <= (before.epoch, before.seq):
            raise Violated("D7", f"{device}: {command.epoch}/{command.seq} after {before.epoch}/{before.seq}")
        if command.value != "unlocked":
            return
        door = self.sections["devices"][device]["door"]
        causes = self.oracle.causes(door, self.now)
        if not causes:
            raise Violated("D3", f"{door} is commanded unlocked for {command.cause}, which may not")
        if command.cause.partition(":")[0] not in {cause.kind for cause in causes}:
            raise Violated("D3", f"{door} is commanded unlocked for {command.cause}, and may be for {causes}")
        self._check_lease(door, command, [cause.until for cause in causes])

    def _check_lease(self, door: str, command: Command, ends: list[datetime | None]) -> None:
        lease = self.site.lease_of(command.point.device)
        if lease == "latch":
            return
        if command.for_s is None or command.for_s > 60:
            raise Violated("D7", f"{door} is unlocked for {command.for_s} s")
        last = None if None in ends else max(end for end in ends if end is not None)
        if last is not None and self.now + timedelta(seconds=command.for_s) > last:
            raise Violated("D5", f"{door} is unlocked for {command.for_s} s from {self.now}, and may be until {last}")

    # --- devices ------------------------------------------------------------------------------------------------------

    def reachable(self, device: str) -> bool:
        return self.line_up and device not in self.unplugged

    def is_well(self, device: str) -> bool:
        return self.alive and self.reachable(device) and self.devices[device].behaviour is Behaviour.OBEDIENT

    def is_sound(self, device: str) -> bool:
        """Well, and for so long that every trouble is over."""
        return self.is_well(device) and self.steady - self.ill_at.get(device, -RECOVERY) > RECOVERY

    def keeps_its_lease(self, lock: str) -> bool:
        """Whether it holds what it was told last, and by the controller's time; also when that has only just started."""
        settled = self.steady - self.stepped_at > 2 * RECOVERY if self.stepped_at else True
        return settled and self.alive and self.steady - self.strayed_at.get(lock, -RECOVERY) > RECOVERY

    def is_unlocked(self, lock: str) -> bool:
        return self.devices[lock].state("lock") == "unlocked"

    def _note_illness(self) -> None:
        for lock in self.locks.values():
            if not self.is_well(lock):
                self.ill_at[lock] = self.steady
            if not self.reachable(lock) or self.devices[lock].behaviour is not Behaviour.OBEDIENT:
                self.strayed_at[lock] = self.steady
        self.sound = {lock for lock in self.locks.values() if self.is_sound(lock)}

    def _hear(self, device: str, reports: Iterable[Report]) -> None:
        for report in reports:
            if self.reachable(device) and report.id is None:
                self._observe(Observed(at=self.clock.now(), device=device, point=report.point, value=report.value))

    def _report_all(self) -> None:
        for device in self.devices:
            self._report(device)
        self._turn()

    def _report(self, device: str) -> None:
        if not self.line_up:
            return
        link = device not in self.unplugged
        self._observe(Observed(at=self.clock.now(), device=device, point="link", value=link))
        self._hear(device, self.devices[device].reports())
        self._signs_of_an_official(device, "contact", self.devices[device].state("contact"))

    def _received(self, lock: str, command: Command) -> list[Report]:
        device, was = self.devices[lock], self.devices[lock].state("lock")
        reports = device.receive("lock", command, self.device_time)
        if device.state("lock") != "unlocked":
            self.why.pop(lock, None)
        elif command.value == "unlocked" and device.behaviour in (Behaviour.OBEDIENT, Behaviour.MUTE):
            if was != "unlocked":
                self.unlocked.append((self.steady, lock))
                self._check_doubt(lock)
            self.why[lock] = Why("command", self.steady, command)
            self.lease_ends[lock] = self.steady + self._span(lock, command)
        return reports

    def _span(self, lock: str, command: Command) -> int:
        match self.site.lease_of(lock):
            case "timed":
                return math.ceil(command.for_s or 0)
            case "pulse":
                return 20
            case "watchdog":
                return 60
            case _:
                return 10**9

    def _check_doubt(self, lock: str) -> None:
        door = self.sections["devices"][lock]["door"]
        if self.is_sound(lock) and self.steady < self.time.in_doubt_until and lock not in self.open_before:
            kinds = {cause.kind for cause in self.oracle.causes(door, self.now)}
            if kinds.isdisjoint({"fire", "evacuation", "release", "override"}):
                raise Violated("D15", f"{door} is unlocked anew for {kinds} while the time is in doubt")

    def _ticked(self, name: str, device: VirtualDevice) -> list[Report]:
        reports = device.tick(self.device_time)
        if name in self.lease_ends and self.steady >= self.lease_ends[name]:
            del self.lease_ends[name]
            self._is_now(name, "fell")
        return reports

    def _is_now(self, lock: str, how: str) -> None:
        if self.is_unlocked(lock):
            self.why[lock] = Why(how, self.steady)
        else:
            self.why.pop(lock, None)

    # --- what happens -------------------------------------------------------------------------------------------------

    def set(self, device: str, point: str, value: Any) -> None:
        self._signs_of_an_official(device, point, value)
        reports = self.devices[device].set(point, value, self.device_time)
        if point == "lock":
            self._is_now(device, "hand")
            self._unseen(device)
        if point == "contact" and value == "open":
            self.leaf_open_since.setdefault(device, self.steady)
        elif point == "contact":
            self.leaf_open_since.pop(device, None)
        self._hear(device, reports)
        self._turn()

    def _signs_of_an_official(self, device: str, point: str, value: Any) -> None:
        """A door to the staff's side that was closed, somebody who is seen: nobody is the official for less."""
        section = self.sections["devices"][device]
        if point == "contact" and value == "closed":
            door = self.sections["doors"][section["door"]]
            self.oracle.came.update({door["from"]: self.now, door["to"]: self.now})
        if point == "present" and value:
            self.oracle.came[section["space"]] = self.now

    def power_cut(self, lock: str) -> None:
        """Its lock falls where it falls."""
        fail = self.sections["doors"][self.sections["devices"][lock]["door"]].get("fail", "locked")
        self._hear(lock, self.devices[lock].set("lock", fail, self.device_time))
        self._is_now(lock, "fell")
        self._unseen(lock)
        self._turn()

    def _unseen(self, lock: str) -> None:
        """Whoever moves a lock that does not report itself deceives the controller until the next renewal."""
        if not self.site.senses(self.sections["devices"][lock]["door"], "read-back"):
            self.ill_at[lock] = self.steady

    def behave(self, device: str, behaviour: str) -> None:
        was, self.devices[device].behaviour = self.devices[device].behaviour, Behaviour[behaviour.upper()]
        if was is Behaviour.MUTE:
            self._report(device)  # what speaks again says how it is
            self._turn()

    def plug(self, device: str, plugged: bool) -> None:
        (self.unplugged.discard if plugged else self.unplugged.add)(device)
        self._report(device)
        self._turn()

    def line(self, up: bool) -> None:
        changed, self.line_up = up != self.line_up, up
        if changed:
            self._observe(ConnectionChanged(at=self.clock.now(), connection="line", up=up))
            self._report_all()
        self._turn()

    def clock_steps(self, by_s: int) -> None:
        if self.steady >= self.time.in_doubt_until:
            self.open_before = {*self.why}
        self.step += by_s
        self.stepped_at = self.steady
        if self.alive:
            self.time.stepped(self.steady, self.step)
            self.wakes.add(self.steady + 60)
        self._turn()

    def replay(self, number: int) -> None:
        """D7: a command that reached its device reaches it once more, as a broker's store would send it; nothing comes of it."""
        if not self.arrived:
            return
        old = self.arrived[number % len(self.arrived)]
        lock, device = old.point.device, self.devices[old.point.device]
        if not self.reachable(lock):
            return
        was, ends = device.state("lock"), device.next_tick
        device.receive("lock", old, self.device_time)
        if (device.state("lock"), device.next_tick) != (was, ends):
            raise Violated("D7", f"{lock} acted on an old command")

    def press(self, button: str) -> None:
        self.presses += 1
        if self.alive and self.reachable(button):
            self._observe(Observed(at=self.clock.now(), device=button, point="pressed", value=True, press=str(self.presses)))
            self.oracle.panics.add(button)
            self._turn()

    def attend(self) -> None:
        if self.alive:
            for number in [a.number for _, a in self.controller.facts.of(ALARM) if a.type == "panic"]:
                self._decided(lambda facts, at, n=number: alarms.acknowledge(facts, at, n, "anna", None))  # type: ignore[misc]
                self._decided(lambda facts, at, n=number: alarms.resolve(facts, at, n, "anna", "Seen to", None))  # type: ignore[misc]
            self.oracle.panics.clear()
            self._turn()

    def act(self, fields: dict[str, Any]) -> None:
        if not self.alive:
            return
        event = self._decided(operator_action(self.site, fields))
        if event is not None:
            self._check_role(fields)
            self.oracle.acted(fields, self.now, event)
        self._turn()

    def end_lockdown(self, scope: str, role: str) -> None:
        for action in ("end-lockdown", "confirm-end-lockdown"):
            self.act({"operator": role, "role": role, "action": action, "scope": scope})

    def _check_role(self, fields: dict[str, Any]) -> None:
        action = fields["action"]
        if "room" not in fields and fields["role"] not in MAY[f"override {fields['value']}" if action == "override" else action]:
            raise Violated("U3", f"a {fields['role']} was let do {action}")

    def _decided(self, decide: Callable[[Facts, datetime], Event]) -> Event | None:
        try:
            event = decide(self.controller.facts, self.clock.now())
        except TalonmiesError:
            return None
        self._observe(event)
        return event

    # --- the calendar -------------------------------------------------------------------------------------------------

    def calendar_says(self, written: tuple[Written, ...], nonsense: tuple[int, ...]) -> None:
        self.content = (written, nonsense)
        if not self.alive:
            return
        now = self.clock.now()
        window = (now - timedelta(days=2), now + timedelta(days=2))
        understood = understand(self.site, "rooms", body(self.start, written, nonsense), window)
        if len(understood.errors) < len(nonsense):
            raise Violated("D16", f"of {nonsense} only {understood.errors} was told")
        self.fed = merged(self.fed, understood, window)
        problems = tuple(error.text for error in understood.errors)
        self._observe(BookingsRead(at=now, calendar="rooms", bookings=self.fed, problems=problems, read_at=now))
        self.oracle.read(self.now, written)
        self._turn()

    def calendar_fails(self, answer: bytes) -> None:
        now = self.clock.now()
        try:
            understand(self.site, "rooms", answer, (now, now))
        except Garbled:
            self._observe(CalendarFailed(at=now, calendar="rooms", problem=say("It cannot be read")))
            self._turn()
        else:
            raise Violated("D6", f"{answer!r} counts as a calendar")

    def calendar_unchanged(self) -> None:
        if self.content is not None and self.alive:
            self.calendar_says(self.content[0], ())
            self._observe(CalendarUnchanged(at=self.clock.now(), calendar="rooms"))
            self._turn()

    def _look(self) -> None:
        self._note_illness()
        for look in self.looks:
            look(self)


def _stored(event: Event) -> Event:
    return decode(event.kind, json.loads(json.dumps(encode(event))))
