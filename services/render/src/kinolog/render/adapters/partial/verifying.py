"""Examining a joined film: nothing is missing, nothing that was to stay has changed, what is new decodes."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Final

import av
from av.video.stream import VideoStream

from kinolog.common.media.facts import Question
from kinolog.common.media.opened import AnyPacket, Opened, opened
from kinolog.render.adapters.partial.index_files import DIGEST_BYTES, read_index
from kinolog.render.adapters.partial.indexing import digest_of, picture_packets
from kinolog.render.adapters.partial.reporting import OnPercent, reported
from kinolog.render.domain.errand import Errand, Places
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PacketIndex, PictureTrack
from kinolog.render.domain.partial import Copied, PartialPlan, Renewed

# Frames after a run show whether a decoder gets back to the film's own.
_FRAMES_AFTER: Final = 12
_FORMAT: Final = "mp4"
# What smooths the edges of blocks cannot fail, and takes a fifth of the time.
_STRICT: Final = {"err_detect": "explode", "skip_loop_filter": "all"}


def verify(errand: Errand, track: PictureTrack, plan: PartialPlan, on_percent: OnPercent) -> None:
    """Raises PartialRefused on any doubt."""
    places = Places(folder=errand.folder)
    index = read_index(track, places)
    asked = replace(errand.question, path=str(places.joined), container=_FORMAT)
    with opened(asked) as media:
        packets = reported(picture_packets(media, _picture(media)), len(_all_shown(index, plan)), on_percent)
        _refuse_changes(packets, index, plan, places)
    with _decoding(asked, errand.threads) as (media, picture):
        _refuse_undecodable(media, picture, plan, _all_shown(index, plan), on_percent)


def _refuse_changes(packets: Iterator[AnyPacket], index: PacketIndex, plan: PartialPlan, places: Places) -> None:
    digests = places.digests.read_bytes()
    for piece in plan.pieces:
        if isinstance(piece, Copied):
            _refuse_changed(islice(packets, piece.end - piece.first), piece, index, digests)
        else:
            _refuse_misplaced(islice(packets, len(piece.shown)), piece)
    if next(packets, None) is not None:
        raise PartialRefused(Obstacle.DOUBT, "there are more packets than there are to be")


def _refuse_changed(packets: Iterator[AnyPacket], piece: Copied, index: PacketIndex, digests: bytes) -> None:
    number = piece.first - 1
    for number, packet in enumerate(packets, piece.first):
        is_same = digest_of(bytes(packet)) == digests[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES]
        if not is_same or packet.pts != index.shown[number] + piece.shift:
            raise PartialRefused(Obstacle.DOUBT, f"packet {number} is not the one that it was")
    if number != piece.end - 1:
        raise PartialRefused(Obstacle.DOUBT, f"packets after {number} are missing")


def _refuse_misplaced(packets: Iterator[AnyPacket], piece: Renewed) -> None:
    moments = sorted(packet.pts for packet in packets if packet.pts is not None)
    if moments != [moment + piece.shift for moment in piece.shown]:
        raise PartialRefused(Obstacle.DOUBT, f"new frames are not shown when they are to be, from {piece.first} on")


def _all_shown(index: PacketIndex, plan: PartialPlan) -> list[int]:
    moments: list[int] = []
    for piece in plan.pieces:
        kept = index.shown[piece.first : piece.end] if isinstance(piece, Copied) else piece.shown
        moments += [moment + piece.shift for moment in kept]
    return sorted(moments)


@contextmanager
def _decoding(asked: Question, threads: int) -> Iterator[tuple[Opened, VideoStream]]:
    with opened(asked) as media:
        picture = _picture(media)
        context = picture.codec_context
        context.thread_count, context.thread_type = threads, "AUTO"
        context.options = {**context.options, **_STRICT}
        yield media, picture


def _refuse_undecodable(
    media: Opened, picture: VideoStream, plan: PartialPlan, shown: Sequence[int], on_percent: OnPercent
) -> None:
    for run in plan.runs:
        first = bisect_left(shown, run.shown[0] + run.shift)
        wanted = shown[first : first + len(run.shown) + _FRAMES_AFTER]
        decoded = reported(_decoded(media, picture, wanted), len(wanted), on_percent)
        if list(decoded) != list(wanted):
            raise PartialRefused(Obstacle.DOUBT, f"what follows packet {run.first} does not decode")


def _decoded(media: Opened, picture: VideoStream, wanted: Sequence[int]) -> Iterator[int]:
    """When the frames from a key frame on are shown that decode without a fault."""
    try:
        media.file.seek(wanted[0], stream=picture)
        frames = (frame for frame in media.file.decode(picture) if not frame.is_corrupt)
        moments = (frame.pts for frame in frames if frame.pts is not None)
        yield from islice((moment for moment in moments if moment >= wanted[0]), len(wanted))
    except MemoryError:
        raise  # PyAV counts it among the errors of the file, which it is not.
    except av.FFmpegError as error:
        raise PartialRefused(Obstacle.DOUBT, str(error)) from error


def _picture(media: Opened) -> VideoStream:
    if media.picture is None:
        raise PartialRefused(Obstacle.DOUBT, "there is no picture")
    return media.picture
