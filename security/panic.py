"""What an active panic alarm asks of doors: those that the site file names lock their entry. It never unlocks anything."""

from collections.abc import Iterable

from edge.claims import Claim, Priority
from edge.facts import Look
from edge.points import PointId
from edge.site import Site
from edge.text import Ref, say
from security.alarms import PANICS


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
