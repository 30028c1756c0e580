"""The examples of docs/alarms.md are loaded, so that they stay right."""

from pathlib import Path
from typing import Any

import pytest

from edge.site.document import plain
from edge.site.reading import build_tree
from tests.docs.snippets import code_blocks
from tests.edge.site.small_site import found


def data(text: str) -> Any:
    root = build_tree(text).root
    assert root is not None
    return plain(root)


EXAMPLES = code_blocks(Path("docs/alarms.md"), "yaml")


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_each_example_fits_into_a_small_site(example: str) -> None:
    # The page speaks of room-1, where the small site has a room.
    assert found(data(example.replace("room-1", "room"))) == []
