"""What people are shown before a mode begins is what happens when it does."""

from collections.abc import Callable
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.virtual.device import Behaviour
from edge.facts import DECISION, FLIGHT, ONLINE
from edge.language import Renderer
from edge.refusal import Refusal
from security.mode_preview import Preview, preview, preview_of_end
from security.modes import MODE, SITE, Mode, ModeBegan, ModeEnded, door_scope
from security.overrides import DoorOverridden, DoorTakenOut
from security.releases import DoorReleased
from tests.builders import HOUR, MINUTE, SECOND
from tests.conftest import EFFORT
from tests.security.emergencies import TEN, Day, building

SITE_FILE = building()
DOORS = list(SITE_FILE.controllers)
SCOPES = [SITE, "zone:public", "zone:semi-public", "zone:internal", *map(door_scope, DOORS)]

Deed = Callable[[Day], None]


def _key(door: str) -> Deed:
    return lambda day: day.simulation.set(f"lock-{door}", "lock", "unlocked")


def _leaf(door: str, contact: str) -> Deed:
    return lambda day: day.simulation.set(f"lock-{door}", "contact", contact)


def _link(door: str, up: bool) -> Deed:
    return lambda day: day.simulation.set(f"lock-{door}", "link", up)


def _fire(says: bool) -> Deed:
    return lambda day: day.say_fire("fire-1", says)


def _press() -> Deed:
    return lambda day: day.simulation.press("button", f"p{len(day.journal)}")


def _later(seconds: int) -> Deed:
    return lambda day: day.later(timedelta(seconds=seconds))


def _released(door: str) -> Deed:
    def deed(day: Day) -> None:
        now = day.simulation.now
        day.simulation.observe(DoorReleased(at=now, door=door, by="anna", until=now + 5 * MINUTE, reason="Delivery"))

    return deed


def _overridden(door: str, value: str) -> Deed:
    def deed(day: Day) -> None:
        now = day.simulation.now
        event = DoorOverridden(at=now, door=door, value=value, by="anna", until=now + HOUR, reason="Fair")  # type: ignore[arg-type]
        day.simulation.observe(event)

    return deed


def _taken_out(door: str) -> Deed:
    return lambda day: day.simulation.observe(DoorTakenOut(at=day.simulation.now, door=door, by="anna", reason="Broken"))


def _begun(mode: Mode, scope: str) -> Deed:
    scope = scope if mode == "lockdown" else SITE
    return lambda day: day.simulation.observe(ModeBegan(at=day.simulation.now, mode=mode, scope=scope, by="anna"))


doors = st.sampled_from(DOORS)
modes_and_scopes = st.one_of(
    st.tuples(st.just("lockdown"), st.sampled_from(SCOPES)), st.tuples(st.sampled_from(["fire", "evacuation"]), st.just(SITE))
)
deeds = st.one_of(
    st.builds(_key, doors),
    st.builds(_leaf, doors, st.sampled_from(["open", "closed"])),
    st.builds(_link, doors, st.booleans()),
    st.builds(_fire, st.booleans()),
    st.builds(_press),
    st.builds(_later, st.integers(1, 100)),
    st.builds(_released, doors),
    st.builds(_overridden, doors, st.sampled_from(["locked", "unlocked"])),
    st.builds(_taken_out, doors),
    st.builds(_begun, st.sampled_from(get_args(Mode)), st.sampled_from(SCOPES)),
)


def wanted(day: Day) -> dict[str, object]:
    found = {door: day.facts(DECISION(f"lock-{door}", "lock")) for door in DOORS}
    return {door: None if decision is None else decision.value for door, decision in found.items()}


def obeys(day: Day, door: str) -> bool:
    flight = day.facts(FLIGHT(f"lock-{door}", "lock"))
    return day.facts(ONLINE(f"lock-{door}")) is True and not (flight is not None and flight.overdue)


