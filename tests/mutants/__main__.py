"""`make mutants`: breaks the kernel in each way of `breaks.py` and the other `*_breaks.py`, one at a time in a copy; each
must turn a test red. `python -m tests.mutants WORDS` makes only those whose name, file or tests contain one of the words; a word
that is in none of them ends it with 2."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants.breaks import BREAKS, Break
from tests.mutants.commissioning_breaks import COMMISSIONING_BREAKS
from tests.mutants.device_breaks import DEVICE_BREAKS
from tests.mutants.door_breaks import DOOR_BREAKS
from tests.mutants.line_breaks import LINE_BREAKS
from tests.mutants.make_breaks import MAKE_BREAKS
from tests.mutants.panic_breaks import PANIC_BREAKS
from tests.mutants.radio_breaks import RADIO_BREAKS
from tests.mutants.restart_breaks import RESTART_BREAKS
from tests.mutants.server_breaks import SERVER_BREAKS
from tests.mutants.sound_breaks import SOUND_BREAKS

EVERY = (
    *(*BREAKS, *DOOR_BREAKS, *LINE_BREAKS, *PANIC_BREAKS, *RESTART_BREAKS, *DEVICE_BREAKS, *COMMISSIONING_BREAKS),
    *(*RADIO_BREAKS, *MAKE_BREAKS, *SERVER_BREAKS, *SOUND_BREAKS),
)
ROOT = Path(__file__).parent.parent.parent
COPIED = ("edge", "rooms", "security", "acoustics", "drivers", "api", "docs", "examples", "tests", "pyproject.toml")
CACHE = ".cache"
"""Programs that tests need besides, where the machine has them not."""
AT_ONCE = 2
PATIENCE_S = 180
PATIENCE_WITH_ALL_S = 1200
_NOTHING_TO_DO = 2
_FAILED = 1
"""What pytest returns when tests ran and some failed; anything else proves nothing."""


def main(words: Sequence[str] = ()) -> int:
    if unknown := [word for word in words if not any(word in _about(each) for each in EVERY)]:
        print(f"No break has {' or '.join(map(repr, unknown))} in its name, its files or its tests.", file=sys.stderr)
        return _NOTHING_TO_DO
    chosen = [each for each in EVERY if not words or any(word in _about(each) for word in words)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        whole = copy_to(Path(folder) / "whole")
        every = sorted({path for each in chosen for path in each.tests})
        if (code := run_tests(whole, every, PATIENCE_WITH_ALL_S)) != 0:
            print(f"the tests do not pass on the code as it is (pytest: {code}); mend that first")
            return 1
        with ThreadPoolExecutor(AT_ONCE) as pool:
            verdicts = list(pool.map(lambda numbered: verdict(Path(folder) / str(numbered[0]), numbered[1]), enumerate(chosen)))
    for each, problem in zip(chosen, verdicts, strict=True):
        print(f"{'ok  ' if problem is None else 'FAIL'}  {each.name:50}  {problem or 'noticed'}")
    failed = sum(problem is not None for problem in verdicts)
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _about(each: Break) -> str:
    return " ".join((each.name, *(path for path, _, _ in each.edits), *each.tests))


def verdict(folder: Path, each: Break) -> str | None:
    """What is wrong with a break or its tests; None when they notice it."""
    copy_to(folder)
    try:
        for path, text, instead in each.edits:
            file = folder / path
            code = file.read_text(encoding="utf-8")
            if (times := code.count(text)) != 1:
                return f"cannot be made any more: its text is {times} times in {path}"
            file.write_text(code.replace(text, instead), encoding="utf-8")
        result = run_tests(folder, each.tests)
    finally:
        shutil.rmtree(folder)
    if result == _FAILED:
        return None
    return "nobody noticed" if result == 0 else f"its tests did not run (pytest: {result})"


def copy_to(folder: Path) -> Path:
    folder.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis"))
        else:
            shutil.copy(source, folder / name)
    (folder / CACHE).symlink_to(ROOT / CACHE)
    return folder


def run_tests(folder: Path, tests: Sequence[str], patience_s: float = PATIENCE_S) -> int | str:
    """pytest's exit code. Run from the copy, which comes before the installed package on the path."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "not soak", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder)}
    try:
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=patience_s).returncode
    except subprocess.TimeoutExpired:
        return f"still running after {PATIENCE_S} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
