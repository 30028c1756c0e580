"""Public holidays by country, from the package `holidays`, imported when first asked.

Importing that package's own index reads every country of the world (a fifth of a second on a desktop); the one country's
module is read alone instead.
"""

from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

_COMMON = frozenset({"FI", "AX", "SE"})
"""Known without asking the package; a test compares them with it."""


@cache
def _countries() -> dict[str, tuple[str, str]]:
    """Module and class by two-letter code."""
    from holidays.registry import COUNTRIES

    return {codes[1]: (module, codes[0]) for module, codes in COUNTRIES.items()}


def is_known(country: str) -> bool:
    return country in _COMMON or country in _countries()


@cache
def _calendar_of(country: str) -> Any:
    import holidays

    module, name = _countries()[country]
    where = Path(holidays.__file__).parent / "countries" / f"{module}.py"
    spec = spec_from_file_location(f"holidays_of_{module}", where)
    if spec is None or spec.loader is None:
        raise ImportError(f"no holidays of {country} at {where}")
    alone = module_from_spec(spec)
    spec.loader.exec_module(alone)
    return getattr(alone, name)()


def holidays_of(country: str | None) -> Callable[[date], bool]:
    """Whether a date is a public holiday there; never, when there is no country."""
    if country is None:
        return lambda _: False
    return lambda day: day in _calendar_of(country)
