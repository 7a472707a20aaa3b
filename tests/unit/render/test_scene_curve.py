"""How a film is divided for scene detection, how the parts of its curve are joined, and how its scenes are stored."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.render.domain.curve import Curve, CurvesDiffer, joined
from kinolog.render.domain.scenes import Rule, scenes_of
from kinolog.render.domain.scenes_stored import scenes_to_json
from kinolog.render.domain.segments import Division

SCORES = st.lists(st.floats(0, 255), min_size=4, max_size=80)
RULE = Rule(detector="adaptive", threshold=3.0, min_scene_seconds=0.0)


def a_curve(scores: list[float], begin: int = 0) -> Curve:
    """At ten frames a second."""
    curve = Curve()
    curve.times.extend((begin + number) / 10 for number in range(len(scores)))
    curve.scores.extend(scores)
    return curve


def measured_alone(scores: list[float], begin: int, end: int) -> Curve:
    """What a segment tells: it has seen nothing before its first frame."""
    return a_curve([0.0, *scores[begin + 1 : end]], begin)


@given(st.data(), SCORES)
def test_the_joined_curve_is_that_of_an_unbroken_pass(data: st.DataObject, scores: list[float]) -> None:
    cut = data.draw(st.integers(1, len(scores) - 2))
    overlap = data.draw(st.integers(2, len(scores) - cut))
    pieces = [a_curve(scores[: cut + overlap]), measured_alone(scores, cut, len(scores))]
    assert a_curve(scores) == joined(pieces)


def test_three_pieces_are_joined() -> None:
    scores = [float(number) for number in range(12)]
    pieces = [a_curve(scores[:6]), measured_alone(scores, 4, 10), measured_alone(scores, 8, 12)]
    assert a_curve(scores) == joined(pieces)


@pytest.mark.parametrize("change", ["score", "time"])
def test_pieces_that_do_not_agree_are_not_joined(change: str) -> None:
    scores = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    after = measured_alone(scores, 2, 6)
    (after.scores if change == "score" else after.times)[1] += 0.001
    with pytest.raises(CurvesDiffer, match="do not agree"):
        joined([a_curve(scores[:5]), after])


@pytest.mark.parametrize(("until", "begin"), [(3, 2), (2, 2), (2, 4)])
def test_pieces_that_share_less_than_two_frames_are_not_joined(until: int, begin: int) -> None:
    scores = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    with pytest.raises(CurvesDiffer):
        joined([a_curve(scores[:until]), measured_alone(scores, begin, 6)])


@given(st.floats(0.04, 90_000), st.integers(1, 64), st.floats(1, 100))
def test_segments_cover_a_film_from_its_start_to_wherever_it_ends(seconds: float, pieces: int, least: float) -> None:
    segments = Division(pieces=pieces, shortest_seconds=least, overlap_seconds=0.5).of(seconds)
    assert (0, None) == (segments[0].start, segments[-1].end)
    assert all(before.end == after.start + 0.5 for before, after in pairwise(segments))
    assert len(segments) <= pieces
    assert len(segments) == 1 or seconds / len(segments) >= least


def test_scenes_follow_each_other_from_the_first_moment_to_the_last() -> None:
    curve = a_curve([0, 1, 1, 1, 80, 1, 1, 1, 90, 1, 1, 1])
    found = [
        (scene.start_time, scene.end_time, scene.start_frame, scene.frame_count)
        for scene in scenes_of(curve, RULE, 1.25)
    ]
    assert [(0.0, 0.4, 0, 4), (0.4, 0.8, 4, 4), (0.8, 1.25, 8, 4)] == found


def test_a_film_without_cuts_is_one_scene() -> None:
    (scene,) = scenes_of(a_curve([0.0] * 7), RULE, 0.7)
    assert (0.0, 0.7, 0, 7) == (scene.start_time, scene.end_time, scene.start_frame, scene.frame_count)


@pytest.mark.parametrize("frames", [0, 1, 5, 4096, 4097])
def test_stored_scenes_are_json_with_every_score(frames: int) -> None:
    curve = a_curve([number / 3 for number in range(frames)])
    stored = json.loads(b"".join(scenes_to_json(RULE, scenes_of(curve, RULE, 500.0), curve)))
    assert [round(score, 3) for score in curve.scores] == stored["curve"]["scores"]
    assert (1, "adaptive", frames) == (stored["version"], stored["detector"], len(stored["curve"]["times"]))
    assert {"start_time", "end_time", "start_frame", "frame_count"} == set(stored["scenes"][0])
