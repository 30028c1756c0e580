"""Texts in the reader's language: Finnish, Finland-Swedish or English.

The catalogues are gettext files (`edge/locale/<language>/LC_MESSAGES/talonmies.po`), read as they are; the English messages in
the code are their keys, and `make messages` brings them up to date.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from string import Formatter
from typing import Final

from babel import Locale
from babel.dates import format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from edge.site.fields import OUTSIDE, Names
from edge.site.model import Door, Site
from edge.text import Moment, Ref, Route, Text, TextValue, Words, say

LANGUAGES: Final = ("fi", "sv", "en")
LOCALE_FOLDER: Final = Path(__file__).parent / "locale"

_TYPE_NAMES: Final = {
    "door-controller": say("Door controller"),
    "panic-button": say("Panic button"),
    "relief-button": say("Relief button"),
    "fire-input": say("Fire alarm input"),
    "alarm-input": say("Alarm input"),
    "occupancy-sensor": say("Presence sensor"),
    "masking-unit": say("Masking unit"),
    "ambient-sensor": say("Sound level meter"),
    "terminal-dock": say("Payment terminal dock"),
    "relay": say("Relay"),
    "sign": say("Sign"),
}


@dataclass(frozen=True, slots=True)
class _Ways:
    """How one language writes times and numbers; patterns are those of CLDR."""

    locale: Locale
    bare_time: str
    time: str
    day_and_time: str
    clock: str
    second: str


_WAYS: Final = {
    "fi": _Ways(Locale("fi"), "H.mm", "H.mm", "EEE d.M. 'klo' H.mm", "EEE d.M. H.mm.ss", "H.mm.ss"),
    "sv": _Ways(Locale("sv", "FI"), "H.mm", "'kl.' H.mm", "EEE d.M. 'kl.' H.mm", "EEE d.M. H.mm.ss", "H.mm.ss"),
    "en": _Ways(Locale("en", "GB"), "H:mm", "H:mm", "EEE d MMM H:mm", "EEE d MMM H:mm:ss", "H:mm:ss"),
}


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Translations by English message; English itself has none."""
    path = LOCALE_FOLDER / language / "LC_MESSAGES" / "talonmies.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        messages = read_po(file)
    return {str(m.id): str(m.string) for m in messages if m.id and m.string and not m.fuzzy}


