"""Writing the index of speech: which captions are to be in it, and their cues, in many small transactions.

A text is found once all of its cues are written, and not any more from the moment on when it is to be removed. So no
transaction is long, which the projection would have to wait for, and what a crash leaves behind is known by its state.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Delete, Select, delete, exists, func, insert, or_, select, update

from kinolog.catalog.adapters.database import Database
from kinolog.catalog.adapters.speech_engine import engine_of
from kinolog.catalog.adapters.speech_rows import CueRow, cue_rows
from kinolog.catalog.adapters.speech_schema import prepare
from kinolog.catalog.adapters.speech_tables import CUES, CUES_PER_TEXT, LIVE, TEXTS, TextState
from kinolog.catalog.adapters.tables import TABLES
from kinolog.catalog.domain.spoken import Spoken
from kinolog.catalog.domain.storable import storable_value
from kinolog.common.aggregates import CAPTION, VIDEO
from kinolog.common.events import BlobRef
from kinolog.common.subtitles import Cue

_REASON_CHARACTERS: Final = 500

_CAPTIONS: Final = TABLES[CAPTION.kind]
_VIDEOS: Final = TABLES[VIDEO.kind]


class SqlSpeechIndex:
    """Every method raises StoreUnavailable when the database cannot be used at present."""

    def __init__(self, database: Database, *, cues_per_transaction: int) -> None:
        self._database = database
        self._engine = engine_of(database)
        self._cues_per_transaction = cues_per_transaction

    async def prepare(self) -> None:
        """Make empty tables where there are none, or those of another release. Raises NotSearchable."""
        await prepare(self._database, self._engine)

    async def forget_unfinished(self) -> None:
        """What was being written when a catalog ended is removed, and written anew."""
        await self._execute(_set_state(TextState.REMOVING).where(TEXTS.c.state == TextState.WRITING))

    async def wanted(self, now: datetime, most: int) -> list[Spoken]:
        """Captions that are not in the index as they are now, the newest change first."""
        async with self._database.begin() as connection:
            rows = await connection.execute(_wanted(now).limit(most))
            return [Spoken(row.id, row.sequence, BlobRef.model_validate(row.cues), row.attempts) for row in rows]

    async def confirm(self, caption: Spoken) -> bool:
        """Whether the very same cues are in the index, which then counts for the caption as it is now."""
        same = (TEXTS.c.caption_id == caption.caption_id) & (TEXTS.c.sha256 == caption.cues.sha256)
        known = TEXTS.c.state.in_((TextState.INDEXED, TextState.UNREADABLE))
        return bool(await self._execute(update(TEXTS).where(same, known).values(sequence=caption.sequence)))

    async def bring_in(self, caption: Spoken, batches: AsyncIterator[list[Cue]]) -> bool:
        """Write all cues, then let them be found in place of those before; not if somebody gave them up meanwhile.

        Whatever `batches` raises leaves cues behind that nobody finds, until they are given up.
        """
        text_id, place = await self.begin(caption), 0
        async for cues in batches:
            await self._write(await asyncio.to_thread(self.rows, text_id, place, cues))
            place += len(cues)
        return await self.publish(text_id, caption)

    async def begin(self, caption: Spoken) -> int:
        """Return the id of a text that nobody finds yet."""
        async with self._database.begin() as connection:
            statement = insert(TEXTS).values(_text(caption, TextState.WRITING)).returning(TEXTS.c.id)
            text_id: int = (await connection.execute(statement)).scalar_one()
            return text_id

    def rows(self, text_id: int, place: int, cues: Iterable[Cue]) -> list[CueRow]:
        """The cues of a text from a place on, ready to be written. Takes long: not for the event loop."""
        return list(cue_rows(text_id, place, cues, self._engine.document))

    async def publish(self, text_id: int, caption: Spoken) -> bool:
        """Let the text be found in place of the caption's text before; not if somebody has given it up."""
        async with self._database.begin() as connection:
            mine = (TEXTS.c.id == text_id) & (TEXTS.c.state == TextState.WRITING)
            found = await connection.execute(_set_state(TextState.INDEXED).where(mine))
            if found.rowcount:
                await connection.execute(_remove_others(caption, text_id))
                return True
        await self._remove(text_id)
        return False

    async def give_up(self, caption: Spoken, reason: str) -> None:
        """Cues that cannot be read are not tried again until there are others."""
        await self._replace(caption, {"state": TextState.UNREADABLE, "reason": _storable(reason)})

    async def postpone(self, caption: Spoken, reason: str, retry_at: datetime) -> None:
        later = {"state": TextState.WAITING, "attempts": caption.attempts + 1, "retry_at": retry_at}
        await self._replace(caption, {**later, "reason": _storable(reason)})

    async def next_retry(self) -> datetime | None:
        async with self._database.begin() as connection:
            waiting = select(func.min(TEXTS.c.retry_at)).where(TEXTS.c.state == TextState.WAITING)
            moment: datetime | None = await connection.scalar(waiting)
            return moment

    async def remove_unwanted(self) -> None:
        """Take out the words of whatever was deleted, purged or replaced."""
        kept = TEXTS.c.state.not_in((TextState.WRITING, TextState.REMOVING))
        is_live = exists().where(_CAPTIONS.c.id == TEXTS.c.caption_id, LIVE)
        if await self._first(select(TEXTS.c.id).where(kept, ~is_live)) is not None:
            await self._execute(_set_state(TextState.REMOVING).where(kept, ~is_live))
        removing = select(TEXTS.c.id).where(TEXTS.c.state == TextState.REMOVING)
        while (text_id := await self._first(removing)) is not None:
            await self._remove(text_id)

    async def _write(self, rows: Sequence[CueRow]) -> None:
        for start in range(0, len(rows), self._cues_per_transaction):
            some = rows[start : start + self._cues_per_transaction]
            async with self._database.begin() as connection:
                await connection.execute(insert(CUES), [row.shown for row in some])
                await connection.execute(self._engine.insert, [row.words for row in some])

    async def _remove(self, text_id: int) -> None:
        """The cues first, so that a crash leaves the text behind, whose cues can be found."""
        first, end = text_id * CUES_PER_TEXT, (text_id + 1) * CUES_PER_TEXT
        some = select(CUES.c.id).where(CUES.c.id >= first, CUES.c.id < end).order_by(CUES.c.id)
        newest = select(func.max(some.limit(self._cues_per_transaction).subquery().c.id))
        while (last := await self._first(newest)) is not None:
            async with self._database.begin() as connection:
                await connection.execute(_between(delete(CUES), CUES.c.id, first, last))
                await connection.execute(_between(delete(self._engine.table), self._engine.table.c.id, first, last))
        await self._execute(delete(TEXTS).where(TEXTS.c.id == text_id))

    async def _replace(self, caption: Spoken, changes: dict[str, Any]) -> None:
        async with self._database.begin() as connection:
            await connection.execute(_remove_others(caption, None))
            await connection.execute(insert(TEXTS).values({**_text(caption, ""), **changes}))

    async def _execute(self, statement: Any) -> int:
        async with self._database.begin() as connection:
            return int((await connection.execute(statement)).rowcount)

    async def _first(self, statement: Select[Any]) -> int | None:
        async with self._database.begin() as connection:
            found: int | None = await connection.scalar(statement.limit(1))
            return found


