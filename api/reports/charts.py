"""Charts as SVG. Only a program of its own makes any: the plotting library takes memory that the controller shall not."""

import io
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from api.reports.document import Chart

_BAR, _INK, _LINE = "#1b5a8c", "#1c1c1c", "#b3261e"
_WIDTH, _UPRIGHT_HEIGHT, _ROW_HEIGHT, _FOOT = 7.2, 2.6, 0.34, 0.6
_MOST_NAMED = 12
_SETTINGS: Any = {
    "svg.hashsalt": "talonmies",  # ids that are the same every time
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def svg(chart: Chart, written: tuple[str, ...]) -> bytes:
    """written: the value of each bar as it is read."""
    with mpl.rc_context(_SETTINGS):
        height = _UPRIGHT_HEIGHT if chart.upright else _FOOT + _ROW_HEIGHT * max(len(chart.bars), 1)
        figure = Figure((_WIDTH, height), layout="constrained")
        _draw(figure, chart, written)
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": "Talonmies"})
    return file.getvalue()


def _draw(figure: Figure, chart: Chart, written: tuple[str, ...]) -> None:
    axes = figure.subplots()
    places = range(len(chart.bars))
    names, values = [name for name, _ in chart.bars], [value for _, value in chart.bars]
    room = max([*values, chart.target or 0, 1]) * 1.15
    if chart.upright:
        bars = axes.bar(places, values, color=_BAR, width=0.7)
        every = 1 if len(names) <= _MOST_NAMED else 7
        axes.set_xticks(list(places)[::every], names[::every])
        axes.set_ylim(0, room)
        axes.set_ylabel(chart.unit)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    else:
        bars = axes.barh(places, values, color=_BAR, height=0.7)
        axes.set_yticks(list(places), names)
        axes.invert_yaxis()
        axes.set_xlim(0, room)
        axes.set_xlabel(chart.unit)
    if len(names) <= _MOST_NAMED:
        axes.bar_label(bars, written, padding=2)
    if chart.target is not None:
        axes.axhline(chart.target, color=_LINE, linewidth=1, linestyle="--")
