"""Counting frames as packets pass: all, those of windows, those that are keys, and how evenly they follow."""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from operator import itemgetter
from typing import Final

from kinolog.common.media.facts import Question, Window
from kinolog.common.media.frame_times import FrameSpread, FrameTimes
from kinolog.common.media.key_frames import KeyFrameIndex, KeyFrames
from kinolog.common.media.opened import AnyPacket, Opened

_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """`hidden_count` are frames that an edit list hides. `key_frames` is None where there is no picture."""

    count: int
    hidden_count: int
    spread: FrameSpread
    most_in_a_second: int
    windows: tuple[Window, ...]
    key_frames: KeyFrameIndex | None


class FrameCount:
    """Gets every packet of a file, in the order of storage.

    Rounds moments to the clock of the stream as FFmpeg's `trim` filter does, so that both count the same frames.
    """

    def __init__(self, media: Opened, question: Question) -> None:
        picture = media.picture
        self._picture = None if picture is None else picture.index
        self._clock = (picture.time_base if picture is not None else None) or Fraction(1)
        self._zero = self._ticks(media.start)
        self._windows = [(self._ticks(start), self._ticks(end)) for start, end in question.windows]
        self._inside = [0] * len(self._windows)
        self._first: list[int | None] = [None] * len(self._windows)
        self._latest: list[int | None] = [None] * (len(self._windows) + 1)
        self._key_frames = KeyFrames(self._clock)
        self._times = FrameTimes(self._clock)
        self._max_key_frames = question.max_key_frames
        self._has_begun = False
        self._count = self._hidden = 0

    def add(self, packet: AnyPacket) -> None:
        """Recordings may begin with frames that nothing decodes before the first key frame."""
        if packet.stream_index != self._picture:
            return
        self._has_begun = self._has_begun or packet.is_keyframe
        if packet.is_discard or not self._has_begun:
            self._hidden += packet.is_discard
            return
        self._count += 1
        moment = moment_of(packet) - self._zero
        self._times.add(moment)
        self._key_frames.add(moment, packet.is_keyframe)
        if self._windows:
            self._count_inside(moment)

    def frames(self) -> Frames:
        """To be asked once, after the last packet."""
        spread = self._times.spread()
        return Frames(
            count=self._count,
            hidden_count=self._hidden,
            spread=spread,
            most_in_a_second=self._times.most_in_a_second,
            windows=tuple(self._window(number) for number in range(len(self._windows))),
            key_frames=None if self._picture is None else self._key_frames.index(self._max_key_frames),
        )

    def _count_inside(self, moment: int) -> None:
        place = bisect_right(self._windows, moment, key=itemgetter(0))
        number, latest = place - 1, self._latest[place]
        self._latest[place] = moment if latest is None else max(latest, moment)
        if number >= 0 and moment < self._windows[number][1]:
            first = self._first[number]
            self._inside[number] += 1
            self._first[number] = moment if first is None else min(first, moment)

    def _window(self, number: int) -> Window:
        first = self._first[number]
        before = max((moment for moment in self._latest[: number + 1] if moment is not None), default=None)
        return Window(
            frame_count=self._inside[number],
            first_at=None if first is None else float(first * self._clock),
            groups=self._key_frames.around(*self._windows[number]),
            before_at=None if before is None else float(before * self._clock),
        )

    def _ticks(self, seconds: float) -> int:
        microseconds = Fraction(round(seconds * _MICROSECONDS), _MICROSECONDS)
        return floor(microseconds / self._clock + Fraction(1, 2))


def moment_of(packet: AnyPacket) -> int:
    """In ticks. Some containers, such as AVI, only store the order of decoding."""
    if packet.pts is not None:
        return packet.pts
    return 0 if packet.dts is None else packet.dts
