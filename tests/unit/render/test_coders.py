"""What encoders are told about the amount of bits, as data."""

import pytest

from kinolog.render.adapters.coders import cpu_picture_arguments
from kinolog.render.adapters.ffmpeg_options import EncodeOptions
from kinolog.render.domain.work import Picture

OPTIONS = EncodeOptions(preset="veryfast", crf=18, audio_kbps=192, threads=2, max_pixels=1_000_000)


def amount_of(picture: Picture) -> dict[str, str]:
    given = cpu_picture_arguments(picture, OPTIONS)
    wanted = ("-crf", "-b:v", "-maxrate", "-bufsize")
    return {option: given[given.index(option) + 1] for option in wanted if option in given}


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (Picture(), {"-crf": "18"}),
        (Picture(quality=23.5), {"-crf": "23.5"}),
        (Picture(codec="hevc", quality=23), {"-crf": "26"}),
        (Picture(codec="vp9", quality=23), {"-crf": "34", "-b:v": "0k"}),
        (Picture(bitrate_kbps=1000), {"-b:v": "1000k", "-maxrate": "1500k", "-bufsize": "3000k"}),
        (Picture(codec="av1", bitrate_kbps=1000), {"-b:v": "1000k"}),
        (Picture(quality=21, most_kbps=900), {"-crf": "21", "-maxrate": "900k", "-bufsize": "1800k"}),
        (Picture(codec="vp9", quality=23, most_kbps=900), {"-crf": "34", "-b:v": "900k"}),
    ],
)
def test_an_encoder_is_told_a_quality_or_an_average_and_their_ceiling(
    picture: Picture, expected: dict[str, str]
) -> None:
    assert expected == amount_of(picture)
