"""The Modbus driver: one line of the site file, with a thread of its own (drivers/modbus/worker.py)."""

import time
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from drivers.modbus.guests import Guests, Question
from drivers.modbus.orders import Orders
from drivers.modbus.teller import Teller
from drivers.modbus.unit import units_of
from drivers.modbus.wire import PymodbusWire, Wire
from drivers.modbus.worker import Worker
from drivers.port import Inbox
from edge.clock import Clock
from edge.commands import Command
from edge.device_figures import Requests
from edge.errors import IllegalCommand, IllegalInput, Unreachable
from edge.site.connections import ModbusConnection
from edge.site.model import Site

_STOP_S = 3.0


class ModbusDriver:
    """Implements drivers.port.Driver, Counted and Lender. wire: in place of the line that the site file describes."""

    def __init__(self, connection_id: str, site: Site, inbox: Inbox, clock: Clock, wire: Wire | None = None) -> None:
        described = site.connections.get(connection_id)
        if not isinstance(described, ModbusConnection):
            raise IllegalInput(f"the site file has no Modbus connection {connection_id!r}")
        self._id = connection_id
        self._clock = clock
        self._wire = wire or PymodbusWire(described)
        units = units_of(site, connection_id, time.monotonic())
        self._places = {route.point: (unit, route) for unit in units for route in unit.routes if route.order is not None}
        self._requests = {name: presence.requests for unit in units for name, presence in unit.presences.items()}
        self._orders = Orders()
        self._wake = Event()
        self._guests = Guests(self._wake.set)
        self._stopping = Event()
        teller = Teller(connection_id, inbox, clock)
        worker = Worker(self._wire, units, self._orders, self._guests, teller, self._wake)
        self._thread = Thread(target=worker.run, args=(self._stopping,), name="modbus", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)

    def send(self, command: Command) -> None:
        if command.point not in self._places:
            raise IllegalCommand(f"{command.point} takes no commands on the connection {self._id}")
        unit, route = self._places[command.point]
        if problem := route.kind.problem_with(command.value):
            raise IllegalCommand(f"{command.point}: {problem}")
        if route.order is not None:
            # What the make cannot be told is said here, and not found out on the line.
            route.order.write(route.channel, command.value, command.epoch, command.seq, command.for_s)
        if not self._wire.is_open or unit.presences[command.point.device].link is False:
            raise Unreachable(f"unit {unit.number} on the connection {self._id} does not answer")
        self._orders.put(command, time.monotonic(), self._lease_until(command))
        self._wake.set()

    def ask(self, question: Question) -> Future[Any]:
        return self._guests.ask(question)

    def requests(self) -> Mapping[str, Requests]:
        """Of several devices in one unit, each is counted when its part of the unit is asked for."""
        return self._requests

    def _lease_until(self, command: Command) -> float | None:
        """On the monotonic clock; a unit counts real seconds, whatever the speed of the controller's clock."""
        if command.for_s is None:
            return None
        return time.monotonic() + self._clock.seconds_until(command.at + timedelta(seconds=command.for_s))
