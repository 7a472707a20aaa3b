"""How a film is divided for scene detection, how the parts of its curve are joined, and how its scenes are stored."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinolog.render.domain.curve import Curve, CurvesDiffer, joined
from kinolog.render.domain.scenes import Rule, scenes_of
from kinolog.render.domain.scenes_stored import scenes_to_json
from kinolog.render.domain.segments import Division, remotest

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
def test_pieces_cover_a_film_and_none_is_too_short(seconds: float, workers: int, least: float) -> None:
    starts = Division(workers=workers, shortest_seconds=least, overlap_seconds=0.5).starts(seconds)
    assert 0 == starts[0]
    assert len(starts) == 1 or min(end - begin for begin, end in pairwise((*starts, seconds))) >= least * 0.999


def test_one_alone_divides_nothing() -> None:
    assert (0.0,) == Division(workers=1, shortest_seconds=5.0, overlap_seconds=0.5).starts(3600.0)


@pytest.mark.parametrize(
    ("taken", "chosen"), [([], 2), ([0], 3), ([0, 1, 2], 4), ([0, 1, 2, 4], None), ([2], 4), ([0, 1, 2, 3, 4], None)]
)
def test_who_is_done_goes_on_far_from_the_others(taken: list[int], chosen: int | None) -> None:
    assert chosen == remotest(taken, 5)


@given(st.sets(st.integers(0, 40)), st.integers(43, 60))
def test_what_is_chosen_is_free_and_so_is_the_one_before_it(taken: set[int], count: int) -> None:
    chosen = remotest(taken, count)
    assert chosen is not None
    assert {chosen - 1, chosen} <= set(range(count)) - taken


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
