"""Where two films differ, and what is said of the reasons."""

from typing import Any

import pytest

from kinolog.common.errors import PermanentError
from kinolog.common.events.rendering import FontUsed, Rendering, Step
from kinolog.render.domain.reproduction import (
    Comparison,
    DecodedFrame,
    compared,
    explanation,
    first_difference,
    original_of,
)

FRAMES = [DecodedFrame(0.0, "a"), DecodedFrame(0.04, "b"), DecodedFrame(0.08, "c")]


def rendering(**changes: Any) -> Rendering:
    step = Step(program="ffmpeg", arguments=("-crf", "18"))
    return Rendering.model_validate({"programs": {"ffmpeg": "8.0"}, "steps": (step,), **changes})


def test_equal_films_have_all_frames_compared() -> None:
    assert Comparison(frames=3) == compared(FRAMES, list(FRAMES))


def test_the_first_other_picture_is_found() -> None:
    other = DecodedFrame(0.04, "x")
    expected = Comparison(frames=1, number=1, then=FRAMES[1], now=other)
    assert expected == compared(FRAMES, [FRAMES[0], other, DecodedFrame(0.08, "y")])


def test_the_same_picture_at_another_moment_is_a_difference() -> None:
    assert 2 == compared(FRAMES, [*FRAMES[:2], DecodedFrame(0.09, "c")]).number


def test_a_frame_that_is_missing_is_a_difference() -> None:
    assert Comparison(frames=2, number=2, then=FRAMES[2]) == compared(FRAMES, FRAMES[:2])


def test_the_track_that_differs_is_named_by_its_number() -> None:
    same, other = Comparison(frames=3), Comparison(frames=2, number=2, then=FRAMES[2])
    found = first_difference(same, [same, other])
    assert found is not None
    assert ("sound", 2, 2, 0.08, None) == (*found.model_dump().values(),)


def test_a_video_from_outside_cannot_be_made_again() -> None:
    with pytest.raises(PermanentError, match="not made here"):
        original_of([])


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ({}, {"programs": {"ffmpeg": "9.0"}}, "ffmpeg was 8.0 and is 9.0"),
        ({"programs": {}}, {}, "ffmpeg was not used and is 8.0"),
        ({"fonts": (FontUsed(family="Arimo", sha256="0" * 64),)}, {}, "the fonts are others"),
        ({}, {"method": "partial", "because": "few captions"}, "the way was full and is partial (few captions)"),
        ({"steps": ()}, {}, "the encoder was told otherwise: see the service's settings"),
        ({}, {}, "the same programs gave other frames with the same arguments"),
    ],
)
def test_what_may_have_led_to_a_difference_is_told(then: dict[str, Any], now: dict[str, Any], expected: str) -> None:
    assert expected == explanation(rendering(**then), rendering(**now), is_identical=False)


def test_hardware_is_named_as_not_repeatable() -> None:
    step = Step(program="ffmpeg", arguments=("-crf", "18"), encoder="h264_nvenc", hardware="NVIDIA T4")
    told = explanation(rendering(steps=(step,)), rendering(), is_identical=False)
    assert "it was encoded by hardware (NVIDIA T4), which need not give the same frames twice" == told
