"""Making a short moving picture that stands for a video."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinolog.common.aggregates import VIDEO, Video
from kinolog.common.errors import PassingError
from kinolog.common.events import BlobRef
from kinolog.common.events.video import VideoPreviewMade
from kinolog.common.jobs import PreviewInput, PreviewOutput
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.preview import MEDIA_TYPES, PreviewWork, preview_work, refuse_incomplete
from kinolog.render.domain.progress import OnProgress
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.studio import Studio


class PreviewMaker(Protocol):
    async def make(self, work: PreviewWork, output: Path, on_progress: OnProgress) -> int | None:
        """The number of frames that the file has, None where it does not tell. Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewHandler:
    """`most_seconds` is how long a preview may be."""

    studio: Studio
    maker: PreviewMaker
    most_seconds: float

    async def preview(self, job: PreviewInput, ctx: JobContext) -> PreviewOutput:
        video = await ctx.video()
        ctx.progress("prepare")
        output = ctx.workdir / f"preview.{job.format}"
        async with media_file(ctx, video.content) as film:
            part = (job.start_time, job.start_time + job.duration)
            facts = (await self.studio.look_into(film, video.container, ctx, (part,))).facts
            work = preview_work(facts, job, film, self.most_seconds)
            frame_count = await self.maker.make(work, output, reports(ctx))
        refuse_incomplete(work, frame_count)
        ctx.progress("store")
        content = await ctx.blobs.put_file(output, MEDIA_TYPES[job.format])
        await _tell(video, content, work, ctx)
        return _output(video.id, content, work, frame_count)


async def _tell(video: Video, content: BlobRef, work: PreviewWork, ctx: JobContext) -> None:
    """The video may have got another file in the meantime, which this does not show."""
    loaded = await ctx.load(VIDEO, video.id)
    if loaded.state is None or loaded.state.content.sha256 != video.content.sha256:
        raise PassingError("video_changed", "The video got another file while its preview was made.")
    made = VideoPreviewMade(
        content=content,
        width=work.size.width,
        height=work.size.height,
        start_time=work.start,
        duration=work.seconds,
        job_id=ctx.job.id,
    )
    ctx.change(loaded, made)


def _output(video_id: str, content: BlobRef, work: PreviewWork, frame_count: int | None) -> PreviewOutput:
    return PreviewOutput(
        video_id=video_id,
        sha256=content.sha256,
        media_type=content.media_type,
        size_bytes=content.size_bytes,
        width=work.size.width,
        height=work.size.height,
        start_time=work.start,
        duration=work.seconds,
        frame_count=frame_count,
        url=f"/v1/videos/{video_id}/preview",
    )
