"""Bringing the sound of a video to a stated loudness, after EBU R 128."""

from typing import Annotated, Final, Literal

from pydantic import Field

from kinolog.common.fields import Request, Title
from kinolog.common.jobs.base import JobType, LeftOut, Output
from kinolog.common.jobs.transcode import SoundKbps

LoudnessMethod = Literal["linear", "dynamic"]


class NormalizeAudioInput(Request):
    """`target_lufs` is the integrated loudness of the result: -16 suits the web and podcasts, -23 is broadcast's.

    The sound gets one gain for the whole film where `true_peak_db` and `loudness_range` (LU; left out: as wide as it
    is) allow that; otherwise its loud and quiet parts are brought together.
    """

    target_lufs: Annotated[float, Field(strict=True, ge=-40, le=-5)] = -16.0
    true_peak_db: Annotated[float, Field(strict=True, ge=-9, le=0)] = -1.5
    loudness_range: Annotated[float, Field(strict=True, ge=1, le=50)] | None = None
    sound_kbps: SoundKbps | None = None
    title: Title | None = None


class MeasuredLoudness(Output):
    """By EBU R 128 and ITU-R BS.1770: LUFS over the whole, dB of the highest true peak, LU from quiet to loud."""

    integrated_lufs: float
    true_peak_db: float
    range_lu: float


class NormalizedTrack(Output):
    """A track of sound beside the first; `number` counts all of them from 1. One that is silent is left as it is."""

    number: int
    language: str | None
    before: MeasuredLoudness
    after: MeasuredLoudness
    is_target_reached: bool


class NormalizeAudioOutput(Output):
    """`after` was measured on the finished file. Half a unit from the target counts as reached.

    `linear` sound got one gain, `dynamic` sound a changing one, and `because` says why. All this is said of the first
    track of sound; `further_tracks` are the others, each brought to the target by itself.
    """

    video_id: str
    before: MeasuredLoudness
    after: MeasuredLoudness
    is_target_reached: bool
    method: LoudnessMethod
    because: str
    is_picture_copied: bool
    further_tracks: tuple[NormalizedTrack, ...] = ()
    left_out: LeftOut = ()


LOUDNESS_JOBS: Final = (JobType("normalize_audio", "render", NormalizeAudioInput, NormalizeAudioOutput),)
