"""The inbox: presses first, telemetry coalesced, a turn bounded."""

import asyncio
import threading
from datetime import UTC, datetime

from edge.events import Observed
from edge.inbox import GATHER_S, MOST_EVENTS, MOST_TELEMETRY, Inbox

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


async def test_telemetry_is_gathered_and_an_event_is_not_kept_waiting_by_it() -> None:
    inbox = Inbox(asyncio.get_running_loop())
    inbox.telemetry(observed("sensor", 1))
    began = asyncio.get_running_loop().time()
    await asyncio.wait_for(inbox.wait(None), 5)
    assert asyncio.get_running_loop().time() - began >= GATHER_S * 0.9
    assert len(inbox.take().telemetry) == 1
    inbox.telemetry(observed("sensor", 2))
    inbox.event(observed("button", 1), urgent=True)
    await asyncio.wait_for(inbox.wait(None), GATHER_S * 0.5)
    with_press = inbox.take()
    assert (len(with_press.events), with_press.telemetry) == (1, [])
    await asyncio.wait_for(inbox.wait(None), 5)
    assert len(inbox.take().telemetry) == 1


async def test_no_value_is_forgotten_while_others_are_taken() -> None:
    """A value that comes in the very moment of a look asks for another one."""
    inbox = Inbox(asyncio.get_running_loop())
    last = 20_000

    def sensor() -> None:
        for value in range(last + 1):
            inbox.telemetry(observed("sensor", value))

    sending = asyncio.create_task(asyncio.to_thread(sensor))
    seen: object = None
    while seen != last:
        await asyncio.wait_for(inbox.wait(None), 5)
        seen = next((event.value for event in inbox.take().telemetry), seen)
    await sending
