"""Tracks of sound that are not simply taken along: some are encoded after all, and those left out are named."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import av
import pytest

from kinolog.common.testing.clips import ffmpeg
from kinolog.common.testing.witness import heard_clicks
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SECOND_SOUND_LATER_SECONDS, Zoo
from kinolog.render.settings import RenderSettings

ONE_SOUND: Final = RenderSettings(encode_preset="ultrafast", media_max_sounds=1)
FAST: Final = RenderSettings(encode_preset="ultrafast")
SECOND: Final = "sound track 2 (deu)"

Render = Callable[..., Awaitable[tuple[Any, Path]]]


@pytest.fixture
def mixed(zoo: Zoo, tmp_path: Path) -> Path:
    """Its second sound is one that browsers do not know, and its third is silence in one channel."""
    coding = "-map 0:v -map 0:a -map 1:a -map_chapters -1 -c copy -c:a:1 ac3 -c:a:2 libopus"
    coding += " -metadata:s:a:2 language=fra"
    silence = "-f lavfi -i anullsrc=r=48000:cl=mono:d=4"
    ffmpeg(*f"-i {zoo.film('two_languages')} {silence} {coding} mixed.mkv".split(), folder=tmp_path)
    return tmp_path / "mixed.mkv"


def sounds_in(file: Path) -> list[tuple[str, str | None]]:
    with av.open(str(file)) as film:
        return [(each.codec_context.name, each.metadata.get("language")) for each in film.streams.audio]


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("burn", {"until": 0.6}),
        ("burn", {"until": 3.9}),
        ("trim", {"start_time": 0.0, "end_time": 3.92}),
        ("normalize_audio", {}),
    ],
)
async def test_sound_that_players_do_not_know_is_encoded_beside_the_other(
    render: Render, mixed: Path, kind: str, asked: dict[str, Any]
) -> None:
    _, file = await render(kind, FAST, mixed, **asked)
    assert [("aac", "eng"), ("aac", "deu"), ("aac", "fra")] == sounds_in(file)
    first, second = heard_clicks(file, 0), heard_clicks(file, 1)
    later = [after.at - before.at for before, after in zip(first, second, strict=True)]
    assert pytest.approx([SECOND_SOUND_LATER_SECONDS] * len(later), abs=0.003) == later
    assert pytest.approx(0.2, abs=0.003) == first[0].at


async def test_a_fast_trim_is_exact_where_a_sound_fits_into_no_container(render: Render, mixed: Path) -> None:
    output, file = await render("trim", FAST, mixed, start_time=1.1, end_time=1.9, mode="fast")
    assert output.because.startswith("not copied, since h264 with aac and ac3 and opus fits into no container")
    assert 3 == len(sounds_in(file))


async def test_a_silent_track_stays_as_loud_as_it_is(render: Render, mixed: Path) -> None:
    output, _ = await render("normalize_audio", FAST, mixed)
    assert [True, False] == [track.is_target_reached for track in output.further_tracks]


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("burn", {"until": 0.6}),
        ("trim", {"start_time": 0.5, "end_time": 2.5}),
        ("trim", {"start_time": 0.5, "end_time": 2.5, "mode": "fast"}),
        ("transcode", {"height": 90}),
        ("normalize_audio", {}),
        ("reframe", {"aspect": "1:1"}),
    ],
)
async def test_tracks_beyond_the_limit_are_named(render: Render, kind: str, asked: dict[str, Any]) -> None:
    output, file = await render(kind, ONE_SOUND, **asked)
    assert [("aac", "eng")] == sounds_in(file)
    assert (SECOND,) == output.left_out


@pytest.mark.parametrize("mode", ["exact", "fast"])
async def test_subtitles_inside_a_film_are_named(render: Render, zoo: Zoo, tmp_path: Path, mode: str) -> None:
    (tmp_path / "words.srt").write_text("1\n00:00:00,500 --> 00:00:02,000\nHello\n")
    coding = "-map 0 -map 1 -map_chapters -1 -c copy -metadata:s:s:0 language=deu"
    ffmpeg(*f"-i {zoo.film('h264')} -i words.srt {coding} subtitled.mkv".split(), folder=tmp_path)
    output, _ = await render("trim", FAST, tmp_path / "subtitled.mkv", start_time=0.5, end_time=2.5, mode=mode)
    assert ("subtitle track 1 (deu)",) == output.left_out


async def test_each_clip_of_a_split_names_what_it_lacks(render: Render) -> None:
    output, _ = await render("split_fixed", ONE_SOUND, count=2)
    assert [(SECOND,)] * 2 == [clip.left_out for clip in output.clips]


async def test_what_is_asked_for_is_not_missing(render: Render) -> None:
    output, file = await render("transcode", FAST, height=90, sound="none")
    assert ([], ()) == (sounds_in(file), output.left_out)


async def test_a_merge_names_what_it_leaves_out_of_each_film(render: Render) -> None:
    output, _ = await render("merge", FAST, copies=2)
    of_each = [(f"{SECOND} of video_ids.{number}", f"chapters of video_ids.{number}") for number in range(2)]
    assert (*of_each[0], *of_each[1]) == output.left_out


async def test_a_package_names_what_it_leaves_out(render: Render, workshop: Workshop) -> None:
    output, _ = await render("package", FAST, heights=(90,))
    assert (SECOND, "chapters") == output.left_out
