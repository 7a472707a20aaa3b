"""Builds the service from its settings: the one place where concrete things are chosen."""

from kinolog.common.child import Limits
from kinolog.common.media.inspector import Inspector
from kinolog.common.worker.attempt import Handler
from kinolog.render.adapters.ffmpeg import FFmpeg
from kinolog.render.adapters.ffmpeg_options import EncodeBounds, EncodeOptions
from kinolog.render.adapters.font_shelf import FontShelf
from kinolog.render.adapters.partial.engine import PartialBounds, PartialEngine
from kinolog.render.adapters.typesetter import AssTypesetter
from kinolog.render.adapters.vmaf import VmafMeter
from kinolog.render.domain.compress import CompressPlan
from kinolog.render.domain.economy import Economy
from kinolog.render.domain.samples import SamplePlan
from kinolog.render.handlers.burn import BurnHandler
from kinolog.render.handlers.compress import CompressHandler
from kinolog.render.handlers.cut import Cutter
from kinolog.render.handlers.package import PackageHandler
from kinolog.render.handlers.partial import PartialStudio
from kinolog.render.handlers.studio import Studio
from kinolog.render.handlers.transcode import TranscodeHandler
from kinolog.render.handlers.trim import TrimHandler
from kinolog.render.settings import RenderSettings


def handlers(settings: RenderSettings) -> dict[str, Handler]:
    """A handler for each job type of the queue `render`."""
    studio = Studio(encoder(settings), Inspector(settings))
    joiner = PartialStudio(studio, partial_engine(settings))
    typesetter = AssTypesetter(FontShelf(settings.render_fonts_dir))
    economy = Economy(
        max_share=settings.partial_max_share, min_saved_pixels=settings.partial_min_saved_megapixels * 1_000_000
    )
    return {
        "burn": BurnHandler(studio=studio, joiner=joiner, typesetter=typesetter, economy=economy).burn,
        "trim": TrimHandler(cutter=Cutter(studio, joiner), most_ranges=settings.trim_max_ranges).trim,
        "transcode": TranscodeHandler(studio).transcode,
        "compress": CompressHandler(studio, meter(settings), _compress_plan(settings)).compress,
        "package": PackageHandler(studio).package,
    }


def encoder(settings: RenderSettings) -> FFmpeg:
    return FFmpeg(_options(settings), _bounds(settings))


def partial_engine(settings: RenderSettings) -> PartialEngine:
    bounds = PartialBounds(
        max_pixels=settings.media_max_pixels,
        max_streams=settings.media_max_streams,
        max_duration_seconds=settings.media_max_duration_seconds,
        max_packets=settings.partial_max_packets,
        max_runs=settings.partial_max_runs,
    )
    return PartialEngine(encoder(settings), bounds)


def meter(settings: RenderSettings) -> VmafMeter:
    return VmafMeter(_options(settings), _bounds(settings))


def _compress_plan(settings: RenderSettings) -> CompressPlan:
    return CompressPlan(
        samples=SamplePlan(seconds=settings.compress_sample_seconds, most=settings.compress_max_samples),
        preset=settings.compress_preset,
        best=settings.compress_best_quality,
        least=settings.compress_least_quality,
        most_trials=settings.compress_max_trials,
    )


def _options(settings: RenderSettings) -> EncodeOptions:
    return EncodeOptions(
        preset=settings.encode_preset,
        crf=settings.encode_crf,
        audio_kbps=settings.encode_audio_kbps,
        threads=settings.encode_threads,
        max_pixels=settings.media_max_pixels,
    )


def _bounds(settings: RenderSettings) -> EncodeBounds:
    limits = Limits(
        cpu_seconds=settings.encode_cpu_seconds,
        memory_bytes=settings.encode_memory_bytes,
        file_bytes=settings.encode_max_file_bytes,
    )
    return EncodeBounds(
        limits=limits,
        timeout_seconds=settings.encode_timeout_seconds,
        stall_seconds=settings.encode_stall_seconds,
        slowest_seek_speed=settings.encode_slowest_seek_speed,
    )
