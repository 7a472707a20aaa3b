"""How watermarks and other shapes decide about sizes and places, and what they take."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import ReframeInput, WatermarkInput
from kinolog.common.media.facts import MediaFacts
from kinolog.render.domain.reframe import framing_of
from kinolog.render.domain.sizing import Size, refuse_too_large
from kinolog.render.domain.watermark import place_mark

PICTURE = {"sha256": "0" * 64, "size_bytes": 9, "media_type": "image/png"}
SIDES = st.integers(min_value=16, max_value=2048)
MODES = st.sampled_from(["crop", "pad", "blur"])


def film(width: int | None = 1920, height: int | None = 1080) -> MediaFacts:
    return MediaFacts(
        container="mp4",
        media_type="video/mp4",
        duration=2.0,
        width=width,
        height=height,
        rotation=0,
        frame_rate=25.0,
        frame_count=50,
        is_interlaced=False,
        video_codec="h264",
        audio_codec="aac",
        video_stream=None if width is None else 0,
        audio_stream=1,
    )


@pytest.mark.parametrize(
    ("aspect", "mode", "expected"),
    [
        ("9:16", "crop", (606, 1080)),
        ("1:1", "crop", (1080, 1080)),
        ("16:9", "crop", (1920, 1080)),
        ("9:16", "pad", (1080, 1920)),
        ("1:1", "blur", (1080, 1080)),
        ("4:1", "pad", (4320, 1080)),
    ],
)
def test_a_shape_becomes_a_size(aspect: str, mode: str, expected: tuple[int, int]) -> None:
    job = ReframeInput.model_validate({"aspect": aspect, "mode": mode})
    assert Size(*expected) == framing_of(job, film()).size


@given(width=SIDES, height=SIDES, mode=MODES, x=st.floats(0, 1), aspect=st.sampled_from(["9:16", "1:1", "16:9", "4:1"]))
def test_what_is_seen_lies_inside_the_film_or_the_picture(
    width: int, height: int, mode: str, x: float, aspect: str
) -> None:
    job = ReframeInput.model_validate({"aspect": aspect, "mode": mode, "x": x})
    framing = framing_of(job, film(width, height))
    around = framing.film if mode == "crop" else framing.size
    assert framing.size.is_even
    assert 0 <= framing.x <= around.width - framing.seen.width
    assert 0 <= framing.y <= around.height - framing.seen.height


@given(width=SIDES, height=SIDES, share=st.floats(1, 100), margin=st.floats(0, 45), mark=st.tuples(SIDES, SIDES))
def test_a_mark_lies_inside_the_film(
    width: int, height: int, share: float, margin: float, mark: tuple[int, int]
) -> None:
    job = WatermarkInput.model_validate({"picture": PICTURE, "width_percent": share, "margin_percent": margin})
    place = place_mark(job, film(width, height), Size(*mark))
    assert 0 <= place.x <= width - place.size.width
    assert 0 <= place.y <= height - place.size.height


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"aspect": "0:1"}, "aspect"),
        ({"aspect": "1:5"}, "between 1:4 and 4:1"),
        ({"aspect": "iw:ih"}, "such as 9:16"),
        ({"aspect": "1:1", "x": 1.5}, "x"),
        ({"aspect": "1:1", "mode": "stretch"}, "mode"),
        ({"aspect": "1:1", "height": 101}, "height"),
    ],
)
def test_a_shape_that_cannot_be_is_refused(wishes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ReframeInput.model_validate(wishes)


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"picture": {**PICTURE, "sha256": "../../etc/passwd"}}, "sha256"),
        ({"picture": {**PICTURE, "media_type": "image/svg\\+xml"}}, "media_type"),
        ({"opacity": 0}, "opacity"),
        ({"position": "x=0:y=0"}, "position"),
        ({"start_time": 2, "end_time": 1}, "end_time must be after start_time"),
    ],
)
def test_a_mark_that_cannot_be_is_refused(wishes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        WatermarkInput.model_validate({"picture": PICTURE, **wishes})


@pytest.mark.parametrize("size", [Size(16384, 2), Size(2, 8194), Size(300, 334)])
def test_a_picture_that_nothing_could_read_again_is_refused(size: Size) -> None:
    with pytest.raises(PermanentError, match=rf"^height: the picture would be {size.width} × {size.height} pixels"):
        refuse_too_large(size, 100_000, "height")


def test_a_picture_as_large_as_may_be_is_taken() -> None:
    refuse_too_large(Size(8192, 4320), 8192 * 4320, "height")


def test_sound_alone_has_nothing_to_draw_over() -> None:
    job = WatermarkInput.model_validate({"picture": PICTURE})
    with pytest.raises(PermanentError, match="sound alone"):
        place_mark(job, film(None, None), Size(10, 10))
