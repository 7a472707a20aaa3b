"""Where the rows are: a batch of events and the checkpoint after it are written in one transaction, or not at all."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Set
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import Connection, MetaData, Row, Table, delete, insert, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateSchema

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.rows import to_folded, to_row
from kinolog.catalog.adapters.tables import CHECKPOINT, METADATA, QUARANTINE, TABLES, schema_digest
from kinolog.catalog.domain.folding import Fold, Folded, Key, Quarantined
from kinolog.catalog.domain.storable import storable_value
from kinolog.common.log import Checkpoint

# Below what a statement of either engine takes as parameters.
_IDS_PER_STATEMENT: Final = 500
_REASON_CHARACTERS: Final = 2_000


class SqlStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_current(self) -> bool:
        """Whether there are tables, made by a release that has the same ones and reads the same events."""
        async with self._database.begin() as connection:
            return await _is_current(connection, self._database.schema)

    async def create(self, checkpoint: Checkpoint) -> None:
        """Make empty tables."""
        async with self._database.begin() as connection:
            await _create_tables(connection, self._database.schema)
            await _write_checkpoint(connection, checkpoint)

    async def checkpoint(self) -> Checkpoint:
        async with self._database.begin() as connection:
            return _to_checkpoint((await connection.execute(select(CHECKPOINT))).one())

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["SqlTransaction"]:
        """Only one of these goes on at a time, in any process: it begins with the lock on the checkpoint."""
        async with self._database.begin() as connection:
            yield SqlTransaction(connection, await _lock_checkpoint(connection))

    @asynccontextmanager
    async def beside(self) -> AsyncIterator["SqlStore"]:
        """Another store next to this one, without tables yet, gone at the end. Raises RebuildRunning."""
        async with self._database.beside() as database:
            yield SqlStore(database)

    async def adopt(self, other: "SqlStore", log_end: int) -> bool:
        """Take over all rows of the store beside in one transaction, so that no reader sees anything in between.

        Refuses, by False, when this store has meanwhile come further in the same log.
        """
        async with self._database.joined_with(other._database) as (connection, schema):
            if await _is_current(connection, self._database.schema):
                mine, theirs = await _lock_checkpoint(connection), await other.checkpoint()
                if mine.stream_created == theirs.stream_created and theirs.sequence < mine.sequence <= log_end:
                    return False
                await _empty_tables(connection)  # Unlike dropping them, this keeps nobody from reading.
            else:
                await _create_tables(connection, self._database.schema)
            await _copy_rows(connection, schema)
        return True


class SqlTransaction:
    def __init__(self, connection: AsyncConnection, checkpoint: Checkpoint) -> None:
        self._connection = connection
        self.checkpoint = checkpoint

    async def known(self, keys: Iterable[Key]) -> dict[Key, Folded]:
        found: dict[Key, Folded] = {}
        for kind, ids in _by_kind(keys):
            table = TABLES[kind]
            for row in (await self._connection.execute(select(table).where(table.c.id.in_(ids)))).mappings():
                found[Key(kind, row["id"])] = to_folded(kind, dict(row))
        return found

    async def frozen(self, keys: Iterable[Key]) -> Set[Key]:
        found: set[Key] = set()
        for kind, ids in _by_kind(keys):
            of_kind = (QUARANTINE.c.kind == kind) & QUARANTINE.c.aggregate_id.in_(ids)
            rows = await self._connection.execute(select(QUARANTINE.c.aggregate_id).where(of_kind).distinct())
            found |= {Key(kind, aggregate_id) for aggregate_id in rows.scalars()}
        return found

    async def write(self, fold: Fold, checkpoint: Checkpoint) -> None:
        for kind, ids in _by_kind(fold.changed):
            table = TABLES[kind]
            await self._connection.execute(delete(table).where(table.c.id.in_(ids)))
            changed = (fold.changed[Key(kind, each)] for each in ids)
            await self._insert(table, [to_row(kind, folded) for folded in changed if folded.exists])
        await self._insert(QUARANTINE, [_quarantine_row(entry) for entry in fold.quarantined])
        await _write_checkpoint(self._connection, checkpoint)

    async def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            await self._connection.execute(insert(table), rows)


def _by_kind(keys: Iterable[Key]) -> Iterator[tuple[str, list[str]]]:
    """The ids of each kind, in portions that fit into one statement."""
    ids: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        ids[key.kind].append(key.id)
    for kind, of_kind in ids.items():
        for start in range(0, len(of_kind), _IDS_PER_STATEMENT):
            yield kind, of_kind[start : start + _IDS_PER_STATEMENT]


def _quarantine_row(entry: Quarantined) -> dict[str, Any]:
    words = {
        "kind": entry.key.kind,
        "aggregate_id": entry.key.id,
        "subject": entry.subject,
        "reason": entry.reason[:_REASON_CHARACTERS],
    }
    return {"sequence": entry.sequence, **storable_value(words)}


async def _lock_checkpoint(connection: AsyncConnection) -> Checkpoint:
    """Read it by writing it: that takes the lock on both engines, and no other writer can come in between."""
    touch = update(CHECKPOINT).values(sequence=CHECKPOINT.c.sequence).returning(CHECKPOINT)
    return _to_checkpoint((await connection.execute(touch)).one())


async def _write_checkpoint(connection: AsyncConnection, checkpoint: Checkpoint) -> None:
    await connection.execute(
        update(CHECKPOINT).values(
            sequence=checkpoint.sequence,
            event_id=checkpoint.event_id,
            stream_created=checkpoint.stream_created,
        )
    )


def _to_checkpoint(row: Row[Any]) -> Checkpoint:
    return Checkpoint(sequence=row.sequence, event_id=row.event_id, stream_created=row.stream_created)


async def _is_current(connection: AsyncConnection, schema: str | None) -> bool:
    def has_checkpoint(synchronous: Connection) -> bool:
        return inspect(synchronous).has_table(CHECKPOINT.name, schema=schema)

    if not await connection.run_sync(has_checkpoint):
        return False
    return bool(await connection.scalar(select(CHECKPOINT.c.schema_digest)) == schema_digest())


async def _create_tables(connection: AsyncConnection, schema: str | None) -> None:
    """Empty tables in place of any that were there before."""
    if schema is not None:
        await connection.execute(CreateSchema(schema, if_not_exists=True))
    await connection.run_sync(METADATA.drop_all)
    await connection.run_sync(METADATA.create_all)
    start = {"id": 1, "sequence": 0, "event_id": "", "stream_created": "", "schema_digest": schema_digest()}
    await connection.execute(insert(CHECKPOINT), start)


async def _empty_tables(connection: AsyncConnection) -> None:
    for table in METADATA.sorted_tables:
        await connection.execute(delete(table))


async def _copy_rows(connection: AsyncConnection, schema: str) -> None:
    await connection.execute(delete(CHECKPOINT))
    for table in METADATA.sorted_tables:
        names = [column.name for column in table.columns]
        source = table.to_metadata(MetaData(), schema=schema)
        await connection.execute(insert(table).from_select(names, select(source)))
