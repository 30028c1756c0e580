"""`talonmies simulate`: a stretch of a site's life from its calendars and a file of what happened, as decisions in JSON lines."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from drivers.virtual.device import Behaviour
from edge.account import Line, Render, lines, require_aware
from edge.calendars.files import standing_in
from edge.errors import Garbled, IllegalInput, TalonmiesError
from edge.events import Event
from edge.operators import Decide, operator_action
from edge.points import DEVICE_TYPES
from edge.simulation import Simulation
from edge.site import Site
from edge.text import say
from rooms.bookings import BookingsRead, CalendarFailed
from rooms.understanding import understand

_LOOK_AROUND = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the events file, checked. order: its line, for the order at one instant."""

    at: datetime
    order: int
    do: Callable[[Simulation], object]


def rehearse(
    site: Site, start: datetime, end: datetime, calendars: Mapping[str, bytes], events: Iterable[str], render: Render
) -> Iterator[Line]:
    """Decisions between two instants, in order of time. calendars: the body of an ICS file for each calendar.

    Raises IllegalInput naming the line for an event that cannot be understood, before anything runs.
    """
    site = standing_in(site, dict.fromkeys(calendars, Path()))
    happenings = sorted((*read_happenings(site, events), *_readings(site, start, end, calendars)), key=lambda h: (h.at, h.order))
    waiting: list[Line] = []

    def told(event: Event) -> None:
        waiting.extend(line for line in lines(event, site, render) if line["kind"] != "booking" or _concerns(line, start, end))

    simulation = Simulation(site, start, told)
    for happening in happenings:
        if happening.at > end:
            break
        simulation.advance(max(happening.at, start))
        try:
            happening.do(simulation)
        except TalonmiesError as refusal:
            because = say("Line {line}: {problem}", line=happening.order, problem=str(refusal))
            t = simulation.now.astimezone(site.local.zone).isoformat()
            waiting.append({"t": t, "kind": "refusal", "because": render(because)})
        yield from waiting
        waiting.clear()
    simulation.advance(end)
    yield from waiting


def _concerns(booking: Line, start: datetime, end: datetime) -> bool:
    """Bookings of the days around are known too, but are nobody's news."""
    return datetime.fromisoformat(booking["end"]) > start and datetime.fromisoformat(booking["start"]) < end


def _readings(site: Site, start: datetime, end: datetime, calendars: Mapping[str, bytes]) -> Iterator[Happening]:
    """Each calendar is read at the start, and again before it could count as stale."""
    window = (start - _LOOK_AROUND, end + _LOOK_AROUND)
    for calendar, body in calendars.items():
        try:
            understood = understand(site, calendar, body, window)
        except Garbled as problem:
            told = say("The calendar cannot be read: {problem}", problem=str(problem))
            yield Happening(start, 0, _observing(CalendarFailed(at=start, calendar=calendar, problem=told)))
            continue
        problems, at = tuple(error.text for error in understood.errors), start
        while at <= end:
            read = BookingsRead(at=at, calendar=calendar, bookings=understood.bookings, problems=problems, read_at=at)
            yield Happening(at, 0, _observing(read))
            at += site.calendars[calendar].stale_after / 2


def _observing(event: Event) -> Callable[[Simulation], object]:
    return lambda simulation: simulation.observe(event)


def _acting(decide: Decide) -> Callable[[Simulation], object]:
    return lambda simulation: simulation.act(decide)


def read_happenings(site: Site, events: Iterable[str]) -> Iterator[Happening]:
    presses = count(1)
    for number, text in enumerate(events, 1):
        if not text.strip():
            continue
        try:
            fields = json.loads(text)
            if not isinstance(fields, dict):
                raise IllegalInput("it is not a JSON object")
            at = require_aware(datetime.fromisoformat(str(fields.pop("t", ""))), "t")
            do = _acting(operator_action(site, fields)) if "operator" in fields else _device(site, fields, presses)
        except (ValueError, IllegalInput, TypeError, OverflowError, RecursionError) as problem:
            raise IllegalInput(f"events line {number}: {problem}") from problem
        yield Happening(at, number, do)


def _device(site: Site, fields: dict[str, Any], presses: Iterator[int]) -> Callable[[Simulation], object]:
    """{"device": …, "point": …, "value": …}, or {"device": …, "behaviour": one of Behaviour, such as "jammed"}."""
    device = fields.get("device")
    if not isinstance(device, str) or device not in site.devices:
        raise IllegalInput(f"unknown device {device!r}")
    if "behaviour" in fields:
        try:
            behaviour = Behaviour[str(fields["behaviour"]).upper()]
        except KeyError as error:
            raise IllegalInput(f"behaviour is one of {', '.join(b.name.lower() for b in Behaviour)}") from error
        return lambda simulation: simulation.behave(device, behaviour)
    point, value = fields.get("point"), fields.get("value")
    kind = DEVICE_TYPES[site.devices[device].type].get(str(point))
    if kind is None:
        raise IllegalInput(f"{device} has no point {point!r}")
    if problem := kind.problem_with(value):
        raise IllegalInput(f"{device}/{point} cannot be {value!r}: {problem}")
    if kind.momentary:
        press = str(fields.get("id") or f"press-{next(presses)}")
        return lambda simulation: simulation.press(device, press) if value else None
    return lambda simulation: simulation.set(device, kind.name, value)
