"""The process that reads feeds."""

import subprocess
import sys


def test_it_does_not_load_what_is_slow_to_load() -> None:
    """It starts for each change of a calendar; with these it would take twice as long to do so."""
    slow = "{'pydantic', 'asyncio', 'edge.site', 'edge.journal'}"
    words = [sys.executable, "-c", f"import sys, edge.calendars.reader; print(sorted({slow} & set(sys.modules)))"]
    assert subprocess.run(words, stdout=subprocess.PIPE, check=True, timeout=20).stdout == b"[]\n"
