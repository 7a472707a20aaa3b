"""The rules of cutting: what is left, what is copied, and the filters that keep it in step."""

from typing import Any

import pytest

from kinolog.common.media.facts import MediaFacts, WholeGroups, Window
from kinolog.render.domain.copied import muxer_for, whole_windows, why_not_copied, widened
from kinolog.render.domain.cut import cut_recipe
from kinolog.render.domain.trim import Part, parts_of

GROUPS = WholeGroups(start=1.0, end=3.0, frame_count=50)


def facts(**changes: Any) -> MediaFacts:
    known: dict[str, Any] = {
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
    }
    return MediaFacts(**{**known, **changes})


def part(start: float, end: float, groups: WholeGroups | None = GROUPS) -> Part:
    return Part(start=start, end=end, begin=start, frame_count=1, groups=groups)


@pytest.mark.parametrize(
    ("media_type", "picture", "sound", "muxer"),
    [
        ("video/mp4", "h264", "aac", "mp4"),
        ("video/x-matroska", "hevc", None, "mp4"),
        ("video/webm", "vp9", "opus", "webm"),
        ("video/x-matroska", "vp9", "aac", "mp4"),
        ("video/webm", "vp8", "vorbis", "webm"),
        ("video/mpeg", "mpeg2video", "mp2", None),
        ("video/quicktime", "h264", "pcm_s16le", None),
        ("audio/mpeg", None, "mp3", "mp4"),
    ],
)
def test_packets_are_copied_into_what_browsers_play(
    media_type: str, picture: str | None, sound: str | None, muxer: str | None
) -> None:
    heard = {"audio_codec": sound, "audio_stream": sound and 1}
    assert muxer == muxer_for(facts(media_type=media_type, video_codec=picture, **heard))


def test_codecs_that_fit_nowhere_are_named() -> None:
    reason = why_not_copied(facts(video_codec="mpeg2video", audio_codec="mp2"), [part(1, 2)])
    assert "mpeg2video with mp2 fits into no container that browsers play" == reason


def test_open_groups_are_not_copied() -> None:
    assert "the film's groups of pictures are not closed" == why_not_copied(facts(), [part(1, 2, None)])


def test_a_widened_part_has_all_of_its_groups() -> None:
    wide = widened(part(1.2, 2.2), facts())
    assert (1.0, 3.0, 1.0, 50) == (wide.start, wide.end, wide.begin, wide.frame_count)


def test_windows_that_came_to_overlap_are_one() -> None:
    assert ((0.0, 4.0), (6.0, 7.0)) == whole_windows([part(0.0, 2.0), part(1.0, 4.0), part(6.0, 7.0)])


def test_several_parts_are_moved_by_what_is_missing_before_them() -> None:
    windows = (Window(frame_count=25, first_at=1.04), Window(frame_count=25, first_at=5.0))
    parts = parts_of(facts(windows=windows), [(1.01, 2.0), (5.0, 6.0)])
    picture = cut_recipe(facts(), parts).picture
    assert picture is not None
    assert (
        "setpts=PTS-round((gte(PTS\\,round(1.010000/TB))*1.040000+gte(PTS\\,round(5.000000/TB))*3.000000)/TB)"
        == picture.filters[2]
    )


def test_the_sound_of_each_part_lasts_as_long_as_its_picture() -> None:
    parts = [part(1.0, 2.0), part(5.0, 5.5)]
    [sound] = cut_recipe(facts(), parts).sounds
    assert sound is not None
    assert ["1.000000", "0.500000"] == [
        chain.partition("apad=whole_dur=")[2].partition(",")[0]
        for chain in sound.filters[0].split(";")
        if "apad" in chain
    ]
