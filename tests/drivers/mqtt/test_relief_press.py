"""Buttons that are no panic buttons come with everything else: answered when they are on disk, and before nobody."""

import json
from uuid import uuid4

import pytest

from drivers.mosquitto import Broker
from edge.events import Event, GarbageReceived, Observed
from edge.site.model import Site
from tests.broker import Controller, Plain, Running
from tests.drivers.mqtt.makes import site_with


@pytest.fixture
def site(broker: Broker) -> Site:
    return site_with("relief-button", "native", broker.port, f"site-{uuid4().hex[:8]}")


def said(controller: Controller) -> list[tuple[str, str | None]]:
    return [(e.point, e.press) for e in controller.of(Observed) if e.point in ("tapped", "held")]


def native(site: Site, point: str) -> str:
    return f"talonmies/{site.site.id}/x/{point}"


def test_a_press_is_answered_when_it_is_on_disk_and_holds_up_no_panic(broker: Broker, site: Site) -> None:
    with Running(site, commits=False) as running, Plain(broker.port) as button:
        button.subscribe(f"{native(site, 'tapped')}/ack", f"{native(site, 'held')}/ack")
        for point in ("tapped", "held"):
            button.publish(native(site, point), json.dumps({"value": True, "id": f"{point}-1"}))
            button.publish(native(site, point), '{"value": false}')
        running.controller.wait_for(lambda c: said(c) == [("tapped", "tapped-1"), ("held", "held-1")])
        assert button.messages == []
        running.controller.commit()
        (tapped,) = button.wait_for(f"{native(site, 'tapped')}/ack")
        (held,) = button.wait_for(f"{native(site, 'held')}/ack")
    assert [json.loads(answer.payload) for answer in (tapped, held)] == [{"id": "tapped-1"}, {"id": "held-1"}]
    assert _presses_among(running.controller.urgent) == []


def test_a_retained_press_without_id_is_none(broker: Broker, site: Site) -> None:
    with Plain(broker.port) as button:
        button.publish(native(site, "held"), "true", retain=True)
        with Running(site) as running:
            running.controller.wait_for(lambda c: c.of(GarbageReceived))
            button.publish(native(site, "tapped"), "true")
            running.controller.wait_for(said)
        button.publish(native(site, "held"), "", retain=True)
    assert [point for point, _ in said(running.controller)] == ["tapped"]


def test_a_button_of_another_make_is_pressed_short_and_long(broker: Broker) -> None:
    name = f"site-{uuid4().hex[:8]}"
    site = site_with("relief-button", "mqtt.zigbee2mqtt_sensor", broker.port, name, at=f"{name}/button")
    with Running(site) as running, Plain(broker.port) as button:
        for action in ("single", "hold", "", "release", "double"):
            button.publish(f"{name}/button", json.dumps({"action": action}))
        running.controller.wait_for(lambda c: len(said(c)) == 3)
    assert [point for point, _ in said(running.controller)] == ["tapped", "held", "tapped"]
    assert len({press for _, press in said(running.controller)}) == 3


def _presses_among(events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, Observed) and event.press is not None]
