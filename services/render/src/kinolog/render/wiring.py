"""Builds the service from its settings: the one place where concrete things are chosen."""

from dataclasses import replace
from typing import Final

from kinolog.common.blobs import BlobStore
from kinolog.common.child import Limits
from kinolog.common.log import EventLog
from kinolog.common.machine import own_share
from kinolog.common.media.inspector import Inspector
from kinolog.common.media.picture import PictureInspector
from kinolog.common.room import Room
from kinolog.common.worker.attempt import Handler
from kinolog.render.adapters.ffmpeg import FFmpeg
from kinolog.render.adapters.ffmpeg_options import EncodeBounds, EncodeOptions
from kinolog.render.adapters.font_cache import FontCache
from kinolog.render.adapters.font_shelf import FontShelf
from kinolog.render.adapters.frame_digests import FrameDigester
from kinolog.render.adapters.frame_maker import FrameBounds, FrameMaker
from kinolog.render.adapters.gpu_ffmpeg import GpuFFmpeg
from kinolog.render.adapters.hardware import HardwareFinder
from kinolog.render.adapters.hardware_memory import HardwareMemory
from kinolog.render.adapters.loudness_meter import LoudnessMeter
from kinolog.render.adapters.partial.engine import PartialBounds, PartialEngine
from kinolog.render.adapters.preview_maker import PreviewMaker
from kinolog.render.adapters.scene_meter import SceneMeter, usable_cores
from kinolog.render.adapters.segments.engine import SegmentBounds, SegmentEngine
from kinolog.render.adapters.silence_meter import SilenceMeter
from kinolog.render.adapters.typesetter import AssTypesetter
from kinolog.render.adapters.vmaf import VmafMeter
from kinolog.render.domain.capacity import Capacity, EncoderNeeds, capacity_of
from kinolog.render.domain.compress import CompressPlan
from kinolog.render.domain.economy import Economy
from kinolog.render.domain.samples import SamplePlan
from kinolog.render.domain.segments import Division
from kinolog.render.domain.segments_plan import SegmentRules
from kinolog.render.domain.split import ClipLimit
from kinolog.render.handlers.burn import BurnHandler
from kinolog.render.handlers.clips import ClipMaker
from kinolog.render.handlers.compress import CompressHandler
from kinolog.render.handlers.cut import Cutter
from kinolog.render.handlers.frame import FrameHandler, FrameRules
from kinolog.render.handlers.helped import by_queue
from kinolog.render.handlers.loudness import LoudnessHandler
from kinolog.render.handlers.merge import MergeHandler
from kinolog.render.handlers.package import PackageHandler
from kinolog.render.handlers.partial import PartialStudio
from kinolog.render.handlers.preview import PreviewHandler
from kinolog.render.handlers.reframe import ReframeHandler
from kinolog.render.handlers.reproduce import ReproduceHandler
from kinolog.render.handlers.room import with_room_for_films
from kinolog.render.handlers.segment import SegmentHandler
from kinolog.render.handlers.segments import SegmentStudio
from kinolog.render.handlers.silence import SilenceHandler
from kinolog.render.handlers.slideshow import SlideshowHandler
from kinolog.render.handlers.split import SplitHandler
from kinolog.render.handlers.studio import Encoder, Studio
from kinolog.render.handlers.transcode import TranscodeHandler
from kinolog.render.handlers.trim import TrimHandler
from kinolog.render.handlers.watermark import WatermarkHandler
from kinolog.render.settings import RenderSettings

_DEVICE_FILES: Final = 512
_PICTURE_BYTES_PER_PIXEL: Final = 5


def handlers(settings: RenderSettings, finder: HardwareFinder | None = None) -> dict[str, Handler]:
    """A handler for each job type of the queues `render` and `render-gpu`."""
    helped = gpu_encoder(settings, finder or hardware_finder(settings))
    makers = by_queue(_handlers(settings, encoder(settings)), _handlers(settings, helped))
    digester = FrameDigester(_options(settings), _bounds(settings))
    made = {**makers, "reproduce": ReproduceHandler(makers, Inspector(settings), digester).reproduce}
    return {name: with_room_for_films(handler, Room.of(settings)) for name, handler in made.items()}


