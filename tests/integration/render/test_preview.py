"""Previews of real films: as long, wide and fast as asked for, and known to the video."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import pytest
from pydantic import ValidationError

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import PreviewInput, PreviewOutput
from kinolog.common.testing.clips import ffmpeg, make_clip
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

Preview = Callable[..., Awaitable[PreviewOutput]]


@pytest.fixture
def preview(workshop: Workshop) -> Preview:
    async def run(clip: Path, **asked: Any) -> PreviewOutput:
        video_id = await workshop.add_video(clip)
        ctx = await workshop.begin("render", type="preview", input_data={}, video_id=video_id)
        output = await wiring.handlers(RenderSettings())["preview"](PreviewInput.model_validate(asked), ctx)
        assert isinstance(output, PreviewOutput)
        await workshop.commit(ctx)
        return output

    return run


async def shown(workshop: Workshop, output: PreviewOutput) -> tuple[str, Path]:
    blob = (await workshop.video(output.video_id)).preview
    assert blob is not None
    assert output.sha256 == blob.sha256
    return blob.media_type, workshop.path_of(blob)


def brightness_of(film: Path) -> list[int]:
    with av.open(str(film)) as opened:
        return [int(frame.reformat(format="gray").to_ndarray().mean()) for frame in opened.decode(video=0)]


async def test_a_gif_shows_the_part_that_was_asked_for(
    workshop: Workshop, preview: Preview, numbered_clip: Path
) -> None:
    output = await preview(numbered_clip, start_time=0.4, duration=1.0, width=160, frame_rate=5)
    media_type, film = await shown(workshop, output)
    assert ("image/gif", 160, 90, 5) == (media_type, output.width, output.height, output.frame_count)
    # Frame n of the clip has the brightness 4 n of 219, and there are 25 frames a second.
    expected = [round(4 * (10 + 5 * number) * 255 / 219) for number in range(5)]
    assert expected == pytest.approx(brightness_of(film), abs=4)


async def test_webp_moves_too(workshop: Workshop, preview: Preview, numbered_clip: Path) -> None:
    output = await preview(numbered_clip, format="webp", duration=0.5, width=160)
    media_type, film = await shown(workshop, output)
    content = film.read_bytes()
    assert ("image/webp", b"WEBP", 5) == (media_type, content[8:12], content.count(b"ANMF"))


async def test_mp4_has_a_picture_alone(workshop: Workshop, preview: Preview, numbered_clip: Path) -> None:
    media_type, film = await shown(workshop, await preview(numbered_clip, format="mp4", duration=1.0, frame_rate=10))
    with av.open(str(film)) as opened:
        assert ("video/mp4", 1, 10) == (media_type, len(opened.streams), sum(1 for _ in opened.decode(video=0)))


async def test_a_preview_ends_where_the_video_ends(preview: Preview, numbered_clip: Path) -> None:
    output = await preview(numbered_clip, start_time=1.5, duration=5.0)
    assert 0.5 == pytest.approx(output.duration, abs=0.1)


@pytest.mark.parametrize("kind", ["mp4", "gif", "webp"])
@pytest.mark.parametrize("start_time", [1.0, 2.5])
async def test_the_last_frame_is_shown_where_the_sound_outlasts_the_picture(
    preview: Preview, media: Path, kind: str, start_time: float
) -> None:
    film = make_clip(media, "outlasting.mp4", options="-af apad=pad_dur=2")
    output = await preview(film, start_time=start_time, duration=1.5, format=kind, frame_rate=10)
    assert (1.5, None if kind == "webp" else 15) == (output.duration, output.frame_count)


@pytest.mark.parametrize(("asked", "field"), [({"start_time": 2.5}, "start_time"), ({"duration": 30}, "duration")])
async def test_what_the_video_has_not_is_refused_by_name(
    workshop: Workshop, preview: Preview, numbered_clip: Path, asked: dict[str, float], field: str
) -> None:
    with pytest.raises(PermanentError, match=field):
        await preview(numbered_clip, **asked)
    assert 1 == workshop.blob_count()


async def test_sound_alone_has_no_preview(preview: Preview, media: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=2", "hum.mp4", folder=media)
    with pytest.raises(PermanentError, match="sound alone"):
        await preview(media / "hum.mp4")


@pytest.mark.parametrize("asked", [{"width": 5000}, {"format": "png"}, {"frame_rate": 0}, {"duration": -1}])
def test_previews_out_of_bounds_are_refused_by_name(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(asked))):
        PreviewInput.model_validate(asked)
