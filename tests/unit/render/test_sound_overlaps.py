"""How packets of AAC overlap, and what is encoded for them to overlap in another shape."""

from collections.abc import Callable, Sequence
from random import Random

import pytest

from kinolog.render.domain.aac import FRAME_SAMPLES, KAISER_BESSEL, SINE, Overlap, overlap_of, reshaped
from kinolog.render.domain.fold import for_first_half, for_second_half, rising

# Two channels that share their windows: a long packet, one before short ones, short ones, one behind them.
LONG, LONG_TO_SHORT, SHORT, SHORT_TO_LONG = (bytes([0x21, first, 4, 0x60]) for first in (0x10, 0x20, 0x40, 0x70))
HALF = [Random(number).uniform(-1, 1) for number in range(FRAME_SAMPLES)]


@pytest.mark.parametrize(
    ("packet", "begins_long", "ends_long"),
    [(LONG, True, True), (LONG_TO_SHORT, True, False), (SHORT, False, False), (SHORT_TO_LONG, False, True)],
)
def test_a_packet_tells_which_of_its_halves_are_long(packet: bytes, begins_long: bool, ends_long: bool) -> None:
    overlap = overlap_of(packet)
    assert overlap is not None
    assert (begins_long, ends_long) == (overlap.begins_long, overlap.ends_long)


def test_a_packet_of_one_channel_tells_it_behind_its_loudness() -> None:
    assert Overlap(begins_long=True, ends_long=True, shape=KAISER_BESSEL) == overlap_of(bytes([0x01, 0x40, 0x20, 0]))


@pytest.mark.parametrize("packet", [b"", b"\x21\x10", bytes([0x20, 0x10, 4, 0x60]), bytes([0xDE, 2, 0, 4])])
def test_packets_that_do_not_tell_at_once_are_left_alone(packet: bytes) -> None:
    assert (None, packet) == (overlap_of(packet), reshaped(packet, SINE))


def test_a_packet_of_another_shape_is_otherwise_the_same() -> None:
    other = reshaped(LONG + b"rest", SINE)
    assert overlap_of(other) == Overlap(begins_long=True, ends_long=True, shape=SINE)
    assert reshaped(other, KAISER_BESSEL) == LONG + b"rest"


@pytest.mark.parametrize("shape", [SINE, KAISER_BESSEL])
def test_two_halves_add_up_to_what_they_stand_for(shape: int) -> None:
    weights = rising(shape)
    assert [1.0] * FRAME_SAMPLES == pytest.approx(
        [one**2 + two**2 for one, two in zip(weights, weights[::-1], strict=True)]
    )


@pytest.mark.parametrize(("changed", "sign", "step"), [(for_first_half, -1, 1), (for_second_half, 1, -1)])
def test_what_one_shape_makes_is_what_another_would_have_made(
    changed: Callable[..., Sequence[float]], sign: int, step: int
) -> None:
    made, heard = rising(KAISER_BESSEL)[::step], rising(SINE)[::step]
    other = changed(HALF, made_as=KAISER_BESSEL, heard_as=SINE)
    assert folded(HALF, heard, sign) == pytest.approx(folded(other, made, sign), abs=1e-6)


def folded(samples: Sequence[float], weights: Sequence[float], sign: int) -> list[float]:
    """What a packet tells of the samples of a half."""
    weighted = [sample * weight for sample, weight in zip(samples, weights, strict=True)]
    return [one + sign * other for one, other in zip(weighted, reversed(weighted), strict=True)]
