"""Making a video again, by the very handler that made it, and comparing what comes out frame by frame."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final, Protocol

from kinolog.common.aggregates import JOB, VIDEO, Job
from kinolog.common.errors import PermanentError
from kinolog.common.events.rendering import Rendering
from kinolog.common.jobs import ReproduceInput, ReproduceOutput, job_type
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.source import media_file
from kinolog.common.worker.attempt import Handler
from kinolog.common.worker.context import JobContext
from kinolog.common.worker.rehearsal import ScratchBlobs
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.reproduction import (
    Comparison,
    DecodedFrame,
    Made,
    Original,
    compared,
    counterpart_of,
    explanation,
    first_difference,
    hardware_of,
    original_of,
)
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.studio import MediaInspector

# Making it takes most of the time; the rest is decoding two films.
_MADE_PERCENT: Final = 80.0


class FrameDigester(Protocol):
    async def digests(
        self, film: Path, facts: MediaFacts, folder: Path, on_progress: OnProgress
    ) -> Sequence[Iterable[DecodedFrame]]:
        """Of the picture and of each track of sound; whatever lists them lies in `folder`. Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True)
class ReproduceHandler:
    """`handlers` are those of all types of job that make videos here."""

    handlers: Mapping[str, Handler]
    inspector: MediaInspector
    digester: FrameDigester

    async def reproduce(self, job: ReproduceInput, ctx: JobContext) -> ReproduceOutput:
        video = await ctx.video()
        original = original_of(await ctx.history(VIDEO, video.id))
        scratch = await self._scratch(original, ctx)
        again = await self._again(original, scratch)
        picture, *sounds = await self._compared(original.event, again, scratch, ctx.part(_MADE_PERCENT, 100))
        return _output(video.id, original, again, picture, sounds)

    async def _scratch(self, original: Original, ctx: JobContext) -> JobContext:
        """The world as the attempt found it that made the video; it leaves nothing to go on from."""
        job = (await ctx.load(JOB, original.job_id, as_of=original.sequence - 1)).require()
        folder = ctx.workdir / "again"
        return ctx.part(0, _MADE_PERCENT).rehearsal(
            job.model_copy(update={"checkpoint": None}),
            as_of=_beginning(job, original),
            blobs=ScratchBlobs(ctx.blobs, folder / "blobs"),
            workdir=folder / "work",
        )

    async def _again(self, original: Original, scratch: JobContext) -> Made:
        """Raises what the handler raises, such as PermanentError for a source whose bytes are gone."""
        handler = self.handlers.get(scratch.job.type)
        if handler is None:
            message = f"Videos made by jobs of the type {scratch.job.type} cannot be made again here."
            raise PermanentError("not_rendered", message)
        await handler(job_type(scratch.job.type).input_model.model_validate(scratch.job.input_data), scratch)
        return counterpart_of(original, scratch.changes)

    async def _compared(self, then: Made, now: Made, scratch: JobContext, ctx: JobContext) -> list[Comparison]:
        """The picture, and each track of sound, where a missing one has no frames."""
        before, after = [await self._digests(each, scratch, ctx, name) for each, name in ((then, "then"), (now, "now"))]
        tracks = zip_longest(before, after, fillvalue=())
        return [await asyncio.to_thread(compared, *track) for track in tracks]

    async def _digests(
        self, made: Made, scratch: JobContext, ctx: JobContext, name: str
    ) -> Sequence[Iterable[DecodedFrame]]:
        folder = ctx.workdir / name
        folder.mkdir(exist_ok=True)
        async with media_file(scratch, made.content) as film:
            inspected = await self.inspector.inspect(film, folder, container=made.container, wants_poster=False)
            return await self.digester.digests(film, inspected.facts, folder, reports(ctx, "compare"))


def _beginning(job: Job, original: Original) -> int:
    return job.started_sequence or original.sequence - 1


def _output(
    video_id: str, original: Original, again: Made, picture: Comparison, sounds: Sequence[Comparison]
) -> ReproduceOutput:
    then, now = original.rendering, again.rendering or Rendering(programs={})
    difference = first_difference(picture, sounds)
    return ReproduceOutput(
        video_id=video_id,
        job_id=original.job_id,
        is_identical=difference is None,
        is_file_identical=original.event.content.sha256 == again.content.sha256,
        explanation=explanation(then, now, is_identical=difference is None),
        difference=difference,
        picture_frames=picture.frames,
        sound_frames=sum(sound.frames for sound in sounds),
        programs_then=then.programs,
        programs_now=now.programs,
        fonts_then=then.fonts,
        fonts_now=now.fonts,
        hardware_then=hardware_of(then),
    )
