"""Burning captions into the picture."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Protocol

import structlog

from kinolog.common.aggregates import CAPTION, SETTING, Caption, Setting, Video
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.errors import PermanentError, Refused
from kinolog.common.events.rendering import SourceUsed
from kinolog.common.fonts import SETTING_OF_FONTS, uploaded_fonts
from kinolog.common.jobs import BurnInput, BurnOutput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.source import media_file
from kinolog.common.presets import look
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue
from kinolog.common.subtitles.source import stored_cues
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.burn import (
    burn_recipe,
    burnable,
    burned_identity,
    frame_of,
    named_caption,
    refuse_high_range,
)
from kinolog.render.domain.chapters import told_apart
from kinolog.render.domain.economy import Economy, caption_spans
from kinolog.render.domain.errand import Film, KeptSound
from kinolog.render.domain.font import Uploads
from kinolog.render.domain.obstacle import PartialRefused, because_of
from kinolog.render.domain.packets import PacketIndex
from kinolog.render.domain.partial import Seconds, plan_overlay
from kinolog.render.domain.sounds import in_a_file_of_their_own, in_their_film, left_out
from kinolog.render.domain.typeset import Frame, Typeset
from kinolog.render.handlers.beside import begun
from kinolog.render.handlers.partial import Heard, PartialStudio
from kinolog.render.handlers.studio import Made, Studio, explained, used_video

_SOUND: Final = "sound.mp4"
_logger: Final = structlog.get_logger(__name__)


class Typesetter(Protocol):
    async def typeset(
        self, cues: Sequence[Cue], style: CaptionStyle, frame: Frame, workdir: Path, uploads: Uploads
    ) -> Typeset:
        """Put what the filter needs into `workdir`. Raises PermanentError for a font that is not there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Burning:
    """A film and what is to be drawn into it by `drawing`, a filter, during `spans` of seconds. `indexing` has been
    begun where there was hope to render it in part.
    """

    film: Film
    facts: MediaFacts
    drawing: str
    spans: tuple[Seconds, ...]
    indexing: Awaitable[PacketIndex | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnHandler:
    studio: Studio
    joiner: PartialStudio
    typesetter: Typesetter
    economy: Economy

    async def burn(self, job: BurnInput, ctx: JobContext) -> BurnOutput:
        video = await ctx.video()
        caption_id = named_caption(job)
        caption = burnable(caption_id, (await ctx.load(CAPTION, caption_id)).state, video)
        ctx.progress("prepare")
        cues, style = await stored_cues(caption, ctx.blobs), await _look(job, caption, video, ctx)
        uploads = Uploads(uploaded_fonts(await _setting(ctx, SETTING_OF_FONTS)), ctx.blobs.stream)
        async with media_file(ctx, video.content) as source:
            film, spans = Film(path=source, container=video.container, workdir=ctx.workdir), caption_spans(cues)
            async with begun(self._hopeful_index(film, spans, video, ctx)) as indexing:
                facts = (await self.studio.look_into(source, video.container, ctx)).facts
                typeset = await self.typesetter.typeset(cues, style, frame_of(facts), ctx.workdir, uploads)
                burning = Burning(film=film, facts=facts, drawing=typeset.filter, spans=spans, indexing=indexing)
                text = SourceUsed(sha256=caption.cues.sha256, id=caption_id)
                made = await self._drawn(burning, ctx, used_video(video), text)
        video_id = await self.studio.publish(_with_fonts(made, typeset), burned_identity(video), ctx)
        output = _output(made, typeset, video_id=video_id, caption_id=caption_id)
        return output.model_copy(update={"left_out": left_out(facts)})

    async def _hopeful_index(
        self, film: Film, spans: tuple[Seconds, ...], video: Video, ctx: JobContext
    ) -> PacketIndex | None:
        return await self.joiner.index(film, ctx, spans) if self.economy.hopes_for(spans, video) else None

    async def _drawn(self, burning: Burning, ctx: JobContext, *used: SourceUsed) -> Made:
        """In part where that is possible and worthwhile."""
        try:
            return await self._partly(burning, ctx, *used)
        except PartialRefused as error:
            refused = error
        _logger.info("Encoding all frames", action="burn", obstacle=refused.obstacle.name, detail=refused.detail)
        recipe = burn_recipe(burning.facts, burning.drawing)
        made = await self.studio.make(recipe, burning.film.path, ctx, *used)
        return explained(made, because_of(refused))

    async def _partly(self, burning: Burning, ctx: JobContext, *used: SourceUsed) -> Made:
        refuse_high_range(burning.facts)
        self.economy.refuse_crowded(burning.spans, burning.facts)
        index = await burning.indexing or await self.joiner.index(burning.film, ctx, burning.spans)
        plan = await asyncio.to_thread(plan_overlay, index, burning.spans)
        plan = replace(plan, chapters=told_apart(burning.facts.chapters))
        self.economy.refuse_costly(plan, burning.facts)
        sound = _sound(burning, index)
        return await self.joiner.make(
            burning.film, index, plan, ctx, *used, drawing=burning.drawing, sound=sound, is_fed=True
        )


def _sound(burning: Burning, index: PacketIndex) -> Heard | None:
    """As it is, where MP4 players know it; otherwise encoded, as in a film that is encoded as a whole."""
    film, recipe = burning.film, burn_recipe(burning.facts, burning.drawing)
    if not recipe.sounds:
        return None
    if all(sound.is_copied for sound in recipe.sounds):
        tracks, zero_seconds = in_their_film(recipe.sounds), index.track.zero_seconds
        return Heard(kept=KeptSound(path=film.path, container=film.container, tracks=tracks, zero_seconds=zero_seconds))
    tracks = in_a_file_of_their_own(recipe.sounds)
    kept = KeptSound(path=film.workdir / _SOUND, container=recipe.muxer, tracks=tracks)
    return Heard(kept=kept, recipe=replace(recipe, picture=None, frame_count=None, chapters=()))


def _output(made: Made, typeset: Typeset, *, video_id: str, caption_id: str) -> BurnOutput:
    rendering = made.rendering
    return BurnOutput(
        video_id=video_id,
        caption_id=caption_id,
        encoder=(rendering.steps[-1].encoder if rendering.steps else None) or "copy",
        font=typeset.font,
        method=rendering.method,
        because=rendering.because,
        encoded_frames=made.inspected.facts.frame_count if made.encoded_frames is None else made.encoded_frames,
        estimated_words=typeset.estimated_words,
    )


def _with_fonts(made: Made, typeset: Typeset) -> Made:
    return replace(made, rendering=made.rendering.model_copy(update={"fonts": typeset.fonts}))


async def _setting(ctx: JobContext, name: str) -> Setting | None:
    return (await ctx.load(SETTING, setting_id(name))).state


async def _look(job: BurnInput, caption: Caption, video: Video, ctx: JobContext) -> CaptionStyle:
    """The caption's own look, except where the job asks for something else."""
    try:
        return await look([caption.style, job.style.chosen()], video.project_id, partial(_setting, ctx))
    except Refused as error:
        raise PermanentError("preset_missing", f"{error.field}: {error.message}") from error
