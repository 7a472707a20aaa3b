"""Having an encoder that knows one shape of overlaps make packets for a decoder that takes them for another.

Of the samples where two packets overlap, each is told only their sums with their mirror images, weighted by its shape
(ISO/IEC 14496-3, 4.6.11). So samples are changed by the least that makes these sums what the other shape would make.
"""

from array import array
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from math import factorial, pi, sin, sqrt
from typing import Final

from kinolog.render.domain.aac import FRAME_SAMPLES, SINE

_SLOPE: Final = 4.0 * pi
_TERMS: Final = 40


def for_first_half(samples: Sequence[float], *, made_as: int, heard_as: int) -> "array[float]":
    """The samples of the first half of a packet, to be encoded in one shape and decoded in another."""
    return _changed(samples, rising(made_as), rising(heard_as), -1)


def for_second_half(samples: Sequence[float], *, made_as: int, heard_as: int) -> "array[float]":
    return _changed(samples, rising(made_as)[::-1], rising(heard_as)[::-1], 1)


def _changed(
    samples: Sequence[float], made: Sequence[float], heard: Sequence[float], mirror_sign: int
) -> "array[float]":
    missing = [(wanted - got) * sample for wanted, got, sample in zip(heard, made, samples, strict=True)]
    sums = (one + mirror_sign * other for one, other in zip(missing, reversed(missing), strict=True))
    return array("f", (sample + weight * each for sample, weight, each in zip(samples, made, sums, strict=True)))


@cache
def rising(shape: int) -> Sequence[float]:
    """The weights of a first half; a second half has the same, backwards."""
    if shape == SINE:
        return [sin(pi / 2 * (place + 0.5) / FRAME_SAMPLES) for place in range(FRAME_SAMPLES)]
    middle = FRAME_SAMPLES / 2
    kernel = [_bessel(_SLOPE * sqrt(1 - ((place - middle) / middle) ** 2)) for place in range(FRAME_SAMPLES + 1)]
    *sums, total = accumulate(kernel)
    return [sqrt(each / total) for each in sums]


def _bessel(value: float) -> float:
    """The modified Bessel function of the first kind, of order 0."""
    return sum((value / 2) ** (2 * power) / factorial(power) ** 2 for power in range(_TERMS))
