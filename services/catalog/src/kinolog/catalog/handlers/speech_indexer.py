"""The indexer of speech: brings the words of captions into the index, and takes out those of deleted ones.

It works beside the projection, from its rows, and may be late; a search waits for it.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.bell import Bell, Hearing
from kinolog.catalog.domain.errors import NotSearchable
from kinolog.catalog.domain.indexed import Indexed
from kinolog.catalog.domain.spoken import Spoken, Unreadable
from kinolog.catalog.handlers.manager import keep_looking
from kinolog.common.clock import Clock
from kinolog.common.errors import StorageFailed
from kinolog.common.events import BlobRef, RecordedEvent
from kinolog.common.events.caption import (
    CaptionCreated,
    CaptionDeleted,
    CaptionEdited,
    CaptionPurged,
    CaptionRestored,
    CaptionStyled,
)
from kinolog.common.events.project import ProjectDeleted, ProjectRestored
from kinolog.common.events.video import VideoDeleted, VideoPurged, VideoRestored
from kinolog.common.subtitles import Cue

_CAPTIONS_AT_ONCE: Final = 20
_REST_FACTOR: Final = 5
_LONGEST_REST: Final = 1.0
_MOST_DOUBLINGS: Final = 30

_logger: Final = structlog.get_logger(__name__)


class SpeechIndex(Protocol):
    """Raises StoreUnavailable when the database cannot be used at present."""

    async def prepare(self) -> None:
        """Make an empty index where there is none. Raises NotSearchable."""
        ...

    async def forget_unfinished(self) -> None:
        """What was being written when a look ended early is removed, and written anew."""
        ...

    async def wanted(self, now: datetime, most: int) -> list[Spoken]:
        """Captions that are not in the index as they are now, the newest change first."""
        ...

    async def confirm(self, caption: Spoken) -> bool:
        """Whether the very same cues are in the index, which then counts for the caption as it is now."""
        ...

    async def bring_in(self, caption: Spoken, batches: AsyncIterator[list[Cue]]) -> bool:
        """Let its cues be found in place of those before; not if somebody gave them up meanwhile."""
        ...

    async def give_up(self, caption: Spoken, reason: str) -> None:
        """Cues that cannot be read are not tried again until there are others."""
        ...

    async def postpone(self, caption: Spoken, reason: str, retry_at: datetime) -> None: ...

    async def next_retry(self) -> datetime | None: ...

    async def remove_unwanted(self) -> None:
        """Take out the words of whatever was deleted, purged or replaced."""
        ...


class Cues(Protocol):
    def read(self, blob: BlobRef) -> AsyncIterator[list[Cue]]:
        """All cues in order, some at a time. Raises Unreadable and StorageFailed."""
        ...


@dataclass(slots=True, kw_only=True)
class SpeechIndexer:
    index: SpeechIndex
    cues: Cues
    applied: Applied
    indexed: Indexed
    clock: Clock
    retry_seconds: float
    longest_retry_seconds: float
    bell: Bell = field(default_factory=Bell)
    _is_begun: bool = False
    _is_finished: bool = False

    def attend(self, hearing: Hearing) -> None:
        of_captions = (CaptionCreated, CaptionEdited, CaptionStyled, CaptionDeleted, CaptionRestored, CaptionPurged)
        of_others = (VideoDeleted, VideoRestored, VideoPurged, ProjectDeleted, ProjectRestored)
        hearing.listen(self.on_change, *of_captions, *of_others)

    def on_change(self, recorded: RecordedEvent) -> None:
        self.indexed.hear(recorded.sequence)
        self.bell.ring()

    async def keep_going(self, pause_seconds: float, interval_seconds: float) -> None:
        """For ever, unless this database cannot search."""
        try:
            await keep_looking(
                self._look_and_rest, self.bell, pause_seconds=pause_seconds, interval_seconds=interval_seconds
            )
        except NotSearchable as error:
            self.indexed.problem = str(error)
            _logger.error("Cannot index what is said", error=str(error))

    async def look(self) -> float | None:
        """Bring the index up to the rows, and return in how many seconds to try again what the storage refused."""
        until = self.applied.sequence
        await self._begin(until)
        await self.index.remove_unwanted()
        while captions := await self.index.wanted(self.clock(), _CAPTIONS_AT_ONCE):
            for caption in captions:
                await self._bring_in(caption)
            await self.index.remove_unwanted()
        self._is_finished = True
        await self.indexed.reach(until)
        retry_at = await self.index.next_retry()
        return None if retry_at is None else max(0.0, (retry_at - self.clock()).total_seconds())

    async def _look_and_rest(self) -> float | None:
        """Looking takes longer the more captions there are, so it is followed by a rest."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        again_seconds = await self.look()
        await asyncio.sleep(min(_REST_FACTOR * (loop.time() - began), _LONGEST_REST))
        return again_seconds

    async def _begin(self, until: int) -> None:
        await self.index.prepare()
        if not self._is_finished:
            await self.index.forget_unfinished()
        self._is_finished = False
        if not self._is_begun:
            self.indexed.hear(until)
            await self.indexed.reach(0)
            self._is_begun = True

    async def _bring_in(self, caption: Spoken) -> None:
        if await self.index.confirm(caption):
            return
        try:
            if await self.index.bring_in(caption, self.cues.read(caption.cues)):
                _logger.debug("Indexed a caption", caption_id=caption.caption_id)
        except Unreadable as error:
            _logger.warning("Cannot index a caption", caption_id=caption.caption_id, error=str(error))
            await self.index.give_up(caption, str(error))
        except StorageFailed as error:
            await self._postpone(caption, error)

    async def _postpone(self, caption: Spoken, error: StorageFailed) -> None:
        seconds = min(self.retry_seconds * 2 ** min(caption.attempts, _MOST_DOUBLINGS), self.longest_retry_seconds)
        if not caption.attempts:
            _logger.warning("Cannot index a caption at present", caption_id=caption.caption_id, error=str(error))
        await self.index.postpone(caption, str(error), self.clock() + timedelta(seconds=seconds))
