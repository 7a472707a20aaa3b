"""Where a film can be cut without decoding it."""

import json
from dataclasses import asdict
from fractions import Fraction

from kinolog.common.media.facts import WholeGroups
from kinolog.common.media.key_frames import KeyFrameIndex, KeyFrames
from kinolog.common.media.settings import MediaSettings

# Moments in the order of storage: two groups of four frames, each with two that are shown before the one they need.
CLOSED = [0, 30, 10, 20, 40, 70, 50, 60]
# The second group begins with a frame that is shown before its key frame, and needs the first group.
OPEN = [0, 30, 10, 20, 50, 40, 70, 60]


def key_frames(moments: list[int]) -> KeyFrames:
    frames = KeyFrames(Fraction(1, 10))
    for place, moment in enumerate(moments):
        frames.add(moment, place % 4 == 0)
    return frames


def test_a_window_is_widened_to_whole_groups() -> None:
    assert WholeGroups(start=0.0, end=4.0, frame_count=4) == key_frames(CLOSED).around(10, 30)


def test_a_window_that_ends_in_the_last_group_goes_on_to_the_end() -> None:
    assert WholeGroups(start=4.0, end=None, frame_count=4) == key_frames(CLOSED).around(40, 61)


def test_a_window_over_a_border_takes_both_groups() -> None:
    around = key_frames(CLOSED).around(30, 41)
    assert around is not None
    assert 8 == around.frame_count


def test_groups_that_are_open_at_a_border_are_not_cut_there() -> None:
    assert None is key_frames(OPEN).around(10, 30)


def test_what_comes_before_the_first_key_frame_is_in_no_group() -> None:
    assert None is key_frames(CLOSED).around(-5, 10)


def test_the_index_tells_where_a_film_can_be_entered_and_how_far_apart_that_is() -> None:
    expected = KeyFrameIndex(
        count=2, time_base=(1, 10), every=1, moments=(0, 40), open=(), mean_distance=3.5, longest_distance=4.0
    )
    assert expected == key_frames(CLOSED).index(most=9)


def test_the_index_tells_which_groups_are_open() -> None:
    index = key_frames(OPEN).index(most=9)
    assert ((0, 50), (1,)) == (index.moments, index.open)


def test_the_way_from_the_last_key_frame_to_the_end_counts() -> None:
    frames = KeyFrames(Fraction(1, 10))
    for moment in range(0, 100, 10):
        frames.add(moment, moment in (0, 20))
    assert 7.0 == frames.index(most=9).longest_distance


def test_an_index_of_too_many_is_thinned_out_evenly() -> None:
    frames = KeyFrames(Fraction(1, 10))
    for moment in range(10):
        frames.add(moment, True)
    index = frames.index(most=4)
    assert (10, 3, (0, 3, 6, 9)) == (index.count, index.every, index.moments)


def test_the_index_of_a_film_of_three_hours_takes_less_than_a_megabyte() -> None:
    frames = KeyFrames(Fraction(1, 90_000))
    for number in range(3 * 3_600 * 25):
        frames.add(3_600 * number, True)
    assert len(json.dumps(asdict(frames.index(MediaSettings().probe_max_key_frames)))) < 1_000_000


def test_a_film_without_key_frames_has_an_empty_index() -> None:
    index = KeyFrames(Fraction(1, 10)).index(most=4)
    assert (0, (), None) == (index.count, index.moments, index.longest_distance)
