"""The frames that a storyboard shows: of a short film those of the very moments, of others the key frames before."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kinolog.common.media.facts import MediaRefused
from kinolog.common.media.frames import moment_of
from kinolog.common.media.opened import AnyPacket, Opened
from kinolog.ingest.adapters.analysis.tasks import PicturesTask

# Here seeking ends somewhere before the moment, and there may be a later key frame that is meant.
_WITHOUT_INDEX: Final = frozenset({"mpegts", "mpeg"})
_MOST_PACKETS: Final = 600
_ROUNDING_SECONDS: Final = 0.001


def frames_at(media: Opened, task: PicturesTask, moments: tuple[float, ...]) -> Iterator[VideoFrame | None]:
    """A frame for each moment, which rise. None where that can only be the one of the moment before."""
    if media.picture is None:
        return
    if task.duration * (media.frame_rate or 0.0) <= task.exact_frames:
        yield from _exact(media, media.picture, moments)
    else:
        yield from _key_frames(media, media.picture, moments)


def _exact(media: Opened, picture: VideoStream, moments: tuple[float, ...]) -> Iterator[VideoFrame | None]:
    media.seek(0.0)
    frames, shown = _decoded(media, picture), None
    coming = next(frames, None)
    for moment in moments:
        found = None
        latest = moment + _ROUNDING_SECONDS
        while coming is not None and (shown is None or _seconds(coming.pts or 0, media, picture) <= latest):
            found = shown = coming
            coming = next(frames, None)
        yield found


def _key_frames(media: Opened, picture: VideoStream, moments: tuple[float, ...]) -> Iterator[VideoFrame | None]:
    last: int | None = None
    for moment in moments:
        packet = _key_packet(media, picture, moment)
        if packet is None or moment_of(packet) == last:
            yield None
        else:
            last = moment_of(packet)
            yield _decoded_alone(picture, packet) or _first_shown(media, picture, moment)


def _key_packet(media: Opened, picture: VideoStream, moment: float) -> "AnyPacket | None":
    """The last one that is shown at or before the moment, or else the first one after it."""
    found: AnyPacket | None = None
    try:
        media.seek(moment)
        for packet in _packets(media, picture):
            if packet.is_keyframe:
                if found is not None and _seconds(moment_of(packet), media, picture) > moment + _ROUNDING_SECONDS:
                    break
                found = packet
                if media.container not in _WITHOUT_INDEX:
                    break
    except MediaRefused:
        return None
    return found


def _decoded_alone(picture: VideoStream, packet: AnyPacket) -> VideoFrame | None:
    """Decoders hold frames back for those that are shown before them, until they are told that nothing follows."""
    frames = [*_frames_of(picture, packet), *_frames_of(picture, None)]
    return frames[0] if frames else None


def _first_shown(media: Opened, picture: VideoStream, moment: float) -> VideoFrame | None:
    """Where an edit list hides a key frame, the first frame after it that is shown."""
    media.seek(moment)
    return next(_decoded(media, picture, _MOST_PACKETS), None)


def _decoded(media: Opened, picture: VideoStream, most_packets: int | None = None) -> Iterator[VideoFrame]:
    """Frames in the order in which they are shown."""
    for packet in islice(_packets(media, picture), most_packets):
        yield from _frames_of(picture, packet)


def _packets(media: Opened, picture: VideoStream) -> Iterator[AnyPacket]:
    """Up to the end of what can be read."""
    try:
        yield from media.file.demux([picture])
    except MemoryError:
        raise  # PyAV counts it among the errors of the file, which it is not.
    except av.FFmpegError:
        return


def _frames_of(picture: VideoStream, packet: "AnyPacket | None") -> list[VideoFrame]:
    """What a damaged packet holds is left out. None asks for all that the decoder has held back."""
    try:
        return picture.codec_context.decode(packet)
    except MemoryError:
        raise
    except av.FFmpegError:
        return []


def _seconds(ticks: int, media: Opened, picture: VideoStream) -> float:
    """By the clock of the stream: frames that a decoder has held back to the end come without theirs."""
    return float(ticks * (picture.time_base or 0)) - media.start
