"""Small files of a data folder that are replaced whole, for the owner's eyes only: every version of one is complete."""

import os
from pathlib import Path

MODE = 0o600


def replace_whole(path: Path, body: bytes) -> None:
    """On disk when it returns. Raises OSError; then the version before is still there."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
