"""One planted flaw for each property: it is found, once, with its shortest state, its way and the place to mend."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from edge.language import Renderer
from edge.site import Site
from edge.site.booking import RoomPolicy
from edge.site.device import Device
from edge.site.finding import dotted
from edge.site.model import Scene, Security
from security.proof import Proof, Property, Weakness, prove
from tests.builders import Sections, site_of

TODAY = date(2026, 11, 23)
SPACES = {"lobby": "public", "room": "semi-public", "office": "internal"}
ENTRANCE = {"from": "outside", "to": "lobby", "unlock": {"hours": "day"}}
FRONT = {"from": "lobby", "to": "room", "unlock": "booking"}
BACK = {"from": "room", "to": "office", "back": "credential", "escape": {"back": "alarmed"}}
DAY = {"day": {"mon-fri": "8:00-16:00"}}
CALENDARS = {"rooms": {"url": "https://calendar.example/rooms.ics", "rooms": {"room": "Room", "office": "Office"}}}


def building(spaces: Mapping[str, Any] | None = None, *, hours: Sections | None = None, **doors: Mapping[str, Any]) -> Site:
    """A lobby, a booked room and an office, with these doors in place of the usual ones."""
    usual = {"entrance": ENTRANCE, "front": FRONT, "back": BACK}
    return site_of(
        {**SPACES, **(spaces or {})},
        {**usual, **{name.replace("_", "-"): door for name, door in doors.items()}},
        hours={**DAY, **(hours or {})},
        calendars=CALENDARS,
    )


def changed(site: Site, **sections: Any) -> Site:
    """Made anew: a copy would keep what it has worked out already."""
    return Site.model_construct(**{**{name: getattr(site, name) for name in Site.model_fields}, **sections})


def with_device(site: Site, device: str, **more: Any) -> Site:
    return changed(site, devices={**site.devices, device: site.devices[device].model_copy(update=more)})


def without_device(site: Site, device: str) -> Site:
    return changed(site, devices={name: section for name, section in site.devices.items() if name != device})


def proved(site: Site, faults: int = 1) -> Proof:
    proof = prove(site, TODAY, faults)
    assert prove(site, TODAY, faults) == proof
    return proof


def only(found: tuple[Weakness, ...], property_: Property) -> Weakness:
    (weakness,) = (each for each in found if each.property is property_)
    return weakness


def told(site: Site, weakness: Weakness) -> tuple[str, list[str], str, str]:
    render = Renderer(site, "en").text
    return (
        render(weakness.told),
        [render(text) for text in weakness.state],
        " → ".join(weakness.path),
        dotted(weakness.place),
    )


def test_the_plain_building_holds_for_any_number_of_faults() -> None:
    for faults in (0, 1, 2):
        proof = proved(building(), faults)
        assert (proof.findings, proof.assumptions) == ((), ())
        assert proof.properties[:2] == (Property.NO_OPEN_WAY, Property.INTERLOCK)
        assert (Property.POWER_LOSS in proof.properties) is (faults > 0)
    assert proof.exposures == ()
    assert proof.checked == {"spaces": 3, "doors": 3, "moments": 2, "exit_outputs": 0}


def test_a_back_door_that_bookings_open() -> None:
    site = building(back={**BACK, "unlock": "booking"})
    finding = only(proved(site).findings, Property.NO_OPEN_WAY)
    assert finding.id == "D2:back"
    assert told(site, finding) == (
        "A way from public to internal space opens through Room, back door",
        ["Room, door is unlocked for a booking of Room", "Room, back door is unlocked for a booking of Office"],
        "lobby → room → office",
        "doors.back.unlock.booking",
    )


def test_a_staff_door_with_hours() -> None:
    site = building(staff={"from": "lobby", "to": "office", "unlock": {"hours": "day"}})
    finding = only(proved(site).findings, Property.NO_OPEN_WAY)
    _, state, way, place = told(site, finding)
    assert state == ["It is Mon 23 Nov 8:00", 'Office, door is open by its hours "day"']
    assert (finding.id, way, place) == ("D2:staff", "lobby → office", "doors.staff.unlock.hours")


def test_a_door_whose_free_side_is_the_wrong_one() -> None:
    site = building(back={"from": "office", "to": "room"})
    finding = only(proved(site).findings, Property.NO_OPEN_WAY)
    _, state, way, place = told(site, finding)
    assert state == ["Room, door (Lobby) is unlocked for a booking of Room"]
    assert (finding.id, way, place) == ("D2:back", "lobby → room → office", "doors.back.back")


def test_the_shortest_way_is_the_one_with_the_fewest_unlocked_doors() -> None:
    """One hour and a long walk are less than two bookings and a short one."""
    site = building(
        {"a": "semi-public", "b": "semi-public"},
        lobby_a={"from": "lobby", "to": "a", "kind": "opening"},
        a_b={"from": "a", "to": "b", "kind": "opening"},
        b_office={"from": "b", "to": "office", "unlock": {"hours": "day"}},
        room_office={"from": "room", "to": "office", "unlock": "booking"},
    )
    ways = {finding.id: finding.path for finding in proved(site).findings}
    assert ways == {"D2:room-office": ("lobby", "room", "office"), "D2:b-office": ("lobby", "a", "b", "office")}


@pytest.mark.parametrize("overlap", [False, True])
def test_hours_that_meet_on_one_date_only(overlap: bool) -> None:
    dates = {"2027-02-15": "11:00-14:00"} if overlap else {}
    site = building(
        hours={"morning": {"mon-fri": "8:00-12:00"}, "evening": {"mon-fri": "12:00-18:00", "dates": dates}},
        front={**FRONT, "unlock": {"hours": "morning"}},
        back={**BACK, "unlock": {"hours": "evening"}},
    )
    proof = proved(site)
    assert proof.holds is not overlap
    if overlap:
        finding = only(proof.findings, Property.NO_OPEN_WAY)
        _, state, _, place = told(site, finding)
        assert state[0] == "It is Mon 15 Feb 11:00, in 2027"
        assert place == "hours.evening.dates.2027-02-15"
        assert [dotted(path) for path in finding.also] == ["hours.morning.mon-fri", "doors.back.unlock.hours"]


def test_bookings_count_only_within_the_hours_that_bound_them() -> None:
    """The back door is open in the night, when no booking opens the front."""
    doors = {"back": {**BACK, "unlock": {"hours": "night"}}}
    night = {"night": {"mon-fri": "20:00-24:00"}}
    bounded = building(hours=night, **doors)
    assert [finding.id for finding in proved(bounded).findings] == ["D2:back"]
    assert proved(changed(bounded, rooms={"all": RoomPolicy(hours="day")})).holds


def test_semi_public_space_that_is_never_locked() -> None:
    site = building(
        entrance={"from": "outside", "to": "lobby", "kind": "opening"}, front={**FRONT, "kind": "opening", "unlock": {}}
    )
    finding = only(proved(site).findings, Property.SEMI_PUBLIC)
    assert told(site, finding)[2:] == ("outside → lobby → room", "doors.front.kind")


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_staff_entrance_that_falls_open() -> None:
    site = building(staff={"from": "outside", "to": "office", "fail": "unlocked"})
    assert proved(site, 0).holds
    finding = only(proved(site).findings, Property.POWER_LOSS)
    assert told(site, finding) == (
        "Without power or controller Office, door falls open, and joins public with internal space",
        ["Office, door has lost its power or its controller and falls open"],
        "outside → office",
        "doors.staff.fail",
    )


def test_two_doors_that_only_together_join_the_zones_when_they_fall_open() -> None:
    site = building(front={**FRONT, "fail": "unlocked"}, back={**BACK, "fail": "unlocked"})
    finding = only(proved(site).findings, Property.POWER_LOSS)
    assert (finding.id, finding.path, len(finding.state)) == ("D8:back", ("lobby", "room", "office"), 2)


def test_without_power_semi_public_space_may_be_entered_and_that_is_said() -> None:
    site = building(entrance={**ENTRANCE, "fail": "unlocked"}, front={**FRONT, "kind": "opening", "unlock": {}})
    proof = proved(site)
    assert proof.holds
    assert only(proof.assumptions, Property.POWER_LOSS).path == ("outside", "lobby", "room")


@pytest.mark.parametrize(
    ("lacks", "why"), [(["contact"], "no sensor that tells if it is closed"), (["read-back"], "its lock is not read back")]
)
def test_a_fault_that_nobody_sees_is_an_assumption(lacks: list[str], why: str) -> None:
    site = with_device(building(), "lock-back", lacks=lacks)
    assert proved(site, 0).assumptions == ()
    proof = proved(site)
    assert proof.holds
    found = only(proof.assumptions, Property.NO_OPEN_WAY)
    sentence, state, way, place = told(site, found)
    assert why in sentence
    assert state == ["Room, door is unlocked for a booking of Room", "Room, back door is held open, or its lock stays unlocked"]
    assert (way, place) == ("lobby → room → office", "doors.back")


def test_a_front_door_that_nobody_sees_matters_only_with_another_fault() -> None:
    """Held open, it leaves the back door: that one is watched, and opens for nobody."""
    site = with_device(building(), "lock-front", lacks=["contact"])
    assert proved(site, 1).assumptions == ()
    assert proved(site, 2).assumptions == ()
    open_back = with_device(
        building(back={**BACK, "unlock": {"hours": "day"}}, front={**FRONT, "unlock": {}}), "lock-front", lacks=["contact"]
    )
    assert [found.id for found in proved(open_back, 1).assumptions] == ["D2:unseen:front"]


def test_two_unseen_faults_and_a_door_of_ours_between_them() -> None:
    site = building(
        {"hall": "semi-public"},
        front={"from": "lobby", "to": "hall"},
        hall={"from": "hall", "to": "room", "unlock": "booking"},
    )
    blind = with_device(with_device(site, "lock-front", lacks=["contact"]), "lock-back", lacks=["contact"])
    assert proved(blind, 1).assumptions == ()
    found = proved(blind, 2).assumptions
    assert {each.id for each in found} == {"D2:unseen:front", "D2:unseen:back"}
    assert {each.path for each in found} == {("lobby", "hall", "room", "office")}


def test_a_door_without_controller_is_an_assumption_and_an_exposure() -> None:
    proof = proved(without_device(building(staff={"from": "outside", "to": "office"}), "lock-staff"))
    assert proof.holds
    assert only(proof.assumptions, Property.NO_OPEN_WAY).id == "D2:unseen:staff"
    assert proof.exposures == ("staff",)


def test_an_output_that_only_latches() -> None:
    site = with_device(building(), "lock-front", lease="latch")
    proof = proved(site)
    assert proof.holds
    found = only(proof.assumptions, Property.POWER_LOSS)
    assert (found.id, dotted(found.place)) == ("D8:latch:front", "devices.lock-front")


def test_a_line_whose_loss_latches_one_door_and_lets_another_fall_open() -> None:
    """Neither does it alone: the guard would lock the one that obeys."""
    site = with_device(building(back={**BACK, "fail": "unlocked"}), "lock-front", lease="latch")
    finding = only(proved(site).findings, Property.POWER_LOSS)
    _, state, way, _ = told(site, finding)
    assert (finding.id, way) == ("D8:back", "lobby → room → office")
    assert state == [
        "Room, door is unlocked for a booking of Room, and stays unlocked when its controller is lost",
        "Room, back door has lost its power or its controller and falls open",
    ]


def test_an_escape_that_nobody_hears() -> None:
    site = building(back={**BACK, "escape": {"forward": "free"}})
    found = only(proved(site).assumptions, Property.NO_OPEN_WAY)
    assert (found.id, dotted(found.place)) == ("D2:escape:back", "doors.back.escape.forward")


# --- ways out ---------------------------------------------------------------------------------------------------------


def test_a_dead_end_names_the_space_and_the_door() -> None:
    site = building({"store": "semi-public", "archive": "semi-public"}, store={"from": "room", "to": "store", "back": "credential"},
                    archive={"from": "store", "to": "archive"})  # fmt: skip
    finding = only(proved(site).findings, Property.FREE_EGRESS)
    assert told(site, finding) == (
        "No way leads out of Store, door without a credential in the worst state, nor out of the spaces behind it: 1",
        ["Every door is locked, as in a lockdown"],
        "store → room",
        "doors.store.back",
    )


def test_of_spaces_without_doors_nothing_is_proved_and_that_is_said() -> None:
    site = site_of({**SPACES, "annex": "internal"}, {"entrance": ENTRANCE, "front": FRONT, "back": BACK}, hours=DAY)
    (assumption,) = proved(site).assumptions
    words = told(site, assumption)
    assert (assumption.id, words[0]) == ("D1:unconnected", "No doors join Annex with the outside, so no way out of it is proved")
    assert words[3] == "spaces.annex"


@pytest.mark.parametrize(
    ("door", "holds"),
    [
        ({"back": "button"}, False),
        ({"back": "button", "fail": "unlocked"}, True),
        ({"back": "button", "escape": {"back": "alarmed"}}, True),
        ({"back": "credential", "fail": "unlocked"}, False),
        ({"back": "credential", "escape": {"back": "delayed"}}, True),
    ],
)
def test_what_counts_as_a_way_out(door: dict[str, Any], holds: bool) -> None:
    site = building(front={**FRONT, **door})
    assert (Property.FREE_EGRESS in proved(site).properties) is holds


def test_an_escape_forward_is_a_way_out_although_the_lock_guards_it() -> None:
    """The room's own door asks for a credential on both sides."""
    shut = {
        "front": {**FRONT, "back": "credential"},
        "way_out": {"from": "office", "to": "outside", "back": "credential", "escape": {"forward": "free"}},
    }
    assert not proved(building(**shut)).holds
    assert proved(building(**shut, back={**BACK, "escape": {"forward": "alarmed"}})).holds


