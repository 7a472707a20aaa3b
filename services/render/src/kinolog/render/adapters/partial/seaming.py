"""New packets of sound for where two windows of a film meet, such that all others can stay as they are.

That goes for AAC with one or two channels, in a film whose clock ticks once a sample. Packets overlap: one that is new
fits an old one where both say the same of what they have in common, in halves of the same form.
"""

from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple

import av
from av.audio.stream import AudioStream

from kinolog.common.media.opened import Opened
from kinolog.render.adapters.packets import packets_of
from kinolog.render.adapters.partial.heard import Channels, decoded, encoded
from kinolog.render.domain.aac import FRAME_SAMPLES, Overlap, overlap_of
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.seam import Cut, Seam

_CODEC: Final = "aac"
_PROFILE: Final = "LC"
_MOST_CHANNELS: Final = 2
# An encoder and a decoder get going on so many packets; no further from a cut is one looked for that others can follow.
_AHEAD: Final = 8
_SEARCHED: Final = 8
_LEAD: Final = _AHEAD * FRAME_SAMPLES
_REACH: Final = (_AHEAD + _SEARCHED + 3) * FRAME_SAMPLES
# A packet that is coarser than what it stands for is no louder by that. What clicks, or is out of step, is.
_MOST_LOUDER: Final = 1.25
_LEAST_LOUD: Final = 0.02


def refuse_unseamable(source: AudioStream) -> None:
    """Raises PartialRefused for sound that no packets can be made for."""
    context = source.codec_context
    is_known = context.name == _CODEC and context.profile == _PROFILE and context.extradata is not None
    if not is_known or context.channels > _MOST_CHANNELS or source.time_base != Fraction(1, context.sample_rate):
        raise _unfit(f"{context.name} {context.profile}, {context.channels} channels")


def seam_at(media: Opened, source: AudioStream, cut: Cut) -> Seam:
    """Raises PartialRefused where packets cannot be joined there."""
    before, after = _stretch(media, source, cut.end), _stretch(media, source, cut.begin)
    last, first = _last_kept(before, cut), _first_kept(after, cut)
    begin, end = last + cut.shift + FRAME_SAMPLES, first + cut.shift_after
    with _told():
        wanted = _joined(
            _samples(source, before, begin - _LEAD - cut.shift, cut.end),
            _samples(source, after, cut.begin, end + _LEAD - cut.shift_after),
        )
        made = encoded(source, wanted)[_AHEAD:][: (end - begin) // FRAME_SAMPLES + 2]
        seam = Seam(cut=cut, last=last, packets=tuple(made[1:-1]), first=first)
        _refuse_other_forms(made, before[last], after[first - FRAME_SAMPLES])
        _refuse_other_sound(source, seam, before, after, wanted)
    return seam


_Packets = dict[int, bytes]
"""By the old moment at which each begins."""


def _stretch(media: Opened, source: AudioStream, around: int) -> _Packets:
    """Packets that follow each other, before and after an old moment."""
    media.file.seek(around - _REACH, stream=source)
    stretch: _Packets = {}
    for packet in packets_of(media, source, lambda error: _unfit(str(error))):
        if packet.pts is None or packet.pts > around + _REACH:
            break
        stretch[packet.pts] = bytes(packet)
    if any(after - before != FRAME_SAMPLES for before, after in pairwise(stretch)):
        raise _unfit("packets do not follow each other")
    return stretch


def _last_kept(stretch: _Packets, cut: Cut) -> int:
    """The last packet before a cut that can be followed by one which does not reach over the cut alone."""
    latest = cut.end - 2 * FRAME_SAMPLES
    fitting = (moment for moment in stretch if latest - _SEARCHED * FRAME_SAMPLES < moment <= latest)
    kept = max((moment for moment in fitting if _form(stretch, moment, ends_long=True)), default=None)
    if kept is None:
        raise _unfit("no packet before a cut can be followed")
    return kept
