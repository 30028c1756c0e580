"""Random minutes on the air and in the controller behind it, on a count of seconds of their own, and an oracle that keeps its own
books: which message is new, which press was made, since when nobody vouches for the fob.

The driver's own listeners, counters, watchdog and teller hear what is said; only BlueZ and the radio are left out.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Literal

from drivers.ble.bthome import UUID, key_mark, press_id
from drivers.ble.link import BleDriver
from drivers.ble.radio import Devices, Radio
from drivers.virtual.ble_twins import REPEATS, beacon_advert, bthome_message
from edge import conditions
from edge.clock import SystemClock
from edge.controller import Controller
from edge.events import DaemonStarted, Event, Observed, decode, encode
from edge.facts import ACTIVE, READING
from edge.points import Value
from edge.site.connections import BleConnection
from security import alarms
from security.alarms import ALARM, AlarmRaised
from tests.drivers.ble.air import DEVICES, DOCK_1, FOB, SEALED, SENSOR, TERMINALS, site_with

if TYPE_CHECKING:
    from bleak.backends.scanner import AdvertisementData

LASTS_S = 400
SILENCE_S = 3 * 10 + 1
"""After three heartbeats of a fob it is lost."""
SOON_S = 4
"""For what follows from that, in seconds."""
LINE_SILENCE_S = 10
STEADY_S = 20
SAVED_WITHIN_S = 7
"""After a kill, what was taken within so long may be taken once more."""
BEGINS_BELOW = 100
KEYS = tuple(f"{n:032x}" for n in range(0xA0, 0xA8))
STRANGERS_KEY = bytes.fromhex("00112233445566778899aabbccddeeff")
START = datetime(2026, 11, 27, 6, tzinfo=UTC)
HERE = beacon_advert("ibeacon", tuple(TERMINALS.split("/")), "17-4")


@dataclass(frozen=True, slots=True)
class Said:
    """One message as its device made it. counter: None where it is not encrypted."""

    octets: bytes
    key: str = ""
    counter: int | None = None
    press: bool = False
    active: bool = False


@dataclass(slots=True)
class Speaker:
    """A device that encrypts. battery: in per cent."""

    address: str
    begins_anew: bool
    counter: int
    key: str
    battery: int = 90
    away_until: int = 0
    said: list[Said] = field(default_factory=list)

    def says(self, *, press: bool = False, active: bool = False) -> Said:
        self.counter += 1
        objects = {"battery": self.battery, "tamper": False, **({"button": 1} if press else {})}
        objects |= {"opening": active} if self.begins_anew else {}
        octets = bthome_message(objects, self.address, bytes.fromhex(self.key), self.counter)
        self.said.append(Said(octets, self.key, self.counter, press, active))
        return self.said[-1]

    def id_of(self, said: Said) -> str:
        return press_id(self.address, key_mark(bytes.fromhex(said.key)), said.counter or 0)


class Books:
    """What is known of one device that encrypts, from its messages and the page of the documentation alone."""

    def __init__(self, begins_anew: bool) -> None:
        self.begins_anew = begins_anew
        self.newest: dict[str, int] = {}
        self.taken: list[tuple[int, str, int]] = []
        """When a message was, its key and counter."""
        self.unsure: dict[str, int] = {}
        """By key: what is newer than that may be taken once more, as the controller was killed."""
        self.surely_at = self.maybe_at = -(10**6)
        self.refused_at = -(10**6)

    def hears(self, said: Said, key: str, now: int) -> Literal["yes", "no", "maybe"]:
        """Whether it has to be taken."""
        if said.key != key or said.counter is None:
            self.refused_at = now
            return "no"
        newest = self.newest.get(key, -1)
        if said.counter > newest or (self.begins_anew and said.counter < BEGINS_BELOW and said.counter != newest):
            self.newest[key] = said.counter
            self.taken.append((now, key, said.counter))
            self.surely_at = self.maybe_at = now
            return "yes"
        if said.counter > self.unsure.get(key, newest):
            self.maybe_at = now
            return "maybe"
        if said.counter < newest:
            self.refused_at = now
        return "no"

    def killed(self, now: int) -> None:
        self.refused_at = -(10**6)
        for key in self.newest:
            saved = max((c for at, k, c in self.taken if k == key and at < now - SAVED_WITHIN_S), default=-1)
            self.unsure[key] = min(saved, self.unsure.get(key, saved))


class Trace:
    """hear: the radio's own clock is `now`, which the test puts into the driver."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = Random(f"air {seed}")
        self.folder = folder
        self.now = 0
        sealed = {**DEVICES[SEALED], "key": "env:SEALED"}
        self.site = site_with(FOB, SENSOR, DOCK_1, **{SEALED: sealed})
        self.fob = Speaker(str(DEVICES[FOB]["at"]), False, 1000, KEYS[0])
        self.sealed = Speaker(str(DEVICES[SEALED]["at"]), True, 1000, KEYS[-1])
        self.books = {FOB: Books(False), SEALED: Books(True)}
        self.expected: dict[str, int] = {}
        """Presses that the controller must know of, and since when it has heard them."""
        self.real: set[str] = set()
        self.active: set[bool] = set()
        """What the sealed sensor said last that had to be believed, and what may be, since a kill, though it was said before."""
        self.present: bool | None = None
        self.terminal_at = self.terminal_since = -(10**6)
        """When the terminal was heard last, and since when it is without a longer gap."""
        self.spiked = False
        self.journal: list[Event] = []
        self.waiting: list[Callable[[], None]] = []
        self.state, self.state_since, self.state_until = "well", 0, 0
        self.worked_at = 0
        """Since when the adapter works, or its last trouble."""
        self._start()

    # --- the controller and its driver --------------------------------------------------------------------------------

    def telemetry(self, event: Observed) -> None:
        self.event(event)

    def event(self, event: Event, on_durable: Callable[[], None] | None = None, *, urgent: bool = False) -> None:
        if isinstance(event, Observed) and not event.bad:
            self._check_told(event, urgent=urgent)
        self.controller.observe(event)
        if on_durable:
            self.waiting.append(on_durable)

    def _start(self) -> None:
        self.clock = SystemClock(lambda: START.timestamp() + self.now, lambda: float(self.now))
        self.controller = Controller(self.site)
        self.controller.restore([decode(event.kind, json.loads(json.dumps(encode(event)))) for event in self.journal])
        self.waiting.clear()
        self.started_at = self.now
        self.present = None
        self.active = set()
        self.controller.observe(DaemonStarted(at=self.clock.now(), epoch=1 + self.now, version="test", site="air"))
        keys = {"env:FOB": self.fob.key, "env:SEALED": self.sealed.key}
        driver = BleDriver("near", self.site, self, self.clock, keys.__getitem__, self.folder)
        described = self.site.connections["near"]
        assert isinstance(described, BleConnection)
        devices = Devices(driver._sensors, driver._docks, [])
        self.watchdog = driver._watchdog
        self.radio = Radio("near", described, devices, driver._teller, driver._nearest, driver._counters, self.watchdog)
        self.teller = driver._teller
        for sensor in driver._sensors if driver._counters.broken else ():
            sensor.doubt_counter()
        self.watchdog.listens(self.now)

    def kill(self, *, lose_counters: bool = False) -> None:
        """And start it again. What was not on disk is gone."""
        for books in self.books.values():
            books.killed(self.now)
        kept = {press for press, at in self.expected.items() if at < self.now or press in self.raised()}
        self.expected = {press: at for press, at in self.expected.items() if press in kept}
        if lose_counters:
            (self.folder / "ble-near.json").unlink(missing_ok=True)
            for books in self.books.values():
                books.unsure = dict.fromkeys(books.newest, -1)
        self._start()

    def commit(self) -> None:
        while True:
            outcome = self.controller.settle(self.clock.now())
            self.journal += outcome.events
            if self.controller.kernel.faults:
                raise self.controller.kernel.faults[0]
            if not outcome.commands:
                break
        for on_durable in self.waiting:
            on_durable()
        self.waiting.clear()

    def raised(self) -> list[str | None]:
        return [e.press for e in self.journal if isinstance(e, AlarmRaised) and e.type == conditions.PANIC]

    def holds(self, condition: str, subject: str) -> bool:
        return self.controller.facts(ACTIVE(condition, subject)) is not None

    # --- the air ------------------------------------------------------------------------------------------------------

    @property
    def hears(self) -> bool:
        return self.state == "well"

    def says(self, device: str, said: Said, *, copies: int = 1, lost: float = 0.0) -> None:
        """A message goes out, and each of its copies arrives or not."""
        speaker = self.fob if device == FOB else self.sealed
        for _ in range(copies):
            if not self.hears or self.chance.random() < lost:
                continue
            # Whoever listens is told of it only after that.
            taken = self.books[device].hears(said, speaker.key, self.now)
            if device == SEALED and taken != "no":
                self.active = {said.active} if taken == "yes" else {*self.active, said.active}
            if said.press and taken == "yes":
                self.expected.setdefault(speaker.id_of(said), self.now)
            self.receive(speaker.address, {UUID: said.octets})

    def receive(self, address: str, service: dict[str, bytes], *, dbm: int = -60) -> None:
        from bleak.backends.device import BLEDevice

        self.radio._hear(BLEDevice(address, None, None), advert(address, service, {}, dbm), self.now)

    def beacon(self) -> None:
        if self.hears and self.chance.random() < 0.7:
            from bleak.backends.device import BLEDevice

            self.spiked = not self.spiked and self.chance.random() < 0.1
            dbm = -90 if self.spiked else round(self.chance.gauss(-50, 6))
            if self.now - self.terminal_at > STEADY_S / 4:
                self.terminal_since = self.now
            self.terminal_at = self.now
            address = "C2:00:00:00:00:01"
            self.radio._hear(BLEDevice(address, None, None), advert(address, {}, dict(HERE.manufacturer_data), dbm), self.now)

    # --- time ---------------------------------------------------------------------------------------------------------

    def live(self) -> None:
        for self.now in range(1, LASTS_S):
            if self.chance.random() < 0.12:
                getattr(self, self.chance.choices([*HAPPENINGS], [*HAPPENINGS.values()])[0])()
            self._beats()
            self._radio_turns()
            if self.chance.random() < 0.003:
                self.kill()  # before anything of this second is on disk
            self.commit()
            self.check()

    def _beats(self) -> None:
        if self.now % 10 == 0:
            self.says(FOB, self.fob.says(), copies=REPEATS, lost=self._lost(self.fob))
        if self.now % 30 == 5:
            self.says(SEALED, self.sealed.says(active=self.chance.random() < 0.5), copies=REPEATS, lost=self._lost(self.sealed))
        if self.now % 30 == 15 and self.hears:
            self.present = self.chance.random() < 0.5
            self.receive(str(DEVICES[SENSOR]["at"]), {UUID: bthome_message({"occupancy": self.present}, "")})
        self.beacon()

    def _lost(self, speaker: Speaker) -> float:
        return 1.0 if self.now < speaker.away_until else 0.3

    def _radio_turns(self) -> None:
        """What `Radio.run` and `_scan` do with an adapter, second by second."""
        if self.state != "well":
            self.worked_at = self.now
            if self.now >= self.state_until:
                self._becomes("well")
        if self.state == "gone" or (self.state == "flapping" and self.now % 20 < 2):
            self.teller.line(False, "gone")
            self.radio._turn_deaf()
            self.radio._save()
            return
        if self.watchdog.judge(self.now):
            self.radio._turn_deaf()
            self.radio._save()
            self.watchdog.restarted(self.now)
            self.watchdog.listens(self.now)
            if self.state == "deaf":
                self._becomes("well")
        self.radio._look(self.now)

    def _becomes(self, state: str, lasts: int = 0) -> None:
        if state == "well" and self.state == "gone":
            self.radio._handed_out.clear()
            self.watchdog.listens(self.now)
        self.state, self.state_since, self.state_until = state, self.now, self.now + lasts

    # --- what happens -------------------------------------------------------------------------------------------------

    def presses(self) -> None:
        said = self.fob.says(press=True)
        self.real.add(self.fob.id_of(said))
        self.says(FOB, said, copies=self.chance.choice([1, REPEATS, 3 * REPEATS]), lost=self._lost(self.fob))

    def plays_back(self) -> None:
        for said in self.chance.sample(self.fob.said, min(len(self.fob.said), 3)):
            self.says(FOB, said)

    def plays_back_the_last(self) -> None:
        if self.fob.said:
            self.says(FOB, self.fob.said[-1])

    def plays_back_a_sensor(self) -> None:
        old = [said for said in self.sealed.said if said.counter is not None and said.counter >= BEGINS_BELOW]
        if old:
            self.says(SEALED, self.chance.choice(old))

    def speaks_under_its_address(self) -> None:
        """Somebody without the key: in the clear, or with another key."""
        newer = self.fob.counter + self.chance.randint(1, 500)
        forged = bthome_message({"button": 1}, self.fob.address, STRANGERS_KEY, newer)
        self.says(FOB, Said(self.chance.choice([bthome_message({"button": 1}, self.fob.address), forged])))

    def says_what_another_said(self) -> None:
        if self.hears and self.sealed.said:
            self.receive(self.fob.address, {UUID: self.chance.choice(self.sealed.said).octets})

    def a_sensor_is_spoken_for(self) -> None:
        said = bthome_message({"opening": True}, self.sealed.address)
        forged = bthome_message({"opening": True}, self.sealed.address, STRANGERS_KEY, 2**30)
        self.says(SEALED, Said(self.chance.choice([said, forged])))

    def breaks_off_or_is_flipped(self) -> None:
        whole = bytearray(self.chance.choice(self.fob.said).octets) if self.fob.said else bytearray(b"\x41")
        if self.chance.random() < 0.5:
            del whole[self.chance.randrange(len(whole)) :]
        else:
            whole[self.chance.randrange(len(whole))] ^= 1 << self.chance.randrange(8)
        if self.hears:
            self.receive(self.fob.address, {UUID: bytes(whole)})

    def is_away(self) -> None:
        self.fob.away_until = self.now + self.chance.choice([5, 25, 60, 120])

    def battery_is_changed(self) -> None:
        """And the counter goes on, as it must."""
        self.fob.battery = 100

    def battery_runs_down(self) -> None:
        self.fob.battery = 0

    def a_fob_begins_anew(self) -> None:
        """Its counter goes back to nothing: it is not believed until it has a new key, and somebody gives it one in a while."""
        self.fob.counter = 0

    def a_sensor_begins_anew(self) -> None:
        self.sealed.counter = 0

    def gets_a_new_key(self) -> None:
        self.commit()
        self.fob.key = KEYS[(KEYS.index(self.fob.key) + 1) % (len(KEYS) - 1)]
        self.fob.counter = max((said.counter or 0 for said in self.fob.said if said.key == self.fob.key), default=0)
        self.kill()

    def is_killed(self) -> None:
        self.commit()
        self.kill()

    def loses_its_counters(self) -> None:
        self.commit()
        self.kill(lose_counters=True)

    def adapter_goes(self) -> None:
        self._becomes("gone", self.chance.choice([1, 3, 20, 60]))

    def adapter_goes_deaf(self) -> None:
        self._becomes("deaf", 10**6)

    def adapter_dies(self) -> None:
        self._becomes("dead", self.chance.choice([10, 60, 150]))

    def adapter_flaps(self) -> None:
        """It is there and gone again, and hears nothing while it is there."""
        self._becomes("flapping", 120)

    def bluez_repeats(self) -> None:
        """What it remembers of the fob, the very same object, under another strength."""
        from bleak.backends.device import BLEDevice

        if self.hears and self.fob.said:
            said = self.fob.says()
            same = advert(self.fob.address, {UUID: said.octets}, {}, -60)
            self.books[FOB].hears(said, self.fob.key, self.now)
            for _ in range(3):
                self.radio._hear(BLEDevice(self.fob.address, None, None), same._replace(rssi=-70), self.now)

    def a_guard_attends(self) -> None:
        facts = self.controller.facts
        for number in [alarm.number for _, alarm in facts.of(ALARM) if alarm.type == conditions.PANIC]:
            self.controller.observe(alarms.acknowledge(facts, self.clock.now(), number, "anna", None))
            self.controller.observe(alarms.resolve(facts, self.clock.now(), number, "anna", "Seen to", None))

    # --- what must hold -----------------------------------------------------------------------------------------------

    def _check_told(self, event: Observed, *, urgent: bool) -> None:
        if event.point == "pressed":
            assert urgent, "a press waits behind everything else"
            assert event.press in self.real, f"at {self.now} s a press that nobody made: {event.press}"
        if (event.device, event.point) == (SEALED, "active"):
            assert event.value in self.active, f"at {self.now} s {SEALED} says {event.value}, and nobody vouches for that"
        if (event.device, event.point) == (DOCK_1, "terminal") and event.value is None:
            steady = self.now - self.terminal_at < STEADY_S / 4 and self.now - self.terminal_since > STEADY_S
            assert not steady, f"at {self.now} s the dock is empty, and its terminal is heard since {self.terminal_since} s"

    def check(self) -> None:
        for problem in self._problems():
            raise AssertionError(f"at {self.now} s: {problem}")

    def _problems(self) -> Iterator[str]:
        raised, line_told = self.raised(), self.holds(conditions.CONNECTION_LOST, "near")
        if len(raised) != len({*raised}):
            yield f"a press is two alarms: {raised}"
        if missing := self.expected.keys() - {*raised}:
            yield f"nobody is told of the presses {missing}"
        for device, books in self.books.items():
            lost = conditions.PANIC_SOURCE_LOST if device == FOB else conditions.DEVICE_LOST
            told = self.holds(lost, device)
            if device == FOB and self._silent_since(books) < self.now - SILENCE_S - SOON_S and not (told or line_told):
                yield f"{device} is silent since {books.maybe_at} s, and nobody is told"
            if told and self.now - books.surely_at < SILENCE_S - SOON_S and books.surely_at > self.started_at:
                yield f"{device} was heard at {books.surely_at} s, and counts as lost"
            if self.now - books.refused_at < 200 and not self.holds(conditions.DEVICE_GARBAGE, device):
                yield f"a message of {device} was refused at {books.refused_at} s, and nobody is told"
        if self.state == "gone" and self.now - self.state_since > LINE_SILENCE_S and not line_told:
            yield f"the adapter is gone since {self.state_since} s, and nobody is told"
        lost = line_told or self.holds(conditions.PANIC_SOURCE_LOST, FOB)
        if self.state != "well" and self.now - max(self.state_since, self.started_at) > 2 * SILENCE_S + SOON_S and not lost:
            yield f"the adapter is {self.state} since {self.state_since} s, and nobody is told"
        said = self._reading(SENSOR, "present")
        if self.present is not None and said is not self.present:
            yield f"{SENSOR} said {self.present}, and counts as {said}"

    def _silent_since(self, books: Books) -> int:
        return max(books.maybe_at, self.started_at, self.worked_at)

    def _reading(self, device: str, point: str) -> Value:
        found = self.controller.facts(READING(device, point))
        return None if found is None else found.value


