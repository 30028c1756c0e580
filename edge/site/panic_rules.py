"""Rules about what a panic alarm brings about: each thing is of the kind that can do it, and each place has one response."""

from collections.abc import Callable, Iterator, Mapping

from pydantic import ValidationError

from edge.site.draft import Draft
from edge.site.finding import Path, Problem, error, warning
from edge.site.panic_settings import AROUND, PanicResponse
from edge.text import say

_TYPES: Mapping[str, str] = {"mute": "masking-unit", "relays": "relay", "signs": "sign"}
_LEAVING = ("sms", "email", "webhook", "mqtt")
"""Ways to a contact that a message takes out of the controller."""


def responses(draft: Draft) -> Iterator[tuple[Path, PanicResponse]]:
    """Those that are whole."""
    section = draft.raw.get("security")
    listed = section.get("panic") if isinstance(section, Mapping) else None
    for number, entry in enumerate(listed if isinstance(listed, list | tuple) else ()):
        try:
            yield ("security", "panic", number), PanicResponse.model_validate(entry)
        except ValidationError:
            continue


def things_of_their_kind(draft: Draft) -> Iterator[Problem]:
    for path, response in responses(draft):
        for key, wanted in _TYPES.items():
            for name in getattr(response, key):
                device = draft.devices.get(name)
                if device is None:
                    continue
                if device.type != wanted:
                    told = say("{device} is a {type}. Name a {wanted}.", device=name, type=device.type, wanted=wanted)
                    yield error((*path, key), told)
                elif wanted == "relay" and device.door:
                    told = say("{device} is at a door, and might hold its exit. Name a relay in a space.", device=name)
                    yield error((*path, key), told)


def lockable_doors(draft: Draft) -> Iterator[Problem]:
    controlled = {device.door for device in draft.devices.values() if device.type == "door-controller"}
    for path, response in responses(draft):
        for door in response.locks:
            if door in draft.doors and door not in controlled and draft.whole("devices"):
                yield error((*path, "locks"), say("Nothing can lock {door}: no door-controller is at it.", door=door))


def contacts_far_away(draft: Draft) -> Iterator[Problem]:
    for path, response in responses(draft):
        for name in response.tell:
            contact = draft.contacts.get(name)
            if contact is not None and contact.way not in _LEAVING:
                ways = ", ".join(_LEAVING)
                told = say("{contact} is no contact that a message is sent to. Name one with {ways}.", contact=name, ways=ways)
                yield error((*path, "tell"), told)


def one_response_a_place(draft: Draft) -> Iterator[Problem]:
    taken: set[str | None] = set()
    for path, response in responses(draft):
        for space in dict.fromkeys(response.spaces) or (None,):
            if space in taken and space is None:
                yield error(path, say("Another response names no spaces either. Add spaces to one of them."))
            elif space in taken:
                yield error((*path, "spaces"), say("{space} has another response already. Name it in one.", space=str(space)))
            taken.add(space)


def places_with_a_button(draft: Draft) -> Iterator[Problem]:
    places = {device.space for device in draft.devices.values() if device.type == "panic-button"}
    for path, response in responses(draft):
        for space in response.spaces:
            if space in draft.spaces and space not in places and draft.whole("devices"):
                yield warning((*path, "spaces"), say("No panic-button is in {space}, so nothing happens there.", space=space))


def silence_in_the_place_itself(draft: Draft) -> Iterator[Problem]:
    """Not of `around`, nor of a response for everywhere: those are meant for many places, and leave out where each button is."""
    for path, response in responses(draft):
        if not response.silent:
            continue
        for key, name, places in _named(draft, response):
            for space in response.spaces:
                if space in places:
                    told = say("{space} is silent, so {thing} is left alone when its button is pressed.", space=space, thing=name)
                    yield warning((*path, key), told)


def _named(draft: Draft, response: PanicResponse) -> Iterator[tuple[str, str, set[str | None]]]:
    """Each thing that a response names, by the key that it stands under, and the spaces it is noticed in."""
    for name in response.locks:
        yield "locks", name, _sides(draft, name)
    for key in _TYPES:
        for name in getattr(response, key):
            if name != AROUND and name in draft.devices:
                yield key, name, {draft.devices[name].space, *_sides(draft, draft.devices[name].door)}


def _sides(draft: Draft, door: str | None) -> set[str | None]:
    found = draft.doors.get(door or "")
    return set() if found is None else {found.from_, found.to}


PANIC_RULES: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    things_of_their_kind,
    lockable_doors,
    contacts_far_away,
    one_response_a_place,
    places_with_a_button,
    silence_in_the_place_itself,
)
