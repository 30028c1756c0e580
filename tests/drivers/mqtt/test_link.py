"""The driver against a real broker, in both versions of the protocol."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from drivers.mosquitto import Broker
from drivers.mqtt.link import MqttDriver
from edge.clock import SystemClock
from edge.commands import Command
from edge.errors import IllegalCommand, IllegalInput, Unreachable
from edge.events import ConnectionChanged, GarbageReceived, Observed, RetainedCommandFound
from edge.points import PointId
from edge.text import say
from tests.broker import Controller, Plain, Running, small_site

UNLOCK = Command(
    PointId("door-controller", "lock"), "unlocked", 3, 7, datetime(2026, 11, 27, 7, tzinfo=UTC), 60.0, "hours:x", say("Open")
)


@pytest.fixture(params=["5", "3.1.1"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def site_id() -> str:
    return f"site-{uuid4().hex[:8]}"


def test_a_durable_point_comes_as_an_event_and_telemetry_as_telemetry(broker: Broker, version: str, site_id: str) -> None:
    with Running(small_site(site_id, broker.port, version)) as running, Plain(broker.port) as device:
        device.publish(f"talonmies/{site_id}/door-controller/lock", '"unlocked"')
        device.publish(f"talonmies/{site_id}/sensor/count", '{"value": 3, "t": "2026-11-27T08:57:00+02:00"}', qos=0)
        running.controller.wait_for(lambda c: c.telemetry_seen and c.of(Observed))
    (lock,), (count,) = running.controller.of(Observed), running.controller.telemetry_seen
    assert (lock.device, lock.point, lock.value, lock.sent_at) == ("door-controller", "lock", "unlocked", None)
    assert (count.value, count.sent_at) == (3, datetime(2026, 11, 27, 6, 57, tzinfo=UTC))


def test_what_was_retained_before_is_heard_on_connecting(broker: Broker, version: str, site_id: str) -> None:
    with Plain(broker.port) as device:
        device.publish(f"talonmies/{site_id}/door-controller/contact", '"open"', retain=True)
    with Running(small_site(site_id, broker.port, version)) as running:
        running.controller.wait_for(lambda c: [o.value for o in c.of(Observed)] == ["open"])


def test_fields_of_another_make(broker: Broker, version: str, site_id: str) -> None:
    with Running(small_site(site_id, broker.port, version)) as running, Plain(broker.port) as device:
        device.publish(f"other/{site_id}/relay", '{"output": {"on": true, "watts": 4}, "opened": false}')
        device.publish(f"other/{site_id}/relay", '{"opened": true}')
        device.publish(f"other/{site_id}/relay", '{"watts": 4}')
        running.controller.wait_for(lambda c: c.of(GarbageReceived))
    heard = [(o.point, o.value) for o in running.controller.of(Observed)]
    assert heard == [("on", True), ("tamper", False), ("tamper", True)]
    (garbage,) = running.controller.of(GarbageReceived)
    assert (garbage.device, garbage.problem) == ("relay", "no output.on or opened")


def test_a_command_goes_out_as_the_profile_says(broker: Broker, version: str, site_id: str) -> None:
    topic = f"talonmies/{site_id}/door-controller/lock/set"
    with Running(small_site(site_id, broker.port, version)) as running, Plain(broker.port) as device:
        device.subscribe(topic)
        running.driver.send(UNLOCK)
        (message,) = device.wait_for(topic)
    assert json.loads(message.payload) == {
        "value": "unlocked", "for_s": 60.0, "epoch": 3, "seq": 7, "t": "2026-11-27T07:00:00+00:00",
    }  # fmt: skip
    assert not message.retain
    if version == "5":
        assert message.properties is not None
        assert message.properties.MessageExpiryInterval <= 60


def test_a_command_of_another_make_goes_to_its_own_topic(broker: Broker, site_id: str) -> None:
    with Running(small_site(site_id, broker.port)) as running, Plain(broker.port) as device:
        device.subscribe(f"other/{site_id}/relay/command")
        running.driver.send(replace(UNLOCK, point=PointId("relay", "on"), value=True, for_s=None))
        (message,) = device.wait_for(f"other/{site_id}/relay/command")
    assert json.loads(message.payload)["for_s"] is None


def test_without_a_line_a_command_is_refused_at_once_and_never_sent_later(own_broker: Broker, site_id: str) -> None:
    topic = f"talonmies/{site_id}/door-controller/lock/set"
    with Running(small_site(site_id, own_broker.port)) as running:
        own_broker.stop()
        running.controller.wait_for(lambda c: not c.up)
        with pytest.raises(Unreachable):
            running.driver.send(UNLOCK)
        own_broker.start()
        with Plain(own_broker.port) as device:
            device.subscribe(topic)
            running.controller.wait_for(lambda c: c.up)
            running.driver.send(replace(UNLOCK, seq=8))
            device.wait_for(topic)
        assert [json.loads(message.payload)["seq"] for message in device.messages] == [8]


def test_only_points_that_take_commands_take_them(broker: Broker, site_id: str) -> None:
    with Running(small_site(site_id, broker.port)) as running, pytest.raises(IllegalCommand):
        running.driver.send(replace(UNLOCK, point=PointId("door-controller", "contact")))


def test_a_connection_must_be_in_the_site_file(site_id: str) -> None:
    with pytest.raises(IllegalInput):
        MqttDriver("nowhere", small_site(site_id, 1), Controller(commits=False), SystemClock(), str)


def test_a_retained_command_is_reported_and_our_own_commands_are_not(broker: Broker, version: str, site_id: str) -> None:
    topic = f"talonmies/{site_id}/door-controller/lock/set"
    with Plain(broker.port) as somebody:
        somebody.publish(topic, '{"value": "unlocked", "epoch": 99, "seq": 1}', retain=True)
    with Running(small_site(site_id, broker.port, version)) as running, Plain(broker.port) as device:
        running.controller.wait_for(lambda c: c.of(RetainedCommandFound))
        running.driver.send(UNLOCK)
        device.publish(f"talonmies/{site_id}/door-controller/lock", '"locked"')
        running.controller.wait_for(lambda c: c.of(Observed))
        device.publish(topic, "", retain=True)
    (found,) = running.controller.of(RetainedCommandFound)
    assert (found.connection, found.channel) == ("broker", topic)
    assert "unlocked" in found.sample


def test_mqtt_5_notices_a_command_that_is_retained_while_we_look(broker: Broker, site_id: str) -> None:
    with Running(small_site(site_id, broker.port)) as running, Plain(broker.port) as somebody:
        somebody.publish(f"talonmies/{site_id}/relay/on/set", "true", retain=True)
        running.controller.wait_for(lambda c: c.of(RetainedCommandFound))
        somebody.publish(f"talonmies/{site_id}/relay/on/set", "", retain=True)


def test_garbage_is_reported_once_a_minute_with_its_device(broker: Broker, version: str, site_id: str) -> None:
    with Running(small_site(site_id, broker.port, version)) as running, Plain(broker.port) as device:
        for payload in ('"ajar"', "{", "nan", ""):
            device.publish(f"talonmies/{site_id}/door-controller/lock", payload)
        device.publish(f"talonmies/{site_id}/door-controller/lock", '"locked"')
        running.controller.wait_for(lambda c: c.of(Observed))
    (garbage,) = running.controller.of(GarbageReceived)
    assert (garbage.device, garbage.problem, garbage.sample) == ("door-controller", "not one of locked, unlocked", '"ajar"')
    assert (running.driver.received, running.driver.dropped) == (5, 4)


def test_a_topic_of_no_device_is_reported_once(broker: Broker, site_id: str) -> None:
    strange = f"talonmies/{site_id}/ovi-\N{SNOWMAN}/lock"
    with Running(small_site(site_id, broker.port)) as running, Plain(broker.port) as device:
        device.publish(strange, '"unlocked"')
        device.publish(strange, '"locked"')
        device.publish(f"talonmies/{site_id}/door-controller/lock", '"locked"')
        running.controller.wait_for(lambda c: c.of(Observed))
    (garbage,) = running.controller.of(GarbageReceived)
    assert (garbage.device, garbage.channel) == ("", strange)


def test_the_line_goes_down_and_comes_up_again(own_broker: Broker, version: str, site_id: str) -> None:
    with Running(small_site(site_id, own_broker.port, version)) as running:
        own_broker.kill()
        running.controller.wait_for(lambda c: not c.up)
        own_broker.start()
        running.controller.wait_for(lambda c: c.up)
    changes = running.controller.of(ConnectionChanged)
    assert [changes[0].up, changes[1].up, changes[-1].up] == [True, False, True]
    assert changes[1].problem in ("the connection to the broker was lost", "nothing listens at the broker's address")
    assert changes[-1].problem == ""
