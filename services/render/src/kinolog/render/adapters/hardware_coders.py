"""What each vendor's encoders are told: codec, amount, pixel format. Pure, so that it is tested without the hardware.

Qualities are on the scale of x264's rate factor. The vendors' scales were not fitted to it by measurement: they are
given the same number, which errs on the side of larger files.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.domain.hardware import Coder, Decoder, Vendor
from kinolog.render.domain.work import Picture, PictureCodec

_WORST: Final = 51
# AV1 counts its quantisers from 0 to 255 where the others count to 51.
_AV1_STEP: Final = 5
# Apple's scale runs from 1 to 100, and higher is better: 66 for a rate factor of 18, 3 for 51.
_APPLE_STEP: Final = 1.9
# The others know a quality or a ceiling, and not both at once.
_KEEP_CEILING: Final = ("nvenc",)
# What devices take, by what the picture is to have: planes are interleaved there, with the same values.
_EIGHT_BITS: Final = {"yuv420p": "nv12"}
_ALL_BITS: Final = {"yuv420p": "nv12", "yuv420p10le": "p010le"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aid:
    """What hardware changes in a command line. `encoder` is None where the CPU encodes; `upload` ends the filters."""

    encoder: str | None = None
    hardware: str | None = None
    setup: tuple[str, ...] = ()
    decoding: tuple[str, ...] = ()
    picture: tuple[str, ...] = ()
    upload: str = ""


NO_AID: Final = Aid()


def encoding_aid(picture: Picture, options: EncodeOptions, coder: Coder) -> Aid | None:
    """None for a picture that this encoder is unable to make as it is asked for."""
    own_format = (_EIGHT_BITS if coder.codec == "h264" else _ALL_BITS).get(picture.pixel_format)
    amount = _amount(picture, options, coder)
    if own_format is None or amount is None:
        return None
    is_uploaded = coder.vendor == "vaapi"
    return Aid(
        encoder=coder.name,
        hardware=coder.vendor,
        setup=_setup(coder),
        picture=(
            *("-c:v", coder.name, *_EFFORT[coder.vendor], *amount),
            *(() if is_uploaded else ("-pix_fmt", own_format)),
            *(("-tag:v", "hvc1") if coder.codec == "hevc" else ()),
        ),
        upload=f"format={own_format},hwupload" if is_uploaded else "",
    )


def decoding_arguments(decoder: Decoder) -> tuple[str, ...]:
    """Frames come back to the CPU's memory, where filters are."""
    device = () if decoder.device is None else ("-hwaccel_device", decoder.device)
    return ("-hwaccel", decoder.acceleration, *device)


def _setup(coder: Coder) -> tuple[str, ...]:
    return () if coder.device is None else (f"-{coder.vendor}_device", coder.device)


def _amount(picture: Picture, options: EncodeOptions, coder: Coder) -> tuple[str, ...] | None:
    if picture.bitrate_kbps is not None:
        kbps = picture.bitrate_kbps
        return (
            *_AVERAGE[coder.vendor],
            "-b:v",
            f"{kbps}k",
            "-maxrate",
            f"{kbps * 3 // 2}k",
            "-bufsize",
            f"{kbps * 3}k",
        )
    quality = options.crf if picture.quality is None else picture.quality
    constant = _QUALITY[coder.vendor](coder.codec, quality)
    if picture.most_kbps is None:
        return constant
    return (*constant, *_ceiling(picture.most_kbps)) if coder.vendor in _KEEP_CEILING else None


def _ceiling(kbps: int) -> tuple[str, ...]:
    return ("-maxrate", f"{kbps}k", "-bufsize", f"{kbps * 2}k")


def _nvenc(codec: PictureCodec, quality: float) -> tuple[str, ...]:
    return ("-rc", "vbr", "-cq", _whole(quality), "-b:v", "0")


def _qsv(codec: PictureCodec, quality: float) -> tuple[str, ...]:
    return ("-global_quality", _whole(quality))


def _vaapi(codec: PictureCodec, quality: float) -> tuple[str, ...]:
    return ("-rc_mode", "CQP", "-global_quality", _quantiser(codec, quality))


def _amf(codec: PictureCodec, quality: float) -> tuple[str, ...]:
    quantiser = _quantiser(codec, quality)
    return ("-rc", "cqp", "-qp_i", quantiser, "-qp_p", quantiser)


def _videotoolbox(codec: PictureCodec, quality: float) -> tuple[str, ...]:
    return ("-q:v", str(max(1, min(100, round(100 - _APPLE_STEP * quality)))))


def _quantiser(codec: PictureCodec, quality: float) -> str:
    own = max(1, min(_WORST, round(quality)))
    return str(own * _AV1_STEP if codec == "av1" else own)


def _whole(quality: float) -> str:
    """To each of them, 0 means that they may choose."""
    return str(max(1, min(_WORST, round(quality))))


_QUALITY: Final[dict[Vendor, Callable[[PictureCodec, float], tuple[str, ...]]]] = {
    "nvenc": _nvenc,
    "qsv": _qsv,
    "vaapi": _vaapi,
    "amf": _amf,
    "videotoolbox": _videotoolbox,
}
_AVERAGE: Final[dict[Vendor, tuple[str, ...]]] = {
    "nvenc": ("-rc", "vbr"),
    "qsv": (),
    "vaapi": ("-rc_mode", "VBR"),
    "amf": ("-rc", "vbr_peak"),
    "videotoolbox": (),
}
_EFFORT: Final[dict[Vendor, tuple[str, ...]]] = {
    "nvenc": ("-preset", "p5"),
    "qsv": ("-preset", "medium"),
    "vaapi": (),
    "amf": ("-quality", "balanced"),
    # Apple's falls back to an encoder on the CPU that we would not have chosen.
    "videotoolbox": ("-allow_sw", "0"),
}