class Renderer:
    """Writes texts of one site in one language.

    now: what is on the same local day is written by its time alone, anything else with its day; without `now`, always with it.
    """

    def __init__(self, site: Site, language: str) -> None:
        self.site = site
        self.language = language
        self._ways = _WAYS[language]
        self._catalogue = catalogue(language)

    def text(self, text: Text, now: datetime | None = None) -> str:
        message = self._catalogue.get(text.message, text.message)
        written: list[str] = []
        before: TextValue | None = None
        for literal, name, _, _ in Formatter().parse(message):
            written.append(literal)
            if name is None:
                continue
            value = text.values.get(name)
            if literal == "–" and isinstance(before, Moment) and isinstance(value, Moment):
                written.append(self._end_of_span(before.t, value.t, now))
            else:
                written.append(f"{{{name}}}" if value is None else self._value(value, now))
            before = value
        return "".join(written)

    def say(self, message: str, /, **values: TextValue | datetime) -> str:
        """A sentence without a date of today: labels and the like."""
        return self.text(say(message, **values))

    def name(self, id_: str) -> str:
        """The name of a thing of the site file."""
        return self._names.get(id_) or readable(id_)

    def type_name(self, device_type: str) -> str:
        return self.text(_TYPE_NAMES[device_type])

    def moment(self, t: datetime, now: datetime | None = None) -> str:
        same_day = now is not None and self._local(t).date() == self._local(now).date()
        return self._written(t, self._ways.time if same_day else self._ways.day_and_time)

    def clock(self, t: datetime) -> str:
        """Day and time to the second."""
        return self._written(t, self._ways.clock)

    def second(self, t: datetime, now: datetime) -> str:
        """To the second: its time alone if it is of today."""
        return self._written(t, self._ways.second) if self._local(t).date() == self._local(now).date() else self.clock(t)

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self._ways.locale, group_separator=False)

    def _value(self, value: TextValue, now: datetime | None) -> str:
        match value:
            case Text():
                return self.text(value, now)
            case Moment(t):
                return self.moment(t, now)
            case Ref(id_):
                return self.name(id_)
            case Route(ids):
                return " → ".join(self.name(id_) for id_ in ids)
            case Words():
                return str(getattr(value, self.language))
            case str():
                return value
            case _:
                return self.number(value)

    def _end_of_span(self, start: datetime, end: datetime, now: datetime | None) -> str:
        if self._local(start).date() == self._local(end).date():
            return self._written(end, self._ways.bare_time)
        return self.moment(end, now)

    def _written(self, t: datetime, pattern: str) -> str:
        return format_datetime(self._local(t), pattern, locale=self._ways.locale)

    def _local(self, t: datetime) -> datetime:
        return t.astimezone(self.site.local.zone)

    # --- names ----------------------------------------------------------------------------------------------------

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """By id; where two sections share an id, the one that people meet more often."""
        site = self.site
        spaces = {id_: self._own(space.name) or readable(id_) for id_, space in site.spaces.items()}
        spaces[OUTSIDE] = self.say("outside")
        doors = dict(self._door_names(spaces))
        agencies = {id_: self._own(agency.name) or readable(id_) for id_, agency in site.agencies.items()}
        calendars = {id_: self._own(calendar.name) or readable(id_) for id_, calendar in site.calendars.items()}
        scenes = {id_: self._own(scene.name) or readable(id_) for id_, scene in site.scenes.items()}
        displays = {id_: self._own(display.name) or readable(id_) for id_, display in site.displays.items()}
        contacts = {id_: self._own(contact.name) or readable(id_) for id_, contact in site.contacts.items()}
        terminals = {id_: self._own(terminal.name) or readable(id_) for id_, terminal in site.terminals.items()}
        places = {**spaces, **doors}
        of_the_site = {site.site.id: self._own(site.site.name) or readable(site.site.id)}
        return {
            **displays,
            **contacts,
            **terminals,
            **scenes,
            **calendars,
            **of_the_site,
            **agencies,
            **dict(self._device_names(places)),
            **spaces,
            **doors,
        }

    def _own(self, names: Names | None) -> str | None:
        return names.in_language(self.language) if names is not None else None

    def _door_names(self, spaces: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """A door without a name is called after the space it belongs to, with the other side where two are alike."""
        unnamed = {id_: self._plain_door_name(id_, spaces) for id_, door in self.site.doors.items() if door.name is None}
        alike = Counter(unnamed.values())
        longer = {id_: f"{name} ({spaces[other_side(self.site, id_)]})" for id_, name in unnamed.items() if alike[name] > 1}
        alike.update(longer.values())
        for id_, door in self.site.doors.items():
            name = longer.get(id_) or unnamed.get(id_) or self._own(door.name) or readable(id_)
            yield id_, readable(id_) if id_ in unnamed and alike[name] > 1 else name

    def _plain_door_name(self, id_: str, spaces: Mapping[str, str]) -> str:
        door, space = self.site.doors[id_], spaces[space_of(self.site, id_)]
        if door.kind == "opening":
            return self.say("{space}, opening", space=space)
        if _is_back_door(self.site, door):
            return self.say("{space}, back door", space=space)
        return self.say("{space}, door", space=space)

    def _device_names(self, places: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """A device without a name is called after its type and place, if that is enough."""
        alike = Counter((d.type, d.door or d.space) for d in self.site.devices.values() if d.name is None)
        for id_, device in self.site.devices.items():
            place = device.door or device.space
            if device.name is not None:
                yield id_, self._own(device.name) or readable(id_)
            elif place is not None and alike[device.type, place] == 1:
                yield (
                    id_,
                    self.say("{device} ({place})", device=self.type_name(device.type), place=places.get(place, readable(place))),
                )
            else:
                yield id_, readable(id_)


def readable(id_: str) -> str:
    """An id as a name, for want of a better one."""
    return id_.replace("-", " ").capitalize()


def space_of(site: Site, door_id: str) -> str:
    """The space a door belongs to for people: the one behind it, or the room whose back door it is."""
    door = site.doors[door_id]
    return door.from_ if door.to == OUTSIDE or _is_back_door(site, door) else door.to


def other_side(site: Site, door_id: str) -> str:
    door = site.doors[door_id]
    return door.to if space_of(site, door_id) == door.from_ else door.from_


def _is_back_door(site: Site, door: Door) -> bool:
    """From a room for customers to the staff's side (takaovi)."""
    return site.zone_of(door.from_) == "semi-public" and site.zone_of(door.to) == "internal"
