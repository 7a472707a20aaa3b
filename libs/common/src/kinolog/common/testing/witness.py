"""What a film of the zoo shows and lets hear: the numbers of its frames and clicks, each with its moment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from kinolog.common.testing.zoo import CLICK_SECONDS, COLUMNS, PITCH_STEP_HERTZ

_MICROSECONDS: Final = 1_000_000
_LOUD: Final = 0.2
_RATE_HERTZ: Final = 48_000
_DECODING_MARGIN_SECONDS: Final = 0.02

Pixels = NDArray[np.uint8]
Samples = NDArray[np.float32]


class Seen(NamedTuple):
    """A frame or a click, by its number, and when it begins, in seconds from the film's first moment."""

    number: int
    at: float


def decoded_numbers(file: Path) -> list[int]:
    """The numbers of all frames that a player would show, in that order."""
    return [frame.number for frame in decoded_frames(file)]


def decoded_frames(file: Path) -> list[Seen]:
    """Raises AssertionError for a frame without a bar code."""
    with av.open(str(file)) as film:
        return [Seen(number_in(_as_shown(frame)), _moment(film, frame)) for frame in film.decode(video=0)]


def heard_clicks(file: Path, track: int = 0) -> list[Seen]:
    """The clicks in a track of sound; moments are good to a millisecond, and clicks cut off at either end are left out.

    Tracks are counted from 0.
    """
    with av.open(str(file)) as film:
        start, samples = _sound_of(film, track)
    return [
        Seen(_click_in(samples[begin:end]), start + (begin + end) / 2 / _RATE_HERTZ - CLICK_SECONDS / 2)
        for begin, end in _loud_parts(samples)
        if abs((end - begin) / _RATE_HERTZ - CLICK_SECONDS) < CLICK_SECONDS / 5
    ]


def _moment(film: InputContainer, frame: VideoFrame | AudioFrame) -> float:
    return float((frame.time or 0.0) - (film.start_time or 0) / _MICROSECONDS)


def _as_shown(frame: VideoFrame) -> Pixels:
    pixels: Any = frame.to_ndarray(format="gray")
    return np.rot90(pixels, frame.rotation // 90)


def number_in(picture: Pixels) -> int:
    """The number of the frame that a grey picture shows. Raises AssertionError for one without a bar code.

    Each column is read in its middle, where neither scaling nor coding reaches.
    """
    height, width = picture.shape
    rows = slice(height // 10, height // 4)
    places = [width * (2 * column + 1) // (2 * COLUMNS) for column in range(COLUMNS)]
    white, *bits, black = [bool(picture[rows, place - 2 : place + 3].mean() > 128) for place in places]
    if not white or black:
        raise AssertionError("the frame has no bar code")
    return sum(bit << place for place, bit in enumerate(bits))


def _sound_of(film: InputContainer, track: int) -> tuple[float, Samples]:
    """When the sound begins, and all of it, mono. Gaps are no part of the films that this is for."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=_RATE_HERTZ)
    start: float | None = None
    parts: list[Samples] = []
    for frame in film.decode(audio=track):
        start = _moment(film, frame) if start is None else start
        parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return start or 0.0, np.concatenate(parts)


def _loud_parts(samples: Samples) -> Iterator[tuple[int, int]]:
    """From the first to the last loud sample of each click."""
    loud = np.flatnonzero(np.abs(samples) > _LOUD)
    breaks = np.flatnonzero(np.diff(loud) > _DECODING_MARGIN_SECONDS * _RATE_HERTZ)
    begins, ends = np.append(0, breaks + 1), np.append(breaks, len(loud) - 1)
    if len(loud):
        yield from ((int(loud[begin]), int(loud[end])) for begin, end in zip(begins, ends, strict=True))


def _click_in(samples: Samples) -> int:
    crossings = int(np.count_nonzero(np.diff(np.signbit(samples))))
    return round(crossings / 2 / (len(samples) / _RATE_HERTZ) / PITCH_STEP_HERTZ) - 1