# --- two doors at once, scenes, modes ---------------------------------------------------------------------------------


def test_two_interlocked_doors_that_hours_want_open_at_once() -> None:
    trap = {"from": "lobby", "to": "trap", "unlock": {"hours": "late"}, "interlock": ["entrance"]}
    site = building(
        {"trap": "public"},
        hours={"late": {"tue": "15:00-20:00"}},
        trap=trap,
    )
    finding = only(proved(site).findings, Property.INTERLOCK)
    _, state, _, place = told(site, finding)
    assert finding.id == "D2-interlock:entrance+trap"
    assert state[0] == "It is Tue 24 Nov 15:00"
    assert (place, [dotted(path) for path in finding.also]) == ("hours.day.mon-fri", ["hours.late.tue", "doors.entrance.interlock"])
    apart = building(
        {"trap": "public"}, hours={"late": {"tue": "16:00-20:00"}}, trap={**site.doors["trap"].model_dump(by_alias=True)}
    )
    assert proved(apart).holds


def test_a_scene_that_opens_more_than_its_own_spaces() -> None:
    spaces = {"hall": "semi-public", "kitchen": "semi-public"}
    doors = {
        "front": {**FRONT, "unlock": {"scenes": ["party"]}},
        "hall": {"from": "lobby", "to": "hall", "unlock": {"scenes": ["party"]}},
        "kitchen": {"from": "hall", "to": "kitchen", "unlock": {"scenes": ["party"]}},
    }
    site = building(spaces, **doors)

    def with_scene(*way: str) -> Site:
        return changed(site, scenes={"party": Scene(room="room", spaces=way)})

    assert proved(with_scene("hall", "kitchen")).holds
    finding = only(proved(with_scene("hall")).findings, Property.SCENES)
    _, state, way, place = told(with_scene("hall"), finding)
    assert (finding.id, way, place) == ("D13:party:kitchen", "lobby → hall → kitchen", "doors.kitchen.unlock.scenes")
    assert len(state) == 2


