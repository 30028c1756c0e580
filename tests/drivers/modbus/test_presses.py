"""A wired panic button end to end: each press is one event with one id, and its lamp is lit when it is on disk and not before."""

import asyncio
from dataclasses import replace

import pytest

from drivers.modbus.unit import TABLES, units_of
from drivers.virtual.device import Behaviour
from edge.events import Observed
from edge.points import PointId
from edge.problems import NONSENSE, refused
from edge.profiles.codecs import Number
from edge.profiles.modbus_table import OurHeartbeat, Point, Write
from tests.broker import until_async
from tests.drivers.modbus.line import BAY, BUTTON, MASKING, Bench, driving, makes_at, serving


def unanswered(b: Bench) -> tuple[str, ...]:
    return b.line.models[BUTTON].unanswered  # type: ignore[attr-defined, no-any-return]


async def test_a_press_is_urgent_and_answered_only_when_it_is_on_disk() -> None:
    async with serving(makes_at()) as (line, port), driving(line, makes_at(port)) as b:
        line.hosts[BUTTON].press()
        await until_async(lambda: len(b.heard.presses_of(BUTTON)) == 1)
        requests = line.units[20].requests
        await until_async(lambda: line.units[20].requests > requests + 6)
        assert len(unanswered(b)) == 1
        assert b.heard.urgent == [e for e in b.heard.of(Observed) if e.point == "pressed"]
        b.heard.commit()
        await until_async(lambda: unanswered(b) == ())
        # Again and again, also faster than anybody looks.
        line.hosts[BUTTON].press()
        line.hosts[BUTTON].press()
        await until_async(lambda: len(b.heard.presses_of(BUTTON)) == 3)
        b.heard.commit()
        await until_async(lambda: unanswered(b) == ())
        assert len(set(b.heard.presses_of(BUTTON))) == 3


async def test_a_controller_that_starts_again_finds_what_was_pressed_and_gives_it_the_same_id() -> None:
    async with serving(makes_at()) as (line, port):
        async with driving(line, makes_at(port)) as killed:
            line.hosts[BUTTON].press()
            await until_async(lambda: len(killed.heard.presses_of(BUTTON)) == 1)
        line.hosts[BUTTON].press()
        async with driving(line, makes_at(port), commits=True) as b:
            await until_async(lambda: len(b.heard.presses_of(BUTTON)) == 2)
            assert b.heard.presses_of(BUTTON)[0] == killed.heard.presses_of(BUTTON)[0]
            await until_async(lambda: unanswered(b) == ())


async def test_what_was_pressed_while_the_line_was_down_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.modbus.teller.LOST_AFTER_S", 0.5)
    async with serving(makes_at()) as (line, port), driving(line, makes_at(port), commits=True) as b:
        line.units[20].silent = True
        line.hosts[BUTTON].press()
        await b.hears(BUTTON, "link", False)
        assert b.heard.presses_of(BUTTON) == []
        line.units[20].silent = False
        await until_async(lambda: len(b.heard.presses_of(BUTTON)) == 1)
        await until_async(lambda: unanswered(b) == ())


async def test_a_count_that_makes_no_sense_loses_the_button_and_raises_no_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.modbus.teller.LOST_AFTER_S", 0.5)
    async with serving(makes_at()) as (line, port), driving(line, makes_at(port)) as b:
        line.units[20]._buttons[PointId(BUTTON, "pressed")].taken = 60_000
        await b.hears(BUTTON, "link", False)
        (told,) = b.heard.garbage(BUTTON)
        assert "a count of 0 presses after 60000" in told
        assert b.heard.presses_of(BUTTON) == []


