"""The jobs of this service."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from kinolog.common.aggregates import CAPTION, Caption
from kinolog.common.errors import BlobMissing, PermanentError
from kinolog.common.jobs import BurnInput, BurnOutput, TrimInput, TrimOutput
from kinolog.common.media.identity import Identity
from kinolog.common.media.inspector import Inspected
from kinolog.common.media.publish import register_video
from kinolog.common.media.source import media_file
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue, cues_from_json
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.burn import burn_recipe, burnable, burned_identity, frame_of, look_of, named_caption
from kinolog.render.domain.progress import EncodeProgress, OnProgress
from kinolog.render.domain.recipe import Recipe, refuse_incomplete
from kinolog.render.domain.trim import clip_identity, trim_recipe, window_of
from kinolog.render.domain.typeset import Frame, Typeset

_OUTPUT: Final = "output.mp4"
_MEDIA_TYPE: Final = "video/mp4"


class Encoder(Protocol):
    @property
    def name(self) -> str:
        """What did the work, for whoever asks later."""
        ...

    async def encode(self, recipe: Recipe, source: Path, output: Path, on_progress: OnProgress) -> None:
        """Make `output`; nothing is left of it without success. Raises WorkError."""
        ...


class MediaInspector(Protocol):
    async def inspect(
        self,
        file: Path,
        workdir: Path,
        *,
        container: str | None = None,
        window: tuple[float, float] | None = None,
        wants_poster: bool = True,
    ) -> Inspected:
        """What is in a file. Raises PermanentError for one that is not whole."""
        ...


class Typesetter(Protocol):
    async def typeset(self, cues: Sequence[Cue], style: CaptionStyle, frame: Frame, workdir: Path) -> Typeset:
        """Put what the filter needs into `workdir`. Raises PermanentError for a font that is not there."""
        ...


@dataclass(frozen=True, slots=True)
class RenderHandlers:
    encoder: Encoder
    inspector: MediaInspector
    typesetter: Typesetter

    async def burn(self, job: BurnInput, ctx: JobContext) -> BurnOutput:
        video = await ctx.video()
        caption_id = named_caption(job)
        caption = burnable(caption_id, (await ctx.load(CAPTION, caption_id)).state, video)
        ctx.progress("prepare")
        cues = await _cues(caption, ctx)
        async with media_file(ctx, video.content) as source:
            found = await self._look_into(source, video.container, ctx)
            look = look_of(job, caption)
            typeset = await self.typesetter.typeset(cues, look, frame_of(found.facts), ctx.workdir)
            made = await self._make(burn_recipe(found.facts, typeset.filter), source, ctx)
        video_id = await _publish(made, burned_identity(video), ctx)
        return BurnOutput(video_id=video_id, caption_id=caption_id, encoder=self.encoder.name, font=typeset.font)

    async def trim(self, job: TrimInput, ctx: JobContext) -> TrimOutput:
        video = await ctx.video()
        start, end = window_of(job, video)
        ctx.progress("prepare")
        async with media_file(ctx, video.content) as source:
            found = await self._look_into(source, video.container, ctx, window=(start, end))
            made = await self._make(trim_recipe(found.facts, start, end), source, ctx)
        return TrimOutput(
            video_id=await _publish(made, clip_identity(video, job), ctx),
            start_time=start,
            end_time=end,
            frame_count=made.facts.frame_count,
        )

    async def _look_into(
        self, source: Path, container: str, ctx: JobContext, window: tuple[float, float] | None = None
    ) -> Inspected:
        return await self.inspector.inspect(source, ctx.workdir, container=container, window=window, wants_poster=False)

    async def _make(self, recipe: Recipe, source: Path, ctx: JobContext) -> Inspected:
        """Encode, and see that what came out is whole."""
        output = ctx.workdir / _OUTPUT
        await self.encoder.encode(recipe, source, output, partial(_report, ctx))
        ctx.progress("check")
        made = await self.inspector.inspect(output, ctx.workdir)
        refuse_incomplete(recipe, made.facts)
        return made


async def _cues(caption: Caption, ctx: JobContext) -> tuple[Cue, ...]:
    try:
        return cues_from_json(await ctx.blobs.read(caption.cues))
    except (BlobMissing, ValueError) as error:
        message = f"The text of the caption {caption.id} cannot be read: make the caption again."
        raise PermanentError("caption_unreadable", message, detail=str(error)) from error


async def _publish(made: Inspected, identity: Identity, ctx: JobContext) -> str:
    ctx.progress("store")
    content = await ctx.blobs.put_file(ctx.workdir / _OUTPUT, _MEDIA_TYPE)
    return await register_video(ctx, identity, content, made)


def _report(ctx: JobContext, progress: EncodeProgress) -> None:
    ctx.progress("encode", progress.percent, speed=progress.speed, eta_seconds=progress.eta_seconds)
