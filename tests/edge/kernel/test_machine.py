"""Whatever happens in a building, in whatever order: after each instant the invariants are compared with the reference.

`make soak` looks much longer; TALONMIES_EFFORT=10 looks ten times as long here.
"""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from drivers.virtual.device import Behaviour, VirtualDoor
from edge.conditions import DOOR_FORCED, DOOR_HELD_OPEN, DOOR_NOT_FOLLOWING, PANIC
from edge.errors import IllegalCommand
from edge.events import CommandSent, Event, decode, encode
from edge.facts import ACTIVE
from edge.refusal import Refusal
from edge.simulation import Simulation
from edge.text import say
from rooms.bookings import BookingsRead, CalendarFailed
from rooms.sources.guard import RemovalGuard
from rooms.understanding import merged, understand
from security import alarms, releases
from security.alarms import AlarmRaised, open_alarms
from tests.builders import local
from tests.conftest import EFFORT
from tests.edge.kernel.reference import DOORS, LOCKED_BY, ROOMS, Booked, Causes, building, feed, forbidden_ways

SITE = building()
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PROMPT = 5 * SECOND
"""Within which a door that obeys is locked when its reason is gone."""
SLOW = 66 * SECOND
"""Within which any door is: its lease has run out, or it was asked again."""
STARTS = [local("2026-11-23 07:30"), local("2026-11-23 15:40"), local("2026-10-25 01:30"), local("2026-03-29 01:30")]

# Each must be refused alone, and harm no other (D16).
BAD_EVENTS = [
    "BEGIN:VEVENT\r\nUID:bad-1\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T070000Z\r\nLOCATION:ROOM-1\r\nEND:VEVENT\r\n",
    "BEGIN:VEVENT\r\nUID:bad-2\r\nLOCATION:ROOM-1\r\nEND:VEVENT\r\n",
    "BEGIN:VEVENT\r\nUID:bad-3\r\nDTSTART;TZID=Nowhere/City:20261123T080000\r\nDURATION:PT9H\r\nLOCATION:ROOM-1\r\nEND:VEVENT\r\n",
    "BEGIN:VEVENT\r\nUID:bad-4\r\nDTSTART:20261101T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=SECONDLY\r\nLOCATION:ROOM-1\r\nEND:VEVENT\r\n",
    "BEGIN:VEVENT\r\nUID:bad-5\r\nDTSTART:20261101T000000Z\r\nDTEND:20271201T000000Z\r\nLOCATION:ROOM-1\r\nEND:VEVENT\r\n",
    "BEGIN:VEVENT\r\nDTSTART:20261123T000000Z\r\nDTEND:2026-11-23\r\nLOCATION:ROOM-1\r\nEND:VEVENT\r\n",
    "BEGIN:VEVENT\r\nUID:bad-7\r\nDTSTART:20261123T000000Z\r\nDTEND:20261123T230000Z\r\nLOCATION:Room-1 \r\nEND:VEVENT\r\n",
]

doors = st.sampled_from(sorted(DOORS))
minutes = st.sampled_from([-10, -1, 0, 4, 5, 6, 15, 60])
lengths = st.sampled_from([1, 2, 5, 10, 30, 60])
rooms = st.sampled_from(sorted(ROOMS))
seldom = st.sampled_from([False] * 5 + [True])


