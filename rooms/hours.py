"""Opening hours, as policies ask for them."""

from datetime import timedelta

from edge.facts import Look
from edge.site import Site
from edge.site.hours import Opening


def opening(look: Look, site: Site, timetable: str) -> Opening | None:
    """The opening of a timetable that runs now, or None; whoever asks is asked again when that changes."""
    table = site.hours[timetable]
    found, change = table.opening_at(look.now, site.local), table.next_change(look.now, site.local)
    if change is not None:
        look.passed(change)
    elif found is not None:
        # Always open: its end only is as far as the timetable looks, and is farther when we look again.
        look.passed(look.now + (found.end - look.now) / 2)
    return found


def closed_for(look: Look, site: Site, timetable: str, span: timedelta) -> bool:
    """Whether a timetable has been closed without a break for so long; whoever asks is asked again when that changes."""
    if opening(look, site, timetable) is not None:
        return False
    since = look.now - span
    while (change := site.hours[timetable].next_change(since, site.local)) is not None and change <= look.now:
        since = change
    return look.lasted(since, span)
