"""Points, their values and what a walk sees, in words for people; pages and the terminal share them."""

from collections.abc import Mapping
from typing import Final

from api.models import ReadingOut
from api.models_devices import DeviceOut
from edge.language import Renderer
from edge.point_words import POINTS, value_words
from edge.points import Value
from edge.text import Text, say

_QUALITIES: Final[Mapping[str, Text]] = {
    "good": say("good"),
    "stale": say("old"),
    "bad": say("bad"),
    "unknown": say("never heard"),
    "lost": say("lost"),
}
_SIGHTS: Final[Mapping[str, Text]] = {
    "pressed": say("press heard"),
    "opened": say("opened"),
    "closed": say("closed"),
    "unlocked": say("unlocked"),
    "locked": say("locked"),
    "came": say("came"),
    "went": say("went"),
    "heard": say("heard"),
}
_TO_DO: Final[Mapping[str, Text]] = {
    "pressed": say("Press it: its alarm comes as ever, so tell the guard before."),
    "opened": say("Open the door and close it again."),
    "unlocked": say("Have the door released, and wait until it is locked again."),
    "came": say("Go there so that it notices, and away again until it notices that too."),
    "heard": say("Wait until it has said something."),
}


class DeviceWords:
    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def point(self, name: str) -> str:
        return self._renderer.text(POINTS[name]) if name in POINTS else name

    def value(self, value: Value) -> str:
        return self._renderer.say("{value}", value=value_words(value))

    def quality(self, quality: str) -> str:
        return self._renderer.text(_QUALITIES[quality])

    def sight(self, sight: str) -> str:
        return self._renderer.text(_SIGHTS[sight]) if sight in _SIGHTS else sight

    def to_do(self, expected: list[str]) -> str:
        """What whoever walks does at a device."""
        return self._renderer.text(_TO_DO[expected[0]]) if expected and expected[0] in _TO_DO else ""


def quality_of_device(device: DeviceOut) -> str:
    """The worst that can be said of it: lost, bad, unknown, stale or good."""
    if device.online is False:
        return "lost"
    found = {reading.quality for reading in device.points.values()}
    if "bad" in found:
        return "bad"
    if device.online is None:
        return "unknown"
    return "stale" if "stale" in found else "good"


def errors_of(device: DeviceOut) -> int:
    figures = device.figures
    asked = figures.requests.refused + figures.requests.unanswered if figures.requests is not None else 0
    return figures.overdue + figures.garbage + figures.unusable + asked


def heard_points(device: DeviceOut) -> list[tuple[str, ReadingOut]]:
    """Those that it has ever said something of, or should say of itself."""
    return [(point, reading) for point, reading in device.points.items() if reading.quality != "unknown"]
