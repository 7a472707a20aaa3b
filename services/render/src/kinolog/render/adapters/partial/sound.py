"""The sound of the new film: packets as they are, those of a window where only that is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from av.audio.stream import AudioStream
from av.container import OutputContainer

from kinolog.common.media.opened import AnyPacket, Opened
from kinolog.render.adapters.packets import packets_of_all
from kinolog.render.adapters.partial.windowed import windowed_packets
from kinolog.render.adapters.telling import tell_label
from kinolog.render.domain.errand import KeptSound
from kinolog.render.domain.obstacle import Obstacle, PartialRefused


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the packets of a track go, in ticks of its clock: so much earlier, and those before `length`."""

    stream: AudioStream
    earlier: int
    length: int | None


def sound_packets(media: Opened, sound: KeptSound, film: OutputContainer) -> Iterator[AnyPacket]:
    """Of all tracks, in the order of the file; of several windows, that of the only one.

    Raises PartialRefused for sound without time stamps, and where the file is damaged.
    """
    sources = [_source(media, track.stream) for track in sound.tracks]
    places = {}
    for source, track in zip(sources, sound.tracks, strict=True):
        stream = film.add_stream_from_template(source)
        tell_label(stream, track.label)
        places[source.index] = _place(source, sound, stream)
    if sound.windows:
        only = sources[0]
        return windowed_packets(media, only, places[only.index].stream, sound.windows, sound.zero_seconds)
    return _placed(media, sources, places)


def _source(media: Opened, index: int) -> AudioStream:
    found = next((each for each in media.file.streams.audio if each.index == index), None)
    if found is None:
        raise PartialRefused(Obstacle.DAMAGED, "there is no sound where some was found before")
    return found


def _place(source: AudioStream, sound: KeptSound, stream: AudioStream) -> _Place:
    clock = source.time_base or Fraction(1)
    begin = sound.zero_seconds + (sound.window[0] if sound.window else 0.0)
    earlier = round(Fraction(begin).limit_denominator(1_000_000) / clock)
    length = None if sound.window is None else round((sound.window[1] - sound.window[0]) / clock)
    return _Place(stream, earlier, length)


def _placed(media: Opened, sources: list[AudioStream], places: dict[int, _Place]) -> Iterator[AnyPacket]:
    for packet in packets_of_all(media, sources, lambda error: PartialRefused(Obstacle.DAMAGED, str(error))):
        if packet.pts is None:
            raise PartialRefused(Obstacle.NO_TIME_STAMPS, "in the sound")
        place = places[packet.stream_index]
        packet.pts -= place.earlier
        packet.dts = packet.pts
        if place.length is None or _is_kept(packet, place.length):
            packet.stream = place.stream
            yield packet


def _is_kept(packet: AnyPacket, length: int) -> bool:
    """One packet more than sounds, since decoders need it to get going; players know to hide what is before 0."""
    lasts = packet.duration or 0
    return packet.pts is not None and -2 * lasts < packet.pts < length
