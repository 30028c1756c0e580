"""Fire, evacuation and lockdown: who begins and ends them, what they hold doors to, and that they survive."""

from collections.abc import Callable
from contextlib import nullcontext
from itertools import product

import pytest

from edge.claims import Priority
from edge.conditions import EVACUATION, FIRE, FIRE_INPUT_LOST, LOCKDOWN
from edge.events import Event
from edge.facts import ACTIVE, DECISION
from edge.language import Renderer
from edge.refusal import Refusal
from security import modes
from security.alarms import open_alarms
from security.modes import ASKED_HOLDS, END_ASKED, MODE, ModeBegan
from security.roles import MAY, ROLES, NotAllowed
from tests.builders import SECOND
from tests.edge.test_controller import stored
from tests.security.emergencies import TEN, Day, building

ORDINARY = {"entrance", "front", "between"}


def test_the_ordinary_morning_has_its_doors_open() -> None:
    assert Day().unlocked() == ORDINARY


# --- fire -------------------------------------------------------------------------------------------------------------


def test_a_fire_alarm_unlocks_escape_doors_once_and_stays() -> None:
    day = Day()
    day.say_fire("fire-1")
    day.say_fire("fire-2")
    day.say_fire("fire-1", False)
    day.say_fire("fire-1")
    day.say_fire("fire-1", False)
    day.say_fire("fire-2", False)
    (began,) = day.told("mode-began")
    assert isinstance(began, ModeBegan)
    assert (began.mode, began.scope, began.by) == ("fire", "site", "fire-1")
    assert {"rear", "way-out"} <= day.unlocked()
    assert day.why("way-out") == "Fire alarm from Fire 1"


def test_fire_is_an_alarm_about_the_building_that_names_its_input() -> None:
    day = Day()
    day.say_fire("fire-2")
    (alarm,) = open_alarms(day.facts)
    assert (alarm.type, alarm.subject, alarm.level, alarm.because.values) == (FIRE, "test", 1, alarm.because.values)
    assert "Fire 2" in Renderer(day.site, "en").text(alarm.because)


def test_a_person_ends_a_fire_alarm_when_no_input_says_fire_any_more() -> None:
    day = Day()
    day.say_fire("fire-1")
    day.say_fire("fire-2")
    day.say_fire("fire-1", False)
    with pytest.raises(Refusal, match="fire-2 still says fire"):
        day.end("fire", "site")
    day.say_fire("fire-2", False)
    day.end("fire", "site")
    assert day.unlocked() == ORDINARY
    day.say_fire("fire-1")
    assert "way-out" in day.unlocked()


def test_people_begin_an_evacuation_and_no_fire() -> None:
    day = Day()
    with pytest.raises(Refusal, match="begin an evacuation"):
        day.begin("fire", "site", "facility-manager")
    day.begin("evacuation", "site", "lobby-host")
    assert {"rear", "way-out"} <= day.unlocked()
    assert day.facts(ACTIVE(EVACUATION, "test")) is not None
    day.end("evacuation", "site", "facility-manager")
    assert day.unlocked() == ORDINARY
    assert day.facts(ACTIVE(EVACUATION, "test")) is None


def test_a_lost_fire_input_is_an_alarm_and_opens_nothing() -> None:
    day = Day()
    day.simulation.set("fire-1", "link", False)
    assert [(alarm.type, alarm.subject, alarm.level) for alarm in open_alarms(day.facts)] == [(FIRE_INPUT_LOST, "fire-1", 2)]
    assert day.unlocked() == ORDINARY
    assert not day.holding()


def test_a_lost_fire_input_releases_where_the_site_file_says_so() -> None:
    day = Day(building(fire_loss="release"))
    day.simulation.set("fire-1", "link", False)
    assert day.holding() == {("fire", "site")}
    assert {"rear", "way-out"} <= day.unlocked()
    assert day.why("rear") == "Fire 1 does not answer, which counts as a fire alarm here"
    assert {alarm.type for alarm in open_alarms(day.facts)} == {FIRE, FIRE_INPUT_LOST}
    day.simulation.set("fire-1", "link", True)
    assert day.holding() == {("fire", "site")}
    day.end("fire", "site")
    assert day.unlocked() == ORDINARY


