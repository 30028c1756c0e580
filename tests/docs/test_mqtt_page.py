"""What docs/mqtt.md shows of other makes is true: its lines load, its table is that of the profiles."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from drivers.mqtt.routes import questions_of_device, routes_of
from edge.profiles import PROFILES
from edge.profiles.mqtt_mapping import MqttMapping
from edge.site.document import plain
from edge.site.model import Site
from edge.site.reading import build_tree
from tests.builders import site_of
from tests.docs.snippets import code_blocks
from tests.drivers.mqtt.makes import Make

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mqtt.md"
TEXT = PAGE.read_text(encoding="utf-8")
MAKES = {name: profile for name, profile in PROFILES.items() if isinstance(profile.mapping, MqttMapping) and name != "native"}
_WORDS = {"s": 1, "min": 60, "h": 3600}


def sections(text: str) -> dict[str, Any]:
    """As a site file is read: `{1: locked}` has a text for its key."""
    root = build_tree(text).root
    assert root is not None
    found = plain(root)
    assert isinstance(found, dict)
    return found


def site_of_page() -> Site:
    found = [sections(text) for text in code_blocks(PAGE, "yaml")]
    devices = {name: device for each in found for name, device in each.get("devices", {}).items()}
    leak = {"name": "Leak", "level": 2, "response": ["Close it."], "clears": "When dry."}
    return site_of({"lobby": "public"}, {}, connections={"broker": {"protocol": "mqtt"}}, devices=devices, alarms={"leak": leak})


def test_the_lines_of_the_page_load_and_lead_somewhere() -> None:
    site = site_of_page()
    assert {device.profile for device in site.devices.values()} == set(MAKES)
    routes = routes_of(site, "broker")
    assert {route.point.device for lane in (routes.rest, routes.panic) for of in lane.values() for route in of} == set(site.devices)
    assert questions_of_device(site, "heater")


def test_the_table_is_that_of_the_profiles() -> None:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| `mqtt.")]
    assert {row[0].strip("`") for row in rows} == set(MAKES)
    for name, types, _, ends, heard, channels in rows:
        profile = MAKES[name.strip("`")]
        if profile.mapping.types is None:
            continue
        assert all(type_ in types for type_ in profile.mapping.types)
        if "door-controller" in profile.mapping.types:
            assert f"`{profile.lease}`" in ends
        number, unit = heard.split()
        usual = profile.heartbeat or timedelta(seconds=30)
        assert usual == timedelta(seconds=int(number) * _WORDS[unit])
        assert int(channels) == profile.channels


def test_the_payloads_that_nobody_knows_are_read_and_written() -> None:
    points = site_of_page().devices["lock-archive"].points
    lock = Make("door-controller", "mqtt.json", points={name: address.model_dump() for name, address in points.items()})
    assert lock.says("io/7/state", '{"outputs": [{"on": 1}]}') == {"lock": "unlocked"}
    assert lock.hears("lock", "unlocked", 60.0) == ("io/7/set", '{"output":0,"on":1,"off_after":60}')
    assert lock.hears("lock", "locked") == ("io/7/set", '{"output":0,"on":0}')
    meter = site_of_page().devices["noise-lobby"].points["ambient"].model_dump()
    sensor = Make("ambient-sensor", "mqtt.json", points={"ambient": meter})
    assert sensor.says("meters/3", '{"sensors": [{"kind": "t", "value": 5}, {"kind": "laeq", "value": 415}]}') == {"ambient": 41.5}
