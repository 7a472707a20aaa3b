"""The tables of the index of speech. They are apart from the rows, whose digest and rebuild they are no part of:

the words are in blobs, and the index is made from them later, caption by caption.
"""

import hashlib
import unicodedata
from typing import Final

from sqlalchemy import BigInteger, Column, ColumnElement, Double, Index, Integer, MetaData, Table, and_
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from kinolog.catalog.adapters.columns import TEXT, UtcTime
from kinolog.catalog.adapters.tables import TABLES, is_of_live_project
from kinolog.common.aggregates import CAPTION, VIDEO

CUES_PER_TEXT: Final = 1 << 20
"""The id of a cue is that of its text times this, and its place besides."""

# Raise it when other words are to be found in the same text although the tables are the same.
_GENERATION: Final = 1

METADATA: Final = MetaData()

# Of this type alone SQLite makes the key of its rows.
_ID: Final = BigInteger().with_variant(Integer(), "sqlite")

SCHEMA: Final = Table("speech_schema", METADATA, Column("digest", TEXT, primary_key=True))

TEXTS: Final = Table(
    "speech_texts",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("caption_id", TEXT, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("sha256", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("retry_at", UtcTime),
    Column("reason", TEXT),
    Index("ix_speech_texts_caption_id", "caption_id"),
    Index("ix_speech_texts_state", "state"),
    sqlite_autoincrement=True,
)

CUES: Final = Table(
    "speech_cues",
    METADATA,
    Column("id", _ID, primary_key=True, autoincrement=False),
    Column("text_id", BigInteger, nullable=False),
    Column("place", Integer, nullable=False),
    Column("start", Double, nullable=False),
    Column("end", Double, nullable=False),
    Column("length", Integer, nullable=False),
    Column("text", TEXT, nullable=False),
    Column("speaker", TEXT),
    Column("words", TEXT),
)

_CAPTIONS: Final = TABLES[CAPTION.kind]
_VIDEOS: Final = TABLES[VIDEO.kind]

LIVE: Final[ColumnElement[bool]] = and_(
    _VIDEOS.c.id == _CAPTIONS.c.video_id,
    ~_CAPTIONS.c.is_deleted,
    ~_VIDEOS.c.is_deleted,
    is_of_live_project(_VIDEOS),
)
"""Joins the rows of captions with those of their videos, where neither is deleted, nor the project of the video."""


class TextState:
    """`writing` until all cues are in; `removing` until none is. Only what is `indexed` is found."""

    WRITING: Final = "writing"
    INDEXED: Final = "indexed"
    UNREADABLE: Final = "unreadable"
    WAITING: Final = "waiting"
    REMOVING: Final = "removing"


def schema_digest() -> str:
    """Differs when a release makes other tables, or Python knows other letters: then the index is made anew."""
    words = [str(CreateTable(table).compile(dialect=sqlite.dialect())) for table in METADATA.sorted_tables]
    return hashlib.sha256("\n".join((str(_GENERATION), unicodedata.unidata_version, *words)).encode()).hexdigest()
