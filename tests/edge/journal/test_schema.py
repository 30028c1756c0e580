"""Migrations: the old database or the new one, never something between (R14)."""

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from edge.errors import StartRefused
from edge.journal import Journal, schema
from tests.edge.journal.examples import raw, some_events

_NEXT = """
import sqlalchemy as sa
from alembic import op
revision = "v9001"
down_revision = "v0001"
def upgrade() -> None:
    with op.batch_alter_table("kept") as table:
        table.add_column(sa.Column("source", sa.String, nullable=True))
    op.execute("UPDATE kept SET source = 'migrated'")
    op.create_table("more", sa.Column("id", sa.Integer, primary_key=True))
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    with closing(Journal.open(tmp_path / "journal")) as journal:
        journal.append(some_events(20))
        journal.keep({"calendar-2f": "bookings"})
    return tmp_path / "journal" / "journal.db"


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """Our migrations, and one more that the future may bring."""
    scripts = shutil.copytree(schema.MIGRATIONS, tmp_path / "migrations")
    (scripts / "versions" / "v9001_source.py").write_text(_NEXT)
    return scripts


def test_the_revision_that_starts_ask_for_is_the_newest() -> None:
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_current_head() == schema.REVISION


def test_the_migrations_make_the_tables_that_the_program_uses(database: Path) -> None:
    engine = create_engine(f"sqlite:///{database}")
    ours = {"entries", "kept"}
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, type_, _: type_ != "table" or name in ours}
        )
        assert not [difference for difference in compare_metadata(context, SQLModel.metadata) if _of(difference) in ours]
    engine.dispose()


def _of(difference: tuple[object, ...]) -> object:
    return getattr(difference[1], "name", difference[2])


def test_a_migration_keeps_everything_and_a_backup_of_the_old(database: Path, scripts: Path) -> None:
    backup = schema.migrate(database, "v0001", scripts)
    assert backup == database.with_name("journal.db.backup-v0001")
    with closing(sqlite3.connect(database)) as new, closing(sqlite3.connect(backup)) as old:
        everything = "SELECT * FROM entries ORDER BY seq"
        assert new.execute(everything).fetchall() == old.execute(everything).fetchall()
        assert new.execute("SELECT name, source FROM kept").fetchall() == [("calendar-2f", "migrated")]
        assert [column[1] for column in old.execute("PRAGMA table_info(kept)")] == ["name", "body", "at"]
        assert new.execute("SELECT version_num FROM alembic_version").fetchall() == [("v9001",)]
        assert new.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert {path.stat().st_mode & 0o777 for path in (database, backup)} == {0o600}


def test_a_migration_is_not_done_under_a_reader(database: Path, scripts: Path) -> None:
    with raw(database.parent) as reader:
        reader.execute("SELECT count(*) FROM entries").fetchone()
        with pytest.raises(StartRefused, match="another program is reading it"):
            schema.migrate(database, "v0001", scripts)
    assert schema.migrate(database, "v0001", scripts).exists()


def test_a_kill_at_any_statement_leaves_the_old_or_the_new(database: Path, scripts: Path, tmp_path: Path) -> None:
    outcomes = []
    for statement in range(1, 100):
        copy = shutil.copytree(database.parent, tmp_path / f"kill-{statement}") / database.name
        killed = _migrate_and_die(copy, scripts, statement)
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("SELECT count(*) FROM entries").fetchone() == (20,)
            outcomes.append(connection.execute("SELECT version_num FROM alembic_version").fetchall())
        if not killed:
            break
        schema.migrate(copy, "v0001", scripts)
    assert outcomes[-1] == [("v9001",)]
    assert len(outcomes) > 5, "there was nothing to interrupt"
    assert all(outcome == [("v0001",)] for outcome in outcomes[:-1])


def _migrate_and_die(database: Path, scripts: Path, statement: int) -> bool:
    """Whether the n-th statement came, and with it the kill."""
    child = os.fork()
    if child == 0:
        left = iter(range(statement, 0, -1))

        @event.listens_for(Engine, "before_cursor_execute")
        def count(*_: object) -> None:
            if next(left) == 1:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            schema.migrate(database, "v0001", scripts)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
