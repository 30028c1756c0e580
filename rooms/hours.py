"""Opening hours, as policies ask for them."""

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
