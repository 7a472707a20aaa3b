"""Drawing real pictures over real films: where they are, how they look, and that nothing else changes."""

import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import WatermarkInput, WatermarkOutput
from kinolog.common.testing.clips import ffmpeg
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

Watermark = Callable[..., Awaitable[WatermarkOutput]]
Colours = list[tuple[int, ...]]
FAST = RenderSettings(encode_preset="ultrafast", encode_threads=1)
BLUE, RED, PURPLE = (0, 0, 254), (254, 0, 0), (127, 0, 127)


@pytest.fixture
def watermark(workshop: Workshop) -> Watermark:
    async def run(clip: Path, picture: bytes, **wishes: Any) -> WatermarkOutput:
        blob = await workshop.blobs.put_bytes(picture, "image/png")
        job = WatermarkInput.model_validate({"picture": blob.model_dump(), **wishes})
        ctx = await workshop.begin("render", type="watermark", input_data={}, video_id=await workshop.add_video(clip))
        output = await wiring.handlers(FAST)["watermark"](job, ctx)
        assert isinstance(output, WatermarkOutput)
        await workshop.commit(ctx)
        return output

    return run


def red(width: int = 40, height: int = 20, alpha: int = 255) -> bytes:
    content = io.BytesIO()
    Image.new("RGBA", (width, height), (255, 0, 0, alpha)).save(content, "PNG")
    return content.getvalue()


async def colours(workshop: Workshop, output: WatermarkOutput, x: int, y: int) -> Colours:
    """The colour of a place in every frame."""
    file = workshop.path_of((await workshop.video(output.video_id)).content)
    with av.open(str(file)) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    return [tuple(int(value) for value in frame[y, x]) for frame in frames]


def is_all(expected: tuple[int, ...], actual: Colours) -> bool:
    pairs = [pair for colour in actual for pair in zip(expected, colour, strict=True)]
    return max(abs(one - other) for one, other in pairs) < 24


async def test_a_picture_is_drawn_where_it_is_to_be_and_nowhere_else(
    workshop: Workshop, watermark: Watermark, blue_clip: Path
) -> None:
    output = await watermark(blue_clip, red(), position="top_right", width_percent=25, margin_percent=10)
    inside, outside = await colours(workshop, output, 300, 20), await colours(workshop, output, 160, 90)
    assert (222, 18, 80, 40) == (output.x, output.y, output.width, output.height)
    assert [50, True, True] == [len(inside), is_all(RED, inside), is_all(BLUE, outside)]


@pytest.mark.parametrize("how", [{"picture": red(), "opacity": 0.5}, {"picture": red(alpha=128)}])
async def test_what_is_half_transparent_lets_the_film_through(
    workshop: Workshop, watermark: Watermark, blue_clip: Path, how: dict[str, Any]
) -> None:
    output = await watermark(blue_clip, position="center", width_percent=50, **how)
    assert is_all(PURPLE, await colours(workshop, output, 160, 90))


async def test_a_picture_comes_and_goes_at_its_times(workshop: Workshop, watermark: Watermark, blue_clip: Path) -> None:
    output = await watermark(blue_clip, red(), position="center", start_time=0.4, end_time=1.2)
    shown = await colours(workshop, output, 160, 90)
    assert [True, True, True] == [is_all(BLUE, shown[:10]), is_all(RED, shown[10:30]), is_all(BLUE, shown[30:])]


async def test_a_tall_picture_fits_between_the_margins(watermark: Watermark, blue_clip: Path) -> None:
    output = await watermark(blue_clip, red(20, 200), width_percent=100, margin_percent=10)
    assert (14, 144, 288, 18) == (output.width, output.height, output.x, output.y)


async def test_a_turned_film_is_drawn_over_as_it_is_shown(
    workshop: Workshop, watermark: Watermark, blue_clip: Path, media: Path
) -> None:
    ffmpeg("-display_rotation", "90", "-i", blue_clip.name, "-c", "copy", "turned_mark.mp4", folder=media)
    output = await watermark(media / "turned_mark.mp4", red(), position="bottom_left", width_percent=50)
    assert is_all(RED, await colours(workshop, output, 30, 300))


async def test_the_sound_stays_as_it_is(workshop: Workshop, watermark: Watermark, blue_clip: Path) -> None:
    output = await watermark(blue_clip, red())
    file = workshop.path_of((await workshop.video(output.video_id)).content)
    assert sound_of(blue_clip) == sound_of(file)


async def test_a_picture_that_was_never_sent_is_named(workshop: Workshop, blue_clip: Path) -> None:
    unknown = {"sha256": "0" * 64, "size_bytes": 9, "media_type": "image/png"}
    job = WatermarkInput.model_validate({"picture": unknown})
    ctx = await workshop.begin("render", type="watermark", input_data={}, video_id=await workshop.add_video(blue_clip))
    with pytest.raises(PermanentError, match="picture: there is no such picture: send it to POST /v1/pictures"):
        await wiring.handlers(FAST)["watermark"](job, ctx)


async def test_bytes_that_are_no_picture_never_reach_the_encoder(watermark: Watermark, blue_clip: Path) -> None:
    with pytest.raises(PermanentError, match=r"picture: The file is no picture that Kinolog can read"):
        await watermark(blue_clip, blue_clip.read_bytes())


async def test_a_time_after_the_end_is_refused(watermark: Watermark, blue_clip: Path) -> None:
    with pytest.raises(PermanentError, match="start_time: 9 is not inside"):
        await watermark(blue_clip, red(), start_time=9)


def sound_of(file: Path) -> list[bytes]:
    with av.open(str(file)) as film:
        return [bytes(packet) for packet in film.demux(audio=0) if packet.size]
