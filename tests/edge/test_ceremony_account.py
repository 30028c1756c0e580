"""What `simulate` and the terminal say of ceremonies, and which lines about them cannot be understood."""

from typing import Any

import pytest

from edge.account import lines, sentence
from edge.errors import IllegalInput
from edge.events import Event
from edge.language import Renderer
from edge.operators import operator_action
from rooms.ceremonies_said import CeremonyCancelled, CeremonyShifted, RoomRestored
from rooms.checklists import ItemTicked, ItemUnticked
from tests.rooms.ceremony_site import at, ceremony_site

SITE = ceremony_site()
OF: dict[str, Any] = {"at": at("11:00"), "ceremony": "c1"}
TICK: dict[str, Any] = {**OF, "checklist": "set-up", "item": "chairs", "by": "host-1"}
SHIFTED = CeremonyShifted(
    **OF, calendar="weddings", room="hall", uid="a", rid="", booked_from=at("12:00"), booked_until=at("12:30"), starts=at("12:20"),
    by="host-1",
)  # fmt: skip


@pytest.mark.parametrize(
    ("event", "state", "because"),
    [
        (ItemTicked(**TICK), "ticked", "host-1 ticked: Chairs"),
        (ItemTicked(**{**TICK, "item": "gone"}), "ticked", "host-1 ticked: gone"),
        (ItemUnticked(**TICK, reason="Two more"), "unticked", "host-1 took back: Chairs (Two more)"),
        (SHIFTED, "shifted", "host-1: the ceremony of Fri 27 Nov 12:00 begins Fri 27 Nov 12:20"),
        (
            CeremonyCancelled(**OF, scene="wedding", booked_from=at("12:00"), booked_until=at("12:30")),
            "cancelled",
            "The ceremony of Fri 27 Nov 12:00 is cancelled",
        ),
        (RoomRestored(**OF), "room-restored", "The room is again what it usually is"),
    ],
)
def test_each_is_a_line_with_its_reason(event: Event, state: str, because: str) -> None:
    (line,) = lines(event, SITE, Renderer(SITE, "en").text)
    assert (line["kind"], line["state"], line["ceremony"], line["because"]) == ("ceremony", state, "c1", because)


def test_the_terminal_tells_what_concerns_others_and_not_every_tick() -> None:
    told = sentence(SHIFTED, SITE)
    assert told is not None
    assert "begins" in told.message
    assert sentence(ItemTicked(**TICK), SITE) is None


@pytest.mark.parametrize(
    ("scene", "start", "problem"),
    [
        ("wedding", None, 'needs a "scene" with a preparation, and the "start"'),
        ("party", "2026-11-27T12:00:00+02:00", "unknown scene"),
    ],
)
def test_a_line_names_its_ceremony(scene: str, start: str | None, problem: str) -> None:
    said = {"operator": "host-1", "action": "tick", "scene": scene, "checklist": "set-up", "item": "chairs"}
    with pytest.raises(IllegalInput, match=problem):
        operator_action(SITE, said if start is None else {**said, "start": start})
