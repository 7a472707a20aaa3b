"""Hearing a whole sound, however often that is broken off: what is finished is kept, and the next attempt goes on."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import structlog
from pydantic import ValidationError

from kinolog.common.errors import BlobMissing
from kinolog.common.events import BlobRef
from kinolog.common.jobs import CaptionInput
from kinolog.common.worker.context import JobContext
from kinolog.transcribe.domain.heard import Kept, checkpoint_of, digest_of, part_from_json, part_to_json, parts_kept
from kinolog.transcribe.domain.transcript import FROM_THE_BEGINNING, Begun, Part, Report, Transcript

PART_MEDIA_TYPE: Final = "application/json"

_logger: Final = structlog.get_logger(__name__)


class Transcriber(Protocol):
    def hear(
        self, source: Path, job: CaptionInput, report: Report, begun: Begun = FROM_THE_BEGINNING
    ) -> AsyncGenerator[Part, None]:
        """What is said in a media file, which is not written to, part by part. Raises WorkError.

        `begun` is where a part ended in an earlier attempt. Cancelling stops it, at the latest after the adapter's
        grace.
        """
        ...


async def transcript_of(
    transcriber: Transcriber, source: Path, content: BlobRef, job: CaptionInput, ctx: JobContext
) -> Transcript:
    """`content` is what `source` holds. Raises WorkError."""
    notes = await Notes.of_last_attempt(ctx, digest_of(content, job))
    async with aclosing(transcriber.hear(source, job, ctx.progress, Begun.after(notes.parts))) as parts:
        async for part in parts:
            await notes.add(part)
    return Transcript.of(notes.parts)


@dataclass(slots=True)
class Notes:
    """The finished parts of one job. A blob each, since a checkpoint is small."""

    ctx: JobContext
    digest: str
    parts: list[Part] = field(default_factory=list)
    _kept: list[Kept] = field(default_factory=list)

    @classmethod
    async def of_last_attempt(cls, ctx: JobContext, digest: str) -> "Notes":
        """Nothing, where that heard something else. What follows a part that is lost is heard again."""
        notes = cls(ctx, digest)
        for blob in parts_kept(ctx.checkpoint_of_last_attempt, digest):
            try:
                part = part_from_json(await ctx.blobs.read(blob))
            except (BlobMissing, ValidationError) as error:
                _logger.warning("A part of a transcript is lost", job_id=ctx.job.id, error=repr(error))
                break
            notes._note(Kept(blob, part))
        if notes.parts:
            _logger.info("Going on with a transcript", job_id=ctx.job.id, from_seconds=notes.parts[-1].end)
        return notes

    async def add(self, part: Part) -> None:
        """A crash from here on costs this part no more. The last one is not kept: the whole is done with it."""
        if part.is_last:
            self.parts.append(part)
            return
        blob = await self.ctx.blobs.put_bytes(part_to_json(part), PART_MEDIA_TYPE)
        self._note(Kept(blob, part))
        await self.ctx.save_checkpoint(checkpoint_of(self.digest, self._kept))

    def _note(self, kept: Kept) -> None:
        self._kept.append(kept)
        self.parts.append(kept.part)
