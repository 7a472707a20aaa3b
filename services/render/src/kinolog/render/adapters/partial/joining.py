"""Writing the new film: packets that stay, packets from the encoder in their places, and the sound."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from heapq import merge
from itertools import islice
from typing import Final

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from kinolog.common.media.facts import Question
from kinolog.common.media.opened import AnyPacket, Opened, opened
from kinolog.render.adapters.partial.index_files import read_index
from kinolog.render.adapters.partial.indexing import picture_packets
from kinolog.render.adapters.partial.reporting import OnPercent, reported
from kinolog.render.adapters.partial.runs import EncodedRuns, opened_runs
from kinolog.render.adapters.partial.sound import sound_packets
from kinolog.render.adapters.telling import tell_chapters
from kinolog.render.domain.errand import Errand, KeptSound, Places
from kinolog.render.domain.h264 import ParameterSets
from kinolog.render.domain.packets import PacketIndex, PictureTrack, decode_times
from kinolog.render.domain.partial import Copied, PartialPlan
from kinolog.render.domain.timeline import timeline

_FORMAT: Final = "mp4"


def join(errand: Errand, track: PictureTrack, plan: PartialPlan, on_percent: OnPercent) -> None:
    """Raises PartialRefused where what the encoder made does not fit."""
    places = Places(folder=errand.folder)
    index = read_index(track, places)
    with ExitStack() as stack:
        media = stack.enter_context(opened(errand.question))
        assert media.picture is not None  # noqa: S101  # the index was made of it
        runs = stack.enter_context(opened_runs(places.runs, index, plan, errand.question)) if plan.runs else None
        film = stack.enter_context(_film(places, track))
        picture = _picture_stream(film, media.picture, track, runs)
        packets = _picture_packets(media, index, plan, runs, picture)
        sound = _sound(stack, errand, film)
        tell_chapters(film, plan.chapters)
        total = plan.encoded_frames + plan.copied_frames
        _write(film, packets, sound, total, on_percent)


@contextmanager
def _film(places: Places, track: PictureTrack) -> Iterator[OutputContainer]:
    options = {"movflags": "+faststart", "video_track_timescale": str(track.ticks_per_second)}
    with av.open(str(places.joined), "w", format=_FORMAT, container_options=options) as film:
        yield film


def _picture_stream(
    film: OutputContainer, template: VideoStream, track: PictureTrack, runs: EncodedRuns | None
) -> VideoStream:
    stream = film.add_stream_from_template(template, opaque=True)
    stream.time_base = Fraction(1, track.ticks_per_second)
    if runs is not None:
        sets = ParameterSets.parsed(bytes.fromhex(track.parameters))
        stream.codec_context.extradata = sets.beside(runs.parameters).box
    return stream


def _picture_packets(
    media: Opened, index: PacketIndex, plan: PartialPlan, runs: EncodedRuns | None, stream: VideoStream
) -> Iterator[AnyPacket]:
    assert media.picture is not None  # noqa: S101  # the index was made of it
    shown = timeline(index, plan, runs.order if runs else ())
    due = decode_times(shown, index.track.frame_ticks)
    packets = _pieces(picture_packets(media, media.picture), plan, runs)
    clock = Fraction(1, index.track.ticks_per_second)
    for packet, pts, dts in zip(packets, shown, due, strict=True):
        packet.duration = round((packet.duration or 0) * packet.time_base / clock)
        packet.pts, packet.dts, packet.time_base = pts, dts, clock
        packet.stream = stream
        yield packet


def _pieces(film: Iterator[AnyPacket], plan: PartialPlan, runs: EncodedRuns | None) -> Iterator[AnyPacket]:
    """Pieces that stay ascend, so that the film is read once."""
    place = 0
    for piece in plan.pieces:
        if isinstance(piece, Copied):
            yield from islice(film, piece.first - place, piece.end - place)
            place = piece.end
        elif runs is not None:
            yield from islice(runs.packets, len(piece.shown))


def _sound(stack: ExitStack, errand: Errand, film: OutputContainer) -> Iterator[AnyPacket]:
    if errand.sound is None:
        return iter(())
    media = stack.enter_context(opened(_question_of(errand.sound, errand.question)))
    return sound_packets(media, errand.sound, film)


def _question_of(sound: KeptSound, question: Question) -> Question:
    return Question(
        path=str(sound.path),
        container=sound.container,
        max_pixels=question.max_pixels,
        max_streams=question.max_streams,
        max_duration_seconds=question.max_duration_seconds,
    )


def _write(
    film: OutputContainer,
    picture: Iterator[AnyPacket],
    sound: Iterator[AnyPacket],
    total: int,
    on_percent: OnPercent,
) -> None:
    """In the order of decoding, since the muxer holds back whatever comes before its time."""
    film.start_encoding()
    for packet in merge(reported(picture, total, on_percent), sound, key=_moment):
        film.mux(packet)


def _moment(packet: AnyPacket) -> Fraction:
    return (packet.dts or 0) * packet.time_base
