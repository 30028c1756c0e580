"""Tests of single points: a named person writes another value for some seconds, and it goes back by itself.

The test is a claim with an end, so the point goes back also when whoever asked, their tablet or this controller is gone. A lock is
tested by releasing its door, with all that a release asks for and obeys: nobody can unlock by a test what they may not release.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edge.claims import Claim, Priority
from edge.events import DaemonStarted, Event, Observed
from edge.facts import DECISION, ONLINE, READING, Facts, Family, Look
from edge.points import DEVICE_TYPES, PointId, PointKind, Value
from edge.refusal import Refusal
from edge.site import Site
from edge.site.fields import Role
from edge.text import Ref, say
from security import releases
from security.releases import RELEASE, DoorReleased, ReleaseEnded
from security.roles import require

USUAL_HOLD = timedelta(seconds=10)
LONGEST_HOLD = timedelta(seconds=30)
RESTORED_WITHIN = timedelta(seconds=60)
"""For how long the former value is asked for where the point has none of its own to go back to."""
LOCK = "lock"
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class PointTestBegan(Event):
    """before: what was reported until then. It goes back to what policies want of it, and else to its rest, and else to that."""

    kind = "point-test-began"
    device: str
    point: str
    value: Value
    before: Value
    by: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PointTestAnswered(Event):
    """The device reported the value of the test."""

    kind = "point-test-answered"
    device: str
    point: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointTestStopped(Event):
    """A person ended the test before its time."""

    kind = "point-test-stopped"
    device: str
    point: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PointTestRestored(Event):
    """The device reported that it is no longer at the value of the test, which is over."""

    kind = "point-test-restored"
    device: str
    point: str


@dataclass(frozen=True, slots=True)
class PointTest:
    """The last test of a point. ends_at: of the value that is tested."""

    began: PointTestBegan
    ends_at: datetime
    answered_at: datetime | None = None
    restored_at: datetime | None = None


TEST: Family[PointTest] = Family("point-test")
"""By device and point."""


def fold(facts: Facts, event: Event) -> None:
    match event:
        case PointTestBegan(device=device, point=point):
            facts.set(TEST(device, point), PointTest(event, event.until))
        case PointTestAnswered() | PointTestStopped() | PointTestRestored():
            _note(facts, event)
        case DaemonStarted(at=at):
            # Where the clock went back before a start, what was begun then would go on for longer.
            for (device, point), test in list(facts.of(TEST)):
                if test.began.at > at:
                    facts.set(TEST(device, point), None)
        case _:
            pass


def _note(facts: Facts, event: PointTestAnswered | PointTestStopped | PointTestRestored) -> None:
    key = TEST(event.device, event.point)
    test = facts(key)
    if test is None:
        return
    match event:
        case PointTestAnswered():
            facts.set(key, replace(test, answered_at=event.at))
        case PointTestStopped():
            facts.set(key, replace(test, ends_at=min(test.ends_at, event.at)))
        case _:
            facts.set(key, replace(test, restored_at=event.at))


def react(facts: Facts, event: Event, site: Site) -> Iterable[Event]:
    """Notes what the device says to it; the test of a lock releases its door, and takes that back."""
    match event:
        case Observed(device=device, point=point, bad="", press=None):
            test = facts(TEST(device, point))
            if test is None or test.restored_at is not None or event.at < test.began.at:
                return
            if test.answered_at is None and event.value == test.began.value:
                yield PointTestAnswered(at=event.at, device=device, point=point)
            elif event.value != test.began.value and event.at >= test.ends_at:
                yield PointTestRestored(at=event.at, device=device, point=point)
        case PointTestBegan(device=device, point="lock", by=by, until=until):
            door = site.devices[device].door or ""
            yield DoorReleased(at=event.at, door=door, by=by, until=until, reason=_reason(device))
        case PointTestStopped(device=device, point="lock", by=by):
            door, test = site.devices[device].door or "", facts(TEST(device, LOCK))
            released = facts(RELEASE(door))
            if test is not None and released is not None and released.at == test.began.at and released.until > event.at:
                yield ReleaseEnded(at=event.at, door=door, by=by)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    """The tests after which something may be left to put back."""
    return (test.began for _, test in facts.of(TEST) if at < test.ends_at + RESTORED_WITHIN and test.restored_at is None)


# --- what a person may do ---------------------------------------------------------------------------------------------


def begin(
    site: Site,
    facts: Facts,
    at: datetime,
    device: str,
    point: str,
    by: str,
    role: Role,
    value: Value = None,
    hold: timedelta = USUAL_HOLD,
) -> Event:
    """value: None for one that differs from what is reported. Refused where nothing would come of it."""
    require(role, "test-point")
    kind = commanded(site, device, point)
    if not timedelta(0) < hold <= LONGEST_HOLD:
        raise Refusal(say("A test lasts {seconds} seconds at most.", seconds=round(LONGEST_HOLD.total_seconds())))
    before = _reported(facts, device, point)
    wanted = another_value(kind, before) if value is None else value
    require_sense(kind, device, wanted, before)
    test = facts(TEST(device, point))
    if test is not None and at < test.ends_at:
        raise Refusal(say("{by} is testing this already.", by=test.began.by))
    if point == LOCK:
        # Refuses whatever a release would be refused for.
        releases.release(site, facts, at, site.devices[device].door or "", by, role, hold, _reason(device))
    decision = facts(DECISION(device, point))
    if decision is not None and decision.winner.priority < Priority.OVERRIDE:
        raise Refusal(say("Something stronger holds it at present: {because}", because=decision.winner.because))
    return PointTestBegan(at=at, device=device, point=point, value=wanted, before=before, by=by, until=at + hold)


def stop(site: Site, facts: Facts, at: datetime, device: str, point: str, by: str, role: Role) -> Event:
    require(role, "test-point")
    commanded(site, device, point)
    test = facts(TEST(device, point))
    if test is None or at >= test.ends_at:
        raise Refusal(say("{device} is not being tested.", device=Ref(device)))
    return PointTestStopped(at=at, device=device, point=point, by=by)


def commanded(site: Site, device: str, point: str) -> PointKind:
    """Raises Refusal where there is nothing to write."""
    section = site.devices.get(device)
    if section is None:
        raise Refusal(say("There is no device {device}.", device=device))
    kind = DEVICE_TYPES[section.type].get(point)
    if kind is None or not kind.commanded:
        takes = ", ".join(commanded_points(site, device))
        if not takes:
            raise Refusal(say("{device} takes no commands: watch what it reports.", device=Ref(device)))
        raise Refusal(say("{device} takes no commands at {point}, but at: {takes}.", device=Ref(device), point=point, takes=takes))
    return kind


def commanded_points(site: Site, device: str) -> tuple[str, ...]:
    return tuple(kind.name for kind in DEVICE_TYPES[site.devices[device].type].values() if kind.commanded)


def another_value(kind: PointKind, before: Value) -> Value:
    """One that can be told from the present one."""
    if kind.type is bool:
        return not before
    if kind.choices:
        return next(choice for choice in kind.choices if choice != before)
    if kind.type is str:
        return "TEST" if before != "TEST" else "test"
    number = before if isinstance(before, int | float) else 0.0
    return number + 1 if kind.problem_with(number + 1) is None else number - 1


def read_value(site: Site, device: str, point: str, words: str) -> Value:
    """What somebody wrote, as a value of that point. Raises Refusal."""
    kind = commanded(site, device, point)
    if kind.type in (str, bool):
        return words if kind.type is str else _BOOLEANS.get(words, words)
    try:
        return float(words)
    except ValueError:
        return words  # `begin` refuses it, and says what the point takes


def _reported(facts: Facts, device: str, point: str) -> Value:
    reading = facts(READING(device, point))
    if facts(ONLINE(device)) is False or reading is None or not reading.good:
        raise Refusal(say("{device} does not say how it is at present: there is nothing to compare with.", device=Ref(device)))
    return reading.value


def require_sense(kind: PointKind, device: str, wanted: Value, before: Value) -> None:
    """Raises Refusal for a value that the point cannot take, or that would show nothing."""
    if kind.problem_with(wanted) is not None:
        takes = ", ".join(kind.choices) or {bool: "true, false", str: "text"}.get(kind.type) or f"{kind.low:g}–{kind.high:g}"
        raise Refusal(
            say("{device} cannot take that value at {point}. It takes: {takes}.", device=Ref(device), point=kind.name, takes=takes)
        )
    if wanted == before:
        raise Refusal(say("{device} is like that already: nothing would show.", device=Ref(device)))
    if kind.name == LOCK and wanted != "unlocked":
        raise Refusal(say("{device} is unlocked at present: test it when its door is locked.", device=Ref(device)))


def _reason(device: str) -> str:
    return f"test {device}"


# --- what follows -----------------------------------------------------------------------------------------------------


def claims(look: Look, site: Site, device: str) -> Iterable[Claim]:
    """Of the tests of one device. What another policy wants comes back by itself when a test is over."""
    for point in commanded_points(site, device):
        test = look(TEST(device, point))
        if test is None or point == LOCK:
            continue
        began, place = test.began, PointId(device, point)
        cause = f"test:{began.at.isoformat()}"
        if not look.passed(test.ends_at):
            told = say("Tested by {by} until {until}", by=began.by, until=test.ends_at)
            yield Claim(place, began.value, Priority.OVERRIDE, cause, told, test.ends_at)
        elif _must_be_put_back(site, began) and not look.passed(test.ends_at + RESTORED_WITHIN):
            told = say("As before the test by {by}", by=began.by)
            yield Claim(place, began.before, Priority.REFUSAL, cause, told, test.ends_at + RESTORED_WITHIN)


def _must_be_put_back(site: Site, began: PointTestBegan) -> bool:
    kind = DEVICE_TYPES[site.devices[began.device].type][began.point]
    return kind.default is None and kind.rest is None and began.before is not None
