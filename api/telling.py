"""An event of the journal as JSON, its sentences in the reader's language."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from edge.events import Event
from edge.language import Renderer
from edge.text import Text

_PRIVATE = frozenset({"title", "revision", "whole"})
"""Titles of bookings are nobody's business; revisions and what they are of are for merging readings only."""


def told(event: Event, renderer: Renderer, now: datetime) -> dict[str, Any]:
    """The event's kind and fields."""

    def plain(value: object) -> Any:
        match value:
            case Text():
                return renderer.text(value, now)
            case datetime():
                return value.isoformat()
            case Mapping():
                return {str(key): plain(item) for key, item in value.items()}
            case list() | tuple():
                return [plain(item) for item in value]
            case _ if is_dataclass(value) and not isinstance(value, type):
                return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.name not in _PRIVATE}
            case _:
                return value

    return {"kind": event.kind, **plain(event)}
