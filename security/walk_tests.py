"""Walk tests: somebody goes from button to button, presses each, and somebody confirms that the alarm came.

A press during a test raises its alarm at once and in full, like any other: nothing here stands between a button and the alarm. All
that a test adds is a way to close that alarm in one step, for half a minute after the press (docs/decisions/0013). Whatever nobody
confirms by then is a panic like any other, and is treated as one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.claims import Condition, Follows
from edge.conditions import WALK_TEST, WALK_TEST_DUE
from edge.events import DaemonStarted, Event, Observed
from edge.facts import Facts, Family, Look
from edge.refusal import Refusal
from edge.site import Site
from edge.site.fields import Role
from edge.text import Ref, say
from security.alarms import ALARM, PANICS, PRESSES, AlarmAcknowledged, AlarmResolved
from security.roles import require

USUAL_LENGTH = timedelta(minutes=15)
LONGEST = timedelta(minutes=60)
CONFIRM_WITHIN = timedelta(seconds=30)
TEST_EVERY = timedelta(days=31)
"""A button that was not tested for so long is named."""
TESTED = "walk-test"
"""The reason with which a confirmed test press is resolved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkTestBegan(Event):
    """buttons: those that are tested."""

    kind = "walk-test-began"
    by: str
    buttons: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkTestEnded(Event):
    """by: empty when its time was over."""

    kind = "walk-test-ended"
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkTestPressed(Event):
    """A button of the test was pressed, and has raised its alarm. sent_at: the device's own time, if it gave one."""

    kind = "walk-test-pressed"
    button: str
    press: str
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkTestConfirmed(Event):
    """A person says that this press belonged to the test; its alarm is resolved. number: of the alarm."""

    kind = "walk-test-confirmed"
    button: str
    press: str
    number: int
    by: str


