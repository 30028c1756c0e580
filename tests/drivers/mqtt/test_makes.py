"""What each make says and is told, by the examples of its own documentation.

A comment names the page that was read; "recorded" is traffic of real devices that somebody published.
"""

import json

import pytest

from edge.problems import NO_VALUE
from edge.profiles import PROFILES
from edge.profiles.mqtt_mapping import MqttMapping
from tests.drivers.mqtt.makes import Make


def test_every_make_has_a_test_here() -> None:
    tested = {name.removeprefix("test_").split("_says_")[0] for name in globals() if "_says_" in name}
    makes = {name.removeprefix("mqtt.") for name, profile in PROFILES.items() if isinstance(profile.mapping, MqttMapping)}
    assert makes - {"native", "json"} <= tested


# --- zigbee2mqtt: guide/usage/mqtt_topics_and_messages, guide/configuration/device-availability -----------------------


@pytest.mark.parametrize(
    ("payload", "means"),
    [
        ('{"occupancy": true}', {"present": True}),  # RTCGQ01LM, from the page
        ('{"temperature": 27.34, "humidity": 44.72}', {}),  # WSDCGQ01LM, from the page: nothing of this type of device
        (
            '{"battery": 97, "occupancy": false, "linkquality": 120, "tamper": false}',
            {"present": False, "battery": 97, "tamper": False},
        ),
        ('{"battery": null, "occupancy": null}', {"present": NO_VALUE.message, "battery": NO_VALUE.message}),
        ('{"presence": true}', {"present": True}),
        ('{"occupancy": "maybe"}', {"fault": "not true or false"}),
        ("", {"fault": "empty"}),
        ("[]", {}),
    ],
)
def test_zigbee2mqtt_sensor_says_presence(payload: str, means: dict[str, object]) -> None:
    sensor = Make("occupancy-sensor", "mqtt.zigbee2mqtt_sensor", at="zigbee2mqtt/floor1/pir")
    assert sensor.says("zigbee2mqtt/floor1/pir", payload) == means


@pytest.mark.parametrize("payload", ['{"state":"online"}', "online"])  # both forms are on the page
def test_zigbee2mqtt_sensor_says_that_it_and_its_bridge_are_there(payload: str) -> None:
    sensor = Make("occupancy-sensor", "mqtt.zigbee2mqtt_sensor", at="zigbee2mqtt/pir")
    assert sensor.says("zigbee2mqtt/pir/availability", payload) == {"link": True}
    assert sensor.says("zigbee2mqtt/bridge/state", payload.replace("online", "offline")) == {"link": False}


def test_zigbee2mqtt_sensor_says_contacts_and_leaks() -> None:
    contact = Make("alarm-input", "mqtt.zigbee2mqtt_sensor", at="zigbee2mqtt/hatch")
    assert contact.says("zigbee2mqtt/hatch", '{"contact": false}') == {"active": True}
    assert contact.says("zigbee2mqtt/hatch", '{"contact": true, "battery": 100}') == {"active": False, "battery": 100}
    assert contact.says("zigbee2mqtt/hatch", '{"water_leak": true}') == {"active": True}


@pytest.mark.parametrize(
    ("payload", "means"),
    [
        ('{"action": "single"}', {"pressed": True}),  # WXKG01LM, from the page
        ('{"action": "hold", "battery": 100}', {"pressed": True, "battery": 100}),
        ('{"action": ""}', {}),
        ('{"action": null}', {}),
        ('{"action": "release"}', {}),
        ('{"action": true}', {}),
        ('{"battery": 87}', {"battery": 87}),
    ],
)
def test_zigbee2mqtt_sensor_says_presses(payload: str, means: dict[str, object]) -> None:
    assert Make("panic-button", "mqtt.zigbee2mqtt_sensor", at="zigbee2mqtt/b").says("zigbee2mqtt/b", payload) == means


def test_zigbee2mqtt_says_and_does_what_plugs_do() -> None:
    plug = Make("relay", "mqtt.zigbee2mqtt", at="zigbee2mqtt/my_plug")
    # LED1545G12, from the page
    assert plug.says("zigbee2mqtt/my_plug", '{"state": "ON", "brightness": 215, "color_temp": 325}') == {"on": True}
    assert plug.says("zigbee2mqtt/my_plug", '{"state": "BLINK"}') == {"fault": "not one of ON, OFF"}
    assert plug.hears("on", value=True) == ("zigbee2mqtt/my_plug/set", '{"state":"ON"}')
    assert plug.asked == [("zigbee2mqtt/my_plug/get", '{"state": ""}')]


def test_zigbee2mqtt_says_and_does_what_locks_do() -> None:
    lock = Make("door-controller", "mqtt.zigbee2mqtt", at="zigbee2mqtt/lock-store")
    # exposes of a lock in the documentation of its make: state is LOCK or UNLOCK, and so is what is set
    assert lock.says("zigbee2mqtt/lock-store", '{"state": "UNLOCK", "lock_state": "unlocked"}') == {"lock": "unlocked"}
    assert lock.hears("lock", "locked") == ("zigbee2mqtt/lock-store/set", '{"state":"LOCK"}')
    assert lock.site.lease_of("x") == "latch"


