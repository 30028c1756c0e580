"""The good parts of a site file, for the rules that need more than one section.

A broken entry hides nothing but itself: its id stays known, and every other entry is checked against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self, get_args

from pydantic import TypeAdapter, ValidationError

from edge.site.alarm_settings import AlarmSettings
from edge.site.booking import Agency, Calendar, RoomPolicy
from edge.site.checklists import Checklist
from edge.site.connections import Connection
from edge.site.device import Device
from edge.site.displays import Display
from edge.site.escalations import Contact, Plan
from edge.site.hours import Timetable
from edge.site.model import Door, Scene, Site, SiteSection, Space
from edge.site.remote_service import RemoteService
from edge.site.terminals import Terminal

TABLES = tuple(name for name in Site.model_fields if name not in ("site", "security", "acoustics"))


@dataclass(frozen=True, slots=True)
class Draft:
    """The attributes of `Site`, without the entries that are broken. raw: the document as plain data."""

    raw: Mapping[str, Any]
    site: SiteSection | None
    hours: Mapping[str, Timetable]
    agencies: Mapping[str, Agency]
    spaces: Mapping[str, Space]
    doors: Mapping[str, Door]
    connections: Mapping[str, Connection]
    devices: Mapping[str, Device]
    terminals: Mapping[str, Terminal]
    calendars: Mapping[str, Calendar]
    rooms: Mapping[str, RoomPolicy]
    scenes: Mapping[str, Scene]
    checklists: Mapping[str, Checklist]
    alarms: Mapping[str, AlarmSettings]
    contacts: Mapping[str, Contact]
    escalations: Mapping[str, Plan]
    displays: Mapping[str, Display]
    remote_service: Mapping[str, RemoteService]
    plans: Mapping[str, str]

    @classmethod
    def of(cls, site: Site, raw: Mapping[str, Any]) -> Self:
        return cls(raw, site.site, **{name: getattr(site, name) for name in TABLES})

    @classmethod
    def salvaged(cls, raw: Mapping[str, Any]) -> Self:
        tables = {name: _good_entries(name, entries_of(raw, name)) for name in TABLES}
        return cls(raw, _good(SiteSection, raw.get("site")), **tables)

    def known(self, table: str) -> Mapping[str, Any]:
        """Every id of a table, broken entries too."""
        return entries_of(self.raw, table)

    def readable(self, table: str) -> bool:
        """Whether the table's ids can be told: it is there as a mapping, or may be absent and is."""
        return isinstance(self.raw.get(table), Mapping) or (self.raw.get(table) is None and table != "spaces")

    def whole(self, table: str) -> bool:
        """Whether no entry of the table is broken, so that a rule may speak of what is missing from it."""
        return self.readable(table) and len(self.known(table)) == len(getattr(self, table))


def entries_of(raw: Mapping[str, Any], table: str) -> Mapping[str, Any]:
    entries = raw.get(table)
    return entries if isinstance(entries, Mapping) else {}


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _good(kind: Any, value: object) -> Any:
    try:
        return _adapter(kind).validate_python(value)
    except ValidationError:
        return None


def _good_entries(table: str, entries: Mapping[str, object]) -> dict[str, Any]:
    kind = get_args(Site.model_fields[table].annotation)[1]
    good = {name: _good(kind, value) for name, value in entries.items()}
    return {name: entry for name, entry in good.items() if entry is not None}
