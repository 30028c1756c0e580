"""The examples of docs/terminals.md are loaded, its table of alarms is compared, so that they stay right."""

import re
from pathlib import Path

from edge import conditions
from edge.site.document import plain
from edge.site.reading import build_tree
from security.alarm_types import ALARM_TYPES
from tests.docs.snippets import code_blocks
from tests.edge.site.small_site import found

PAGE = Path("docs/terminals.md")


def test_the_example_fits_into_a_small_site() -> None:
    (example,) = code_blocks(PAGE, "yaml")
    root = build_tree(example.replace("room-1", "room")).root
    assert root is not None
    assert found(plain(root)) == []  # type: ignore[arg-type]


def test_the_levels_of_the_table_are_those_of_the_alarms() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d|notice) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: None if level == "notice" else int(level) for name, level in rows}
    of_terminals = [kind for kind in conditions.CONDITIONS if kind.startswith("terminal-")]
    assert set(told) == {*of_terminals, conditions.DOCK_TAMPER}
    assert told == {kind: ALARM_TYPES[kind].level for kind in told}
