"""Making a video of pictures, with the sound of another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from kinolog.common.errors import PermanentError
from kinolog.common.events.rendering import SourceUsed
from kinolog.common.jobs.base import LeftOut
from kinolog.common.jobs.slideshow import SlideshowInput, SlideshowOutput
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.sizing import refuse_too_large
from kinolog.render.domain.slideshow import (
    Music,
    Slides,
    refuse_unlike_slides,
    slide_name,
    slides_of,
    slides_script,
    slideshow_identity,
    slideshow_work,
)
from kinolog.render.domain.sounds import left_out
from kinolog.render.handlers.merge import member_video
from kinolog.render.handlers.picture import PictureReader, ready_picture
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.studio import Made, Studio, used_video

_OUTPUT: Final = "slideshow.mp4"
_SCRIPT: Final = "slides.ffconcat"
_BECAUSE: Final = "pictures were fitted into the frame, and shown one after the other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlideshowHandler:
    """`most_pictures` is how many pictures a job may show."""

    studio: Studio
    reader: PictureReader
    most_pictures: int

    async def slideshow(self, job: SlideshowInput, ctx: JobContext) -> SlideshowOutput:
        if len(job.pictures) > self.most_pictures:
            message = f"pictures: at most {self.most_pictures} are shown (KINOLOG_SLIDESHOW_MAX_PICTURES)."
            raise PermanentError("too_many_pictures", message)
        slides = slides_of(job)
        refuse_too_large(slides.size, self.studio.most_pixels, "width and height")
        async with self._music(job, ctx) as (music, heard, missing):
            seen = await self._pictures(job, slides, ctx)
            made = await self._made(slides, music, (*seen, *heard), ctx)
        video_id = await self.studio.publish(made, slideshow_identity(job, ctx.job.project_id or ""), ctx)
        return SlideshowOutput(
            video_id=video_id,
            duration=made.inspected.facts.duration,
            frame_count=slides.frame_count,
            encoder=made.rendering.steps[-1].encoder or "",
            left_out=tuple(f"{each} of audio_video_id" for each in missing),
        )

    @asynccontextmanager
    async def _music(
        self, job: SlideshowInput, ctx: JobContext
    ) -> AsyncIterator[tuple[Music | None, tuple[SourceUsed, ...], LeftOut]]:
        """Raises PermanentError, naming the field, for a video that is not there or has no sound."""
        if job.audio_video_id is None:
            yield None, (), ()
            return
        video = await member_video(ctx, "audio_video_id", job.audio_video_id)
        async with media_file(ctx, video.content) as file:
            facts = (await self.studio.look_into(file, video.container, ctx)).facts
            if facts.audio_stream is None:
                raise PermanentError("media_unsupported", f"audio_video_id: the video {video.id} has no sound.")
            music = Music(path=file, container=facts.container, stream=facts.audio_stream)
            yield music, (used_video(video),), left_out(facts, kept_sounds=1)

    async def _pictures(self, job: SlideshowInput, slides: Slides, ctx: JobContext) -> list[SourceUsed]:
        used = []
        for number, picture in enumerate(job.pictures):
            ctx.progress("prepare", 100 * number / len(job.pictures))
            ready = await ready_picture(self.reader, picture, f"pictures.{number}", ctx, frame=slides.size)
            ready.file.rename(ctx.workdir / slide_name(number))
            used.append(ready.used)
        return used

    async def _made(self, slides: Slides, music: Music | None, used: tuple[SourceUsed, ...], ctx: JobContext) -> Made:
        script = ctx.workdir / _SCRIPT
        script.write_text(slides_script(slides))
        work = slideshow_work(slides, script, music, ctx.workdir / _OUTPUT)
        encoded = await self.studio.encoder.run(work, reports(ctx))
        inspected = await self.studio.check(work.output, ctx)
        refuse_unlike_slides(slides, inspected.facts)
        rendering = self.studio.rendering(used, encoded, because=_BECAUSE)
        return Made(file=work.output, inspected=inspected, rendering=rendering)