def _handlers(settings: RenderSettings, encoder: Encoder) -> dict[str, Handler]:
    segments = segment_studio(settings, encoder)
    studio = Studio(encoder, Inspector(settings), segments)
    joiner = PartialStudio(studio, partial_engine(settings))
    cutter = Cutter(studio, joiner)
    limit = ClipLimit(most_clips=settings.split_max_clips)
    maker = ClipMaker(cutter, limit)
    split = SplitHandler(studio, scene_meter(settings), maker)
    economy = Economy(
        max_share=settings.partial_max_share, min_saved_pixels=settings.partial_min_saved_megapixels * 1_000_000
    )
    return {
        "burn": BurnHandler(studio=studio, joiner=joiner, typesetter=typesetter(settings), economy=economy).burn,
        "split_fixed": split.split_fixed,
        "split_scenes": split.split_scenes,
        "trim": TrimHandler(cutter=cutter, limit=limit, most_ranges=settings.trim_max_ranges).trim,
        "transcode": TranscodeHandler(studio).transcode,
        "compress": CompressHandler(studio, meter(settings), _compress_plan(settings)).compress,
        "package": PackageHandler(studio).package,
        "slideshow": SlideshowHandler(
            studio=studio, reader=PictureInspector(settings), most_pictures=settings.slideshow_max_pictures
        ).slideshow,
        "reframe": ReframeHandler(studio).reframe,
        "watermark": WatermarkHandler(studio, PictureInspector(settings)).watermark,
        "preview": PreviewHandler(
            studio=studio, maker=preview_maker(settings), most_seconds=settings.preview_max_seconds
        ).preview,
        "remove_silence": SilenceHandler(
            cutter=cutter, meter=silence_meter(settings), most_removed=settings.silence_max_removed
        ).remove_silence,
        "merge": MergeHandler(studio=studio, joiner=joiner, most_videos=settings.merge_max_videos).merge,
        "render_segment": SegmentHandler(segments.segmenter, settings.segment_look_seconds).render_segment,
        "normalize_audio": LoudnessHandler(studio, loudness_meter(settings)).normalize_audio,
    }


def frames(settings: RenderSettings, log: EventLog, blobs: BlobStore) -> FrameHandler:
    """Frames as burning makes them, one at a time."""
    return FrameHandler(
        log=log,
        blobs=blobs,
        typesetter=typesetter(settings),
        maker=frame_maker(settings),
        rules=FrameRules(
            most_fetched_bytes=settings.frame_max_fetched_bytes,
            most_picture_bytes=settings.frame_max_picture_bytes,
            lead_seconds=settings.frame_lead_seconds,
        ),
        folder=settings.work_dir / "frames",
    )


def frame_maker(settings: RenderSettings) -> FrameMaker:
    limits = replace(_bounds(settings).limits, file_bytes=settings.media_max_pixels * _PICTURE_BYTES_PER_PIXEL)
    bounds = FrameBounds(
        limits=limits,
        threads=settings.frame_threads,
        max_streams=settings.media_max_streams,
        max_duration_seconds=settings.media_max_duration_seconds,
        timeout_seconds=settings.frame_timeout_seconds,
    )
    return FrameMaker(_options(settings), bounds)


def capacity(settings: RenderSettings) -> Capacity:
    """What this process runs at once, by what it may use of the machine."""
    share = own_share()
    return capacity_of(
        cores=share.cores,
        memory_bytes=share.memory_bytes,
        is_whole=share.is_whole,
        needs=EncoderNeeds(cores=settings.slot_cores, memory_bytes=settings.slot_memory_bytes),
        slots=settings.render_slots,
    )


def typesetter(settings: RenderSettings) -> AssTypesetter:
    cache = FontCache(settings.work_dir / "fonts", settings.render_font_cache_bytes)
    return AssTypesetter(FontShelf(settings.render_fonts_dir, cache))


