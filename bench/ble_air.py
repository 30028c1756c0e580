"""`python -m bench.ble_air SENSORS STRANGERS`: a D-Bus with a stand-in for BlueZ, and devices that advertise once a second each.

Half of the sensors encrypt; a fob is pressed twice a second. Says the address of the D-Bus first. Ends with its standard input;
then says, as JSON, how many advertisements there were a second, and when each press was made, by its counter, in nanoseconds of the
machine's monotonic clock.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from drivers.ble.bthome import UUID
from drivers.virtual.air import Advert, Peripheral
from drivers.virtual.ble_twins import bthome_message
from drivers.virtual.bluez import Bluez
from drivers.virtual.private_bus import PrivateBus

KEY = "231d39c1d7cc1ab1aee224cd096db932"
FOB = "C3:00:00:00:00:00"
_PRESSES_A_S = 2


def sensor_address(n: int) -> str:
    return f"C1:00:00:00:{n >> 8:02X}:{n & 0xFF:02X}"


def is_sealed(n: int) -> bool:
    return n % 2 == 0


class Air:
    def __init__(self, bluez: Bluez, sensors: int, strangers: int) -> None:
        self._bluez = bluez
        reach = {"hci0": -60}
        self._sensors = [bluez.add(Peripheral(sensor_address(n), reach)) for n in range(sensors)]
        self._strangers = [bluez.add(Peripheral(f"C2:00:00:00:{n >> 8:02X}:{n & 0xFF:02X}", reach)) for n in range(strangers)]
        self._fob = bluez.add(Peripheral(FOB, reach))
        self._said = 0
        self._began_ns = time.perf_counter_ns()
        self.pressed_ns: dict[int, int] = {}

    @property
    def a_second(self) -> float:
        return self._said / (time.perf_counter_ns() - self._began_ns) * 1e9

    async def run(self) -> None:
        """Everybody once in each second, one after another."""
        loop, key, round_ = asyncio.get_running_loop(), bytes.fromhex(KEY), 0
        while True:
            round_ += 1
            began, everybody = loop.time(), len(self._sensors) + len(self._strangers)
            for n in range(everybody):
                if n % max(1, everybody // _PRESSES_A_S) == 0:
                    self._press(key)
                self._say(n, round_, key)
                await asyncio.sleep(max(0.0, began + (n + 1) / everybody - loop.time()))

    def _say(self, n: int, round_: int, key: bytes) -> None:
        if n < len(self._sensors):
            sensor = self._sensors[n]
            told = {"occupancy": bool(round_ // 5 % 2), "battery": 90}
            octets = bthome_message(told, sensor.address, key if is_sealed(n) else None, round_)
            self._bluez.advertise(sensor, Advert({UUID: octets}))
        else:
            stranger = self._strangers[n - len(self._sensors)]
            self._bluez.advertise(stranger, Advert(manufacturer_data={0x004C: round_.to_bytes(12, "big")}))
        self._said += 1

    def _press(self, key: bytes) -> None:
        counter = len(self.pressed_ns) + 1
        self.pressed_ns[counter] = time.perf_counter_ns()
        self._bluez.advertise(self._fob, Advert({UUID: bthome_message({"button": 1}, FOB, key, counter)}))
        self._said += 1


async def main() -> None:
    sensors, strangers = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="talonmies-ble-") as folder:
        bus, bluez = PrivateBus(Path(folder)), Bluez(["hci0"])
        await bus.start()
        await bluez.start(bus.address)
        air = Air(bluez, sensors, strangers)
        print(bus.address, flush=True)
        advertising = asyncio.create_task(air.run())
        await asyncio.to_thread(sys.stdin.read)
        advertising.cancel()
        print(json.dumps({"a_second": air.a_second, "pressed_ns": air.pressed_ns}), flush=True)
        await bluez.stop()
        await bus.stop()


if __name__ == "__main__":
    asyncio.run(main())
