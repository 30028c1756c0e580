"""What is done on a line, one thing after another, by the one thread that speaks on it.

Orders go before reads. A unit that does not answer is left alone for a while, and no more than one such unit is tried between two
rounds of the others: it costs them one timeout. What somebody else wants to know there, such as a scan, takes the place of such a
unit. Nothing is repeated here; what the controller still wants, it asks for again.
"""

import logging
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from typing import TypeVar

from drivers.modbus.guests import Guests
from drivers.modbus.orders import Orders, Pending
from drivers.modbus.reader import Reader
from drivers.modbus.teller import Teller
from drivers.modbus.unit import Block, Route, Unit
from drivers.modbus.wire import Exceptional, Wire
from edge.errors import DeviceFault, Garbled, Unreachable
from edge.problems import Reason, refused
from edge.profiles.modbus_table import Span, Write

_SILENT_LINE_S = 2.0
"""A line on which nobody answers for so long may be dead without knowing it: it is made anew."""
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 5.0
_LONGEST_REST_S = 0.5

_log = logging.getLogger("talonmies.modbus")

T = TypeVar("T")


class Worker:
    """All times are of the monotonic clock, in seconds. wake: cuts a rest short."""

    def __init__(self, wire: Wire, units: Sequence[Unit], orders: Orders, guests: Guests, teller: Teller, wake: Event) -> None:
        self._wire = wire
        self._units = units
        self._places = {route.point: (unit, route) for unit in units for route in unit.routes}
        self._orders = orders
        self._guests = guests
        self._guest_was_last = False
        self._teller = teller
        self._wake = wake
        self._reader = Reader(teller, orders, wake.set)
        self._pause_s = 0.0
        self._reopen_at = 0.0
        self._answered_at = 0.0

    def run(self, stopping: Event) -> None:
        while not stopping.is_set():
            try:
                if self._wire.is_open or self._open():
                    self._round()
                    self._leave_a_silent_line()
            except Exception:
                # The devices of this line count as lost then; the thread that could find them again must not end.
                _log.exception("the conversation on a Modbus line failed")
                self._wire.close()
            self._note_missed()
            self._wake.wait(self._rest_s())
            self._wake.clear()
        self._guests.refuse(Unreachable("the line was closed"), for_good=True)
        self._wire.close()

    # --- the line -------------------------------------------------------------------------------------------------

    def _open(self) -> bool:
        now = time.monotonic()
        if now < self._reopen_at:
            return False
        # Until somebody answers on it, a line that opens is no better than one that does not.
        self._reopen_at = now + self._pause_s * random.uniform(0.5, 1)  # noqa: S311 (spreads reconnects, guards nothing)
        self._pause_s = min(_LONGEST_PAUSE_S, max(_FIRST_PAUSE_S, self._pause_s * 2))
        try:
            self._wire.open()
        except Unreachable as error:
            self._teller.line(False, str(error))
            self._guests.refuse(error)
            return False
        self._teller.line(True)
        self._answered_at = time.monotonic()
        if all(unit.breaker.suspect for unit in self._units):
            # It was the line, and none of them in particular.
            for unit in self._units:
                unit.breaker.answered()
        return True

    def _leave_a_silent_line(self) -> None:
        silent = bool(self._units) and all(unit.breaker.suspect for unit in self._units)
        if silent and time.monotonic() - self._answered_at >= _SILENT_LINE_S:
            self._wire.close()

    def _rest_s(self) -> float:
        now = time.monotonic()
        if self._guests.waiting and self._wire.is_open:
            return 0.0
        if not self._wire.is_open:
            return min(max(self._reopen_at - now, 0.0), _LONGEST_REST_S)
        next_at = min((max(unit.due_at, unit.breaker.until) for unit in self._units), default=now + _LONGEST_REST_S)
        return min(max(next_at - now, 0.0), _LONGEST_REST_S)

    def _note_missed(self) -> None:
        now = time.monotonic()
        for unit in self._units:
            self._reader.missed(unit, now)

    def _try(
        self,
        unit: Unit,
        devices: Sequence[str],
        span: Span,
        request: Callable[[], T],
        on_refused: Callable[[Reason], None] = lambda _: None,
    ) -> T | None:
        """One request. What goes wrong is told and remembered; then there is no answer."""
        counted = [unit.presences[device].requests for device in devices]
        asked_at = time.monotonic()
        try:
            answer = request()
        except Unreachable:
            # Also when the line broke: it may be this unit that breaks it each time.
            unit.breaker.silent(time.monotonic())
            for each in counted:
                each.unanswered += 1
            return None
        except (Garbled, Exceptional) as error:
            for each in counted:
                each.refused += 1
            self._complain(unit, devices, span, error)
            if isinstance(error, Garbled):
                unit.breaker.silent(time.monotonic())
            else:
                self._answered(unit)
                on_refused(refused(error.code))
            return None
        self._answered(unit)
        for each in counted:
            each.answered.add(self._answered_at - asked_at)
        return answer

    def _answered(self, unit: Unit) -> None:
        unit.breaker.answered()
        self._line_answered()

    def _line_answered(self) -> None:
        self._answered_at = time.monotonic()
        self._pause_s = 0.0

    def _complain(self, unit: Unit, devices: Sequence[str], span: Span, error: DeviceFault) -> None:
        for device in devices:
            self._teller.nonsense(device, unit.number, span, str(error))

    def _written(self, unit: Unit, write: Write) -> bool:
        self._wire.write(unit.number, write)
        return True

    # --- a round --------------------------------------------------------------------------------------------------

    def _round(self) -> None:
        now = time.monotonic()
        due = sorted((unit for unit in self._units if unit.due_at <= now), key=lambda unit: unit.due_at)
        for unit in due:
            if not unit.breaker.suspect:
                self._give_orders()
                self._poll(unit)
        self._give_orders()
        self._one_that_may_be_silent([unit for unit in due if unit.breaker.suspect and unit.breaker.until <= now])

    def _one_that_may_be_silent(self, suspects: Sequence[Unit]) -> None:
        """Guests and suspects take turns, so that the others wait for one timeout and not for two."""
        if not self._wire.is_open:
            return
        guest = self._guests.waiting and not (suspects and self._guest_was_last)
        self._guest_was_last = guest
        if guest:
            if self._guests.serve(self._wire):
                self._line_answered()
        elif suspects:
            self._poll(suspects[0])

    def _usable(self, unit: Unit) -> bool:
        return self._wire.is_open and not unit.breaker.suspect

    def _poll(self, unit: Unit, answering: Route | None = None) -> None:
        """Read what is due, and tell what is new. answering: the point that was just commanded, which is read in any case."""
        read: list[tuple[Block, tuple[int, ...]]] = []
        for block in unit.blocks:
            now = time.monotonic()
            if block.due_at > now and answering not in block.routes:
                continue
            # In step: what comes late once does not make the next one late.
            block.due_at = max(block.due_at + block.every_s, now)
            raw = self._read(unit, block)
            if raw is not None:
                read.append((block, raw))
            elif not self._usable(unit):
                return
        self._reader.take(unit, read, answering, time.monotonic())

    def _read(self, unit: Unit, block: Block) -> tuple[int, ...] | None:
        request = partial(self._wire.read, unit.number, block.span)
        return self._try(unit, block.devices, block.span, request, partial(self._reader.unreadable, unit, block))

    # --- orders ---------------------------------------------------------------------------------------------------

    def _give_orders(self) -> None:
        for pending in self._orders.ready(time.monotonic()):
            unit, route = self._places[pending.command.point]
            if self._usable(unit) and self._orders.take(pending):
                self._give(unit, route, pending)
        for unit in self._units:
            if self._usable(unit):
                for route in unit.forgotten(time.monotonic()):
                    self._fall_back(unit, route)
                self._feed(unit)
                self._beat(unit)
                self._answer_presses(unit)

    def _give(self, unit: Unit, route: Route, pending: Pending) -> None:
        write = self._write_of(route, pending)
        if write is None:
            return
        if pending.lease_until is None:
            unit.leases.pop(route.point, None)
        else:
            unit.leases[route.point] = pending.lease_until
        self._feed(unit)
        if self._usable(unit) and self._write(unit, route, write):
            self._check_echo(unit, route, write)
            self._poll(unit, answering=route)

    def _write_of(self, route: Route, pending: Pending) -> Write | None:
        """None when its time is over."""
        command, until = pending.command, pending.lease_until
        for_s = None if until is None else until - time.monotonic()
        if route.order is None or (for_s is not None and for_s <= 0):
            return None
        return route.order.write(route.channel, command.value, command.epoch, command.seq, for_s)

    def _write(self, unit: Unit, route: Route, write: Write) -> bool:
        span = Span(write.area, write.address, len(write.values))
        return self._try(unit, [route.point.device], span, partial(self._written, unit, write)) is not None

    def _check_echo(self, unit: Unit, route: Route, write: Write) -> None:
        echo = write.echo
        if echo is None or not self._usable(unit):
            return
        shown = self._try(unit, [route.point.device], echo, partial(self._wire.read, unit.number, echo))
        if shown is not None and shown != write.values[: echo.length]:
            self._teller.nonsense(route.point.device, unit.number, echo, "shows another order than the one given", shown)

    def _fall_back(self, unit: Unit, route: Route) -> None:
        """Nobody renewed an order that must end, and the unit would keep it."""
        if route.order is not None:
            write = route.order.write(route.channel, route.fallback, 0, 0, None)
            if write is not None and self._write(unit, route, write):
                self._poll(unit, answering=route)

    def _feed(self, unit: Unit) -> None:
        food = unit.food(time.monotonic())
        if food is None or not self._usable(unit):
            return
        span = Span(food.area, food.address)
        if self._try(unit, list(unit.presences), span, partial(self._written, unit, food)) is not None:
            unit.fed_at = time.monotonic()

    def _beat(self, unit: Unit) -> None:
        beat = unit.beat(time.monotonic())
        if beat is None or not self._usable(unit):
            return
        span = Span(beat.area, beat.address)
        unit.beaten_at = time.monotonic()
        if self._try(unit, list(unit.presences), span, partial(self._written, unit, beat)) is not None:
            unit.beats += 1

    def _answer_presses(self, unit: Unit) -> None:
        for route, latch, write in list(unit.taken()):
            if self._usable(unit):
                latch.asked()
                self._write(unit, route, write)
