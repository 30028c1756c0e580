"""Looking back into the journal without reading it whole."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from edge.journal import Entry, Journal
from edge.journal import journal as journals
from edge.text import say
from security.alarms import AlarmNoted, AlarmRaised
from tests.edge.journal.examples import NINE

KINDS = (AlarmRaised.kind, AlarmNoted.kind)


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    """Twelve alarms, one a minute, each with a note; read in pages of five."""
    monkeypatch.setattr(journals, "_PAGE", 5)
    with closing(Journal.open(tmp_path)) as journal:
        for n in range(1, 13):
            at = NINE + timedelta(minutes=n)
            raised = AlarmRaised(at=at, number=n, type="tamper", subject="cover", because=say("It is open"))
            journal.append([raised, AlarmNoted(at=at, number=n, by="M. Virtanen", note=f'Näin "{n}" 100%')])
        yield journal


def numbers(entries: Iterator[Entry]) -> list[int]:
    return [entry.body["number"] for entry in entries]


def test_the_newest_come_first_over_all_pages(journal: Journal) -> None:
    found = list(journal.newest_first(KINDS))
    assert [entry.seq for entry in found] == list(range(24, 0, -1))
    assert numbers(journal.newest_first((AlarmRaised.kind,))) == list(range(12, 0, -1))
    assert numbers(journal.newest_first((AlarmRaised.kind,), before=7)) == [3, 2, 1]
    start, end = (NINE + timedelta(minutes=n) for n in (3, 10))
    assert numbers(journal.newest_first((AlarmRaised.kind,), start=start, end=end)) == [9, 8, 7, 6, 5, 4, 3]


def test_what_is_about_a_number_is_found_and_nothing_else(journal: Journal) -> None:
    assert [(entry.seq, entry.kind) for entry in journal.about(KINDS, (2, 11, 99))] == [
        (3, "alarm-raised"),
        (4, "alarm-noted"),
        (21, "alarm-raised"),
        (22, "alarm-noted"),
    ]
    assert list(journal.about(KINDS, ())) == []


@pytest.mark.parametrize("words", ["näin", "NÄIN", '"7" 100%', "virtanen", "M. Virtanen"])
def test_no_number_with_the_words_is_missed(journal: Journal, words: str) -> None:
    assert 7 in journal.numbers_with((AlarmNoted.kind,), words)


@pytest.mark.parametrize("words", ["nothing", "it is open"])
def test_words_that_nobody_wrote_have_no_numbers(journal: Journal, words: str) -> None:
    assert journal.numbers_with((AlarmNoted.kind,), words) == frozenset()
