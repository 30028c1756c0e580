"""Whatever people and fire panels do, in whatever order: who holds what is as a few lines say, and only locks are ever touched."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import IllegalCommand
from edge.events import CommandSent
from edge.site.fields import Role
from security import modes
from security.mode_rules import reaching
from security.modes import MODE
from tests.builders import SECOND
from tests.conftest import EFFORT
from tests.edge.test_controller import stored
from tests.security.emergencies import Day, building

SITE_FILE = building()
INPUTS = ("fire-1", "fire-2")
SCOPES = ("site", "zone:public", "zone:internal", "door:front", "door:way-out", "door:arch", "zone:secret", "")
MAY_LOCK: tuple[Role, ...] = ("guard", "lobby-host", "facility-manager")
MAY_END: tuple[Role, ...] = ("guard", "facility-manager")


@dataclass(slots=True)
class Model:
    """The same once more, in few words. asked: when the end of a lockdown was."""

    holding: set[tuple[str, str]] = field(default_factory=set)
    asked: dict[str, datetime] = field(default_factory=dict)
    burning: set[str] = field(default_factory=set)

    def fire(self, device: str, says: bool) -> None:
        (self.burning.add if says else self.burning.discard)(device)
        if says:
            self.holding.add(("fire", "site"))

    def may(self, act: str, mode: str, scope: str, role: Role, at: datetime) -> bool:
        """And if so, it is done."""
        known = scope in ("site", "zone:public", "zone:internal", "door:front", "door:way-out")
        held = (mode, scope) in self.holding
        if mode not in get_args(modes.Mode) or not known or (mode != "lockdown" and scope != "site"):
            return False
        match act:
            case "begin":
                allowed = mode != "fire" and role in MAY_LOCK and not held
                if allowed:
                    self.holding.add((mode, scope))
            case "ask_end":
                allowed = mode == "lockdown" and role in MAY_END and held
                if allowed:
                    self.asked[scope] = at
            case _:
                in_time = mode != "lockdown" or (scope in self.asked and at - self.asked[scope] <= timedelta(seconds=60))
                allowed = role in MAY_END and held and in_time and not (mode == "fire" and self.burning)
                if allowed:
                    self.holding.discard((mode, scope))
                    self.asked.pop(scope, None)
        return allowed


_ACTS = {"begin": modes.begin, "ask_end": modes.ask_end, "end": modes.end}

acts = st.tuples(
    st.sampled_from(["begin", "ask_end", "end", "end"]),
    st.sampled_from(["lockdown", "lockdown", "evacuation", "fire", "panic"]),
    st.sampled_from(["site", "site", *SCOPES]),
    st.sampled_from(["guard", "guard", *get_args(Role)]),
)
fires = st.tuples(st.just("fire"), st.sampled_from(INPUTS), st.booleans())
waits = st.tuples(st.just("later"), st.sampled_from([1, 59, 60, 61]))
restarts = st.tuples(st.just("restart"))


@settings(max_examples=40 * EFFORT)
@given(st.lists(st.one_of(acts, acts, fires, waits, restarts), max_size=20))
def test_any_sequence_of_acts(sequence: list[tuple]) -> None:  # type: ignore[type-arg]
    day, model = Day(SITE_FILE), Model()
    for step in sequence:
        match step:
            case ("fire", device, says):
                day.say_fire(device, says)
                model.fire(device, says)
            case ("later", seconds):
                day.later(seconds * SECOND)
            case ("restart",):
                day.simulation.restart(stored(day.journal))
                day.simulation.report_all()
            case (act, mode, scope, role):
                assert _acted(day, act, mode, scope, role) is model.may(act, mode, scope, role, day.simulation.now)
        assert day.holding() == model.holding
        _require_doors_to_follow(day)
    sent = [event for event in day.journal if isinstance(event, CommandSent)]
    assert all(event.point == "lock" and SITE_FILE.devices[event.device].type == "door-controller" for event in sent)


def _acted(day: Day, act: str, mode: str, scope: str, role: Role) -> bool:
    """Whoever is refused is told why in a sentence, and nothing has changed."""
    length = len(day.journal)
    try:
        day.simulation.act(lambda facts, at: _ACTS[act](day.site, facts, at, mode, scope, "anna", role))
    except IllegalCommand as refusal:
        assert len(str(refusal).split()) > 3  # noqa: PT017
        assert len(day.journal) == length
        return False
    return True


def _require_doors_to_follow(day: Day) -> None:
    """Fire and evacuation unlock what leads out; a lockdown locks everything else it reaches."""
    for door in day.site.controllers:
        held = {mode for mode, scope in reaching(day.site, door) if day.facts(MODE(mode, scope)) is not None}
        real = day.simulation.devices[f"lock-{door}"].state("lock")
        if held & {"fire", "evacuation"}:
            assert real == "unlocked"
        elif "lockdown" in held:
            assert real == "locked"
