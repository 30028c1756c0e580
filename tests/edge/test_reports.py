"""Reports of the site that runs: each month's once, also after a day off, and never in the controller's way."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from api.reports.digests import DIGESTS
from api.reports.month import Month
from edge.refusal import Refusal
from edge.reports import FOLDER, MonthlyReports
from tests.api.reports.months import a_month, building, write
from tests.builders import DAY, HOUR, MINUTE, local

MIDNIGHT = local("2026-12-01 00:00")
NOVEMBER = Month(2026, 11)
# In place of plotting and layout, which take long: makes the folder, and counts how often it was asked.
STAND_IN = """
import json, pickle, sys
task = pickle.load(sys.stdin.buffer)
task.folder.mkdir(parents=True, exist_ok=True)
with (task.folder.parent / "made").open("a") as made:
    print(task.month, task.site.site.id, file=made)
(task.folder / "SHA256SUMS").write_text("")
print(json.dumps({"done": True}))
"""
FAILS = """
import json, sys
sys.stdin.buffer.read()
print(json.dumps({"failed": "the disk is full"}))
"""
DIES = "import sys; sys.stdin.buffer.read(); sys.exit(3)"
HANGS = "import sys, time; sys.stdin.buffer.read(); time.sleep(600)"


class Kept(MonthlyReports):
    """With a clock that a test sets."""

    def __init__(self, data: Path, program: str = STAND_IN, within_s: float = 30.0) -> None:
        self.t: datetime = MIDNIGHT
        super().__init__(data, lambda: self.t, within_s, (sys.executable, "-c", program))
        site = building()
        assert site.local
        assert site.bookable  # has worked out what cannot be sent
        self.serve_site(site)

    @property
    def made(self) -> list[str]:
        file = self._data / FOLDER / "made"
        return file.read_text().splitlines() if file.exists() else []


@pytest_asyncio.fixture
async def reports(tmp_path: Path) -> AsyncIterator[Kept]:
    kept = Kept(tmp_path)
    yield kept
    await kept.end()


async def test_the_last_month_is_made_once_when_it_is_settled(reports: Kept) -> None:
    for t in (MIDNIGHT - MINUTE, MIDNIGHT + HOUR, MIDNIGHT + 4 * HOUR, MIDNIGHT + 5 * HOUR, MIDNIGHT + 20 * DAY):
        reports.t = t
        await reports.look()
        expected = ["2026-11 test"] if t >= MIDNIGHT + 4 * HOUR else []
        # Before that, the month before it was due.
        assert [line for line in reports.made if line.startswith("2026-11")] == expected
    assert reports.made == ["2026-10 test", "2026-11 test"]


async def test_after_days_off_and_a_restart_it_is_made_all_the_same_and_not_again(reports: Kept, tmp_path: Path) -> None:
    reports.t = MIDNIGHT + 9 * DAY
    await reports.look()
    again = Kept(tmp_path)
    again.t = MIDNIGHT + 9 * DAY + HOUR
    await again.look()
    assert reports.made == ["2026-11 test"]


async def test_one_that_was_wanted_before_all_was_known_is_made_again(reports: Kept) -> None:
    for t in (MIDNIGHT - 10 * DAY, MIDNIGHT + HOUR):
        reports.t = t
        reports.begin(NOVEMBER, "Aino")
        await reports.finished()
    for hours in (4, 5):
        reports.t = MIDNIGHT + hours * HOUR
        await reports.look()
    assert reports.made == ["2026-11 test"] * 3
    assert [report.made_at for report in reports.kept()] == [MIDNIGHT + 4 * HOUR]


async def test_one_at_a_time_and_none_of_what_has_not_begun(reports: Kept) -> None:
    reports.begin(NOVEMBER, "Aino")
    assert (made := reports.making()) is not None
    assert (made.month, made.by, made.problem) == (NOVEMBER, "Aino", None)
    with pytest.raises(Refusal, match="is being made"):
        reports.begin(Month(2026, 10), "Aino")
    await reports.look()
    await reports.finished()
    assert reports.making() is None
    with pytest.raises(Refusal, match="has not begun"):
        reports.begin(Month(2026, 12).after, "Aino")
    assert reports.made == ["2026-11 test"]


@pytest.mark.parametrize(("program", "why"), [(FAILS, "{problem}"), (DIES, "log")])
async def test_a_failure_is_told_and_tried_again(tmp_path: Path, program: str, why: str) -> None:
    reports = Kept(tmp_path, program)
    reports.t = MIDNIGHT + DAY
    await reports.look()
    assert (made := reports.making()) is not None
    assert made.problem is not None
    assert why in made.problem.message
    reports._program = (sys.executable, "-c", STAND_IN)
    await reports.look()
    assert (reports.making(), reports.made) == (None, ["2026-11 test"])


async def test_one_that_hangs_is_ended(tmp_path: Path) -> None:
    reports = Kept(tmp_path, HANGS, within_s=0.5)
    reports.begin(NOVEMBER, "Aino")
    await reports.finished()
    assert (made := reports.making()) is not None
    assert made.problem is not None


async def test_the_controller_ends_it_when_it_stops(tmp_path: Path) -> None:
    reports = Kept(tmp_path, HANGS)
    reports.begin(NOVEMBER, "Aino")
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await reports.end()


@pytest.mark.soak
async def test_a_real_one(tmp_path: Path) -> None:
    reports = MonthlyReports(write(tmp_path / "data", *a_month()), lambda: MIDNIGHT + timedelta(hours=5))
    reports.serve_site(building())
    loop, held = asyncio.get_running_loop(), 0.0
    looking = asyncio.create_task(reports.look())
    while not looking.done():
        before = loop.time()
        await asyncio.sleep(0.02)
        held = max(held, loop.time() - before)
    (kept,) = reports.kept()
    assert kept.fingerprint is not None
    assert len(kept.files) == 13
    assert reports.file(NOVEMBER, DIGESTS) is not None
    assert reports.file(NOVEMBER, "../../report.key") is None
    assert held < 1.0
