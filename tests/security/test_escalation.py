"""Steps of escalations: when they are due, what stops them, and that a restart neither loses nor repeats one."""

from datetime import timedelta

import pytest

from edge.conditions import CONSOLE_LOST, DEVICE_LOST, DURESS
from edge.errors import IllegalCommand
from edge.events import ConditionBegan, ConditionEnded, Observed
from edge.facts import ACTIVE, DECISION
from edge.text import say
from security import alarms, escalation_acts
from security.alarms import ALARM, AlarmConflict
from security.consoles import ConsoleSeen
from security.escalation import ESCALATION, SHOWN, UPCOMING, EscalationBegan, EscalationStepped
from security.quiet import AlarmShelved
from tests.builders import HOUR, MINUTE, MONDAY, SECOND
from tests.security.escalating import Watch, escalating_site

T = MONDAY


@pytest.fixture
def watch() -> Watch:
    return Watch()


def shown(watch: Watch, number: int = 1, version: int = 1, view: str = "lobby") -> None:
    watch.act(escalation_acts.shown, number, version, view, "guard-1")


def pressed_and_shown() -> Watch:
    watch = Watch()
    watch.press()
    shown(watch)
    return watch


def test_an_alarm_that_nobody_acknowledges_takes_its_steps_in_time() -> None:
    watch = pressed_and_shown()
    watch.wait(HOUR)
    assert watch.steps() == [(1, 1, 10 * SECOND), (1, 2, 60 * SECOND), (1, 3, 5 * MINUTE)]
    assert [event.to for event in watch.seen_of(EscalationStepped)] == [("lobby",), ("buzzer", "duty"), ("duty", "boss")]
    assert [(m.step, m.contact) for m in watch.to_send()] == [(1, "lobby"), (2, "buzzer"), (2, "duty"), (3, "duty"), (3, "boss")]
    assert len({m.key for m in watch.to_send()}) == 5


def test_the_plan_is_that_of_the_type_or_else_of_the_level() -> None:
    watch = Watch(escalating_site(alarms={"tamper": {"level": 1}, "panic": {"escalation": "slow"}}))
    watch.tamper(open_=True)
    watch.press()
    assert [(event.number, event.plan) for event in watch.seen_of(EscalationBegan)] == [(1, "urgent"), (2, "slow")]


def test_an_alarm_without_a_plan_waits_for_nothing(watch: Watch) -> None:
    watch.happen(ConditionBegan(at=T, type=DEVICE_LOST, subject="sensor-1", because=say("Lost")))
    watch.wait(HOUR)
    assert watch.steps() == []
    assert watch.facts(UPCOMING()) in (None, ())


def test_the_next_step_can_be_told_before_it_happens() -> None:
    watch = pressed_and_shown()
    escalation = watch.facts(ESCALATION("1"))
    assert escalation is not None
    assert (escalation.next_at, escalation.over) == (T + 10 * SECOND, False)
    watch.wait(10 * SECOND)
    assert watch.facts(ESCALATION("1")).next_at == T + MINUTE  # type: ignore[union-attr]


# --- what stops it ----------------------------------------------------------------------------------------------------


def test_acknowledgement_stops_it_and_withdraws_what_was_not_delivered() -> None:
    watch = pressed_and_shown()
    watch.wait(MINUTE)
    assert len(watch.to_send()) == 3
    watch.acknowledge()
    assert watch.to_send() == []
    watch.wait(HOUR)
    assert len(watch.steps()) == 2


def test_an_acknowledgement_in_the_same_turn_wins_over_a_step_that_is_due() -> None:
    watch = pressed_and_shown()
    watch.now = T + 10 * SECOND
    watch.acknowledge()
    watch.wait(HOUR)
    assert watch.steps() == []


def test_handing_it_over_stops_the_steps_but_not_the_messages_on_their_way() -> None:
    watch = pressed_and_shown()
    watch.wait(MINUTE)
    watch.act(alarms.transfer, 1, "guard-1", "M. Virtanen", None)
    watch.wait(HOUR)
    assert len(watch.steps()) == 2
    assert len(watch.to_send()) == 3


def test_an_alarm_that_ends_unseen_goes_on_until_somebody_acknowledges_it(watch: Watch) -> None:
    watch.tamper(open_=True)
    watch.tamper(open_=False)
    watch.wait(15 * MINUTE)
    assert watch.steps() == [(1, 1, 15 * MINUTE)]
    watch.acknowledge()
    assert watch.facts(ALARM("1")) is None
    assert (watch.facts(ESCALATION("1")), watch.to_send(), watch.facts(UPCOMING())) == (None, [], ())


