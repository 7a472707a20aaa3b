"""The sound of the new film: packets as they are, those of a window where only that is kept."""

from collections.abc import Iterator
from fractions import Fraction

from av.audio.stream import AudioStream
from av.container import OutputContainer

from kinolog.common.media.opened import AnyPacket, Opened
from kinolog.render.adapters.packets import packets_of
from kinolog.render.domain.errand import KeptSound
from kinolog.render.domain.obstacle import Obstacle, PartialRefused


def sound_packets(media: Opened, sound: KeptSound, film: OutputContainer) -> Iterator[AnyPacket]:
    """Raises PartialRefused for sound without time stamps, and where the file is damaged."""
    if media.sound is None:
        raise PartialRefused(Obstacle.DAMAGED, "there is no sound where some was found before")
    stream = film.add_stream_from_template(media.sound)
    return _placed(media, media.sound, sound, stream)


def _placed(media: Opened, source: AudioStream, sound: KeptSound, stream: AudioStream) -> Iterator[AnyPacket]:
    clock = source.time_base or Fraction(1)
    begin = sound.zero_seconds + (sound.window[0] if sound.window else 0.0)
    earlier = round(Fraction(begin).limit_denominator(1_000_000) / clock)
    length = None if sound.window is None else round((sound.window[1] - sound.window[0]) / clock)
    for packet in _packets(media, source):
        if packet.pts is None:
            raise PartialRefused(Obstacle.NO_TIME_STAMPS, "in the sound")
        packet.pts -= earlier
        packet.dts = packet.pts
        if length is None or _is_kept(packet, length):
            packet.stream = stream
            yield packet


def _is_kept(packet: AnyPacket, length: int) -> bool:
    """One packet more than sounds, since decoders need it to get going; players know to hide what is before 0."""
    lasts = packet.duration or 0
    return packet.pts is not None and -2 * lasts < packet.pts < length


def _packets(media: Opened, source: AudioStream) -> Iterator[AnyPacket]:
    yield from packets_of(media, source, lambda error: PartialRefused(Obstacle.DAMAGED, str(error)))
