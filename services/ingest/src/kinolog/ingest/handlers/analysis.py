"""Making pictures of a stored video and telling how it sounds: each a fact of its own, so that one can be remade."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinolog.common.aggregates import VIDEO, Video
from kinolog.common.errors import PassingError
from kinolog.common.events import Event
from kinolog.common.jobs import AnalysisPart, AnalyzeInput, AnalyzeOutput
from kinolog.common.media.ask import OnPercent
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain.analysis import PICTURES, SOUNDS, Film, Hearing, Pictures, possible_parts
from kinolog.ingest.handlers.analysis_events import events_of


class PictureMaker(Protocol):
    async def make(self, film: Film, wanted: frozenset[AnalysisPart], workdir: Path, on_percent: OnPercent) -> Pictures:
        """Raises WorkError."""
        ...


class SoundListener(Protocol):
    async def listen(self, film: Film, workdir: Path, on_percent: OnPercent) -> Hearing:
        """Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True)
class AnalysisHandler:
    pictures: PictureMaker
    sound: SoundListener

    async def analyze(self, job: AnalyzeInput, ctx: JobContext) -> AnalyzeOutput:
        video = await ctx.video()
        wanted = job.parts & possible_parts(video)
        async with media_file(ctx, video.content) as file:
            film = Film(file=file, container=video.container, duration=video.duration)
            pictures, hearing = await self._side_by_side(film, wanted, ctx)
        ctx.progress("store")
        made = await events_of(wanted, pictures, hearing, ctx)
        if made:
            await _tell(video, made.values(), ctx)
        return AnalyzeOutput(made=_in_order(frozenset(made)), missing=_in_order(job.parts - frozenset(made)))

    async def _side_by_side(
        self, film: Film, wanted: frozenset[AnalysisPart], ctx: JobContext
    ) -> tuple[Pictures | None, Hearing | None]:
        """What only looks at packets of the picture leaves a core to the sound."""
        reports = _halves(ctx) if wanted & PICTURES and wanted & SOUNDS else [_report(ctx)] * 2
        try:
            async with asyncio.TaskGroup() as tasks:
                pictures = tasks.create_task(self._pictures(film, wanted & PICTURES, ctx.workdir, reports[0]))
                hearing = tasks.create_task(self._hearing(film, wanted & SOUNDS, ctx.workdir, reports[1]))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        return pictures.result(), hearing.result()

    async def _pictures(
        self, film: Film, wanted: frozenset[AnalysisPart], workdir: Path, on_percent: OnPercent
    ) -> Pictures | None:
        return await self.pictures.make(film, wanted, workdir, on_percent) if wanted else None

    async def _hearing(
        self, film: Film, wanted: frozenset[AnalysisPart], workdir: Path, on_percent: OnPercent
    ) -> Hearing | None:
        return await self.sound.listen(film, workdir, on_percent) if wanted else None


def _report(ctx: JobContext) -> OnPercent:
    return lambda percent: ctx.progress("analyze", percent)


def _halves(ctx: JobContext) -> list[OnPercent]:
    """Two works at once are as far as both of them."""
    done = [0.0, 0.0]

    def half(number: int) -> OnPercent:
        def report(percent: float) -> None:
            done[number] = percent
            ctx.progress("analyze", sum(done) / 2)

        return report

    return [half(0), half(1)]


async def _tell(video: Video, events: Iterable[Event], ctx: JobContext) -> None:
    """Have it appear with the video when the job completes. Raises PassingError where that has another file by now."""
    loaded = await ctx.load(VIDEO, video.id)
    if loaded.state is None or loaded.state.content.sha256 != video.content.sha256:
        raise PassingError("video_changed", "The video was given another file while it was analyzed.")
    ctx.change(loaded, *events)


def _in_order(parts: frozenset[AnalysisPart]) -> tuple[AnalysisPart, ...]:
    return tuple(part for part in AnalysisPart if part in parts)