def test_one_that_comes_back_after_all_its_steps_begins_anew(watch: Watch) -> None:
    for _ in range(2):
        watch.tamper(open_=True)
        watch.tamper(open_=False)
        watch.wait(15 * MINUTE)
    assert watch.steps() == [(1, 1, 15 * MINUTE), (1, 1, 30 * MINUTE)]
    assert len({message.key for message in watch.to_send()}) == 2


def test_one_that_flickers_after_all_its_steps_begins_anew_only_now_and_then() -> None:
    at_once = [{"after": "0 s", "to": "boss"}]
    watch = Watch(escalating_site(escalations={"urgent": at_once, "slow": at_once}))
    for _ in range(60):
        watch.tamper(open_=True)
        watch.tamper(open_=False)
        watch.wait(10 * SECOND)
    assert [at for _, _, at in watch.steps()] == [timedelta(), 5 * MINUTE]


def test_one_that_flickers_unseen_does_not_begin_anew_again_and_again(watch: Watch) -> None:
    for _ in range(5):
        watch.tamper(open_=True)
        watch.wait(2 * MINUTE)
        watch.tamper(open_=False)
        watch.wait(2 * MINUTE)
    assert watch.steps() == [(1, 1, 15 * MINUTE)]


def test_a_shelved_alarm_waits_and_goes_on_when_it_is_back(watch: Watch) -> None:
    watch.tamper(open_=True)
    until = T + HOUR
    shelf = AlarmShelved(at=T, type="tamper", subject="sensor-1", by="guard-1", reason="Painting", until=until)
    watch.happen(shelf)
    watch.wait(59 * MINUTE)
    assert watch.steps() == []
    watch.wait(2 * MINUTE)
    assert watch.steps() == [(1, 1, HOUR)]


# --- receipts ---------------------------------------------------------------------------------------------------------


def test_a_critical_alarm_that_no_console_shows_goes_on_at_once_and_says_why(watch: Watch) -> None:
    watch.press()
    watch.wait(MINUTE)
    assert watch.steps() == [(1, 1, 3 * SECOND), (1, 2, 60 * SECOND)]
    assert [event.because for event in watch.seen_of(EscalationStepped)] == [
        say("No console has shown it in time"),
        say("Nobody has acknowledged it in {minutes} min", minutes=1),
    ]


def test_a_receipt_of_an_older_state_does_not_count(watch: Watch) -> None:
    watch.press()
    shown(watch, version=0)
    watch.wait(4 * SECOND)
    assert len(watch.steps()) == 1


def test_of_lesser_alarms_no_receipt_is_asked(watch: Watch) -> None:
    watch.tamper(open_=True)
    watch.wait(MINUTE)
    assert watch.steps() == []


def test_each_view_tells_once(watch: Watch) -> None:
    watch.press()
    shown(watch)
    shown(watch, view="manager")
    with pytest.raises(escalation_acts.ShownBefore):
        shown(watch)
    assert [receipt.view for receipt in watch.facts(SHOWN("1")) or ()] == ["lobby", "manager"]


# --- restarts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("checkpoint", [False, True])
@pytest.mark.parametrize("after", [1, 5, 10, 30, 60, 200, 300, 400])
def test_a_restart_changes_neither_which_steps_are_made_nor_when(after: int, checkpoint: bool) -> None:
    watch = pressed_and_shown()
    watch.wait(after * SECOND)
    before = watch.to_send()
    watch.restart(checkpoint=checkpoint)
    assert watch.to_send() == before
    watch.wait(HOUR)
    assert watch.steps() == [(1, 1, 10 * SECOND), (1, 2, 60 * SECOND), (1, 3, 5 * MINUTE)]


@pytest.mark.parametrize("checkpoint", [False, True])
def test_what_fell_due_while_it_was_away_happens_at_the_start_in_order(checkpoint: bool) -> None:
    watch = pressed_and_shown()
    watch.wait(15 * SECOND)
    watch.restart(away=10 * MINUTE, checkpoint=checkpoint)
    back = 10 * MINUTE + 15 * SECOND
    assert watch.steps() == [(1, 1, 10 * SECOND), (1, 2, back), (1, 3, back)]
    watch.restart(away=HOUR)
    assert len(watch.steps()) == 3


def test_a_changed_site_file_changes_nothing_of_what_has_begun() -> None:
    watch = pressed_and_shown()
    watch.site = escalating_site(escalations={"urgent": [{"after": "1 h", "to": "boss"}], "slow": [{"after": "1 h", "to": "boss"}]})
    watch.restart()
    watch.wait(MINUTE)
    assert len(watch.steps()) == 2


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_the_next_step_by_hand_comes_once_and_the_others_stay_at_their_time() -> None:
    watch = pressed_and_shown()
    watch.act(escalation_acts.escalate, 1, "guard-1", 1)
    watch.wait(MINUTE)
    assert watch.steps() == [(1, 1, timedelta()), (1, 2, 60 * SECOND)]
    assert watch.seen_of(EscalationStepped)[0].by == "guard-1"


