"""How the numbers of a picture are to be seen, as a decoded frame or a file's header tells it."""

from typing import Final

from av.video.codeccontext import VideoCodecContext
from av.video.format import VideoFormat
from av.video.frame import VideoFrame

from kinolog.common.media.facts import Colour

_FULL_RANGE: Final = 2


def colour_of_frame(frame: VideoFrame) -> Colour:
    return _colour(frame, frame.format)


def colour_of_header(codec: VideoCodecContext) -> Colour | None:
    """None where only a decoded frame would tell."""
    return _colour(codec, codec.format) if codec.format is not None else None


def _colour(source: VideoFrame | VideoCodecContext, pixels: VideoFormat) -> Colour:
    return Colour(
        pixel_format=pixels.name,
        bit_depth=max(component.bits for component in pixels.components),
        primaries=int(source.color_primaries),
        transfer=int(source.color_trc),
        matrix=int(source.colorspace),
        is_full_range=int(source.color_range) == _FULL_RANGE,
    )
