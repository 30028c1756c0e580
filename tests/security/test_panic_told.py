"""Contacts that are told of a panic at second 0, whoever acknowledges it."""

from typing import Any

import pytest

from edge.text import say
from security import alarms
from security.messages import MESSAGES, Message, MessageDelivered, MessageGivenUp
from security.panic import ContactsTold
from tests.builders import MINUTE
from tests.security.escalating import PLANS, Watch, escalating_site


def watch(**response: Any) -> Watch:
    contacts = PLANS["contacts"] | {"camera": {"mqtt": {"connection": "line", "topic": "bookmark"}}}
    security = PLANS["security"] | {"panic": [{"tell": ["camera"], **response}]}
    return Watch(escalating_site(contacts=contacts, security=security))


def to_camera(building: Watch) -> list[Message]:
    return [message for message in building.to_send() if message.contact == "camera"]


def test_each_panic_is_told_at_once_before_any_step() -> None:
    building = watch()
    building.press()
    (message,) = building.to_send()
    assert (message.contact, message.at, message.step, message.number) == ("camera", building.now, 0, 1)
    building.press("p2")
    assert [message.number for message in to_camera(building)] == [1, 2]
    assert len({message.key for message in to_camera(building)}) == 2
    building.press("p2")
    assert len(building.seen_of(ContactsTold)) == 2


def test_other_alarms_tell_nobody_at_once() -> None:
    building = watch()
    building.tamper(open_=True)
    assert building.to_send() == []
    assert building.seen_of(ContactsTold) == []


def test_an_acknowledgement_withdraws_what_the_escalation_sends_but_not_this() -> None:
    building = watch()
    building.press()
    building.wait(MINUTE)
    assert {message.contact for message in building.to_send()} == {"camera", "lobby", "buzzer", "duty"}
    building.acknowledge()
    assert [message.contact for message in building.to_send()] == ["camera"]


@pytest.mark.parametrize("checkpoint", [False, True])
@pytest.mark.parametrize("end", [MessageDelivered, MessageGivenUp])
def test_it_outlives_the_alarm_and_a_restart_until_it_is_delivered_or_given_up(checkpoint: bool, end: type) -> None:
    building = watch()
    building.press()
    building.acknowledge()
    building.act(alarms.resolve, 1, "guard-1", "Over", None)
    building.restart(checkpoint=checkpoint)
    (message,) = building.to_send()
    more = {"problem": say("The service cannot be reached")} if end is MessageGivenUp else {}
    building.happen(end(at=building.now, number=1, key=message.key, contact="camera", **more))
    assert building.to_send() == []
    assert building.facts(MESSAGES("1")) is None


def test_what_was_delivered_leaves_with_its_alarm() -> None:
    building = watch()
    building.press()
    (message,) = building.to_send()
    building.happen(MessageDelivered(at=building.now, number=1, key=message.key, contact="camera"))
    building.acknowledge()
    assert building.facts(MESSAGES("1")) is not None
    building.act(alarms.resolve, 1, "guard-1", "Over", None)
    assert building.facts(MESSAGES("1")) is None


def test_a_silent_place_tells_too() -> None:
    building = watch(silent=True)
    building.press()
    assert len(to_camera(building)) == 1
