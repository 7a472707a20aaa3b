"""Showing real pictures: each whole, at its time, faded into the next, with sound from the first moment to the last."""

import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import SlideshowInput, SlideshowOutput
from kinolog.common.testing.clips import ffmpeg
from kinolog.common.testing.examples import a_video
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

Slideshow = Callable[..., Awaitable[SlideshowOutput]]
FAST = RenderSettings(encode_preset="ultrafast", encode_threads=1)
RED, BLUE, GREEN, BLACK = (254, 0, 0), (0, 0, 254), (0, 254, 0), (0, 0, 0)
SMALL = {"width": 160, "height": 90, "frame_rate": 10}


@pytest.fixture
def slideshow(workshop: Workshop) -> Slideshow:
    async def run(*pictures: bytes, **wishes: Any) -> SlideshowOutput:
        stored = [(await workshop.blobs.put_bytes(each, "image/png")).model_dump() for each in pictures]
        ctx = await workshop.begin("render", type="slideshow", input_data={}, project_id=a_video().project_id)
        job = SlideshowInput.model_validate({"pictures": stored, **SMALL, **wishes})
        output = await wiring.handlers(FAST)["slideshow"](job, ctx)
        assert isinstance(output, SlideshowOutput)
        await workshop.commit(ctx)
        return output

    return run


def picture(colour: tuple[int, ...], width: int = 320, height: int = 180, kind: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(content, kind)
    return content.getvalue()


async def film_of(workshop: Workshop, output: SlideshowOutput) -> Path:
    return workshop.path_of((await workshop.video(output.video_id)).content)


async def colours(workshop: Workshop, output: SlideshowOutput, x: int = 80, y: int = 45) -> list[tuple[int, ...]]:
    with av.open(str(await film_of(workshop, output))) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    return [tuple(int(value) for value in frame[y, x]) for frame in frames]


def are_all(expected: tuple[int, ...], actual: list[tuple[int, ...]]) -> bool:
    pairs = [pair for colour in actual for pair in zip(expected, colour, strict=True)]
    return max(abs(one - other) for one, other in pairs) < 24


async def test_each_picture_is_shown_for_its_time(workshop: Workshop, slideshow: Slideshow) -> None:
    pictures = [picture(RED), picture(BLUE, kind="JPEG"), picture(GREEN, kind="WEBP")]
    output = await slideshow(*pictures, seconds_per_picture=1, fade_seconds=0)
    shown = await colours(workshop, output)
    assert (30, 3.0, 30) == (output.frame_count, round(output.duration, 2), len(shown))
    assert [True] * 3 == [are_all(RED, shown[:10]), are_all(BLUE, shown[10:20]), are_all(GREEN, shown[20:])]


async def test_a_picture_fades_into_the_next(workshop: Workshop, slideshow: Slideshow) -> None:
    pictures = [picture(RED), picture(BLUE), picture(RED)]
    shown = await colours(workshop, await slideshow(*pictures, seconds_per_picture=1, fade_seconds=0.4))
    assert [True] * 3 == [are_all(RED, shown[:11]), are_all(BLUE, shown[14:21]), are_all(RED, shown[24:])]
    assert (30, True) == (len(shown), are_all((127, 0, 127), shown[12:13] + shown[22:23]))


async def test_pictures_of_any_shape_are_shown_whole(workshop: Workshop, slideshow: Slideshow) -> None:
    output = await slideshow(picture(RED, 50, 500), picture(BLUE, 9, 3), seconds_per_picture=0.5, fade_seconds=0)
    middle, left = await colours(workshop, output), await colours(workshop, output, x=10)
    assert [True] * 4 == [
        are_all(RED, middle[:5]),
        are_all(BLUE, middle[5:]),
        are_all(BLACK, left[:5]),
        len(left) == 10,
    ]


@pytest.mark.parametrize("sound_seconds", [0.7, 4.0])
async def test_sound_lasts_as_long_as_the_pictures(
    workshop: Workshop, slideshow: Slideshow, media: Path, sound_seconds: float
) -> None:
    ffmpeg("-f", "lavfi", "-i", f"sine=d={sound_seconds}", f"tone{sound_seconds}.mp3", folder=media)
    tone = await workshop.add_video(media / f"tone{sound_seconds}.mp3")
    output = await slideshow(picture(RED), picture(BLUE), seconds_per_picture=1, audio_video_id=tone)
    with av.open(str(await film_of(workshop, output))) as film:
        sound = np.abs(np.concatenate([frame.to_ndarray()[0] for frame in film.decode(audio=0)]))
    assert 0.02 < sound[4_800:43_200].mean() < 0.5
    assert 0.02 < sound[48_000:52_800].mean()
    assert sound[93_600:96_000].mean() < 0.01
    assert 96_000 == pytest.approx(len(sound), abs=2_048)


async def test_a_video_without_sound_is_no_music(workshop: Workshop, slideshow: Slideshow) -> None:
    silent = await workshop.add_video(await film_of(workshop, await slideshow(picture(RED))), container="mp4")
    with pytest.raises(PermanentError, match=r"audio_video_id: the video vid_.* has no sound"):
        await slideshow(picture(RED), audio_video_id=silent)


async def test_a_film_too_large_to_be_read_again_is_refused_before_it_is_made(slideshow: Slideshow) -> None:
    with pytest.raises(PermanentError, match=r"^width and height: the picture would be 8192 × 8192 pixels"):
        await slideshow(picture(RED), width=8192, height=8192)


async def test_a_damaged_picture_is_named(slideshow: Slideshow) -> None:
    with pytest.raises(PermanentError, match=r"pictures\.1: The file is no picture"):
        await slideshow(picture(RED), b"GIF89a")
