"""What an active panic alarm asks of doors: those that the site file names lock their entry. It never unlocks anything."""

from collections.abc import Iterable

from edge.claims import Claim, Priority
from edge.facts import Look
from edge.points import PointId
from edge.site import Site
from edge.site.panic_settings import PanicResponse
from edge.text import Ref, say
from security.alarms import PANICS


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


def claims(look: Look, site: Site, button: str) -> Iterable[Claim]:
    """The claims of one button's open panic alarms."""
    numbers = look(PANICS(button))
    if not numbers:
        return
    for door in site.devices[button].locks:
        device = site.device_at(door)
        if device is not None:
            yield Claim(
                PointId(device, "lock"),
                "locked",
                Priority.PANIC,
                f"panic:{button}",
                say("Panic alarm {number} from {button}", number=numbers[0], button=Ref(button)),
            )