def test_what_cannot_be_escalated_is_refused_with_a_reason(watch: Watch) -> None:
    with pytest.raises(alarms.NoSuchAlarm):
        watch.act(escalation_acts.escalate, 1, "guard-1", 1)
    watch.press()
    with pytest.raises(AlarmConflict, match="changed since"):
        watch.act(escalation_acts.escalate, 1, "guard-1", 7)
    for _ in range(3):
        watch.act(escalation_acts.escalate, 1, "guard-1", 1)
    with pytest.raises(AlarmConflict, match="Every step"):
        watch.act(escalation_acts.escalate, 1, "guard-1", 1)
    watch.acknowledge(by="guard-2")
    with pytest.raises(AlarmConflict, match="guard-2 took care"):
        watch.act(escalation_acts.escalate, 1, "guard-1", 2)


def test_contacts_are_called_by_hand_also_after_an_acknowledgement(watch: Watch) -> None:
    def call(*to: str) -> None:
        watch.happen(escalation_acts.call(watch.site, watch.facts, watch.now, 1, to, "guard-1", None))

    watch.press()
    shown(watch)
    watch.acknowledge()
    call("boss", "boss")
    assert [(m.step, m.contact) for m in watch.to_send()] == [(0, "boss")]
    for to in ((), ("nobody",), ("buzzer",)):
        with pytest.raises(IllegalCommand):
            call(*to)


# --- relays and consoles ----------------------------------------------------------------------------------------------


def relay(watch: Watch) -> object:
    decision = watch.facts(DECISION("relay-1", "on"))
    return decision.value if decision is not None else None


def test_a_relay_is_on_from_its_step_until_somebody_acknowledges_also_over_a_restart() -> None:
    watch = pressed_and_shown()
    watch.wait(59 * SECOND)
    assert relay(watch) in (None, False)
    watch.wait(SECOND)
    assert relay(watch) is True
    watch.restart(checkpoint=True)
    assert relay(watch) is True
    watch.acknowledge()
    assert relay(watch) is False


def test_no_relay_betrays_that_somebody_signed_in_under_duress() -> None:
    watch = Watch(escalating_site(alarms={"duress": {"escalation": "urgent"}}))
    watch.happen(ConditionBegan(at=T, type=DURESS, subject="test", because=say("Duress")))
    watch.wait(HOUR)
    assert relay(watch) in (None, False)
    assert [event.to for event in watch.seen_of(EscalationStepped)] == [("lobby",), ("duty",), ("duty", "boss")]


def test_a_relay_stays_on_for_another_alarm_that_still_waits() -> None:
    watch = pressed_and_shown()
    watch.press("p2")
    watch.wait(MINUTE)
    watch.acknowledge(1)
    assert relay(watch) is True
    watch.acknowledge(2)
    assert relay(watch) is False


def test_a_console_that_nobody_has_open_is_an_alarm_until_one_is_seen(watch: Watch) -> None:
    def lost() -> bool:
        return watch.facts(ACTIVE(CONSOLE_LOST, "test")) is not None

    for _ in range(10):
        watch.happen(ConsoleSeen(at=watch.now))
        watch.wait(3 * SECOND)
    assert not lost()
    watch.wait(10 * SECOND)
    assert lost()
    watch.restart()
    assert lost()
    watch.happen(ConsoleSeen(at=watch.now))
    assert not lost()
    assert len(watch.seen_of(ConditionEnded)) == 1
    assert not watch.seen_of(ConsoleSeen)


def test_without_a_console_in_any_escalation_none_is_missed() -> None:
    watch = Watch(
        escalating_site(escalations={"urgent": [{"after": "0 s", "to": "duty"}], "slow": [{"after": "1 h", "to": "boss"}]})
    )
    watch.wait(HOUR)
    assert watch.facts(ACTIVE(CONSOLE_LOST, "test")) is None


# --- many -------------------------------------------------------------------------------------------------------------


def test_hundreds_of_open_alarms_cost_what_the_due_ones_cost() -> None:
    watch = Watch()
    for number in range(300):
        watch.press(f"p{number}")
    watch.wait(2 * SECOND)
    reads: list[int] = []
    original = watch.controller.kernel._agenda.ask

    def counting(due, now) -> None:  # type: ignore[no-untyped-def]
        reads.append(len(due))
        original(due, now)

    watch.controller.kernel._agenda.ask = counting  # type: ignore[method-assign]
    watch.happen(Observed(at=watch.now, device="sensor-1", point="present", value=True))
    assert sum(reads) < 20
    watch.controller.kernel._agenda.ask = original  # type: ignore[method-assign]
    watch.wait(SECOND)
    assert len(watch.steps()) == 300
