"""The tables in an SQLite file in WAL mode, so that readers and the one writer never wait for each other."""

import fcntl
import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, bindparam, event, func, select
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from kinolog.catalog.adapters.database import Database, transaction
from kinolog.catalog.domain.errors import RebuildRunning, StoreUnavailable

_BESIDE: Final = "beside"
_INODE: Final = "inode"


class SqliteDatabase(Database):
    def __init__(self, path: Path, *, busy_timeout_seconds: float) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(_engine(path, busy_timeout_seconds), schema=None)
        self._path = path
        self._busy_timeout_seconds = busy_timeout_seconds
        self._inode: int | None = None

    @property
    def hides_dropping(self) -> bool:
        return True

    def is_among(self, column: Column[str]) -> ColumnElement[bool]:
        return column.in_(select(func.json_each(bindparam("values")).table_valued("value").c.value))

    def values(self, values: Sequence[str]) -> str:
        return json.dumps(values)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """As always; and a file that was removed or replaced while it was open is let go of, not written to."""
        if self._inode is not None and self._inode != _inode(self._path):
            self._inode = None
            raise StoreUnavailable(f"the database file {self._path} was removed or replaced")
        async with super().begin() as connection:
            self._inode = self._inode or _inode(self._path)
            yield connection

    async def close(self) -> None:
        self._inode = None
        await super().close()

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[Database]:
        path = self._path.with_name(f"{self._path.name}.rebuild")
        with _locked(path.with_name(f"{path.name}.lock")):
            remove_files(path)
            database = SqliteDatabase(path, busy_timeout_seconds=self._busy_timeout_seconds)
            try:
                yield database
            finally:
                await database.close()
                remove_files(path)

    @asynccontextmanager
    async def joined_with(self, other: Database) -> AsyncIterator[tuple[AsyncConnection, str]]:
        """Copying beats renaming the file: a WAL database whose file is swapped under its readers is corrupted."""
        assert isinstance(other, SqliteDatabase)  # noqa: S101  # `beside` makes no other
        engine = _engine(self._path, self._busy_timeout_seconds, attached=other._path)
        try:
            async with transaction(engine) as connection:
                yield connection, _BESIDE
        finally:
            await engine.dispose()


def remove_files(path: Path) -> None:
    """An SQLite file and what belongs to it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _engine(path: Path, busy_timeout_seconds: float, *, attached: Path | None = None) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        connect_args={"timeout": busy_timeout_seconds},
        hide_parameters=True,  # Errors are logged, and rows may hold what no log should.
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # The driver's own idea of transactions leaves DDL outside of them.
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")  # What a power cut takes is folded again.
        if attached is not None:
            cursor.execute(f"ATTACH DATABASE ? AS {_BESIDE}", (str(attached),))
        cursor.close()
        record.info[_INODE] = _inode(path)

    @event.listens_for(engine.sync_engine, "checkout")
    def check(_: Any, record: ConnectionPoolEntry, __: Any) -> None:
        if record.info[_INODE] != _inode(path):
            raise DisconnectionError(f"{path} was removed or replaced")  # The pool closes this one and opens another.

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A copy reads before it writes, and SQLite refuses that to a reader whom a writer has overtaken meanwhile.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if attached is not None else "BEGIN")

    return engine


def _inode(path: Path) -> int | None:
    return os.stat(path).st_ino if path.exists() else None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Held by one process at a time; the kernel lets go of it however that ends."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RebuildRunning(f"another rebuild holds {path}: wait for it") from error
        yield
