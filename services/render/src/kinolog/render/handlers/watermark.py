"""Drawing a picture over a video."""

from dataclasses import dataclass
from typing import Final

from kinolog.common.jobs.watermark import WatermarkInput, WatermarkOutput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.canvas import why_mapped
from kinolog.render.domain.recipe import refuse_incomplete
from kinolog.render.domain.sounds import left_out
from kinolog.render.domain.watermark import Mark, place_mark, watermark_work, watermarked_identity, whole_film
from kinolog.render.handlers.picture import PictureReader, ready_picture
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.studio import Made, Studio, used_video

_OUTPUT: Final = "watermarked.mp4"


@dataclass(frozen=True, slots=True)
class WatermarkHandler:
    studio: Studio
    reader: PictureReader

    async def watermark(self, job: WatermarkInput, ctx: JobContext) -> WatermarkOutput:
        video = await ctx.video()
        ctx.progress("prepare")
        picture = await ready_picture(self.reader, job.picture, "picture", ctx)
        async with media_file(ctx, video.content) as source:
            facts = (await self.studio.look_into(source, video.container, ctx)).facts
            mark = place_mark(job, facts, picture.size)
            work = watermark_work(facts, source, picture.file, mark, ctx.workdir / _OUTPUT)
            encoded = await self.studio.encoder.run(work, reports(ctx))
        inspected = await self.studio.check(work.output, ctx)
        refuse_incomplete(whole_film(facts), inspected.facts)
        rendering = self.studio.rendering((used_video(video), picture.used), encoded, because=why_mapped(facts))
        made = Made(file=work.output, inspected=inspected, rendering=rendering)
        return _output(await self.studio.publish(made, watermarked_identity(video, job), ctx), mark, made, facts)


def _output(video_id: str, mark: Mark, made: Made, source: MediaFacts) -> WatermarkOutput:
    return WatermarkOutput(
        video_id=video_id,
        x=mark.x,
        y=mark.y,
        width=mark.size.width,
        height=mark.size.height,
        encoder=made.rendering.steps[-1].encoder or "",
        left_out=left_out(source),
    )
