"""Reads as few times as possible: what stands near each other is read in one request."""

from collections.abc import Iterable

from edge.profiles.modbus_table import Area, Span

_MOST: dict[Area, int] = {"coil": 2000, "discrete": 2000, "input": 125, "holding": 125}
"""What one request may ask for."""


def coalesced(spans: Iterable[Span], gap: int) -> list[Span]:
    """Spans that cover the given ones. gap: how much in between, wanted by nobody, may be read along."""
    blocks: list[Span] = []
    for span in sorted(set(spans)):
        last = blocks[-1] if blocks else None
        if last is not None and last.area == span.area and span.address <= last.address + last.length + gap:
            length = max(last.length, span.address + span.length - last.address)
            if length <= _MOST[span.area]:
                blocks[-1] = last._replace(length=length)
                continue
        blocks.append(span)
    return blocks
