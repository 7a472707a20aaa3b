"""What was found out about a film as events, their files stored as blobs."""

from typing import Final

from kinolog.common.events import Event
from kinolog.common.events.video import VideoSoundMeasured, VideoStoryboardMade, VideoThumbnailMade, VideoWaveformMade
from kinolog.common.jobs import AnalysisPart
from kinolog.common.media.publish import POSTER_MEDIA_TYPE
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain.analysis import Hearing, Pictures, PosterMade, StoryboardMade

_JPEG: Final = "image/jpeg"
_JSON: Final = "application/json"
_PNG: Final = "image/png"


async def events_of(
    wanted: frozenset[AnalysisPart], pictures: Pictures | None, hearing: Hearing | None, ctx: JobContext
) -> dict[AnalysisPart, Event]:
    """One for each part that was made."""
    events: dict[AnalysisPart, Event] = {}
    if pictures is not None and pictures.poster is not None:
        events[AnalysisPart.POSTER] = await _poster(pictures.poster, ctx)
    if pictures is not None and pictures.storyboard is not None:
        events[AnalysisPart.STORYBOARD] = await _storyboard(pictures.storyboard, ctx)
    if hearing is not None and AnalysisPart.WAVEFORM in wanted:
        events[AnalysisPart.WAVEFORM] = await _waveform(hearing, ctx)
    if hearing is not None and AnalysisPart.SOUND in wanted:
        events[AnalysisPart.SOUND] = await _sound(hearing, ctx)
    return events


async def _poster(made: PosterMade, ctx: JobContext) -> VideoThumbnailMade:
    content = await ctx.blobs.put_file(made.file, POSTER_MEDIA_TYPE)
    return VideoThumbnailMade(content=content, width=made.width, height=made.height, at=made.at)


async def _storyboard(made: StoryboardMade, ctx: JobContext) -> VideoStoryboardMade:
    return VideoStoryboardMade(
        content=await ctx.blobs.put_file(made.file, _JPEG),
        tile_width=made.tile_width,
        tile_height=made.tile_height,
        columns=made.layout.columns,
        rows=made.layout.rows,
        interval_seconds=made.layout.interval_seconds,
        tile_count=made.layout.tile_count,
        job_id=ctx.job.id,
    )


async def _waveform(heard: Hearing, ctx: JobContext) -> VideoWaveformMade:
    return VideoWaveformMade(
        content=await ctx.blobs.put_file(heard.waveform, _JSON),
        picture=await ctx.blobs.put_file(heard.picture, _PNG),
        peaks_per_second=heard.peaks_per_second,
        peak_count=heard.peak_count,
        job_id=ctx.job.id,
    )


async def _sound(heard: Hearing, ctx: JobContext) -> VideoSoundMeasured:
    return VideoSoundMeasured(
        integrated_lufs=heard.integrated_lufs,
        range_lu=heard.range_lu,
        true_peak_dbtp=heard.true_peak_dbtp,
        silences=await ctx.blobs.put_file(heard.silences, _JSON),
        silence_count=heard.silence_count,
        silent_seconds=heard.silent_seconds,
        job_id=ctx.job.id,
    )