@settings(max_examples=60 * EFFORT)
@given(st.lists(deeds, max_size=8), modes_and_scopes)
@example([_released("rear")], ("lockdown", "zone:public"))
def test_what_is_shown_is_what_happens(done: list[Deed], begun: tuple[Mode, str]) -> None:
    """Also through the zoning guard: in the first example the front door locks, so that the release of the rear one comes true."""
    day = Day(SITE_FILE)
    for deed in done:
        deed(day)
    mode, scope = begun
    shown = preview(SITE_FILE, day.facts, day.simulation.now, mode, scope)
    before, obedient = wanted(day), {door for door in DOORS if obeys(day, door)}
    _begun(mode, scope)(day)
    after = wanted(day)
    for value, doors_shown in (("locked", shown.locks), ("unlocked", shown.unlocks)):
        changed = {door for door in DOORS if before[door] != after[door] == value}
        assert set(doors_shown) == changed & obedient
    asked = _asked(day, mode, scope)
    assert set(shown.stays) <= asked | {"arch"}
    aim = "locked" if mode == "lockdown" else "unlocked"
    for door in asked - set(shown.stays):
        assert after[door] == aim
        assert day.simulation.devices[f"lock-{door}"].state("lock") == aim


@settings(max_examples=40 * EFFORT)
@given(st.lists(deeds, max_size=5), modes_and_scopes, st.lists(deeds, max_size=4))
def test_what_is_shown_of_an_end_is_what_happens(before_it: list[Deed], begun: tuple[Mode, str], during: list[Deed]) -> None:
    day = Day(SITE_FILE)
    mode, scope = begun
    for deed in (*before_it, _begun(mode, scope), *during):
        deed(day)
    began = day.facts(MODE(mode, scope))
    assert began is not None
    shown = preview_of_end(SITE_FILE, day.facts, day.simulation.now, began)
    before, obedient = wanted(day), {door for door in DOORS if obeys(day, door)}
    day.simulation.observe(ModeEnded(at=day.simulation.now, mode=mode, scope=scope, by="anna"))
    after = wanted(day)
    for value, doors_shown in (("locked", shown.locks), ("unlocked", shown.unlocks)):
        assert set(doors_shown) == {door for door in DOORS if before[door] != after[door] == value} & obedient


def test_the_end_of_a_lockdown_says_how_many_doors_unlock() -> None:
    day = Day()
    _begun("lockdown", SITE)(day)
    began = day.facts(MODE("lockdown", SITE))
    assert began is not None
    found = preview_of_end(day.site, day.facts, day.simulation.now, began)
    assert (found.locks, found.unlocks) == ((), ("entrance", "front", "between"))
    assert written(found) == "Doors that unlock: 3."


def _asked(day: Day, mode: Mode, scope: str) -> set[str]:
    return {door for door in DOORS if f"{mode}:{scope}" in day.causes(door)}


def shown(day: Day, mode: str, scope: str) -> Preview:
    return preview(day.site, day.facts, day.simulation.now, mode, scope)


def written(found: Preview) -> str:
    return Renderer(SITE_FILE, "en").text(found.text)


def test_a_preview_says_in_short_what_locks_and_what_cannot() -> None:
    day = Day()
    day.simulation.set("lock-between", "link", False)
    day.simulation.behave("lock-staff", Behaviour.JAMMED)
    day.simulation.set("lock-staff", "lock", "unlocked")
    _taken_out("way-out")(day)
    day.later(10 * SECOND)
    found = shown(day, "lockdown", SITE)
    assert found.locks == ("entrance", "front")
    assert set(found.stays) == {"arch", "between", "staff", "way-out"}
    told = written(found)
    assert told.startswith("Doors that lock: 2. Doors that cannot be locked: 4 (")
    for why in ("it is an opening", "its controller does not answer", "it does not obey", "is out of service"):
        assert why in told


def test_a_preview_of_what_holds_already_changes_nothing_and_begins_nothing() -> None:
    day = Day()
    day.begin("lockdown", "site")
    length = len(day.journal)
    assert written(shown(day, "lockdown", "site")).startswith("No door changes.")
    assert written(shown(day, "evacuation", "site")) == "Doors that unlock: 2."
    assert len(day.journal) == length
    assert not day.unlocked()


def test_a_lockdown_in_a_fire_says_which_doors_stay_unlocked_and_why() -> None:
    day = Day()
    day.say_fire("fire-1")
    found = shown(day, "lockdown", "zone:internal")
    assert set(found.stays) == {"rear", "way-out"}
    assert "Fire alarm from Fire 1" in written(found)


@pytest.mark.parametrize(("mode", "scope"), [("panic", "site"), ("lockdown", "zone:secret"), ("evacuation", "door:front")])
def test_what_does_not_exist_has_no_preview(mode: str, scope: str) -> None:
    with pytest.raises(Refusal):
        preview(SITE_FILE, Day().facts, TEN, mode, scope)
