"""The inbox: presses first, telemetry coalesced, a turn bounded."""

import asyncio
import threading
from datetime import UTC, datetime

from edge.events import Observed
from edge.inbox import MOST_EVENTS, MOST_TELEMETRY, Inbox

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def observed(device: str, value: float) -> Observed:
    return Observed(at=NOW, device=device, point="ambient", value=value)


async def test_only_the_newest_telemetry_of_a_point_waits() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    for value in range(100):
        inbox.telemetry(observed("one", value))
    inbox.telemetry(observed("other", 1))
    assert [(event.device, event.value) for event in inbox.take().telemetry] == [("one", 99), ("other", 1)]
    assert (inbox.coalesced, inbox.waiting()) == (99, 0)


async def test_a_press_goes_before_whatever_waits_and_a_turn_is_bounded() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    for number in range(MOST_EVENTS + 10):
        inbox.event(observed("door", number))
        inbox.telemetry(observed(f"sensor-{number}", number))
    inbox.event(observed("button", 1), urgent=True)
    first = inbox.take()
    assert first.events[0].event.device == "button"  # type: ignore[attr-defined]
    assert len(first.events) <= MOST_EVENTS + 1
    assert len(first.telemetry) <= MOST_TELEMETRY
    taken = len(first.events) + len(first.telemetry)
    while inbox.waiting():
        await inbox.wait(None)
        batch = inbox.take()
        taken += len(batch.events) + len(batch.telemetry)
    assert taken == 2 * (MOST_EVENTS + 10) + 1


async def test_whatever_comes_from_another_thread_wakes_the_loop() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    for number in range(200):
        thread = threading.Thread(target=inbox.event, args=(observed("door", number),))
        thread.start()
        await asyncio.wait_for(inbox.wait(None), 5)
        assert len(inbox.take().events) == 1
        thread.join()


async def test_waiting_ends_with_the_deadline() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    await asyncio.wait_for(inbox.wait(0.01), 5)
    await asyncio.wait_for(inbox.wait(-1), 5)
    assert inbox.take().events == []
