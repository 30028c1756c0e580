"""`talonmies devices test`: through the running controller, or over the line where none runs."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from api.console.device_words import DeviceWords
from api.models_devices import DeviceNow, PointTestOut
from drivers.making import driver_for
from drivers.port import Driver, Inbox
from edge.asking import Controller
from edge.clock import SystemClock
from edge.direct_test import tested_directly
from edge.direct_watch import MakeDriver
from edge.errors import IllegalCommand, Refused
from edge.language import Renderer
from edge.points import Value
from edge.secrets import read_secret
from edge.serve import with_whole_paths
from edge.site import Site
from edge.text import Ref
from security.point_tests import LOCK, commanded, commanded_points

_EVERY_S = 0.3
_RESTORED_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Trial:
    """answered_s, restored_s: how long the device took to follow, and to go back; None where it did not."""

    device: str
    point: str
    value: Value
    before: Value
    answered_s: float | None
    restored_s: float | None

    @property
    def passed(self) -> bool:
        return self.answered_s is not None and self.restored_s is not None


def point_of(site: Site, device: str, point: str | None) -> str:
    """The one that is meant. Raises IllegalCommand."""
    if device not in site.devices:
        raise IllegalCommand(f"There is no device {device[:80]} in the site file.")
    points = commanded_points(site, device)
    if point is None and len(points) > 1:
        raise IllegalCommand(f"{device} takes commands at several points: name one of {', '.join(points)}.")
    return commanded(site, device, point or next(iter(points), "")).name


def intent(renderer: Renderer, site: Site, device: str, point: str, seconds: int, *, direct: bool) -> str:
    """What is about to happen, before anything does."""
    if point == LOCK:
        door = Ref(site.devices[device].door or device)
        told = renderer.say("{door} is unlocked for {seconds} seconds at most. Stand beside it.", door=door, seconds=seconds)
        unwatched = renderer.say("No controller runs, so nothing watches which other doors are open.")
    else:
        told = renderer.say(
            "{device} gets another value for {seconds} seconds, and then its own again.", device=Ref(device), seconds=seconds
        )
        unwatched = renderer.say("No controller runs: if this computer fails meanwhile, the value stays.")
    return f"{told} {unwatched}" if direct else told


# --- through the controller -------------------------------------------------------------------------------------------


def tried_through(
    controller: Controller, device: str, point: str, value: Value, seconds: int, by: str, stopped: Callable[[], None]
) -> Trial:
    """stopped: called when Ctrl-C ends it early. The controller puts the point back, whatever becomes of this program."""
    path = f"devices/{device}/points/{point}/test"
    asked = {"by": by, "seconds": seconds, **({} if value is None else {"value": value})}
    last = _last_test(controller.ask("POST", path, asked), point)
    try:
        last = _followed(controller, device, last)
    except KeyboardInterrupt:
        stopped()
        with contextlib.suppress(Refused):  # it had ended already
            controller.ask("POST", f"{path}/end", {"by": by})
        last = _followed(controller, device, _last_test(controller.ask("GET", f"devices/{device}"), point))
    answered, restored = _span(last.began_at, last.answered_at), _span(last.ends_at, last.restored_at)
    return Trial(device, point, last.value, last.before, answered, restored)


def _followed(controller: Controller, device: str, test: PointTestOut) -> PointTestOut:
    ends = time.monotonic() + (test.ends_at - test.began_at).total_seconds() + _RESTORED_WITHIN_S
    while test.restored_at is None and time.monotonic() < ends:
        time.sleep(_EVERY_S)
        test = _last_test(controller.ask("GET", f"devices/{device}"), test.point)
    return test


def _last_test(told: dict[str, object], point: str) -> PointTestOut:
    found = next((test for test in DeviceNow.model_validate(told).tests if test.point == point), None)
    if found is None:
        raise Refused("The controller knows nothing of that test any more: it was restarted, and the value goes back.")
    return found


def _span(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else round(max((end - start).total_seconds(), 0.0), 3)


# --- over the line ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def drivers_of(folder: Path) -> Iterator[MakeDriver]:
    """Makes drivers that leave nothing behind. folder: of the site file."""
    with TemporaryDirectory() as data:

        def make(connection: str, site: Site, inbox: Inbox) -> Driver:
            return driver_for(connection, site, inbox, SystemClock(), partial(read_secret, folder=folder), Path(data))

        yield make


def tried_directly(site: Site, folder: Path, device: str, point: str, value: Value, seconds: int) -> Trial:
    """folder: of the site file. Raises Refusal, Unreachable; KeyboardInterrupt when the former value is back."""
    clock, connection = SystemClock(), site.devices[device].connection
    with drivers_of(folder) as make_driver:
        make = partial(make_driver, connection)
        hold = timedelta(seconds=seconds)
        tested = tested_directly(with_whole_paths(site, folder), device, point, value, hold, make, clock)
    return Trial(device, point, tested.value, tested.before, tested.answered_s, tested.restored_s)


# --- its result -------------------------------------------------------------------------------------------------------


def trial_lines(renderer: Renderer, trial: Trial) -> Iterator[str]:
    words, say = DeviceWords(renderer), renderer.say
    before, value = words.value(trial.before), words.value(trial.value)
    yield say("{point}: {before} → {value}", point=words.point(trial.point), before=before, value=value)
    if trial.answered_s is None:
        yield say("It did not follow.")
    else:
        yield say("It followed after {seconds} s.", seconds=renderer.number(round(trial.answered_s, 2)))
    yield say("It has not gone back yet: look at it.") if trial.restored_s is None else say("It went back.")