@dataclass(frozen=True, slots=True)
class WalkTestResult:
    """The last confirmed test of a button."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkTestsKept(Event):
    """For a checkpoint. since: since when buttons are watched here at all."""

    kind = "walk-tests-kept"
    since: datetime | None
    results: dict[str, WalkTestResult]


TEST: Family[WalkTestBegan] = Family("walk-test")
"""The test that is going on."""
TEST_PRESS: Family[WalkTestPressed] = Family("test-press")
"""By button: the last press of a test that nobody has confirmed."""
LAST_TEST: Family[WalkTestResult] = Family("last-walk-test")
"""By button."""
WATCHED_SINCE: Family[datetime] = Family("buttons-watched-since")


# --- what follows from a fact -----------------------------------------------------------------------------------------


def react(facts: Facts, event: Event) -> Iterable[Event]:
    """Notes a press of the test beside its alarm; a confirmed one resolves it."""
    match event:
        case Observed(point="pressed", device=button, press=str(press)) if press not in (facts(PRESSES(button)) or ()):
            test = facts(TEST())
            if test is not None and button in test.buttons and test.at <= event.at < test.until:
                yield WalkTestPressed(at=event.at, button=button, press=press, sent_at=event.sent_at)
        case WalkTestConfirmed(number=number, by=by):
            alarm = facts(ALARM(str(number)))
            if alarm is not None and alarm.acknowledged_at is None:
                yield AlarmAcknowledged(at=event.at, number=number, by=by)
            if alarm is not None:
                yield AlarmResolved(at=event.at, number=number, by=by, reason=TESTED)
        case _:
            pass


def fold(facts: Facts, event: Event) -> None:
    match event:
        case DaemonStarted():
            facts.set(WATCHED_SINCE(), facts(WATCHED_SINCE()) or event.at)
        case WalkTestBegan():
            facts.set(TEST(), event)
        case WalkTestEnded():
            facts.set(TEST(), None)
        case WalkTestPressed():
            facts.set(TEST_PRESS(event.button), event)
        case WalkTestConfirmed():
            facts.set(TEST_PRESS(event.button), None)
            facts.set(LAST_TEST(event.button), WalkTestResult(event.at, event.by))
        case WalkTestsKept():
            facts.set(WATCHED_SINCE(), event.since)
            for button, result in event.results.items():
                facts.set(LAST_TEST(button), result)
        case _:
            pass


def kept(facts: Facts, at: datetime) -> Iterable[Event]:
    yield WalkTestsKept(at=at, since=facts(WATCHED_SINCE()), results={button: result for (button,), result in facts.of(LAST_TEST)})
    if (test := facts(TEST())) is not None:
        yield test
    yield from (pressed for _, pressed in facts.of(TEST_PRESS) if at - pressed.at <= CONFIRM_WITHIN)


# --- what a person may do ---------------------------------------------------------------------------------------------


def begin(
    site: Site, facts: Facts, at: datetime, by: str, role: Role, buttons: Sequence[str] = (), length: timedelta = USUAL_LENGTH
) -> Event:
    """buttons: empty for all of the site."""
    require(role, "walk-test")
    if (test := facts(TEST())) is not None:
        raise Refusal(say("{by} has begun a walk test; end that one first.", by=test.by))
    known = buttons_of(site)
    if unknown := next((button for button in buttons if button not in known), None):
        raise Refusal(say("There is no panic button {button}.", button=unknown))
    if not known:
        raise Refusal(say("There is no panic button here to test."))
    if not timedelta(0) < length <= LONGEST:
        raise Refusal(say("A walk test lasts {minutes} minutes at most.", minutes=LONGEST // timedelta(minutes=1)))
    return WalkTestBegan(at=at, by=by, buttons=tuple(buttons) or known, until=at + length)


def end(facts: Facts, at: datetime, by: str, role: Role) -> Event:
    require(role, "walk-test")
    if facts(TEST()) is None:
        raise Refusal(say("No walk test is going on."))
    return WalkTestEnded(at=at, by=by)


def confirm(facts: Facts, at: datetime, button: str, by: str, role: Role) -> Event:
    """Says that the last press of this button was the test's: its alarm leaves the list. Refused once half a minute has passed."""
    require(role, "walk-test")
    pressed = facts(TEST_PRESS(button))
    number = None if pressed is None else _number_of(facts, pressed)
    if pressed is None or number is None:
        raise Refusal(say("{button} has no open alarm from a press of a walk test.", button=Ref(button)))
    if at - pressed.at > CONFIRM_WITHIN:
        seconds = round(CONFIRM_WITHIN.total_seconds())
        told = say("A test is confirmed within {seconds} seconds. Treat alarm {number} as real.", seconds=seconds, number=number)
        raise Refusal(told)
    return WalkTestConfirmed(at=at, button=button, press=pressed.press, number=number, by=by)


def _number_of(facts: Facts, pressed: WalkTestPressed) -> int | None:
    numbers = facts(PANICS(pressed.button)) or ()
    return next((n for n in numbers if (alarm := facts(ALARM(str(n)))) is not None and alarm.press == pressed.press), None)


def buttons_of(site: Site) -> tuple[str, ...]:
    return tuple(name for name, device in site.devices.items() if device.type == "panic-button")


# --- what follows -----------------------------------------------------------------------------------------------------


def conclusions(look: Look, site: Site) -> Iterable[Condition | Follows]:
    """The test for everybody to see, and its end."""
    test = look(TEST())
    if test is None:
        return
    if look.passed(test.until) or test.at > look.now:
        yield Follows(WalkTestEnded(at=look.now))
        return
    told = say("{by} tests {count} panic buttons until {until}", by=test.by, count=len(test.buttons), until=test.until)
    yield Condition(WALK_TEST, site.site.id, told)


def button_conclusions(look: Look, button: str) -> Iterable[Condition]:
    """Whether it should be tested again."""
    tested, watched = look(LAST_TEST(button)), look(WATCHED_SINCE())
    since = watched if tested is None else tested.at
    if since is None or not look.lasted(since, TEST_EVERY):
        return
    never = say("{button} has never been tested in a walk test", button=Ref(button))
    yield Condition(WALK_TEST_DUE, button, never if tested is None else say("Last tested {at}", at=tested.at))
