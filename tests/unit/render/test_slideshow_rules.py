"""What a slideshow takes, and how it counts."""

from typing import Any

import pytest
from pydantic import ValidationError

from kinolog.common.jobs import SlideshowInput
from kinolog.render.domain.slideshow import slides_of, slides_script

PICTURE = {"sha256": "0" * 64, "size_bytes": 9, "media_type": "image/png"}


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"pictures": []}, "pictures"),
        ({"pictures": [PICTURE] * 1_001}, "pictures"),
        ({"pictures": [{**PICTURE, "path": "/etc/passwd"}]}, r"pictures\.0\.path"),
        ({"fade_seconds": 5}, "fade_seconds must not be longer than seconds_per_picture"),
        ({"width": 1921}, "width"),
        ({"audio_video_id": "cap_" + "0" * 32}, "must be the id of a video"),
    ],
)
def test_a_slideshow_that_cannot_be_is_refused(wishes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        SlideshowInput.model_validate({"pictures": [PICTURE], **wishes})


def test_pictures_are_shown_for_whole_frames() -> None:
    job = SlideshowInput.model_validate({"pictures": [PICTURE] * 3, "seconds_per_picture": 0.33, "fade_seconds": 0.05})
    slides = slides_of(job)
    assert (8, 1, 24, 0.96) == (slides.frames_each, slides.fading_frames, slides.frame_count, float(slides.seconds))


def test_the_script_names_only_files_of_ours() -> None:
    job = SlideshowInput.model_validate({"pictures": [PICTURE] * 2, "seconds_per_picture": 1})
    expected = "ffconcat version 1.0\nfile slide0.png\nduration 1.000000\nfile slide1.png\nduration 1.000000\n"
    assert expected == slides_script(slides_of(job))
