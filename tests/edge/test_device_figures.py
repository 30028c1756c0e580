"""What is counted of devices, from the events of a controller."""

from datetime import timedelta

from edge.conditions import BATTERY_LOW, DEVICE_LOST, PANIC_SOURCE_LOST
from edge.device_figures import DeviceFigures, Figures
from edge.events import CommandConfirmed, CommandOverdue, CommandSent, ConditionBegan, Event, GarbageReceived, Observed
from edge.points import Value
from edge.text import say
from tests.builders import MONDAY


def after(seconds: float) -> dict[str, object]:
    return {"at": MONDAY + timedelta(seconds=seconds), "device": "fan"}


def sent(seconds: float, value: Value = True, point: str = "on") -> Event:
    return CommandSent(point=point, value=value, epoch=1, seq=1, for_s=None, cause="x", because=say("X"), **after(seconds))


def confirmed(seconds: float, value: Value = True, point: str = "on") -> Event:
    return CommandConfirmed(point=point, value=value, seq=1, **after(seconds))


def counted(*events: Event) -> Figures:
    figures = DeviceFigures(["fan"])
    for event in events:
        figures.take(event)
    return figures.by_device["fan"]


def test_how_long_it_takes_counts_from_the_first_sending() -> None:
    found = counted(sent(0), sent(2), sent(6), confirmed(6.5), sent(10, False), confirmed(10.5, False))
    assert (found.commands, found.retries) == (2, 2)
    assert (found.obeyed.count, found.obeyed.total_s, found.obeyed.last_s, found.obeyed.longest_s) == (2, 7.0, 0.5, 6.5)


def test_another_command_begins_anew_and_points_are_counted_apart() -> None:
    found = counted(sent(0), sent(4, False), confirmed(5, False), sent(5, "x", "text"), confirmed(6, "x", "text"))
    assert (found.commands, found.retries, found.obeyed.total_s) == (3, 0, 2.0)


def test_a_clock_that_goes_back_makes_no_time_negative() -> None:
    assert counted(sent(5), confirmed(3)).obeyed.total_s == 0.0
    assert counted(confirmed(3)).obeyed.count == 0


def test_troubles() -> None:
    lost = [ConditionBegan(at=MONDAY, type=kind, subject="fan", because=say("X")) for kind in (DEVICE_LOST, PANIC_SOURCE_LOST)]
    found = counted(
        GarbageReceived(channel="c", problem="p", sample="s", **after(0)),
        Observed(point="on", value=None, bad="no answer", **after(1)),
        Observed(point="on", value=True, **after(2)),
        CommandOverdue(point="on", value=True, seq=1, reported=None, **after(3)),
        ConditionBegan(at=MONDAY, type=BATTERY_LOW, subject="fan", because=say("X")),
        *lost,
    )
    assert found == Figures(overdue=1, garbage=1, unusable=1, losses=2)


def test_what_the_site_file_does_not_know_is_not_counted() -> None:
    figures = DeviceFigures([])
    for event in (sent(0), confirmed(1), GarbageReceived(channel="c", problem="p", sample="s", **after(0))):
        figures.take(event)
    assert figures.by_device == {}