def test_an_input_that_was_lost_in_a_fire_leaves_the_end_to_a_person_and_begins_it_again_itself() -> None:
    day = Day()
    day.say_fire("fire-1")
    day.simulation.set("fire-1", "link", False)
    day.end("fire", "site")
    assert not day.holding()
    day.simulation.set("fire-1", "link", True)
    assert day.holding() == {("fire", "site")}


def test_an_input_that_says_fire_at_the_start_begins_it_and_one_not_heard_since_still_says_it() -> None:
    day = Day()
    day.simulation.devices["fire-1"].set("fire", True, TEN)
    day.simulation.report_all()
    assert day.holding() == {("fire", "site")}
    day.simulation.restart(stored(day.journal))
    with pytest.raises(Refusal, match="fire-1 still says fire"):
        day.end("fire", "site")


# --- lockdown ---------------------------------------------------------------------------------------------------------

SCOPES = {
    "site": {"entrance", "front", "between", "rear", "staff", "way-out"},
    "zone:public": {"front", "staff", "way-out"},
    "zone:semi-public": {"front", "rear"},
    "zone:internal": {"rear", "staff", "way-out"},
    "door:entrance": {"entrance"},
}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_lockdown_locks_its_doors_and_no_others(scope: str) -> None:
    """The entrance joins public space to public space, and "between" two rooms: no border of a zone runs through them."""
    day = Day()
    day.begin("lockdown", scope, "lobby-host", "a man with a knife")
    claimed = {door for door in day.site.controllers if f"lockdown:{scope}" in day.causes(door)}
    assert claimed == SCOPES[scope]
    assert not day.unlocked() & claimed
    for door in claimed:
        decision = day.facts(DECISION(f"lock-{door}", "lock"))
        assert decision is not None
        assert (decision.value, decision.winner.priority) == ("locked", Priority.LOCKDOWN)
        assert day.why(door).endswith("begun by anna: a man with a knife")


def test_two_distinct_steps_within_a_minute_end_a_lockdown() -> None:
    day = Day()
    day.begin("lockdown", "site")
    with pytest.raises(Refusal, match="ask for its end, then confirm within 60 seconds"):
        day.end("lockdown", "site")
    day.ask_end("lockdown", "site")
    assert not day.unlocked()
    day.later(ASKED_HOLDS + SECOND)
    with pytest.raises(Refusal, match="ask for its end"):
        day.end("lockdown", "site")
    day.ask_end("lockdown", "site")
    day.later(ASKED_HOLDS)
    day.end("lockdown", "site")
    assert day.unlocked() == ORDINARY


def test_what_was_asked_does_not_count_for_the_next_lockdown_nor_for_another_scope() -> None:
    day = Day()
    day.begin("lockdown", "site")
    day.begin("lockdown", "door:front")
    day.ask_end("lockdown", "site")
    with pytest.raises(Refusal, match="ask for its end"):
        day.end("lockdown", "door:front")
    day.end("lockdown", "site")
    day.begin("lockdown", "site")
    with pytest.raises(Refusal, match="ask for its end"):
        day.end("lockdown", "site")


def test_an_end_asked_in_the_future_of_a_clock_that_went_back_does_not_count() -> None:
    day = Day()
    day.begin("lockdown", "site")
    day.ask_end("lockdown", "site")
    with pytest.raises(Refusal, match="ask for its end"):
        modes.end(day.site, day.facts, TEN - SECOND, "lockdown", "site", "anna", "guard")


def test_overlapping_lockdowns_end_one_by_one() -> None:
    day = Day()
    day.begin("lockdown", "site")
    day.begin("lockdown", "door:front")
    with pytest.raises(Refusal, match="holds already, begun by anna"):
        day.begin("lockdown", "door:front")
    day.ask_end("lockdown", "site")
    day.end("lockdown", "site")
    assert day.unlocked() == ORDINARY - {"front"}
    assert day.holding() == {("lockdown", "door:front")}


def test_each_lockdown_is_a_notice_about_what_it_locks() -> None:
    day = Day()
    for scope in ("site", "zone:internal", "door:front"):
        day.begin("lockdown", scope)
    assert {subject for (type_, subject), _ in day.facts.of(ACTIVE) if type_ == LOCKDOWN} == {"test", "zone:internal", "front"}
    assert not open_alarms(day.facts)


