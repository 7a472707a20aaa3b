"""Encoding one segment of a long film, for the job that makes the film."""

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from kinolog.common.aggregates import JOB
from kinolog.common.errors import Cancelled, LogError
from kinolog.common.events import BlobRef
from kinolog.common.jobs import SegmentInput, SegmentOutput
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.work import Encoded
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.segments import MEDIA_TYPES, Segmenter
from kinolog.render.handlers.segments_shared import CUT, RECIPE

_OUTPUT: Final = "segment"


@dataclass(frozen=True, slots=True)
class SegmentHandler:
    segmenter: Segmenter
    watch_seconds: float

    async def render_segment(self, job: SegmentInput, ctx: JobContext) -> SegmentOutput:
        """Ends with the job that asked for it. Raises Cancelled then."""
        await _refuse_unwanted(job, ctx)
        encoding = asyncio.ensure_future(self._encode(job, ctx))
        try:
            while not (await asyncio.wait({encoding}, timeout=self.watch_seconds))[0]:
                await _refuse_unwanted(job, ctx)
            encoded = await encoding
        finally:
            encoding.cancel()
            await asyncio.wait({encoding})
        blob = await ctx.blobs.put_file(ctx.workdir / _OUTPUT, MEDIA_TYPES[RECIPE.validate_python(job.recipe).muxer])
        return SegmentOutput(segment=blob, encoded=asdict(encoded))

    async def _encode(self, job: SegmentInput, ctx: JobContext) -> Encoded:
        recipe, cut = RECIPE.validate_python(job.recipe), CUT.validate_python(job.cut)
        for name, blob in job.belongings.items():
            await _laid_out(ctx, blob, ctx.workdir / name)
        async with media_file(ctx, job.source) as source:
            return await self.segmenter.encode(
                recipe, source, cut, cut.stretches[job.number], ctx.workdir / _OUTPUT, reports(ctx)
            )


async def _refuse_unwanted(job: SegmentInput, ctx: JobContext) -> None:
    """Raises Cancelled where the film is not to be made any more, or is made already."""
    try:
        parent = (await ctx.load(JOB, job.parent_id)).state
    except LogError:
        return  # The next look will tell.
    if parent is None or parent.status.is_final or parent.cancel_requested:
        raise Cancelled("the job that asked for it has ended")


async def _laid_out(ctx: JobContext, blob: BlobRef, place: Path) -> None:
    content = await ctx.blobs.read(blob)
    await asyncio.to_thread(place.parent.mkdir, exist_ok=True)
    await asyncio.to_thread(place.write_bytes, content)
