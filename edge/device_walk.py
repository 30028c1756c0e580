"""`talonmies devices walk`: says what is seen as it is seen, and what is left."""

import time
from collections.abc import Callable

from api.console.device_words import DeviceWords
from api.models_devices import WalkOut, Walks
from edge.asking import Controller
from edge.errors import Refused
from edge.language import Renderer

_EVERY_S = 0.3


def walks_of(controller: Controller) -> list[WalkOut]:
    """The newest first."""
    return Walks.model_validate(controller.ask("GET", "device-walks")).walks


def last_walk(controller: Controller) -> WalkOut:
    """Raises Refused."""
    found = walks_of(controller)
    if not found:
        raise Refused("There has been no walk yet.")
    return found[0]


def begin_or_go_on(controller: Controller, by: str, devices: list[str], minutes: int) -> WalkOut:
    found = walks_of(controller)
    if not found or found[0].ended_at is not None:
        controller.ask("POST", "device-walks", {"by": by, "devices": devices, "minutes": minutes})
    return last_walk(controller)


def walked(controller: Controller, renderer: Renderer, tell: Callable[[str], None]) -> bool:
    """Whether everything was seen before its time was over, or somebody ended it. Blocks."""
    words, told = DeviceWords(renderer), set[tuple[str, str]]()

    def once(device: str, what: str, line: str) -> None:
        if (device, what) not in told:
            told.add((device, what))
            tell(line)

    while True:
        now = last_walk(controller)
        for each in now.devices:
            for sight in each.seen:
                once(each.device, sight, f"{each.device}  {words.sight(sight)}")
        left = [each for each in now.devices if not each.passed]
        if not left or now.ended_at is not None:
            return not left
        what = words.to_do(left[0].expected)
        remaining = renderer.say("{count} left.", count=len(left))
        once(left[0].device, "next", f"{remaining} {left[0].device}: {what}")
        time.sleep(_EVERY_S)
