"""The child program that finds a frame by its moment: `python -m kinolog.render.adapters.spot_program QUESTION`.

It reads packets and decodes none. It runs apart because the bytes are a stranger's, and answers as
`kinolog.common.media.tell` has it.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import floor, inf
from typing import Any, Final

import av
from av.format import Flags
from av.video.stream import VideoStream

from kinolog.common.media.colour import colour_of_header
from kinolog.common.media.facts import MediaRefused, Question
from kinolog.common.media.frames import moment_of
from kinolog.common.media.opened import AnyPacket, Opened, opened
from kinolog.common.media.tell import tell
from kinolog.render.adapters.packets import packets_of

_MICROSECOND: Final = Fraction(1, 1_000_000)
# No codec stores a frame further from its place in time.
_MOST_REORDERED: Final = 32
# Where a container has no index, seeking may lead behind the key frame that was meant.
_SOONER_SECONDS: Final = (0.0, 4.0, 20.0, inf)
_LANDING_SECONDS: Final = 1.0
_WITHOUT_INDEX: Final = frozenset({"mpegts", "mpeg"})


@dataclass(frozen=True, slots=True)
class _Found:
    """In ticks: the key frame that reading begins with, and the frame itself."""

    key: int
    frame: int


def main() -> None:
    asked: dict[str, Any] = json.loads(sys.argv[1])
    question = Question(**asked["question"])
    tell(lambda: spot(question, Fraction(asked["at"]), float(asked["since"]), float(asked["slack"])))


def spot(question: Question, at: Fraction, since: float, slack: float) -> dict[str, Any]:
    """`kinolog.render.domain.frame.Spot` of the last frame up to `at`, in a film that is read from `since` on.

    With `slack` seconds the film is read from so much sooner on, and the frame may be that much earlier: for a film
    whose packets do not tell what its frames will. Raises MediaRefused.
    """
    with opened(question) as media:
        picture = media.picture
        if picture is None or picture.time_base is None:
            raise MediaRefused("media_unsupported", "The video is sound alone: there is no frame of it.")
        clock, zero = picture.time_base, _zero(media)
        zero_ticks = _nearest(zero / clock)
        last = floor((at + _MICROSECOND) / clock) + zero_ticks
        offset = float(zero) - media.start
        seek_seconds, found = _found(media, picture, since - slack + offset, last)
        return {
            "stream": picture.index,
            "tick": (clock.numerator, clock.denominator),
            "zero": zero_ticks,
            "first": found - _nearest(Fraction(slack) / clock),
            "last": max(last, found),
            "seek_seconds": seek_seconds,
            "colour": asdict(colour) if (colour := colour_of_header(picture.codec_context)) else None,
        }


def _zero(media: Opened) -> Fraction:
    """In seconds, what ffmpeg begins to count at. Where clocks may jump, that is where its own streams begin."""
    if Flags.ts_discont in Flags(media.file.format.flags):
        begins = [
            stream.start_time * stream.time_base
            for stream in media.streams
            if stream.start_time is not None and stream.time_base is not None
        ]
        if begins:
            return _nearest(min(begins) / _MICROSECOND) * _MICROSECOND
    return (media.file.start_time or 0) * _MICROSECOND


def _found(media: Opened, picture: VideoStream, since: float, last: int) -> tuple[float, int]:
    """Where to seek to, 0 for the beginning, and the frame."""
    clock = picture.time_base or Fraction(1)
    begin = floor((Fraction(since) + Fraction(media.start)) / clock)
    for sooner in _SOONER_SECONDS:
        seek_seconds = max(0.0, since - sooner)
        media.seek(seek_seconds)
        found = _last_shown(_packets(media, picture), last)
        if found is not None and (found.key <= min(begin, found.frame) or seek_seconds == 0.0):
            landing = _LANDING_SECONDS if media.container in _WITHOUT_INDEX else 0.0
            return max(0.0, seek_seconds - landing), found.frame
    raise MediaRefused("media_corrupt", "No frame of the film can be found there: upload an undamaged one.")


def _last_shown(packets: Iterator[AnyPacket], last: int) -> _Found | None:
    """Of those behind the first key frame: the last one up to `last`, or else the first of all."""
    key, frame, earliest, behind = None, None, None, 0
    for packet in packets:
        if key is None and not packet.is_keyframe:
            continue
        moment = moment_of(packet)
        key = moment if key is None else key
        if packet.is_discard or moment < key:
            continue
        earliest = moment if earliest is None else min(earliest, moment)
        if moment <= last:
            frame = moment if frame is None else max(frame, moment)
        behind += moment > last
        if behind > _MOST_REORDERED or (packet.dts is not None and packet.dts > last):
            break
    if key is None or earliest is None:
        return None
    return _Found(key, earliest if frame is None else frame)


def _packets(media: Opened, picture: VideoStream) -> Iterator[AnyPacket]:
    yield from packets_of(media, picture, _damaged)


def _damaged(error: av.FFmpegError) -> MediaRefused:
    return MediaRefused("media_corrupt", f"The film cannot be read there ({error.strerror}): upload an undamaged one.")


def _nearest(ticks: Fraction) -> int:
    """As ffmpeg rounds, halves away from zero."""
    return floor(ticks + Fraction(1, 2)) if ticks >= 0 else -floor(-ticks + Fraction(1, 2))


if __name__ == "__main__":
    main()