def test_a_scene_does_not_answer_for_what_hours_open_anyway() -> None:
    site = building({"hall": "semi-public"}, hall={"from": "lobby", "to": "hall", "unlock": {"hours": "day", "scenes": ["party"]}})
    finding = only(proved(changed(site, scenes={"party": Scene(room="room")})).findings, Property.SCENES)
    assert finding.id == "D13:party:hall"
    assert told(site, finding)[1] == ["Hall, door is unlocked by the scene Party"]


def test_what_a_lockdown_cannot_close() -> None:
    site = building(front={**FRONT, "kind": "opening", "unlock": {}})
    found = only(proved(site).assumptions, Property.LOCKDOWN)
    assert (found.id, found.path) == ("D11:front", ("lobby", "room"))


def test_an_opening_into_internal_space_is_told_once() -> None:
    site = building(back={**BACK, "kind": "opening", "back": "free", "escape": {}})
    assert [finding.id for finding in proved(site).findings] == ["D2:back"]
    nobody = building(back={**BACK, "kind": "opening", "back": "free", "escape": {}}, front={**FRONT, "unlock": {}})
    assert [finding.id for finding in proved(nobody).findings] == ["D11:back"]


def test_fire_rests_on_mechanical_escapes_and_on_inputs_that_nobody_silences() -> None:
    site = building(back={**BACK, "escape": {"forward": "alarmed", "back": "alarmed"}})
    bare = without_device(site, "lock-back")
    devices = {**bare.devices, "fire": Device(type="fire-input", connection="line")}
    wired = changed(bare, devices=devices, security=Security(fire_loss="release"))
    fire = [each.id for each in proved(wired).assumptions if each.property is Property.FIRE]
    assert fire == ["D12:back", "D12:silent:fire"]


def test_moments_are_followed_for_two_years() -> None:
    """A season that begins in twenty months is seen, one in three years is not."""
    for days, seen in ((600, True), (1100, False)):
        first = TODAY + timedelta(days=days)
        season = {"from": first.isoformat(), "to": (first + timedelta(days=6)).isoformat(), "mon-fri": "8:00-9:00"}
        site = building(
            hours={"trial": {"seasons": [season]}}, staff={"from": "lobby", "to": "office", "unlock": {"hours": "trial"}}
        )
        assert proved(site).holds is not seen
