"""What masking keeps in the journal comes back as it was."""

from datetime import UTC, date, datetime

import pytest

from acoustics.asked import (
    AskedEnded,
    DeskLinkMade,
    DeskLinkRevoked,
    HearingAsked,
    LevelAsked,
    QuietAsked,
    ReliefEnded,
    ReliefPressed,
)
from acoustics.buttons import ReliefButtonsKept
from acoustics.control import MaskingStepped
from acoustics.listening import AmbientHeard
from acoustics.proposals import LessProposed
from acoustics.weeks import QuarterCounted, WeekKept
from edge.controller import Controller
from edge.events import DaemonStarted, Event, decode, encode
from edge.facts import Facts, Family
from tests.acoustics.building import UNIT, at, site
from tests.builders import HOUR

NOW = at(12)
LASTING: list[Event] = [
    ReliefPressed(at=NOW, desk="desk", steps=2, until=NOW + HOUR),
    ReliefPressed(at=NOW, desk="queue", steps=None, until=NOW + HOUR),
    QuietAsked(at=NOW, space="corridor", by="fm", until=NOW + HOUR),
    HearingAsked(at=NOW, space="room-1", by="host", until=NOW + HOUR),
    LevelAsked(at=NOW, unit=UNIT, level=41.5, by="fm", until=NOW + HOUR),
    AmbientHeard(at=NOW, space="corridor", dba=38.2),
    MaskingStepped(at=NOW, unit=UNIT, level=40.5, up=False, arrived=True),
]
PASSING: list[Event] = [
    ReliefEnded(at=NOW, desk="desk"),
    AskedEnded(at=NOW, subject="corridor", by="fm"),
    DeskLinkMade(at=NOW, desk="desk", by="fm"),
    DeskLinkRevoked(at=NOW, desk="desk", by="fm"),
    MaskingStepped(at=NOW, unit=UNIT, level=30.0, up=None, arrived=True),
]


def known(events: list[Event]) -> Facts:
    controller = Controller(site())
    controller.restore(events)
    return controller.facts


WEEKLY: list[Event] = [
    QuarterCounted(
        at=NOW,
        week="2026-W48",
        talked={"room-1>corridor": {"confidential": 600, "unknown": 300}},
        missing={"room-1>corridor": 3.5},
        loud={UNIT: 12},
        goes_on=True,
    ),
    WeekKept(at=NOW, week="2026-W48", talked={"room-1": {"limited": 9}}, reliefs={UNIT: {date(2026, 11, 23): 2}}, faults={UNIT: 1}),
    LessProposed(at=NOW, unit=UNIT, week="2026-W48", days=4, highest=40.0, schedule=34.0),
    ReliefButtonsKept(at=NOW, presses={"relief": ("a-1", "a-2")}),
]


@pytest.mark.parametrize("event", [*LASTING, *PASSING, *WEEKLY], ids=lambda event: event.kind)
def test_each_event_survives_the_journal(event: Event) -> None:
    assert decode(event.kind, encode(event)) == event


def test_a_checkpoint_holds_what_still_holds() -> None:
    controller = Controller(site())
    controller.restore(LASTING)
    snapshot = controller.snapshot(NOW)
    assert [event for event in LASTING if event not in snapshot] == []
    later = controller.snapshot(NOW + 2 * HOUR)
    assert {type(event) for event in later} & {type(event) for event in LASTING} == {AmbientHeard, MaskingStepped}


def test_what_was_asked_before_the_clock_went_back_does_not_last_longer() -> None:
    facts = known([*LASTING, DaemonStarted(at=datetime(2026, 11, 23, 6, tzinfo=UTC), epoch=2, version="", site="test")])
    assert not [key for key in ("masking-relief", "masking-quiet", "masking-level") if list(_of(facts, key))]


def _of(facts: Facts, name: str) -> list[object]:
    return list(facts.of(Family[object](name)))


def test_taken_back() -> None:
    facts = known([*LASTING, *PASSING])
    assert not _of(facts, "masking-quiet")
    assert len(_of(facts, "masking-relief")) == 1
