"""How hard property tests try: `TALONMIES_EFFORT=20 make test ARGS=tests/security` looks twenty times as long."""

import os

import pytest
from hypothesis import settings

EFFORT = int(os.environ.get("TALONMIES_EFFORT", "1"))
LONGEST = (
    "tests/api/test_console_without_mouse.py",
    "tests/api/test_browser.py",
    "tests/system/test_program.py",
    "tests/scenarios/test_scenarios.py",
    "tests/system/",
    "tests/api/fuzz/",
    "tests/edge/kernel/test_machine.py",
    "tests/api/test_",
)

settings.register_profile("talonmies", deadline=None, print_blob=True, max_examples=100 * EFFORT)
settings.load_profile("talonmies")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest begin first, so that at the end no core waits for another's last one."""
    items.sort(key=lambda item: next((place for place, path in enumerate(LONGEST) if item.nodeid.startswith(path)), len(LONGEST)))
