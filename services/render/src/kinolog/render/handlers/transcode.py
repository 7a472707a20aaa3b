"""Encoding a video anew, in another format."""

from dataclasses import dataclass

from kinolog.common.jobs import TranscodeInput, TranscodeOutput
from kinolog.common.jobs.base import LeftOut
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.colour import is_hdr
from kinolog.render.domain.sizing import refuse_too_large
from kinolog.render.domain.sounds import left_out
from kinolog.render.domain.transcode import refuse_other, target_size, transcode_recipe, transcoded_identity, why_mapped
from kinolog.render.handlers.studio import Made, Studio, explained, used_video


@dataclass(frozen=True, slots=True)
class TranscodeHandler:
    studio: Studio

    async def transcode(self, job: TranscodeInput, ctx: JobContext) -> TranscodeOutput:
        video = await ctx.video()
        ctx.progress("prepare")
        async with media_file(ctx, video.content) as source:
            found = await self.studio.look_into(source, video.container, ctx)
            recipe = transcode_recipe(found.facts, job)
            if job.upscale and (size := target_size(found.facts, job)) is not None:
                refuse_too_large(size, self.studio.most_pixels, "upscale")
            made = await self.studio.make(recipe, source, ctx, used_video(video))
        refuse_other(recipe, job, found.facts, made.inspected.facts)
        told = explained(made, why_mapped(found.facts, made.inspected.facts, job))
        video_id = await self.studio.publish(told, transcoded_identity(video, job), ctx)
        return _output(video_id, made, left_out(found.facts, len(recipe.sounds)) if recipe.sounds else ())


def _output(video_id: str, made: Made, missing: LeftOut) -> TranscodeOutput:
    facts = made.inspected.facts
    return TranscodeOutput(
        video_id=video_id,
        width=facts.width,
        height=facts.height,
        size_bytes=made.file.stat().st_size,
        video_codec=facts.video_codec,
        audio_codec=facts.audio_codec,
        is_hdr=is_hdr(facts.colour),
        encoder=made.rendering.steps[-1].encoder or "",
        left_out=missing,
    )
