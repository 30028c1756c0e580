"""What a panic alarm asks of the building, by the place of its button."""

from datetime import timedelta
from typing import Any

import pytest

from edge.claims import Priority
from edge.events import CommandConfirmed, CommandSent, Event
from edge.facts import DECISION, Facts, Look
from edge.points import PointId, Value
from edge.simulation import Simulation
from edge.site import Site
from security import alarms, panic
from security.alarms import PANICS, Alarm, open_alarms
from tests.builders import MONDAY, SECOND, service_rooms, site_of

SITE = service_rooms(2)


def house(*responses: dict[str, Any], **sections: Any) -> Site:
    """Two rooms off a lobby, whose back doors lead into an office that nobody can see into."""
    spaces: dict[str, Any] = {"lobby": {"zone": "public", "name": {"fi": "Aula", "en": "Lobby"}}, "office": "internal"}
    return site_of(
        {**spaces, "room-1": "semi-public", "room-2": "semi-public"},
        {
            "entrance": {"from": "outside", "to": "lobby", "unlock": {"hours": "day"}},
            "front-1": {"from": "lobby", "to": "room-1", "unlock": {"hours": "day"}},
            "front-2": {"from": "lobby", "to": "room-2", "unlock": {"hours": "day"}},
            "back-1": {"from": "room-1", "to": "office", "back": "credential"},
        },
        hours={"day": {"mon-sun": "0-24"}},
        devices={
            **{f"button-{n}": {"type": "panic-button", "space": f"room-{n}"} for n in (1, 2)},
            "button-lobby": {"type": "panic-button", "space": "lobby"},
            **{f"masking-{space}": {"type": "masking-unit", "space": space} for space in ("lobby", "room-1", "room-2", "office")},
            "light-1": {"type": "relay", "space": "room-1"},
            "light-office": {"type": "relay", "space": "office"},
            "sign-office": {"type": "sign", "space": "office"},
            "sign-front-1": {"type": "sign", "door": "front-1"},
        },
        security={"panic": responses, **sections.pop("security", {})},
        **sections,
    )


ALL: dict[str, Any] = {
    "locks": ["entrance", "front-1", "front-2", "back-1"],
    "mute": "around",
    "relays": ["light-1", "light-office"],
    "signs": {"sign-office": {"fi": "Hätä: {place}", "en": "Panic: {place}"}, "sign-front-1": "Wait"},
}


def wanted(site: Site, button: str) -> dict[str, Value]:
    return {str(point): value for point, value in panic.effects(site, button).items()}


class Day:
    """A simulated building, and what its journal holds."""

    def __init__(self, site: Site) -> None:
        self.journal: list[Event] = []
        self.simulation = Simulation(site, MONDAY, self.journal.append)

    def press(self, button: str = "button-1") -> None:
        self.simulation.press(button, f"{button}-{len(self.journal)}")

    def resolve(self, button: str) -> None:
        for alarm in [alarm for alarm in open_alarms(self.simulation.facts) if alarm.subject == button]:
            if alarm.acknowledged_at is None:
                self.acknowledge(alarm)
            self.simulation.act(lambda facts, at, n=alarm.number: alarms.resolve(facts, at, n, "guard-1", "Over", None))  # type: ignore[misc]

    def acknowledge(self, alarm: Alarm) -> None:
        self.simulation.act(lambda facts, at: alarms.acknowledge(facts, at, alarm.number, "guard-1", None))

    def is_(self, device: str, point: str) -> Value:
        return self.simulation.devices[device].state(point)

    def wait(self, span: timedelta) -> None:
        self.simulation.advance(self.simulation.now + span)


# --- pure -------------------------------------------------------------------------------------------------------------


def test_an_open_panic_alarm_locks_the_doors_of_its_place_and_never_unlocks() -> None:
    facts = Facts()
    look = Look(facts, MONDAY)
    assert list(panic.claims(look, SITE, "button-1")) == []
    facts.set(PANICS("button-1"), (4, 5))
    (claim,) = panic.claims(look, SITE, "button-1")
    assert (claim.point.device, claim.value, claim.priority, claim.until) == ("lock-front-1", "locked", Priority.PANIC, None)
    assert claim.because.values["number"] == 4
    assert list(panic.claims(look, SITE, "button-2")) == []


def test_panic_outranks_a_person_and_a_booking() -> None:
    assert Priority.PANIC < Priority.RELEASE < Priority.BOOKING < Priority.HOURS


def test_a_place_without_a_response_of_its_own_has_that_for_everywhere_else() -> None:
    site = house({"relays": "light-office"}, {"spaces": ["room-2"], "relays": ["light-1"]})
    assert wanted(site, "button-2") == {"light-1/on": True}
    assert wanted(site, "button-1") == wanted(site, "button-lobby") == {"light-office/on": True}
    assert wanted(house({"spaces": "room-2", "relays": "light-1"}), "button-1") == {}
    assert panic.response_of(site, "a button that the site file has lost") is site.security.panic[0]


def test_around_is_the_place_and_the_spaces_a_door_away() -> None:
    site = house({"mute": "around"})
    assert set(wanted(site, "button-2")) == {"masking-room-2/muted", "masking-lobby/muted"}
    assert set(wanted(site, "button-1")) == {"masking-room-1/muted", "masking-lobby/muted", "masking-office/muted"}
    assert wanted(house({"mute": ["masking-office"]}), "button-2") == {"masking-office/muted": True}


