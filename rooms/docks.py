"""What a dock by itself tells: that it is empty while the building is closed, or that a strange terminal lies in it.

Where the site file names the terminals, `rooms.terminal_alarms` says which of them is missing. A site without `hours` is never
closed, so nothing can be said of its empty docks. A dock that is lost says so by itself (`security.supervision`) and nothing new of
its terminal; what was told before stays told until the dock is heard again.
"""

from collections.abc import Iterable
from datetime import datetime

from edge.claims import Condition
from edge.conditions import TERMINAL_MISSING, TERMINAL_STRANGE
from edge.facts import ACTIVE, Look
from edge.site import Site
from edge.site.terminals import beacons_of
from edge.text import Ref, say
from rooms.hours import closed_for, opening
from rooms.terminal_alarms import PUT_BACK_WITHIN
from rooms.terminal_places import said
from rooms.terminals import bay_named, terminal_called


def conditions(look: Look, site: Site, dock: str) -> Iterable[Condition]:
    yield from _strange(look, site, dock) if site.terminals else _empty(look, site, dock)


def _strange(look: Look, site: Site, dock: str) -> Iterable[Condition]:
    """Somebody may have put another terminal in the place of ours. What receivers hear may belong to anybody."""
    if beacons_of(site.devices[dock]) is not None:
        return
    reading, began = said(look, dock), look(ACTIVE(TERMINAL_STRANGE, dock))
    if reading is None:
        if began is not None:
            yield Condition(TERMINAL_STRANGE, dock, began.because)
    elif isinstance(reading.value, str) and reading.value and terminal_called(site, dock, reading.value) is None:
        told = say("A terminal that the site does not know is in {bay}", bay=bay_named(site, dock))
        yield Condition(TERMINAL_STRANGE, dock, told)


def _empty(look: Look, site: Site, dock: str) -> Iterable[Condition]:
    timetable, reading = site.site.hours, look.heard(dock, "terminal")
    if timetable is None or (reading is not None and reading.value is not None):
        return
    if (began := look(ACTIVE(TERMINAL_MISSING, dock))) is not None:
        if opening(look, site, timetable) is None:
            yield Condition(TERMINAL_MISSING, dock, began.because)
    elif reading is not None and _belongs_back(look, site, timetable, reading.since):
        told = say("No terminal in {device} since {since}, and the building is closed", device=Ref(dock), since=reading.since)
        yield Condition(TERMINAL_MISSING, dock, told)


def _belongs_back(look: Look, site: Site, timetable: str, since: datetime) -> bool:
    return look.lasted(since, PUT_BACK_WITHIN) and closed_for(look, site, timetable, PUT_BACK_WITHIN)
