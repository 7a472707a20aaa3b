"""Putting a caption into another language."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kinolog.common.aggregates import CAPTION, Caption, Video
from kinolog.common.errors import PermanentError
from kinolog.common.events.caption import CaptionCreated
from kinolog.common.jobs import TranslateInput, TranslateOutput
from kinolog.common.subtitles import CUES_MEDIA_TYPE, Cue, cues_to_json
from kinolog.common.subtitles.source import stored_cues
from kinolog.common.worker.context import JobContext
from kinolog.transcribe.domain.reading import Layout
from kinolog.transcribe.domain.transcript import caption_filename
from kinolog.transcribe.domain.translation import Passages, Portion, portions, text_of, translatable, translated


class Translator(Protocol):
    @property
    def label(self) -> str:
        """Which engine it is, for those who later ask who wrote this."""
        ...

    async def translate(self, texts: Sequence[str], source: str, target: str) -> tuple[str, ...]:
        """As many texts, in the same order. Languages are ISO 639 codes; `und` is one that nobody knows.

        Raises WorkError. Cancelling stops it.
        """
        ...


@dataclass(frozen=True, slots=True)
class TranslateHandler:
    """Without a `translator` every job is refused."""

    translator: Translator | None
    layout: Layout
    passages: Passages
    portion: Portion

    async def translate(self, job: TranslateInput, ctx: JobContext) -> TranslateOutput:
        translator = _configured(self.translator)
        video = await ctx.video()
        source = await _source(job, video, ctx)
        passages = self.passages.of(await stored_cues(source, ctx.blobs))
        texts = await self._texts(passages, translator, source.language, job.language, ctx)
        ctx.progress("write")
        put = await asyncio.to_thread(translated, passages, texts, self.layout, job.language)
        created = await _created(put, source, video, translator.label, job, ctx)
        return TranslateOutput(
            caption_id=ctx.create(CAPTION, created),
            source_caption_id=source.id,
            language=job.language,
            cue_count=len(put),
            engine=translator.label,
        )

    async def _texts(
        self, passages: Sequence[Sequence[Cue]], translator: Translator, source: str, target: str, ctx: JobContext
    ) -> list[str]:
        texts, answers, began_at = [text_of(passage) for passage in passages], list[str](), time.monotonic()
        ctx.progress("translate", 0.0)
        for portion in portions(texts, self.portion):
            answers += await translator.translate(portion, source, target)
            elapsed = time.monotonic() - began_at
            left = elapsed * (len(texts) - len(answers)) / len(answers)
            ctx.progress("translate", 100 * len(answers) / len(texts), eta_seconds=left)
        return answers


def _configured(translator: Translator | None) -> Translator:
    if translator is None:
        message = "No translation engine is configured: the operator sets KINOLOG_TRANSLATION_URL."
        raise PermanentError("translation_not_configured", message)
    return translator


async def _source(job: TranslateInput, video: Video, ctx: JobContext) -> Caption:
    """The caption that was named, or the video's default one while it is there, or else its newest."""
    if job.caption_id is not None:
        return translatable(job.caption_id, (await ctx.load(CAPTION, job.caption_id)).state, video, job.language)
    captions = [each.require() for each in await ctx.captions_of(video.id)]
    if not captions:
        raise PermanentError("caption_missing", "The video has no caption to translate: make one first, or name one.")
    chosen = next((each for each in captions if each.id == video.default_caption_id), captions[-1])
    return translatable(chosen.id, chosen, video, job.language)


async def _created(
    cues: tuple[Cue, ...], source: Caption, video: Video, engine: str, job: TranslateInput, ctx: JobContext
) -> CaptionCreated:
    return CaptionCreated(
        video_id=video.id,
        project_id=video.project_id,
        filename=caption_filename(video.filename, job.language),
        language=job.language,
        style=source.style,
        cues=await ctx.blobs.put_bytes(cues_to_json(cues), CUES_MEDIA_TYPE),
        cue_count=len(cues),
        model=engine,
        job_id=ctx.job.id,
        source_caption_id=source.id,
    )
