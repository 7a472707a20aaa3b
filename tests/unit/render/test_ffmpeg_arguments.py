"""The command line for a recipe, as data."""

from dataclasses import replace
from pathlib import Path

from kinolog.render.adapters.ffmpeg_arguments import ffmpeg_arguments, work_of
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.domain.recipe import Recipe, Track

OPTIONS = EncodeOptions(preset="veryfast", crf=18, audio_kbps=192, threads=2, max_pixels=1_000_000)
BOTH = Recipe(
    container="matroska",
    picture=Track(stream=1, filters=("trim=start=0.5:end=1.5", "setpts=PTS-STARTPTS")),
    sounds=(Track(stream=3, filters=("atrim=start=0.5:end=1.5",)),),
    seconds=1.0,
    frame_count=25,
)


def arguments(recipe: Recipe) -> list[str]:
    return list(ffmpeg_arguments(work_of(recipe, Path("/blobs/ab"), Path("/work/output.mp4")), OPTIONS))


def value_of(option: str, given: list[str]) -> str:
    return given[given.index(option) + 1]


def test_the_source_is_a_local_file_read_by_the_demuxer_it_was_found_to_need() -> None:
    given = arguments(BOTH)
    assert ("file", "matroska", "file:/blobs/ab", "1000000") == (
        value_of("-protocol_whitelist", given),
        value_of("-f", given),
        value_of("-i", given),
        value_of("-max_pixels", given),
    )


def test_a_source_that_is_little_work_to_decode_gets_threads_of_its_own() -> None:
    work = replace(work_of(BOTH, Path("/blobs/ab"), Path("/work/output.mp4")), is_mostly_encoding=True)
    given = list(ffmpeg_arguments(work, replace(OPTIONS, decode_threads=3)))
    assert "3" == value_of("-threads", given[: given.index("-i")])


def test_other_sources_take_as_many_threads_as_they_like() -> None:
    work = work_of(BOTH, Path("/blobs/ab"), Path("/work/output.mp4"))
    assert "-threads" not in ffmpeg_arguments(work, replace(OPTIONS, decode_threads=3))


def test_bounds_come_before_the_source_they_are_for() -> None:
    given = arguments(BOTH)
    bounds = ("-protocol_whitelist", "-format_whitelist", "-codec_whitelist", "-max_pixels")
    assert max(map(given.index, bounds)) < given.index("-i")


def test_each_track_is_taken_by_its_place_and_goes_through_its_filters() -> None:
    given = arguments(BOTH)
    maps = [given[place + 1] for place, word in enumerate(given) if word == "-map"]
    assert (["0:1", "0:3"], "trim=start=0.5:end=1.5,setpts=PTS-STARTPTS", "atrim=start=0.5:end=1.5") == (
        maps,
        value_of("-filter:v", given),
        value_of("-filter:a", given),
    )


def test_sound_that_is_copied_goes_through_no_filter() -> None:
    recipe = Recipe(
        container="mp4", picture=None, sounds=(Track(stream=0, is_copied=True),), seconds=1.0, frame_count=None
    )
    given = arguments(recipe)
    assert ("copy", False, True) == (value_of("-c:a", given), "-filter:a" in given, "-vn" in given)


def test_a_silent_film_stays_silent() -> None:
    recipe = Recipe(container="mp4", picture=Track(stream=0), seconds=1.0, frame_count=25)
    assert "-an" in arguments(recipe)


def test_the_result_starts_fast_and_carries_nobodys_words() -> None:
    given = arguments(BOTH)
    assert ("+faststart", "-1", "-1", "file:/work/output.mp4") == (
        value_of("-movflags", given),
        value_of("-map_metadata", given),
        value_of("-map_chapters", given),
        given[-1],
    )


def test_ffmpeg_never_asks() -> None:
    assert "-nostdin" in arguments(BOTH)
