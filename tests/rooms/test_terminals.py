"""Payment terminals: what is reserved for whom, whatever happens; what restarts keep; when what is told."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from edge.conditions import (
    TERMINAL_ASTRAY,
    TERMINAL_DUE,
    TERMINAL_FLAT,
    TERMINAL_MISSING,
    TERMINAL_SHORT,
    TERMINAL_STOLEN,
    TERMINAL_TAKEN,
)
from edge.events import DaemonStarted, Event, decode, encode
from edge.facts import ACTIVE, DECISION, READING, Facts
from edge.simulation import Simulation
from edge.site import Site
from rooms import desk
from rooms.bookings import Booking
from rooms.terminal_bookings import RESERVED, Demand, TerminalReserved, allotted
from rooms.terminal_choice import distances
from rooms.terminal_lending import TerminalLent, TerminalRefusal, lend, take_back
from rooms.terminal_places import exits
from rooms.terminal_record import LAST_COUNT, TerminalsCounted
from rooms.terminal_rules import fold_terminals, terminals_kept
from rooms.terminals import WHERE, TerminalMoved, Whereabouts
from tests.builders import DAY, HOUR, MINUTE, SECOND, booking, local, read, site_of

MORNING = local("2026-11-23 08:00")
ROOMS = ("room-1", "room-2", "room-3")


def site(**sections: Any) -> Site:
    """Rooms in a row behind the lobby, the last behind the one before it; two bays at the desk and one in the last room."""
    rooms = {room: {"zone": "semi-public", "kind": "service-room"} for room in ROOMS}
    calendar = {"url": "https://calendar.example/rooms.ics", "rooms": {room: room for room in ROOMS}}
    bays = {f"bay-{n}": {"type": "terminal-dock", "space": space} for n, space in enumerate(("desk", "desk", "room-3"), 1)}
    return site_of(
        {"lobby": "public", "desk": {"zone": "semi-public", "kind": "desk"}, **rooms},  # type: ignore[dict-item]
        {
            "entrance": {"from": "outside", "to": "lobby", "kind": "opening"},
            "desk-way": {"from": "lobby", "to": "desk", "kind": "opening"},
            "front-1": {"from": "lobby", "to": "room-1", "unlock": "booking"},
            "front-2": {"from": "lobby", "to": "room-2", "unlock": "booking"},
            "front-3": {"from": "room-2", "to": "room-3", "unlock": "booking"},
        },
        hours={"open": {"mon-fri": "8:00-16:00"}},
        site={"hours": "open"},
        agencies={"dvv": {"name": "DVV"}, "mml": {"name": "MML"}},
        devices={**bays, **sections.pop("devices", {})},
        terminals=sections.pop("terminals", {f"pos-{n}": {"dock": f"bay-{n}"} for n in (1, 2, 3)}),
        calendars={"rooms": calendar},
        rooms={"paid": {"terminal": True, "no_show": "never", **sections.pop("policy", {})}},
        **sections,
    )


def of(agency: str | None, made: Booking) -> Booking:
    return replace(made, agency=agency)


class House:
    """A simulated building, and its journal."""

    def __init__(self, described: Site, start: datetime = MORNING) -> None:
        self.journal: list[Event] = []
        self.site = described
        self.simulation = Simulation(described, start, self.journal.append)

    @property
    def now(self) -> datetime:
        return self.simulation.now

    def wait(self, span: timedelta) -> None:
        self.simulation.advance(self.now + span)

    def until(self, clock: str) -> None:
        self.simulation.advance(local(f"2026-11-23 {clock}"))

    def books(self, *bookings: Booking) -> None:
        self.simulation.observe(read(self.now, *bookings))

    def set(self, device: str, point: str, value: Any) -> None:
        self.simulation.set(device, point, value)

    def restart(self, *, from_checkpoint: bool = False) -> None:
        kept = self.simulation.controller.snapshot(self.now) if from_checkpoint else self.journal
        self.simulation.restart([decode(event.kind, encode(event)) for event in kept])

    def reserved(self) -> dict[str, str]:
        """Terminals by room and start."""
        zone = self.site.local.zone
        found = self.simulation.facts(RESERVED()) or ()
        return {f"{each.room} {each.start.astimezone(zone):%H:%M}": each.terminal for each in found}

    def holds(self, kind: str, subject: str) -> bool:
        return self.simulation.facts(ACTIVE(kind, subject)) is not None

    def lets_go(self, dock: str) -> bool:
        decision = self.simulation.facts(DECISION(dock, "release"))
        return decision is not None and decision.value is True


def at(clock: str) -> datetime:
    return local(f"2026-11-23 {clock}")


# --- which one ----------------------------------------------------------------------------------------------------------


def test_distance_is_counted_in_doors_inside_the_building() -> None:
    assert distances(site(), "room-3") == {"room-3": 0, "room-2": 1, "lobby": 2, "room-1": 3, "desk": 3}
    assert exits(site()) == {"lobby"}


def test_the_nearest_that_is_charged_is_chosen_and_stays_although_another_would_be_better_later() -> None:
    house = House(site())
    house.books(booking(at("10:30"), at("11:00"), "room-3"), booking(at("10:40"), at("11:00"), "room-1", "b"))
    house.until("08:30")
    assert house.reserved() == {"room-3 10:30": "pos-3"}
    house.set("bay-1", "battery", 50)
    house.set("bay-2", "battery", 90)
    house.until("08:40")
    assert house.reserved() == {"room-3 10:30": "pos-3", "room-1 10:40": "pos-2"}
    house.set("bay-2", "battery", 40)
    house.wait(MINUTE)
    assert house.reserved()["room-1 10:40"] == "pos-2"


def test_an_empty_one_is_chosen_last() -> None:
    house = House(site())
    house.set("bay-3", "battery", 5)
    house.books(booking(at("09:00"), at("10:00"), "room-3"))
    assert house.reserved() == {"room-3 09:00": "pos-1"}


def test_a_terminal_of_an_agency_serves_its_bookings_alone_and_comes_before_a_shared_one() -> None:
    terminals = {
        "pos-1": {"dock": "bay-1"},
        "pos-2": {"dock": "bay-2", "agency": "dvv"},
        "pos-3": {"dock": "bay-3", "agency": "mml"},
    }
    house = House(site(terminals=terminals))
    nine, ten = at("09:00"), at("10:00")
    house.books(
        of("dvv", booking(nine, ten)), of("dvv", booking(nine, ten, "room-2", "b")), of("dvv", booking(nine, ten, "room-3", "c"))
    )
    assert house.reserved() == {"room-1 09:00": "pos-2", "room-2 09:00": "pos-1"}
    assert house.holds(TERMINAL_SHORT, "room-3")
    house.books(of("mml", booking(nine, ten, "room-3", "c")), of(None, booking(nine, ten, "room-1", "d")))
    assert house.reserved() == {"room-3 09:00": "pos-3", "room-1 09:00": "pos-1"}


def test_only_bookings_of_the_agencies_named_need_one() -> None:
    house = House(site(policy={"terminal": ["dvv"]}))
    house.books(of("dvv", booking(at("09:00"), at("10:00"))), of("mml", booking(at("09:00"), at("10:00"), "room-2", "b")))
    assert list(house.reserved()) == ["room-1 09:00"]
    assert not house.holds(TERMINAL_SHORT, "room-2")


def test_when_none_is_free_it_is_told_before_the_booking_with_when_one_will_be() -> None:
    house = House(site(terminals={"pos-1": {"dock": "bay-1"}}))
    house.books(booking(at("09:00"), at("10:00")), booking(at("09:30"), at("11:00"), "room-2", "b"))
    house.until("08:00")
    assert house.holds(TERMINAL_SHORT, "room-2")
    told = house.simulation.facts(ACTIVE(TERMINAL_SHORT, "room-2"))
    assert told is not None
    assert told.because.message.endswith("{terminal} is from {at} on")
    house.books(booking(at("09:30"), at("11:00"), "room-2", "b"))
    assert (house.reserved(), house.holds(TERMINAL_SHORT, "room-2")) == ({"room-2 09:30": "pos-1"}, False)


def test_one_that_is_not_back_when_it_is_needed_is_replaced_by_another() -> None:
    house = House(site(terminals={"pos-1": {"dock": "bay-1"}, "pos-2": {"dock": "bay-2"}}))
    first, second = booking(at("08:30"), at("09:30")), booking(at("10:00"), at("11:00"), "room-2", "b")
    house.books(first, second)
    house.until("08:30")
    assert house.reserved() == {"room-1 08:30": "pos-1", "room-2 10:00": "pos-1"}
    house.set("bay-1", "terminal", None)
    house.until("09:49")
    assert house.reserved() == {"room-2 10:00": "pos-1"}
    house.until("09:50")
    assert house.reserved() == {"room-2 10:00": "pos-2"}


def test_one_after_the_other_in_a_room_needs_no_way_to_the_dock() -> None:
    house = House(site())
    house.books(booking(at("08:30"), at("09:30")), booking(at("09:30"), at("10:30"), uid="b"))
    house.until("08:30")
    house.set("bay-1", "terminal", None)
    house.until("09:45")
    where = house.simulation.facts(WHERE("pos-1"))
    assert where is not None
    assert where.errand is not None
    assert (house.reserved(), where.errand.uid) == ({"room-1 09:30": "pos-1"}, "b")
    assert not house.holds(TERMINAL_DUE, "pos-1")


# --- no terminal twice --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_no_terminal_is_given_twice_at_one_time_and_those_that_have_one_keep_it(seed: int) -> None:
    chance = Random(seed)
    terminals = [f"pos-{n}" for n in range(chance.randint(1, 4))]

    def demand(n: int) -> Demand:
        start = MORNING + chance.randint(0, 20) * 15 * MINUTE
        return Demand(
            identity=("rooms", chance.choice(ROOMS), f"u{n}", ""),
            agency=None,
            from_=start - 10 * MINUTE,
            start=start,
            end=start + chance.randint(1, 8) * 15 * MINUTE,
        )

    demands = [demand(n) for n in range(chance.randint(0, 14))]
    reserved: list[TerminalReserved] = []
    for _ in range(6):
        held = {each.identity for each in reserved if chance.random() < 0.2}
        ranks = {(each.identity, terminal): chance.randint(0, 3) for each in demands for terminal in terminals}
        given = allotted(
            demands,
            reserved,
            terminals,
            in_hand=lambda each, _, held=held: each.identity in held,
            may_keep=lambda *_: chance.random() < 0.8,
            choice=lambda each, terminal, ranks=ranks: (float(rank),) if (rank := ranks[each.identity, terminal]) else None,
        )
        mine: dict[str, list[Demand]] = {}
        for each in demands:
            if each.identity in given:
                mine.setdefault(given[each.identity], []).append(each)
        for row in mine.values():
            in_turn = sorted(row, key=lambda each: each.start)
            assert all(a.end <= b.start for a, b in pairwise(in_turn)), (seed, in_turn)
        reserved = [_as_reserved(each, given[each.identity]) for each in demands if each.identity in given]
        demands = [each for each in demands if chance.random() < 0.8] + [demand(100 + chance.randint(0, 10**6))]


def _as_reserved(each: Demand, terminal: str) -> TerminalReserved:
    calendar, room, uid, rid = each.identity
    return TerminalReserved(
        at=MORNING,
        terminal=terminal,
        calendar=calendar,
        room=room,
        uid=uid,
        rid=rid,
        from_=each.from_,
        start=each.start,
        end=each.end,
    )


@pytest.mark.parametrize("seed", range(6))
def test_on_random_days_no_terminal_is_reserved_twice_and_restarts_change_nothing(seed: int) -> None:
    """Bookings come, move and go; terminals are taken, brought to any bay, and lent; docks fall silent."""
    chance, house = Random(f"terminals {seed}"), House(site())
    booked: dict[str, Booking] = {}
    where = {terminal: section.dock for terminal, section in house.site.terminals.items()}
    for step in range(60):
        _something_happens(chance, house, booked, where, step)
        house.wait(chance.choice((SECOND, MINUTE, 7 * MINUTE, 20 * MINUTE)))
        _no_terminal_twice(house)
        if step % 20 == 19:
            house.simulation.report_all()
            known = {terminal: house.simulation.facts(WHERE(terminal)) for terminal in where}
            reserved = house.simulation.facts(RESERVED())
            house.restart(from_checkpoint=bool(seed % 2))
            house.simulation.report_all()
            assert {terminal: house.simulation.facts(WHERE(terminal)) for terminal in where} == known
            assert house.simulation.facts(RESERVED()) == reserved
    assert not house.simulation.controller.kernel.faults
    assert any(isinstance(event, TerminalReserved) for event in house.journal)


def _something_happens(chance: Random, house: House, booked: dict[str, Booking], where: dict[str, str], step: int) -> None:
    terminal = chance.choice(sorted(where))
    match chance.randint(0, 5):
        case 0 | 1:
            start = house.now.replace(second=0) + chance.randint(-2, 12) * 15 * MINUTE
            booked[f"u{step}"] = booking(start, start + chance.randint(1, 6) * 15 * MINUTE, chance.choice(ROOMS), f"u{step}")
            house.books(*booked.values())
        case 2 if booked:
            booked.pop(chance.choice(sorted(booked)))
            house.books(*booked.values())
        case 3 if where[terminal]:
            house.set(where[terminal], "terminal", None)
            where[terminal] = ""
        case 4 if not where[terminal]:
            free = sorted({"bay-1", "bay-2", "bay-3"} - set(where.values()))
            where[terminal] = chance.choice(free)
            house.set(where[terminal], "terminal", terminal)
        case _:
            try:
                house.simulation.act(lambda facts, t: lend(house.site, facts, t, terminal, "host-1", t + 30 * MINUTE))
            except TerminalRefusal:
                house.set(chance.choice(("bay-1", "bay-2", "bay-3")), "link", chance.random() < 0.7)


def _no_terminal_twice(house: House) -> None:
    reserved = house.simulation.facts(RESERVED()) or ()
    for one in reserved:
        for other in reserved:
            if one is not other and one.terminal == other.terminal:
                assert one.end <= other.start or other.end <= one.start, (one, other)
    assert len({each.identity for each in reserved}) == len(reserved)


def test_the_same_day_in_gives_the_same_day_out() -> None:
    def day() -> list[Event]:
        chance, house = Random("twice"), House(site())
        booked: dict[str, Booking] = {}
        where = {terminal: section.dock for terminal, section in house.site.terminals.items()}
        for step in range(30):
            _something_happens(chance, house, booked, where, step)
            house.wait(7 * MINUTE)
        return house.journal

    assert day() == day()


# --- its bay ------------------------------------------------------------------------------------------------------------


def test_the_bay_opens_for_an_official_who_has_come_or_with_the_booking_and_closes_with_it() -> None:
    house = House(site())
    house.books(booking(at("09:00"), at("10:00")))
    house.until("08:40")
    house.simulation.act(lambda facts, t: desk.arrive(facts, house.site, t, "room-1", "clerk-1"))
    house.until("08:49")
    assert not house.lets_go("bay-1")
    house.until("08:50")
    assert house.lets_go("bay-1")
    assert not house.lets_go("bay-2")
    house.until("09:59")
    assert house.lets_go("bay-1")
    house.until("10:00")
    assert not house.lets_go("bay-1")


def test_nobody_there_opens_no_bay_before_the_booking_and_none_at_all_where_the_official_comes_first() -> None:
    for first, opens in ((False, True), (True, False)):
        house = House(site(policy={"staff_first": first}))
        house.books(booking(at("09:00"), at("10:00")))
        house.until("08:59")
        assert not house.lets_go("bay-1")
        house.until("09:01")
        assert house.lets_go("bay-1") is opens


def test_a_booking_outside_the_hours_opens_no_bay() -> None:
    house = House(site())
    house.until("15:50")
    house.books(booking(at("16:30"), at("17:00")))
    house.until("16:40")
    assert house.reserved() == {"room-1 16:30": "pos-1"}
    assert not house.lets_go("bay-1")


def test_a_dock_without_a_bolt_is_told_nothing() -> None:
    """One that never said anything of it."""
    house = House(site(devices={"ear": {"type": "terminal-dock", "space": "lobby"}}))
    house.simulation.facts.set(READING("bay-1", "release"), None)
    house.books(booking(at("09:00"), at("10:00")))
    house.until("09:10")
    assert house.simulation.facts(DECISION("bay-1", "release")) is None


# --- lent ---------------------------------------------------------------------------------------------------------------


def test_lending_is_refused_for_too_long_for_what_is_not_there_and_for_what_is_reserved() -> None:
    house = House(site())
    house.books(booking(at("10:00"), at("11:00")))

    def ask(terminal: str, span: timedelta) -> Event:
        return house.simulation.act(lambda facts, t: lend(house.site, facts, t, terminal, "host-1", t + span))

    for terminal, span in (("pos-1", 2 * HOUR), ("pos-2", 13 * HOUR), ("pos-2", timedelta(0)), ("pos-9", HOUR)):
        with pytest.raises(TerminalRefusal):
            ask(terminal, span)
    ask("pos-1", HOUR)
    ask("pos-2", HOUR)
    assert house.lets_go("bay-2")
    house.wait(2 * MINUTE)
    assert not house.lets_go("bay-2")
    house.simulation.act(lambda facts, t: take_back(house.site, facts, t, "pos-2", "host-1"))
    with pytest.raises(TerminalRefusal):
        house.simulation.act(lambda facts, t: take_back(house.site, facts, t, "pos-2", "host-1"))


def test_a_checkpoint_keeps_until_when_a_terminal_was_lent_for_as_long_as_it_is_away() -> None:
    facts = Facts()
    lent = TerminalLent(at=at("09:00"), terminal="pos-1", by="host-1", until=at("10:00"))
    away = TerminalMoved(at=at("09:01"), terminal="pos-1", now=Whereabouts(docked=False, dock="bay-1", since=at("09:01")))
    back = TerminalMoved(at=at("11:00"), terminal="pos-1", now=Whereabouts(docked=True, dock="bay-1", since=at("11:00")))
    for event in (lent, away):
        fold_terminals(facts, event)
    assert lent in terminals_kept(facts, at("09:00") + 3 * DAY)
    fold_terminals(facts, back)
    assert lent not in terminals_kept(facts, at("11:00"))


# --- told ---------------------------------------------------------------------------------------------------------------


def test_silence_of_its_own_dock_tells_nothing_new_and_ends_nothing() -> None:
    house = House(site())
    house.set("bay-1", "terminal", None)
    house.set("bay-1", "link", False)
    house.until("17:00")
    assert not any(house.holds(kind, "pos-1") for kind in (TERMINAL_MISSING, TERMINAL_TAKEN))
    house.set("bay-1", "link", True)
    assert house.holds(TERMINAL_MISSING, "pos-1")
    house.set("bay-1", "link", False)
    house.wait(HOUR)
    assert house.holds(TERMINAL_MISSING, "pos-1")
    house.simulation.advance(at("08:00") + DAY)
    assert not house.holds(TERMINAL_MISSING, "pos-1"), "the building is open"


def test_where_no_booking_needs_terminals_nobody_asks_for_a_booking() -> None:
    house = House(site(policy={"terminal": False}))
    house.set("bay-1", "terminal", None)
    house.until("12:00")
    assert not house.holds(TERMINAL_TAKEN, "pos-1")
    house.until("16:10")
    assert house.holds(TERMINAL_MISSING, "pos-1")


def test_what_is_taken_a_little_early_is_for_its_booking() -> None:
    house = House(site())
    house.books(booking(at("09:00"), at("10:00")))
    house.until("08:25")
    house.set("bay-1", "terminal", None)
    house.until("09:30")
    assert not house.holds(TERMINAL_TAKEN, "pos-1")
    assert house.reserved() == {"room-1 09:00": "pos-1"}


def test_a_flat_terminal_is_told_of_after_half_an_hour_in_its_dock_and_until_it_has_charged() -> None:
    house = House(site())
    house.set("bay-1", "battery", 10)
    house.wait(29 * MINUTE)
    assert not house.holds(TERMINAL_FLAT, "pos-1")
    house.wait(2 * MINUTE)
    assert house.holds(TERMINAL_FLAT, "pos-1")
    house.restart()
    assert house.holds(TERMINAL_FLAT, "pos-1"), "not heard again yet"
    house.set("bay-1", "battery", 18)
    assert house.holds(TERMINAL_FLAT, "pos-1")
    house.set("bay-1", "battery", 25)
    assert not house.holds(TERMINAL_FLAT, "pos-1")


def test_of_what_is_wrong_with_one_only_the_most_serious_is_told() -> None:
    every = (TERMINAL_STOLEN, TERMINAL_MISSING, TERMINAL_ASTRAY, TERMINAL_TAKEN, TERMINAL_DUE)
    house = House(site())
    house.set("bay-1", "terminal", None)
    for clock in ("08:04", "08:10", "15:59", "16:05", "16:20", "23:00"):
        house.until(clock)
        assert sum(house.holds(kind, "pos-1") for kind in every) <= 1
    assert house.holds(TERMINAL_MISSING, "pos-1")


# --- the record ---------------------------------------------------------------------------------------------------------


def counts(house: House) -> list[tuple[str, datetime]]:
    return [(event.day, event.at) for event in house.journal if isinstance(event, TerminalsCounted)]


def test_every_day_is_counted_once_at_closing_or_at_its_end() -> None:
    house = House(site(), local("2026-11-27 08:00"))
    house.wait(4 * DAY)
    assert counts(house) == [
        ("2026-11-27", local("2026-11-27 16:10")),
        ("2026-11-28", local("2026-11-29 00:00")),
        ("2026-11-29", local("2026-11-30 00:00")),
        ("2026-11-30", local("2026-11-30 16:10")),
    ]


def test_a_controller_that_was_away_counts_the_last_day_when_it_is_back_and_says_when() -> None:
    house = House(site(), local("2026-11-23 08:00"))
    house.until("17:00")
    kept = list(house.journal)
    house.simulation.now = local("2026-11-25 20:00")
    house.simulation.restart(kept)
    house.simulation.report_all()
    house.wait(HOUR)
    assert counts(house)[1:] == [("2026-11-25", local("2026-11-25 20:01"))]
    house.simulation.restart(list(house.journal))
    house.wait(HOUR)
    assert len(counts(house)) == 2


def test_the_record_outlasts_a_checkpoint() -> None:
    house = House(site())
    house.until("17:00")
    controller = house.simulation.controller
    kept = [event for event in controller.snapshot(house.now) if isinstance(event, TerminalsCounted | TerminalMoved)]
    assert [decode(event.kind, encode(event)) for event in kept] == kept
    assert (len(kept), controller.facts(LAST_COUNT())) == (4, kept[-1])
    assert not any(isinstance(event, DaemonStarted) for event in kept)
