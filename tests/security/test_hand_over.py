"""The shift: what goes over and when, that nothing falls silent on the way, and that a restart changes nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from edge.conditions import DURESS, HAND_OVER_WAITS, PANIC
from edge.facts import ACTIVE
from edge.refusal import Refusal
from edge.site.fields import Role
from security import alarms, bulletins, hand_over, modes, overrides, shelving, sources, walk_tests
from security.alarms import ALARM, Alarm, AlarmTransferred
from security.escalation import ESCALATION
from security.hand_over import HAND_OVER, RECEIVED_WITHIN, SHIFT, AlarmLeft, ShiftHandedOver, Standing, waiting
from security.roles import MAY, ROLES, NotAllowed
from security.sign_ins import SignedInUnderDuress
from tests.builders import HOUR, MINUTE, SECOND, site_of
from tests.security.alarm_house import LIFT_BELL, House
from tests.security.escalating import escalating_site

ANNA, BEA, CARL = "A. Virtanen", "B. Korhonen", "C. Laine"


def a_house() -> House:
    return House(
        site_of(
            {"lobby": "public", "room-1": "semi-public"},
            {"front-1": {"from": "lobby", "to": "room-1", "unlock": "booking"}},
            devices={
                "button-1": {"type": "panic-button", "space": "room-1"},
                "sensor-1": {"type": "occupancy-sensor", "space": "room-1"},
                "bell": {"type": "alarm-input", "alarm": "lift-bell"},
            },
            alarms={"lift-bell": LIFT_BELL},
        )
    )


def received(house: House, by: str = ANNA, role: Role = "guard") -> None:
    house.does(hand_over.receive, by, role)


def handed(house: House, to: str = BEA, by: str = ANNA, role: Role = "guard", note: str = "") -> ShiftHandedOver:
    event = house.at_site(hand_over.hand_over, by, role, to, note)
    assert isinstance(event, ShiftHandedOver)
    return event


def press(house: House, press: str, *, acknowledged: bool, owner: str | None = ANNA) -> int:
    """A panic; its number."""
    house.press(press)
    number = house.facts(alarms.LAST_NUMBER()) or 0
    if acknowledged:
        house.does(alarms.acknowledge, number, ANNA, None)
    if owner is not None:
        house.does(alarms.claim, number, owner)
    return number


def alarm(house: House, number: int) -> Alarm:
    found = house.facts(ALARM(str(number)))
    assert found is not None
    return found


def owner(house: House, number: int) -> str | None:
    return alarm(house, number).owner


def holder(house: House) -> str | None:
    shift = house.facts(SHIFT())
    return None if shift is None else shift.by


# --- what goes over ---------------------------------------------------------------------------------------------------


def test_what_was_acknowledged_goes_over_at_once_and_only_what_is_theirs() -> None:
    house = a_house()
    received(house)
    mine, others, nobodys = (press(house, p, acknowledged=True, owner=o) for p, o in (("1", ANNA), ("2", CARL), ("3", None)))
    handed(house)
    assert [owner(house, number) for number in (mine, others, nobodys)] == [BEA, CARL, None]
    assert house.told(AlarmTransferred) == [AlarmTransferred(at=house.now, number=mine, by=ANNA, to=BEA)]


def test_what_nobody_has_acknowledged_rings_and_escalates_on_and_goes_over_when_the_shift_is_received() -> None:
    house = a_house()
    received(house)
    number = press(house, "1", acknowledged=False)
    handed(house)
    assert (owner(house, number), alarm(house, number).acknowledged_at) == (ANNA, None)
    house.wait(MINUTE)
    received(house, BEA)
    assert (owner(house, number), alarm(house, number).acknowledged_at) == (BEA, None)


def test_no_hand_over_stops_an_escalation() -> None:
    house = House(escalating_site())
    received(house)
    number = press(house, "1", acknowledged=False)
    handed(house)
    received(house, BEA)
    running = house.facts(ESCALATION(str(number)))
    assert running is not None
    assert running.stopped_at is None


def test_the_log_has_what_stood_at_that_instant() -> None:
    house = a_house()
    received(house)
    number = press(house, "1", acknowledged=True)
    house.report("bell", "active", True)
    at, hour = house.now, house.now + HOUR
    house.at_site(overrides.override, "front-1", "locked", ANNA, "guard", hour, "Broken glass")
    house.decides(lambda _, now: sources.take_out(house.site, now, "sensor-1", ANNA, "guard", "Battery", hour))
    house.at_site(modes.begin, "lockdown", "site", ANNA, "guard")
    house.at_site(walk_tests.begin, CARL, "guard")
    house.at_site(bulletins.post, ANNA, "guard", "safety", "Ice", hour)
    left = handed(house, note=" Keys in the box ").left
    assert left.alarms[-1] == AlarmLeft(number, PANIC, "button-1", 1, True, True, ANNA)
    assert [(alarm.type, alarm.owner) for alarm in left.alarms] == [("lift-bell", None), (PANIC, ANNA)]
    assert left == Standing(
        alarms=left.alarms,
        out_of_service=("sensor-1",),
        overrides=("front-1",),
        modes=(("lockdown", "site"),),
        walk_test=CARL,
        bulletins=(1,),
        notices=left.notices,
    )
    assert left.notices > 0
    assert (house.told(ShiftHandedOver)[0].note, at) == ("Keys in the box", house.now)  # type: ignore[attr-defined]


def test_what_is_shelved_is_told_too() -> None:
    house = a_house()
    house.report("bell", "active", True)
    house.at_site(shelving.shelve, 1, ANNA, "guard", house.now + HOUR, "Being mended", 1)
    assert handed(house).left.shelved == (("lift-bell", "bell"),)


def test_a_sign_in_under_threat_is_in_no_summary() -> None:
    house = a_house()
    house.happens(SignedInUnderDuress(at=house.now, by=ANNA))
    assert house.alarm(DURESS) is not None
    assert handed(house).left == Standing()


# --- who receives -----------------------------------------------------------------------------------------------------


def test_whoever_is_named_receives_and_has_the_shift() -> None:
    house = a_house()
    received(house)
    handed(house)
    assert (holder(house), waiting(house.facts) is None) == (ANNA, False)
    received(house, BEA)
    assert (holder(house), waiting(house.facts)) == (BEA, None)
    handed(house, to=CARL, by=BEA)


def test_somebody_in_their_place_gets_what_was_handed_over_and_nothing_else_of_theirs() -> None:
    house = a_house()
    received(house)
    over, own = press(house, "1", acknowledged=True), press(house, "2", acknowledged=True, owner=BEA)
    handed(house)
    later = press(house, "3", acknowledged=True, owner=BEA)
    received(house, CARL)
    assert [owner(house, number) for number in (over, later)] == [CARL, BEA]
    assert owner(house, own) == CARL, "it stood in the hand-over under her name"
    assert holder(house) == CARL


def test_whoever_handed_it_over_can_take_it_back() -> None:
    house = a_house()
    received(house)
    number = press(house, "1", acknowledged=True)
    handed(house)
    received(house)
    assert (owner(house, number), holder(house), waiting(house.facts)) == (ANNA, ANNA, None)
    handed(house, to=CARL)
    assert owner(house, number) == CARL


def test_a_shift_that_nobody_handed_over_can_be_received_and_its_alarms_stay_with_their_owner() -> None:
    house = a_house()
    received(house)
    number = press(house, "1", acknowledged=True)
    with pytest.raises(Refusal, match="has the shift: receive it yourself first"):
        handed(house, to=CARL, by=BEA)
    received(house, BEA)
    assert (owner(house, number), holder(house)) == (ANNA, BEA)
    with pytest.raises(Refusal, match="has the shift already"):
        received(house, f" {BEA.upper()}")


@pytest.mark.parametrize("to", ["", "  ", " a.  VIRTANEN", "x" * 101, "a\x00b"])
def test_to_whom_it_cannot_go_over(to: str) -> None:
    with pytest.raises(Refusal):
        handed(a_house(), to=to)


def test_one_hand_over_waits_at_a_time() -> None:
    house = a_house()
    handed(house)
    with pytest.raises(Refusal, match=f"The hand-over to {BEA} waits"):
        handed(house, to=CARL)


@pytest.mark.parametrize("role", ROLES)
def test_who_may(role: Role) -> None:
    for act in (lambda: handed(a_house(), role=role), lambda: received(a_house(), role=role)):
        if role in MAY["hand-over"]:
            act()
        else:
            with pytest.raises(NotAllowed):
                act()


# --- nobody comes -----------------------------------------------------------------------------------------------------


def test_the_manager_is_told_when_nobody_receives_it_and_everything_stays_on_the_list() -> None:
    house = a_house()
    received(house)
    number = press(house, "1", acknowledged=True)
    handed(house)
    house.wait(RECEIVED_WITHIN - SECOND)
    assert house.facts(ACTIVE(HAND_OVER_WAITS, "test")) is None
    house.restarts(SECOND, checkpoint=True)
    assert house.facts(ACTIVE(HAND_OVER_WAITS, "test")) is not None
    house.wait(timedelta(days=1))
    assert house.alarm(PANIC) is not None
    assert owner(house, number) == BEA
    received(house, CARL)
    assert house.facts(ACTIVE(HAND_OVER_WAITS, "test")) is None


# --- restarts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("checkpoint", [False, True], ids=["entry by entry", "from a checkpoint"])
def test_a_restart_at_any_point_changes_nothing(checkpoint: bool) -> None:
    steps = (
        lambda house: received(house),
        lambda house: press(house, "1", acknowledged=True),
        lambda house: press(house, "2", acknowledged=False),
        lambda house: handed(house, note="Keys"),
        lambda house: received(house, BEA),
        lambda house: received(house, CARL),
        lambda house: handed(house, to=ANNA, by=CARL),
    )
    for point in range(1, len(steps) + 1):
        dies, lives = a_house(), a_house()
        for number, step in enumerate(steps, start=1):
            step(lives)
            step(dies)
            lives.wait(MINUTE)
            if number == point:
                dies.restarts(MINUTE, checkpoint=checkpoint)
            else:
                dies.wait(MINUTE)
        assert known(dies) == known(lives), point


def known(house: House) -> object:
    """Without numbers, and without the silent devices, which are lost later where the controller was away."""
    last = house.facts(HAND_OVER())
    left = [] if last is None else [replace(alarm, number=0) for alarm in last.handed.left.alarms if alarm.type == PANIC]
    said = None if last is None else (replace(last.handed, left=Standing()), last.received)
    panics = [replace(found, number=0) for _, found in house.facts.of(ALARM) if found.type == PANIC]
    return house.facts(SHIFT()), said, left, panics
