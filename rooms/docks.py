"""Payment terminals belong in their docks while the building is closed.

A site without `hours` is never closed, so nothing can be said of its docks. A dock that is lost says so by itself
(`security.supervision`) and nothing new of its terminal; what was told before stays told until the dock is heard again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from edge.claims import Condition
from edge.conditions import TERMINAL_MISSING
from edge.facts import ACTIVE, Look
from edge.site import Site
from edge.text import Ref, say
from rooms.hours import closed_for, opening

PUT_BACK_WITHIN = timedelta(minutes=10)
"""After closing, and also later: a hand may lift a terminal to clean under it."""


def conditions(look: Look, site: Site, dock: str) -> Iterable[Condition]:
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
