"""What the building does while a panic alarm is open: the response of the button's place, claimed for as long as it is.

It locks entries, mutes loudspeakers, switches relays on and writes signs; it never unlocks, and no output holds an exit. Where a
place is silent, nothing in it or at its doors is touched: whoever threatens a person there must not notice that help was called.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edge.claims import Claim, Priority
from edge.conditions import PANIC
from edge.events import Event
from edge.facts import Facts, Look
from edge.points import PointId, Value
from edge.site import Site
from edge.site.fields import Names
from edge.site.panic_settings import AROUND, PanicResponse
from edge.text import Ref, say
from security.alarms import PANICS, AlarmRaised


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsTold(Event):
    """These contacts are told whoever acknowledges: what they do (a bookmark in a recording) is wanted in any case."""

    kind = "contacts-told"
    number: int
    to: tuple[str, ...]


def response_of(site: Site, button: str) -> PanicResponse | None:
    """What the site file says of the place of a button: the response that names it, or else the one that names no place."""
    place = site.devices[button].space if button in site.devices else None
    responses = site.security.panic
    own = next((response for response in responses if place in response.spaces), None)
    return own or next((response for response in responses if not response.spaces), None)


def is_silent(site: Site, button: str) -> bool:
    """Whether nobody near this button may notice that it was pressed."""
    response = response_of(site, button)
    return response is not None and response.silent


def leaves_alone(site: Site, button: str, device: str) -> bool:
    """Whether a device must stay as it is because whoever is where the button is could notice."""
    place = site.devices[button].space if button in site.devices else None
    return place is not None and is_silent(site, button) and site.is_noticed_in(device, place)


def react(_: Facts, event: Event, site: Site) -> Iterable[Event]:
    """At second 0, whatever the escalation says."""
    if isinstance(event, AlarmRaised) and event.type == PANIC:
        response = response_of(site, event.subject)
        if response is not None and response.tell:
            yield ContactsTold(at=event.at, number=event.number, to=tuple(dict.fromkeys(response.tell)))


def claims(look: Look, site: Site, button: str) -> Iterable[Claim]:
    """The claims of one button's open panic alarms."""
    numbers = look(PANICS(button))
    if not numbers:
        return
    because = say("Panic alarm {number} from {button}", number=numbers[0], button=Ref(button))
    for point, value in effects(site, button).items():
        yield Claim(point, value, Priority.PANIC, f"panic:{button}", because)


def effects(site: Site, button: str) -> dict[PointId, Value]:
    """What an alarm from this button wants of which point."""
    response = response_of(site, button)
    if response is None:
        return {}
    wanted = dict(_wanted(site, response, site.devices[button].space or ""))
    return {point: value for point, value in wanted.items() if not leaves_alone(site, button, point.device)}


def _wanted(site: Site, response: PanicResponse, place: str) -> Iterator[tuple[PointId, Value]]:
    for door in response.locks:
        device = site.device_at(door)
        if device is not None:
            yield PointId(device, "lock"), "locked"
    for unit in response.mute:
        for device in _units_around(site, place) if unit == AROUND else (unit,):
            yield PointId(device, "muted"), True
    for relay in response.relays:
        yield PointId(relay, "on"), True
    for sign, words in response.signs.items():
        yield PointId(sign, "text"), _written(site, words, place)


def _units_around(site: Site, place: str) -> Iterator[str]:
    """Voices carry through a door: the masking units of the place and of the spaces a door away."""
    near = {place}.union(*({door.from_, door.to} for door in site.doors.values() if place in (door.from_, door.to)))
    yield from (name for name, device in site.devices.items() if device.type == "masking-unit" and device.space in near)


def _written(site: Site, words: Names, place: str) -> str:
    """Every language that the site file has the words in; a sign knows no reader."""
    space = site.spaces.get(place)
    name = space.name if space is not None else None
    by_language = [(language, text) for language, text in words if text]
    said = [text.replace("{place}", (name and name.in_language(language)) or place) for language, text in by_language]
    return " / ".join(dict.fromkeys(said))
