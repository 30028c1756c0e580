"""Alarms as they are raised, seen, and leave the list. Requirement numbers (A1 …) are those of the safety invariants."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.conditions import DEVICE_LOST, DOOR_FORCED, PANIC, TAMPER, UNLOCK_REFUSED
from edge.errors import IllegalCommand
from edge.events import ConditionBegan, ConditionEnded, Event, Observed, decode, encode
from edge.facts import Facts
from edge.text import say
from security import alarms
from security.alarms import ALARM, PANICS, PRESSES_KEPT, Alarm, AlarmConflict, AlarmRaised, NoSuchAlarm, open_alarms
from tests.builders import MINUTE, MONDAY, SECOND, service_rooms

T = MONDAY
SITE = service_rooms()


class Desk:
    """Facts with alarms, as the kernel keeps them: what follows from an event is found first, then everything is folded."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.journal: list[Event] = []

    def happens(self, event: Event) -> list[Event]:
        further = list(alarms.react(self.facts, event, SITE))
        for each in (event, *further):
            self.journal.append(each)
            alarms.fold(self.facts, each, SITE)
        return further

    def pressed(self, press: str, button: str = "button-1", at: datetime = T) -> list[Event]:
        return self.happens(Observed(at=at, device=button, point="pressed", value=True, press=press))

    def began(self, kind: str = TAMPER, subject: str = "button-1", at: datetime = T, because: str = "It is") -> list[Event]:
        return self.happens(ConditionBegan(at=at, type=kind, subject=subject, because=say(because)))

    def ended(self, kind: str = TAMPER, subject: str = "button-1", at: datetime = T) -> list[Event]:
        return self.happens(ConditionEnded(at=at, type=kind, subject=subject))

    def does(self, action: Callable[..., Event], number: int, *more: object) -> Event:
        event = action(self.facts, T + MINUTE, number, "guard-1", *more)
        self.happens(event)
        return event

    def open(self, number: int) -> Alarm | None:
        return self.facts(ALARM(str(number)))

    def numbers(self) -> list[int]:
        return [alarm.number for alarm in open_alarms(self.facts)]

    def restarted(self) -> "Desk":
        """From the journal, in its stored form."""
        fresh = Desk()
        for event in self.journal:
            alarms.fold(fresh.facts, decode(event.kind, encode(event)), SITE)
        return fresh

    def restarted_from_checkpoint(self) -> "Desk":
        fresh = Desk()
        kept = alarms.kept(self.facts, T)
        alarms.fold(fresh.facts, decode(kept.kind, encode(kept)), SITE)
        return fresh


# --- panic ------------------------------------------------------------------------------------------------------------


def test_a_press_is_an_alarm() -> None:
    desk = Desk()
    (raised,) = desk.pressed("p1")
    assert isinstance(raised, AlarmRaised)
    assert (raised.number, raised.type, raised.subject, raised.press, raised.at) == (1, PANIC, "button-1", "p1", T)
    alarm = desk.open(1)
    assert alarm is not None
    assert (alarm.active, alarm.acknowledged_at, alarm.level, alarm.version) == (True, None, 1, 1)


def test_a_press_told_twice_is_one_alarm() -> None:
    """A2."""
    desk = Desk()
    desk.pressed("p1")
    assert desk.pressed("p1") == []
    assert desk.numbers() == [1]


def test_each_press_is_an_alarm_of_its_own_also_while_another_is_open() -> None:
    desk = Desk()
    for press, button in (("p1", "button-1"), ("p2", "button-1"), ("p1", "button-2")):
        desk.pressed(press, button)
    assert desk.numbers() == [3, 2, 1]
    assert desk.facts(PANICS("button-1")) == (1, 2)


@pytest.mark.parametrize("again", [Desk.restarted, Desk.restarted_from_checkpoint])
def test_a_press_is_remembered_after_its_alarm_is_resolved_and_over_a_restart(again: Callable[[Desk], Desk]) -> None:
    desk = Desk()
    desk.pressed("p1")
    desk.does(alarms.acknowledge, 1, None)
    desk.does(alarms.resolve, 1, "Looked at", None)
    assert desk.numbers() == []
    assert desk.pressed("p1") == []
    desk = again(desk)
    assert desk.pressed("p1") == []
    (raised,) = desk.pressed("p2")
    assert isinstance(raised, AlarmRaised)
    assert raised.number == 2


