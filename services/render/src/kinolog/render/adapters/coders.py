"""Which encoder makes a codec, and how it is told how good the picture is to be."""

from collections.abc import Sequence
from typing import Final

from kinolog.common.jobs.preview import PreviewFormat
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.domain.sounds import sound_places
from kinolog.render.domain.work import MP4_OPTIONS, Picture, PictureCodec, Sound

CPU_ENCODERS: Final[dict[PictureCodec, str]] = {
    "h264": "libx264",
    "hevc": "libx265",
    "av1": "libsvtav1",
    "vp9": "libvpx-vp9",
}
# What looks like x264 at a rate factor: the factor times the first, plus the second, up to the third. Fitted to VMAF
# and PSNR of panned photographs at the factors 18, 23, 28 and 33.
_QUALITY_SCALES: Final[dict[PictureCodec, tuple[float, float, int]]] = {
    "h264": (1.0, 0.0, 51),
    "hevc": (1.14, 0.0, 51),
    "av1": (2.1, -12.0, 63),
    "vp9": (2.0, -11.5, 63),
}
_SPEEDS: Final[dict[PictureCodec, tuple[str, ...]]] = {
    "av1": ("-preset", "8"),
    "vp9": ("-deadline", "good", "-cpu-used", "4", "-row-mt", "1"),
}
_PREVIEW_CODERS: Final[dict[PreviewFormat, tuple[str, ...]]] = {
    "gif": ("-c:v", "gif"),
    "webp": ("-c:v", "libwebp_anim", "-quality", "70", "-compression_level", "4"),
}
_PREVIEW_QUALITY: Final = 26.0
_TAGS: Final[dict[PictureCodec, tuple[str, ...]]] = {"hevc": ("-tag:v", "hvc1")}
_QUIET: Final[dict[PictureCodec, tuple[str, ...]]] = {"hevc": ("-x265-params", "log-level=error")}


def cpu_picture_arguments(picture: Picture, options: EncodeOptions) -> tuple[str, ...]:
    codec = picture.codec
    speed = _SPEEDS.get(codec, ("-preset", picture.preset or options.preset))
    return (
        *("-c:v", CPU_ENCODERS[codec], *speed, *_amount(picture, options)),
        *("-pix_fmt", picture.pixel_format, "-threads:v", str(options.threads)),
        *_TAGS.get(codec, ()),
        *(picture.extra or _QUIET.get(codec, ())),
    )


def sound_arguments(sounds: Sequence[Sound], options: EncodeOptions) -> tuple[str, ...]:
    """For tracks of sound in the order that they come out in."""
    places = sound_places(len(sounds))
    return tuple(
        word for place, sound in zip(places, sounds, strict=True) for word in _sound_arguments(place, sound, options)
    )


def _sound_arguments(place: str, sound: Sound, options: EncodeOptions) -> tuple[str, ...]:
    if sound.codec == "copy":
        return (f"-c:{place}", "copy")
    encoder = {"aac": "aac", "opus": "libopus"}[sound.codec]
    return (f"-c:{place}", encoder, f"-b:{place}", f"{sound.kbps or options.audio_kbps}k")


def preview_arguments(kind: PreviewFormat, options: EncodeOptions) -> tuple[str, ...]:
    """A picture alone that begins again at its end, with its container."""
    if kind == "mp4":
        picture = cpu_picture_arguments(Picture(quality=_PREVIEW_QUALITY), options)
        return ("-an", *picture, *MP4_OPTIONS, "-f", "mp4")
    return ("-an", *_PREVIEW_CODERS[kind], "-loop", "0", "-f", kind)


def _amount(picture: Picture, options: EncodeOptions) -> tuple[str, ...]:
    if picture.bitrate_kbps is not None:
        return _average(picture.codec, picture.bitrate_kbps)
    quality = options.crf if picture.quality is None else picture.quality
    return ("-crf", rate_factor(picture.codec, quality), *_ceiling(picture.codec, picture.most_kbps))


def rate_factor(codec: PictureCodec, quality: float) -> str:
    """On the encoder's own scale, for a quality on the scale of x264's; libvpx knows only whole ones."""
    factor, offset, worst = _QUALITY_SCALES[codec]
    own = min(worst, max(0.0, factor * quality + offset))
    return f"{own:g}" if codec == "h264" else f"{round(own)}"


def _average(codec: PictureCodec, kbps: int) -> tuple[str, ...]:
    """SVT-AV1 takes no ceiling beside an average."""
    ceiling = () if codec == "av1" else ("-maxrate", f"{kbps * 3 // 2}k", "-bufsize", f"{kbps * 3}k")
    return ("-b:v", f"{kbps}k", *ceiling)


def _ceiling(codec: PictureCodec, kbps: int | None) -> tuple[str, ...]:
    """libvpx has its ceiling in the place of the average, where 0 stands for none."""
    if codec == "vp9":
        return ("-b:v", f"{kbps or 0}k")
    return () if kbps is None else ("-maxrate", f"{kbps}k", "-bufsize", f"{kbps * 2}k")
