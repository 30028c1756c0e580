"""A building taken apart into its storeys; each is drawn as if it were a building of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

from edge.site.fields import OUTSIDE
from edge.site.frozen import FrozenDict
from edge.site.model import Door, Site


@dataclass(frozen=True, slots=True)
class Storey:
    """site: with the spaces of this storey alone, and the doors that touch it. onward: for doors to another storey, that one's."""

    name: str
    site: Site
    onward: Mapping[str, str]


def storeys(site: Site) -> tuple[Storey, ...]:
    """The lowest first."""
    return tuple(_storey(site, name) for name in site.storeys)


def _storey(site: Site, name: str) -> Storey:
    if site.storeys == (name,):
        return Storey(name, site, {})
    spaces = {id_: space for id_, space in site.spaces.items() if space.storey == name}
    doors = {id_: door for id_, door in site.doors.items() if door.from_ in spaces or door.to in spaces}
    here = {id_: _among(door, doors) for id_, door in doors.items()}
    sections = {field: getattr(site, field) for field in Site.model_fields}
    alone = Site.model_construct(**sections | {"spaces": FrozenDict(spaces), "doors": FrozenDict(here)})
    ends = {id_: (door.to if door.from_ in spaces else door.from_) for id_, door in doors.items()}
    onward = {id_: site.spaces[end].storey for id_, end in ends.items() if end != OUTSIDE and end not in spaces}
    return Storey(name, alone, onward)


def _among(door: Door, doors: Mapping[str, Door]) -> Door:
    """Without interlocks with doors on other storeys, to which no line can be drawn."""
    return door.model_copy(update={"interlock": tuple(other for other in door.interlock if other in doors)})
