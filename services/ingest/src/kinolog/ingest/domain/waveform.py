"""The rule by which sound becomes peaks: how many samples each of them stands for."""

from dataclasses import dataclass
from math import ceil
from typing import Final

SAMPLE_RATE: Final = 48_000
"""Of the sound that peaks are taken from, whatever its own rate is."""

# A hundredth of a second; in less, peaks would draw the wave of a tone.
_FEWEST_SAMPLES: Final = 480


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveformRule:
    """A long film has fewer peaks a second, so as not to have more than `most_peaks`, and a short one has more, so as
    to have `least_peaks`.
    """

    peaks_per_second: int
    least_peaks: int
    most_peaks: int


def samples_per_peak(duration: float, rule: WaveformRule) -> int:
    """For sound of so many seconds."""
    samples = duration * SAMPLE_RATE
    usual = min(SAMPLE_RATE // rule.peaks_per_second, int(samples / rule.least_peaks))
    return max(_FEWEST_SAMPLES, usual, ceil(samples / rule.most_peaks))
