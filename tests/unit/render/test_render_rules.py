"""The rules of rendering: fonts, names, windows, and when a result is whole."""

import pytest

from kinolog.common.aggregates import VIDEO, Video
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.fonts import SHIPPED_FONTS, STAND_INS
from kinolog.common.jobs import TrimInput
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.media.facts import MediaFacts, Window
from kinolog.common.testing.examples import registered
from kinolog.render.adapters.font_shelf import FontShelf
from kinolog.render.domain.cut import cut_recipe
from kinolog.render.domain.font import drawn_characters, family_for, refuse_missing
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.recipe import Recipe, Track, refuse_incomplete
from kinolog.render.domain.trim import Part, parts_of, windows_left


def facts(**changes: object) -> MediaFacts:
    known: dict[str, object] = {
        "container": "mp4",
        "media_type": "video/mp4",
        "duration": 10.0,
        "width": 320,
        "height": 180,
        "rotation": 0,
        "frame_rate": 25.0,
        "frame_count": 250,
        "is_interlaced": False,
        "video_codec": "h264",
        "audio_codec": "aac",
        "video_stream": 0,
        "audio_stream": 1,
        "windows": (Window(frame_count=25, first_at=1.04),),
    }
    return MediaFacts(**{**known, **changes})  # type: ignore[arg-type]


async def video() -> Video:
    log = MemoryLog()
    return (await load(log, VIDEO, await registered(log, duration=10.0))).require()


@pytest.mark.parametrize(
    ("name", "family"),
    [("Arial Black", "Archivo Black"), ("arial black", "Archivo Black"), ("ARIMO", "Arimo"), ("Helvetica", "Arimo")],
)
def test_a_name_leads_to_a_family_that_is_shipped(name: str, family: str) -> None:
    assert family == family_for(name, SHIPPED_FONTS)


def test_a_font_that_is_really_there_is_preferred_to_its_stand_in() -> None:
    assert "Arial Black" == family_for("Arial Black", [*SHIPPED_FONTS, "Arial Black"])


def test_a_stand_in_that_is_not_there_stands_for_nothing() -> None:
    with pytest.raises(PermanentError, match="there is no font 'Impact'; there are Arial, Arimo, Helvetica"):
        family_for("Impact", ["Arimo"])


def test_every_stand_in_is_shipped() -> None:
    assert set(STAND_INS.values()) <= {font.family for font in FontShelf().fonts()}


def test_characters_that_no_font_has_are_named() -> None:
    with pytest.raises(PermanentError, match="characters of the caption: b c\\."):
        refuse_missing({"c", "b"})


def test_what_is_invisible_needs_no_font() -> None:
    assert {"a"} == drawn_characters(["a\u2060 \u00a0\u200d\ufe0f\na"])


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("film.mov", "film-clip.mp4"),
        ("../../etc/passwd", "passwd-clip.mp4"),
        ("C:\\films\\my film.avi", "my film-clip.mp4"),
        ("x" * 255, "x" * 246 + "-clip.mp4"),
        ("/", "video-clip.mp4"),
    ],
)
def test_a_derived_file_is_named_after_its_source(filename: str, expected: str) -> None:
    assert expected == derived_filename(filename, "clip")


def test_a_derived_title_is_no_longer_than_a_title_may_be() -> None:
    assert "x" * 188 + " (captioned)" == derived_title("x" * 200, "captioned")


async def test_an_end_that_was_rounded_up_is_the_end_of_the_video() -> None:
    assert ((1.0, 10.0),) == windows_left(TrimInput(start_time=1, end_time=10.04), await video(), 1)


def test_sound_begins_with_the_first_frame_and_not_with_the_moment_asked_for() -> None:
    [sound] = cut_recipe(facts(), parts_of(facts(), [(1.01, 2.01)])).sounds
    assert Track(stream=1, filters=("atrim=start=1.040000:end=2.010000", "asetpts=PTS-1.040000/TB")) == sound


def test_a_window_before_the_first_frame_is_refused() -> None:
    with pytest.raises(PermanentError, match="no frame between"):
        parts_of(facts(windows=(Window(frame_count=0, first_at=None),)), [(0.01, 0.3)])


def test_a_window_between_two_frames_shows_the_one_before_it() -> None:
    found = Window(frame_count=0, first_at=None, before_at=1.0)
    expected = Part(start=1.01, end=1.06, begin=1.01, frame_count=1, still_since=1.0)
    assert (expected,) == parts_of(facts(windows=(found,)), [(1.01, 1.06)])


def test_fields_are_not_counted_as_frames() -> None:
    assert cut_recipe(facts(is_interlaced=True), parts_of(facts(), [(1.0, 2.0)])).frame_count is None


WHOLE = Recipe(container="mp4", picture=Track(stream=0), seconds=10.0, frame_count=250)


@pytest.mark.parametrize(("frame_count", "duration"), [(250, 10.0), (242, 10.0), (250, 9.6), (250, 10.3)])
def test_a_whole_result_is_taken(frame_count: int, duration: float) -> None:
    refuse_incomplete(WHOLE, facts(frame_count=frame_count, duration=duration))


@pytest.mark.parametrize(("frame_count", "duration"), [(241, 10.0), (251, 10.0), (250, 9.4), (0, 0.0)])
def test_a_result_that_lacks_something_is_tried_again(frame_count: int, duration: float) -> None:
    with pytest.raises(PassingError, match="instead of 250"):
        refuse_incomplete(WHOLE, facts(frame_count=frame_count, duration=duration))
