"""Reading every packet of a file, without decoding any: how long it really is and how many frames it has."""

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from operator import itemgetter
from typing import Final

import av

from kinolog.common.media.facts import MediaRefused, Question, Window
from kinolog.common.media.formats import STATES_DURATION
from kinolog.common.media.key_frames import KeyFrames
from kinolog.common.media.opened import AnyPacket, Opened

OnPercent = Callable[[float], None]

_MICROSECONDS: Final = 1_000_000
_REPORT_EVERY_SECONDS: Final = 0.5
# Encoders round the last frame and pad the last sound, and subtitles may end later than both.
_ALLOWED_LACK_SECONDS: Final = 0.5
_ALLOWED_LACK_SHARE: Final = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """`duration` in seconds runs from the file's first moment to the end of its last packet."""

    duration: float
    frame_count: int
    windows: tuple[Window, ...]


def scan(media: Opened, question: Question, on_percent: OnPercent) -> Scan:
    """Raises MediaRefused for a damaged file, one shorter than its header says, one too long, one without content."""
    declared = _declared_duration(media)
    _refuse_excess(declared, question)
    frames, end = _Frames(media, question), Fraction(0)
    for packet in _packets(media, on_percent):
        end = max(end, _end_of(packet, media))
        frames.add(packet)
    _refuse_excess(float(end), question)
    _refuse_lack(float(end), declared if media.container in STATES_DURATION else 0.0)
    return Scan(duration=float(end), frame_count=frames.count, windows=frames.windows())


class _Frames:
    """Counts the frames that are shown, and those of the question's windows.

    Rounds moments to the clock of the stream as FFmpeg's `trim` filter does, so that both count the same frames.
    """

    def __init__(self, media: Opened, question: Question) -> None:
        self._media = media
        self._zero = self._ticks(media.start)
        self._windows = [(self._ticks(start), self._ticks(end)) for start, end in question.windows]
        self._inside = [0] * len(self._windows)
        self._first: list[int | None] = [None] * len(self._windows)
        self._key_frames = KeyFrames(self._clock())
        self._has_begun = False
        self.count = 0

    def add(self, packet: AnyPacket) -> None:
        """Recordings may begin with frames that nothing decodes before the first key frame."""
        self._has_begun |= packet.is_keyframe and packet.stream is self._media.picture
        if packet.stream is not self._media.picture or packet.is_discard or not self._has_begun:
            return
        self.count += 1
        if self._windows:
            moment = _moment_of(packet) - self._zero
            self._count_inside(moment)
            decoded = moment if packet.dts is None else packet.dts - self._zero
            self._key_frames.add(moment, decoded, packet.is_keyframe)

    def windows(self) -> tuple[Window, ...]:
        return tuple(self._window(number) for number in range(len(self._windows)))

    def _count_inside(self, moment: int) -> None:
        number = bisect_right(self._windows, moment, key=itemgetter(0)) - 1
        if number >= 0 and moment < self._windows[number][1]:
            first = self._first[number]
            self._inside[number] += 1
            self._first[number] = moment if first is None else min(first, moment)

    def _window(self, number: int) -> Window:
        first = self._first[number]
        return Window(
            frame_count=self._inside[number],
            first_at=None if first is None else float(first * self._clock()),
            groups=self._key_frames.around(*self._windows[number]),
        )

    def _ticks(self, seconds: float) -> int:
        microseconds = Fraction(round(seconds * _MICROSECONDS), _MICROSECONDS)
        return floor(microseconds / self._clock() + Fraction(1, 2))

    def _clock(self) -> Fraction:
        picture = self._media.picture
        return (picture.time_base if picture is not None else None) or Fraction(1)


def _packets(media: Opened, on_percent: OnPercent) -> Iterator[AnyPacket]:
    reported_at = time.monotonic()
    try:
        for packet in media.file.demux(media.streams):
            if packet.size:
                yield packet
            if packet.pos and time.monotonic() - reported_at > _REPORT_EVERY_SECONDS:
                on_percent(min(100.0, 100 * packet.pos / media.size_bytes))
                reported_at = time.monotonic()
    except MemoryError:
        raise
    except av.FFmpegError as error:
        raise MediaRefused("media_corrupt", "The file is damaged inside: upload an undamaged one.") from error


def _moment_of(packet: AnyPacket) -> int:
    """Some containers, such as AVI, only store the order of decoding."""
    return next((moment for moment in (packet.pts, packet.dts) if moment is not None), 0)


def _end_of(packet: AnyPacket, media: Opened) -> Fraction:
    clock = packet.time_base or Fraction(1)
    lasts = (packet.duration or 0) * clock or _usual_frame(packet, media)
    return _moment_of(packet) * clock - Fraction(round(media.start * _MICROSECONDS), _MICROSECONDS) + lasts


def _usual_frame(packet: AnyPacket, media: Opened) -> Fraction:
    is_picture = packet.stream is media.picture
    return Fraction(1, round(media.frame_rate)) if is_picture and media.frame_rate else Fraction(0)


def _declared_duration(media: Opened) -> float:
    stated = [stream.duration * (stream.time_base or 0) for stream in media.streams if stream.duration]
    return float(max(stated, default=0)) or (media.file.duration or 0) / _MICROSECONDS


def _refuse_excess(seconds: float, question: Question) -> None:
    if seconds > question.max_duration_seconds:
        allowed = f"at most {question.max_duration_seconds:g} s are allowed"
        raise MediaRefused("media_limits", f"The file lasts {seconds:.0f} s; {allowed}.")


def _refuse_lack(readable: float, declared: float) -> None:
    if readable <= 0:
        raise MediaRefused("media_unsupported", "The file has a header but nothing to play.")
    if declared - readable > max(_ALLOWED_LACK_SECONDS, _ALLOWED_LACK_SHARE * declared):
        lack = f"Only {readable:.1f} s of the {declared:.1f} s that the file declares can be read"
        raise MediaRefused("media_corrupt", f"{lack}, so it is incomplete: upload it again.")
