"""How a player turns a film's frames, as its first frame says."""

import struct
from collections.abc import Mapping
from typing import Final, cast

import av
from av.buffer import Buffer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kinolog.common.media.opened import Opened
from kinolog.render.domain.obstacle import Obstacle, PartialRefused

_MATRIX: Final = "DISPLAYMATRIX"
_ONE: Final = 1 << 16
# How the four numbers that turn and mirror look, by the clockwise turn that they make.
_TURNS: Final = {(1, 0, 0, 1): 0, (0, 1, -1, 0): 90, (-1, 0, 0, -1): 180, (0, -1, 1, 0): 270}


def turn_of(media: Opened, picture: VideoStream) -> int:
    """Degrees, clockwise. Raises PartialRefused for mirrored and slanted films, and where nothing decodes."""
    side_data = cast("Mapping[str, Buffer]", _first_frame(media, picture).side_data)
    if _MATRIX not in side_data:
        return 0
    a, b, _, c, d, *_ = struct.unpack("=9i", side_data[_MATRIX])
    turn = _TURNS.get((a / _ONE, b / _ONE, c / _ONE, d / _ONE))
    if turn is None:
        raise PartialRefused(Obstacle.TURN)
    return turn


def _first_frame(media: Opened, picture: VideoStream) -> VideoFrame:
    media.seek(0.0)
    try:
        frame = next(media.file.decode(picture), None)
    except MemoryError:
        raise  # PyAV counts it among the errors of the file, which it is not.
    except av.FFmpegError as error:
        raise PartialRefused(Obstacle.DAMAGED, str(error)) from error
    if frame is None:
        raise PartialRefused(Obstacle.START)
    return frame
