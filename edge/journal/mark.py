"""The high-water mark: how far the journal had come, kept outside its database.

SQLite opens a file whose tail is gone without a word. The mark is written after each commit, so it is never ahead of the
journal, and a journal that is behind its mark has lost something. Two slots take turns: a torn write spoils only one.
"""

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from edge.journal.chain import Head

_MAGIC = b"TMARK001"
_RECORD = struct.Struct(">8sQQ32s?")
_CHECKSUM = struct.Struct(">I")
_SLOT = 4096
"""Bytes between the slots: never in the same block of the disk."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the mark says. heads: of the readable slots, newest first. closed: nothing may have been added since."""

    count: int
    heads: tuple[Head, ...]
    closed: bool

    @property
    def newest(self) -> Head:
        return self.heads[0]


def read(path: Path) -> Reading | None:
    """None where the file is missing or no slot of it is readable."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    slots = sorted(filter(None, (_unpack(data[start : start + _SLOT]) for start in (0, _SLOT))), reverse=True)
    return Reading(slots[0][0], tuple(head for _, head, _ in slots), slots[0][2]) if slots else None


def _unpack(slot: bytes) -> tuple[int, Head, bool] | None:
    record, checksum = slot[: _RECORD.size], slot[_RECORD.size : _RECORD.size + _CHECKSUM.size]
    if len(checksum) < _CHECKSUM.size or _CHECKSUM.unpack(checksum)[0] != zlib.crc32(record):
        return None
    magic, count, seq, digest, closed = _RECORD.unpack(record)
    return (count, Head(seq, digest.hex()), closed) if magic == _MAGIC else None


class Mark:
    """The open mark of a running journal."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        present = read(path)
        self._count = present.count if present else 0
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def write(self, head: Head, *, closed: bool = False) -> None:
        """Raises OSError. Not synced: a power cut may leave an older mark, which is no lie."""
        self._count += 1
        record = _RECORD.pack(_MAGIC, self._count, head.seq, bytes.fromhex(head.hash), closed)
        os.pwrite(self._file, record + _CHECKSUM.pack(zlib.crc32(record)), self._count % 2 * _SLOT)

    def write_both(self, head: Head) -> None:
        """Begin anew from `head`, so that no slot remembers another past. Raises OSError."""
        self.write(head)
        self.write(head)
        self.sync()

    def sync(self) -> None:
        """Raises OSError."""
        os.fsync(self._file)

    def close(self) -> None:
        os.close(self._file)
