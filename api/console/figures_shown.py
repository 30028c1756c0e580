"""Figures against their targets: what the page says of them, and how tall its bars are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.models_alarms import CountOut, FiguresOut
from security.alarm_figures import DAY_TARGET, FLOOD, SHIFT_TARGET

HEIGHT: Final = 100
"""Of a chart, in its own units; a bar is ten wide."""
STEP: Final = 10


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: int
    height: int
    over: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """band: where the target begins, from the top. above: how many of the spans lie above it. most: the first of the busiest."""

    bars: Sequence[Bar]
    spans: Sequence[CountOut]
    width: int
    band: int
    target: int
    above: int
    most: CountOut | None
    top: int


@dataclass(frozen=True, slots=True)
class Share:
    """Of one group of levels, beside what is usual in a building whose alarms are few and matter. x of 100."""

    levels: tuple[int, ...]
    alarms: int
    share: float
    target: float


@dataclass(frozen=True, slots=True)
class Shown:
    shifts: Chart
    days: Chart
    shares: Sequence[Share]
    flood: int


_TARGETS: Final = (((1, 2), 0.05), ((3,), 0.15), ((4,), 0.80))


def shown_figures(figures: FiguresOut) -> Shown:
    counts = {each.level: each.alarms for each in figures.by_level}
    total = max(figures.alarms, 1)
    shares = []
    for levels, target in _TARGETS:
        alarms = sum(counts.get(level, 0) for level in levels)
        shares.append(Share(levels, alarms, alarms / total, target))
    return Shown(_chart(figures.shifts, SHIFT_TARGET), _chart(figures.days, DAY_TARGET), shares, FLOOD)


def _chart(spans: Sequence[CountOut], target: int) -> Chart:
    most = max(spans, key=lambda span: span.alarms, default=None)
    top = max(2 * target, most.alarms if most else 0)
    bars = []
    for place, span in enumerate(spans):
        height = round(HEIGHT * span.alarms / top)
        bars.append(Bar(place * STEP + 1, HEIGHT - height, height, span.alarms > target))
    band = HEIGHT - round(HEIGHT * target / top)
    above = sum(span.alarms > target for span in spans)
    return Chart(bars, spans, max(len(spans), 1) * STEP, band, target, above, most if most and most.alarms else None, top)
