"""When one gain is enough for a film's sound, and what is refused."""

import pytest
from pydantic import ValidationError

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import NormalizeAudioInput
from kinolog.render.domain.loudness import Loudness, treatment

QUIET = Loudness(integrated_lufs=-30.0, true_peak_db=-20.0, range_lu=6.0, threshold_lufs=-40.0)
PEAKING = Loudness(integrated_lufs=-30.0, true_peak_db=-3.0, range_lu=6.0, threshold_lufs=-40.0)
SILENT = Loudness(integrated_lufs=-99.0, true_peak_db=-99.0, range_lu=0.0, threshold_lufs=-70.0)
STEADY = Loudness(integrated_lufs=-30.0, true_peak_db=-20.0, range_lu=0.0, threshold_lufs=-40.0)


def test_one_gain_is_enough_where_no_peak_grows_too_high() -> None:
    found = treatment(QUIET, NormalizeAudioInput())
    assert ("linear", "one gain of +14.0 dB for the whole film") == (found.method, found.because)


def test_a_peak_that_would_grow_too_high_calls_for_a_changing_gain() -> None:
    found = treatment(PEAKING, NormalizeAudioInput())
    assert ("dynamic", "one gain would lift the true peak to 11.0 dB, above -1.5 dB") == (found.method, found.because)


def test_a_range_wider_than_wanted_calls_for_a_changing_gain() -> None:
    found = treatment(QUIET, NormalizeAudioInput(loudness_range=4))
    assert ("dynamic", 4.0) == (found.method, found.range_lu)


def test_a_range_that_was_not_named_stays_as_it_is() -> None:
    assert 6.0 == treatment(QUIET, NormalizeAudioInput()).range_lu


def test_a_steady_tone_is_not_taken_for_one_that_was_not_measured() -> None:
    assert "measured_LRA=0.10" in treatment(STEADY, NormalizeAudioInput()).filters[1]


def test_silence_is_refused() -> None:
    with pytest.raises(PermanentError, match="silent"):
        treatment(SILENT, NormalizeAudioInput())


@pytest.mark.parametrize(
    "asked", [{"target_lufs": -4}, {"target_lufs": float("nan")}, {"true_peak_db": 1}, {"loudness_range": 0}]
)
def test_targets_out_of_reach_are_refused_by_name(asked: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(asked))):
        NormalizeAudioInput.model_validate(asked)
