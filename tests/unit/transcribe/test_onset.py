"""The first word of a sentence begins with the voice, where silence before it can be told from it."""

import numpy as np
import pytest

from kinolog.transcribe.adapters.cutting import RATE, Sound
from kinolog.transcribe.adapters.onset import voice_begins


def sound(silence_seconds: float, *, noise: float = 0.0) -> Sound:
    """Two seconds, of which so many are silent but for noise, and the rest loud."""
    samples = np.full(2 * RATE, 0.5, dtype=np.float32)
    samples[: int(silence_seconds * RATE)] = noise
    return samples


def test_silence_before_a_word_is_none_of_it() -> None:
    assert 0.7 == pytest.approx(voice_begins(sound(0.75), 0.0, 1.0), abs=0.02)


def test_a_word_that_begins_in_mid_sound_is_measured_from_there() -> None:
    assert 0.7 == pytest.approx(voice_begins(sound(0.75), 0.25, 1.0), abs=0.02)


@pytest.mark.parametrize("silence_seconds", [0.0, 0.1])
def test_a_word_that_begins_at_once_stays(silence_seconds: float) -> None:
    assert 0.0 == voice_begins(sound(silence_seconds), 0.0, 1.0)


def test_noise_hides_where_a_word_begins() -> None:
    assert 0.0 == voice_begins(sound(0.75, noise=0.05), 0.0, 1.0)


@pytest.mark.parametrize(("start", "end"), [(0.5, 0.5), (5.0, 6.0), (0.0, 0.5)])
def test_where_there_is_nothing_to_hear_a_word_stays(start: float, end: float) -> None:
    assert start == voice_begins(sound(0.75), start, end)
