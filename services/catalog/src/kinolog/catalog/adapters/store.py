"""Where the rows are: a batch of events and the checkpoint after it are written in one transaction, or not at all."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Set
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, MetaData, Row, bindparam, delete, insert, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateSchema, CreateTable

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.rows import Pair, Rows, to_folded
from kinolog.catalog.adapters.tables import CHECKPOINT, METADATA, QUARANTINE, TABLES, indexes_in_order, schema_digest
from kinolog.catalog.domain.folding import Fold, Folded, Key, Quarantined
from kinolog.catalog.domain.recent import Recent
from kinolog.catalog.domain.storable import storable_value
from kinolog.common.ids import new_id
from kinolog.common.log import Checkpoint

_REASON_CHARACTERS: Final = 2_000

_TOUCH: Final = update(CHECKPOINT).values(sequence=CHECKPOINT.c.sequence).returning(CHECKPOINT)
_WRITTEN: Final = ("sequence", "event_id", "stream_created", "tables_id", "quarantined")
_WRITE: Final = update(CHECKPOINT).values({name: bindparam(name) for name in _WRITTEN})
_ROW_TABLES: Final = tuple(table for table in METADATA.sorted_tables if table is not CHECKPOINT)


class SqlStore:
    """`recent_aggregates` is how many are remembered, so that their rows need not be read back.

    A store that is not indexed is one to write to: nobody asks it for lists.
    """

    def __init__(self, database: Database, *, recent_aggregates: int = 2_000, is_indexed: bool = True) -> None:
        self._database = database
        self._recent_aggregates = recent_aggregates
        self._is_indexed = is_indexed
        self._recent = Recent(recent_aggregates)
        self._rows = {kind: Rows(kind, database.dialect, database.schema) for kind in TABLES}

    async def is_current(self) -> bool:
        """Whether there are tables, made by a release that has the same ones and reads the same events."""
        async with self._database.begin() as connection:
            return await _is_current(connection, self._database.schema)

    async def create(self, checkpoint: Checkpoint) -> None:
        """Make empty tables."""
        async with self._database.begin() as connection:
            await _create_tables(connection, self._database.schema, checkpoint)
            if self._is_indexed:
                await _create_indexes(connection)

    async def checkpoint(self) -> Checkpoint:
        return (await self.mark()).checkpoint

    async def mark(self) -> "Mark":
        async with self._database.begin() as connection:
            return _to_mark((await connection.execute(select(CHECKPOINT))).one())

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["SqlTransaction"]:
        """Only one of these goes on at a time, in any process: it begins with the lock on the checkpoint."""
        async with self._database.begin() as connection:
            found = await _lock_checkpoint(connection)
            transaction = SqlTransaction(self._database, connection, found, self._recent, self._rows)
            yield transaction
        self._recent.remember(transaction.written, before=found, after=transaction.mark)

    @asynccontextmanager
    async def beside(self) -> AsyncIterator["SqlStore"]:
        """Another store next to this one, without tables yet, gone at the end. Raises RebuildRunning."""
        async with self._database.beside() as database:
            yield SqlStore(database, recent_aggregates=self._recent_aggregates, is_indexed=False)

    async def adopt(self, other: "SqlStore", log_end: Callable[[], Awaitable[int]]) -> bool:
        """Take over all rows of the store beside in one transaction, so that no reader sees anything in between.

        Refuses, by False, when this store has meanwhile come further in the same log. The log may grow, and this store
        with it, until the lock is taken: an end that was asked for sooner would make its rows look like another log's.
        """
        async with self._database.joined_with(other._database) as (connection, schema):
            theirs = await other.mark()
            is_current = await _is_current(connection, self._database.schema)
            if is_current:
                mine = await _lock_checkpoint(connection)
                if await _is_further(mine.checkpoint, theirs.checkpoint, log_end):
                    return False
            if is_current and not self._database.hides_dropping:
                # The row of the checkpoint stays: whoever waits for its lock would find none in its place.
                await _empty_tables(connection)
                await _copy_rows(connection, schema)
                await _write_mark(connection, theirs)
            else:  # The quick way: an index is made faster than kept.
                await _create_tables(connection, self._database.schema, theirs.checkpoint)
                await _copy_rows(connection, schema)
                await _write_mark(connection, theirs)
                await _create_indexes(connection)
        return True


class Mark(NamedTuple):
    """What the row of the checkpoint says: no two different states of the tables share one."""

    checkpoint: Checkpoint
    tables_id: str
    quarantined: int


class SqlTransaction:
    """`written` is what will have been written, and `mark` where that leaves the rows, when it ends well."""

    def __init__(
        self,
        database: Database,
        connection: AsyncConnection,
        mark: Mark,
        recent: Recent,
        rows: Mapping[str, Rows],
    ) -> None:
        self._database = database
        self._connection = connection
        self._recent = recent
        self._rows = rows
        self.mark = mark
        self.written: Mapping[Key, Folded] = {}

    @property
    def checkpoint(self) -> Checkpoint:
        return self.mark.checkpoint

    async def known(self, keys: Iterable[Key]) -> dict[Key, Folded]:
        asked = set(keys)
        remembered = self._recent.known(asked, self.mark)
        found = {key: folded for key, folded in remembered.items() if folded.exists}
        for kind, ids in _by_kind(asked - remembered.keys()):
            statement = select(TABLES[kind]).where(self._database.is_among(TABLES[kind].c.id))
            rows = await self._connection.execute(statement, {"values": self._database.values(ids)})
            found |= {Key(kind, row["id"]): to_folded(kind, dict(row)) for row in rows.mappings()}
        return found

    async def frozen(self, keys: Iterable[Key]) -> Set[Key]:
        if not self.mark.quarantined:
            return set()
        found: set[Key] = set()
        for kind, ids in _by_kind(keys):
            of_kind = (QUARANTINE.c.kind == kind) & self._database.is_among(QUARANTINE.c.aggregate_id)
            statement = select(QUARANTINE.c.aggregate_id).where(of_kind).distinct()
            rows = await self._connection.execute(statement, {"values": self._database.values(ids)})
            found |= {Key(kind, aggregate_id) for aggregate_id in rows.scalars()}
        return found

    async def write(self, fold: Fold, checkpoint: Checkpoint) -> None:
        await self._write_rows(fold)
        await self._remove_rows(key for key, folded in fold.changed.items() if not folded.exists)
        if fold.quarantined:
            await self._connection.execute(insert(QUARANTINE), [_quarantine_row(entry) for entry in fold.quarantined])
        self.mark = Mark(checkpoint, self.mark.tables_id, self.mark.quarantined + len(fold.quarantined))
        self.written = fold.changed
        await _write_mark(self._connection, self.mark)

    async def _write_rows(self, fold: Fold) -> None:
        pairs: dict[str, list[Pair]] = defaultdict(list)
        for key, folded in fold.changed.items():
            if folded.exists:
                pairs[key.kind].append((folded, fold.known.get(key)))
        for kind, of_kind in pairs.items():
            for statement, rows in self._rows[kind].writes(of_kind):
                await self._connection.exec_driver_sql(statement, rows)

    async def _remove_rows(self, keys: Iterable[Key]) -> None:
        for kind, ids in _by_kind(keys):
            statement = delete(TABLES[kind]).where(self._database.is_among(TABLES[kind].c.id))
            await self._connection.execute(statement, {"values": self._database.values(ids)})


def _by_kind(keys: Iterable[Key]) -> Iterable[tuple[str, list[str]]]:
    ids: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        ids[key.kind].append(key.id)
    return ids.items()


def _quarantine_row(entry: Quarantined) -> dict[str, Any]:
    words = {
        "kind": entry.key.kind,
        "aggregate_id": entry.key.id,
        "subject": entry.subject,
        "reason": entry.reason[:_REASON_CHARACTERS],
    }
    return {"sequence": entry.sequence, **storable_value(words)}


async def _lock_checkpoint(connection: AsyncConnection) -> Mark:
    """Read it by writing it: that takes the lock on both engines, and no other writer can come in between."""
    return _to_mark((await connection.execute(_TOUCH)).one())


async def _write_mark(connection: AsyncConnection, mark: Mark) -> None:
    told = {"tables_id": mark.tables_id, "quarantined": mark.quarantined}
    await connection.execute(_WRITE, {**asdict(mark.checkpoint), **told})


def _to_mark(row: Row[Any]) -> Mark:
    checkpoint = Checkpoint(sequence=row.sequence, event_id=row.event_id, stream_created=row.stream_created)
    return Mark(checkpoint, row.tables_id, row.quarantined)


async def _is_further(mine: Checkpoint, theirs: Checkpoint, log_end: Callable[[], Awaitable[int]]) -> bool:
    if mine.stream_created != theirs.stream_created or mine.sequence <= theirs.sequence:
        return False
    return mine.sequence <= await log_end()


async def _is_current(connection: AsyncConnection, schema: str | None) -> bool:
    def has_checkpoint(synchronous: Connection) -> bool:
        return inspect(synchronous).has_table(CHECKPOINT.name, schema=schema)

    if not await connection.run_sync(has_checkpoint):
        return False
    return bool(await connection.scalar(select(CHECKPOINT.c.schema_digest)) == schema_digest())


async def _create_tables(connection: AsyncConnection, schema: str | None, checkpoint: Checkpoint) -> None:
    """Empty tables, without indexes, in place of any that were there before."""
    if schema is not None:
        await connection.execute(CreateSchema(schema, if_not_exists=True))
    await connection.run_sync(METADATA.drop_all)
    for table in METADATA.sorted_tables:
        await connection.execute(CreateTable(table))
    marks = {"schema_digest": schema_digest(), "tables_id": new_id("tab"), "quarantined": 0}
    await connection.execute(insert(CHECKPOINT), {"id": 1, **asdict(checkpoint), **marks})


async def _create_indexes(connection: AsyncConnection) -> None:
    for table in METADATA.sorted_tables:
        for index in indexes_in_order(table):
            await connection.execute(CreateIndex(index))


async def _empty_tables(connection: AsyncConnection) -> None:
    for table in _ROW_TABLES:
        await connection.execute(delete(table))


async def _copy_rows(connection: AsyncConnection, schema: str) -> None:
    for table in _ROW_TABLES:
        names = [column.name for column in table.columns]
        source = table.to_metadata(MetaData(), schema=schema)
        await connection.execute(insert(table).from_select(names, select(source)))
