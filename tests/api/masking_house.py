"""The building of the interface's tests with masking that is led: over the lobby, and obeying the relief of a desk."""

from datetime import timedelta
from functools import cache
from pathlib import Path

import yaml

from edge.site import Site
from tests.api.desk import MemoryDesk

UNIT, DESK = "masking-lobby", "desk-3"
ACOUSTICS = {
    "pairs": [{"from": "room-2", "to": "lobby", "rating": 48, "source": "measured"}],
    "spaces": {"lobby": {"ambient": 33}},
    "emitters": {UNIT: {"heard": {"lobby": 0, DESK: 6}, "desks": DESK}},
}


@cache
def masked_site() -> Site:
    raw = yaml.safe_load((Path(__file__).parent / "site.yaml").read_text(encoding="utf-8"))
    return Site.model_validate({**raw, "acoustics": ACOUSTICS})


class MaskedDesk(MemoryDesk):
    """One application serves many tests on it: each begins it anew."""

    def __init__(self) -> None:
        super().__init__(site=masked_site())

    def settle(self) -> None:
        """A morning on which somebody talks in the first room, and the unit is where the schedule wants it."""
        self.everything_reports()
        self.report(UNIT, "level", 36.0)
        self.report(UNIT, "muted", False)
        self.report("occ-room-1", "present", True)
        self.wait(timedelta(minutes=1))
