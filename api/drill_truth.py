"""Walk tests as the pages tell of them: the one that goes on, from the facts; those that are over, from the journal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from api.port import Desk, JournalLine
from edge.facts import Facts
from edge.site import Site
from security import drills
from security.alarms import ALARM, PANICS
from security.drills import ButtonResult, Drill
from security.walk_tests import (
    CONFIRM_WITHIN,
    LAST_TEST,
    TEST,
    TEST_EVERY,
    TEST_PRESS,
    WATCHED_SINCE,
    WalkTestBegan,
    buttons_of,
)

Standing = Literal["waiting", "pressed", "late", "confirmed"]
"""late: nobody confirmed the press in time, so its alarm is as real as any."""
Outcome = Literal["passed", "failed", "not-tested"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One button of the test that goes on. left_s: seconds that remain to confirm its press. alarm: the open one of its press."""

    button: str
    standing: Standing
    at: datetime | None = None
    by: str = ""
    left_s: int = 0
    alarm: int | None = None


@dataclass(frozen=True, slots=True)
class LastTest:
    """at: None for never. due: whether it is to be tested again, and its notice stands."""

    button: str
    at: datetime | None
    by: str
    age: timedelta | None
    due: bool


@dataclass(frozen=True, slots=True)
class PastDrill:
    """A test with the entries of the journal that hold it. hash: of the last of them."""

    drill: Drill
    began: int
    last: int
    hash: str

    def count(self, outcome: Outcome) -> int:
        return sum(outcome_of(result) == outcome for result in self.drill.results.values())


def trials(facts: Facts, now: datetime) -> list[Trial]:
    """Of the test that goes on; none without one."""
    test = facts(TEST())
    return [] if test is None else [_trial(facts, now, test, button) for button in test.buttons]


def _trial(facts: Facts, now: datetime, test: WalkTestBegan, button: str) -> Trial:
    pressed, last = facts(TEST_PRESS(button)), facts(LAST_TEST(button))
    if pressed is not None and pressed.at >= test.at:
        open_ones = (facts(ALARM(str(number))) for number in facts(PANICS(button)) or ())
        alarm = next((each.number for each in open_ones if each is not None and each.press == pressed.press), None)
        left = CONFIRM_WITHIN - (now - pressed.at)
        in_time = left >= timedelta(0) and alarm is not None
        return Trial(button, "pressed" if in_time else "late", pressed.at, left_s=max(int(left.total_seconds()), 0), alarm=alarm)
    if last is not None and last.at >= test.at:
        return Trial(button, "confirmed", last.at, last.by)
    return Trial(button, "waiting")


def last_tests(site: Site, facts: Facts, now: datetime) -> list[LastTest]:
    """Of every button, the longest ago first."""
    found = [_last_test(facts, now, button) for button in buttons_of(site)]
    return sorted(found, key=lambda each: -(each.age or timedelta.max).total_seconds())


def _last_test(facts: Facts, now: datetime, button: str) -> LastTest:
    last, watched = facts(LAST_TEST(button)), facts(WATCHED_SINCE())
    since = watched if last is None else last.at
    due = since is not None and now - since >= TEST_EVERY
    return LastTest(button, last.at if last else None, last.by if last else "", now - last.at if last else None, due)


def past_drills(desk: Desk) -> list[PastDrill]:
    """The newest first, with the one that goes on. Blocking; call it in a thread."""
    lines = list(desk.journal_back(drills.KINDS))[::-1]
    firsts = [place for place, line in enumerate(lines) if isinstance(line.event, WalkTestBegan)]
    return [_past(lines[first:end]) for first, end in pairwise([*firsts, len(lines)])][::-1]


def _past(lines: Sequence[JournalLine]) -> PastDrill:
    (drill,) = drills.drills(line.event for line in lines)
    return PastDrill(drill, lines[0].seq, lines[-1].seq, lines[-1].hash)


def outcome_of(result: ButtonResult) -> Outcome:
    """A press that nobody confirmed in time is no passed test: it became an alarm, or nobody looked."""
    if result.confirmed_at is not None:
        return "passed"
    return "not-tested" if result.pressed_at is None else "failed"


def places_of(site: Site, buttons: Iterable[str]) -> dict[str, str | None]:
    """Ids of the spaces where the buttons are; None for one that the site file no longer has."""
    return {button: device.space if (device := site.devices.get(button)) else None for button in buttons}
