"""Reading every packet of a file, without decoding any: how long it really is and how many frames it has."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av

from kinolog.common.media.facts import MediaRefused, Question
from kinolog.common.media.formats import STATES_DURATION
from kinolog.common.media.frames import FrameCount, Frames, moment_of
from kinolog.common.media.opened import AnyPacket, Opened

OnPercent = Callable[[float], None]

_MICROSECONDS: Final = 1_000_000
_REPORT_EVERY_SECONDS: Final = 0.5
# Encoders round the last frame and pad the last sound, and subtitles may end later than both.
_ALLOWED_LACK_SECONDS: Final = 0.5
_ALLOWED_LACK_SHARE: Final = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """`duration` in seconds runs from the file's first moment to the end of its last packet. `size_bytes` are those of
    the packets of the picture and of the sound, by the stream's place in the file.
    """

    duration: float
    frames: Frames
    size_bytes: dict[int, int]


def scan(media: Opened, question: Question, on_percent: OnPercent) -> Scan:
    """Raises MediaRefused for a damaged file, one shorter than its header says, one too long, one without content."""
    declared = _declared_duration(media)
    _refuse_excess(declared, question)
    frames, extents = FrameCount(media, question), _Extents(media)
    for packet in _packets(media, on_percent):
        extents.add(packet)
        frames.add(packet)
    end = extents.end()
    _refuse_excess(end, question)
    declared = _declared_duration(media, extents.lead())
    _refuse_lack(extents.reach(), declared if media.container in STATES_DURATION else 0.0)
    return Scan(duration=end, frames=frames.frames(), size_bytes=extents.size_bytes)


class _Extents:
    """Counts the bytes of each stream, and how far it reaches, in ticks of its own clock: fractions would be slow.

    Packets of a picture tell when the next one is decoded, which is long after some while the picture stands still,
    though not after those that are shown: the last to be shown lasts as long as the last to be stored.
    """

    def __init__(self, media: Opened) -> None:
        self._zero = Fraction(round(media.start * _MICROSECONDS), _MICROSECONDS)
        self._clocks = {stream.index: stream.time_base or Fraction(1) for stream in media.streams}
        self._usual = {stream.index: self._usual_length(media, stream.index) for stream in media.streams}
        self._picture = None if media.picture is None else media.picture.index
        self._ends: dict[int, int] = {}
        self._last_length = self._reach = 0
        self._first_decoded: int | None = None
        self.size_bytes = dict.fromkeys(self._clocks, 0)

    def add(self, packet: AnyPacket) -> None:
        index, length = packet.stream_index, packet.duration or self._usual[packet.stream_index]
        if index == self._picture:
            self._first_decoded = packet.dts if self._first_decoded is None else self._first_decoded
            self._reach = max(self._reach, moment_of(packet) + length)
            self._last_length, length = length, 0
        end = moment_of(packet) + length
        self._ends[index] = max(end, self._ends.get(index, end))
        self.size_bytes[index] += packet.size

    def end(self) -> float:
        """Seconds from the file's first moment."""
        lengths = {self._picture: self._last_length}
        return self._seconds({index: end + lengths.get(index, 0) for index, end in self._ends.items()})

    def reach(self) -> float:
        """As far as any packet goes by what it tells of itself, in seconds: headers are written by that."""
        return self._seconds(
            {index: self._reach if index == self._picture else end for index, end in self._ends.items()}
        )

    def lead(self) -> Fraction:
        """How long before the file's first moment the picture is begun to be decoded, in seconds."""
        if self._picture is None or self._first_decoded is None:
            return Fraction()
        return max(Fraction(), self._zero - self._first_decoded * self._clocks[self._picture])

    def _seconds(self, ends: dict[int, int]) -> float:
        return float(max((end * self._clocks[index] - self._zero for index, end in ends.items()), default=0))

    def _usual_length(self, media: Opened, index: int) -> int:
        """Of packets that do not tell how long they last, in ticks."""
        is_picture = media.picture is not None and media.picture.index == index
        return round(1 / media.frame_rate / self._clocks[index]) if is_picture and media.frame_rate else 0


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


def _declared_duration(media: Opened, lead: Fraction = Fraction()) -> float:
    """A header counts from when the first frame of the picture is decoded, which is `lead` seconds before the start."""
    stated = [
        stream.duration * (stream.time_base or 0) - (lead if stream is media.picture else 0)
        for stream in media.streams
        if stream.duration
    ]
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
