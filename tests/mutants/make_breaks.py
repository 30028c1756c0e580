"""Breaks of what makes that speak MQTT say and are told, and of what lies between them and the controller."""

from tests.mutants.breaks import Break, broken

MAKES = "edge/profiles/mqtt/"
SHELLY, TASMOTA, ESPHOME = f"{MAKES}shelly.py", f"{MAKES}tasmota.py", f"{MAKES}esphome.py"
ZIGBEE, ZIGBEE_SENSOR, DOCK = f"{MAKES}zigbee2mqtt.py", f"{MAKES}zigbee2mqtt_sensor.py", f"{MAKES}dock_4.py"
TRANSLATION, TEMPLATE = "edge/profiles/translation.py", "edge/profiles/message_template.py"
LINK, HEARD, PRESENCE, JSON = (
    "drivers/mqtt/link.py",
    "drivers/mqtt/makes.py",
    "drivers/mqtt/presence.py",
    "drivers/mqtt/strict_json.py",
)

OWN_WORDS = ("tests/drivers/mqtt/test_makes.py",)
PAYLOADS = ("tests/drivers/mqtt/test_make_payloads.py",)
TWINS = ("tests/drivers/mqtt/test_twins.py",)
NATIVE = ("tests/drivers/mqtt/test_native.py",)
ON_A_BROKER = ("tests/drivers/mqtt/test_link.py",)
PRESSES = ("tests/drivers/mqtt/test_press.py",)

MAKE_BREAKS: tuple[Break, ...] = (
    broken(
        "a Shelly lock is read the wrong way round",
        SHELLY,
        '{"true": "unlocked", "false": "locked"}',
        '{"true": "locked", "false": "unlocked"}',
        OWN_WORDS,
    ),
    broken("an unlock of a Shelly does not end by itself", SHELLY, ', "toggle_after": {for_s}', "", OWN_WORDS),
    broken("a Shelly button is pressed when it is let go", SHELLY, '("btn_down", ', '("btn_up", "btn_down", ', OWN_WORDS),
    broken("a jammed lock counts as locked", ESPHOME, '"JAMMED": None', '"JAMMED": "locked"', OWN_WORDS),
    broken("a Zigbee contact is read the wrong way round", ZIGBEE_SENSOR, '{"false": True, "true": False}', "{}", OWN_WORDS),
    broken(
        "a Zigbee device outlives its bridge",
        ZIGBEE,
        '    MqttPoint("link", "{at}/../bridge/state", field="state", values=_THERE),\n'
        '    MqttPoint("link", "{at}/../bridge/state", values=_THERE),\n',
        "",
        OWN_WORDS,
    ),
    broken(
        "a Tasmota lock is read the wrong way round",
        TASMOTA,
        '{"ON": "unlocked", "OFF": "locked"}',
        '{"ON": "locked", "OFF": "unlocked"}',
        OWN_WORDS,
    ),
    broken("a bay of a dock lets the next terminal go", DOCK, '{"bay": {channel}', '{"bay": {index}', OWN_WORDS),
    broken(
        "a word that nobody knows is taken as it is",
        TRANSLATION,
        "if self.values and word.lower() not in NO_VALUE:",
        "if False:",
        OWN_WORDS,
    ),
    broken(
        "one is the same as true",
        TRANSLATION,
        " and isinstance(meant, bool) == isinstance(value, bool)",
        "",
        PAYLOADS,
    ),
    broken(
        "a number is scaled one way only", TRANSLATION, "round((value - self.offset) / self.scale, 3)", "round(value, 3)", PAYLOADS
    ),
    broken(
        "a command that lasts says that it does not",
        TEMPLATE,
        "_LEFT_OUT if part == FOR_S and values[part] is None else values[part]",
        "0 if part == FOR_S and values[part] is None else values[part]",
        OWN_WORDS,
    ),
    broken(
        "whatever a button says is a press",
        HEARD,
        "if any(_is_press(manner.heard, value) for value in found) else []",
        "if found else []",
        OWN_WORDS,
    ),
    broken(
        "what one topic says hides what the others said of a device",
        PRESENCE,
        "return all(each is not False for each in said.values())",
        "return value",
        TWINS,
    ),
    broken(
        "a broker may keep an unlock that carries no number",
        LINK,
        "            lasting_s = min(lasting_s or _WITHOUT_NUMBER_S, _WITHOUT_NUMBER_S)\n",
        "            pass\n",
        TWINS,
    ),
    broken(
        "a press without an id that the broker repeats is two",
        LINK,
        "self._unacknowledged.get(key) if message.dup else None",
        "None",
        TWINS,
    ),
    broken(
        "a press that lies on the broker is told of by nobody", LINK, "        if message.retain:\n", "        if False:\n", PRESSES
    ),
    broken("a press is taken from the broker before it is on disk", LINK, "        if not kept:\n", "        if True:\n", PRESSES),
    broken(
        "a command that lies on the broker is told of by nobody",
        LINK,
        "        elif retained and payload:\n",
        "        elif False:\n",
        ON_A_BROKER,
    ),
    broken("a key may appear twice", JSON, "    if len(members) != len(pairs):\n", "    if False:\n", NATIVE),
)
