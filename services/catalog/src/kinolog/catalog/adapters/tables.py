"""The tables, derived from the state models, so that no field is written twice. All of them can be rebuilt."""

import hashlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, new_class
from typing import Any, Final

from sqlalchemy import BigInteger, Column, ColumnElement, Index, MetaData, Table, exists
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import registry
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Field, SQLModel

from kinolog.catalog.adapters.columns import TEXT, columns_of
from kinolog.catalog.adapters.conditions import indexes_of_work
from kinolog.catalog.domain.listing import LISTINGS, Listing
from kinolog.common.aggregates import JOB, PROJECT, VIDEO
from kinolog.common.events.base import event_classes

SEARCH: Final = "search"

# Raise it when the same events are to give other rows although neither the tables nor the events change.
_GENERATION: Final = 1


class CatalogTable(SQLModel, registry=registry(metadata=MetaData())):
    """The base of the catalog's tables, which keeps them apart from anybody else's."""


class CheckpointRow(CatalogTable, table=True):
    """The one row that tells how far the tables have come, in which stream, and for which schema they were made.

    `tables_id` is another one whenever all rows were made anew, and `quarantined` counts the rows of `quarantine`.
    """

    __tablename__ = "checkpoint"

    id: int = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    event_id: str
    stream_created: str
    schema_digest: str
    tables_id: str
    quarantined: int


class QuarantineRow(CatalogTable, table=True):
    """An entry of the log that could not be folded, and the aggregate that it froze."""

    __tablename__ = "quarantine"

    sequence: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    kind: str
    aggregate_id: str = Field(index=True)
    subject: str
    reason: str


def _indexes_of_room() -> tuple[Index, ...]:
    """The sizes are in the index, so that no row is read to sum them up."""
    return (Index("ix_videos_room", "project_id", "is_deleted", "size_bytes"),)


_MORE_INDEXES: Final = {JOB.kind: indexes_of_work, VIDEO.kind: _indexes_of_room}


def _row_class(listing: Listing) -> type[SQLModel]:
    """A table class with a column for each field of the state, and the aggregate's last sequence and version."""
    columns = list(columns_of(listing.model))
    columns += [Column(derived.name, TEXT, nullable=False) for derived in listing.derived]
    columns += [Column(name, BigInteger, nullable=False) for name in ("sequence", "version")]
    if listing.searched:
        columns.append(Column(SEARCH, TEXT, nullable=False))

    def fill(namespace: dict[str, Any]) -> None:
        namespace["__module__"] = __name__
        namespace["__tablename__"] = listing.name
        namespace["__table_args__"] = _indexes(listing)
        namespace["__annotations__"] = {column.name: Any for column in columns}
        namespace.update({column.name: Field(sa_column=column) for column in columns})

    return new_class(f"{listing.model.__name__}Row", (CatalogTable,), {"table": True}, fill)


def _indexes(listing: Listing) -> tuple[Index, ...]:
    """One for each order and one for each filter, which then serves the usual order too; more for some."""
    orders = [Index(f"ix_{listing.name}_{sort}", sort, "id") for sort in listing.sorts]
    filters = [Index(f"ix_{listing.name}_{name}_created_at", name, "created_at", "id") for name in listing.filters]
    return (*orders, *filters, *_MORE_INDEXES.get(listing.kind, tuple)())


ROW_CLASSES: Final[Mapping[str, type[SQLModel]]] = MappingProxyType(
    {listing.kind: _row_class(listing) for listing in LISTINGS.values()}
)
METADATA: Final = CatalogTable.metadata
CHECKPOINT: Final[Table] = METADATA.tables["checkpoint"]
QUARANTINE: Final[Table] = METADATA.tables["quarantine"]
TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {listing.kind: METADATA.tables[listing.name] for listing in LISTINGS.values()}
)


def is_of_live_project(table: Table) -> ColumnElement[bool]:
    """That the project of a row, where it has one, is not deleted."""
    projects = TABLES[PROJECT.kind]
    return ~exists().where(projects.c.id == table.c.project_id, projects.c.is_deleted).correlate(table)


def schema_digest() -> str:
    """Differs when a release changes the tables, or the events that it can read: then the rows are made anew."""
    events = sorted(f"{name} {event.data_version}" for name, event in event_classes().items())
    return hashlib.sha256("\n".join((str(_GENERATION), *_words_of_tables(), *events)).encode()).hexdigest()


@cache
def _words_of_tables() -> tuple[str, ...]:
    """Put together once: whether the tables are still there is asked every few seconds."""
    dialect = sqlite.dialect()
    words: list[str] = []
    for table in METADATA.sorted_tables:
        words.append(str(CreateTable(table).compile(dialect=dialect)))
        words += sorted(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)
    return tuple(words)


def indexes_in_order(table: Table) -> list[Index]:
    """As they are to be made: of those that it holds to be equally good SQLite takes the one that was made last, and
    the best are those that hold only some of the rows.
    """
    return sorted(table.indexes, key=lambda index: (_is_partial(index), str(index.name)))


def _is_partial(index: Index) -> bool:
    return index.dialect_options["sqlite"]["where"] is not None
