"""Safety R12: five hundred random traces of what fobs, sensors, strangers and adapters do, and what must hold in each of them."""

from pathlib import Path

import pytest

from edge.conditions import PANIC_SOURCE_LOST
from tests.drivers.ble.air import FOB
from tests.drivers.ble.traces import Trace

TRACES = 500


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.soak if seed >= 6 else []) for seed in range(TRACES)])
def test_only_presses_that_were_made_count_and_no_silence_goes_untold(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = Trace(seed, tmp_path)
    monkeypatch.setattr("drivers.ble.radio._now", lambda: float(trace.now))
    trace.live()
    assert trace.books[FOB].taken or trace.holds(PANIC_SOURCE_LOST, FOB), "nothing is heard in this trace, and nobody is told"
