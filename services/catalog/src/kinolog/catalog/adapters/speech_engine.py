"""Finding cues by their words, in the way of each database: FTS5 in SQLite, tsvector with GIN in PostgreSQL.

Both are given words that were told apart already, and nothing else.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Column, ColumnElement, Index, Insert, MetaData, Table, Text, bindparam, cast, insert
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.domain.errors import NotSearchable
from kinolog.catalog.domain.speech_query import Term

_NAME: Final = "speech_index"
_MODULE: Final = "fts5"
# Any number will do as long as nobody else locks the same one in this database.
_CREATE_LOCK: Final = 0x73706563


class SpeechEngine(ABC):
    """`table` has the words of each cue, by the cue's id."""

    table: Table
    insert: Insert
    """Takes `id` and `document`."""

    @abstractmethod
    async def lock(self, connection: AsyncConnection) -> None:
        """Until the transaction ends, nobody else makes tables."""

    @abstractmethod
    async def create(self, connection: AsyncConnection) -> None:
        """Make an empty table in place of any that was there. Raises NotSearchable where that cannot be."""

    @abstractmethod
    def document(self, words: Sequence[str]) -> str:
        """Words in their order, as the table takes them."""

    @abstractmethod
    def matches(self, terms: Iterable[Term]) -> ColumnElement[bool]:
        """That a cue has all of the terms."""


class Fts5(SpeechEngine):
    """Its tokenizer `ascii` takes all that is beyond ASCII for parts of words, so it splits at our spaces only."""

    def __init__(self) -> None:
        self.table = Table(_NAME, MetaData(), Column("rowid", BigInteger, key="id"), Column("tokens", Text))
        self.insert = insert(self.table).values(id=bindparam("id"), tokens=bindparam("document"))

    async def lock(self, connection: AsyncConnection) -> None:
        """Making a table locks the file."""

    async def create(self, connection: AsyncConnection) -> None:
        await connection.execute(DropTable(self.table, if_exists=True))
        try:
            await connection.execute(sql(f"CREATE VIRTUAL TABLE {_NAME} USING {_MODULE}(tokens, tokenize = 'ascii')"))
        except OperationalError as error:
            if "no such module" not in str(error):
                raise
            raise NotSearchable(
                "speech cannot be searched: this SQLite has no FTS5; use another, or PostgreSQL"
            ) from error

    def document(self, words: Sequence[str]) -> str:
        return " ".join(words)

    def matches(self, terms: Iterable[Term]) -> ColumnElement[bool]:
        query = " AND ".join(f'"{" ".join(term.words)}"{" *" if term.is_prefix else ""}' for term in terms)
        return self.table.c.tokens.bool_op("MATCH")(query)


class TsVector(SpeechEngine):
    """Vectors and queries are spelled out, so that no parser or dictionary of the server has a say."""

    def __init__(self) -> None:
        columns = Column("id", BigInteger, primary_key=True, autoincrement=False), Column("tokens", TSVECTOR)
        self.table = Table(_NAME, MetaData(), *columns)
        Index("ix_speech_index_tokens", self.table.c.tokens, postgresql_using="gin")
        vector: Any = cast(cast(bindparam("document"), Text), TSVECTOR)
        self.insert = insert(self.table).values(id=bindparam("id"), tokens=vector)

    async def lock(self, connection: AsyncConnection) -> None:
        await connection.execute(sql(f"SELECT pg_advisory_xact_lock({_CREATE_LOCK})"))

    async def create(self, connection: AsyncConnection) -> None:
        await connection.execute(DropTable(self.table, if_exists=True))
        await connection.execute(CreateTable(self.table))
        for index in self.table.indexes:
            await connection.execute(CreateIndex(index))

    def document(self, words: Sequence[str]) -> str:
        return " ".join(f"'{word}':{place}" for place, word in enumerate(words, start=1))

    def matches(self, terms: Iterable[Term]) -> ColumnElement[bool]:
        query = " & ".join(f"({_lexemes(term)})" for term in terms)
        return self.table.c.tokens.bool_op("@@")(cast(cast(query, Text), TSQUERY))


def _lexemes(term: Term) -> str:
    phrase = " <-> ".join(f"'{word}'" for word in term.words)
    return f"{phrase}:*" if term.is_prefix else phrase


def engine_of(database: Database) -> SpeechEngine:
    return Fts5() if database.dialect.name == "sqlite" else TsVector()
