"""Joining segments: every frame at the moment that the film's own clock has for it, and the sound beside them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Final

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from kinolog.common.media.facts import Question
from kinolog.common.media.opened import AnyPacket, Opened, opened
from kinolog.render.adapters.packets import packets_of
from kinolog.render.adapters.partial.reporting import OnPercent, reported
from kinolog.render.adapters.partial.sound import sound_packets
from kinolog.render.adapters.segments.errand import JoinErrand
from kinolog.render.adapters.telling import tell_chapters
from kinolog.render.domain.errand import KeptSound
from kinolog.render.domain.segments_plan import FilmCut, SegmentsRefused, Stretch

_MUXER_OPTIONS: Final = {"mp4": {"movflags": "+faststart"}, "webm": {"cues_to_front": "1"}}
# Frames around a joint that show whether decoders get over it.
_FRAMES_AFTER: Final = 12
# Files are sought by when packets are decoded, which is earlier than when they are shown.
_LEAD_SECONDS: Final = 2


def join(errand: JoinErrand, on_percent: OnPercent) -> int:
    """The number of frames. Raises SegmentsRefused where segments do not fit together."""
    with ExitStack() as stack:
        first = stack.enter_context(opened(_question(errand, errand.segments[0], errand.muxer)))
        film = stack.enter_context(_film(errand, _picture(first)))
        stream = film.add_stream_from_template(_picture(first), opaque=True)
        stream.time_base = _picture(first).time_base
        sound = _sound(stack, errand, film)
        tell_chapters(film, errand.chapters)
        packets = reported(_all_packets(errand, stream), errand.frame_count, on_percent)
        count = _write(film, packets, sound)
    _refuse_undecodable(errand, on_percent)
    return count


def _film(errand: JoinErrand, picture: VideoStream) -> OutputContainer:
    clock = picture.time_base or Fraction(1)
    ticks = {"video_track_timescale": str(clock.denominator)} if errand.muxer == "mp4" else {}
    options = {**_MUXER_OPTIONS[errand.muxer], **ticks}
    return av.open(str(errand.output), "w", format=errand.muxer, container_options=options)


def _sound(stack: ExitStack, errand: JoinErrand, film: OutputContainer) -> Iterator[AnyPacket]:
    sound = errand.sound
    if sound is None:
        return iter(())
    media = stack.enter_context(opened(_question_of(errand, sound)))
    return sound_packets(media, sound, film)


def _question_of(errand: JoinErrand, sound: KeptSound) -> Question:
    return _question(errand, sound.path, sound.container)


def _question(errand: JoinErrand, path: Path, container: str) -> Question:
    return replace(errand.question, path=str(path.absolute()), container=container)


def _all_packets(errand: JoinErrand, stream: VideoStream) -> Iterator[AnyPacket]:
    """Ever later in decoding too, which irregular frames need not be at a joint."""
    parameters, latest = stream.codec_context.extradata, None
    for stretch, path in zip(errand.cut.stretches, errand.segments, strict=True):
        with opened(_question(errand, path, errand.muxer)) as media:
            picture = _picture(media)
            if picture.codec_context.extradata != parameters or picture.time_base != stream.time_base:
                raise SegmentsRefused(f"segment {stretch.number} was encoded in another way than the first")
            for packet in _placed(media, picture, errand.cut, stretch):
                latest = _due(packet, latest)
                packet.stream = stream
                yield packet


def _placed(media: Opened, picture: VideoStream, cut: FilmCut, stretch: Stretch) -> Iterator[AnyPacket]:
    """With the film's times. Raises SegmentsRefused unless it begins and ends with the frames that it is to."""
    clock = Fraction(*cut.tick) / (picture.time_base or Fraction(1))
    offset, first, last = stretch.first * clock, None, None
    if offset.denominator != 1:
        raise SegmentsRefused("its clock is not the encoder's")
    for packet in _packets(media, picture):
        if packet.pts is None or packet.dts is None:
            raise SegmentsRefused(f"segment {stretch.number} has frames without a time stamp")
        packet.pts, packet.dts = packet.pts + int(offset), packet.dts + int(offset)
        first = packet.pts if first is None else min(first, packet.pts)
        last = packet.pts if last is None else max(last, packet.pts)
        yield packet
    wanted = last if stretch.last is None else stretch.last * clock
    if first != offset or last != wanted:
        raise SegmentsRefused(f"segment {stretch.number} shows frames from {first} to {last}, not {offset} to {wanted}")


def _due(packet: AnyPacket, latest: int | None) -> int:
    assert packet.pts is not None  # noqa: S101  # looked at when it was placed
    assert packet.dts is not None  # noqa: S101
    packet.dts = packet.dts if latest is None else max(packet.dts, latest + 1)
    if packet.dts > packet.pts:
        raise SegmentsRefused("its frames follow each other too closely at a joint")
    return packet.dts


def _write(film: OutputContainer, picture: Iterator[AnyPacket], sound: Iterator[AnyPacket]) -> int:
    film.start_encoding()
    count = 0
    for packet in merge(picture, sound, key=lambda packet: (packet.dts or 0) * packet.time_base):
        count += packet.stream.type == "video"
        film.mux(packet)
    return count


def _refuse_undecodable(errand: JoinErrand, on_percent: OnPercent) -> None:
    """Raises SegmentsRefused where what lies around a joint does not decode."""
    with opened(_question(errand, errand.output, errand.muxer)) as media:
        picture = _picture(media)
        picture.codec_context.options = {**picture.codec_context.options, "err_detect": "explode"}
        for border in errand.cut.borders:
            _refuse_fault(media, picture, errand.cut, border.last, border.first)
            on_percent(100.0)


def _refuse_fault(media: Opened, picture: VideoStream, cut: FilmCut, last: int, first: int) -> None:
    clock = Fraction(*cut.tick) / (picture.time_base or Fraction(1))
    wanted = [last * clock, first * clock]
    try:
        media.file.seek(max(0, int(wanted[0] - _LEAD_SECONDS / (picture.time_base or Fraction(1)))), stream=picture)
        frames = (frame for frame in media.file.decode(picture) if not frame.is_corrupt and frame.pts is not None)
        shown = [
            moment for frame in islice(_from(frames, wanted[0]), _FRAMES_AFTER) if (moment := frame.pts) is not None
        ]
    except av.FFmpegError as error:
        raise SegmentsRefused(f"the joint at {cut.seconds(first):.2f} s does not decode: {error}") from error
    if shown[:2] != wanted or sorted(set(shown)) != shown:
        raise SegmentsRefused(f"the joint at {cut.seconds(first):.2f} s shows frames at {shown}")


def _from(frames: Iterator[av.VideoFrame], moment: Fraction) -> Iterator[av.VideoFrame]:
    return (frame for frame in frames if (frame.pts or 0) >= moment)


def _packets(media: Opened, picture: VideoStream) -> Iterator[AnyPacket]:
    yield from packets_of(media, picture, lambda error: SegmentsRefused(f"a segment cannot be read: {error}"))


def _picture(media: Opened) -> VideoStream:
    if media.picture is None:
        raise SegmentsRefused("a segment has no picture")
    return media.picture
