"""Finding the key frames at which a film is cut: by seeking, so that little of a long film is read."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import Final

from av.video.stream import VideoStream

from kinolog.common.media.opened import AnyPacket, Opened, opened
from kinolog.render.adapters.packets import packets_of
from kinolog.render.adapters.partial.reporting import OnPercent
from kinolog.render.adapters.segments.errand import CutErrand
from kinolog.render.domain.segments_plan import Border, FilmCut, SegmentsRefused

_MICROSECONDS: Final = 1_000_000
# No codec stores a frame further from its place in time.
_MOST_REORDERED: Final = 32


def cut(errand: CutErrand, on_percent: OnPercent) -> FilmCut:
    """Where there is no key frame between two moments, there is no cut. Raises SegmentsRefused and MediaRefused."""
    with opened(errand.question) as media:
        picture = media.picture
        if picture is None or picture.time_base is None:
            raise SegmentsRefused("it has no picture")
        zero = round(Fraction(media.file.start_time or 0, _MICROSECONDS) / picture.time_base)
        begin = min(_first_moments(media, picture))
        found = list(_borders(media, picture, errand.moments, on_percent))
        return FilmCut(
            tick=(picture.time_base.numerator, picture.time_base.denominator),
            zero_seconds=media.start,
            begin=begin - zero,
            borders=tuple(Border(last=each.last - zero, first=each.first - zero) for each in found),
        )


def _first_moments(media: Opened, picture: VideoStream) -> Sequence[int]:
    moments: list[int] = []
    for packet in _packets(media, picture):
        moments += [] if packet.is_discard else [_shown(packet)]
        if len(moments) > _MOST_REORDERED:
            break
    if not moments:
        raise SegmentsRefused("it has no frames")
    return moments


def _borders(media: Opened, picture: VideoStream, moments: Sequence[float], on_percent: OnPercent) -> Iterator[Border]:
    latest: float = -inf
    for moment, limit in pairwise((*moments, inf)):
        on_percent(0.0)
        media.seek(moment)
        border = _next_border(media, picture, media.start + limit)
        if border is not None and border.first > latest:
            latest = border.first
            yield border


def _next_border(media: Opened, picture: VideoStream, limit: float) -> Border | None:
    """At the first key frame after the one that begins what is read now; None where none comes before `limit`."""
    clock, shown, key = picture.time_base or Fraction(1), list[int](), None
    for number, packet in enumerate(_packets(media, picture)):
        moment = _shown(packet)
        shown.append(moment)
        if key is None and number and packet.is_keyframe:
            key, number_of_key = moment, number
        if key is None and moment * clock > limit:
            return None
        if key is not None and number >= number_of_key + _MOST_REORDERED:
            break
    earlier = [moment for moment in shown if key is not None and moment < key]
    return Border(last=max(earlier), first=key) if key is not None and earlier else None


def _packets(media: Opened, picture: VideoStream) -> Iterator[AnyPacket]:
    yield from packets_of(media, picture, lambda error: SegmentsRefused(f"it cannot be read everywhere: {error}"))


def _shown(packet: AnyPacket) -> int:
    if packet.pts is None:
        raise SegmentsRefused("it has frames without a time stamp")
    return packet.pts
