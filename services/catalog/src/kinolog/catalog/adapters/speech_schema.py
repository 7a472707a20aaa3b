"""Making the tables of the index of speech, where there are none or those of another release."""

from sqlalchemy import Connection, insert, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateSchema, CreateTable

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.speech_engine import SpeechEngine
from kinolog.catalog.adapters.speech_tables import METADATA, SCHEMA, schema_digest
from kinolog.catalog.adapters.tables import indexes_in_order


async def prepare(database: Database, engine: SpeechEngine) -> None:
    """Two catalogs may do so at once. Raises NotSearchable and StoreUnavailable."""
    async with database.begin() as connection:
        if await _is_current(connection, database.schema):
            return
    async with database.begin() as connection:
        await engine.lock(connection)
        if not await _is_current(connection, database.schema):
            await _create(connection, database.schema, engine)


async def _is_current(connection: AsyncConnection, schema: str | None) -> bool:
    def has_tables(synchronous: Connection) -> bool:
        return inspect(synchronous).has_table(SCHEMA.name, schema=schema)

    if not await connection.run_sync(has_tables):
        return False
    return bool(await connection.scalar(select(SCHEMA.c.digest)) == schema_digest())


async def _create(connection: AsyncConnection, schema: str | None, engine: SpeechEngine) -> None:
    if schema is not None:
        await connection.execute(CreateSchema(schema, if_not_exists=True))
    await connection.run_sync(METADATA.drop_all)
    for table in METADATA.sorted_tables:
        await connection.execute(CreateTable(table))
        for index in indexes_in_order(table):
            await connection.execute(CreateIndex(index))
    await engine.create(connection)
    await connection.execute(insert(SCHEMA).values(digest=schema_digest()))
