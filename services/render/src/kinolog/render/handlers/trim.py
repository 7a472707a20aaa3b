"""Cutting windows of time out of a video."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kinolog.common.aggregates import VIDEO, Video
from kinolog.common.jobs import TrimClip, TrimInput, TrimOutput
from kinolog.common.media.identity import Identity
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.errand import Film
from kinolog.render.domain.split import ClipLimit
from kinolog.render.domain.trim import (
    FramelessPart,
    Seconds,
    clip_identity,
    refuse_changed,
    segment_identity,
    told_of_frameless,
    windows_left,
)
from kinolog.render.handlers.cut import Cut, Cutter, Uncut
from kinolog.render.handlers.inherit import Heirloom, heirlooms, inherit, retime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimHandler:
    """`most_ranges` is how many windows a job may name, `limit` how many videos it may make."""

    cutter: Cutter
    limit: ClipLimit
    most_ranges: int

    async def trim(self, job: TrimInput, ctx: JobContext) -> TrimOutput:
        video = await ctx.video()
        if job.result == "replace":
            refuse_changed((await ctx.load(VIDEO, video.id, as_of=ctx.job.queued_sequence)).state, video)
        windows = windows_left(job, video, self.most_ranges)
        captions = await heirlooms(ctx, video.id)
        if job.result == "segments":
            self.limit.refuse_more(len(windows), len(captions), "ranges")
        trimming = _Trimming(self.cutter, job, video, captions, ctx)
        async with media_file(ctx, video.content) as source:
            film = Film(path=source, container=video.container, workdir=ctx.workdir)
            return await trimming.result(await trimming.look(film, windows))


@dataclass(frozen=True, slots=True)
class _Trimming:
    cutter: Cutter
    job: TrimInput
    video: Video
    captions: Sequence[Heirloom]
    ctx: JobContext

    async def look(self, film: Film, windows: Sequence[Seconds]) -> Uncut:
        try:
            return await self.cutter.look(self.video, film, windows, self.ctx)
        except FramelessPart as missing:
            raise told_of_frameless(missing, self.job) from missing

    async def result(self, uncut: Uncut) -> TrimOutput:
        if self.job.result == "segments":
            return _output([await self._segment(uncut, number) for number in range(len(uncut.parts))])
        cut = await self.cutter.cut(uncut, uncut.parts, self.job.mode, self.ctx)
        if self.job.result == "replace":
            return _output([(await self._replaced(cut), cut)])
        return _output([await self._kept(cut, clip_identity(self.video, self.job, cut.muxer))])

    async def _segment(self, uncut: Uncut, number: int) -> "_Clip":
        count = len(uncut.parts)
        ctx = self.ctx.part(100 * number / count, 100 * (number + 1) / count)
        cut = await self.cutter.cut(uncut, uncut.parts[number : number + 1], self.job.mode, ctx)
        return await self._kept(cut, segment_identity(self.video, self.job, number + 1, count, cut.muxer))

    async def _kept(self, cut: Cut, identity: Identity) -> "_Clip":
        video_id = await self.cutter.studio.publish(cut.made, identity, self.ctx)
        return _clip(video_id, cut, await inherit(self.ctx, self.captions, video_id, cut.windows)), cut

    async def _replaced(self, cut: Cut) -> TrimClip:
        """Raises PermanentError where the video got another file meanwhile: the windows were not meant for that."""
        video = await self.ctx.load(VIDEO, self.video.id)
        refuse_changed(self.video, video.state)
        await self.cutter.studio.replace(cut.made, video, self.ctx)
        return _clip(self.video.id, cut, await retime(self.ctx, self.captions, cut.windows))


_Clip: TypeAlias = tuple[TrimClip, Cut]


def _clip(video_id: str, cut: Cut, caption_ids: tuple[str, ...]) -> TrimClip:
    return TrimClip(
        video_id=video_id,
        start_time=cut.windows[0][0],
        end_time=cut.windows[-1][1],
        frame_count=cut.frame_count,
        caption_ids=caption_ids,
        left_out=cut.left_out,
    )


def _output(clips: Sequence[_Clip]) -> TrimOutput:
    first, cut = clips[0]
    rendering = cut.made.rendering
    return TrimOutput(
        **first.model_dump(),
        method=rendering.method,
        because=rendering.because,
        clips=tuple(clip for clip, _ in clips),
    )