def _wanted(now: datetime) -> Select[Any]:
    is_settled = or_(
        TEXTS.c.state.in_((TextState.INDEXED, TextState.UNREADABLE)),
        (TEXTS.c.state == TextState.WAITING) & (TEXTS.c.retry_at > now),
    )
    of_caption = (TEXTS.c.caption_id == _CAPTIONS.c.id) & (TEXTS.c.sequence == _CAPTIONS.c.sequence)
    settled = exists().where(of_caption, is_settled)
    waiting = (TEXTS.c.caption_id == _CAPTIONS.c.id) & (TEXTS.c.state == TextState.WAITING)
    attempts = select(func.coalesce(func.max(TEXTS.c.attempts), 0)).where(waiting).scalar_subquery()
    columns = _CAPTIONS.c.id, _CAPTIONS.c.sequence, _CAPTIONS.c.cues, attempts.label("attempts")
    return select(*columns).where(LIVE, ~settled).order_by(_CAPTIONS.c.sequence.desc())


def _set_state(state: str) -> Any:
    return update(TEXTS).values(state=state)


def _remove_others(caption: Spoken, text_id: int | None) -> Any:
    of_caption = _set_state(TextState.REMOVING).where(TEXTS.c.caption_id == caption.caption_id)
    return of_caption if text_id is None else of_caption.where(TEXTS.c.id != text_id)


def _between(statement: Delete, column: ColumnElement[int], first: int, last: int) -> Delete:
    return statement.where(column >= first, column <= last)


def _text(caption: Spoken, state: str) -> dict[str, Any]:
    known = {"caption_id": caption.caption_id, "sequence": caption.sequence, "sha256": caption.cues.sha256}
    return {**known, "state": state}


def _storable(reason: str) -> str:
    return str(storable_value(reason))[:_REASON_CHARACTERS]
