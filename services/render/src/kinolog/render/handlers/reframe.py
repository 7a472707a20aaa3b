"""Giving a video another shape."""

from dataclasses import dataclass

from kinolog.common.jobs.reframe import ReframeInput, ReframeOutput
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.canvas import why_mapped
from kinolog.render.domain.reframe import framing_of, reframe_recipe, reframed_identity, refuse_other_size
from kinolog.render.domain.sizing import refuse_too_large
from kinolog.render.domain.sounds import left_out
from kinolog.render.handlers.studio import Studio, explained, used_video


@dataclass(frozen=True, slots=True)
class ReframeHandler:
    studio: Studio

    async def reframe(self, job: ReframeInput, ctx: JobContext) -> ReframeOutput:
        video = await ctx.video()
        ctx.progress("prepare")
        async with media_file(ctx, video.content) as source:
            facts = (await self.studio.look_into(source, video.container, ctx)).facts
            framing = framing_of(job, facts)
            refuse_too_large(framing.size, self.studio.most_pixels, "height")
            made = await self.studio.make(reframe_recipe(job, facts, framing), source, ctx, used_video(video))
        refuse_other_size(framing, made.inspected.facts)
        told = explained(made, why_mapped(facts))
        return ReframeOutput(
            video_id=await self.studio.publish(told, reframed_identity(video, job), ctx),
            width=framing.size.width,
            height=framing.size.height,
            encoder=made.rendering.steps[-1].encoder or "",
            left_out=left_out(facts),
        )
