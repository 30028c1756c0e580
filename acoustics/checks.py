"""What every function here refuses: wrong numbers of bands, gaps, values that no sound has."""

from collections.abc import Iterable, Sequence
from math import inf, isfinite
from numbers import Real

from edge.errors import IllegalInput

LOWEST_DB, HIGHEST_DB = -1000.0, 300.0
"""Far outside every sound; between them no power of ten overflows."""


def number(value: object, what: str, low: float = LOWEST_DB, high: float = HIGHEST_DB) -> float:
    """The value, as a float. Raises IllegalInput where it is not a number, not finite, or outside low..high."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise IllegalInput(f"{what} must be a number, not {type(value).__name__}")
    try:
        checked = float(value)
    except OverflowError:
        checked = inf
    if not isfinite(checked) or not low <= checked <= high:
        raise IllegalInput(f"{what} must be a number from {low:g} to {high:g}, not {checked:g}")
    return checked


def numbers(values: object, what: str, low: float = LOWEST_DB, high: float = HIGHEST_DB) -> tuple[float, ...]:
    """The values, at least one. Raises IllegalInput for anything else."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise IllegalInput(f"{what} must be a row of numbers, not {type(values).__name__}")
    checked = tuple(number(value, what, low, high) for value in values)
    if not checked:
        raise IllegalInput(f"{what} must have at least one value")
    return checked


def spectrum(
    values: object, what: str, bands: Sequence[float], low: float = LOWEST_DB, high: float = HIGHEST_DB
) -> tuple[float, ...]:
    """One value for each band. Raises IllegalInput for another number of them."""
    checked = numbers(values, what, low, high)
    if len(checked) != len(bands):
        raise IllegalInput(f"{what} needs {len(bands)} bands, {bands[0]:g} to {bands[-1]:g} Hz, not {len(checked)}")
    return checked


def positive(value: object, what: str) -> float:
    """A distance, an area, a time above zero. Raises IllegalInput."""
    checked = number(value, what, 0.0, 1e9)
    if checked == 0.0:
        raise IllegalInput(f"{what} must be above zero")
    return checked
