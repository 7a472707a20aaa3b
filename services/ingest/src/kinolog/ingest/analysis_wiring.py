"""Builds what analyzes videos from the settings."""

from kinolog.common.child import Limits
from kinolog.ingest.adapters.analysis.bounds import AnalysisBounds
from kinolog.ingest.adapters.analysis.pictures import PictureMaker
from kinolog.ingest.adapters.analysis.sound import SoundListener
from kinolog.ingest.domain.storyboard import StoryboardRule
from kinolog.ingest.domain.waveform import WaveformRule
from kinolog.ingest.handlers.analysis import AnalysisHandler
from kinolog.ingest.settings import IngestSettings


def analysis_of(settings: IngestSettings) -> AnalysisHandler:
    return AnalysisHandler(picture_maker(settings), sound_listener(settings))


def picture_maker(settings: IngestSettings) -> PictureMaker:
    rule = StoryboardRule(
        tile_width=settings.storyboard_tile_width_pixels,
        columns=settings.storyboard_columns,
        most_tiles=settings.storyboard_max_tiles,
        shortest_interval_seconds=settings.storyboard_min_interval_seconds,
    )
    return PictureMaker(
        bounds=_bounds(settings),
        rule=rule,
        poster_width_pixels=settings.poster_width_pixels,
        exact_frames=settings.storyboard_exact_frames,
    )


def sound_listener(settings: IngestSettings) -> SoundListener:
    rule = WaveformRule(
        peaks_per_second=settings.waveform_peaks_per_second,
        least_peaks=settings.waveform_min_peaks,
        most_peaks=settings.waveform_max_peaks,
    )
    return SoundListener(
        bounds=_bounds(settings),
        rule=rule,
        threshold_db=settings.silence_threshold_db,
        shortest_silence_seconds=settings.silence_min_seconds,
        max_listed_silences=settings.silence_max_listed,
    )


def _bounds(settings: IngestSettings) -> AnalysisBounds:
    limits = Limits(
        cpu_seconds=settings.analysis_cpu_seconds,
        memory_bytes=settings.analysis_memory_bytes,
        file_bytes=settings.analysis_max_file_bytes,
    )
    return AnalysisBounds(
        limits=limits,
        timeout_seconds=settings.analysis_timeout_seconds,
        stall_seconds=settings.analysis_stall_seconds,
        max_pixels=settings.media_max_pixels,
        max_streams=settings.media_max_streams,
        max_duration_seconds=settings.media_max_duration_seconds,
    )
