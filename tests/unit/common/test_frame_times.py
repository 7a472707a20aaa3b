"""Whether a film's frames follow each other evenly."""

from collections.abc import Iterable
from fractions import Fraction

import pytest

from kinolog.common.media.frame_times import FrameSpread, FrameTimes

MILLISECONDS = Fraction(1, 1_000)
USUAL = Fraction(1, 90_000)


def spread(moments: Iterable[int], clock: Fraction = MILLISECONDS) -> FrameSpread:
    times = FrameTimes(clock)
    for moment in moments:
        times.add(moment)
    return times.spread()


def most_in_a_second(moments: Iterable[int]) -> int:
    times = FrameTimes(MILLISECONDS)
    for moment in moments:
        times.add(moment)
    times.spread()
    return times.most_in_a_second


def rounded(rate: Fraction, clock: Fraction, count: int = 1_000) -> list[int]:
    """The moments of an even film on a clock that cannot tell them exactly."""
    return [round(number / rate / clock) for number in range(count)]


@pytest.mark.parametrize("rate", [Fraction(24_000, 1_001), Fraction(30_000, 1_001), Fraction(60), Fraction(240)])
@pytest.mark.parametrize("clock", [MILLISECONDS, USUAL, Fraction(1, 600)], ids=str)
def test_what_a_clock_rounds_is_no_variable_rate(rate: Fraction, clock: Fraction) -> None:
    assert not spread(rounded(rate, clock), clock).is_variable


def test_milliseconds_that_were_copied_to_a_finer_clock_are_no_variable_rate() -> None:
    copied = [90 * moment for moment in rounded(Fraction(60), MILLISECONDS)]
    assert not spread(copied, USUAL).is_variable


def test_frames_of_different_lengths_are_a_variable_rate() -> None:
    assert FrameSpread(shortest=0.04, usual=0.08, longest=0.12, is_variable=True) == spread([0, 40, 120, 200, 320, 400])


def test_frames_are_told_in_the_order_of_storage() -> None:
    assert FrameSpread(shortest=0.04, usual=0.04, longest=0.04) == spread([0, 320, 160, 80, 40, 120, 240, 200, 280])


def test_one_lost_frame_is_no_variable_rate() -> None:
    assert not spread([*range(0, 400, 40), *range(440, 1_000, 40)]).is_variable


def test_two_recordings_of_different_rates_are_a_variable_rate() -> None:
    assert spread([*range(0, 40_000, 40), *range(40_000, 60_000, 20)]).is_variable


def test_fields_that_share_a_moment_are_no_variable_rate() -> None:
    assert FrameSpread(shortest=0.04, usual=0.04, longest=0.04) == spread([0, 0, 40, 40, 80, 80])


def test_no_two_lengths_alike_are_a_variable_rate_in_bounded_memory() -> None:
    assert spread(number * number for number in range(20_000)).is_variable


@pytest.mark.parametrize("moments", [[], [5], [7, 7]], ids=["none", "one", "one twice"])
def test_too_few_frames_have_no_length(moments: list[int]) -> None:
    assert FrameSpread() == spread(moments)


@pytest.mark.parametrize(
    ("moments", "most"),
    [
        ([], 0),
        ([7], 1),
        (range(0, 3_000, 40), 25),
        ([*range(0, 2_000, 100), *range(2_000, 2_500, 20), *range(2_500, 9_000, 100)], 30),
        ([0, 0, 40, 40], 2),
        (range(5_000), 1_000),
    ],
)
def test_the_busiest_second_is_found(moments: Iterable[int], most: int) -> None:
    assert most == most_in_a_second(moments)
