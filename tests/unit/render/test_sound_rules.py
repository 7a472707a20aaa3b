"""Which tracks of sound come along, how an encoder is told of them, and how those are named that are missing."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness.facts import film_facts

from kinolog.common.errors import PassingError
from kinolog.common.media.chapters import Chapter
from kinolog.common.media.facts import MediaFacts, SoundLabel, SoundTrack
from kinolog.render.adapters.ffmpeg_arguments import ffmpeg_arguments, work_of
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.domain.errand import KeptTrack
from kinolog.render.domain.recipe import Recipe, Track, refuse_incomplete
from kinolog.render.domain.sounds import (
    in_a_file_of_their_own,
    in_their_film,
    left_out,
    left_out_of,
    sounds_as_they_are,
)

ENGLISH = SoundLabel(language="eng", is_default=True)
GERMAN = SoundLabel(language="deu", title="=;evil")
TRACKS = (Track(stream=1, label=ENGLISH, is_copied=True), Track(stream=3, label=GERMAN, filters=("atrim=end=1",)))
BOTH = Recipe(container="mp4", picture=None, sounds=TRACKS, seconds=1.0, frame_count=None)
OPTIONS = EncodeOptions(preset="veryfast", crf=18, audio_kbps=192, threads=2, max_pixels=1_000_000)


def sound(number: int, codec: str = "aac", language: str | None = None) -> SoundTrack:
    return SoundTrack(stream=number, number=number, codec=codec, label=SoundLabel(language=language))


def facts(**changes: Any) -> MediaFacts:
    known = {"audio_stream": 1, "audio_codec": "aac", "audio_label": ENGLISH}
    return film_facts(**known, **changes)


def arguments(recipe: Recipe) -> str:
    return " ".join(ffmpeg_arguments(work_of(recipe, Path("/a/film"), Path("/work/output.mp4")), OPTIONS))


def test_each_track_has_its_own_filters_and_codec() -> None:
    given = arguments(BOTH)
    assert "-map 0:1 -map 0:3 -filter:a:1 atrim=end=1" in given
    assert "-c:a:0 copy -c:a:1 aac -b:a:1 192k" in given


def test_what_strangers_called_a_track_is_in_a_file_and_in_no_command_line() -> None:
    given = arguments(BOTH)
    assert "-f ffmetadata -i file:/work/output.mp4.words" in given
    assert "-map_metadata:s:a:0 1:s:0 -map_metadata:s:a:1 1:s:1 -map_chapters -1" in given
    assert "evil" not in given


def test_players_begin_with_the_same_track() -> None:
    assert "-disposition:a:0 default -disposition:a:1 0" in arguments(BOTH)


def test_chapters_come_from_our_own_file_alone() -> None:
    recipe = replace(BOTH, sounds=(), chapters=(Chapter(start=0, end=1, title="x"),))
    assert "-map_metadata:g -1 -map_metadata:s -1 -map_chapters 1" in arguments(recipe)


def test_sound_that_players_do_not_know_is_encoded() -> None:
    tracks = sounds_as_they_are(facts(further_sounds=(sound(2, "ac3"), sound(3, "mp3"))))
    assert [True, False, True] == [track.is_copied for track in tracks]


def test_tracks_are_found_where_they_are() -> None:
    assert (KeptTrack(stream=1, label=ENGLISH), KeptTrack(stream=3, label=GERMAN)) == in_their_film(TRACKS)
    assert (KeptTrack(stream=0, label=ENGLISH), KeptTrack(stream=1, label=GERMAN)) == in_a_file_of_their_own(TRACKS)


def test_tracks_that_cannot_come_along_are_named() -> None:
    film = facts(further_sounds=(sound(2),), unheard=(sound(3, language="fra"), sound(4)))
    assert ("sound track 3 (fra)", "sound track 4") == left_out(film)


def test_all_but_the_first_and_the_chapters_are_named_where_one_track_is_kept() -> None:
    film = facts(further_sounds=(sound(3, language="deu"),), unheard=(sound(2),))
    film = replace(film, chapters=(Chapter(start=0, end=1, title=""),))
    assert ("sound track 2", "sound track 3 (deu)", "chapters") == left_out_of(film, kept_sounds=1)


def test_nothing_is_missing_of_a_film_with_one_track() -> None:
    assert () == left_out_of(facts(), kept_sounds=1)


def test_a_track_that_did_not_come_out_is_missed() -> None:
    with pytest.raises(PassingError, match="came out with 1 of 2 sound tracks"):
        refuse_incomplete(BOTH, facts(audio_track_count=1))
