"""What ffmpeg is asked for where scenes are searched."""

from pathlib import Path

import pytest
from harness.facts import film_facts

from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.adapters.scene_arguments import SmallPictures, decode_arguments
from kinolog.render.domain.work import Source

FILM = Source(path=Path("film.mp4"), container="mp4")
OPTIONS = EncodeOptions(preset="veryfast", crf=18, audio_kbps=192, threads=2, max_pixels=1_000_000)


def filters_for(width: int, height: int, *, rotation: int = 0) -> list[str]:
    facts = film_facts(width=width, height=height, rotation=rotation)
    arguments = decode_arguments(FILM, SmallPictures.of(facts), OPTIONS)
    return arguments[arguments.index("-filter:v") + 1].split(",")


@pytest.mark.parametrize(
    ("width", "height", "rotation", "small"),
    [(1280, 720, 0, (256, 144)), (720, 1280, 0, (144, 256)), (720, 1280, 90, (256, 144)), (513, 1, 0, (256, 1))],
)
def test_a_large_picture_is_sampled_before_it_is_made_small(
    width: int, height: int, rotation: int, small: tuple[int, int]
) -> None:
    across, down = small
    expected = [
        f"scale={2 * across}:{2 * down}:flags=neighbor",
        f"scale={across}:{down}:flags=bilinear",
        "format=bgr24",
    ]
    assert expected == filters_for(width, height, rotation=rotation)


@pytest.mark.parametrize(("width", "height"), [(512, 288), (200, 100)])
def test_a_small_picture_is_made_of_all_its_pixels(width: int, height: int) -> None:
    small = (256, 144) if width > 256 else (width, height)
    assert [f"scale={small[0]}:{small[1]}:flags=bilinear", "format=bgr24"] == filters_for(width, height)
