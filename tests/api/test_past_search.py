"""A search of the past finds what fits, each alarm once, page by page, and does not read on when it has enough."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from api import past_search
from api.alarm_truth import AlarmTruth
from api.past_search import Wanted, past_of, search
from api.port import JournalLine
from api.readers import Readers
from api.truth import Truth
from edge.conditions import DURESS
from edge.text import say
from security.alarms import AlarmAcknowledged, AlarmNoted, AlarmRaised
from tests.api.desk import MemoryDesk, busy_desk

SAID = say("It is so")


def told(desk: MemoryDesk, *unspoken: str) -> AlarmTruth:
    return AlarmTruth(Truth(desk, Readers(desk.site).of("en")), frozenset(unspoken))


@pytest.fixture
def desk() -> MemoryDesk:
    """Alarms 1 to 3 of a busy morning; the second came back twice."""
    desk = busy_desk()
    for _ in range(2):
        desk.report("masking-lobby", "tamper", False)
        desk.report("masking-lobby", "tamper", True)
        desk.wait(timedelta(seconds=5))
    return desk


def numbers(desk: MemoryDesk, wanted: Wanted, limit: int = 10) -> list[int]:
    return [alarm.number for alarm in search(desk, told(desk), wanted, limit).alarms]


def test_an_alarm_that_came_back_is_one_and_stands_where_it_began(desk: MemoryDesk) -> None:
    assert numbers(desk, Wanted()) == [3, 2, 1]
    alarm = past_of(desk, told(desk), 2)
    assert alarm is not None
    assert [step.what for step in alarm.steps].count("raised") == 3


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_pages_follow_one_another_without_gap_or_repetition(desk: MemoryDesk, limit: int) -> None:
    seen, before = [], None
    for _ in range(10):
        page = search(desk, told(desk), Wanted(), limit, before)
        seen += [alarm.number for alarm in page.alarms]
        before = page.before
        if before is None:
            break
    assert (seen, before) == ([3, 2, 1], None)


def test_a_word_is_sought_in_names_reasons_notes_and_people(desk: MemoryDesk) -> None:
    at = desk.clock.now()
    desk.happen(AlarmAcknowledged(at=at, number=1, by="Åsa Öberg"), AlarmNoted(at=at, number=3, by="X", note="Ei hätää"))
    for text, expected in (("ÅSA", [1]), (" hätä ", [3]), ("panic button", [3]), ("desk 3", [3]), ("nothing such", [])):
        assert numbers(desk, Wanted(text=text)) == expected, text
    assert numbers(desk, Wanted(level=1)) == [3]


def test_a_search_that_has_looked_at_much_says_how_far_it_came(desk: MemoryDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_search, "MOST_LOOKED_AT", 2)
    first = search(desk, told(desk), Wanted(kind="door-held-open"), 10)
    assert (list(first.alarms), first.looked_to is not None, first.before is not None) == ([], True, True)
    pages = [first]
    while (before := pages[-1].before) is not None:
        pages.append(search(desk, told(desk), Wanted(kind="door-held-open"), 10, before))
    assert [alarm.number for page in pages for alarm in page.alarms] == [1]


def test_a_full_page_reads_no_further(desk: MemoryDesk) -> None:
    read: list[int] = []

    class Watched(MemoryDesk):
        def journal_back(self, *args: object, **more: object) -> Iterator[JournalLine]:
            for line in super().journal_back(*args, **more):  # type: ignore[arg-type]
                read.append(line.seq)
                yield line

    watched = Watched()
    watched.journal = [AlarmRaised(at=desk.clock.t, number=n, type="tamper", subject="x", because=SAID) for n in range(1, 501)]
    found = search(watched, told(watched), Wanted(), 5)
    assert ([alarm.number for alarm in found.alarms], len(read)) == ([500, 499, 498, 497, 496], 6)


def test_an_alarm_under_duress_is_not_told_to_whoever_may_be_threatened(desk: MemoryDesk) -> None:
    at = desk.clock.now()
    desk.happen(AlarmRaised(at=at, number=9, type=DURESS, subject=desk.site.site.id, because=SAID))
    assert numbers(desk, Wanted())[0] == 9
    unaware = told(desk, DURESS)
    assert [alarm.number for alarm in search(desk, unaware, Wanted(), 10).alarms] == [3, 2, 1]
    assert past_of(desk, unaware, 9) is None
    assert past_of(desk, unaware, 99) is None