# --- Shelly: shelly-api-docs.shelly.cloud gen2, and recorded frames of a shellyplus1 -----------------------------------

SHELLY = "shellyplus1-b8d61a85a8e0"
NOTICE = (
    '{"src": "shellyplus1-b8d61a85a8e0", "dst": "shellyplus1-b8d61a85a8e0/events", "method": "NotifyStatus", '
    '"params": {"ts": 1728655743.99, "switch:0": {"id": 0, "output": true, "source": "button"}}}'
)  # recorded


def event(*names: str) -> str:
    """As recorded, with the names put in."""
    events = [{"component": "input:0", "id": 0, "event": name, "ts": 1728655744.49} for name in names]
    frame = {"src": SHELLY, "dst": f"{SHELLY}/events", "method": "NotifyEvent", "params": {"ts": 1728655744.49, "events": events}}
    return json.dumps(frame)


def test_shelly_says_and_does_what_locks_do() -> None:
    lock = Make("door-controller", "mqtt.shelly", at=SHELLY)
    assert lock.says(f"{SHELLY}/events/rpc", NOTICE) == {"lock": "unlocked"}
    # from memory: the whole status of a component, as it is asked for
    assert lock.says(f"{SHELLY}/status/switch:0", '{"id":0, "source":"MQTT", "output":false, "temperature":{"tC":52.1}}') == {
        "lock": "locked"
    }
    assert lock.says(f"{SHELLY}/status/input:0", '{"id":0,"state":true}') == {"contact": "closed"}
    assert lock.says(f"{SHELLY}/status/input:0", '{"id":0,"state":null}') == {"contact": NO_VALUE.message}
    assert lock.says(f"{SHELLY}/online", "false") == {"link": False}
    assert lock.asked == [(f"{SHELLY}/command", "status_update")]


def test_shelly_says_when_an_unlock_ends_by_itself() -> None:
    """Switch.Set: id, on, and toggle_after, the "optional flip-back timer in seconds"."""
    lock = Make("door-controller", "mqtt.shelly", at=SHELLY, channel=2)
    topic, payload = lock.hears("lock", "unlocked", 60.0)
    assert topic == f"{SHELLY}/rpc"
    set_ = {"id": 1, "src": "talonmies", "method": "Switch.Set"}
    assert json.loads(payload) == set_ | {"params": {"id": 1, "on": True, "toggle_after": 60}}
    assert json.loads(lock.hears("lock", "locked")[1]) == set_ | {"params": {"id": 1, "on": False}}
    assert lock.site.lease_of("x") == "timed"


@pytest.mark.parametrize(
    ("names", "presses"),
    [(("single_push",), 1), (("btn_up",), 0), (("btn_up", "single_push"), 1), (("btn_down", "single_push"), 1), ((), 0)],
)
def test_shelly_says_presses(names: tuple[str, ...], presses: int) -> None:
    button = Make("panic-button", "mqtt.shelly", at=SHELLY)
    assert button.says(f"{SHELLY}/events/rpc", event(*names)) == ({"pressed": True} if presses else {})
    assert Make("panic-button", "mqtt.shelly", at=SHELLY, channel=2).says(f"{SHELLY}/events/rpc", event(*names)) == {}
    assert button.says(f"{SHELLY}/events/rpc", NOTICE) == {}
    assert button.says(f"{SHELLY}/status/sys", '{"mac":"B8D61A85A8E0","uptime":81}') == {"link": True}


# --- Tasmota: tasmota.github.io/docs, MQTT, Buttons-and-Switches, and a published log of tasmota_9CF9D1 ----------------


def test_tasmota_says_and_does_what_relays_do() -> None:
    relay = Make("relay", "mqtt.tasmota", at="tasmota_switch")
    assert relay.says("stat/tasmota_switch/POWER", "OFF") == {"on": False}  # MQTT, "Ask the device for status"
    state = '{"Time":"2024-02-24T22:20:38","Uptime":"0T00:10:11","MqttCount":1,"POWER":"ON","Wifi":{"AP":1,"RSSI":44}}'  # the log
    assert relay.says("tele/tasmota_switch/STATE", state) == {"on": True}
    assert relay.says("tele/tasmota_switch/LWT", "Offline") == {"link": False}
    assert relay.hears("on", value=True) == ("cmnd/tasmota_switch/POWER1", "ON")
    assert relay.asked == [("cmnd/tasmota_switch/POWER1", "")]
    fourth = Make("relay", "mqtt.tasmota", at="tasmota", channel=4)
    assert fourth.hears("on", value=False) == ("cmnd/tasmota/POWER4", "OFF")  # MQTT, Examples: POWER4 off


