"""The folder of a journal: what lies in it, who holds it, and what a start must not walk past."""

import fcntl
import os
from pathlib import Path

from edge.errors import StartRefused

_HEADER = b"SQLite format 3\0"


class Damaged(Exception):
    """The database cannot be used as it is. Its text is the part of a sentence after "The journal in … "."""


class Folder:
    """Names of the files, and the lock on them. Created if missing; nobody but the owner may read it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / "journal.db"
        self.mark = path / "journal.mark"
        self.reserve = path / "journal.reserve"
        self._lock = path / "journal.lock"
        self._lock_file: int | None = None

    def lock(self) -> None:
        """Raises StartRefused when another process has it, or the folder cannot be written."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock_file = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.unlock()
            raise StartRefused(f"Another controller is running on the journal in {self.path}: stop it first") from error
        except OSError as error:
            self.unlock()
            raise StartRefused(f"The journal's folder {self.path} cannot be used: {error.strerror}") from error

    def unlock(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    @property
    def stale_journal(self) -> Path:
        """We never leave a rollback journal; SQLite would take one that lies here for newer than the database, and undo it."""
        return Path(f"{self.database}-journal")

    def check_files(self) -> None:
        """Look at the database from outside, before SQLite touches and perhaps changes it. Raises Damaged."""
        if self.stale_journal.exists():
            raise Damaged(f"has a stale {self.stale_journal.name} beside it, which would undo what is in it: move that file away")
        with self.database.open("rb") as file:
            if file.read(len(_HEADER)) != _HEADER:
                raise Damaged("is damaged: its first bytes are not those of a database")

    def set_aside(self) -> None:
        """Keep a damaged database under another name, for whoever may read something from it."""
        number = 1
        while (aside := self.path / f"damaged-{number}").exists():
            number += 1
        aside.mkdir(mode=0o700)
        for path in self.path.glob(f"{self.database.name}*"):
            path.rename(aside / path.name)
