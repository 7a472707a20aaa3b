"""Where windows of a film's sound meet: which packets stay on both sides, and by how much each window is moved.

Moments are samples: `old` ones of the film's own clock, `new` ones of what is made of it. There, packets follow each
other at the pace of the first window's: other windows are moved by half a packet at most to keep it, 11 ms at 48 kHz.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from kinolog.common.media.facts import MediaFacts
from kinolog.render.domain.aac import FRAME_SAMPLES
from kinolog.render.domain.partial import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """At the new moment `at`, sound goes over from a window that is moved by `shift` to one moved by `shift_after`."""

    at: int
    shift: int
    shift_after: int

    @property
    def end(self) -> int:
        """The old moment at which the first window ends."""
        return self.at - self.shift

    @property
    def begin(self) -> int:
        """The old moment at which the other window begins."""
        return self.at - self.shift_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Seam:
    """New packets instead of the old ones from that on which begins at `begin`; old ones go on at `first`."""

    cut: Cut
    begin: int
    packets: tuple[bytes, ...]
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Old packets from the old moment `begin` up to and without `end` come `shift` later, and then new `packets`."""

    begin: int
    end: int
    shift: int
    packets: tuple[bytes, ...] = ()


def kept_between(seams: Sequence[Seam], begin: int, end: int) -> list[Kept]:
    """All of the new sound; it goes from an old moment to another."""
    begins, ends = (begin, *(seam.first for seam in seams)), (*(seam.begin for seam in seams), end)
    shifts = (*(seam.cut.shift for seam in seams), seams[-1].cut.shift_after)
    packets = (*(seam.packets for seam in seams), ())
    return [
        Kept(begin=begin, end=end, shift=shift, packets=new)
        for begin, end, shift, new in zip(begins, ends, shifts, packets, strict=True)
    ]


def may_be_seamed(facts: MediaFacts) -> bool:
    """Whether it is worth a try: only the file itself tells for sure. New packets are made for a single sound, of one
    or two channels, where moments are told to the sample.
    """
    is_known = facts.container == "mp4" and facts.audio_codec == "aac" and len(facts.sounds) == 1
    return is_known and facts.audio_channels in {1, 2}


def cuts_of(windows: Sequence[Seconds], rate: int, zero: int) -> list[Cut]:
    """Between each window and the next; `zero` is the old moment that the film calls 0."""
    begins = list(accumulate((end - start for start, end in windows), initial=0.0))[:-1]
    exact = [round(new * rate) - round(old * rate) - zero for new, (old, _) in zip(begins, windows, strict=True)]
    shifts = [exact[0] + _whole_packets(shift - exact[0]) for shift in exact]
    return [
        Cut(at=round(begin * rate), shift=shift, shift_after=after)
        for begin, (shift, after) in zip(begins[1:], pairwise(shifts), strict=True)
    ]


def _whole_packets(samples: int) -> int:
    return FRAME_SAMPLES * round(samples / FRAME_SAMPLES)
