"""Who is signed in to the consoles, across a restart of the controller: `sessions.json` in the data folder.

A guard whose controller starts again at night must see alarms and not a page that asks for a password. Nothing in the file opens
anything: of each session's secret it holds a digest. Not in the journal, for the reasons of the register.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from edge.people.roll import Kept
from edge.people.whole_files import replace_whole, sync_folder
from edge.site.fields import Id, Role

FILE = "sessions.json"

log = logging.getLogger("talonmies")


class KeptSession(Kept):
    """digest: of the secret that the browser keeps. standing: on what it rests, which may have changed meanwhile; None: on nothing,
    and it ends with the process."""

    digest: str = Field(repr=False)
    name: str
    role: Role
    agency: Id | None = None
    threatened: bool = False
    by_provider: bool = False
    standing: str | None = Field(None, repr=False)
    since: AwareDatetime
    ends: AwareDatetime


_KEPT = TypeAdapter(tuple[KeptSession, ...])


class SessionFile:
    """The sessions of one data folder. A thread of its own writes, so that a slow disk holds up neither alarms nor people."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE
        self._writing = ThreadPoolExecutor(1, "sessions")
        self._newest: Sequence[KeptSession] = ()
        self._written: Sequence[KeptSession] | None = None

    def read(self) -> tuple[KeptSession, ...]:
        """Nobody, where the file is not there or is damaged: then people sign in again."""
        try:
            return _KEPT.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError):
            # Not the error's own text: it quotes what it found.
            log.warning("The file %s is damaged or cannot be read: everybody has to sign in again.", self._path)
            return ()

    def keep(self, sessions: Sequence[KeptSession]) -> Future[None]:
        """These and no others. Done when it is so on disk; of several that wait, only the newest are written."""
        self._newest = sessions
        return self._writing.submit(self._write)

    def close(self) -> None:
        """What was to be kept is."""
        self._writing.shutdown()

    def _write(self) -> None:
        newest = self._newest
        if newest is self._written:
            return
        try:
            replace_whole(self._path, _KEPT.dump_json(tuple(newest), indent=1))
            self._written = newest
        except OSError as error:
            log.error("The file %s cannot be written (%s): a restart signs everybody out.", self._path, error.strerror)
            self._remove()

    def _remove(self) -> None:
        """Whoever has signed out must not be signed in again by an older version."""
        try:
            self._path.unlink(missing_ok=True)
            sync_folder(self._path.parent)
        except OSError as error:
            log.error("The file %s cannot be removed (%s): remove it by hand.", self._path, error.strerror)
