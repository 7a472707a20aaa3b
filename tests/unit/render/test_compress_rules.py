"""How compressing searches for a quality, and what it predicts."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kinolog.common.errors import PassingError
from kinolog.common.jobs import CompressInput
from kinolog.common.media.facts import MediaFacts
from kinolog.render.adapters.coders import rate_factor
from kinolog.render.domain.compress import (
    CompressPlan,
    Measurement,
    Trial,
    chosen,
    is_hopeless,
    lowest_sample,
    next_quality,
    predicted_bytes,
    refuse_unmeasured,
    vmaf_model,
)
from kinolog.render.domain.samples import SamplePlan, Samples, samples_of

PLAN = CompressPlan(samples=SamplePlan(seconds=2.0, most=8), preset="fast", best=12, least=44, most_trials=6)


def some_facts(**changes: object) -> MediaFacts:
    known = {
        "container": "mp4",
        "media_type": "video/mp4",
        "duration": 100.0,
        "width": 1920,
        "height": 1080,
        "rotation": 0,
        "frame_rate": 25.0,
        "frame_count": 2500,
        "is_interlaced": False,
        "video_codec": "h264",
        "audio_codec": "aac",
        "video_stream": 0,
        "audio_stream": 1,
    }
    return MediaFacts(**{**known, **changes})  # type: ignore[arg-type]  # as the test says


def a_trial(quality: int, score: float) -> Trial:
    return Trial(quality, Measurement((score,), (100,)))


def searched(limit: float, target: float = 93.0) -> list[Trial]:
    """A search on a film that is good enough up to a quality."""
    trials: list[Trial] = []
    while (quality := next_quality(trials, target, PLAN)) is not None:
        trials.append(a_trial(quality, target + limit - quality))
    return trials


@given(st.integers(min_value=12, max_value=44))
def test_the_search_finds_the_smallest_that_is_good_enough(limit: int) -> None:
    assert limit == chosen(searched(limit), 93.0).quality


@given(st.floats(min_value=0, max_value=60))
def test_the_search_is_bounded(limit: float) -> None:
    assert PLAN.most_trials >= len(searched(limit))


def test_a_film_that_cannot_be_good_enough_gets_the_best_there_is() -> None:
    assert 12 == chosen(searched(-inf), 93.0).quality


def test_samples_are_spread_over_the_film() -> None:
    samples = samples_of(some_facts(), PLAN.samples)
    assert (8, 50, 16.0) == (len(samples.starts), samples.frame_count, samples.seconds)
    assert samples.starts == pytest.approx([5.23 + 12.5 * number for number in range(8)], abs=0.03)


def test_samples_begin_between_frames() -> None:
    starts = samples_of(some_facts(), PLAN.samples).starts
    assert [pytest.approx(0.5)] * 8 == [start * 25 % 1 for start in starts]


def test_a_short_film_is_one_sample() -> None:
    assert Samples((0.0,), 100, 25.0) == samples_of(some_facts(duration=4.0, frame_count=100), PLAN.samples)


def test_the_size_is_predicted_from_frames_and_groups() -> None:
    samples = Samples((0.0, 50.0), 3, 25.0)
    trial = Trial(23, Measurement((90.0,) * 6, (1000, 10, 10, 1200, 20, 20)))
    expected = 10 * 1100 + 2490 * 15 + 9_000 * 100
    assert expected == predicted_bytes(trial, samples, some_facts(), CompressInput(), 9_000)


def test_a_silent_film_needs_no_bytes_for_sound() -> None:
    trial = Trial(23, Measurement((90.0,), (1000,)))
    assert 10 * 1000 == predicted_bytes(trial, Samples((0.0,), 1, 25.0), some_facts(), CompressInput(), 0.0)


def test_only_what_is_surely_larger_is_given_up_before_the_film_is_encoded() -> None:
    assert (False, True) == (is_hopeless(110, 100), is_hopeless(130, 100))


def test_the_worst_sample_is_told() -> None:
    measured = Measurement((90.0, 92.0, 70.0, 80.0), (1, 1, 1, 1))
    assert 75.0 == lowest_sample(measured, Samples((0.0, 1.0), 2, 25.0))


def test_a_mean_of_a_part_of_the_frames_is_no_measurement() -> None:
    with pytest.raises(PassingError, match="1 of 2 frames"):
        refuse_unmeasured(Measurement((90.0,), (1, 1)), Samples((0.0,), 2, 25.0))


def test_large_pictures_are_measured_as_seen_on_large_screens() -> None:
    models = [vmaf_model(some_facts(width=width, height=height)) for width, height in ((1920, 1080), (3840, 2160))]
    assert ["vmaf_v0.6.1", "vmaf_4k_v0.6.1"] == models


@pytest.mark.parametrize(("codec", "expected"), [("h264", "22.5"), ("hevc", "26"), ("av1", "35"), ("vp9", "34")])
def test_a_quality_means_the_same_for_every_codec(codec: str, expected: str) -> None:
    assert expected == rate_factor(codec, 22.5)  # type: ignore[arg-type]  # one of the parameters above


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1", "vp9"])
def test_no_quality_leaves_the_scale_of_its_encoder(codec: str) -> None:
    scale = [float(rate_factor(codec, quality)) for quality in range(52)]  # type: ignore[arg-type]  # as above
    assert (sorted(scale), True, True) == (scale, scale[0] == 0, scale[-1] <= 63)


@pytest.mark.parametrize(
    ("asked", "fix"), [({"target_quality": 100}, "less than or equal to 99"), ({"quality": 20}, "Extra inputs")]
)
def test_a_wish_that_cannot_be_is_refused_with_its_fix(asked: dict[str, object], fix: str) -> None:
    with pytest.raises(ValidationError, match=fix):
        CompressInput.model_validate(asked)
