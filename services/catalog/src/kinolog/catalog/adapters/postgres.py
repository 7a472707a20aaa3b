"""The tables in a schema of a PostgreSQL database, which other programs may use as well."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from sqlalchemy import ARRAY, Column, ColumnElement, Text, any_, bindparam, func, select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.schema import DropSchema

from kinolog.catalog.adapters.database import Database, transaction, unavailable_for_now
from kinolog.catalog.domain.errors import RebuildRunning

_LIVE: Final = "kinolog_catalog"
_BESIDE: Final = "kinolog_catalog_rebuild"
# Any number will do as long as nobody else locks the same one in this database.
_REBUILD_LOCK: Final = 0x6B696E6F


class PostgresDatabase(Database):
    def __init__(self, engine: AsyncEngine, schema: str = _LIVE) -> None:
        super().__init__(engine, schema)

    @classmethod
    def open(cls, url: URL, *, timeout_seconds: float, pool_size: int) -> "PostgresDatabase":
        timeouts = {"timeout": timeout_seconds, "command_timeout": timeout_seconds}
        engine = create_async_engine(
            url, connect_args=timeouts, pool_size=pool_size, pool_pre_ping=True, hide_parameters=True
        )
        return cls(engine)

    @property
    def hides_dropping(self) -> bool:
        return False

    def is_among(self, column: Column[str]) -> ColumnElement[bool]:
        return column == any_(bindparam("values", type_=ARRAY(Text)))

    def values(self, values: Sequence[str]) -> Sequence[str]:
        return values

    def snapshot(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return transaction(self._engine.execution_options(isolation_level="REPEATABLE READ"))

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[Database]:
        async with self._rebuild_lock():
            await self._drop_beside()
            try:
                yield PostgresDatabase(self._engine, _BESIDE)
            finally:
                await self._drop_beside()

    @asynccontextmanager
    async def joined_with(self, other: Database) -> AsyncIterator[tuple[AsyncConnection, str]]:
        async with self.begin() as connection:
            yield connection, other.schema or _BESIDE

    @asynccontextmanager
    async def _rebuild_lock(self) -> AsyncIterator[None]:
        """Held by one session at a time; the server lets go of it when the session ends."""
        with unavailable_for_now():
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                if not await connection.scalar(select(func.pg_try_advisory_lock(_REBUILD_LOCK))):
                    raise RebuildRunning("another rebuild of the same tables is running: wait for it")
                try:
                    yield
                finally:
                    await connection.execute(select(func.pg_advisory_unlock(_REBUILD_LOCK)))

    async def _drop_beside(self) -> None:
        async with self.begin() as connection:
            await connection.execute(DropSchema(_BESIDE, cascade=True, if_exists=True))
