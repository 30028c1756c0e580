"""What masking was like in a month: privacy of the talk in each room, presses for relief, hours that were too loud, faults."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from acoustics.asked import ReliefPressed
from acoustics.weeks import FAULTY, QuarterCounted
from acoustics.words import Class
from acoustics.zones import Zones
from api.reports.figures import Masking
from api.reports.suppression import LEAST, beside
from edge.events import ConditionBegan, Event
from edge.site import Site

KINDS = (QuarterCounted.kind, ReliefPressed.kind)


def masking_of(site: Site, counted: Iterable[Event], troubles: Iterable[Event], untold: Collection[str]) -> Masking | None:
    """None where the site leads no masking. troubles: what began in the month. untold: rooms whose hours are not told."""
    if site.acoustics is None:
        return None
    zones = Zones(site, site.acoustics)
    talked: dict[str, Counter[Class]] = {}
    loud: Counter[str] = Counter(dict.fromkeys(zones.heard, 0))
    reliefs: Counter[str] = Counter(dict.fromkeys(zones.heard, 0))
    presses = 0
    for event in counted:
        match event:
            case QuarterCounted():
                for room, seconds in event.talked.items():
                    if room in site.spaces and room not in untold:
                        talked.setdefault(room, Counter()).update(seconds)
                loud.update(event.loud)
            case ReliefPressed(desk=desk):
                presses += 1
                reliefs[next(iter(zones.units_of_desk(desk)), "")] += 1
            case _:
                pass
    faults = Counter(e.subject for e in troubles if isinstance(e, ConditionBegan) and e.type in FAULTY and e.subject in zones.heard)
    told = beside(reliefs, dict.fromkeys(reliefs, presses))
    return Masking(
        talked={room: _in_hours(talked[room]) for room in site.spaces if room in talked},
        reliefs_total=presses if presses == 0 or presses >= LEAST else "few",
        reliefs=told,
        loud_h={unit: round(seconds / 3600, 1) for unit, seconds in loud.items()},
        faults={unit: faults[unit] for unit in zones.heard},
    )


def _in_hours(seconds: Mapping[Class, int]) -> Mapping[Class, float]:
    return {one: round(s / 3600, 1) for one, s in sorted(seconds.items())}
