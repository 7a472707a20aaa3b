"""Which tracks of sound of real files are taken along."""

from pathlib import Path
from typing import Any

import pytest

from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.inspector import Inspector
from kinolog.common.media.settings import MediaSettings
from kinolog.common.testing.clips import ffmpeg
from kinolog.common.testing.zoo import Zoo

THREE = "-map 0:v -map 0:a -map 0:a:1 -c copy"


async def facts_of(file: Path, workdir: Path, **settings: Any) -> MediaFacts:
    return (await Inspector(MediaSettings(**settings)).inspect(file, workdir)).facts


def languages(facts: MediaFacts) -> list[str | None]:
    return [sound.label.language for sound in facts.sounds]


async def test_all_tracks_are_told_with_their_names(zoo: Zoo, tmp_path: Path) -> None:
    first, second = (await facts_of(zoo.film("two_languages"), tmp_path)).sounds
    assert (1, "aac", "eng", None, True) == (
        *(first.number, first.codec, first.label.language),
        *(first.label.title, first.label.is_default),
    )
    assert (2, "aac", "deu", "Kommentar", False) == (
        *(second.number, second.codec, second.label.language),
        *(second.label.title, second.label.is_default),
    )


async def test_chapters_are_told(zoo: Zoo, tmp_path: Path) -> None:
    chapters = (await facts_of(zoo.film("two_languages"), tmp_path)).chapters
    assert ["One", "a=b; #c \\ [CHAPTER]", "Three"] == [chapter.title for chapter in chapters]


async def test_tracks_beyond_the_limit_are_told_apart(zoo: Zoo, tmp_path: Path) -> None:
    facts = await facts_of(zoo.film("two_languages"), tmp_path, media_max_sounds=1)
    assert (["eng"], [2]) == (languages(facts), [sound.number for sound in facts.unheard])


@pytest.mark.parametrize("damage", ["noise=drop=1", "noise=amount=1"])
async def test_a_track_that_is_empty_or_damaged_is_passed_over(zoo: Zoo, tmp_path: Path, damage: str) -> None:
    film = zoo.film("two_languages")
    ffmpeg(*f"-i {film} {THREE} -bsf:a:1 {damage} -metadata:s:a:2 language=fra film.mkv".split(), folder=tmp_path)
    facts = await facts_of(tmp_path / "film.mkv", tmp_path)
    assert (["eng", "fra"], [2]) == (languages(facts), [sound.number for sound in facts.unheard])
