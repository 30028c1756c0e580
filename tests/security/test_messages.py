"""Messages: what becomes of each, kept over restarts; a contact that cannot be reached is an alarm."""

import pytest

from edge.conditions import MESSAGE_UNDELIVERED
from edge.facts import ACTIVE
from edge.text import say
from security import alarms
from security.messages import MESSAGES, Message, MessageDelivered, MessageGivenUp, MessageTried
from tests.builders import DAY, HOUR, MINUTE, SECOND
from tests.security.escalating import Watch

NO_ANSWER = say("The service does not answer in time")


@pytest.fixture
def watch() -> Watch:
    """Two messages wait: for the buzzer and the duty officer; that for the lobby is delivered."""
    watch = Watch()
    watch.press()
    watch.wait(MINUTE)
    delivered(watch, of(watch, "lobby"))
    return watch


def of(watch: Watch, contact: str) -> Message:
    return next(message for message in watch.facts(MESSAGES("1")) or () if message.contact == contact)


def delivered(watch: Watch, message: Message) -> None:
    watch.happen(MessageDelivered(at=watch.now, number=1, key=message.key, contact=message.contact))


def given_up(watch: Watch, message: Message) -> None:
    event = MessageGivenUp(at=watch.now, number=1, key=message.key, contact=message.contact, problem=NO_ANSWER)
    watch.happen(event)


def undelivered(watch: Watch) -> bool:
    return watch.facts(ACTIVE(MESSAGE_UNDELIVERED, "duty")) is not None


def test_tries_are_counted_with_why_they_failed_but_not_journaled(watch: Watch) -> None:
    entries = len(watch.journal)
    for _ in range(2):
        watch.happen(MessageTried(at=watch.now, number=1, key=of(watch, "duty").key, problem=NO_ANSWER))
    assert (of(watch, "duty").tries, of(watch, "duty").problem, of(watch, "duty").waits) == (2, NO_ANSWER, True)
    assert len(watch.journal) == entries
    delivered(watch, of(watch, "duty"))
    assert (of(watch, "duty").tries, of(watch, "duty").problem, of(watch, "duty").waits) == (3, None, False)


@pytest.mark.parametrize("checkpoint", [False, True])
def test_after_a_restart_exactly_what_was_not_delivered_waits_under_the_same_keys(watch: Watch, checkpoint: bool) -> None:
    before = watch.facts(MESSAGES("1"))
    watch.restart(checkpoint=checkpoint)
    assert watch.facts(MESSAGES("1")) == before
    assert [message.contact for message in watch.to_send()] == ["buzzer", "duty"]


def test_a_contact_that_cannot_be_reached_is_an_alarm_until_a_message_reaches_it(watch: Watch) -> None:
    given_up(watch, of(watch, "duty"))
    assert undelivered(watch)
    watch.restart(checkpoint=True)
    assert undelivered(watch)
    watch.wait(5 * MINUTE)
    delivered(watch, next(message for message in watch.to_send() if message.contact == "duty"))
    assert not undelivered(watch)


def test_it_is_told_for_a_day_at_most(watch: Watch) -> None:
    given_up(watch, of(watch, "duty"))
    watch.wait(DAY - SECOND)
    assert undelivered(watch)
    watch.wait(2 * SECOND)
    assert not undelivered(watch)


def test_a_word_about_an_alarm_that_is_gone_changes_nothing(watch: Watch) -> None:
    message = of(watch, "duty")
    watch.acknowledge()
    assert of(watch, "duty").withdrawn_at == watch.now
    watch.act(alarms.resolve, 1, "guard-1", "Seen to", None)
    watch.wait(HOUR)
    delivered(watch, message)
    assert watch.facts(MESSAGES("1")) is None
