"""Whole numbers and yes or no in what a caller sends are just that: no text with digits in it, no number for a yes."""

from typing import Any

import pytest
from pydantic import ValidationError

from kinolog.common.jobs import JOB_TYPES
from kinolog.common.style import CaptionStyle

URL = {"url": "https://a.example/film.mp4"}
SIZES = ("fontSize", "outlineWidth", "shadowWidth", "boxOpacityPercent", "boxPadding", "marginHorizontal")
OTHER_SIZES = ("marginVertical", "maxWidthPercent", "activeScalePercent", "fontWeight", "maxWords")


@pytest.mark.parametrize("name", SIZES + OTHER_SIZES)
@pytest.mark.parametrize("value", ["48", True, " 48 "])
def test_what_only_reads_like_a_number_is_refused_in_a_style(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=rf"{name}\n +Input should be a valid (number|integer)"):
        CaptionStyle.model_validate({name: value})


@pytest.mark.parametrize("name", ["box", "upperCase"])
@pytest.mark.parametrize("value", ["true", 1, "yes"])
def test_what_only_reads_like_a_yes_is_refused_in_a_style(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=rf"{name}\n +Input should be a valid boolean"):
        CaptionStyle.model_validate({name: value})


def test_a_style_is_read_again_as_it_was_stored() -> None:
    style = CaptionStyle.model_validate({"fontSize": 48, "fontWeight": 700, "box": True, "maxWords": None})
    stored = style.model_dump(mode="json")
    assert style == CaptionStyle.model_validate(stored)


@pytest.mark.parametrize(
    ("job_type", "given"),
    [
        ("caption", {"beam_size": "5"}),
        ("caption", {"batch_size": True}),
        ("caption", {"reading": {"lines": "2"}}),
        ("caption", {"word_level": "true"}),
        ("caption", {"vad": 0}),
        ("download", {**URL, "max_height": "720"}),
        ("download", {**URL, "is_forced": 1}),
        ("download", {**URL, "site_options": {"age_limit": "18"}}),
        ("download_playlist", {**URL, "limit": "3"}),
        ("split_scenes", {"only_scenes": "yes"}),
        ("transcode", {"upscale": 1}),
    ],
)
def test_what_a_job_takes_is_no_text_for_a_number_or_a_yes(job_type: str, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"should be a valid (integer|boolean)"):
        JOB_TYPES[job_type].input_model.model_validate(given)