HAPPENINGS: Mapping[str, int] = {
    "presses": 10,
    "plays_back": 4,
    "plays_back_the_last": 4,
    "plays_back_a_sensor": 4,
    "speaks_under_its_address": 4,
    "a_sensor_is_spoken_for": 2,
    "says_what_another_said": 2,
    "breaks_off_or_is_flipped": 4,
    "is_away": 2,
    "battery_is_changed": 1,
    "battery_runs_down": 1,
    "a_fob_begins_anew": 1,
    "a_sensor_begins_anew": 2,
    "gets_a_new_key": 2,
    "is_killed": 1,
    "loses_its_counters": 1,
    "adapter_goes": 2,
    "adapter_goes_deaf": 1,
    "adapter_dies": 1,
    "adapter_flaps": 1,
    "bluez_repeats": 4,
    "a_guard_attends": 3,
}
"""Methods of a trace, and how often each is drawn."""


def advert(address: str, service: dict[str, bytes], manufacturer: dict[int, bytes], dbm: int) -> "AdvertisementData":
    """As bleak hands it out: fresh, for its data are new objects."""
    from bleak.backends.scanner import AdvertisementData

    properties = {"ServiceData": {**service} or None, "ManufacturerData": {**manufacturer} or None}
    return AdvertisementData(None, manufacturer, service, [], None, dbm, (address, properties))
