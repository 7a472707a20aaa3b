"""Making a video ready to be streamed in several qualities."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from kinolog.common.fields import Request
from kinolog.common.jobs.base import JobType, LeftOut, Output
from kinolog.common.jobs.transcode import Quality, SoundKbps

SegmentFormat = Literal["fmp4", "ts"]

DEFAULT_LADDER: Final = (1080, 720, 480, 360)
_MOST_CAPTIONS: Final = 32


def _all_different(values: tuple[object, ...]) -> tuple[object, ...]:
    if len(set(values)) < len(values):
        raise ValueError("must not name anything twice")
    return values


Height = Annotated[int, Field(strict=True, ge=90, le=4320, multiple_of=2)]
Ladder = Annotated[tuple[Height, ...], Field(min_length=1, max_length=8), AfterValidator(_all_different)]
CaptionId = Annotated[str, Field(max_length=60)]
CaptionIds = Annotated[tuple[CaptionId, ...], Field(max_length=_MOST_CAPTIONS), AfterValidator(_all_different)]


class PackageInput(Request):
    """HLS: one playlist that names the same film in every one of `heights` that is no higher than the video.

    A height is the shorter side, so that 1080 means the same for a film that stands upright; where all are too high,
    the video's own is taken. `quality` is x264's rate factor, 0 (all) to 51 (least). Captions are named, and become
    tracks that a viewer can turn on.
    """

    heights: Ladder = DEFAULT_LADDER
    segments: SegmentFormat = "fmp4"
    segment_seconds: Annotated[float, Field(strict=True, ge=1, le=20)] = 4.0
    quality: Quality = 21.0
    sound_kbps: SoundKbps = 128
    caption_ids: CaptionIds = ()


class PackagedVariant(Output):
    """Bits a second: `bandwidth` in the worst segment, `average_bandwidth` over the film."""

    width: int
    height: int
    bandwidth: int
    average_bandwidth: int
    codecs: str


class PackageOutput(Output):
    """`playlist` is the path to play, below the address of the gateway."""

    video_id: str
    playlist: str
    variants: tuple[PackagedVariant, ...]
    size_bytes: int
    left_out: LeftOut = ()


PACKAGE_JOBS: Final = (JobType("package", "render", PackageInput, PackageOutput),)