def test_old_presses_are_forgotten_in_the_end_and_no_button_disturbs_another() -> None:
    desk = Desk()
    for n in range(PRESSES_KEPT + 1):
        desk.pressed(f"p{n}")
        desk.pressed("only", "button-2")
    assert desk.pressed("p1") == []
    assert desk.pressed("only", "button-2") == []
    assert len(desk.pressed("p0")) == 1


def test_a_panic_alarm_stays_after_acknowledgement_until_somebody_resolves_it() -> None:
    desk = Desk()
    desk.pressed("p1")
    desk.does(alarms.acknowledge, 1, None)
    assert desk.facts(PANICS("button-1")) == (1,)
    desk.does(alarms.resolve, 1, "Looked at", None)
    assert (desk.open(1), desk.facts(PANICS("button-1"))) == (None, None)


# --- alarms of conditions ---------------------------------------------------------------------------------------------


def test_a_condition_that_nobody_must_act_on_is_no_alarm() -> None:
    assert Desk().began(UNLOCK_REFUSED, "front-1") == []


def test_ended_first_then_acknowledged_leaves_the_list() -> None:
    desk = Desk()
    desk.began()
    desk.ended(at=T + SECOND)
    alarm = desk.open(1)
    assert alarm is not None
    assert (alarm.active, alarm.ended_at) == (False, T + SECOND)
    desk.does(alarms.acknowledge, 1, None)
    assert desk.numbers() == []


def test_acknowledged_first_then_ended_leaves_the_list() -> None:
    """A6: neither does the other's work."""
    desk = Desk()
    desk.began()
    desk.does(alarms.acknowledge, 1, None)
    alarm = desk.open(1)
    assert alarm is not None
    assert (alarm.active, alarm.acknowledged_by) == (True, "guard-1")
    desk.ended()
    assert desk.numbers() == []


def test_a_condition_that_returns_keeps_its_number_and_wants_to_be_seen_again() -> None:
    desk = Desk()
    desk.began()
    desk.ended()
    (raised,) = desk.began(because="Again")
    assert isinstance(raised, AlarmRaised)
    assert raised.number == 1
    alarm = desk.open(1)
    assert alarm is not None
    assert (alarm.active, alarm.ended_at, alarm.acknowledged_at, alarm.because) == (True, None, None, say("Again"))
    assert alarm.version == 3


def test_a_condition_that_returns_after_it_left_is_a_new_alarm() -> None:
    desk = Desk()
    desk.began()
    desk.ended()
    desk.does(alarms.acknowledge, 1, None)
    desk.began()
    assert desk.numbers() == [2]


def test_the_list_has_the_unseen_first_then_the_urgent_then_the_new() -> None:
    desk = Desk()
    desk.began(DEVICE_LOST, "a")
    desk.began(DOOR_FORCED, "front-1")
    desk.pressed("p1")
    desk.began(DOOR_FORCED, "front-2", at=T + SECOND)
    desk.pressed("p2")
    desk.does(alarms.acknowledge, 3, None)
    assert desk.numbers() == [5, 4, 2, 1, 3]


# --- what people may do -----------------------------------------------------------------------------------------------


def test_only_the_alarm_that_was_seen_is_acknowledged() -> None:
    desk = Desk()
    desk.began()
    desk.ended()
    desk.began()
    with pytest.raises(AlarmConflict, match="changed since"):
        desk.does(alarms.acknowledge, 1, 1)
    desk.does(alarms.acknowledge, 1, 3)


def test_a_second_acknowledgement_learns_who_was_first() -> None:
    desk = Desk()
    desk.pressed("p1")
    desk.does(alarms.acknowledge, 1, None)
    with pytest.raises(AlarmConflict, match="by guard-1"):
        desk.does(alarms.acknowledge, 1, None)


def test_a_note_makes_nobodys_view_old_but_another_owner_does() -> None:
    desk = Desk()
    desk.pressed("p1")
    desk.does(alarms.note, 1, "  On my way ")
    desk.does(alarms.claim, 1, 1)
    desk.does(alarms.claim, 1)  # once more, and nothing is new
    alarm = desk.open(1)
    assert alarm is not None
    assert (alarm.owner, [n.text for n in alarm.notes], alarm.version) == ("guard-1", ["On my way"], 2)
    with pytest.raises(AlarmConflict, match="guard-1 took it over at"):
        desk.does(alarms.claim, 1, 1)


