"""When the disk does not do its part."""

import sqlite3

from sqlalchemy.exc import DBAPIError

from edge.errors import DeviceFault


class JournalFailed(DeviceFault):
    """Nothing of this append was kept; a later one works again as soon as the disk does."""


_SENTENCES = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the disk is read-only",
    "SQLITE_IOERR": "the disk gave an input or output error",
    "SQLITE_CANTOPEN": "the file cannot be opened",
    "SQLITE_BUSY": "another program holds the file",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_NOTADB": "the file is damaged",
}


def translated(error: DBAPIError) -> JournalFailed:
    cause = error.orig
    name = getattr(cause, "sqlite_errorname", "")
    sentence = next((text for code, text in _SENTENCES.items() if name.startswith(code)), str(cause))
    return JournalFailed(f"The journal could not be written: {sentence}")


def needs_new_connection(error: DBAPIError) -> bool:
    """A connection opened while the disk was read-only or away stays so; a full disk needs the files it already has."""
    cause = error.orig
    name = getattr(cause, "sqlite_errorname", "")
    return not isinstance(cause, sqlite3.Error) or name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_NOTADB"))


def disk_is_full(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlite_errorname", "") == "SQLITE_FULL"
