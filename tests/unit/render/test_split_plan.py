"""The windows that a film is split into: they tile it, whatever way was asked for."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from kinolog.common.aggregates import Video
from kinolog.common.errors import PermanentError
from kinolog.common.events.video import VideoFacts
from kinolog.common.jobs import SplitFixedInput, SplitScenesInput
from kinolog.common.media.facts import WholeGroups
from kinolog.common.testing.examples import NOON, a_video
from kinolog.render.domain.split import (
    ClipLimit,
    at_key_frames,
    equal_parts,
    numbered_identity,
    parts_that_fit,
    windows_of,
)
from kinolog.render.domain.trim import Seconds

DURATIONS = st.floats(0.1, 90_000)


def lasting(duration: float, **changes: object) -> Video:
    facts = {name: getattr(a_video(), name) for name in VideoFacts.model_fields}
    return Video(id="vid_1", created_at=NOON, updated_at=NOON, **{**facts, "duration": duration, **changes})


def is_tiling(ranges: tuple[Seconds, ...], duration: float) -> bool:
    """Whether the ranges hold every moment of a film exactly once."""
    meets = all(before[1] == after[0] for before, after in pairwise(ranges))
    return meets and all(start < end for start, end in ranges) and (0, duration) == (ranges[0][0], ranges[-1][1])


@given(DURATIONS, st.floats(0.04, 90_000))
def test_intervals_tile_the_film_and_only_the_last_is_shorter(duration: float, interval: float) -> None:
    assume(duration / interval < 2_000)
    ranges = windows_of(SplitFixedInput(interval=interval), lasting(duration))
    assert is_tiling(ranges, duration)
    assert all(end - start == pytest.approx(interval) for start, end in ranges[:-1])
    assert ranges[-1][1] - ranges[-1][0] <= interval + 0.05


@given(st.floats(40, 90_000), st.integers(1, 999))
def test_a_count_tiles_the_film_in_as_many_like_parts(duration: float, count: int) -> None:
    ranges = windows_of(SplitFixedInput(count=count), lasting(duration))
    assert is_tiling(ranges, duration)
    assert count == len(ranges)


@given(st.lists(st.integers(1, 1_999), min_size=1, max_size=50, unique=True))
def test_named_times_are_where_the_film_is_cut(ticks: list[int]) -> None:
    times = tuple(tick / 20 for tick in sorted(ticks))
    ranges = windows_of(SplitFixedInput(times=times), lasting(100.0))
    assert is_tiling(ranges, 100.0)
    assert times == tuple(start for start, _ in ranges[1:])


@given(st.floats(60, 90_000), st.integers(1, 10**10), st.integers(100_000, 10**9))
def test_a_size_tiles_the_film_in_parts_that_would_fit(duration: float, size_bytes: int, largest: int) -> None:
    assume(size_bytes / largest < 500)
    ranges = windows_of(SplitFixedInput(size_bytes=largest), lasting(duration, size_bytes=size_bytes))
    assert is_tiling(ranges, duration)
    assert size_bytes / len(ranges) <= largest


def test_a_clip_that_came_out_too_large_is_parted() -> None:
    assert ((2.0, 4.0), (4.0, 6.0), (6.0, 8.0)) == parts_that_fit((2.0, 8.0), 280, 100)
    assert ((2.0, 5.0), (5.0, 8.0)) == parts_that_fit((2.0, 8.0), 101, 100)


def test_a_film_of_one_interval_stays_whole() -> None:
    assert ((0.0, 30.0),) == windows_of(SplitFixedInput(), lasting(30.0))


def test_parts_too_short_to_be_clips_are_refused() -> None:
    with pytest.raises(PermanentError, match=r"shorter than 0\.04 s"):
        equal_parts((0.0, 1.0), 26)


def test_a_time_beyond_the_end_is_refused() -> None:
    with pytest.raises(PermanentError, match=r"^times: 12 is not inside, the video lasts 12 s"):
        windows_of(SplitFixedInput(times=(3, 12)), lasting(12.0))


@pytest.mark.parametrize(
    ("given_input", "message"),
    [
        ({"interval": 30, "count": 3}, "only one of .* interval and count"),
        ({"times": [3, 2]}, "times must rise"),
        ({"times": [0, 2]}, "times must rise"),
        ({"times": []}, "times"),
        ({"interval": 0}, "interval"),
        ({"count": 0}, "count"),
        ({"count": 1001}, "count"),
        ({"size_bytes": 10}, "size_bytes"),
        ({"mode": "rough"}, "mode"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(given_input: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SplitFixedInput.model_validate(given_input)


@pytest.mark.parametrize(
    "given_input",
    [{"threshold": 0}, {"detector": "hash", "threshold": 1.5}, {"detector": "eye"}, {"min_scene_len": -1}],
)
def test_scenes_that_cannot_be_looked_for_are_refused(given_input: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(reversed(given_input))):
        SplitScenesInput.model_validate(given_input)


def test_clips_are_numbered_so_that_names_sort() -> None:
    video = lasting(60.0, title="Harbour", filename="harbour.mov")
    names = [numbered_identity(video, number, 12) for number in (3, 12)]
    assert ["Harbour (3/12)", "Harbour (12/12)"] == [name.title for name in names]
    assert ["harbour-clip-03.mp4", "harbour-clip-12.mp4"] == [name.filename for name in names]
    assert all(name.is_clip and name.parent_video_id == video.id for name in names)


@pytest.mark.parametrize(("clips", "captions"), [(11, 0), (6, 15)])
def test_more_clips_than_one_commit_holds_are_refused(clips: int, captions: int) -> None:
    limit = ClipLimit(most_clips=10, most_events=100)
    with pytest.raises(
        PermanentError, match=f"^interval: this makes {clips} clips, and a job makes at most {clips - 1}"
    ):
        limit.refuse_more(clips, captions, "interval")
    limit.refuse_more(clips - 1, captions, "interval")


def test_fast_cuts_are_moved_back_to_key_frames_and_still_tile_the_film() -> None:
    groups = [a_group(0.0, 4.0), a_group(2.0, 6.0), a_group(2.0, 6.0), a_group(6.0, None)]
    moved = at_key_frames(((0.0, 3.0), (3.0, 4.0), (4.0, 7.0), (7.0, 9.0)), groups)
    assert ((0.0, 2.0), (2.0, 6.0), (6.0, 9.0)) == moved


def test_fast_cuts_within_one_group_are_refused() -> None:
    with pytest.raises(PermanentError, match=r"^mode: "):
        at_key_frames(((2.0, 3.0), (3.0, 4.0)), [a_group(0.0, 6.0), a_group(0.0, 6.0)])


def test_cuts_stay_where_key_frames_are_unknown() -> None:
    assert ((0.0, 3.0), (3.0, 9.0)) == at_key_frames(((0.0, 3.0), (3.0, 9.0)), [None, None])


def a_group(start: float, end: float | None) -> WholeGroups:
    return WholeGroups(start=start, end=end, frame_count=1)