async def test_a_heartbeat_that_stands_still_is_a_loss_although_everything_is_answered() -> None:
    async with serving(makes_at()) as (line, port), driving(line, makes_at(port)) as b:
        line.units[20].stuck = True
        await b.hears(BUTTON, "link", False)
        assert b.heard.garbage(BUTTON) == ["the unit's heartbeat stands still"]
        line.set(BUTTON, "tamper", True)
        requests = line.units[20].requests
        await until_async(lambda: line.units[20].requests > requests + 6)
        assert b.heard.values(BUTTON, "tamper") == [False]
        assert b.heard.values(MASKING, "link") == [True]
        line.units[20].stuck = False
        await b.hears(BUTTON, "tamper", True)
        assert b.heard.last(BUTTON, "link") is True


async def test_a_unit_is_shown_that_the_controller_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLES, "modbus.masking_unit", replace(TABLES["modbus.masking_unit"], our_heartbeat=OurHeartbeat(0, 0.1)))
    async with serving(makes_at()) as (line, port), driving(line, makes_at(port)) as b:
        before = line.units[7].values("holding")[0]
        await until_async(lambda: line.units[7].values("holding")[0] > before + 3)
        await asyncio.to_thread(b.driver.stop)
        stopped = line.units[7].values("holding")[0]
    unit = next(unit for unit in units_of(makes_at(), "line", 0.0) if unit.number == 7)
    unit.beaten_at, unit.beats = 0.0, stopped
    assert unit.beat(0.05) is None
    assert unit.beat(0.1) == Write("holding", 0, (stopped + 1,))


async def test_slow_points_are_read_at_their_own_pace() -> None:
    async with serving(makes_at()) as (line, port), driving(line, makes_at(port)):
        slow, fast = line.units[12].requests, line.units[14].requests
        await until_async(lambda: line.units[14].requests > fast + 12)
        # The dock has two blocks, each read every half second; the strike has one, read every 80 ms.
        assert line.units[12].requests - slow < line.units[14].requests - fast


async def test_a_bad_value_is_told_with_its_reason_and_the_same_good_one_after_it_again() -> None:
    async with serving(makes_at()) as (line, port), driving(line, makes_at(port)) as b:
        await b.hears(BAY, "terminal", f"terminal-{BAY}")
        line.units[12].exception = 4
        await until_async(lambda: b.heard.bad(BAY, "terminal") == [refused(4)])
        line.units[12].exception = 0
        await until_async(lambda: b.heard.values(BAY, "terminal") == [f"terminal-{BAY}"] * 2)


async def test_a_jammed_masking_unit_takes_the_order_and_does_not_follow() -> None:
    async with serving(makes_at()) as (line, port), driving(line, makes_at(port)) as b:
        await b.hears(MASKING, "level", 40.0)
        line.hosts[MASKING].behave(Behaviour.JAMMED)
        b.send(MASKING, 45.0, point="level")
        await until_async(lambda: b.heard.values(MASKING, "level") == [40.0, 40.0])
        assert b.heard.garbage(MASKING) == []
        line.hosts[MASKING].behave(Behaviour.OBEDIENT)
        b.send(MASKING, 45.0, point="level")
        await b.hears(MASKING, "level", 45.0)
        b.send(MASKING, True, point="muted")
        await b.hears(MASKING, "muted", True)


async def test_a_number_that_the_make_can_say_and_the_point_cannot_be_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    loose = Point("ambient", "input", 105, Number("u16", step=0.1), step=20)
    monkeypatch.setitem(TABLES, "modbus.masking_unit", replace(TABLES["modbus.masking_unit"], points={"masking-unit": (loose,)}))
    async with serving(makes_at()) as (line, port), driving(line, makes_at(port)) as b:
        await b.hears(MASKING, "ambient", 36.0)
        line.models[MASKING].says["ambient"] = 200.0
        monkeypatch.setattr(line.models[MASKING], "reports", list)
        await until_async(lambda: b.heard.bad(MASKING, "ambient") == [NONSENSE])
        assert b.heard.garbage(MASKING) == ["200.0 is outside 0..140"]
        assert b.heard.values(MASKING, "ambient") == [36.0]
