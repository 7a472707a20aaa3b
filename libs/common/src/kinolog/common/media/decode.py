"""Decoding a little of a file, at its start and before its end, to be sure that it decodes at all."""

from itertools import islice
from typing import Final

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kinolog.common.media.facts import MediaRefused
from kinolog.common.media.opened import Opened

_PACKETS_AT_START: Final = 30
# Enough to reach the end from the last key frame of ordinary files.
_PACKETS_AT_END: Final = 300
_BEFORE_END_SECONDS: Final = 1.0


def refuse_what_does_not_decode(media: Opened, duration: float) -> int:
    """The clockwise turn of the picture in degrees, which only its frames tell. Raises MediaRefused."""
    rotation = 0
    for stream in media.streams:
        frames = _frames_at(media, stream, 0.0, _PACKETS_AT_START)
        _frames_at(media, stream, max(0.0, duration - _BEFORE_END_SECONDS), _PACKETS_AT_END)
        if isinstance(frames[0], VideoFrame):
            rotation = -frames[0].rotation % 360
    return rotation


def _frames_at(
    media: Opened, stream: VideoStream | AudioStream, at: float, packets: int
) -> list[VideoFrame | AudioFrame]:
    """A few damaged packets are ordinary in recordings; a place where more fail than decode is not."""
    media.seek(at)
    frames: list[VideoFrame | AudioFrame] = []
    failures = 0
    for packet in islice(media.file.demux(stream), packets):
        try:
            frames = (frames + list(packet.decode()))[:1] or frames
        except av.FFmpegError:
            failures += 1
    return frames
