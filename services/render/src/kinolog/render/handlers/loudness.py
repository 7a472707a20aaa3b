"""Bringing the sound of a video to a stated loudness, with the picture left as it is where that can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import structlog

from kinolog.common.errors import PermanentError
from kinolog.common.events.rendering import SourceUsed
from kinolog.common.jobs import NormalizeAudioInput, NormalizeAudioOutput
from kinolog.common.jobs.loudness import NormalizedTrack
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.canvas import why_hevc
from kinolog.render.domain.loudness import (
    Loudness,
    Treatments,
    copied_muxer,
    copying_work,
    encoding_recipe,
    is_reached,
    is_whole,
    normalized_identity,
    refuse_unmeasurable,
    treatments,
)
from kinolog.render.domain.progress import OnProgress, shares_of
from kinolog.render.domain.recipe import Muxer
from kinolog.render.domain.sounds import left_out
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.studio import Made, Studio, explained, used_video

_COPIED: Final = "copied"
_logger: Final = structlog.get_logger(__name__)


class LoudnessMeter(Protocol):
    async def measure(
        self, film: Path, container: str, stream: int, seconds: float, workdir: Path, on_progress: OnProgress
    ) -> Loudness:
        """The loudness of the sound that is number `stream` of a file. Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A film that was measured, and what is to become of its sound."""

    film: Path
    facts: MediaFacts
    used: SourceUsed
    wanted: Treatments
    kbps: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Normalized:
    made: Made
    muxer: Muxer
    is_picture_copied: bool


@dataclass(frozen=True, slots=True)
class LoudnessHandler:
    studio: Studio
    meter: LoudnessMeter

    async def normalize_audio(self, job: NormalizeAudioInput, ctx: JobContext) -> NormalizeAudioOutput:
        video = await ctx.video()
        ctx.progress("prepare")
        async with media_file(ctx, video.content) as source:
            facts = (await self.studio.look_into(source, video.container, ctx)).facts
            before = await self._measured(source, facts, "measure", ctx)
            wanted = treatments(before, job)
            task = _Task(film=source, facts=facts, used=used_video(video), wanted=wanted, kbps=job.sound_kbps)
            result = await self._copied(task, ctx) or await self._encoded(task, ctx)
        after, *others = await self._measured(result.made.file, result.made.inspected.facts, "verify", ctx)
        video_id = await self.studio.publish(result.made, normalized_identity(video, job, result.muxer), ctx)
        return NormalizeAudioOutput(
            video_id=video_id,
            before=wanted.first.measured.told(),
            after=after.told(),
            is_target_reached=is_reached(after, job),
            method=wanted.first.method,
            because=wanted.first.because,
            is_picture_copied=result.is_picture_copied,
            further_tracks=_further(facts, before[1:], others, job),
            left_out=left_out(facts),
        )

    async def _measured(self, film: Path, facts: MediaFacts, phase: str, ctx: JobContext) -> list[Loudness]:
        """Track after track."""
        refuse_unmeasurable(facts)
        hearers = shares_of([1.0] * len(facts.sounds), reports(ctx, phase))
        return [
            await self.meter.measure(film, facts.container, sound.stream, facts.duration, ctx.workdir, hear)
            for sound, hear in zip(facts.sounds, hearers, strict=True)
        ]

    async def _copied(self, task: _Task, ctx: JobContext) -> _Normalized | None:
        """None where the picture fits into no container as it is, or did not come out of it whole."""
        if (muxer := copied_muxer(task.facts)) is None:
            return None
        output = ctx.workdir / f"{_COPIED}.{muxer}"
        work = copying_work(task.facts, muxer, task.wanted, task.kbps, task.film, output)
        try:
            encoded = await self.studio.encoder.run(work, reports(ctx))
            inspected = await self.studio.check(output, ctx)
        except PermanentError as error:
            _logger.info("Encoding the picture too", action="normalize_audio", kind=error.kind, detail=error.detail)
            return None
        if not is_whole(inspected.facts, task.facts):
            return None
        rendering = self.studio.rendering((task.used,), encoded, method="copy", because=task.wanted.first.because)
        made = Made(file=output, inspected=inspected, rendering=rendering, encoded_frames=0)
        return _Normalized(made=made, muxer=muxer, is_picture_copied=task.facts.video_stream is not None)

    async def _encoded(self, task: _Task, ctx: JobContext) -> _Normalized:
        recipe = encoding_recipe(task.facts, task.wanted, task.kbps)
        made = await self.studio.make(recipe, task.film, ctx, task.used)
        made = explained(made, "the picture could not be copied", why_hevc(task.facts), task.wanted.first.because)
        return _Normalized(made=made, muxer="mp4", is_picture_copied=False)


def _further(
    facts: MediaFacts, before: Sequence[Loudness], after: Sequence[Loudness], job: NormalizeAudioInput
) -> tuple[NormalizedTrack, ...]:
    measured = zip(facts.further_sounds, before, after, strict=True)
    return tuple(
        NormalizedTrack(
            number=sound.number,
            language=sound.label.language,
            before=was.told(),
            after=now.told(),
            is_target_reached=is_reached(now, job),
        )
        for sound, was, now in measured
    )