def encoder(settings: RenderSettings) -> FFmpeg:
    return FFmpeg(_options(settings), _bounds(settings))


def gpu_encoder(settings: RenderSettings, finder: HardwareFinder) -> GpuFFmpeg:
    return GpuFFmpeg(encoder(settings), FFmpeg(_options(settings), _beside_a_device(settings)), finder)


def hardware_finder(settings: RenderSettings) -> HardwareFinder:
    return HardwareFinder(
        wish=settings.render_hardware,
        memory=HardwareMemory(settings.work_dir / "hardware.json", settings.hardware_believed_hours),
        options=_options(settings),
        limits=_beside_a_device(settings).limits,
        timeout_seconds=settings.hardware_try_seconds,
    )


def partial_engine(settings: RenderSettings) -> PartialEngine:
    bounds = PartialBounds(
        max_pixels=settings.media_max_pixels,
        max_streams=settings.media_max_streams,
        max_duration_seconds=settings.media_max_duration_seconds,
        max_packets=settings.partial_max_packets,
        max_runs=settings.partial_max_runs,
    )
    return PartialEngine(encoder(settings), bounds)


def segment_studio(settings: RenderSettings, encoder: Encoder) -> SegmentStudio:
    bounds = SegmentBounds(
        child=_bounds(settings),
        max_pixels=settings.media_max_pixels,
        max_streams=settings.media_max_streams,
        max_duration_seconds=settings.media_max_duration_seconds,
    )
    rules = SegmentRules(
        long_seconds=settings.long_film_seconds, segment_seconds=settings.segment_seconds, most=settings.segment_most
    )
    return SegmentStudio(SegmentEngine(encoder, bounds), encoder, rules, settings.segment_look_seconds)


def meter(settings: RenderSettings) -> VmafMeter:
    return VmafMeter(_options(settings), _bounds(settings))


def preview_maker(settings: RenderSettings) -> PreviewMaker:
    return PreviewMaker(_options(settings), _bounds(settings))


def silence_meter(settings: RenderSettings) -> SilenceMeter:
    return SilenceMeter(_options(settings), _bounds(settings))


def loudness_meter(settings: RenderSettings) -> LoudnessMeter:
    return LoudnessMeter(_options(settings), _bounds(settings))


def _compress_plan(settings: RenderSettings) -> CompressPlan:
    return CompressPlan(
        samples=SamplePlan(seconds=settings.compress_sample_seconds, most=settings.compress_max_samples),
        preset=settings.compress_preset,
        best=settings.compress_best_quality,
        least=settings.compress_least_quality,
        most_trials=settings.compress_max_trials,
    )


def scene_meter(settings: RenderSettings) -> SceneMeter:
    limits = replace(
        _bounds(settings).limits, memory_bytes=settings.scene_memory_bytes, file_bytes=settings.scene_max_file_bytes
    )
    division = Division(
        workers=settings.scene_workers or usable_cores(),
        shortest_seconds=settings.scene_segment_seconds,
        overlap_seconds=settings.scene_overlap_seconds,
    )
    return SceneMeter(_options(settings), replace(_bounds(settings), limits=limits), division)


def _options(settings: RenderSettings) -> EncodeOptions:
    share = capacity(settings)
    return EncodeOptions(
        preset=settings.encode_preset,
        crf=settings.encode_crf,
        audio_kbps=settings.encode_audio_kbps,
        threads=settings.encode_threads or share.threads,
        max_pixels=settings.media_max_pixels,
        decode_threads=share.decode_threads,
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


def _beside_a_device(settings: RenderSettings) -> EncodeBounds:
    """Drivers open many files, and map memory of the device that no film fills."""
    bounds = _bounds(settings)
    limits = replace(bounds.limits, memory_bytes=settings.hardware_address_space_bytes, open_files=_DEVICE_FILES)
    return replace(bounds, limits=limits)
