"""Giving real films another shape: which part is seen, where, and what is beside it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import pytest
from numpy import ndarray

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import ReframeInput, ReframeOutput
from kinolog.common.testing.clips import ffmpeg, make_clip
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

Reframe = Callable[..., Awaitable[ReframeOutput]]
Frame = ndarray[Any, Any]
FAST = RenderSettings(encode_preset="ultrafast", encode_threads=1)
RED, GREEN, BLUE, BLACK = (254, 0, 0), (0, 128, 0), (0, 0, 254), (0, 0, 0)
THIRDS = (
    "-vf drawbox=x=0:w=106:h=180:color=red:t=fill,drawbox=x=106:w=108:h=180:color=green:t=fill,"
    "drawbox=x=214:w=106:h=180:color=blue:t=fill"
)


@pytest.fixture(scope="session")
def thirds(media: Path) -> Path:
    """From left to right red, green, blue."""
    return make_clip(media, "thirds.mp4", seconds=0.4, picture="color=c=black", options=THIRDS)


@pytest.fixture
def reframe(workshop: Workshop) -> Reframe:
    async def run(clip: Path, **wishes: Any) -> ReframeOutput:
        video_id = await workshop.add_video(clip, duration=0.4)
        ctx = await workshop.begin("render", type="reframe", input_data={}, video_id=video_id)
        output = await wiring.handlers(FAST)["reframe"](ReframeInput.model_validate(wishes), ctx)
        assert isinstance(output, ReframeOutput)
        await workshop.commit(ctx)
        return output

    return run


async def frames_of(workshop: Workshop, output: ReframeOutput) -> list[Frame]:
    file = workshop.path_of((await workshop.video(output.video_id)).content)
    with av.open(str(file)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def is_like(expected: tuple[int, ...], frame: Frame, x: int, y: int) -> bool:
    return max(abs(one - int(other)) for one, other in zip(expected, frame[y, x], strict=True)) < 32


@pytest.mark.parametrize(("x", "colour"), [(0, RED), (0.5, GREEN), (1, BLUE)])
async def test_the_part_that_is_kept_is_the_one_that_was_asked_for(
    workshop: Workshop, reframe: Reframe, thirds: Path, x: float, colour: tuple[int, ...]
) -> None:
    output = await reframe(thirds, aspect="9:16", x=x)
    frames = await frames_of(workshop, output)
    assert (100, 180, 10) == (output.width, output.height, len(frames))
    assert all(is_like(colour, frame, place, 90) for frame in frames for place in (4, 50, 95))


async def test_all_of_a_film_is_shown_with_black_beside_it(workshop: Workshop, reframe: Reframe, thirds: Path) -> None:
    output = await reframe(thirds, aspect="1:1", mode="pad", y=0)
    frame = (await frames_of(workshop, output))[0]
    assert (180, 180) == (output.width, output.height)
    assert [True] * 4 == [
        is_like(RED, frame, 20, 50),
        is_like(BLUE, frame, 160, 50),
        is_like(BLACK, frame, 20, 110),
        is_like(BLACK, frame, 20, 170),
    ]


async def test_beside_the_film_is_a_blurred_copy_of_it(workshop: Workshop, reframe: Reframe, thirds: Path) -> None:
    output = await reframe(thirds, aspect="9:16", mode="blur", height=640)
    frame = (await frames_of(workshop, output))[-1]
    assert (360, 640) == (output.width, output.height)
    assert [True] * 3 == [
        is_like(RED, frame, 40, 320),
        is_like(BLUE, frame, 320, 320),
        is_like(GREEN, frame, 180, 40),
    ]


async def test_a_height_is_made(reframe: Reframe, thirds: Path) -> None:
    output = await reframe(thirds, aspect="4:5", height=100)
    assert (80, 100) == (output.width, output.height)


async def test_a_turned_film_is_cut_as_it_is_shown(reframe: Reframe, thirds: Path, media: Path) -> None:
    ffmpeg("-display_rotation", "90", "-i", thirds.name, "-c", "copy", "turned_thirds.mp4", folder=media)
    output = await reframe(media / "turned_thirds.mp4", aspect="16:9")
    assert (180, 100) == (output.width, output.height)


async def test_a_shape_too_large_to_be_read_again_is_refused_before_it_is_made(reframe: Reframe, thirds: Path) -> None:
    with pytest.raises(PermanentError, match=r"^height: the picture would be 8192 × 8192 pixels"):
        await reframe(thirds, aspect="1:1", height=8192)
