"""One site's controller whole: what it journals, and that a restart changes nothing."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest

from drivers.virtual.device import Behaviour
from edge.controller import Controller
from edge.events import CommandSent, DaemonStarted, Event, Observed, decode, encode
from edge.facts import ACTIVE, DECISION, ONLINE, READING, Facts
from edge.kernel import Outcome
from edge.simulation import Simulation
from edge.site.model import Scene
from rooms import scenes
from rooms.plan import BOOKINGS, CALENDAR
from rooms.scenes import PLAYED
from security import alarms, overrides, releases
from security.alarms import ALARM, PANICS, PRESSES
from security.overrides import OUT_OF_SERVICE, OVERRIDE
from security.releases import RELEASE
from tests.builders import HOUR, MINUTE, SECOND, booking, local, read, service_rooms

NINE = local("2026-11-23 09:00")
SITE = service_rooms(3).model_copy(update={"scenes": {"gathering": Scene(room="room-1")}})


def stored(events: list[Event]) -> list[Event]:
    """As they come out of the journal."""
    return [decode(event.kind, json.loads(json.dumps(encode(event)))) for event in events]


class Run:
    """A simulated morning with something of everything, and its journal."""

    def __init__(self) -> None:
        self.journal: list[Event] = []
        self.simulation = Simulation(SITE, NINE, self.journal.append)
        made = [booking(NINE, NINE + HOUR, f"room-{n}", f"b{n}") for n in (1, 2)]
        self.simulation.observe(read(NINE, *made, booking(NINE, NINE + HOUR, "room-3", "no", verdict="no")))
        self.simulation.advance(NINE + MINUTE)
        self.simulation.press("button-2", "p1")
        self.simulation.press("button-2", "p2")
        self.simulation.act(lambda facts, at: alarms.acknowledge(facts, at, 1, "guard-1", None))
        self.simulation.act(lambda facts, at: alarms.note(facts, at, 1, "guard-1", "On my way"))
        self.simulation.set("lock-back-3", "contact", "open")
        self.simulation.behave("lock-back-3", Behaviour.JAMMED)
        self.simulation.set("lock-back-3", "lock", "unlocked")
        self.simulation.set("button-3", "tamper", True)
        self.simulation.set("lock-front-3", "link", False)
        self.simulation.act(
            lambda facts, at: releases.release(SITE, facts, at, "front-1", "host-1", "lobby-host", 5 * MINUTE, "Key")
        )
        later = NINE + HOUR
        self.simulation.act(
            lambda facts, at: overrides.override(SITE, facts, at, "entrance", "locked", "guard-1", "guard", later, "Wet floor")
        )
        self.simulation.act(
            lambda facts, at: overrides.out_of_service(SITE, facts, at, "back-2", "guard-1", "guard", "The lock grinds")
        )
        self.simulation.act(lambda facts, at: scenes.play(SITE, facts, at, "gathering", "host-1", later))
        self.simulation.advance(NINE + 3 * MINUTE)

    def from_journal(self) -> list[Event]:
        return stored(self.journal)

    def from_checkpoint(self) -> list[Event]:
        return stored(self.simulation.controller.snapshot(self.simulation.now))


def known(facts: Facts) -> dict[str, object]:
    """What must survive a restart."""
    families = (ALARM, PANICS, PRESSES, BOOKINGS, RELEASE, OVERRIDE, OUT_OF_SERVICE, PLAYED, ACTIVE)
    return {
        **{family.name: dict(facts.of(family)) for family in families},
        "readings": {k: (r.value, r.since) for k, r in facts.of(READING) if k[1] in ("lock", "contact", "tamper", "link")},
        "decisions": {k: (d.value, d.winner.cause, d.since, d.refused) for k, d in facts.of(DECISION)},
        "calendars": {k: h.read_at for k, h in facts.of(CALENDAR)},
    }


@pytest.mark.parametrize("source", [Run.from_journal, Run.from_checkpoint])
def test_a_restart_remembers(source: Callable[[Run], list[Event]]) -> None:
    run = Run()
    again = Controller(SITE)
    again.restore(source(run))
    assert known(again.facts) == known(run.simulation.facts)
    assert list(again.facts.of(ONLINE)) == []


@pytest.mark.parametrize("source", [Run.from_journal, Run.from_checkpoint])
def test_a_restart_is_no_news(source: Callable[[Run], list[Event]]) -> None:
    """Nothing begins, ends, is decided or raised anew. A door that does not obey is asked once more."""
    run = Run()
    before, length = known(run.simulation.facts), len(run.journal)
    run.simulation.restart(source(run))
    run.simulation.report_all()
    run.simulation.advance(run.simulation.now + 10 * SECOND)
    assert known(run.simulation.facts) == before
    told = [e for e in run.journal[length:] if not isinstance(e, DaemonStarted)]
    assert {e.kind for e in told} <= {"command-sent", "command-overdue"}
    assert {e.device for e in told if isinstance(e, CommandSent) and e.value == "locked"} == {"lock-back-3"}


def test_nothing_is_commanded_by_what_was_reported_before_a_restart() -> None:
    run = Run()
    controller = Controller(SITE)
    controller.restore(run.from_journal())
    controller.observe(DaemonStarted(at=run.simulation.now, epoch=2, version="test", site="test"))
    assert controller.settle(run.simulation.now).commands == []


def test_a_restart_locks_nobody_out_while_doors_report_one_by_one() -> None:
    run = Run()
    run.simulation.behave("lock-back-3", Behaviour.OBEDIENT)
    run.simulation.advance(NINE + 5 * MINUTE)
    controller, at = Controller(SITE), run.simulation.now
    controller.restore(run.from_journal())
    turns: list[Outcome] = []

    def turn(event: Event) -> None:
        controller.observe(event)
        turns.append(controller.settle(at))

    turn(DaemonStarted(at=at, epoch=2, version="test", site="test"))
    for device in SITE.controllers.values():
        turn(Observed(at=at, device=device, point="link", value=True))
        for report in run.simulation.devices[device].reports():
            turn(Observed(at=at, device=device, point=report.point, value=report.value))
    sent = {(c.point.device, c.value) for turn in turns for c in turn.commands}
    assert ("lock-front-1", "unlocked") in sent
    assert ("lock-front-1", "locked") not in sent
    assert [e for turn in turns for e in turn.events if e.kind in ("decided", "condition-ended") and "front-1" in str(e)] == []


def test_a_panic_locks_at_once_also_while_doors_have_not_reported() -> None:
    run = Run()
    controller, at = Controller(SITE), run.simulation.now
    controller.restore(run.from_journal())
    controller.observe(DaemonStarted(at=at, epoch=2, version="test", site="test"))
    controller.observe(Observed(at=at, device="lock-front-1", point="lock", value="unlocked"))
    controller.settle(at)
    controller.observe(Observed(at=at, device="button-1", point="pressed", value=True, press="new"))
    assert [(c.point.device, c.value) for c in controller.settle(at).commands] == [("lock-front-1", "locked")]


def test_a_door_that_stays_silent_after_a_restart_counts_as_open_before_long() -> None:
    run = Run()
    run.simulation.set("lock-back-1", "link", False)
    controller, at = Controller(SITE), run.simulation.now
    controller.restore([e for e in run.from_journal() if not (isinstance(e, Observed) and e.device == "lock-back-1")])
    controller.observe(DaemonStarted(at=at, epoch=2, version="test", site="test"))
    controller.observe(Observed(at=at, device="lock-front-1", point="lock", value="unlocked"))
    controller.settle(at)

    def decision(at: datetime) -> object:
        while (due := controller.next_deadline()) is not None and due <= at:
            controller.settle(due)
        found = controller.facts(DECISION("lock-front-1", "lock"))
        return found and found.value

    assert decision(at + SECOND) == "unlocked"
    assert decision(at + 2 * SECOND) == "locked"


def test_only_what_is_new_and_durable_is_journaled() -> None:
    controller = Controller(SITE)
    controller.observe(DaemonStarted(at=NINE, epoch=1, version="test", site="test"))
    controller.settle(NINE)

    def journaled(device: str, point: str, value: object, press: str | None = None) -> list[str]:
        controller.observe(Observed(at=NINE, device=device, point=point, value=value, press=press))  # type: ignore[arg-type]
        return [e.kind for e in controller.settle(NINE).events if e.kind != "decided"]

    assert journaled("lock-front-1", "contact", "closed") == ["observed"]
    assert journaled("lock-front-1", "contact", "closed") == []
    assert journaled("lock-front-1", "contact", "open") == ["observed"]
    assert journaled("lock-front-1", "battery", 50.0) == []
    assert journaled("button-1", "pressed", True, "p1") == ["observed", "alarm-raised"]
    assert journaled("button-1", "pressed", True, "p1") == []
    assert journaled("stranger", "lock", "locked") == []
