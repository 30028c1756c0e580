"""Random days of a room: at every moment it stands as if everything were asked anew, so nobody is asked too late."""

import random
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from edge.claims import Condition, Derived
from edge.errors import IllegalCommand
from edge.facts import DECISION, Look
from rooms import desk
from rooms.bookings import Booking
from rooms.doors import DoorPlan
from rooms.life import ROOM, RoomLife
from rooms.plan import BOOKINGS
from rooms.stays import EXTENDED
from tests.builders import HOUR, MINUTE, local, read
from tests.rooms.test_life import ROOM_1, TEN, Day, of, site

DAYS = [TEN - HOUR, local("2026-10-24 20:00"), local("2026-03-28 20:00"), local("2026-12-23 12:00")]
"""A Tuesday, the nights on which the clocks change, Christmas."""


@pytest.mark.parametrize("seed", range(12))
def test_a_room_stands_as_if_everything_were_asked_anew(seed: int) -> None:
    rand = random.Random(seed)
    day = _RandomDay(rand)
    for _ in range(40):
        day.at(day.simulation.now + timedelta(seconds=rand.choice([1, 7, 60, 300, 301, 900, 3600, 7200, 25200])))
        day.check()
        with suppress(IllegalCommand):
            day.happens(rand)
        day.check()
    assert day.simulation.controller.kernel.faults == []


class _RandomDay(Day):
    def __init__(self, rand: random.Random) -> None:
        start, room = rand.choice(DAYS), rand.choice([{}, {"agency": ["vero"]}, {"agency": ["vero", "mml"], "others": "when-away"}])
        self.bookings = {uid: _booking(rand, start, uid) for uid in map(str, range(rand.randint(1, 6)))}
        super().__init__(*self.bookings.values(), at=start, in_site=site(rooms={"all": _policy(rand)}, room=room))

    def happens(self, rand: random.Random) -> None:
        now = self.simulation.now
        match rand.choice(["seen", "seen", "tap", "tap", "read", "contact", "restart", "link", "booked", "allowed"]):
            case "seen":
                self.see(rand.random() < 0.5)
            case "tap":
                self.do(rand.choice([desk.keep, desk.release, desk.extend, desk.arrive]))
            case "read":
                self.bookings.pop(str(rand.randint(0, 7)), None)
                uid = str(rand.randint(0, 7))
                self.bookings[uid] = _booking(rand, now, uid)
                self.simulation.observe(read(now, *self.bookings.values()))
            case "contact":
                self.simulation.set(rand.choice(["lock-front", "lock-back"]), "contact", rand.choice(["open", "closed"]))
            case "restart":
                self.simulation.restart(self.simulation.controller.snapshot(now))
                if rand.random() < 0.8:
                    self.simulation.report_all()
            case "link":
                self.simulation.set("eye", "link", rand.random() < 0.6)
            case "booked":
                self.do(desk.book, start=now, end=now + HOUR)
            case _:
                self.do(desk.allow, str(rand.randint(0, 7)), "")

    def check(self) -> None:
        facts, now = self.simulation.facts, self.simulation.now
        anew = list(RoomLife(self.site).room(Look(facts, now), ROOM_1))
        (state,) = (conclusion.value for conclusion in anew if isinstance(conclusion, Derived))
        assert facts(ROOM(ROOM_1)) == state
        holding = {conclusion.type for conclusion in anew if isinstance(conclusion, Condition)}
        types = ("official-awaited", "double-booking", "over-time", "booking-flagged", "room-released")
        assert {type_ for type_ in types if self.told(type_)} == holding
        decided = facts(DECISION("lock-front", "lock"))
        assert decided is not None
        asked = any(claim.value == "unlocked" for claim in DoorPlan(self.site).bookings(Look(facts, now), "front"))
        assert asked is (decided.value == "unlocked" or decided.refused is not None)
        assert not self.open() or any(map(self._may_be_open, self._known()))

    def _known(self) -> list[Booking]:
        return [b for feed in ("rooms", "here") for b in self.simulation.facts(BOOKINGS(feed, ROOM_1)) or ()]

    def _may_be_open(self, booking: Booking) -> bool:
        """By the widest reading of the rules."""
        extended = self.simulation.facts(EXTENDED(*booking.identity))
        (policy,) = self.site.rooms.values()
        end: datetime = max(booking.end, extended.until) if extended else booking.end
        in_time = booking.start - policy.unlock_before <= self.simulation.now < end + policy.lock_after
        return in_time and booking.verdict != "no"


def _policy(rand: random.Random) -> dict[str, Any]:
    return {
        "unlock_before": rand.choice(["0 s", "5 min", "30 min"]),
        "lock_after": rand.choice(["0 s", "10 min", "13 h"]),
        "changeover": rand.choice(["0 s", "1 min", "20 min"]),
        "no_show": rand.choice(["never", "3 min", "15 min", "1 h"]),
        "no_show_warning": rand.choice(["0 s", "5 min", "2 h"]),
        "soon": rand.choice(["0 s", "15 min", "3 h"]),
        "extend": rand.choice(["0 s", "15 min", "5 h"]),
        "staff_first": rand.random() < 0.3,
        **rand.choice([{}, {"hours": "always"}]),
    }


def _booking(rand: random.Random, around: datetime, uid: str) -> Booking:
    start = around + rand.choice([0, 5, 10, 30, 60]) * rand.randint(0, 30) * MINUTE
    end = start + rand.choice([1, 5, 30, 60, 60, 300, 30 * 60, 72 * 60]) * MINUTE
    agency = rand.choice([None, "dvv", "vero", "mml", "te"])
    return of(
        agency, start, end, uid, verdict=rand.choice(["yes", "yes", "yes", "yes", "pending", "no"]), all_day=rand.random() < 0.1
    )
