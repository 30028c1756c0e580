"""Which shape the database has, and how an older one becomes the present one.

Everything is done to a copy that takes the database's place when it is whole: a kill at any moment leaves the old one or the
new one. Alembic is imported only when there is something to do, because a start must be quick.
"""

import os
import sqlite3
from pathlib import Path

from edge.errors import StartRefused
from edge.journal.folder import Damaged

REVISION = "v0001"
"""The newest migration; a test compares it with Alembic's own idea."""
MIGRATIONS = Path(__file__).parent / "migrations"


def revision_of(connection: sqlite3.Connection) -> str:
    """Raises Damaged for a database without our tables, sqlite3.DatabaseError for one that cannot be read."""
    objects = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
    if foreign := sorted(name for type_, name in objects if type_ in ("trigger", "view")):
        raise Damaged(f"holds what is not ours: {', '.join(foreign)}")
    if {("table", "entries"), ("table", "alembic_version")} - set(objects):
        raise Damaged("is damaged: its tables are gone")
    (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    return str(revision)


def create(database: Path) -> None:
    """A new database with nothing in it. Raises OSError, sqlite3.Error."""
    _remove_leftovers(database)
    new = _empty_file(_new(database))
    _upgrade(new, MIGRATIONS)
    _put_in_place(new, database)


def migrate(database: Path, revision: str, scripts: Path = MIGRATIONS) -> Path:
    """Bring a database of an older revision to the newest; nothing may have it open. Returns the backup of the old one.

    Raises StartRefused for a revision that this version does not know, OSError and sqlite3.Error where the disk fails.
    """
    _refuse_unknown(database, revision, scripts)
    _remove_leftovers(database)
    backup = _empty_file(database.with_name(f"{database.name}.backup-{revision}"))
    new = _empty_file(_new(database))
    source = sqlite3.connect(database)
    try:
        _copy(source, backup)
        _copy(source, new)
    finally:
        source.close()  # the last one out folds the write-ahead log into the database and removes it
    if Path(f"{database}-wal").exists():
        raise StartRefused(f"The journal in {database.parent} must be migrated, but another program is reading it: stop that first")
    _upgrade(new, scripts)
    _put_in_place(new, database)
    return backup


def _new(database: Path) -> Path:
    return database.with_name(f"{database.name}.new")


def _remove_leftovers(database: Path) -> None:
    for path in database.parent.glob(f"{_new(database).name}*"):
        path.unlink()


def _empty_file(path: Path) -> Path:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
    return path


def _copy(source: sqlite3.Connection, path: Path) -> None:
    target = sqlite3.connect(path)
    try:
        source.backup(target)
    finally:
        target.close()
    _sync(path)


def _refuse_unknown(database: Path, revision: str, scripts: Path) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory(str(scripts)).walk_revisions()}
    if revision not in known:
        raise StartRefused(
            f"The journal in {database.parent} was written by a newer version ({revision or 'unmarked'}): install that version"
        )


def _upgrade(path: Path, scripts: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import DBAPIError

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except DBAPIError as error:
        raise error.orig or error from error


def _put_in_place(new: Path, database: Path) -> None:
    _sync(new)
    new.replace(database)
    _sync(database.parent)


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
