"""The high-water mark itself."""

from contextlib import closing
from pathlib import Path

import pytest

from edge.journal import mark
from edge.journal.chain import Head

ONE, TWO, THREE = (Head(number, f"{number:064x}") for number in (10, 20, 30))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.mark"
    with closing(mark.Mark(path)) as new:
        for head in (ONE, TWO, THREE):
            new.write(head)
    return path


def test_the_newest_and_the_one_before_are_read(path: Path) -> None:
    found = mark.read(path)
    assert found
    assert found.heads == (THREE, TWO)
    assert not found.closed


def test_a_mark_opened_again_goes_on(path: Path) -> None:
    with closing(mark.Mark(path)) as again:
        again.write(ONE, closed=True)
    found = mark.read(path)
    assert found
    assert (found.newest, found.closed) == (ONE, True)


def test_a_torn_write_leaves_the_mark_before(path: Path) -> None:
    whole = path.read_bytes()
    newest = 4096
    for place in range(newest, len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        found = mark.read(path)
        assert found
        assert found.heads == (TWO,)


def test_no_readable_slot_is_no_mark(path: Path) -> None:
    path.write_bytes(b"\0" * 8192)
    assert mark.read(path) is None
    path.unlink()
    assert mark.read(path) is None
