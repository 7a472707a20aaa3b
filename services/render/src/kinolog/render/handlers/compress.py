"""Making a video smaller: samples of it are encoded until the quality is found, then the whole film once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinolog.common.aggregates import Video
from kinolog.common.jobs import CompressInput, CompressOutput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.compress import (
    CompressPlan,
    Measurement,
    Trial,
    compress_recipe,
    compressed_identity,
    look_of,
    next_quality,
    refuse_unmeasured,
    transcoding,
    trial_work,
    vmaf_model,
)
from kinolog.render.domain.compress_finding import Finding
from kinolog.render.domain.progress import OnProgress, shares_of
from kinolog.render.domain.recipe import Recipe
from kinolog.render.domain.samples import Samples, samples_of, sampling, sound_sampling
from kinolog.render.domain.transcode import refuse_other
from kinolog.render.handlers.progress import reports
from kinolog.render.handlers.studio import Made, Studio, explained, used_video


class QualityMeter(Protocol):
    async def measure(
        self, encoded: Path, original: Path, seconds: float, *, model: str, on_progress: OnProgress
    ) -> Measurement:
        """Compare two files of the same frames, frame by frame. Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where the samples of one film are tried; `original` holds them without loss.

    `sound_rate` is how many bytes a second of their sound takes, as it will be encoded.
    """

    job: CompressInput
    facts: MediaFacts
    samples: Samples
    original: Path
    sound_rate: float

    def finding(self, video: Video, trials: Sequence[Trial]) -> Finding:
        return Finding(
            video=video,
            facts=self.facts,
            job=self.job,
            samples=self.samples,
            trials=trials,
            sound_rate=self.sound_rate,
        )


@dataclass(frozen=True, slots=True)
class CompressHandler:
    studio: Studio
    meter: QualityMeter
    plan: CompressPlan

    async def compress(self, job: CompressInput, ctx: JobContext) -> CompressOutput:
        video = await ctx.video()
        ctx.progress("prepare")
        async with media_file(ctx, video.content) as source:
            facts = (await self.studio.look_into(source, video.container, ctx)).facts
            bench = await self._set_up(source, facts, job, ctx)
            finding = bench.finding(video, await self._search(bench, ctx))
            if finding.is_hopeless:
                return finding.unchanged("it would not become smaller")
            made = await self._encode(source, finding, ctx)
        size_bytes = _size(made.file)
        if size_bytes >= video.size_bytes:
            return finding.unchanged(f"it came out with {size_bytes} bytes and did not become smaller")
        measured = await self._measure_result(made, bench, ctx)
        video_id = await self.studio.publish(explained(made, finding.because), compressed_identity(video, job), ctx)
        return finding.smaller(video_id, size_bytes, measured, made.rendering.steps[-1].encoder)

    async def _set_up(self, source: Path, facts: MediaFacts, job: CompressInput, ctx: JobContext) -> Bench:
        samples, original = samples_of(facts, self.plan.samples), ctx.workdir / "original.mkv"
        work = sampling(samples, source, facts, look_of(facts, job), original)
        on_picture, on_sound = shares_of([9.0, 1.0], reports(ctx, "sample"))
        await self.studio.encoder.run(work, on_picture)
        recipe, output = compress_recipe(facts, job, self.plan.best, self.plan), ctx.workdir / "sound"
        sound_rate = await self._sound_rate(source, samples, recipe, output, on_sound)
        return Bench(job=job, facts=facts, samples=samples, original=original, sound_rate=sound_rate)

    async def _sound_rate(
        self, source: Path, samples: Samples, recipe: Recipe, output: Path, on_progress: OnProgress
    ) -> float:
        """In bytes a second, of all tracks together. What an encoder makes of pauses and of one channel is far from its
        nominal rate.
        """
        rate = 0.0
        for sound, listener in zip(recipe.sounds, shares_of([1.0] * len(recipe.sounds), on_progress), strict=True):
            await self.studio.encoder.run(sound_sampling(samples, source, recipe, sound, output), listener)
            rate += _size(output) / samples.seconds
        return rate

    async def _search(self, bench: Bench, ctx: JobContext) -> list[Trial]:
        trials: list[Trial] = []
        listeners = iter(shares_of([1.0] * self.plan.most_trials, reports(ctx, "try")))
        while (quality := next_quality(trials, bench.job.target_quality, self.plan)) is not None:
            trials.append(Trial(quality, await self._try(quality, bench, ctx, next(listeners))))
        return trials

    async def _try(self, quality: int, bench: Bench, ctx: JobContext, on_progress: OnProgress) -> Measurement:
        encoded = ctx.workdir / "trial.mkv"
        coding = compress_recipe(bench.facts, bench.job, quality, self.plan).picture_coding
        on_encode, on_measure = shares_of([1.0, 1.0], on_progress)
        await self.studio.encoder.run(trial_work(bench.samples, bench.original, coding, encoded), on_encode)
        return await self._measure(encoded, bench, on_measure)

    async def _encode(self, source: Path, finding: Finding, ctx: JobContext) -> Made:
        facts, job = finding.facts, finding.job
        recipe = compress_recipe(facts, job, finding.trial.quality, self.plan)
        made = await self.studio.make(recipe, source, ctx, used_video(finding.video))
        refuse_other(recipe, transcoding(job), facts, made.inspected.facts)
        return made

    async def _measure_result(self, made: Made, bench: Bench, ctx: JobContext) -> Measurement:
        """On the same samples, cut out of the result."""
        encoded, facts = ctx.workdir / "result.mkv", made.inspected.facts
        work = sampling(bench.samples, made.file, facts, look_of(facts, bench.job), encoded)
        on_sample, on_measure = shares_of([1.0, 1.0], reports(ctx, "measure"))
        await self.studio.encoder.run(work, on_sample)
        return await self._measure(encoded, bench, on_measure)

    async def _measure(self, encoded: Path, bench: Bench, on_progress: OnProgress) -> Measurement:
        seconds, model = bench.samples.seconds, vmaf_model(bench.facts)
        measured = await self.meter.measure(encoded, bench.original, seconds, model=model, on_progress=on_progress)
        refuse_unmeasured(measured, bench.samples)
        return measured


def _size(file: Path) -> int:
    return file.stat().st_size
