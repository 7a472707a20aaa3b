"""Encoding a video anew, in another format."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, StrictBool, model_validator

from kinolog.common.fields import Request, Title
from kinolog.common.jobs.base import JobType, LeftOut, Output

Profile = Literal["h264", "hevc", "av1", "vp9"]
Container = Literal["mp4", "webm"]
HdrPolicy = Literal["auto", "keep", "tone_map"]
SoundChoice = Literal["aac", "opus", "copy", "none"]

HDR_PROFILES: Final[frozenset[Profile]] = frozenset({"hevc", "av1"})
_WEBM_PROFILES: Final[frozenset[Profile]] = frozenset({"vp9", "av1"})

Side = Annotated[int, Field(strict=True, ge=16, le=8192)]
Quality = Annotated[float, Field(strict=True, ge=0, le=51)]
PictureKbps = Annotated[int, Field(strict=True, ge=50, le=200_000)]
SoundKbps = Annotated[int, Field(strict=True, ge=16, le=512)]
FrameRate = Annotated[float, Field(strict=True, ge=1, le=240)]


class TranscodeInput(Request):
    """The picture is fitted into `width` × `height` pixels, with its shape kept, and made larger only with `upscale`.

    `quality` is x264's rate factor for every profile, 0 (all) to 51 (least); `bitrate_kbps` takes its place. Without
    `container` VP9 goes into WebM and the others into MP4; without `sound`, WebM gets Opus and MP4 gets AAC. With
    `hdr: auto` a high dynamic range is kept where the profile can carry it, and mapped to the usual one elsewhere.
    """

    profile: Profile = "h264"
    container: Container | None = None
    width: Side | None = None
    height: Side | None = None
    upscale: StrictBool = False
    frame_rate: FrameRate | None = None
    quality: Quality | None = None
    bitrate_kbps: PictureKbps | None = None
    hdr: HdrPolicy = "auto"
    sound: SoundChoice | None = None
    sound_kbps: SoundKbps | None = None
    title: Title | None = None

    @property
    def chosen_container(self) -> Container:
        return self.container or ("webm" if self.profile == "vp9" else "mp4")

    @property
    def chosen_sound(self) -> SoundChoice:
        return self.sound or ("opus" if self.chosen_container == "webm" else "aac")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        is_webm = self.chosen_container == "webm"
        if self.quality is not None and self.bitrate_kbps is not None:
            raise ValueError("give either quality or bitrate_kbps, and not both")
        if is_webm and self.profile not in _WEBM_PROFILES:
            raise ValueError("container webm takes the profiles vp9 and av1: choose one of these, or container mp4")
        if is_webm and self.sound == "aac":
            raise ValueError("sound aac does not go into webm: choose opus, or container mp4")
        if self.hdr == "keep" and self.profile not in HDR_PROFILES:
            raise ValueError("hdr keep needs the profile hevc or av1: choose one of these, or hdr tone_map")
        if self.sound_kbps is not None and self.sound in ("copy", "none"):
            raise ValueError("sound_kbps is for sound that is encoded: leave it out, or choose sound aac or opus")
        return self


class TranscodeOutput(Output):
    """Pixels as shown. `is_hdr` says whether the result has a high dynamic range."""

    video_id: str
    width: int | None
    height: int | None
    size_bytes: int
    video_codec: str | None
    audio_codec: str | None
    is_hdr: bool
    encoder: str
    left_out: LeftOut = ()


TRANSCODE_JOBS: Final = (JobType("transcode", "render", TranscodeInput, TranscodeOutput, can_use_gpu=True),)
