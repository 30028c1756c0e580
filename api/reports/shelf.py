"""The reports that are kept: a folder for each month."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from api.report_port import KeptFile, KeptReport
from api.reports.digests import DIGESTS, SIGNATURE, listed
from api.reports.month import Month
from edge.errors import IllegalInput


class Shelf:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, month: Month) -> Path:
        return self._folder / str(month)

    def made_at(self, month: Month) -> datetime | None:
        try:
            return _made_at(self.place(month))
        except OSError:
            return None

    def note_made(self, month: Month, at: datetime) -> None:
        """By the clock that the report was made by. Raises OSError."""
        os.utime(self.place(month) / DIGESTS, (at.timestamp(), at.timestamp()))

    def kept(self) -> Sequence[KeptReport]:
        """The newest month first."""
        months = sorted(filter(None, map(_month, self._folder.iterdir())), reverse=True) if self._folder.is_dir() else []
        return [report for month in months if (report := self._report(month)) is not None]

    def file(self, month: Month, name: str) -> Path | None:
        """Only what stands in the report's list, or is the list or its signature."""
        folder = self.place(month)
        try:
            known = {each for each, _ in listed((folder / DIGESTS).read_bytes())}
        except OSError:
            return None
        path = folder / name
        return path if name in known | {DIGESTS, SIGNATURE} and path.is_file() else None

    def _report(self, month: Month) -> KeptReport | None:
        from api.reports.sealing import signer_of  # cryptography: only for who looks

        folder = self.place(month)
        try:
            digests = (folder / DIGESTS).read_bytes()
            files = [KeptFile(name, (folder / name).stat().st_size, digest) for name, digest in listed(digests)]
            made_at = _made_at(folder)
        except OSError:
            return None  # it is being replaced, or somebody took a part of it away
        return KeptReport(month, made_at, files, signer_of(folder))


def _made_at(folder: Path) -> datetime:
    return datetime.fromtimestamp((folder / DIGESTS).stat().st_mtime, UTC)


def _month(folder: Path) -> Month | None:
    try:
        return Month.of(folder.name)
    except IllegalInput:
        return None