def test_an_alarm_is_handed_over_by_name() -> None:
    desk = Desk()
    desk.pressed("p1")
    desk.does(alarms.claim, 1)
    desk.does(alarms.transfer, 1, " L. Korhonen ", 2)
    alarm = desk.open(1)
    assert alarm is not None
    assert (alarm.owner, alarm.version) == ("L. Korhonen", 3)
    with pytest.raises(AlarmConflict, match="Korhonen takes care of alarm 1 already"):
        desk.does(alarms.transfer, 1, "L. Korhonen", None)
    with pytest.raises(IllegalCommand, match="to whom"):
        desk.does(alarms.transfer, 1, "  ", None)


@pytest.mark.parametrize("again", [Desk.restarted, Desk.restarted_from_checkpoint])
def test_whoever_comes_second_to_an_alarm_that_has_left_learns_why_also_after_a_restart(again: Callable[[Desk], Desk]) -> None:
    desk = Desk()
    desk.pressed("p1")
    desk.does(alarms.acknowledge, 1, None)
    desk.does(alarms.resolve, 1, "Looked at", None)
    with pytest.raises(AlarmConflict, match="Alarm 1 is no longer open: guard-1 resolved it at "):
        again(desk).does(alarms.acknowledge, 1, 1)


def test_an_alarm_is_resolved_only_after_it_was_acknowledged_and_with_a_reason() -> None:
    desk = Desk()
    desk.pressed("p1")
    with pytest.raises(AlarmConflict, match="must be acknowledged"):
        desk.does(alarms.resolve, 1, "Looked at", None)
    desk.does(alarms.acknowledge, 1, None)
    with pytest.raises(IllegalCommand, match="reason"):
        desk.does(alarms.resolve, 1, " ", None)
    with pytest.raises(AlarmConflict, match="changed since"):
        desk.does(alarms.resolve, 1, "Looked at", 1)


def test_resolving_never_clears_a_cause() -> None:
    desk = Desk()
    desk.began()
    desk.does(alarms.acknowledge, 1, None)
    with pytest.raises(AlarmConflict, match="still active"):
        desk.does(alarms.resolve, 1, "Looked at", None)


@pytest.mark.parametrize("action", [alarms.acknowledge, alarms.claim, alarms.note, alarms.resolve])
def test_nothing_is_done_to_an_alarm_that_is_not_there(action: Callable[..., Event]) -> None:
    more = {alarms.acknowledge: (None,), alarms.note: ("text",), alarms.resolve: ("reason", None)}.get(action, ())
    with pytest.raises(NoSuchAlarm, match="9"):
        Desk().does(action, 9, *more)


def test_an_empty_note_is_refused() -> None:
    desk = Desk()
    desk.pressed("p1")
    with pytest.raises(IllegalCommand, match="empty"):
        desk.does(alarms.note, 1, "  ")


# --- whatever happens -------------------------------------------------------------------------------------------------

steps = st.one_of(
    st.tuples(st.just("press"), st.integers(0, 4), st.sampled_from(["button-1", "button-2"])),
    st.tuples(st.sampled_from(["began", "ended"]), st.sampled_from([TAMPER, DOOR_FORCED]), st.sampled_from(["x", "y"])),
    st.tuples(st.sampled_from(["acknowledge", "resolve", "claim"]), st.integers(1, 6), st.none()),
)


@given(st.lists(steps, max_size=25))
def test_a_restart_changes_nothing_and_every_press_has_had_one_alarm(happened: list[tuple[str, object, object]]) -> None:
    """A1, A2: at every moment, from the journal and from a checkpoint."""
    desk = Desk()
    pressed: set[tuple[object, object]] = set()
    for what, which, of in happened:
        if what == "press":
            desk.pressed(f"p{which}", str(of))
            pressed.add((which, of))
        elif what in ("began", "ended"):
            getattr(desk, what)(which, of)
        else:
            more: tuple[object, ...] = {"acknowledge": (None,), "resolve": ("reason", None), "claim": ()}[what]
            try:
                desk.does(getattr(alarms, what), int(str(which)), *more)
            except IllegalCommand:
                continue
        raised = [e.press for e in desk.journal if isinstance(e, AlarmRaised) and e.press is not None]
        assert len(raised) == len(pressed)
        for again in (desk.restarted(), desk.restarted_from_checkpoint()):
            assert open_alarms(again.facts) == open_alarms(desk.facts)
            assert again.facts(PANICS("button-1")) == desk.facts(PANICS("button-1"))
