"""Reading every packet of a film's picture once: what may be joined to it, and where."""

from collections.abc import Iterator
from fractions import Fraction
from hashlib import blake2b
from typing import Final

from av.video.stream import VideoStream

from kinolog.common.media.opened import AnyPacket, Opened, opened
from kinolog.render.adapters.packets import packets_of
from kinolog.render.adapters.partial.index_files import DIGEST_BYTES, numbers_of, write_numbers
from kinolog.render.adapters.partial.reporting import OnPercent
from kinolog.render.adapters.partial.turn import turn_of
from kinolog.render.domain.errand import Errand, Places
from kinolog.render.domain.h264 import (
    CHROMA_420,
    EIGHT_BITS,
    IDR_SLICE,
    PARAMETER_SETS,
    ParameterSets,
    Sequence,
    kind_of,
    sequence_of,
    units,
)
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PictureTrack
from kinolog.render.domain.partial_encode import PROFILES

_CODEC: Final = "h264"
_FULL_RANGE: Final = 2
_FASTEST: Final = 1000
_USUAL_RATE: Final = Fraction(25)
_FINEST_RATE: Final = 1001
_REPORT_EVERY_PACKETS: Final = 2000


def index_film(errand: Errand, on_percent: OnPercent) -> PictureTrack:
    """Write the index into the errand's folder. Raises PartialRefused for a film that nothing can be joined to."""
    with opened(errand.question) as media:
        if media.picture is None or media.video_codec != _CODEC:
            raise PartialRefused(Obstacle.CODEC, media.video_codec or "")
        sets = _parameters(media.picture)
        zero = _zero(media, media.picture)
        _write_packets(errand, media, media.picture, sets, zero, on_percent)
        return _track(media, media.picture, sets, zero)


def digest_of(content: bytes) -> bytes:
    return blake2b(content, digest_size=DIGEST_BYTES).digest()


def picture_packets(media: Opened, picture: VideoStream) -> Iterator[AnyPacket]:
    """Raises PartialRefused where the file is damaged."""
    yield from packets_of(media, picture, lambda error: PartialRefused(Obstacle.DAMAGED, str(error)))


def _parameters(picture: VideoStream) -> ParameterSets:
    try:
        sets = ParameterSets.parsed(bytes(picture.codec_context.extradata or b""))
    except ValueError as error:
        raise PartialRefused(Obstacle.FRAMING, str(error)) from error
    try:
        sequences = [sequence_of(unit) for unit in sets.sequences]
        sets.free_number()
    except ValueError as error:
        raise PartialRefused(Obstacle.PARAMETERS, str(error)) from error
    _refuse_strangeness(sets, sequences, picture)
    return sets


def _refuse_strangeness(sets: ParameterSets, sequences: list[Sequence], picture: VideoStream) -> None:
    if not all(sequence.is_progressive for sequence in sequences):
        raise PartialRefused(Obstacle.INTERLACED)
    if sets.head[1] not in PROFILES or {(each.chroma, each.bits) for each in sequences} != {(CHROMA_420, EIGHT_BITS)}:
        raise PartialRefused(Obstacle.CODEC, f"profile {sets.head[1]}")
    if len({(each.width, each.height, each.level) for each in sequences}) > 1:
        raise PartialRefused(Obstacle.PARAMETERS)
    if picture.codec_context.color_range == _FULL_RANGE or "j" in (picture.codec_context.pix_fmt or ""):
        raise PartialRefused(Obstacle.COLOUR_RANGE)


def _zero(media: Opened, picture: VideoStream) -> int:
    clock = picture.time_base
    if clock is None or clock.numerator != 1:
        raise PartialRefused(Obstacle.CLOCK)
    return round(Fraction(media.start).limit_denominator(1_000_000) / clock)


def _write_packets(
    errand: Errand, media: Opened, picture: VideoStream, sets: ParameterSets, zero: int, on_percent: OnPercent
) -> None:
    places, shown, starts = Places(folder=errand.folder), numbers_of(), numbers_of()
    with places.digests.open("wb") as digests:
        for number, packet in enumerate(picture_packets(media, picture)):
            _refuse_flaw(packet, number, errand.max_packets)
            content = bytes(packet)
            if _begins_group(content, sets):
                starts.append(number)
            shown.append((packet.pts or 0) - zero)
            digests.write(digest_of(content))
            if number % _REPORT_EVERY_PACKETS == 0:
                on_percent(min(100.0, 100 * (packet.pos or 0) / media.size_bytes))
    write_numbers(places.shown, shown)
    write_numbers(places.starts, starts)


def _refuse_flaw(packet: AnyPacket, number: int, max_packets: int) -> None:
    if number >= max_packets:
        raise PartialRefused(Obstacle.TOO_LONG)
    if packet.pts is None:
        raise PartialRefused(Obstacle.NO_TIME_STAMPS)
    if packet.is_discard or packet.is_corrupt:
        raise PartialRefused(Obstacle.DAMAGED)
    if packet.has_sidedata("new_extradata"):
        raise PartialRefused(Obstacle.PARAMETERS)


def _begins_group(content: bytes, sets: ParameterSets) -> bool:
    """Raises PartialRefused for parameter sets that the film's header does not have."""
    is_start = False
    try:
        for unit in units(content, sets.length_bytes):
            kind = kind_of(unit)
            is_start |= kind == IDR_SLICE
            if kind in PARAMETER_SETS and unit not in sets:
                raise PartialRefused(Obstacle.PARAMETERS)
    except ValueError as error:
        raise PartialRefused(Obstacle.DAMAGED, str(error)) from error
    return is_start


def _track(media: Opened, picture: VideoStream, sets: ParameterSets, zero: int) -> PictureTrack:
    rate = picture.average_rate or picture.guessed_rate or _USUAL_RATE
    rate = (rate if 0 < rate < _FASTEST else _USUAL_RATE).limit_denominator(_FINEST_RATE)
    return PictureTrack(
        stream=picture.index,
        ticks_per_second=(picture.time_base or Fraction(1)).denominator,
        zero=zero,
        zero_seconds=media.start,
        rate=(rate.numerator, rate.denominator),
        rotation=turn_of(media, picture),
        parameters=sets.box.hex(),
    )
