"""Room kept free for alarms: a file that takes space while there is plenty, and gives it back when the disk is full."""

import contextlib
import os
from pathlib import Path

SIZE = 8 * 1024 * 1024
_NEEDED_TO_START = 1024 * 1024
"""SQLite makes its log and its index anew at each start."""


class Reserve:
    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def spent(self) -> bool:
        return not self._path.exists()

    def fill(self) -> None:
        """Take the space, unless the disk is nearly full already."""
        if self.spent and self._free() > 2 * SIZE:
            with contextlib.suppress(OSError):  # no reserve is no reason not to run
                self._take()

    def make_room(self) -> None:
        """Give the space back if there is too little to start with."""
        if self._free() < _NEEDED_TO_START:
            self.spend()

    def spend(self) -> bool:
        """Give the space back; False when that has been done already, or cannot be."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def _free(self) -> int:
        try:
            disk = os.statvfs(self._path.parent)
        except OSError:
            return 0
        return disk.f_bavail * disk.f_frsize

    def _take(self) -> None:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(file, 0, SIZE)
        except OSError:
            self._path.unlink()
            raise
        finally:
            os.close(file)