def test_a_sign_shows_each_language_once_with_the_place() -> None:
    site = house(ALL)
    assert wanted(site, "button-lobby")["sign-office/text"] == "Hätä: Aula / Panic: Lobby"
    assert wanted(site, "button-2")["sign-office/text"] == "Hätä: room-2 / Panic: room-2"
    assert wanted(site, "button-2")["sign-front-1/text"] == "Wait"


def test_where_a_place_is_silent_nothing_in_it_or_at_its_doors_is_wanted() -> None:
    silent = wanted(house(ALL | {"silent": True}), "button-1")
    assert silent == {
        "lock-entrance/lock": "locked",
        "lock-front-2/lock": "locked",
        "masking-lobby/muted": True,
        "masking-office/muted": True,
        "light-office/on": True,
        "sign-office/text": "Hätä: room-1 / Panic: room-1",
    }
    assert len(wanted(house(ALL), "button-1")) == len(silent) + 5


def test_silence_is_that_of_the_button_and_not_of_whoever_else_is_in_need() -> None:
    """Help for room 2 does not stop at the door of room 1."""
    site = house({"spaces": "room-1", "silent": True}, {"spaces": "room-2", "relays": "light-1"})
    assert panic.is_silent(site, "button-1")
    assert not panic.is_silent(site, "button-2")
    assert wanted(site, "button-2") == {"light-1/on": True}


# --- in the building --------------------------------------------------------------------------------------------------


def test_everything_is_done_at_once_and_undone_together() -> None:
    day = Day(house(ALL))
    before = state(day)
    assert day.is_("lock-front-1", "lock") == "unlocked"
    day.press()
    assert {point: day.is_(*point) for point in panic.effects(day.simulation.site, "button-1")} == panic.effects(
        day.simulation.site, "button-1"
    )
    day.press()
    day.resolve("button-1")
    assert state(day) == before | {PointId("sign-office", "text"): "", PointId("sign-front-1", "text"): ""}


def state(day: Day) -> dict[PointId, Value]:
    return {point: day.is_(*point) for point in panic.effects(day.simulation.site, "button-1")}


def test_masking_is_mute_within_two_seconds_also_after_a_cut_of_its_line() -> None:
    day = Day(house(ALL))
    pressed = day.simulation.now
    day.press()
    muting = [e for e in day.journal if isinstance(e, CommandConfirmed) and e.point == "muted"]
    assert {e.device for e in muting} == {"masking-room-1", "masking-lobby", "masking-office"}
    assert all(e.at - pressed <= 2 * SECOND for e in muting)
    day.simulation.set("masking-lobby", "link", False)
    day.resolve("button-1")
    day.press()
    day.wait(10 * SECOND)
    assert day.is_("masking-lobby", "muted") is True
    day.resolve("button-1")
    day.simulation.set("masking-lobby", "link", True)
    assert day.is_("masking-lobby", "muted") is False


def test_a_press_of_an_alarm_that_goes_on_commands_nothing_anew() -> None:
    day = Day(house(ALL))
    day.press()
    sent = sum(isinstance(e, CommandSent) for e in day.journal)
    day.press()
    assert sum(isinstance(e, CommandSent) for e in day.journal) == sent


def test_two_places_want_the_same_thing_and_it_stays_until_the_last_has_ended() -> None:
    day = Day(house({"mute": "around", "signs": {"sign-office": "{place}"}}))
    day.press("button-2")
    assert day.is_("sign-office", "text") == "room-2"
    day.press("button-1")
    assert day.is_("sign-office", "text") == "room-1"  # of equals, the first by name: it does not flicker
    assert causes(day, "sign-office", "text") == ["panic:button-1", "panic:button-2"]
    day.resolve("button-1")
    assert (day.is_("sign-office", "text"), day.is_("masking-lobby", "muted")) == ("room-2", True)
    assert day.is_("masking-room-1", "muted") is False
    day.resolve("button-2")
    assert (day.is_("sign-office", "text"), day.is_("masking-lobby", "muted")) == ("", False)


def causes(day: Day, device: str, point: str) -> list[str]:
    """Who wants something of a point, the winner first."""
    decision = day.simulation.facts(DECISION(device, point))
    assert decision is not None
    return [claim.cause for claim in (decision.winner, *decision.losers) if claim.priority != Priority.DEFAULT]


ESCALATED: dict[str, Any] = {
    "contacts": {"buzzer": {"relay": "light-office"}, "lamp": {"relay": "light-1"}},
    "escalations": {"urgent": [{"after": "0 s", "to": ["buzzer", "lamp"]}]},
    "security": {"escalation": {"1": "urgent"}},
}


def test_a_relay_that_calls_and_lights_is_off_when_neither_wants_it() -> None:
    day = Day(house({"relays": "light-office"}, **ESCALATED))
    day.press()
    assert causes(day, "light-office", "on") == ["escalation:buzzer", "panic:button-1"]
    day.acknowledge(*open_alarms(day.simulation.facts))
    assert (day.is_("light-office", "on"), day.is_("light-1", "on")) == (True, False)
    day.resolve("button-1")
    assert day.is_("light-office", "on") is False


@pytest.mark.parametrize(("button", "lit"), [("button-1", False), ("button-2", True)])
def test_no_escalation_lights_anything_in_the_silent_place_itself(button: str, lit: bool) -> None:
    day = Day(house({"silent": True}, **ESCALATED))
    day.press(button)
    assert (day.is_("light-office", "on"), day.is_("light-1", "on")) == (True, lit)
