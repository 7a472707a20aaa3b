"""Which packets of a film stay as they are, and which frames are encoded anew, to change or to cut a part of it."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeAlias

from kinolog.common.media.chapters import Chapter
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PacketIndex, clean_cuts

Seconds: TypeAlias = tuple[float, float]
"""From a moment of the film up to and without another."""

_Ticks: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """Packets `first` up to `end` stay as they are, `shift` ticks later."""

    first: int
    end: int
    shift: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """The frames `shown` at these ticks, ascending, are encoded again, and come `shift` ticks later.

    They are those of the packets `first` up to `end`, or some; to decode them takes packets from `fed_from` on.
    """

    fed_from: int
    first: int
    end: int
    shown: tuple[int, ...]
    shift: int = 0


Piece: TypeAlias = Copied | Renewed


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialPlan:
    """The pieces of the new film in their order. `windows` are the seconds of the film that are kept, exactly from
    the first frame of each; its sound has to keep the same ones. `chapters` are the new film's.
    """

    pieces: tuple[Piece, ...]
    windows: tuple[Seconds, ...]
    chapters: tuple[Chapter, ...] = ()

    @property
    def runs(self) -> tuple[Renewed, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Renewed))

    @property
    def encoded_frames(self) -> int:
        return sum(len(run.shown) for run in self.runs)

    @property
    def copied_frames(self) -> int:
        return sum(piece.end - piece.first for piece in self.pieces if isinstance(piece, Copied))

    @property
    def renewed_share(self) -> float:
        return self.encoded_frames / (self.encoded_frames + self.copied_frames)


def plan_overlay(index: PacketIndex, spans: Iterable[Seconds]) -> PartialPlan:
    """Encode what shows during the spans, which may overlap and lie outside the film; keep everything else.

    A group is kept up to its first frame to be changed, from where on no later frame of it can be copied.
    """
    changed = _merged((index.track.ticks(start), index.track.ticks(end)) for start, end in spans)
    pieces = [piece for first, end in index.groups() for piece in _overlaid(index.shown, first, end, changed)]
    begin, last = min(index.shown), max(index.shown)
    window = index.track.seconds(begin), index.track.seconds(last + index.track.frame_ticks)
    return PartialPlan(pieces=tuple(_joined(pieces)), windows=(window,))


def plan_cut(index: PacketIndex, ranges: Iterable[Seconds]) -> PartialPlan:
    """Keep the frames that are shown in the ranges, which ascend and do not overlap, one range right after the other.

    Groups that are kept whole are copied. Raises PartialRefused for a range without a frame.
    """
    pieces: list[Piece] = []
    windows: list[Seconds] = []
    length = 0
    for start, end in ((index.track.ticks(start), index.track.ticks(end)) for start, end in ranges):
        kept = [piece for group in index.groups() for piece in _cut(index.shown, *group, (start, end))]
        if not kept:
            raise PartialRefused(Obstacle.NO_FRAMES)
        begin = _first_shown(index.shown, kept[0])
        pieces += [replace(piece, shift=length - begin) for piece in kept]
        windows.append((index.track.seconds(begin), index.track.seconds(end)))
        length += end - begin
    return PartialPlan(pieces=tuple(_joined(pieces)), windows=tuple(windows))


def _merged(spans: Iterable[_Ticks]) -> list[_Ticks]:
    merged: list[_Ticks] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _overlaid(shown: Sequence[int], first: int, end: int, changed: Sequence[_Ticks]) -> Iterator[Piece]:
    in_order = sorted(shown[first:end])
    change = _first_within(in_order, changed)
    if change is None:
        yield Copied(first=first, end=end)
        return
    begin = max(place for place in clean_cuts(shown[first:end]) if place == 0 or in_order[place] <= change)
    if begin > 0:
        yield Copied(first=first, end=first + begin)
    yield Renewed(fed_from=first, first=first + begin, end=end, shown=tuple(in_order[begin:]))


def _first_within(in_order: Sequence[int], spans: Sequence[_Ticks]) -> int | None:
    """The first of some moments that lies in one of the spans, which ascend and do not overlap."""
    nearest = bisect_left(spans, in_order[0], key=lambda span: span[1])
    for start, end in spans[nearest:]:
        if start > in_order[-1]:
            break
        place = bisect_left(in_order, start)
        if place < len(in_order) and in_order[place] < end:
            return in_order[place]
    return None


def _cut(shown: Sequence[int], first: int, end: int, window: _Ticks) -> Iterator[Piece]:
    moments, in_order = shown[first:end], sorted(shown[first:end])
    kept = in_order[bisect_left(in_order, window[0]) : bisect_left(in_order, window[1])]
    if not kept:
        return
    if len(kept) == len(moments):
        yield Copied(first=first, end=end)
        return
    copied = _copied_before(moments, kept[-1]) if kept[0] == in_order[0] else 0
    needed = 1 + max(place for place, moment in enumerate(moments) if moment <= kept[-1])
    if copied > 0:
        yield Copied(first=first, end=first + copied)
    if kept[copied:]:
        yield Renewed(fed_from=first, first=first + copied, end=first + needed, shown=tuple(kept[copied:]))


def _copied_before(moments: Sequence[int], last: int) -> int:
    """How many packets of a group can stay when nothing is kept that is shown after the moment `last`."""
    in_order = sorted(moments)
    return max(place for place in clean_cuts(moments) if place == 0 or in_order[place - 1] <= last)


def _first_shown(shown: Sequence[int], piece: Piece) -> int:
    return shown[piece.first] if isinstance(piece, Copied) else piece.shown[0]


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece: an encoder is better off with one long run than with two."""
    waiting: list[Piece] = []
    for piece in pieces:
        if waiting and not _follows(waiting[-1], piece):
            yield _as_one(waiting)
            waiting = []
        waiting.append(piece)
    if waiting:
        yield _as_one(waiting)


def _as_one(pieces: Sequence[Piece]) -> Piece:
    first, end = pieces[0], pieces[-1].end
    if isinstance(first, Copied):
        return replace(first, end=end)
    shown = chain.from_iterable(piece.shown for piece in pieces if isinstance(piece, Renewed))
    return replace(first, end=end, shown=tuple(shown))


def _follows(before: Piece, piece: Piece) -> bool:
    return type(before) is type(piece) and before.end == piece.first and before.shift == piece.shift