class Building(RuleBasedStateMachine):
    """A simulated building, the calendar's server, and what people and devices do."""

    @initialize(start=st.sampled_from(STARTS), rough=st.booleans())
    def begin(self, start: datetime, rough: bool) -> None:
        """rough: whether devices misbehave and lines are cut; where they do not, more is demanded."""
        self.rough = rough
        self.journal: list[Event] = []
        self.causes = Causes()
        self.server: dict[str, Booked] = {}
        self.old_bodies: list[dict[str, Booked]] = []
        self.up = True
        self.more = ""
        self.delivered: tuple = ()  # type: ignore[type-arg]
        self.removals = RemovalGuard()
        self.pressed: list[tuple[str, str]] = []
        self.open_panics: set[tuple[str, str]] = set()
        self.well_since = dict.fromkeys(DOORS, start - timedelta(hours=1))
        self.unwell: set[str] = set()
        self.behaviour = dict.fromkeys(DOORS, Behaviour.OBEDIENT)
        self.unplugged: set[str] = set()
        self.by_hand: set[str] = set()
        self.opened_at: dict[str, datetime] = {}
        self.troubled_at = start
        self.age_unsure = False
        self.simulation = Simulation(SITE, start, self.journal.append)
        self.poll()

    # --- calendars ------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.server) < 12)
    @rule(room=rooms, after=minutes, length=lengths, tentative=seldom)
    def book(self, room: str, after: int, length: int, tentative: bool) -> None:
        start = self.now.replace(second=0, microsecond=0) + after * MINUTE
        self.server[f"b{len(self.journal)}"] = Booked(room, start, start + length * MINUTE, tentative=tentative)
        self.poll()

    @precondition(lambda self: self.server)
    @rule(data=st.data(), after=minutes, length=lengths)
    def move(self, data: st.DataObject, after: int, length: int) -> None:
        uid = data.draw(st.sampled_from(sorted(self.server)))
        start, known = self.now.replace(second=0, microsecond=0) + after * MINUTE, self.server[uid]
        self.server[uid] = replace(known, start=start, end=start + length * MINUTE, sequence=known.sequence + 1)
        self.poll()

    @precondition(lambda self: self.server)
    @rule(data=st.data(), cut=lengths)
    def shorten(self, data: st.DataObject, cut: int) -> None:
        uid = data.draw(st.sampled_from(sorted(self.server)))
        known = self.server[uid]
        end = max(known.end - cut * MINUTE, known.start + MINUTE)
        self.server[uid] = replace(known, end=end, sequence=known.sequence + 1)
        self.poll()

    @precondition(lambda self: self.server)
    @rule(data=st.data(), leaves_a_trace=st.booleans())
    def cancel(self, data: st.DataObject, leaves_a_trace: bool) -> None:
        uid = data.draw(st.sampled_from(sorted(self.server)))
        known = self.server.pop(uid)
        if leaves_a_trace:
            self.server[uid] = replace(known, cancelled=True, sequence=known.sequence + 1)
        self.poll()

    @rule(up=st.booleans())
    def calendar_server(self, up: bool) -> None:
        self.up = up
        self.poll()

    @rule(more=st.lists(st.sampled_from(BAD_EVENTS), max_size=2).map("".join))
    def bad_events(self, more: str) -> None:
        self.more = more
        self.poll()

    @precondition(lambda self: self.old_bodies)
    @rule(data=st.data())
    def an_old_copy_is_served(self, data: st.DataObject) -> None:
        """D6: it may say something old of a booking, but never revives one that was cancelled."""
        old = data.draw(st.sampled_from(self.old_bodies))
        revived = {uid for uid, each in old.items() if uid in self.causes.booked and self.causes.booked[uid].cancelled}
        self.server = {**old, **{uid: self.causes.booked[uid] for uid in revived if not old[uid].cancelled}}
        self.poll(served=old)

    @rule()
    def an_empty_calendar_is_served(self) -> None:
        self.poll(served={})

    def poll(self, served: dict[str, Booked] | None = None) -> None:
        """The calendar is asked once, as the fetcher does it; the reference believes what the controller was told."""
        at, said = self.now, self.server if served is None else served
        window = (at - timedelta(days=2), at + timedelta(days=3))
        found = merged(self.delivered, understand(SITE, "rooms", feed(said, self.more), window), window)
        if not self.up or self.removals.problem(self.delivered, found, at) is not None:
            self.simulation.observe(CalendarFailed(at=at, calendar="rooms", problem=say("No answer")))
            return
        self.causes.about_to_change(at)
        self.delivered = found
        self.causes.read_at = at
        self.age_unsure = False
        stay = {uid: each for uid, each in self.causes.booked.items() if each.cancelled and uid in said}
        self.causes.booked = {**said, **stay} if served is not None else dict(said)
        self.old_bodies = [*self.old_bodies[-4:], dict(said)]
        self.simulation.observe(BookingsRead(at=at, calendar="rooms", bookings=found, problems=(), read_at=at))
        self.check()

    # --- people ---------------------------------------------------------------------------------------------------

    @rule(button=st.sampled_from(sorted(LOCKED_BY)))
    def press(self, button: str) -> None:
        self.pressed.append((button, f"p{len(self.pressed)}"))
        self.open_panics.add(self.pressed[-1])
        self.simulation.press(*self.pressed[-1])
        self.check()

    @precondition(lambda self: self.pressed)
    @rule(data=st.data())
    def press_told_again(self, data: st.DataObject) -> None:
        self.simulation.press(*data.draw(st.sampled_from(self.pressed)))
        self.check()

    @precondition(lambda self: self.open_panics)
    @rule(data=st.data())
    def resolve(self, data: st.DataObject) -> None:
        button, press = data.draw(st.sampled_from(sorted(self.open_panics)))
        (alarm,) = (a for a in open_alarms(self.simulation.facts) if (a.subject, a.press) == (button, press))
        if alarm.acknowledged_at is None:
            self.simulation.act(lambda facts, at: alarms.acknowledge(facts, at, alarm.number, "guard-1", alarm.version))
        else:
            self.simulation.act(lambda facts, at: alarms.resolve(facts, at, alarm.number, "guard-1", "Seen to", None))
            self.open_panics.remove((button, press))
            self.troubled_at = self.now
        self.check()

    @rule(door=doors, length=st.integers(1, 10))
    def release(self, door: str, length: int) -> None:
        self.causes.about_to_change(self.now)
        try:
            self.simulation.act(
                lambda facts, at: releases.release(SITE, facts, at, door, "host-1", "lobby-host", length * MINUTE, "Key forgotten")
            )
            self.causes.releases[door] = (self.now, self.now + length * MINUTE)
        except Refusal:
            assert any(door in LOCKED_BY[button] for button, _ in self.open_panics), f"{door} could have been released"
        self.check()

    @rule(door=doors)
    def end_release(self, door: str) -> None:
        self.causes.about_to_change(self.now)
        try:
            self.simulation.act(lambda facts, at: releases.end_release(SITE, facts, at, door, "host-1", "lobby-host"))
        except IllegalCommand:
            assert not self._released(door)
        self.causes.releases.pop(door, None)
        self.check()

    # --- devices --------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.rough)
    @rule(door=doors, value=st.sampled_from(["locked", "unlocked"]))
    def key(self, door: str, value: str) -> None:
        self.by_hand = self.by_hand | {door} if value == "unlocked" else self.by_hand - {door}
        self._trouble(door)
        self.simulation.set(f"lock-{door}", "lock", value)
        self.check()

    @rule(door=doors, value=st.sampled_from(["open", "closed"]))
    def hand(self, door: str, value: str) -> None:
        if value == "closed":
            self.opened_at.pop(door, None)
        else:
            self.opened_at.setdefault(door, self.now)
        self.troubled_at = self.now
        self.simulation.set(f"lock-{door}", "contact", value)
        self.check()

    @precondition(lambda self: self.rough)
    @rule(door=doors, behaviour=st.sampled_from(VirtualDoor().fitting))
    def behave(self, door: str, behaviour: Behaviour) -> None:
        self.behaviour[door] = behaviour
        self.simulation.behave(f"lock-{door}", behaviour)
        self._trouble(door)
        self.simulation.report_all()
        self.check()

    @precondition(lambda self: self.rough)
    @rule(door=doors, plugged=st.booleans())
    def line(self, door: str, plugged: bool) -> None:
        self.unplugged = self.unplugged - {door} if plugged else self.unplugged | {door}
        self._trouble(door)
        self.simulation.set(f"lock-{door}", "link", plugged)
        self.check()

    @rule(present=st.booleans(), count=st.integers(0, 9))
    def presence(self, present: bool, count: int) -> None:
        """D10: nobody's presence is a reason for anything."""
        self.simulation.set("presence", "present", present)
        self.simulation.set("presence", "count", count)
        self.check()

    @precondition(lambda self: self.unwell)
    @rule()
    def all_is_well(self) -> None:
        """Whatever was broken is repaired, so that what must happen then is seen too."""
        for door in sorted(self.unwell):
            self.behave(door, Behaviour.OBEDIENT)
            self.line(door, True)
            self.hand(door, "closed")

    def _trouble(self, door: str) -> None:
        self.troubled_at = self.now
        if self.behaviour[door] is Behaviour.OBEDIENT and door not in self.unplugged:
            self.unwell.discard(door)
            self.well_since[door] = self.now
        else:
            self.unwell.add(door)

    # --- the controller and time ----------------------------------------------------------------------------------

    @rule(checkpoint=st.booleans(), down=st.integers(0, 90), store=st.booleans())
    def restart(self, checkpoint: bool, down: int, store: bool) -> None:
        """The controller dies, time passes, and it comes back with its journal in the stored form. store: whether the last answer
        of the calendar is found again too; without it, bookings may count as a little older than they are."""
        at_death = self.simulation.controller.snapshot(self.now) if checkpoint else self.journal
        stored = [decode(e.kind, json.loads(json.dumps(encode(e)))) for e in at_death]
        self.simulation.now += down * SECOND
        for device in self.simulation.devices.values():
            device.tick(self.now)
        self.troubled_at = self.now
        self.simulation.restart(stored)
        self.simulation.report_all()
        if store and self.causes.read_at is not None:
            kept = BookingsRead(at=self.now, calendar="rooms", bookings=self.delivered, problems=(), read_at=self.causes.read_at)
            self.simulation.observe(kept)
        self.age_unsure = not store
        self.check()

    @rule(seconds=st.integers(1, 120))
    def some_seconds(self, seconds: int) -> None:
        self._pass(self.now + seconds * SECOND)

    @rule(passed=st.integers(2, 40))
    def some_minutes(self, passed: int) -> None:
        self._pass(self.now + passed * MINUTE)

    @rule(passed=st.integers(5, 70))
    def some_time_without_a_calendar(self, passed: int) -> None:
        self.up = False
        self._pass(self.now + passed * MINUTE)

    def _pass(self, to: datetime) -> None:
        while self.up and self.causes.read_at is not None and self.causes.read_at + 10 * MINUTE < to:
            self._run(max(self.now, self.causes.read_at + 10 * MINUTE))
            before = self.causes.read_at
            self.poll()
            if self.causes.read_at == before:
                break
        self._run(to)

    def _run(self, to: datetime) -> None:
        while (due := self.simulation.next_due()) is not None and due <= to:
            self.simulation.advance(due)
            self.check()
        self.simulation.advance(to)
        self.check()

    @property
    def now(self) -> datetime:
        return self.simulation.now

    # --- invariants -----------------------------------------------------------------------------------------------

    def check(self) -> None:
        really = {door: self.simulation.devices[f"lock-{door}"].state("lock") == "unlocked" for door in DOORS}
        self.by_hand = {door for door in self.by_hand if really[door]}
        for door, unlocked in really.items():
            if unlocked:
                self._check_unlocked(door)
        self._check_ways({door for door, unlocked in really.items() if unlocked})
        self._check_alarms()
        self._check_panic_locks(really)
        self._check_told(really)
        self._check_served(really)

    def _check_unlocked(self, door: str) -> None:
        """D3, D4, D6, D8: with a reason, or locked soon after it has gone. D5, D7: with a lease that ends with it."""
        until = self.causes.until(door, self.now)
        late = None if until is None else self.now - until
        well_for = self.now - self.well_since[door]
        if door in self.unwell:
            falls_open = DOORS[door].get("fail") == "unlocked"
            assert door in self.by_hand or falls_open or (late is not None and late <= SLOW), f"{door} stays unlocked, {late}"
            return
        if well_for <= SLOW:
            return
        assert late is not None, f"{door} was never to be unlocked"
        assert late <= PROMPT, f"{door} is unlocked for {late} without a reason"
        lease_end = self.simulation.devices[f"lock-{door}"].next_tick
        assert lease_end is not None, f"{door} is unlocked without a lease"
        assert lease_end <= self.now + 60 * SECOND
        if ends := self.causes.ends(door, self.now):
            assert lease_end <= max(ends), f"the lease of {door} ends after its reason"

    def _check_ways(self, unlocked: set[str]) -> None:
        """D2: no way to internal space in which a door that obeys takes part, unless another deceives the controller."""
        deceive = (Behaviour.MUTE, Behaviour.SLOW, Behaviour.LYING)
        deceiving = {d for d in DOORS if self.behaviour[d] in deceive or d in self.unplugged}
        deceiving |= {d for d in DOORS if d not in self.unwell and self.now - self.well_since[d] <= SLOW}
        for way in forbidden_ways(unlocked - deceiving):
            assert all(door in self.unwell for door in way), f"from public to internal space through {way}"

    def _check_alarms(self) -> None:
        """A1: shown until resolved. A2: one alarm for each press."""
        raised = [(e.subject, e.press) for e in self.journal if isinstance(e, AlarmRaised) and e.type == PANIC]
        assert sorted(raised) == sorted(self.pressed)  # type: ignore[type-var]
        shown = {(a.subject, a.press) for a in open_alarms(self.simulation.facts) if a.type == PANIC}
        assert shown == self.open_panics

    def _check_panic_locks(self, really: dict[str, bool]) -> None:
        """A12, and the doors that a panic alarm locks."""
        for button, _ in self.open_panics:
            for door in LOCKED_BY[button]:
                if door not in self.unwell and self.now - self.well_since[door] > SLOW:
                    assert not really[door], f"{door} is open while {button} is pressed"

    def _check_told(self, really: dict[str, bool]) -> None:
        """D9: a door that does not lock, or stands open, is told."""
        for door, unlocked in really.items():
            jammed = self.behaviour[door] is Behaviour.JAMMED and door not in self.unplugged
            last = max(self.troubled_at, self.causes.until(door, self.now) or self.troubled_at)
            if jammed and unlocked and door in self.by_hand and self.now - last > PROMPT + SECOND:
                assert self.simulation.facts(ACTIVE(DOOR_NOT_FOLLOWING, door)) is not None, f"nobody is told of {door}"
            opened, well = self.opened_at.get(door), door not in self.unwell
            if opened and well and not unlocked and self.now - max(last, opened) > 31 * SECOND:
                told = [self.simulation.facts(ACTIVE(kind, door)) for kind in (DOOR_HELD_OPEN, DOOR_FORCED)]
                assert any(told) or self.causes.live(door, self.now), f"nobody is told that {door} stands open"

    def _check_served(self, really: dict[str, bool]) -> None:
        """And it works: in a building where nothing is broken, who has a booking gets in."""
        if self.unwell or self.age_unsure or self.opened_at or self.open_panics:
            return
        if any(self._released(door) for door in ("back-1", "back-2")):
            return
        if self.now - max(self.troubled_at, *self.well_since.values()) <= SLOW:
            return
        for door in ROOMS.values():
            if self.causes.live(door, self.now) and self.causes.live(door, self.now - PROMPT):
                assert really[door], f"{door} is not unlocked"

    def _released(self, door: str) -> bool:
        """Now, or a moment ago."""
        start_end = self.causes.releases.get(door)
        return start_end is not None and start_end[0] <= self.now < start_end[1]

    def teardown(self) -> None:
        """Commands never address anything but entries (D1), and every unlock names its reason (D3)."""
        for event in getattr(self, "journal", ()):
            if isinstance(event, CommandSent):
                assert event.point == "lock"
                reasons = ("booking:", "hours:", "release:")
                assert event.value == "locked" or (
                    event.cause.startswith(reasons) and event.for_s is not None and event.for_s <= 60
                )


