"""A database with the catalog's tables: what SQLite and PostgreSQL do alike."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Final

import asyncpg  # type: ignore[import-untyped]  # It publishes no types.
from sqlalchemy import Column, ColumnElement, Dialect
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kinolog.catalog.domain.errors import StoreUnavailable

# Asking again cannot help with these: they are mistakes of ours.
_LASTING: Final = (DataError, IntegrityError, ProgrammingError)
_PASSING: Final = (DBAPIError, PoolTimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Database(ABC):
    """An engine and, on PostgreSQL, the schema that holds the tables."""

    def __init__(self, engine: AsyncEngine, schema: str | None) -> None:
        self._engine = engine.execution_options(schema_translate_map={None: schema}) if schema else engine
        self.schema = schema

    @property
    @abstractmethod
    def hides_dropping(self) -> bool:
        """Whether readers go on reading tables that a transaction drops, until it ends."""

    def begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One transaction. Raises StoreUnavailable when the database cannot be used at present."""
        return transaction(self._engine)

    def snapshot(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """One transaction for reading, all of whose statements see the same moment."""
        return self.begin()

    @property
    def dialect(self) -> Dialect:
        return self._engine.dialect

    async def close(self) -> None:
        await self._engine.dispose()

    @abstractmethod
    def is_among(self, column: Column[str]) -> ColumnElement[bool]:
        """That a column holds one of the parameter `values`: one statement for any number of them."""

    @abstractmethod
    def values(self, values: Sequence[str]) -> Any:
        """What the parameter `values` takes."""

    @abstractmethod
    def beside(self) -> AbstractAsyncContextManager["Database"]:
        """An empty database next to this one, gone at the end. Raises RebuildRunning while somebody else has it."""

    @abstractmethod
    def joined_with(self, other: "Database") -> AbstractAsyncContextManager[tuple[AsyncConnection, str]]:
        """A transaction here that sees the tables of the database beside, too: under the schema that is returned."""


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    with unavailable_for_now():
        async with engine.begin() as connection:
            yield connection


@contextmanager
def unavailable_for_now() -> Iterator[None]:
    """Turn what may pass into StoreUnavailable."""
    try:
        yield
    except _LASTING:
        raise
    except _PASSING as error:
        raise StoreUnavailable(f"the database cannot be used at present: {error}") from error
