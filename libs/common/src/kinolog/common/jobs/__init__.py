"""The job types: what each takes, what it gives, and which queue runs it. One module per family.

The gateway validates `input_data` with these models and the workers receive them, so both mean the same.
"""

from typing import Final

from kinolog.common.detector import Detector
from kinolog.common.errors import Refused
from kinolog.common.jobs.base import JobType, Output, Patience
from kinolog.common.jobs.burn import BURN_JOBS, BurnInput, BurnOutput
from kinolog.common.jobs.caption import (
    CAPTION_JOBS,
    MODEL_FOLDER,
    MODEL_NAMES,
    UNABLE_TO_TRANSLATE,
    CaptionInput,
    CaptionOutput,
    ModelSize,
    Reading,
    TranslateInput,
    TranslateOutput,
    VoiceDetection,
)
from kinolog.common.jobs.compress import COMPRESS_JOBS, CompressInput, CompressOutput
from kinolog.common.jobs.ingest import (
    INGEST_JOBS,
    AnalysisPart,
    AnalyzeInput,
    AnalyzeOutput,
    DownloadChoices,
    DownloadInput,
    DownloadOutput,
    DownloadPlaylistInput,
    DownloadPlaylistOutput,
    DownloadStrategy,
    MediaChoice,
    UploadInput,
    UploadOutput,
)
from kinolog.common.jobs.loudness import LOUDNESS_JOBS, MeasuredLoudness, NormalizeAudioInput, NormalizeAudioOutput
from kinolog.common.jobs.merge import MERGE_JOBS, MergedPart, MergeInput, MergeOutput
from kinolog.common.jobs.noop import NOOP_JOBS, NoopInput, NoopOutput
from kinolog.common.jobs.package import PACKAGE_JOBS, PackagedVariant, PackageInput, PackageOutput
from kinolog.common.jobs.preview import PREVIEW_JOBS, PreviewInput, PreviewOutput
from kinolog.common.jobs.reframe import REFRAME_JOBS, ReframeInput, ReframeOutput
from kinolog.common.jobs.reproduce import REPRODUCE_JOBS, FrameDifference, ReproduceInput, ReproduceOutput
from kinolog.common.jobs.segment import SEGMENT_JOBS, SegmentInput, SegmentOutput
from kinolog.common.jobs.silence import SILENCE_JOBS, RemoveSilenceInput, RemoveSilenceOutput, SilentPart
from kinolog.common.jobs.site_options import SiteOptions
from kinolog.common.jobs.slideshow import SLIDESHOW_JOBS, SlideshowInput, SlideshowOutput
from kinolog.common.jobs.split import (
    DEFAULT_THRESHOLDS,
    SPLIT_JOBS,
    SplitFixedInput,
    SplitFixedOutput,
    SplitScenesInput,
    SplitScenesOutput,
)
from kinolog.common.jobs.transcode import TRANSCODE_JOBS, TranscodeInput, TranscodeOutput
from kinolog.common.jobs.trim import SHORTEST_CLIP_SECONDS, TRIM_JOBS, TrimClip, TrimInput, TrimOutput, TrimRange
from kinolog.common.jobs.watermark import WATERMARK_JOBS, WatermarkInput, WatermarkOutput

__all__ = [
    "DEFAULT_THRESHOLDS",
    "JOB_TYPES",
    "MODEL_FOLDER",
    "MODEL_NAMES",
    "SHORTEST_CLIP_SECONDS",
    "UNABLE_TO_TRANSLATE",
    "AnalysisPart",
    "AnalyzeInput",
    "AnalyzeOutput",
    "BurnInput",
    "BurnOutput",
    "CaptionInput",
    "CaptionOutput",
    "CompressInput",
    "CompressOutput",
    "Detector",
    "DownloadChoices",
    "DownloadInput",
    "DownloadOutput",
    "DownloadPlaylistInput",
    "DownloadPlaylistOutput",
    "DownloadStrategy",
    "FrameDifference",
    "JobType",
    "MeasuredLoudness",
    "MediaChoice",
    "MergeInput",
    "MergeOutput",
    "MergedPart",
    "ModelSize",
    "NoopInput",
    "NoopOutput",
    "NormalizeAudioInput",
    "NormalizeAudioOutput",
    "Output",
    "PackageInput",
    "PackageOutput",
    "PackagedVariant",
    "Patience",
    "PreviewInput",
    "PreviewOutput",
    "Reading",
    "ReframeInput",
    "ReframeOutput",
    "RemoveSilenceInput",
    "RemoveSilenceOutput",
    "ReproduceInput",
    "ReproduceOutput",
    "SegmentInput",
    "SegmentOutput",
    "SilentPart",
    "SiteOptions",
    "SlideshowInput",
    "SlideshowOutput",
    "SplitFixedInput",
    "SplitFixedOutput",
    "SplitScenesInput",
    "SplitScenesOutput",
    "TranscodeInput",
    "TranscodeOutput",
    "TranslateInput",
    "TranslateOutput",
    "TrimClip",
    "TrimInput",
    "TrimOutput",
    "TrimRange",
    "UploadInput",
    "UploadOutput",
    "VoiceDetection",
    "WatermarkInput",
    "WatermarkOutput",
    "job_type",
]

JOB_TYPES: Final = {
    each.name: each
    for family in (
        INGEST_JOBS,
        CAPTION_JOBS,
        BURN_JOBS,
        TRIM_JOBS,
        SPLIT_JOBS,
        TRANSCODE_JOBS,
        COMPRESS_JOBS,
        PACKAGE_JOBS,
        MERGE_JOBS,
        WATERMARK_JOBS,
        REFRAME_JOBS,
        SLIDESHOW_JOBS,
        LOUDNESS_JOBS,
        SEGMENT_JOBS,
        REPRODUCE_JOBS,
        PREVIEW_JOBS,
        SILENCE_JOBS,
        NOOP_JOBS,
    )
    for each in family
}


def job_type(name: str) -> JobType:
    """Raises Refused for a type that nobody handles."""
    if name not in JOB_TYPES:
        open_to_all = sorted(kind.name for kind in JOB_TYPES.values() if not kind.is_internal)
        raise Refused("validation", f"type must be one of {', '.join(open_to_all)}", field="type")
    return JOB_TYPES[name]
