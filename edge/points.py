"""The standard points of each type of device: what can be reported and what can be commanded.

Drivers translate a make's own registers and topics to these; policies and screens know only these.
"""

from dataclasses import dataclass
from typing import NamedTuple

Value = bool | int | float | str | None


class PointId(NamedTuple):
    """One point of one device of the site."""

    device: str
    point: str

    def __str__(self) -> str:
        return f"{self.device}/{self.point}"


@dataclass(frozen=True, slots=True)
class PointKind:
    """What a point carries.

    durable: each change is journaled and never coalesced; the others are telemetry, where only the newest value counts.
    momentary: an event and not a state (a press); never retained, answered when durable.
    """

    name: str
    type: type[bool] | type[int] | type[float] | type[str]
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    optional: bool = False
    durable: bool = False
    momentary: bool = False
    commanded: bool = False
    default: Value = None
    """What a commanded point should be when nobody claims anything (the relinquish default); None: it is left alone."""
    rest: Value = None
    """What a commanded point without default goes back to when the last claim on it has ended; None: it keeps its value."""

    def problem_with(self, value: object) -> str | None:
        """What is wrong with a reported or commanded value, in a few English words; None when it is fine."""
        if value is None:
            return None if self.optional else "no value"
        if self.type is float:
            if isinstance(value, bool) or not isinstance(value, int | float):
                return "not a number"
        elif self.type is int:
            if isinstance(value, bool) or not isinstance(value, int):
                return "not a whole number"
        elif not isinstance(value, self.type):
            return f"not {'true or false' if self.type is bool else 'text'}"
        if self.choices and value not in self.choices:
            return f"not one of {', '.join(self.choices)}"
        if isinstance(value, int | float) and not isinstance(value, bool) and not self._in_range(value):
            return "out of range" if self.low is None or self.high is None else f"outside {self.low:g}..{self.high:g}"
        return None

    def _in_range(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high) and value == value  # not NaN


_ANY_DEVICE = (
    PointKind("link", bool, durable=True),
    PointKind("tamper", bool, durable=True),
    PointKind("battery", float, low=0, high=100),
)

_OWN: dict[str, tuple[PointKind, ...]] = {
    "door-controller": (
        PointKind("lock", str, choices=("locked", "unlocked"), durable=True, commanded=True, default="locked"),
        PointKind("contact", str, choices=("closed", "open"), durable=True),
        PointKind("exit-request", bool, durable=True),
    ),
    "panic-button": (PointKind("pressed", bool, durable=True, momentary=True),),
    "relief-button": (
        PointKind("tapped", bool, durable=True, momentary=True),
        PointKind("held", bool, durable=True, momentary=True),
    ),
    "fire-input": (PointKind("fire", bool, durable=True),),
    "alarm-input": (PointKind("active", bool, durable=True),),
    "occupancy-sensor": (PointKind("present", bool), PointKind("count", int, low=0, high=100_000)),
    "masking-unit": (
        PointKind("level", float, low=0, high=100, commanded=True),
        PointKind("ambient", float, low=0, high=140),
        PointKind("muted", bool, commanded=True, rest=False),
    ),
    "ambient-sensor": (PointKind("ambient", float, low=0, high=140),),
    "terminal-dock": (
        PointKind("terminal", str, optional=True, durable=True),
        PointKind("release", bool, durable=True, commanded=True, rest=False),
    ),
    "relay": (PointKind("on", bool, durable=True, commanded=True, rest=False),),
    "sign": (PointKind("text", str, optional=True, commanded=True, rest=""),),
}

DEVICE_TYPES: dict[str, dict[str, PointKind]] = {
    device_type: {kind.name: kind for kind in (*own, *_ANY_DEVICE)} for device_type, own in _OWN.items()
}
"""Points by device type and name. Only `lock` has a default that the controller commands unasked (see docs/decisions)."""
