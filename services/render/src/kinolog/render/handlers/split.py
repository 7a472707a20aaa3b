"""Cutting a whole video into clips: by the clock, or where its scenes change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.jobs import SplitFixedInput, SplitFixedOutput, SplitScenesInput, SplitScenesOutput, TrimClip
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.errand import Film
from kinolog.render.domain.scenes import can_count_frames
from kinolog.render.domain.split import way_of, windows_of
from kinolog.render.domain.work import Source
from kinolog.render.handlers.clips import ClipMaker, SplitOrder
from kinolog.render.handlers.scenes import FoundScenes, SceneMeter, find_scenes, keep_scenes, rule_of
from kinolog.render.handlers.studio import Studio

# Every frame is decoded to find scenes, and few are encoded to cut there.
_SHARE_OF_FINDING: Final = 60.0


@dataclass(frozen=True, slots=True)
class SplitHandler:
    studio: Studio
    meter: SceneMeter
    maker: ClipMaker

    async def split_fixed(self, job: SplitFixedInput, ctx: JobContext) -> SplitFixedOutput:
        video = await ctx.video()
        windows, field = windows_of(job, video), way_of(job)
        self.maker.limit.refuse_more(len(windows), 0, field)
        async with _film(video, ctx) as film:
            order = SplitOrder(video=video, film=film, windows=windows, mode=job.mode, field=field)
            clips = await self.maker.make(replace(order, largest_bytes=job.size_bytes), ctx)
        return SplitFixedOutput(clips=clips)

    async def split_scenes(self, job: SplitScenesInput, ctx: JobContext) -> SplitScenesOutput:
        video = await ctx.video()
        async with _film(video, ctx) as film:
            share = 100.0 if job.only_scenes else _SHARE_OF_FINDING
            found = await self._find(job, film, ctx.part(0, share))
            clips = () if job.only_scenes else await self._cut(job, video, film, found, ctx.part(share, 100))
        await keep_scenes(found, video, ctx)
        return SplitScenesOutput(
            detector=found.rule.detector, threshold=found.rule.threshold, scene_count=len(found.scenes), clips=clips
        )

    async def _find(self, job: SplitScenesInput, film: Film, ctx: JobContext) -> FoundScenes:
        ctx.progress("prepare")
        facts = await self._look_into(film, ctx)
        return await find_scenes(self.meter, rule_of(job), Source(path=film.path, container=film.container), facts, ctx)

    async def _look_into(self, film: Film, ctx: JobContext) -> MediaFacts:
        """Every frame will be decoded and counted, which examines the picture; where they are not to be counted, damage
        is looked for here.
        """
        facts = (await self.studio.look_into(film.path, film.container, ctx, is_picture_examined=True)).facts
        if facts.video_stream is None or can_count_frames(facts):
            return facts
        return (await self.studio.look_into(film.path, film.container, ctx)).facts

    async def _cut(
        self, job: SplitScenesInput, video: Video, film: Film, found: FoundScenes, ctx: JobContext
    ) -> tuple[TrimClip, ...]:
        windows = tuple((scene.start_time, scene.end_time) for scene in found.scenes)
        order = SplitOrder(video=video, film=film, windows=windows, mode=job.mode, field="min_scene_len")
        return await self.maker.make(order, ctx)


@asynccontextmanager
async def _film(video: Video, ctx: JobContext) -> AsyncIterator[Film]:
    async with media_file(ctx, video.content) as source:
        yield Film(path=source, container=video.container, workdir=ctx.workdir)
