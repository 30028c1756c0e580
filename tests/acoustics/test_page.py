"""What docs/acoustics.md shows is what comes out."""

from pathlib import Path

import pytest

from tests.docs.snippets import code_blocks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "acoustics.md"


def test_the_example_of_the_page() -> None:
    (example,) = code_blocks(PAGE, "python")
    names: dict[str, object] = {}
    exec(compile(example, PAGE.name, "exec"), names)  # noqa: S102
    assert names["overheard"] == pytest.approx(0.25, abs=0.005)
    assert names["needed"] == pytest.approx(34.9, abs=0.05)
    assert names["out_of_reach"] is None
