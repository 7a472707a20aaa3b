"""Finding cues by what is said in them. What a caption and its video are now is asked of their rows, never copied."""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, Select, func, literal, select, tuple_

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.speech_engine import engine_of
from kinolog.catalog.adapters.speech_tables import CUES, LIVE, TEXTS, TextState
from kinolog.catalog.adapters.tables import TABLES
from kinolog.catalog.domain.spoken import Found, Search
from kinolog.common.aggregates import CAPTION, VIDEO
from kinolog.common.queries import SpokenWord

_CAPTIONS: Final = TABLES[CAPTION.kind]
_VIDEOS: Final = TABLES[VIDEO.kind]

_COLUMNS: Final = (
    _VIDEOS.c.id.label("video_id"),
    _VIDEOS.c.title.label("video_title"),
    _VIDEOS.c.project_id,
    _CAPTIONS.c.id.label("caption_id"),
    _CAPTIONS.c.language,
    *(CUES.c[name] for name in ("place", "start", "end", "length", "text", "speaker", "words")),
)


class SqlSpeech:
    """Raises StoreUnavailable when the database cannot be used at present."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engine = engine_of(database)

    async def find(self, search: Search) -> list[Found]:
        """What is asked for, and one more where there is one."""
        async with self._database.begin() as connection:
            return [_found(row) for row in await connection.execute(self.statement(search))]

    async def count_unreadable(self, search: Search) -> int:
        """How many of the captions that were asked for are not in the index, and not about to be."""
        states = TEXTS.c.state.in_((TextState.UNREADABLE, TextState.WAITING))
        counted = select(func.count()).select_from(TEXTS).where(states, TEXTS.c.caption_id == _CAPTIONS.c.id, LIVE)
        async with self._database.begin() as connection:
            return int((await connection.execute(_filtered(counted, search))).scalar_one())

    def statement(self, search: Search) -> Select[Any]:
        matching = select(self._engine.table.c.id).where(self._engine.matches(search.terms))
        # By the words first, whatever a planner thinks that knows nothing of new tables yet.
        matching_ids = matching.cte("matching").prefix_with("MATERIALIZED", dialect="postgresql")
        order = [CUES.c[search.order_by], _CAPTIONS.c.id, CUES.c.place]
        statement = select(*_COLUMNS).where(
            CUES.c.id == matching_ids.c.id,
            TEXTS.c.id == CUES.c.text_id,
            TEXTS.c.state == TextState.INDEXED,
            TEXTS.c.caption_id == _CAPTIONS.c.id,
            LIVE,
        )
        if search.after is not None:
            place = (literal(value, column.type) for value, column in zip(search.after, order, strict=True))
            statement = statement.where(tuple_(*order) > tuple_(*place))
        return _filtered(statement, search).order_by(*order).limit(search.limit + 1)


def _filtered(statement: Select[Any], search: Search) -> Select[Any]:
    filters = (
        (_VIDEOS.c.project_id, search.project_id),
        (_VIDEOS.c.id, search.video_id),
        (_CAPTIONS.c.language, search.language),
    )
    return statement.where(*(column == value for column, value in filters if value is not None))


def _found(row: Row[Any]) -> Found:
    return Found(**{**row._mapping, "words": _words(row.words)})


def _words(stored: str | None) -> Sequence[SpokenWord]:
    words = json.loads(stored) if stored else ()
    return [SpokenWord(text=text, start=start, end=end) for text, start, end in words]
