"""What colours a picture has and how they stay what they are: tags for players, high dynamic range kept or mapped."""

from dataclasses import dataclass
from typing import Final

from kinolog.common.jobs.transcode import HDR_PROFILES, HdrPolicy, Profile
from kinolog.common.media.facts import Colour
from kinolog.render.domain.sizing import Size

_UNKNOWN: Final = 2
_PQ: Final = 16
_HLG: Final = 18
_DEEP_BITS: Final = 10
_TEN_BIT_PROFILES: Final = HDR_PROFILES
# Players take an untagged picture for BT.709 from this size on, and for BT.601 below it.
_HD_WIDTH: Final = 1280
_HD_HEIGHT: Final = 720

# Primaries, transfer and matrix, in the words of ffmpeg's `setparams`.
_BT709: Final = ("bt709", "bt709", "bt709")
_BT601: Final = ("smpte170m", "smpte170m", "smpte170m")
_BT2020: Final = ("bt2020", "bt709", "bt2020nc")
_BT2020_MATRIX: Final = 9

# Of the film before, and wrong of one that was mapped.
_WITHOUT_HDR_METADATA: Final = (
    "sidedata=mode=delete:type=MASTERING_DISPLAY_METADATA",
    "sidedata=mode=delete:type=CONTENT_LIGHT_LEVEL",
    "sidedata=mode=delete:type=DYNAMIC_HDR_PLUS",
)
# To light, to the primaries of BT.709, the highlights rolled off, and to numbers again.
_TONE_MAP: Final = (
    "zscale=t=linear:npl=100",
    "format=gbrpf32le",
    "zscale=p=bt709",
    "tonemap=tonemap=hable:desat=0",
    "zscale=t=bt709:m=bt709:r=tv",
    *_WITHOUT_HDR_METADATA,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourPlan:
    """`before` are filters for the picture as it is decoded; `pixel_format` is what the encoder gets."""

    before: tuple[str, ...]
    pixel_format: str
    is_hdr: bool
    is_tone_mapped: bool = False


def is_hdr(colour: Colour | None) -> bool:
    return colour is not None and colour.transfer in (_PQ, _HLG)


def colour_plan(colour: Colour | None, size: Size, profile: Profile, hdr: HdrPolicy) -> ColourPlan:
    """`size` is the source's, which untagged colours are guessed by, as players do."""
    known = tagged(colour, size)
    if is_hdr(colour) and (hdr == "tone_map" or profile not in HDR_PROFILES):
        return ColourPlan(before=(*known, *_TONE_MAP), pixel_format="yuv420p", is_hdr=False, is_tone_mapped=True)
    return ColourPlan(before=known, pixel_format=pixel_format_of(colour, profile), is_hdr=is_hdr(colour))


def pixel_format_of(colour: Colour | None, profile: Profile) -> str:
    is_deep = colour is not None and colour.bit_depth >= _DEEP_BITS
    return "yuv420p10le" if is_deep and profile in _TEN_BIT_PROFILES else "yuv420p"


def tagged(colour: Colour | None, size: Size) -> tuple[str, ...]:
    """Write down what is not told: another size would have players guess otherwise than before."""
    if colour is None or colour.pixel_format.startswith(("rgb", "bgr", "gbr")):
        return ()
    told = (colour.primaries, colour.transfer, colour.matrix)
    guesses = zip(("color_primaries", "color_trc", "colorspace"), told, _guess(colour, size), strict=True)
    words = [f"{name}={guess}" for name, value, guess in guesses if value == _UNKNOWN]
    return (f"setparams={':'.join(words)}",) if words else ()


def _guess(colour: Colour, size: Size) -> tuple[str, str, str]:
    if is_hdr(colour) or colour.matrix == _BT2020_MATRIX:
        return _BT2020
    return _BT709 if size.width >= _HD_WIDTH or size.height >= _HD_HEIGHT else _BT601