# --- refusals ---------------------------------------------------------------------------------------------------------

_ACTS = {"begin": modes.begin, "ask_end": modes.ask_end, "end": modes.end}


@pytest.mark.parametrize("act", _ACTS)
@pytest.mark.parametrize(
    ("mode", "scope", "said"),
    [
        ("panic", "site", "There is no mode panic; these are: fire, evacuation, lockdown"),
        ("lockdown", "", "There is no  here"),
        ("lockdown", "zone:secret", "There is no zone:secret here"),
        ("lockdown", "door:nowhere", "There is no door:nowhere here"),
        ("lockdown", "lobby", "There is no lobby here"),
        ("lockdown", "door:arch", "arch has no controller"),
        ("evacuation", "zone:public", "always of the whole building"),
    ],
)
def test_what_does_not_exist_is_refused_with_a_sentence(act: str, mode: str, scope: str, said: str) -> None:
    day = Day()
    with pytest.raises(Refusal, match=said):
        _ACTS[act](day.site, day.facts, TEN, mode, scope, "anna", "guard")


_NEEDS = {
    ("begin", "evacuation"): "evacuation",
    ("begin", "lockdown"): "lockdown",
    ("ask_end", "lockdown"): "end-lockdown",
    ("end", "lockdown"): "end-lockdown",
    ("end", "evacuation"): "end-evacuation",
    ("end", "fire"): "end-fire",
}


@pytest.mark.parametrize(("act", "mode"), _NEEDS)
def test_only_roles_that_may_begin_and_end_modes(act: str, mode: str) -> None:
    for role in ROLES:
        day = Day()
        if act != "begin":
            day.simulation.observe(ModeBegan(at=TEN, mode=mode, scope="site", by="fire-1"))  # type: ignore[arg-type]
        if (act, mode) == ("end", "lockdown"):
            day.ask_end("lockdown", "site")
        may = role in MAY[_NEEDS[act, mode]]  # type: ignore[index]
        with nullcontext() if may else pytest.raises(NotAllowed, match="ask one of"):
            _ACTS[act](day.site, day.facts, TEN, mode, "site", "anna", role)


@pytest.mark.parametrize(("act", "mode"), [*product(("ask_end", "end"), ("fire", "evacuation", "lockdown"))])
def test_what_does_not_hold_is_not_ended(act: str, mode: str) -> None:
    day = Day()
    with pytest.raises(Refusal, match="It does not hold"):
        _ACTS[act](day.site, day.facts, TEN, mode, "site", "anna", "guard")


def test_an_evacuation_ends_in_one_step() -> None:
    day = Day()
    day.begin("evacuation", "site")
    with pytest.raises(Refusal, match="end this one in one"):
        day.ask_end("evacuation", "site")


def test_a_lockdown_of_a_door_that_the_site_file_has_lost_can_still_be_ended() -> None:
    day = Day()
    day.simulation.observe(ModeBegan(at=TEN, mode="lockdown", scope="door:walled-up", by="anna"))
    day.ask_end("lockdown", "door:walled-up")
    day.end("lockdown", "door:walled-up")
    assert not day.holding()


# --- restarts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source", [lambda day: stored(day.journal), lambda day: stored(day.simulation.controller.snapshot(day.simulation.now))]
)
def test_modes_survive_a_restart(source: Callable[[Day], list[Event]]) -> None:
    day = Day()
    day.begin("lockdown", "site", reason="threat")
    day.begin("lockdown", "zone:internal")
    day.ask_end("lockdown", "zone:internal")
    held, length = dict(day.facts.of(MODE)), len(day.journal)
    day.simulation.restart(source(day))
    assert dict(day.facts.of(MODE)) == held
    assert day.facts(END_ASKED("lockdown", "zone:internal")) is not None
    day.simulation.report_all()
    day.later(10 * SECOND)
    assert not day.unlocked()
    assert {event.kind for event in day.journal[length:]} <= {"daemon-started", "command-sent"}
    day.end("lockdown", "zone:internal")
    assert not day.unlocked()
