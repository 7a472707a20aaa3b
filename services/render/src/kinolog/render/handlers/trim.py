"""Cutting a window of time out of a video."""

from dataclasses import dataclass

from kinolog.common.jobs import TrimInput, TrimOutput
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.trim import clip_identity, trim_recipe, window_of
from kinolog.render.handlers.studio import Studio, used_video


@dataclass(frozen=True, slots=True)
class TrimHandler:
    studio: Studio

    async def trim(self, job: TrimInput, ctx: JobContext) -> TrimOutput:
        video = await ctx.video()
        start, end = window_of(job, video)
        ctx.progress("prepare")
        async with media_file(ctx, video.content) as source:
            found = await self.studio.look_into(source, video.container, ctx, window=(start, end))
            made = await self.studio.make(trim_recipe(found.facts, start, end), source, ctx, used_video(video))
        return TrimOutput(
            video_id=await self.studio.publish(made, clip_identity(video, job), ctx),
            start_time=start,
            end_time=end,
            frame_count=made.inspected.facts.frame_count,
        )