QUIET = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]


def run(examples: int, steps: int) -> None:
    how = settings(max_examples=examples, stateful_step_count=steps, deadline=None, phases=PHASES, suppress_health_check=QUIET)
    run_state_machine_as_test(Building, settings=how)  # type: ignore[no-untyped-call]


class Drawn(st.DataObject):
    """In place of what would be drawn."""

    def __init__(self, *drawn: object) -> None:
        self._drawn = list(drawn)

    def draw(self, strategy: Any, label: Any = None) -> Any:  # noqa: ARG002
        return self._drawn.pop(0)


def test_an_old_copy_from_before_a_booking_was_moved_and_cancelled() -> None:
    """It was found by chance: the booking has another name in that copy, and its door was opened."""
    found = Building()
    found.begin(start=STARTS[0], rough=False)
    found.book(room="room-1", after=4, length=1, tentative=False)
    (uid,) = found.server
    found.cancel(data=Drawn(uid), leaves_a_trace=True)
    found.move(data=Drawn(uid), after=-10, length=1)
    found.an_old_copy_is_served(data=Drawn(found.old_bodies[1]))
    found.some_seconds(seconds=12)


def test_a_booking_shortened_while_a_door_has_not_reported_since_the_start() -> None:
    """It was found by chance: the lease of before the start went on past the new end."""
    found = Building()
    found.begin(start=STARTS[0], rough=True)
    found.behave(door="back-1", behaviour=Behaviour.MUTE)
    found.book(room="room-1", after=-1, length=5, tentative=False)
    (uid,) = found.server
    found.some_seconds(seconds=1)
    found.restart(checkpoint=False, down=0, store=False)
    found.move(data=Drawn(uid), after=-1, length=2)


@pytest.mark.timeout(900 * EFFORT)
def test_invariants_hold_whatever_happens() -> None:
    run(50 * EFFORT, 40)


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)
def test_invariants_hold_for_a_long_time() -> None:
    run(10_000, 100)
