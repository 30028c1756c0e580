"""The file of people and programs: `users.json` in the data folder, for the owner's eyes only.

Not in the journal: what the journal says it says for ever, and hands over to auditors; who leaves must be forgotten, and no hash of
a password belongs into an export. A small file that is replaced whole needs no database: every version of it is complete, and one
look at its time and number says whether another one has come.
"""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from edge.errors import OurFault
from edge.people.roll import Roll
from edge.people.whole_files import MODE, replace_whole

FILE = "users.json"
_LOCK = "users.lock"

log = logging.getLogger("talonmies")

Seen = tuple[int, int, int] | None


class UnreadableRegister(OurFault):
    """The file is damaged, or may not be read."""


class Register:
    """The people of one data folder; the folder is made when the first comes. One process may change it while another runs."""

    def __init__(self, data: Path) -> None:
        self.folder = data
        self._path = data / FILE
        self._seen: Seen | str = "never"
        self._roll = Roll()

    def now(self) -> Roll:
        """As the file says at this moment. While it cannot be read, what it said before holds; before its first reading, nobody."""
        seen = self._look()
        if seen != self._seen:
            known = Roll(closed=True) if self._seen == "never" else self._roll
            self._seen = seen
            try:
                self._roll = self.read()
            except UnreadableRegister as error:
                log.error("%s Who has an account stays as it was.", error)
                self._roll = known
        return self._roll

    def read(self) -> Roll:
        """Raises UnreadableRegister."""
        try:
            return Roll.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return Roll()
        except (OSError, ValidationError) as error:
            # Not the error's own text: it quotes what it found.
            raise UnreadableRegister(f"The file {self._path} is damaged or cannot be read: restore it from a copy.") from error

    def change(self, how: Callable[[Roll], Roll]) -> None:
        """All of it or nothing; whoever changes it at the same time waits. Raises what `how` raises, and UnreadableRegister."""
        with self._locked():
            self._write(how(self.read()).model_dump_json(indent=1).encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)
        except OSError as error:
            raise UnreadableRegister(f"The folder {self.folder} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, body: bytes) -> None:
        try:
            replace_whole(self._path, body)
        except OSError as error:
            raise UnreadableRegister(f"The file {self._path} cannot be written: {error.strerror}.") from error

    def _look(self) -> Seen:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size
