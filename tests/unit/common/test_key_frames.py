"""Where a film can be cut without decoding it."""

from fractions import Fraction

from kinolog.common.media.facts import WholeGroups
from kinolog.common.media.key_frames import KeyFrames

# Moments in the order of storage: two groups of four frames, each with two that are shown before the one they need.
CLOSED = [0, 30, 10, 20, 40, 70, 50, 60]
# The second group begins with a frame that is shown before its key frame, and needs the first group.
OPEN = [0, 30, 10, 20, 50, 40, 70, 60]


def key_frames(moments: list[int]) -> KeyFrames:
    frames = KeyFrames(Fraction(1, 10))
    for place, moment in enumerate(moments):
        frames.add(moment, 10 * place - 20, place % 4 == 0)
    return frames


def test_a_window_is_widened_to_whole_groups() -> None:
    assert WholeGroups(start=0.0, end=4.0, decoded_until=2.0, frame_count=4) == key_frames(CLOSED).around(10, 30)


def test_a_window_that_ends_in_the_last_group_goes_on_to_the_end() -> None:
    assert WholeGroups(start=4.0, end=None, decoded_until=None, frame_count=4) == key_frames(CLOSED).around(40, 61)


def test_a_window_over_a_border_takes_both_groups() -> None:
    around = key_frames(CLOSED).around(30, 41)
    assert around is not None
    assert 8 == around.frame_count


def test_groups_that_are_open_at_a_border_are_not_cut_there() -> None:
    assert None is key_frames(OPEN).around(10, 30)


def test_what_comes_before_the_first_key_frame_is_in_no_group() -> None:
    assert None is key_frames(CLOSED).around(-5, 10)
