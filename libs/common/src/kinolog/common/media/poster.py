"""The poster frame: the picture that stands for a video, chosen among a few key frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageFilter, ImageStat

from kinolog.common.media.facts import Poster, Question
from kinolog.common.media.opened import Opened
from kinolog.common.media.tone import as_standard_range

# Not at the very start, where titles fade in from black.
_CANDIDATES: Final = (0.1, 0.3, 0.5, 0.7, 0.0)
_ALMOST_BLACK: Final = 24.0
_ALMOST_WHITE: Final = 240.0
# How much neighbouring pixels differ in a picture that is in focus; more is detail, and makes no better poster.
_SHARP: Final = 6.0
_LAPLACIAN: Final = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
_JPEG_QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class _Candidate:
    image: Image.Image
    at: float


def make_poster(media: Opened, duration: float, question: Question) -> Poster | None:
    """Write the most telling candidate as JPEG to the path that the question names; None where there is no picture."""
    candidates = list(_candidates(media, duration, question.poster_width_pixels))
    if not candidates or question.poster_path is None:
        return None
    best = max(candidates, key=lambda candidate: how_telling(candidate.image))
    best.image.save(Path(question.poster_path), "JPEG", quality=_JPEG_QUALITY, optimize=True)
    return Poster(width=best.image.width, height=best.image.height, at=round(best.at, 3))


def how_telling(image: Image.Image) -> float:
    """The contrast of a picture, worth less in one that is blurred, little in one that is nearly all black or white."""
    grey = image.convert("L")
    statistics = ImageStat.Stat(grey)
    contrast, brightness = statistics.stddev[0] * _focus(grey), statistics.mean[0]
    return contrast if _ALMOST_BLACK < brightness < _ALMOST_WHITE else contrast / 100


def _focus(grey: Image.Image) -> float:
    """From 0 to 1. The filter leaves the outermost pixels as they are, so that they do not count."""
    edges = grey.filter(_LAPLACIAN)
    inner = edges.crop((1, 1, edges.width - 1, edges.height - 1)) if min(edges.size) > 2 else edges
    return min(1.0, ImageStat.Stat(inner).stddev[0] / _SHARP)


def _candidates(media: Opened, duration: float, width: int) -> Iterator[_Candidate]:
    seen: set[float] = set()
    for share in _CANDIDATES:
        frame = _key_frame(media, duration * share)
        if frame is None or frame.time is None or frame.time in seen:
            continue
        seen.add(frame.time)
        yield _Candidate(as_shown(frame, media, width), max(0.0, frame.time - media.start))


def _key_frame(media: Opened, at: float) -> VideoFrame | None:
    if media.picture is None:
        return None
    media.seek(at)
    try:
        return next(_decoded_alone(media, media.picture), None)
    except av.FFmpegError:
        return None  # a damaged place is no candidate; others are


def _decoded_alone(media: Opened, picture: VideoStream) -> Iterator[VideoFrame]:
    """The next key frame. The decoder is told that nothing follows, or it would want some frames more first."""
    packet = next((packet for packet in media.file.demux(picture) if packet.is_keyframe and packet.size), None)
    if packet is None or packet.time_base is None:
        return
    for part in (packet, None):
        for frame in picture.codec_context.decode(part):
            frame.time_base = packet.time_base  # which PyAV does not know where nothing follows
            yield frame


def as_shown(frame: VideoFrame, media: Opened, width: int) -> Image.Image:
    """Square pixels, turned as a player turns it, at most `width` pixels wide, in standard dynamic range."""
    shown_width, shown_height = media.shown_size(frame.rotation)
    scale = min(1.0, width / (shown_width or width))
    size = (max(1, round((shown_width or 1) * scale)), max(1, round((shown_height or 1) * scale)))
    unturned = size if frame.rotation % 180 == 0 else size[::-1]
    image: Image.Image = frame.reformat(*unturned, format="rgb24").to_image()  # type: ignore[no-untyped-call]
    return as_standard_range(image, int(frame.color_trc)).rotate(frame.rotation, expand=True)
