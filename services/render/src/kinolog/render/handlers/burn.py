"""Burning captions into the picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from kinolog.common.aggregates import CAPTION, Caption
from kinolog.common.errors import BlobMissing, PermanentError
from kinolog.common.events.rendering import SourceUsed
from kinolog.common.jobs import BurnInput, BurnOutput
from kinolog.common.media.source import media_file
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue, cues_from_json
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.burn import burn_recipe, burnable, burned_identity, frame_of, look_of, named_caption
from kinolog.render.domain.typeset import Frame, Typeset
from kinolog.render.handlers.studio import Made, Studio, used_video


class Typesetter(Protocol):
    async def typeset(self, cues: Sequence[Cue], style: CaptionStyle, frame: Frame, workdir: Path) -> Typeset:
        """Put what the filter needs into `workdir`. Raises PermanentError for a font that is not there."""
        ...


@dataclass(frozen=True, slots=True)
class BurnHandler:
    studio: Studio
    typesetter: Typesetter

    async def burn(self, job: BurnInput, ctx: JobContext) -> BurnOutput:
        video = await ctx.video()
        caption_id = named_caption(job)
        caption = burnable(caption_id, (await ctx.load(CAPTION, caption_id)).state, video)
        ctx.progress("prepare")
        cues = await _cues(caption, ctx)
        async with media_file(ctx, video.content) as source:
            found = await self.studio.look_into(source, video.container, ctx)
            look = look_of(job, caption)
            typeset = await self.typesetter.typeset(cues, look, frame_of(found.facts), ctx.workdir)
            recipe = burn_recipe(found.facts, typeset.filter)
            text = SourceUsed(sha256=caption.cues.sha256, id=caption_id)
            made = await self.studio.make(recipe, source, ctx, used_video(video), text)
        video_id = await self.studio.publish(_with_fonts(made, typeset), burned_identity(video), ctx)
        encoder = made.rendering.steps[-1].encoder or ""
        return BurnOutput(video_id=video_id, caption_id=caption_id, encoder=encoder, font=typeset.font)


def _with_fonts(made: Made, typeset: Typeset) -> Made:
    return replace(made, rendering=made.rendering.model_copy(update={"fonts": typeset.fonts}))


async def _cues(caption: Caption, ctx: JobContext) -> tuple[Cue, ...]:
    try:
        return cues_from_json(await ctx.blobs.read(caption.cues))
    except (BlobMissing, ValueError) as error:
        message = f"The text of the caption {caption.id} cannot be read: make the caption again."
        raise PermanentError("caption_unreadable", message, detail=str(error)) from error
