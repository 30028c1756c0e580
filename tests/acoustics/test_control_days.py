"""Random days: whatever people, sensors, lines and restarts do, masking keeps to its promises."""

from collections.abc import Callable
from datetime import datetime
from math import nan

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from acoustics.asked import ask_hearing, ask_level, ask_quiet, end_relief, press_relief
from acoustics.control import MaskingStepped, MaskingTaken
from acoustics.listening import DEAF
from acoustics.occasions import PEOPLE
from acoustics.wishes import Kind, Wishes
from acoustics.zones import Zones
from edge.events import Event, Observed
from edge.facts import ONLINE, Look
from edge.refusal import Refusal
from edge.site import Site
from rooms.bookings import Booking
from tests.acoustics.building import EAR, UNIT, Day, at, meeting, site
from tests.builders import HOUR, MINUTE, SECOND

HIGHEST, STEP, FIXED = 45.0, 0.5, 41.0


MAKES: dict[str, dict[str, object]] = {
    "usual": {"at": None},
    "blind": {"profile": "mqtt.masking_gateway"},
    "switched": {"profile": "mqtt.shelly"},
}


def with_unit(**emitter: object) -> Site:
    device = {"type": "masking-unit", "space": "corridor", "at": "unit", **MAKES[str(emitter.pop("make", "usual"))]}
    section = {
        "emitters": {UNIT: {"desks": "desk", **emitter}},
        "microphones": {EAR: {"gives": "l90"}},
        "spaces": {"corridor": {"ambient": 33}},
        "targets": [{"insist": True}],
    }
    return site(section, {UNIT: device})


SITES = {"usual": with_unit(), "blind": with_unit(make="blind"), "switched": with_unit(make="switched", fixed=FIXED)}

Act = Callable[["RandomDay", float], None]


class RandomDay(Day):
    """Checks each level as it comes."""

    def __init__(self, make: str = "usual") -> None:
        described = SITES[make]
        self.make = make
        super().__init__(described, at(7), level=33.0 if make == "usual" else None)
        assert described.acoustics is not None
        self.without_ears = Wishes(Zones(described, described.acoustics.model_copy(update={"microphones": {}})))
        self.bookings: list[Booking] = []
        self.hands: set[datetime] = set()
        self.silenced: datetime | None = None
        self._last: MaskingStepped | None = None
        self._seen = len(self.events)

    @property
    def level(self) -> float:
        return super().level if self.make != "switched" else 0.0 if self.muted else FIXED

    @property
    def cause(self) -> str:
        decided = self.decision("muted" if self.make == "switched" else "level")
        return "" if decided is None else decided.winner.cause

    def note(self) -> None:
        if hasattr(self, "hands"):
            self._check()
        super().note()

    def _check(self) -> None:
        (since, before), now = self.levels[-1], self.level
        by_hand = self.sim.now in self.hands or (self.make == "blind" and since in self.hands)
        if now != before and not by_hand:
            assert now <= HIGHEST
        if now != before and not by_hand and not self._is_switch(now):
            assert now - before <= STEP + 1e-6 or before < 30.0, "up in steps"
            assert before - now <= STEP + 1e-6 or self.muted or before > HIGHEST, "down in steps"
        for event in self.events[self._seen :]:
            if isinstance(event, MaskingStepped) and event.up is not None:
                self._check_turn(event)
                self._last = event
                if event.up:
                    self._check_rise(event)
        self._seen = len(self.events)
        if self.silenced is not None and self.sim.now >= self.silenced + 2 * SECOND and self.sim.facts(ONLINE(UNIT)) is not False:
            assert self.muted

    def _is_switch(self, now: float) -> bool:
        """A unit that can do no better, or one that never says what it does and comes back at the floor."""
        return self.make == "switched" or (self.make == "blind" and now <= 30.0 + STEP)

    def _check_turn(self, event: MaskingStepped) -> None:
        """No turn within a quarter of an hour but down for who asked; where people may be, no faster than they would notice."""
        if self._last is None:
            return
        since, asked = event.at - self._last.at, self.cause in ("masking:relief", "masking:quiet", "panic:button")
        assert event.up == self._last.up or since >= 15 * MINUTE or (not event.up and asked)
        if self.make != "switched" and self.sim.facts(PEOPLE("corridor")) != "none" and not (asked and not event.up):
            assert since >= STEP / (0.2 if event.up else 0.1) * MINUTE - SECOND

    def _check_rise(self, event: MaskingStepped) -> None:
        """Only of a unit that is heard, and of a deaf microphone not beyond what was planned without it."""
        assert self.sim.facts(ONLINE(UNIT)) is not False
        if self.sim.facts(DEAF("corridor")) and self.make != "switched":
            planned = self.without_ears.wish(Look(self.sim.facts, self.sim.now), UNIT, event.level - STEP)
            # A quiet that is asked for at the very instant of a step comes after it.
            assert planned.kind is Kind.QUIET or event.level <= planned.level + 1e-6

    def try_to(self, decide: Callable[[], Event]) -> None:
        try:
            event = decide()
        except Refusal:
            return
        self.sim.observe(event)
        self.note()