def test_tasmota_says_and_does_what_locks_do() -> None:
    lock = Make("door-controller", "mqtt.tasmota", at="tasmota")
    assert lock.says("stat/tasmota/POWER", "ON") == {"lock": "unlocked"}  # as its file here says: the relay on is unlocked
    assert lock.says("stat/tasmota/POWER1", "OFF") == {"lock": "locked"}
    assert lock.hears("lock", "unlocked") == ("cmnd/tasmota/POWER1", "ON")
    assert lock.hears("lock", "locked") == ("cmnd/tasmota/POWER1", "OFF")


def test_tasmota_says_what_inputs_and_buttons_do() -> None:
    leak = Make("alarm-input", "mqtt.tasmota", at="tasmota")
    assert leak.says("tele/tasmota/SENSOR", '{"Time":"2021-01-01T00:00:00","Switch1":"ON"}') == {"active": True}  # SwitchMode 15
    assert leak.says("tele/tasmota/SENSOR", '{"Time":"2017-02-16T10:13:52", "DS18B20":{"Temperature":20.6}}') == {}
    button = Make("panic-button", "mqtt.tasmota", at="tasmota")
    assert button.says("stat/tasmota/BUTTON1", '{"ACTION":"SINGLE"}') == {"pressed": True}  # Multi-Press Functions
    assert button.says("stat/tasmota/RESULT", '{"Button1":{"Action":"HOLD"}}') == {"pressed": True}  # from memory
    assert button.says("stat/tasmota/RESULT", '{"POWER":"ON"}') == {}


# --- ESPHome: components/mqtt (Defaults, Last Will And Birth Messages); words of locks from memory ---------------------


def test_esphome_says_and_does_what_locks_do() -> None:
    lock = Make("door-controller", "mqtt.esphome", at="home/door-node/lock/front")
    assert lock.says("home/door-node/lock/front/state", "UNLOCKED") == {"lock": "unlocked"}
    assert lock.says("home/door-node/lock/front/state", "JAMMED") == {"lock": "it says JAMMED"}
    assert lock.hears("lock", "unlocked") == ("home/door-node/lock/front/command", "UNLOCK")
    assert lock.says("home/door-node/status", "offline") == {"link": False}
    assert lock.says("home/door-node/sensor/uptime/state", "4711.0") == {"link": True}


def test_esphome_says_what_sensors_do() -> None:
    radar = Make("occupancy-sensor", "mqtt.esphome", at="desk/binary_sensor/radar")
    assert radar.says("desk/binary_sensor/radar/state", "ON") == {"present": True}
    level = Make("ambient-sensor", "mqtt.esphome", at="desk/sensor/noise")
    assert level.says("desk/sensor/noise/state", "41.7") == {"ambient": 41.7}
    for missing in ("nan", "NaN", "unavailable", "unknown"):
        assert level.says("desk/sensor/noise/state", missing) == {"ambient": f"it says {missing}"}
    assert level.says("desk/sensor/noise/state", "1e400") == {"fault": "a number out of range"}


# --- Teltonika: wiki, Monitoring via MQTT; manual of the RUT9 series ---------------------------------------------------


def test_teltonika_says_what_its_inputs_are() -> None:
    leak = Make("alarm-input", "mqtt.teltonika", at="01234567", channel=2)
    assert leak.asked == [("get/01234567/command", "digital2")]  # as the manual asks for `uptime`
    assert leak.says("router/01234567/digital2", "1") == {"active": True}
    assert leak.says("router/01234567/digital2", "15248") == {"fault": "not one of 1, 0"}


# --- Example TD-4 -----------------------------------------------------------------------------------------------------

DOCK = '{"bays":[{"terminal":"T-0117","released":false},{"terminal":null,"released":true}],"cover_open":false}'


def test_dock_4_says_and_does_what_each_bay_does() -> None:
    first, second = (Make("terminal-dock", "mqtt.dock_4", at="docks/lobby", channel=bay) for bay in (1, 2))
    assert first.says("docks/lobby/state", DOCK) == {"terminal": "T-0117", "release": False, "tamper": False}
    assert second.says("docks/lobby/state", DOCK) == {"terminal": None, "release": True, "tamper": False}
    assert second.hears("release", value=True, for_s=20.0) == ("docks/lobby/command", '{"bay":2,"release":true,"seconds":20}')
    assert second.hears("release", value=False) == ("docks/lobby/command", '{"bay":2,"release":false}')


# --- Example MG-4 -----------------------------------------------------------------------------------------------------


def test_masking_gateway_says_that_it_is_there_and_does_what_its_zones_are_told() -> None:
    zone = Make("masking-unit", "mqtt.masking_gateway", at="hall/mg", channel=2)
    assert zone.says("hall/mg/online", "0") == {"link": False}
    assert zone.hears("level", 41.5) == ("hall/mg/zone/2/level", "41.5")
    assert zone.hears("muted", value=True) == ("hall/mg/mute", "1")
    assert "" not in zone.routes.rest
