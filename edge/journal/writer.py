"""The one connection that writes: each call is one durable transaction, or nothing."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import DBAPIError

from edge.journal import connections
from edge.journal.failures import disk_is_full, needs_new_connection, translated
from edge.journal.reserve import Reserve

Statement = tuple[Executable, Sequence[Mapping[str, Any]]]


class Writer:
    """sure: the last transaction went well, so what the caller remembers is what is stored."""

    def __init__(self, database: Path, reserve: Reserve) -> None:
        self._engine = connections.writer(database)
        self._reserve = reserve
        self._connection: Connection | None = None
        self.sure = False

    def commit(self, *statements: Statement) -> None:
        """Raises JournalFailed. On a full disk the reserve is given up first."""
        try:
            self._transaction(statements)
        except DBAPIError as error:
            if not (disk_is_full(error) and self._reserve.spend()):
                raise translated(error) from error
            self._again(statements)

    def _again(self, statements: Sequence[Statement]) -> None:
        try:
            self._transaction(statements)
        except DBAPIError as error:
            raise translated(error) from error

    def connection(self) -> Connection:
        """For reads that must see what the writer sees. Raises DBAPIError."""
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def close(self) -> None:
        self._drop()
        self._engine.dispose()

    def _transaction(self, statements: Sequence[Statement]) -> None:
        self.sure = False
        try:
            connection = self.connection()
            for statement, parameters in statements:
                connection.execute(statement, parameters or None)
            connection.commit()
        except DBAPIError as error:
            self._undo(error)
            raise
        self.sure = True

    def _undo(self, error: DBAPIError) -> None:
        try:
            if self._connection is not None:
                self._connection.rollback()
        except DBAPIError:
            self._drop()
        if needs_new_connection(error):
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(DBAPIError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None
