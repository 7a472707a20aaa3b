"""Kinolog finds in a film's frames what PySceneDetect's own detectors find in them, cut for cut."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenedetect import AdaptiveDetector, ContentDetector, FrameTimecode, HashDetector, SceneDetector, ThresholdDetector

from kinolog.common.jobs import DEFAULT_THRESHOLDS, Detector
from kinolog.render.adapters.scene_scores import Pixels, scorer
from kinolog.render.domain.curve import Curve
from kinolog.render.domain.scenes import Rule, cuts_of

FRAMES_PER_SECOND: Final = 20.0
PICTURES: Final = np.random.default_rng(7).integers(0, 256, (6, 18, 32, 3), np.uint8)
GREYS: Final = st.lists(st.one_of(st.integers(0, 255), st.sampled_from([0, 11, 12, 13, 255])), min_size=1, max_size=60)
MIXTURES: Final = st.lists(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5]), min_size=1, max_size=60)
APART: Final = st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0])


def original(detector: Detector, apart: float) -> SceneDetector:
    match detector:
        case "adaptive":
            return AdaptiveDetector(min_scene_len=apart)
        case "content":
            return ContentDetector(min_scene_len=apart)
        case "hash":
            return HashDetector(min_scene_len=apart)
        case "threshold":
            return ThresholdDetector(min_scene_len=apart, add_final_scene=True, min_out_length=0.1)


def theirs(frames: Sequence[Pixels], detector: Detector, apart: float) -> list[int]:
    judge, moments = original(detector, apart), [FrameTimecode(n, fps=FRAMES_PER_SECOND) for n in range(len(frames))]
    found = [cut for moment, frame in zip(moments, frames, strict=True) for cut in judge.process_frame(moment, frame)]
    # A film that is dark throughout is given a cut at its very first frame, which cuts nothing.
    return [cut.frame_num for cut in (*found, *judge.post_process(moments[-1])) if cut.frame_num]


def ours(frames: Sequence[Pixels], detector: Detector, apart: float) -> list[int]:
    score, curve = scorer(detector), Curve()
    curve.times.extend(number / FRAMES_PER_SECOND for number in range(len(frames)))
    curve.scores.extend(score(frame) for frame in frames)
    return cuts_of(curve, Rule(detector=detector, threshold=DEFAULT_THRESHOLDS[detector], min_scene_seconds=apart))


@pytest.mark.parametrize("detector", ["adaptive", "content", "threshold"])
@settings(max_examples=60, deadline=None)
@given(levels=GREYS, apart=APART)
def test_shades_of_grey_are_cut_alike(detector: Detector, levels: list[int], apart: float) -> None:
    frames = [np.full((4, 4, 3), level, np.uint8) for level in levels]
    assert theirs(frames, detector, apart) == ours(frames, detector, apart)


@pytest.mark.parametrize("detector", ["adaptive", "content", "hash"])
@settings(max_examples=60, deadline=None)
@given(numbers=MIXTURES, apart=APART)
def test_pictures_are_cut_alike(detector: Detector, numbers: list[int], apart: float) -> None:
    frames = [PICTURES[number] for number in numbers]
    assert theirs(frames, detector, apart) == ours(frames, detector, apart)


def test_both_see_the_cuts_that_there_are() -> None:
    frames = [PICTURES[number] for number in [0] * 30 + [1] * 30 + [2] * 30]
    assert [30, 60] == ours(frames, "adaptive", 1.0) == theirs(frames, "adaptive", 1.0)
