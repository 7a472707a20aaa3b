"""Showing a picture of high dynamic range on any screen: roughly, since what it is for is small."""

from collections.abc import Callable
from functools import cache
from typing import Final

from PIL import Image

PQ: Final = 16
HLG: Final = 18
"""Transfer characteristics of ITU-T H.273."""

# What is as bright as paper has so many candela per square metre (ITU-R BT.2408); the brightest that is still told
# apart has this many.
_PAPER_NITS: Final = 203.0
_BRIGHTEST_NITS: Final = 1_000.0
# From BT.2020 to BT.709. It is meant for light, and applied to what screens are sent, which is good enough here.
_NARROWER: Final = (
    *(1.6605, -0.5876, -0.0728, 0.0),
    *(-0.1246, 1.1329, -0.0083, 0.0),
    *(-0.0182, -0.1006, 1.1187, 0.0),
)


def as_standard_range(image: Image.Image, transfer: int) -> Image.Image:
    """An RGB picture as it is, unless its `transfer` is one of high dynamic range."""
    if transfer not in _LIGHT:
        return image
    return image.point(_levels(transfer) * 3).convert("RGB", _NARROWER)


@cache
def _levels(transfer: int) -> list[int]:
    """What each of 256 levels becomes."""
    return [round(255 * _screen(_compressed(_LIGHT[transfer](level / 255) / _PAPER_NITS))) for level in range(256)]


def _compressed(light: float) -> float:
    """Reinhard's curve: from light that is 1 for paper to what a screen can show, from 0 to 1."""
    brightest = _BRIGHTEST_NITS / _PAPER_NITS
    return min(1.0, light * (1 + light / brightest**2) / (1 + light))


def _screen(light: float) -> float:
    """The transfer function of sRGB."""
    return 12.92 * light if light <= 0.0031308 else 1.055 * float(light ** (1 / 2.4)) - 0.055


def _light_of_pq(value: float) -> float:
    """In candela per square metre, by SMPTE ST 2084."""
    power = value ** (1 / 78.84375)
    return 10_000.0 * float((max(0.0, power - 0.8359375) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125))


def _light_of_hlg(value: float) -> float:
    """On a screen of a thousand candela per square metre, by ITU-R BT.2100."""
    scene = (
        value**2 / 3 if value <= 0.5 else (2.718281828459045 ** ((value - 0.55991073) / 0.17883277) + 0.28466892) / 12
    )
    return _BRIGHTEST_NITS * float(scene**1.2)


_LIGHT: Final[dict[int, Callable[[float], float]]] = {PQ: _light_of_pq, HLG: _light_of_hlg}
