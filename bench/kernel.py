"""What one observation costs the controller, by the size of the building."""

import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.houses import house
from edge.controller import Controller
from edge.events import DaemonStarted, Observed
from edge.site import Site

_NOW = datetime(2026, 11, 27, 7, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Cost:
    """Microseconds for one observation with all that follows from it; milliseconds for everything at the start."""

    rooms: int
    occupancy_us: float
    contact_us: float
    press_us: float
    first_ms: float


def costs(sizes: tuple[int, ...], observations: int = 2000) -> list[Cost]:
    return [_cost(rooms, observations) for rooms in sizes]


def _cost(rooms: int, observations: int) -> Cost:
    controller, chance = Controller(Site.model_validate(house(rooms))), random.Random(1)
    began = time.perf_counter()
    controller.observe(DaemonStarted(at=_NOW, epoch=1, version="bench", site="house"))
    for n in range(1, rooms + 1):
        controller.observe(Observed(at=_NOW, device=f"lock-{n}", point="lock", value="locked"))
        controller.observe(Observed(at=_NOW, device=f"panic-{n}", point="link", value=True))
        controller.observe(Observed(at=_NOW, device=f"occ-{n}", point="count", value=0))
    controller.settle(_NOW)
    first_ms = (time.perf_counter() - began) * 1e3

    def each(device: str, point: str, values: list[object], *, press: bool = False) -> float:
        began = time.perf_counter()
        for number in range(observations):
            at = _NOW + timedelta(milliseconds=number)
            subject = f"{device}-{chance.randrange(rooms) + 1}"
            value = values[number // 7 % len(values)]
            controller.observe(
                Observed(at=at, device=subject, point=point, value=value, press=str(number) if press else None)  # type: ignore[arg-type]
            )
            controller.settle(at)
        return (time.perf_counter() - began) / observations * 1e6

    return Cost(
        rooms,
        each("occ", "count", [1, 2]),
        each("lock", "contact", ["open", "closed"]),
        each("panic", "pressed", [True], press=True),
        first_ms,
    )
