"""Decoding a little of a file, at its start and before its end, to be sure that it decodes at all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kinolog.common.media.colour import colour_of_frame
from kinolog.common.media.dynamic_range import dynamic_range
from kinolog.common.media.facts import Colour, MediaRefused
from kinolog.common.media.opened import AnyPacket, Opened

_PACKETS_AT_START: Final = 30
# Enough to reach the end from the last key frame of ordinary files.
_PACKETS_AT_END: Final = 300
_BEFORE_END_SECONDS: Final = 1.0
# Where a container has no index, seeking may end up behind the last key frame.
_FURTHER_BEFORE_END_SECONDS: Final = 15.0
_PACKETS_FROM_FURTHER: Final = 2_000
_DOLBY: Final = (Type.DOVI_METADATA, Type.DOVI_RPU_BUFFER)


@dataclass(frozen=True, slots=True)
class Look:
    """What only decoded frames tell: the clockwise turn in degrees, whether a frame is two fields, its colours, and its
    range of light, see `dynamic_range`.
    """

    rotation: int = 0
    is_interlaced: bool = False
    colour: Colour | None = None
    dynamic_range: str | None = None


def look_at_frames(media: Opened, duration: float, *, is_picture_examined: bool = False) -> Look:
    """Raises MediaRefused for what does not decode."""
    look = Look()
    for stream in media.streams:
        is_one_enough = is_picture_examined and isinstance(stream, VideoStream)
        frame = _frame_near(media, stream, 0.0, _PACKETS_AT_START, is_one_enough=is_one_enough)
        if not is_one_enough:
            _look_at_end(media, stream, duration)
        if isinstance(frame, VideoFrame):
            look = _seen(frame, stream)
    return look


def is_heard(media: Opened, sound: AudioStream) -> bool:
    """Whether a track of sound has anything in it that decodes."""
    try:
        _frame_near(media, sound, 0.0, _PACKETS_AT_START)
    except MediaRefused:
        return False
    return True


def _seen(frame: VideoFrame, stream: VideoStream | AudioStream) -> Look:
    colour, has_dolby = colour_of_frame(frame), any(note in frame.side_data for note in _DOLBY)
    light = dynamic_range(colour.transfer, stream.codec_context.codec_tag, has_dolby_metadata=has_dolby)
    return Look(-frame.rotation % 360, frame.interlaced_frame, colour, light)


def _look_at_end(media: Opened, stream: VideoStream | AudioStream, duration: float) -> None:
    try:
        _frame_near(media, stream, max(0.0, duration - _BEFORE_END_SECONDS), _PACKETS_AT_END)
    except MediaRefused:
        _frame_near(media, stream, max(0.0, duration - _FURTHER_BEFORE_END_SECONDS), _PACKETS_FROM_FURTHER)


def _frame_near(
    media: Opened, stream: VideoStream | AudioStream, at: float, packet_count: int, *, is_one_enough: bool = False
) -> VideoFrame | AudioFrame:
    """The first. A few damaged packets are ordinary in recordings; a place where more fail than decode is not."""
    first: VideoFrame | AudioFrame | None = None
    good = bad = 0
    media.seek(at)
    for packet in _shown(media.file.demux(stream), packet_count):
        frames = _decoded(packet)
        first = first or next(iter(frames or ()), None)
        good, bad = good + len(frames or ()), bad + (frames is None)
        if first is not None and is_one_enough:
            break
    if first is None or bad > good:
        part = "picture" if isinstance(stream, VideoStream) else "sound"
        raise MediaRefused("media_corrupt", f"The {part} cannot be decoded at {at:.1f} s: upload an undamaged file.")
    return first


def _shown(packets: Iterable[AnyPacket], count: int) -> Iterator[AnyPacket]:
    """So many packets that are shown or heard, and those before that an edit list hides: decoders need them as well."""
    for packet in packets:
        yield packet
        count -= not packet.is_discard
        if count <= 0:
            return


def _decoded(packet: AnyPacket) -> list[VideoFrame | AudioFrame] | None:
    """None where the packet is damaged; no frames where the decoder wants more packets first."""
    try:
        return [frame for frame in packet.decode() if isinstance(frame, VideoFrame | AudioFrame)]
    except MemoryError:
        raise  # PyAV counts it among the errors of the file, which it is not.
    except av.FFmpegError:
        return None
