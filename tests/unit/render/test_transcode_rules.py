"""How transcoding decides about sizes, colours and tracks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs import TranscodeInput
from kinolog.common.media.facts import Colour, MediaFacts
from kinolog.render.domain.colour import colour_plan
from kinolog.render.domain.sizing import Size, fitted, with_shorter_side
from kinolog.render.domain.transcode import refuse_other, transcode_recipe

HD = Size(1920, 1080)
SIDES = st.integers(min_value=16, max_value=8192)


def a_colour(**changes: object) -> Colour:
    known = {"pixel_format": "yuv420p", "bit_depth": 8, "primaries": 1, "transfer": 1, "matrix": 1}
    return Colour(**{**known, "is_full_range": False, **changes})  # type: ignore[arg-type]  # as the test says


PQ = a_colour(pixel_format="yuv420p10le", bit_depth=10, primaries=9, transfer=16, matrix=9)
UNTAGGED = a_colour(primaries=2, transfer=2, matrix=2)


def some_facts(**changes: object) -> MediaFacts:
    known = {
        "container": "mp4",
        "media_type": "video/mp4",
        "duration": 2.0,
        "width": 1920,
        "height": 1080,
        "rotation": 0,
        "frame_rate": 25.0,
        "frame_count": 50,
        "is_interlaced": False,
        "video_codec": "h264",
        "audio_codec": "aac",
        "video_stream": 0,
        "audio_stream": 1,
        "colour": a_colour(),
    }
    return MediaFacts(**{**known, **changes})  # type: ignore[arg-type]  # as the test says


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((1280, None), (1280, 720)),
        ((None, 480), (854, 480)),
        ((1000, 1000), (1000, 562)),
        ((3840, 2160), (1920, 1080)),
        ((None, None), (1920, 1080)),
    ],
)
def test_a_picture_is_fitted_into_its_frame(wanted: tuple[int | None, int | None], expected: tuple[int, int]) -> None:
    assert Size(*expected) == fitted(HD, *wanted)


def test_a_picture_grows_only_when_asked_to() -> None:
    assert Size(3840, 2160) == fitted(HD, None, 2160, upscale=True)


def test_a_height_of_streaming_is_the_shorter_side() -> None:
    assert (Size(1280, 720), Size(720, 1280)) == (with_shorter_side(HD, 720), with_shorter_side(Size(1080, 1920), 720))


@given(SIDES, SIDES, SIDES | st.none(), SIDES | st.none())
def test_a_fitted_picture_has_even_sides_within_its_frame(
    width: int, height: int, most_width: int | None, most_height: int | None
) -> None:
    made = fitted(Size(width, height), most_width, most_height)
    assert made.is_even
    assert made.width <= min(width, most_width or width) + 1
    assert made.height <= min(height, most_height or height) + 1


@pytest.mark.parametrize(
    ("profile", "hdr", "pixel_format", "is_hdr"),
    [
        ("hevc", "auto", "yuv420p10le", True),
        ("av1", "keep", "yuv420p10le", True),
        ("hevc", "tone_map", "yuv420p", False),
        ("h264", "auto", "yuv420p", False),
        ("vp9", "auto", "yuv420p", False),
    ],
)
def test_a_high_dynamic_range_is_kept_where_the_profile_carries_it(
    profile: str, hdr: str, pixel_format: str, is_hdr: bool
) -> None:
    plan = colour_plan(PQ, HD, profile, hdr)  # type: ignore[arg-type]  # words of the parameters above
    assert (pixel_format, is_hdr, not is_hdr) == (plan.pixel_format, plan.is_hdr, plan.is_tone_mapped)


@pytest.mark.parametrize(("size", "guess"), [(HD, "bt709"), (Size(640, 480), "smpte170m")])
def test_untagged_colours_are_written_down_as_players_guess_them(size: Size, guess: str) -> None:
    expected = f"setparams=color_primaries={guess}:color_trc={guess}:colorspace={guess}"
    assert (expected,) == colour_plan(UNTAGGED, size, "h264", "auto").before


def test_colours_that_are_told_are_left_as_they_are() -> None:
    assert () == colour_plan(a_colour(), HD, "h264", "auto").before


def test_ten_bits_stay_ten_bits() -> None:
    deep = a_colour(pixel_format="yuv420p10le", bit_depth=10)
    plans = [colour_plan(deep, HD, profile, "auto").pixel_format for profile in ("hevc", "h264")]
    assert ["yuv420p10le", "yuv420p"] == plans


def test_fields_become_frames_before_they_are_scaled() -> None:
    recipe = transcode_recipe(some_facts(is_interlaced=True), TranscodeInput(height=720))
    assert recipe.picture is not None
    assert ["bwdif=mode=send_frame:deint=interlaced", "scale=1280:720:flags=lanczos", "setsar=1"] == list(
        recipe.picture.filters
    )


def test_a_line_that_is_missing_is_added_without_scaling() -> None:
    recipe = transcode_recipe(some_facts(width=321, height=181), TranscodeInput())
    assert recipe.picture is not None
    assert ("scale=321:181:flags=lanczos", "setsar=1", "pad=ceil(iw/2)*2:ceil(ih/2)*2") == recipe.picture.filters


def test_vp9_goes_into_webm_with_opus() -> None:
    recipe = transcode_recipe(some_facts(), TranscodeInput(profile="vp9"))
    assert ("webm", "vp9", "opus") == (recipe.muxer, recipe.picture_coding.codec, recipe.sound_coding.codec)


def test_sound_that_does_not_fit_is_not_copied() -> None:
    with pytest.raises(PermanentError, match="sound: aac cannot be copied into webm"):
        transcode_recipe(some_facts(), TranscodeInput(profile="vp9", sound="copy"))


def test_sound_can_be_left_out() -> None:
    assert () == transcode_recipe(some_facts(), TranscodeInput(sound="none")).sounds


def test_another_codec_than_asked_for_is_no_result() -> None:
    job = TranscodeInput(profile="hevc")
    with pytest.raises(PassingError, match="came out as h264"):
        refuse_other(transcode_recipe(some_facts(), job), job, some_facts(), some_facts())


def test_another_number_of_frames_than_the_rate_makes_is_no_result() -> None:
    job = TranscodeInput(frame_rate=10)
    with pytest.raises(PassingError, match="50 frames instead of 20"):
        refuse_other(transcode_recipe(some_facts(), job), job, some_facts(), some_facts())


@pytest.mark.parametrize(
    ("asked", "fix"),
    [
        ({"quality": 20, "bitrate_kbps": 500}, "either quality or bitrate_kbps"),
        ({"container": "webm"}, "container webm takes the profiles vp9 and av1"),
        ({"profile": "vp9", "sound": "aac"}, "sound aac does not go into webm"),
        ({"hdr": "keep"}, "hdr keep needs the profile hevc or av1"),
        ({"sound": "copy", "sound_kbps": 64}, "sound_kbps is for sound that is encoded"),
        ({"height": 0}, "greater than or equal to 16"),
        ({"quality": float("nan")}, "finite"),
        ({"profile": "prores"}, "'h264', 'hevc', 'av1' or 'vp9'"),
    ],
)
def test_a_wish_that_contradicts_itself_is_refused_with_its_fix(asked: dict[str, object], fix: str) -> None:
    with pytest.raises(ValidationError, match=fix):
        TranscodeInput.model_validate(asked)
