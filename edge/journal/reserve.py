"""Room kept free for alarms: a file that takes space while there is plenty, and gives it back when the disk is full."""

import contextlib
import os
from pathlib import Path

SIZE = 8 * 1024 * 1024


class Reserve:
    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def spent(self) -> bool:
        return not self._path.exists()

    def fill(self) -> None:
        """Take the space, unless the disk is nearly full already."""
        if not self.spent:
            return
        with contextlib.suppress(OSError):  # no reserve is no reason not to run
            disk = os.statvfs(self._path.parent)
            if disk.f_bavail * disk.f_frsize > 2 * SIZE:
                self._take()

    def spend(self) -> bool:
        """Give the space back; False when that has been done already, or cannot be."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def _take(self) -> None:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(file, 0, SIZE)
        except OSError:
            self._path.unlink()
            raise
        finally:
            os.close(file)
