"""The sound of several windows of a film, one right after the other: packets as they are, and new ones in between."""

from collections import deque
from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
from av.audio.stream import AudioStream

from kinolog.common.media.opened import AnyPacket, Opened
from kinolog.render.adapters.packets import packets_of
from kinolog.render.adapters.partial.seaming import refuse_unseamable, seam_at
from kinolog.render.domain.aac import FRAME_SAMPLES
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.partial import Seconds
from kinolog.render.domain.seam import Kept, cuts_of, kept_between


def windowed_packets(
    media: Opened, source: AudioStream, stream: AudioStream, windows: Sequence[Seconds], zero_seconds: float
) -> Iterator[AnyPacket]:
    """Two windows at least, of a film that calls the moment `zero_seconds` of its file's clock 0.

    Raises PartialRefused at once for most sound that cannot be had that way, and on any gap in it.
    """
    refuse_unseamable(source)
    rate = source.codec_context.sample_rate
    cuts = cuts_of(windows, rate, round(zero_seconds * rate))
    seams = [seam_at(media, source, cut) for cut in cuts]
    # One packet more than sounds, since decoders need it to get going; players know to hide what is before 0.
    begin = 1 - cuts[0].shift - 2 * FRAME_SAMPLES
    end = cuts[-1].begin + round((windows[-1][1] - windows[-1][0]) * rate)
    pieces = kept_between(seams, begin, end)
    if any(piece.begin >= piece.end for piece in pieces):
        raise PartialRefused(Obstacle.UNFIT_SOUND, "a window is shorter than new packets")
    return _placed(_unbroken(_of_pieces(media, source, pieces)), source, stream)


def _of_pieces(media: Opened, source: AudioStream, pieces: Sequence[Kept]) -> Iterator[AnyPacket]:
    """With new moments. Pieces ascend, so that the film is read once."""
    media.file.seek(pieces[0].begin, stream=source)
    waiting = deque(pieces)
    for packet in packets_of(media, source, lambda error: PartialRefused(Obstacle.DAMAGED, str(error))):
        if packet.pts is None:
            raise PartialRefused(Obstacle.UNFIT_SOUND, "packets without a time stamp")
        while packet.pts >= waiting[0].end:
            yield from _new(waiting.popleft())
            if not waiting:
                return
        if packet.pts >= waiting[0].begin:
            packet.pts += waiting[0].shift
            yield packet
    if len(waiting) > 1:
        raise PartialRefused(Obstacle.UNFIT_SOUND, "the sound ends too early")


def _new(piece: Kept) -> Iterator[AnyPacket]:
    for number, content in enumerate(piece.packets):
        packet = av.Packet(content)
        packet.pts = piece.end + piece.shift + number * FRAME_SAMPLES
        yield packet


def _unbroken(packets: Iterator[AnyPacket]) -> Iterator[AnyPacket]:
    due = None
    for packet in packets:
        if due not in {None, packet.pts}:
            raise PartialRefused(Obstacle.UNFIT_SOUND, "there is a gap in the sound")
        due = (packet.pts or 0) + FRAME_SAMPLES
        yield packet


def _placed(packets: Iterator[AnyPacket], source: AudioStream, stream: AudioStream) -> Iterator[AnyPacket]:
    for packet in packets:
        packet.dts, packet.duration, packet.time_base = packet.pts, FRAME_SAMPLES, source.time_base or Fraction(1)
        packet.stream = stream
        yield packet
