"""Taking the silent parts out of a video, exact to the frame and with its captions."""

from dataclasses import dataclass
from typing import Protocol

from kinolog.common.aggregates import Video
from kinolog.common.jobs import RemoveSilenceInput, RemoveSilenceOutput, SilentPart
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.source import media_file
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.errand import Film
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.silence import Span, cut_identity, kept_spans, picture_begin, removed_spans, sound_stream
from kinolog.render.handlers.cut import Cut, Cutter
from kinolog.render.handlers.inherit import heirlooms, inherit
from kinolog.render.handlers.progress import reports


class SilenceMeter(Protocol):
    async def silences(
        self, film: Film, facts: MediaFacts, job: RemoveSilenceInput, on_progress: OnProgress
    ) -> tuple[Span, ...]:
        """In order; the last one may go on to the film's end. Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceHandler:
    """`most_removed` is how many silences are taken out at most: the longest ones."""

    cutter: Cutter
    meter: SilenceMeter
    most_removed: int

    async def remove_silence(self, job: RemoveSilenceInput, ctx: JobContext) -> RemoveSilenceOutput:
        video = await ctx.video()
        ctx.progress("prepare")
        async with media_file(ctx, video.content) as source:
            film = Film(path=source, container=video.container, workdir=ctx.workdir)
            facts = (await self.cutter.studio.look_into(source, video.container, ctx, ((0.0, video.duration),))).facts
            sound_stream(facts)
            found = await self.meter.silences(film, facts, job, reports(ctx, "listen"))
            begin = picture_begin(facts)
            removed = removed_spans(found, job, facts.duration, self.most_removed, picture_begin=begin)
            if job.only_detect or not removed:
                return _uncut(video, job, removed)
            uncut = await self.cutter.look(video, film, kept_spans(removed, facts.duration), ctx)
            cut = await self.cutter.cut(uncut, uncut.parts, "exact", ctx)
        return await self._kept(video, job, removed, cut, ctx)

    async def _kept(
        self, video: Video, job: RemoveSilenceInput, removed: tuple[Span, ...], cut: Cut, ctx: JobContext
    ) -> RemoveSilenceOutput:
        video_id = await self.cutter.studio.publish(cut.made, cut_identity(video, job, cut.muxer), ctx)
        return RemoveSilenceOutput(
            video_id=video_id,
            is_cut=True,
            because=cut.made.rendering.because,
            removed=_told(removed),
            removed_seconds=_total(removed),
            method=cut.made.rendering.method,
            caption_ids=await inherit(ctx, await heirlooms(ctx, video.id), video_id, cut.windows),
            left_out=cut.left_out,
        )


def _uncut(video: Video, job: RemoveSilenceInput, removed: tuple[Span, ...]) -> RemoveSilenceOutput:
    because = "only to be found" if job.only_detect else f"no silence of {job.min_silence_seconds:g} s or more"
    return RemoveSilenceOutput(
        video_id=video.id, is_cut=False, because=because, removed=_told(removed), removed_seconds=_total(removed)
    )


def _told(removed: tuple[Span, ...]) -> tuple[SilentPart, ...]:
    return tuple(SilentPart(start_time=round(start, 6), end_time=round(end, 6)) for start, end in removed)


def _total(removed: tuple[Span, ...]) -> float:
    return round(sum(end - start for start, end in removed), 6)
