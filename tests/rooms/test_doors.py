"""What bookings and opening hours ask of a door, at instants around their edges."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.claims import Claim, Priority, ranked
from edge.facts import Facts, Look
from edge.site import Site
from edge.site.hours import Opening
from edge.text import say
from rooms import plan
from rooms.bookings import Booking, CalendarFailed
from rooms.doors import DoorPlan
from rooms.policies import policy_of
from tests.builders import DAY, HOUR, MINUTE, SECOND, booking, local, read, site_of

MORNING, NOON = local("2026-11-23 08:00"), local("2026-11-23 12:00")
TEN, ELEVEN = local("2026-11-23 10:00"), local("2026-11-23 11:00")
EARLY = 5 * MINUTE
"""unlock_before when no policy says otherwise."""


def site(rooms: Mapping[str, Mapping[str, Any]] | None = None, hours: str | None = None, **more: Any) -> Site:
    spaces: dict[str, Any] = {
        "lobby": "public",
        "room-1": {"zone": "semi-public", "kind": "service-room"},
        "hall": {"zone": "semi-public", "kind": "wedding-room"},
    }
    return site_of(
        spaces,
        {
            "entrance": {"from": "outside", "to": "lobby", "unlock": {"hours": "open"}},
            "front-1": {"from": "lobby", "to": "room-1", "unlock": "booking"},
            "hall-front": {"from": "lobby", "to": "hall", "unlock": {"booking": True, "hours": "open"}},
            "cellar": {"from": "lobby", "to": "room-1"},
        },
        hours={
            "open": {"mon-fri": "8:00-16:00"},
            "night": {"mon-sun": "0:00-24:00", "holidays": "0:00-24:00"},
            "short": {"mon-sun": "10:30-10:45"},
        },
        calendars={
            "rooms": {"url": "https://c.example/", "rooms": {"room-1": "1", "hall": "2"}},
            "more": {"url": "https://d.example/", "room": "room-1"},
        },
        rooms=rooms or {},
        site={"hours": hours},
        **more,
    )


def known(at_site: Site, *bookings: Booking, at: datetime = MORNING, calendar: str = "rooms") -> Facts:
    facts = Facts()
    understood(facts, at_site, at, *bookings, calendar=calendar)
    return facts


def understood(facts: Facts, at_site: Site, at: datetime, *bookings: Booking, calendar: str = "rooms") -> None:
    event = read(at, *bookings, calendar=calendar)
    for each in (*plan.react(facts, event, at_site), event):
        plan.fold(facts, each)


def asked(at_site: Site, facts: Facts, at: datetime, door: str = "front-1") -> tuple[list[Claim], datetime | None]:
    """The claims of bookings, and when they may change by themselves."""
    look = Look(facts, at)
    return list(DoorPlan(at_site).bookings(look, door)), look.wake


def wishes(at_site: Site, facts: Facts, at: datetime, door: str = "front-1") -> list[tuple[object, datetime | None]]:
    return [(c.value, c.until) for c in asked(at_site, facts, at, door)[0]]


def open_times(
    at_site: Site, facts: Facts, start: datetime, end: datetime, door: str = "front-1"
) -> list[tuple[datetime, datetime]]:
    """When bookings ask for an unlocked door, following the instants at which the rule wants to be asked again."""
    spans: list[Opening] = []
    at: datetime | None = start
    while at is not None and at < end:
        claims, wake = asked(at_site, facts, at, door)
        until = min(wake or end, end)
        if claims and ranked(claims)[0].value == "unlocked":
            goes_on = spans and spans[-1].end == at
            spans = [*spans[:-1], Opening(spans[-1].start, until)] if goes_on else [*spans, Opening(at, until)]
        at = wake
    return spans


def hours(at_site: Site, at: datetime, door: str = "entrance") -> tuple[list[Claim], datetime | None]:
    look = Look(Facts(), at)
    return list(DoorPlan(at_site).hours(look, door)), look.wake


# --- opening hours ----------------------------------------------------------------------------------------------------


def test_a_door_is_open_through_its_hours() -> None:
    opens, closes = MORNING, local("2026-11-23 16:00")
    assert hours(site(), opens - SECOND) == ([], opens)
    (claim,), wake = hours(site(), opens)
    assert (claim.value, claim.priority, claim.cause, claim.until) == ("unlocked", Priority.HOURS, "hours:open", closes)
    assert wake == closes
    assert hours(site(), closes)[0] == []


def test_a_door_without_hours_or_without_a_controller_is_asked_nothing() -> None:
    assert hours(site(), NOON, "cellar")[0] == []
    bare = site()
    bare = bare.model_copy(update={"devices": {}})
    assert hours(bare, NOON)[0] == []
    assert asked(bare, known(bare, booking(TEN, ELEVEN)), TEN) == ([], None)


def test_a_door_that_is_always_open_is_so_for_ever() -> None:
    """An end in sight must be looked at again before it comes, or the unlock would run out on its day."""
    always = site()
    always = always.model_copy(update={"hours": {**always.hours, "open": always.hours["night"]}})
    at: datetime = NOON
    for _ in range(5):
        (claim,), wake = hours(always, at)
        assert claim.until is not None
        assert wake is not None
        assert at < wake <= claim.until
        at = wake
    assert at > NOON + 20 * DAY


def test_holidays_close() -> None:
    assert hours(site(), local("2026-12-25 12:00"))[0] == []


# --- bookings ---------------------------------------------------------------------------------------------------------


def test_a_booking_unlocks_from_a_little_before_it_until_its_end() -> None:
    facts = known(site(), booking(TEN, ELEVEN))
    assert asked(site(), facts, TEN - EARLY - SECOND) == ([], TEN - EARLY)
    (claim,), wake = asked(site(), facts, TEN - EARLY)
    assert (claim.value, claim.until, claim.cause, wake) == ("unlocked", ELEVEN, "booking:a/", ELEVEN)
    assert claim.because == say("Booked {start}–{end}", start=TEN, end=ELEVEN)
    assert asked(site(), facts, ELEVEN)[0] == []


def test_only_the_door_to_the_room_and_only_one_that_bookings_unlock() -> None:
    facts = known(site(), booking(TEN, ELEVEN))
    assert wishes(site(), facts, TEN, "hall-front") == []
    assert wishes(site(), facts, TEN, "cellar") == []
    assert wishes(site(), facts, TEN, "entrance") == []


def test_two_bookings_back_to_back_leave_no_gap() -> None:
    facts = known(site(), booking(TEN, ELEVEN, uid="a"), booking(ELEVEN, NOON, uid="b"))
    assert open_times(site(), facts, MORNING, NOON + HOUR) == [(TEN - EARLY, NOON)]


def test_a_long_booking_does_not_hide_a_short_one_inside_it() -> None:
    facts = known(site(), booking(TEN, NOON, uid="long"), booking(TEN + MINUTE, ELEVEN, uid="short"))
    assert [c.cause for c in asked(site(), facts, TEN + 2 * MINUTE)[0]] == ["booking:long/", "booking:short/"]


def test_a_cancelled_booking_asks_nothing_and_a_shortened_one_less() -> None:
    facts = known(site(), booking(TEN, ELEVEN))
    understood(facts, site(), TEN, booking(TEN, TEN + MINUTE))
    assert wishes(site(), facts, TEN) == [("unlocked", TEN + MINUTE)]
    understood(facts, site(), TEN)
    assert wishes(site(), facts, TEN) == []


@pytest.mark.parametrize("verdict", ["no", "pending"])
def test_a_booking_that_may_not_unlock_keeps_the_door_locked_and_says_why(verdict: Any) -> None:
    (claim,), _ = asked(site(), known(site(), booking(TEN, ELEVEN, verdict=verdict)), TEN)
    assert (claim.value, claim.cause, claim.until) == ("locked", "booking:a/#not", ELEVEN)
    assert claim.because == say("The booking is {verdict}", verdict=verdict)


def test_a_cancelled_booking_does_not_hold_back_the_one_made_in_its_place_or_opening_hours() -> None:
    facts = known(site(), booking(TEN, NOON, uid="cancelled", verdict="no"), booking(TEN, ELEVEN, uid="new"))
    assert open_times(site(), facts, MORNING, NOON + HOUR) == [(TEN - EARLY, ELEVEN)]
    facts = known(site(), booking(TEN, NOON, "hall", verdict="no"))
    claims = [*asked(site(), facts, TEN, "hall-front")[0], *hours(site(), TEN, "hall-front")[0]]
    assert [c.value for c in ranked(claims)] == ["unlocked", "locked"]


def test_a_pending_booking_unlocks_where_the_policy_lets_tentative_ones() -> None:
    lenient = site({"p": {"tentative": True}})
    assert wishes(lenient, known(lenient, booking(TEN, ELEVEN, verdict="pending")), TEN) == [("unlocked", ELEVEN)]
    assert wishes(lenient, known(lenient, booking(TEN, ELEVEN, verdict="no")), TEN) == [("locked", ELEVEN)]


def test_two_calendars_may_book_one_room() -> None:
    facts = known(site(), booking(TEN, ELEVEN))
    understood(facts, site(), MORNING, booking(TEN, NOON, uid="b", calendar="more"), calendar="more")
    assert wishes(site(), facts, TEN) == [("unlocked", ELEVEN), ("unlocked", NOON)]


# --- hours that bound bookings ----------------------------------------------------------------------------------------


def test_outside_the_hours_of_the_site_a_booking_stays_locked_with_the_reason() -> None:
    bounded = site(hours="open")
    facts = known(bounded, booking(local("2026-11-23 07:00"), local("2026-11-23 17:00")))
    assert wishes(bounded, facts, MORNING - HOUR) == [("locked", MORNING)]
    assert wishes(bounded, facts, MORNING) == [("unlocked", local("2026-11-23 16:00"))]
    assert wishes(bounded, facts, local("2026-11-23 16:00")) == [("locked", local("2026-11-23 17:00"))]
    assert open_times(bounded, facts, MORNING - 4 * HOUR, NOON + DAY) == [(MORNING, local("2026-11-23 16:00"))]


def test_a_policy_has_hours_of_its_own_or_none() -> None:
    facts = known(site(), booking(TEN, ELEVEN))
    short = site({"p": {"hours": "short"}}, hours="open")
    assert open_times(short, facts, MORNING, NOON) == [(TEN + 30 * MINUTE, TEN + 45 * MINUTE)]
    always = site({"p": {"hours": "always"}}, hours="short")
    assert open_times(always, facts, MORNING, NOON) == [(TEN - EARLY, ELEVEN)]


ALL_DAY = booking(local("2026-11-23 00:00"), local("2026-11-24 00:00"), all_day=True, verdict="policy")


def test_an_all_day_booking_unlocks_within_the_hours_only() -> None:
    bounded = site(hours="open")
    day = (local("2026-11-22 00:00"), local("2026-11-26 00:00"))
    assert open_times(bounded, known(bounded, ALL_DAY), *day) == [(MORNING, local("2026-11-23 16:00"))]
    assert open_times(site(), known(site(), ALL_DAY), *day) == []
    never = site({"p": {"all_day": "never"}}, hours="open")
    assert open_times(never, known(never, ALL_DAY), *day) == []


def test_so_does_a_booking_that_lasts_longer_than_a_day() -> None:
    bounded, day = site(hours="open"), (local("2026-11-22 00:00"), local("2026-11-26 00:00"))
    long = booking(local("2026-11-23 00:00"), local("2026-11-24 00:01"))
    assert open_times(bounded, known(bounded, long), *day) == [(MORNING, local("2026-11-23 16:00"))]
    assert open_times(site(), known(site(), long), *day) == []
    autumn = booking(local("2026-10-24 12:00"), local("2026-10-25 12:00"))
    facts = known(site(), autumn, at=autumn.start + 2 * HOUR)
    assert open_times(site(), facts, autumn.start, autumn.end) == [(autumn.start, autumn.end)]


# --- policies ---------------------------------------------------------------------------------------------------------

FRIDAY = local("2026-11-27 12:00")
POLICIES = {
    "wedding": {"spaces": ["hall"], "weekdays": ["fri"], "unlock_before": "30 min", "lock_after": "15 min"},
    "service": {"kinds": ["service-room"], "unlock_before": "2 min"},
    "other": {"unlock_before": "10 min"},
}


@pytest.mark.parametrize(
    ("start", "room", "before", "after"),
    [(FRIDAY, "hall", 30, 15), (FRIDAY - DAY, "hall", 10, 0), (FRIDAY, "room-1", 2, 0)],
)
def test_the_first_policy_that_fits_applies(start: datetime, room: str, before: int, after: int) -> None:
    made = booking(start, start + HOUR, room)
    with_policies = site(POLICIES)
    facts = known(with_policies, made, at=start - 5 * HOUR)
    door = "hall-front" if room == "hall" else "front-1"
    times = open_times(with_policies, facts, start - 5 * HOUR, start + 5 * HOUR, door)
    assert times == [(start - before * MINUTE, start + HOUR + after * MINUTE)]


def test_the_weekday_is_the_local_one() -> None:
    """Half past midnight on Friday in Helsinki is still Thursday in UTC."""
    early = local("2026-11-27 00:30")
    assert policy_of(site(POLICIES), booking(early, early + HOUR, "hall")).lock_after == 15 * MINUTE


# --- calendars that cannot be read ------------------------------------------------------------------------------------


def test_the_last_good_bookings_unlock_for_as_long_as_they_are_held() -> None:
    """D6: neither cancelled at once nor believed for ever."""
    facts = known(site(), booking(TEN, ELEVEN), booking(TEN + DAY, ELEVEN + DAY, uid="b"))
    plan.fold(facts, CalendarFailed(at=TEN, calendar="rooms", problem=say("No answer")))
    assert wishes(site(), facts, TEN) == [("unlocked", ELEVEN)]
    held_until = MORNING + site().calendars["rooms"].hold
    assert held_until < TEN + DAY
    (claim,), _ = asked(site(), facts, TEN + DAY)
    assert (claim.value, claim.cause) == ("locked", "booking:b/#not")
    understood(facts, site(), TEN + DAY, booking(TEN + DAY, ELEVEN + DAY, uid="b"))
    assert wishes(site(), facts, TEN + DAY) == [("unlocked", ELEVEN + DAY)]


def test_a_hold_that_ends_in_the_middle_of_a_booking_is_looked_at_then() -> None:
    facts = known(site(), booking(TEN + DAY, ELEVEN + DAY), at=TEN + 30 * MINUTE)
    claims, wake = asked(site(), facts, TEN + DAY)
    assert [c.value for c in claims] == ["unlocked"]
    assert wake == TEN + 30 * MINUTE + DAY


def test_a_later_reading_that_changed_nothing_prolongs_the_hold() -> None:
    made = booking(TEN + DAY, ELEVEN + DAY)
    facts = known(site(), made)
    understood(facts, site(), NOON, made)
    assert wishes(site(), facts, TEN + DAY) == [("unlocked", ELEVEN + DAY)]


def test_bookings_of_unknown_age_unlock_nothing() -> None:
    facts = known(site(), booking(TEN, ELEVEN))
    facts.set(plan.CALENDAR("rooms"), None)
    assert [c.value for c in asked(site(), facts, TEN)[0]] == ["locked"]


# --- the nights on which the clock is changed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "real"),
    [
        ("2026-10-25 02:30", "2026-10-25 04:30", 3 * HOUR),
        ("2026-03-29 02:30", "2026-03-29 04:30", HOUR),
    ],
)
def test_a_booking_over_a_change_of_the_clock_lasts_its_real_time(start: str, end: str, real: timedelta) -> None:
    """D15."""
    made = booking(local(start), local(end))
    assert made.end - made.start == real
    facts = known(site(), made, at=local(start) - HOUR)
    assert open_times(site(), facts, local(start) - HOUR, local(end) + HOUR) == [(made.start - EARLY, made.end)]


@pytest.mark.parametrize(("day", "real"), [("2026-10-25", 25 * HOUR), ("2026-03-29", 23 * HOUR)])
def test_hours_of_the_whole_day_are_as_long_as_the_day(day: str, real: timedelta) -> None:
    midnight = local(f"{day} 00:00")
    nightly = {"p": {"hours": "day"}}
    table = {"day": {"sun": "0:00-24:00"}}
    at_site = site_of(
        {"lobby": "public", "room-1": "semi-public"},
        {"front-1": {"from": "lobby", "to": "room-1", "unlock": {"booking": True}}},
        hours=table,
        rooms=nightly,
        calendars={"rooms": {"url": "https://c.example/", "room": "room-1"}},
    )
    made = booking(midnight, midnight + real, all_day=True, verdict="policy")
    facts = known(at_site, made, at=midnight + 2 * HOUR)
    assert open_times(at_site, facts, midnight, midnight + 2 * DAY) == [(midnight, midnight + real)]


# --- whatever is booked -----------------------------------------------------------------------------------------------

spans = st.tuples(st.integers(0, 60), st.integers(1, 40), st.sampled_from(["yes", "yes", "no", "pending", "policy"]))


def booked(found: Iterable[tuple[int, int, Any]]) -> list[Booking]:
    return [
        booking(MORNING + 10 * n * MINUTE, MORNING + 10 * (n + length) * MINUTE, uid=str(uid), verdict=verdict)
        for uid, (n, length, verdict) in enumerate(found)
    ]


@given(st.lists(spans, max_size=6), st.sampled_from([None, "open", "short"]))
def test_an_unlock_always_has_a_live_booking_and_never_outlasts_it(found: list[tuple[int, int, Any]], hours: str | None) -> None:
    """D3, D5, at every instant at which an answer changes; and no answer changes at any other."""
    at_site, made = site(hours=hours), booked(found)
    facts = known(at_site, *made, at=MORNING)
    at: datetime | None = MORNING - HOUR
    while at is not None and at < MORNING + DAY - MINUTE:
        claims, wake = asked(at_site, facts, at)
        for claim in claims:
            (behind,) = (b for b in made if claim.cause.removesuffix("#not") == f"booking:{b.uid}/")
            assert behind.start - EARLY <= at < behind.end
            assert claim.until is not None
            assert at < claim.until <= behind.end
            assert claim.value == "locked" or behind.verdict in ("yes", "policy")
        if wake is not None:
            assert wishes(at_site, facts, wake - timedelta(microseconds=1)) == wishes(at_site, facts, at)
        at = wake


@given(st.lists(spans, min_size=1, max_size=6), st.integers(0, 100))
def test_taking_a_booking_away_never_unlocks_more(found: list[tuple[int, int, Any]], tens: int) -> None:
    """D14; also for one that may not unlock: a cancelled booking must not hold back the one made in its place."""
    made, at = booked(found), MORNING + 10 * tens * MINUTE

    def unlocked(bookings: list[Booking]) -> bool:
        claims, _ = asked(site(), known(site(), *bookings), at)
        return bool(claims) and ranked(claims)[0].value == "unlocked"

    for without in made:
        left = [b for b in made if b is not without]
        assert unlocked(made) or not unlocked(left)
