"""A press is the broker's until the controller has it on disk: PUBACK and answer come after the commit, and only then."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from drivers.mosquitto import Broker
from edge.events import GarbageReceived, Observed
from edge.site.model import Site
from tests.broker import Plain, Running, small_site, until


@pytest.fixture(params=["5", "3.1.1"])
def site(request: pytest.FixtureRequest, broker: Broker) -> Site:
    return small_site(f"site-{uuid4().hex[:8]}", broker.port, request.param)


def pressed(site: Site) -> str:
    return f"talonmies/{site.site.id}/panic/pressed"


def test_a_press_is_urgent_and_is_answered_with_its_own_id(broker: Broker, site: Site) -> None:
    with Running(site) as running, Plain(broker.port) as button:
        button.subscribe(f"{pressed(site)}/ack")
        button.publish(pressed(site), '{"value": true, "id": "boot-1", "t": "2026-11-27T08:57:00+02:00"}')
        button.publish(pressed(site), '{"value": true, "id": 42}')
        answers = [json.loads(message.payload) for message in button.wait_for(f"{pressed(site)}/ack", 2)]
    assert answers == [{"id": "boot-1"}, {"id": 42}]
    assert running.controller.presses == ["boot-1", "42"]
    assert [event for event in running.controller.urgent if isinstance(event, Observed)] == running.controller.of(Observed)


def test_no_answer_before_the_commit(broker: Broker, site: Site) -> None:
    with Running(site, commits=False) as running, Plain(broker.port) as button:
        button.subscribe(f"{pressed(site)}/ack", "marker")
        button.publish(pressed(site), '{"value": true, "id": "a"}')
        running.controller.wait_for(lambda c: c.presses)
        button.publish("marker", "")
        button.wait_for("marker")
        assert [message.topic for message in button.messages] == ["marker"]
        running.controller.commit()
        button.wait_for(f"{pressed(site)}/ack")


def test_an_uncommitted_press_is_delivered_again_and_a_committed_one_is_not(broker: Broker, site: Site) -> None:
    with Running(site, commits=False) as first, Plain(broker.port) as button:
        button.publish(pressed(site), '{"value": true, "id": "a"}')
        first.controller.wait_for(lambda c: c.presses)
    with Running(site, commits=False) as second, Plain(broker.port) as button:
        second.controller.wait_for(lambda c: c.presses == ["a"])
        button.subscribe(f"{pressed(site)}/ack")
        second.controller.commit()
        button.wait_for(f"{pressed(site)}/ack")
    with Running(site) as third, Plain(broker.port) as button:
        button.publish(pressed(site), '{"value": true, "id": "b"}')
        third.controller.wait_for(lambda c: "b" in c.presses)
    assert third.controller.presses == ["b"]


def test_a_press_while_the_controller_is_away_is_delivered_when_it_returns(broker: Broker, site: Site) -> None:
    with Running(site):
        pass
    with Plain(broker.port) as button:
        for number in range(30):  # more than a broker sends at once unless it is told to
            button.publish(pressed(site), json.dumps({"value": True, "id": f"a-{number}"}))
    with Running(site, commits=False) as running:
        running.controller.wait_for(lambda c: c.presses == [f"a-{number}" for number in range(30)])


def test_a_press_without_id_is_a_press_of_its_own(broker: Broker, site: Site) -> None:
    with Running(site) as running, Plain(broker.port) as button:
        for payload in ("true", '{"value": true}', '{"value": true, "id": ["?"]}', "false", '{"value": true, "id": "last"}'):
            button.publish(pressed(site), payload)
        running.controller.wait_for(lambda c: "last" in c.presses)
    assert len(set(running.controller.presses)) == 4
    assert not running.controller.of(GarbageReceived)


def test_a_retained_press_counts_only_by_its_id_and_is_reported(broker: Broker, site: Site) -> None:
    with Plain(broker.port) as button:
        button.publish(pressed(site), '{"value": true, "id": "left"}', retain=True)
    with Running(site) as running:
        running.controller.wait_for(lambda c: c.presses == ["left"] and c.of(GarbageReceived))
    with Plain(broker.port) as button:
        button.publish(pressed(site), "true", retain=True)
    with Running(site) as running, Plain(broker.port) as button:
        # What came live while we were away is a press, whatever its sender wanted retained; what is left over is none.
        running.controller.wait_for(lambda c: len(set(c.presses) - {"left"}) == 1 and c.of(GarbageReceived))
        button.publish(pressed(site), "", retain=True)
    assert running.controller.of(GarbageReceived)[0].problem == "a retained press"


def test_garbage_from_a_panic_button_is_urgent_and_does_not_come_back(broker: Broker, site: Site) -> None:
    with Running(site) as running, Plain(broker.port) as button:
        button.publish(pressed(site), "pressed!")
        garbage = running.controller.wait_for(lambda c: c.of(GarbageReceived))[0]
    assert (garbage.device, garbage.sample) == ("panic", "pressed!")
    assert garbage in running.controller.urgent
    with Running(site) as again, Plain(broker.port) as button:
        button.publish(pressed(site), '{"value": true, "id": "b"}')
        again.controller.wait_for(lambda c: c.presses == ["b"])
    assert not again.controller.of(GarbageReceived)


def test_the_heartbeat_of_a_panic_button_comes_by_its_own_line_and_is_not_kept(broker: Broker, site: Site) -> None:
    link = f"talonmies/{site.site.id}/panic/link"
    with Running(site):
        pass
    with Plain(broker.port) as button:
        for _ in range(5):
            button.publish(link, "true", retain=True)
    with Running(site) as running, Plain(broker.port) as button:
        button.publish(pressed(site), '{"value": true, "id": "b"}')
        running.controller.wait_for(lambda c: c.presses)
        running.controller.wait_for(lambda c: [o.point for o in c.of(Observed)].count("link") == 1)


def test_a_broker_that_is_killed_keeps_the_presses_it_has_saved(tmp_path: Path) -> None:
    """It saves after each turn of its loop, by the settings we ship; a press of the very last turn is the button's to repeat."""
    with Broker(tmp_path) as broker:
        site = small_site("killed", broker.port)
        with Running(site):
            pass
        with Plain(broker.port) as button:
            for number in range(50):
                button.publish(pressed(site), json.dumps({"value": True, "id": f"press-{number}"}))
        until(lambda: b"press-49" in (tmp_path / "mosquitto.db").read_bytes())
        broker.kill()
        broker.start()
        with Running(site) as running:
            running.controller.wait_for(lambda c: c.presses == [f"press-{number}" for number in range(50)])
