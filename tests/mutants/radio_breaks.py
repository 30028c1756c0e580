"""Breaks of what is believed of Bluetooth devices, and of what is written to them."""

from tests.mutants.breaks import Break, broken

COUNTERS, BTHOME, LISTENERS = "drivers/ble/counters.py", "drivers/ble/bthome.py", "drivers/ble/listeners.py"
NEAREST, RADIO, SESSION = "drivers/ble/nearest.py", "drivers/ble/radio.py", "drivers/ble/session.py"
WATCHDOG, TABLE = "drivers/ble/watchdog.py", "edge/profiles/ble_mapping.py"

COUNTED = ("tests/drivers/ble/test_counters.py",)
MESSAGES = ("tests/drivers/ble/test_bthome.py",)
TRACES = ("tests/drivers/ble/test_traces.py",)
ON_THE_AIR = ("tests/drivers/ble/test_listening.py",)
BEACONS = ("tests/drivers/ble/test_beacons.py",)
CODECS = ("tests/drivers/ble/test_codecs.py",)
CONNECTED = ("tests/drivers/ble/test_lock.py",)
SILENCE = ("tests/drivers/ble/test_watchdog.py",)

RADIO_BREAKS: tuple[Break, ...] = (
    broken("the counter of a fob may begin anew", COUNTERS, "(begins_anew and counter < ", "(counter < ", TRACES),
    broken(
        "a message counts as often as it is said", COUNTERS, '            return "repeat"\n', '            return "new"\n', COUNTED
    ),
    broken(
        "a press that was lost with the power is refused when it is repeated",
        COUNTERS,
        "min((newest, *(c - 1 for c in self._under_way.get(mark, ()))))",
        "newest",
        COUNTED,
    ),
    broken("a recording counts", LISTENERS, 'if verdict == "old":', "if False:", TRACES),
    broken(
        "a recording keeps a fob alive",
        LISTENERS,
        "            self._teller.nonsense(self.device, self.address, str(error), octets)\n            return False\n",
        "            self._teller.heard(self.device, now)\n            return False\n",
        TRACES,
    ),
    broken(
        "the last recording before a restart is passed over in silence",
        LISTENERS,
        "(self._taken_at is None or now - self._taken_at > _BURST_S)",
        "self._taken_at is not None and now - self._taken_at > _BURST_S",
        ON_THE_AIR,
    ),
    broken("all presses of a fob are one", LISTENERS, 'f"{self._mark}-{counter}", durable', "self._mark, durable", TRACES),
    broken(
        "a dock is empty before anybody has listened",
        LISTENERS,
        "if self._present is not None or now - self._listening_since >= self.table.patience_s:",
        "if True:",
        ON_THE_AIR,
    ),
    broken("what somebody wrote with another key is believed", BTHOME, "elif not parser.bindkey_verified:", "elif False:", TRACES),
    Break(
        "what is not encrypted is believed of who has a key",
        (
            (BTHOME, "if not head & _ENCRYPTED and key is not None:", "if False:"),
            (BTHOME, "elif not parser.bindkey_verified:", "elif octets[0] & _ENCRYPTED and not parser.bindkey_verified:"),
        ),
        TRACES,
    ),
    broken("what stands before a break is believed", BTHOME, "    if place > len(body):\n", "    if False:\n", MESSAGES),
    broken("what BlueZ remembers is heard", RADIO, "now is not None and now is not then for", "now is not None for", ON_THE_AIR),
    broken(
        "a terminal leaves with every weak measurement",
        NEAREST,
        "levels[present].dbm < table.near_dbm - table.margin_db",
        "levels[present].dbm < table.near_dbm + 10",
        BEACONS,
    ),
    broken(
        "an adapter that stays deaf is never told", WATCHDOG, "self.silent = self._restarts > 0", "self.silent = False", SILENCE
    ),
    broken(
        "an older order is written to a lock",
        SESSION,
        "            if number > self._newest.get(point, (-1, -1)):\n",
        "            if True:\n",
        SILENCE,
    ),
    broken(
        "a lock that shows another order is believed",
        SESSION,
        "!= number_of(wish.epoch, wish.seq):",
        "== b'':",
        CONNECTED,
    ),
    broken(
        "what a device keeps is kept past its lease",
        TABLE,
        "falls_back: ClassVar[bool] = False",
        "falls_back: ClassVar[bool] = True",
        CONNECTED,
    ),
    broken("octets that are missing are zeros", TABLE, "if len(octets) < self.length:", "if False:", CODECS),
    broken(
        "an unlock is for as long as can be written",
        TABLE,
        "_MOST_S if for_s is None else min(int(for_s), _MOST_S)",
        "_MOST_S",
        CODECS,
    ),
)
