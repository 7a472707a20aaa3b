"""The rule by which sound becomes peaks: how many samples each of them stands for."""

from dataclasses import dataclass
from math import ceil
from typing import Final

SAMPLE_RATE: Final = 48_000
"""Of the sound that peaks are taken from, whatever its own rate is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveformRule:
    """A long film has fewer peaks a second, so as not to have more than `most_peaks`."""

    peaks_per_second: int
    most_peaks: int


def samples_per_peak(duration: float, rule: WaveformRule) -> int:
    """For sound of so many seconds."""
    return max(SAMPLE_RATE // rule.peaks_per_second, ceil(duration * SAMPLE_RATE / rule.most_peaks))