def _book(day: RandomDay, how: float, room: str = "room-1") -> None:
    start = day.sim.now + MINUTE * round(how * 3)
    day.bookings.append(meeting(start, start + MINUTE * (15 + how), room, f"{room}{len(day.bookings)}"))
    day.book(*day.bookings)


def _cancel(day: RandomDay, _: float) -> None:
    day.bookings = day.bookings[1:]
    day.book(*day.bookings)


def _heard(day: RandomDay, how: float) -> None:
    value = nan if how > 57 else 110.0 if how > 54 else 30.0 + how / 2
    for _ in range(4):
        day.sim.observe(Observed(at=day.sim.now, device=EAR, point="ambient", value=value))
        day.note()
        day.until(day.sim.now + MINUTE)


def _present(day: RandomDay, how: float) -> None:
    day.hand("present", how > 30, "eye")


def _line(device: str) -> Act:
    return lambda day, how: day.hand("link", how > 25, device)


def _by_hand(day: RandomDay, how: float) -> None:
    day.hands.add(day.sim.now)
    point, value = ("muted", how > 30) if day.make == "switched" else ("level", how)
    day.hand(point, value)


def _restart(day: RandomDay, _: float) -> None:
    day.sim.restart(day.events)
    day.sim.report_all()
    day.note()


def _relief(day: RandomDay, how: float) -> None:
    day.try_to(lambda: press_relief(day.zones, day.sim.facts, day.sim.now, "desk", long=how > 40))


def _no_relief(day: RandomDay, _: float) -> None:
    day.try_to(lambda: end_relief(day.sim.facts, day.sim.now, "desk"))


def _asked(day: RandomDay, how: float) -> None:
    now, until = day.sim.now, day.sim.now + HOUR
    wishes: list[Callable[[], Event]] = [
        lambda: ask_level(day.zones, now, UNIT, how, "fm", until),
        lambda: ask_quiet(day.zones, now, "corridor", "fm", until),
        lambda: ask_hearing(day.zones, now, "room-1", "fm", until),
    ]
    day.try_to(wishes[int(how) % 3])


def _panic(day: RandomDay, how: float) -> None:
    if how > 45:
        day.sim.press("button", f"p{how}")
        day.note()
        day.silenced = day.silenced or day.sim.now


ACTS: tuple[Act, ...] = (
    _book,
    _book,
    lambda day, how: _book(day, how, "wedding"),
    _cancel,
    _heard,
    _heard,
    _present,
    _line("eye"),
    _line(EAR),
    _line(UNIT),
    _by_hand,
    _restart,
    _relief,
    _no_relief,
    _asked,
    _panic,
)
DAYS = st.lists(st.tuples(st.sampled_from(range(len(ACTS))), st.integers(0, 60), st.integers(1, 40)), min_size=4, max_size=16)


def lived(acts: list[tuple[int, int, int]], make: str = "usual") -> RandomDay:
    day = RandomDay(make)
    for act, how, minutes in acts:
        ACTS[act](day, float(how))
        day.until(day.sim.now + MINUTE * minutes)
    day.until(day.sim.now + HOUR)
    return day


@pytest.mark.parametrize("make", MAKES)
@settings(max_examples=4, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(DAYS)
def test_random_days(make: str, acts: list[tuple[int, int, int]]) -> None:
    lived(acts, make)


@pytest.mark.soak
@pytest.mark.parametrize("make", MAKES)
@settings(max_examples=300, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DAYS)
@pytest.mark.timeout(3600)
def test_many_random_days(make: str, acts: list[tuple[int, int, int]]) -> None:
    lived(acts, make)


def test_the_days_are_not_idle() -> None:
    """A day of them all, in which masking really moves both ways and falls silent."""
    day = lived(
        [(0, 10, 40), (6, 50, 20), (4, 20, 40), (12, 10, 30), (13, 0, 30), (9, 10, 20), (9, 50, 30), (11, 0, 10), (15, 60, 5)]
    )
    assert {after > before for _, before, after in day.steps()} == {True, False}
    assert day.muted
    assert any(isinstance(event, MaskingStepped) for event in day.events)
    assert not any(isinstance(event, MaskingTaken) for event in day.events), "what is found anew at each start is not kept"
