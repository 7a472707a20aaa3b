"""How a packet of AAC overlaps with its neighbours, as its first bits tell: ISO/IEC 14496-3, 4.6.11.

Every packet describes two frames' worth of samples, and the sound of a frame is the sum of what two packets say of it.
"""

from dataclasses import dataclass
from typing import Final

FRAME_SAMPLES: Final = 1024

SINE: Final = 0
KAISER_BESSEL: Final = 1

_HEAD_BITS: Final = 32
_ONE_CHANNEL, _TWO_CHANNELS = 0, 1
# Where it is told how a packet overlaps: behind its kind and number, and a gain, or whether that goes for two channels.
_PLACE_OF_ONE: Final = 15
_PLACE_OF_TWO: Final = 8
_IS_SHARED: Final = 7
_LONG, _LONG_TO_SHORT, _SHORT_TO_LONG = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Overlap:
    """Which halves of a packet are long, and the `shape` of its second one, SINE or KAISER_BESSEL. The first half has
    the shape that the packet before tells.
    """

    begins_long: bool
    ends_long: bool
    shape: int


def overlap_of(packet: bytes) -> Overlap | None:
    """None where that is not told at once, or the two channels may differ."""
    place = _place(packet)
    if place is None:
        return None
    sequence = _bits(packet, place + 1, 2)
    return Overlap(
        begins_long=sequence in {_LONG, _LONG_TO_SHORT},
        ends_long=sequence in {_LONG, _SHORT_TO_LONG},
        shape=_bits(packet, place + 3, 1),
    )


def reshaped(packet: bytes, shape: int) -> bytes:
    """The same packet with another shape of its second half, and so of the first half of the one behind it."""
    place = _place(packet)
    if place is None or _bits(packet, place + 3, 1) == shape:
        return packet
    bit = 1 << (_HEAD_BITS - 1 - (place + 3))
    return (_head(packet) ^ bit).to_bytes(_HEAD_BITS // 8, "big") + packet[_HEAD_BITS // 8 :]


def _place(packet: bytes) -> int | None:
    kind = _bits(packet, 0, 3) if len(packet) * 8 >= _HEAD_BITS else None
    if kind == _ONE_CHANNEL:
        return _PLACE_OF_ONE
    return _PLACE_OF_TWO if kind == _TWO_CHANNELS and _bits(packet, _IS_SHARED, 1) else None


def _bits(packet: bytes, at: int, count: int) -> int:
    return (_head(packet) >> (_HEAD_BITS - at - count)) & ((1 << count) - 1)


def _head(packet: bytes) -> int:
    return int.from_bytes(packet[: _HEAD_BITS // 8], "big")
