"""The virtual devices as a process of their own: from where they take lines."""

import os
from pathlib import Path

from drivers.virtual.__main__ import tells_lines


def test_lines_come_from_a_pipe_and_not_from_nothing_or_a_file(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    (tmp_path / "lines").touch()
    with open(reading) as pipe, open(writing, "w"), open(os.devnull) as nothing, (tmp_path / "lines").open() as file:
        assert [tells_lines(source) for source in (pipe, nothing, file)] == [True, False, False]
