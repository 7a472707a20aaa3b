"""New packets of sound for where two windows of a film meet, such that all others can stay as they are.

That goes for AAC with one or two channels, in a film whose clock ticks once a sample. Packets overlap: one that is new
fits an old one where both say the same of what they share, in halves of the same form.
"""

from array import array
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

import av
from av.audio.stream import AudioStream

from kinolog.common.media.opened import Opened
from kinolog.render.adapters.packets import packets_of
from kinolog.render.adapters.partial.heard import Channels, decoded, encoded
from kinolog.render.domain.aac import FRAME_SAMPLES, KAISER_BESSEL, overlap_of, reshaped
from kinolog.render.domain.fold import for_first_half, for_second_half
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.seam import Cut, Seam

_CODEC: Final = "aac"
_PROFILE: Final = "LC"
_MOST_CHANNELS: Final = 2
# How FFmpeg's encoder shapes long halves.
_SHAPE: Final = KAISER_BESSEL
# An encoder and a decoder get going on so many packets; no further from a cut is one looked for that can be joined to.
_AHEAD: Final = 8
_LEAD: Final = _AHEAD * FRAME_SAMPLES
# A cut is sudden, and packets next to it are short ones.
_APART: Final = 3 * FRAME_SAMPLES
_SEARCHED: Final = 8 * FRAME_SAMPLES
_REACH: Final = _SEARCHED + _LEAD + 4 * FRAME_SAMPLES
# How far, of its loudness, a new frame may be from what is to be heard; silence is never quite silent.
_MOST_OFF: Final = 0.5
_LEAST_LOUD: Final = 0.002


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Packets that follow each other, by the old moment at which each begins, and what all but the first sound like."""

    packets: dict[int, bytes]
    heard: Channels

    def samples(self, begin: int, end: int) -> Channels:
        first = min(self.packets)
        if not first + FRAME_SAMPLES <= begin <= end <= first + len(self.heard[0]):
            raise _unfit("a cut is too close to the beginning or the end")
        return tuple(channel[begin - first : end - first] for channel in self.heard)

    def joints(self, earliest: int, latest: int) -> list["_Joint"]:
        """In ascending order. Raises PartialRefused for none."""
        moments = (moment for moment in self.packets if earliest <= moment <= latest)
        near = (_Joint.between(self.packets.get(at - FRAME_SAMPLES, b""), self.packets[at], at) for at in moments)
        joints = [joint for joint in near if joint is not None]
        if not joints:
            raise _unfit("no packet next to a cut can be joined to")
        return joints


@dataclass(frozen=True, slots=True)
class _Joint:
    """Two packets whose common halves are long and of a `shape`; the second begins at the old `moment`."""

    before: bytes
    after: bytes
    moment: int
    shape: int

    @classmethod
    def between(cls, before: bytes, after: bytes, moment: int = 0) -> "_Joint | None":
        first, second = overlap_of(before), overlap_of(after)
        is_long = first is not None and second is not None and first.ends_long and second.begins_long
        return cls(before, after, moment, first.shape) if first is not None and is_long else None


def refuse_unseamable(source: AudioStream) -> None:
    """Raises PartialRefused for sound that no packets can be made for."""
    context = source.codec_context
    is_known = context.name == _CODEC and context.profile == _PROFILE and context.extradata is not None
    if not is_known or context.channels > _MOST_CHANNELS or source.time_base != Fraction(1, context.sample_rate):
        raise _unfit(f"{context.name} {context.profile}, {context.channels} channels")


def seam_at(media: Opened, source: AudioStream, cut: Cut) -> Seam:
    """Raises PartialRefused where packets cannot be joined there."""
    try:
        before, after = _stretch(media, source, cut.end), _stretch(media, source, cut.begin)
        return _seam(source, cut, before, after)
    except MemoryError:
        raise  # PyAV counts it among the errors of the file, which it is not.
    except (av.FFmpegError, ValueError) as error:
        raise _unfit(str(error)) from error


def _stretch(media: Opened, source: AudioStream, around: int) -> _Stretch:
    media.file.seek(around - _REACH, stream=source)
    packets: dict[int, bytes] = {}
    for packet in packets_of(media, source, lambda error: _unfit(str(error))):
        if packet.pts is None or packet.pts > around + _REACH:
            break
        packets[packet.pts] = bytes(packet)
    if not packets or any(after - before != FRAME_SAMPLES for before, after in pairwise(packets)):
        raise _unfit("packets do not follow each other")
    return _Stretch(packets, decoded(source, packets.values()))


def _seam(source: AudioStream, cut: Cut, before: _Stretch, after: _Stretch) -> Seam:
    begin = before.joints(cut.end - _SEARCHED, cut.end - _APART)[-1]
    end = after.joints(cut.begin + _APART, cut.begin + _SEARCHED)[0]
    if (end.moment + cut.shift_after - begin.moment - cut.shift) % FRAME_SAMPLES:
        raise _unfit("packets are out of pace behind a gap")
    wanted = _followed(before.samples(begin.moment - _LEAD, cut.end), after.samples(cut.begin, end.moment + _LEAD))
    ahead, *made = encoded(source, tuple(_folded(each, begin.shape, end.shape) for each in wanted))[_AHEAD:-_AHEAD]
    _refuse_unfit(_Joint.between(ahead, made[0]), _SHAPE)
    _refuse_unfit(_Joint.between(made[-1], end.after), _SHAPE)
    made[-1] = reshaped(made[-1], end.shape)
    _refuse_other_sound(decoded(source, (begin.before, *made, end.after)), wanted)
    return Seam(cut=cut, begin=begin.moment, packets=tuple(made), first=end.moment)


def _folded(channel: "array[float]", shape_before: int, shape_after: int) -> "array[float]":
    """What is encoded for it to be heard between packets of other shapes."""
    end = len(channel) - _LEAD
    first, last = channel[_LEAD : _LEAD + FRAME_SAMPLES], channel[end : end + FRAME_SAMPLES]
    first = for_first_half(first, made_as=_SHAPE, heard_as=shape_before)
    last = for_second_half(last, made_as=_SHAPE, heard_as=shape_after)
    return channel[:_LEAD] + first + channel[_LEAD + FRAME_SAMPLES : end] + last + channel[end + FRAME_SAMPLES :]


def _refuse_unfit(joint: _Joint | None, shape: int) -> None:
    if joint is None or joint.shape != shape:
        raise _unfit("new packets have another shape than they were made for")


def _refuse_other_sound(heard: Channels, wanted: Channels) -> None:
    """Raises PartialRefused unless all frames with anything new sound as they are to, in waves and not just in kind."""
    for ours, theirs in zip(heard, wanted, strict=True):
        for at in range(FRAME_SAMPLES, len(ours), FRAME_SAMPLES):
            new, meant = ours[at : at + FRAME_SAMPLES], theirs[_LEAD + at - FRAME_SAMPLES : _LEAD + at]
            off = sum(abs(one - other) for one, other in zip(new, meant, strict=True))
            if off > _MOST_OFF * sum(map(abs, meant)) + _LEAST_LOUD * FRAME_SAMPLES:
                raise _unfit("what is new sounds otherwise")


def _followed(first: Channels, second: Channels) -> Channels:
    return tuple(one + other for one, other in zip(first, second, strict=True))


def _unfit(detail: str) -> PartialRefused:
    return PartialRefused(Obstacle.UNFIT_SOUND, detail)
