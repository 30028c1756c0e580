"""What a changed site file means at the doors in the coming week."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from edge.difference import Span, difference, without
from edge.language import Renderer
from edge.site import Site
from edge.text import Text, say
from rooms.bookings import Booking

MONDAY = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(hours=2)
"""Midnight in Helsinki."""
WEEK = timedelta(days=7)


def at(hours: float, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hours)


def small(**changes: Any) -> Site:
    raw: dict[str, Any] = {
        "site": {"id": "small", "name": "Small"},
        "hours": {"service": {"mon-fri": "9-15"}, "longer": {"mon": "10-15", "tue-thu": "9-15", "fri": "9-17"}},
        "agencies": {"vero": {"name": "Vero", "staff_first": True}},
        "spaces": {
            "lobby": {"zone": "public"},
            "room": {"zone": "semi-public", "kind": "service-room", "agency": "vero"},
            "office": {"zone": "internal"},
        },
        "doors": {
            "entrance": {"from": "outside", "to": "lobby", "unlock": {"hours": "service"}},
            "front": {"from": "lobby", "to": "room", "unlock": "booking"},
            "back": {"from": "room", "to": "office"},
        },
        "connections": {"broker": {"protocol": "mqtt"}},
        "devices": {
            "occ": {"type": "occupancy-sensor", "connection": "broker", "space": "room"},
            "lock-entrance": {"type": "door-controller", "connection": "broker", "door": "entrance"},
            "lock-front": {"type": "door-controller", "connection": "broker", "door": "front"},
            "lock-back": {"type": "door-controller", "connection": "broker", "door": "back"},
        },
        "calendars": {"rooms": {"local": "room"}},
    }
    for path, value in changes.items():
        *sections, key = path.split("__")
        part = raw
        for section in sections:
            part = part.setdefault(section, {})
        part[key] = value
    return Site.model_validate(raw)


def booked(start: datetime, end: datetime, room: str = "room") -> Booking:
    return Booking(
        room=room, calendar="rooms", uid=start.isoformat(), rid="", start=start, end=end, all_day=False, status="CONFIRMED",
        verdict="yes", reason=say("Confirmed"), agency="vero",
    )  # fmt: skip


def told(before: Site, after: Site, *bookings: Booking) -> list[Text]:
    return list(difference(before, after, {"rooms": bookings}, MONDAY, MONDAY + WEEK).told())


def test_the_same_file_makes_no_difference() -> None:
    assert told(small(), small(), booked(at(9), at(10))) == []


def test_other_hours_are_told_with_their_days() -> None:
    changes = difference(small(), small(doors__entrance__unlock={"hours": "longer"}), {}, MONDAY, MONDAY + WEEK)
    assert changes.less == {"entrance": (Span(at(9), at(10)),)}
    assert changes.more == {"entrance": (Span(at(15, 4), at(17, 4)),)}


def test_a_booking_that_no_longer_unlocks_is_told_as_booked_although_nobody_is_there_yet() -> None:
    """Neither the empty room nor the official who has not come cuts the time that people would miss."""
    changes = difference(small(), small(doors__front__unlock="never"), {"rooms": [booked(at(9), at(10))]}, MONDAY, MONDAY + WEEK)
    assert changes.less == {"front": (Span(at(9) - timedelta(minutes=5), at(10)),)}
    assert not changes.more


def test_zones_and_doors_come_and_go() -> None:
    after = small(spaces__room__zone="public", doors__side={"from": "outside", "to": "lobby"})
    changes = difference(small(), after, {}, MONDAY, MONDAY + WEEK)
    assert [(change.space, change.before, change.after) for change in changes.zones] == [("room", "semi-public", "public")]
    assert (changes.added, changes.removed) == (("side",), ())
    assert difference(after, small(), {}, MONDAY, MONDAY + WEEK).removed == ("side",)


def test_a_new_id_hides_no_new_zone() -> None:
    spaces = {"lobby": {"zone": "public"}, "room": {"zone": "semi-public"}, "open-office": {"zone": "public"}}
    after = small(spaces=spaces, doors__back={"from": "room", "to": "open-office"})
    changes = difference(small(), after, {}, MONDAY, MONDAY + WEEK)
    assert [(change.space, change.before, change.after) for change in changes.zones] == [("open-office", "internal", "public")]


def test_what_is_written_of_a_door_otherwise_is_told_although_nothing_is_unlocked_otherwise() -> None:
    locks = {name: section for name, section in small().devices.items() if name != "lock-front"}
    after = small(doors__back__fail="unlocked", doors__back__back="credential", doors__back__name="Back", devices=locks)
    changes = difference(small(), after, {}, MONDAY, MONDAY + WEEK)
    assert changes.rewritten == {"front": ("door-controller",), "back": ("back", "fail")}
    assert Renderer(small(), "en").text(list(changes.told())[-1]) == "Room, back door: back, fail changed"


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=6).map(
    lambda pairs: [Span(at(start / 2), at((start + length) / 2)) for start, length in sorted(pairs)]
)


@given(spans, spans)
def test_what_is_left_is_in_the_one_and_not_in_the_other(ours: list[Span], theirs: list[Span]) -> None:
    apart = [s for n, s in enumerate(ours) if n == 0 or s.start >= max(o.end for o in ours[:n])]
    left = list(without(apart, sorted(theirs)))
    for half_hours in range(100):
        t = at(half_hours / 4)
        inside = any(s.start <= t < s.end for s in apart) and not any(s.start <= t < s.end for s in theirs)
        assert any(s.start <= t < s.end for s in left) == inside
