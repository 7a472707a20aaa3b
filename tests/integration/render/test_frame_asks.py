"""Asking for one frame: sizes and formats, captions without text, what cannot be had, and what is left behind."""

import asyncio
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness.burned import pixels_of
from PIL import Image

from kinolog.common.aggregates import CAPTION, VIDEO
from kinolog.common.blobs import BlobStore
from kinolog.common.errors import PermanentError, Refused, WorkError
from kinolog.common.events.caption import CaptionDeleted
from kinolog.common.events.video import VideoDeleted
from kinolog.common.frames_asked import FrameQuestion
from kinolog.common.log import load
from kinolog.common.subtitles import Cue
from kinolog.common.testing import eventually
from kinolog.common.testing.clips import make_clip
from kinolog.common.testing.examples import ORIGIN
from kinolog.common.testing.workshop import Workshop
from kinolog.render import wiring
from kinolog.render.handlers.frame import FrameHandler
from kinolog.render.settings import RenderSettings

CUE = Cue(start=0.0, end=2.0, text="Hello")


@pytest.fixture
def settings(tmp_path: Path) -> RenderSettings:
    return RenderSettings(work_dir=tmp_path / "work-of-frames", frame_max_fetched_bytes=1_000_000)


@pytest.fixture
def frames(workshop: Workshop, settings: RenderSettings) -> FrameHandler:
    return wiring.frames(settings, workshop.log, workshop.blobs)


@pytest.fixture
async def video_id(workshop: Workshop, blue_clip: Path) -> str:
    return await workshop.add_video(blue_clip, width=320, height=180, video_codec="h264")


@pytest.fixture
async def caption_id(workshop: Workshop, video_id: str) -> str:
    return await workshop.add_caption(video_id, CUE)


def asked(caption_id: str, **changes: Any) -> FrameQuestion:
    return FrameQuestion.model_validate(
        {"id": "ask", "caption_id": caption_id, "at": 1.0, "within_seconds": 60, **changes}
    )


async def test_a_picture_can_be_narrower_and_of_other_kinds(frames: FrameHandler, caption_id: str) -> None:
    made = [await frames.frame(asked(caption_id, format=kind, width=160)) for kind in ("png", "webp", "jpeg")]
    pictures = [Image.open(BytesIO(each.content)) for each in made]
    assert [(160, 90)] * 3 == [picture.size for picture in pictures]
    assert ["PNG", "WEBP", "JPEG"] == [picture.format for picture in pictures]


async def test_a_picture_is_never_wider_than_the_film(frames: FrameHandler, caption_id: str) -> None:
    made = await frames.frame(asked(caption_id, width=4_000))
    assert (320, 180) == Image.open(BytesIO(made.content)).size


async def test_a_style_goes_above_the_captions_own(workshop: Workshop, frames: FrameHandler, video_id: str) -> None:
    caption_id = await workshop.add_caption(video_id, CUE, style={"primaryColor": "#ffffff", "fontName": "Anton"})
    made = await frames.frame(asked(caption_id, style={"primaryColor": "#00ff00", "fontSize": 60}))
    colours = {tuple(pixel) for row in pixels_of(made.content) for pixel in row}
    assert ("Anton", True) == (made.font, any(green > 230 > 60 > max(red, blue) for red, green, blue in colours))


async def test_without_text_the_frame_is_plain(workshop: Workshop, frames: FrameHandler, video_id: str) -> None:
    made = await frames.frame(asked(await workshop.add_caption(video_id)))
    assert (None, True) == (made.font, bool(np.ptp(pixels_of(made.content), axis=(0, 1)).max() < 3))


@pytest.mark.parametrize(
    ("style", "expected"), [({"fontName": "Nowhere"}, "font_missing"), ({"preset": "nowhere"}, "validation")]
)
async def test_a_look_that_cannot_be_had_is_refused(
    frames: FrameHandler, caption_id: str, style: dict[str, str], expected: str
) -> None:
    with pytest.raises((WorkError, Refused)) as raised:
        await frames.frame(asked(caption_id, style=style))
    assert expected == (getattr(raised.value, "kind", None) or getattr(raised.value, "code", None))


async def test_a_deleted_caption_is_not_shown(workshop: Workshop, frames: FrameHandler, caption_id: str) -> None:
    await workshop.log.append((await load(workshop.log, CAPTION, caption_id)).changes(CaptionDeleted()), ORIGIN)
    with pytest.raises(PermanentError) as raised:
        await frames.frame(asked(caption_id))
    assert "caption_missing" == raised.value.kind


async def test_a_deleted_video_is_not_shown(
    workshop: Workshop, frames: FrameHandler, caption_id: str, video_id: str
) -> None:
    await workshop.log.append((await load(workshop.log, VIDEO, video_id)).changes(VideoDeleted()), ORIGIN)
    with pytest.raises(PermanentError) as raised:
        await frames.frame(asked(caption_id))
    assert "video_missing" == raised.value.kind


async def test_a_damaged_film_is_an_error_that_says_so(workshop: Workshop, frames: FrameHandler) -> None:
    film = workshop.folder / "noise.mp4"
    film.write_bytes(bytes(range(256)) * 100)
    caption_id = await workshop.add_caption(await workshop.add_video(film, width=320, height=180), CUE)
    with pytest.raises(PermanentError) as raised:
        await frames.frame(asked(caption_id))
    assert "media_unsupported" == raised.value.kind


async def test_what_is_given_up_leaves_nothing_behind(
    workshop: Workshop, frames: FrameHandler, settings: RenderSettings, media: Path
) -> None:
    film = make_clip(media, "slow.mp4", seconds=60, picture="testsrc2", options="-g 9999 -s 1280x720")
    caption_id = await workshop.add_caption(await workshop.add_video(film, width=1280, height=720, duration=60.0), CUE)
    making = asyncio.create_task(frames.frame(asked(caption_id, at=59.0)))
    folder = settings.work_dir / "frames"
    await eventually(lambda: list(folder.glob("*/moments")))
    making.cancel()
    await asyncio.gather(making, return_exceptions=True)
    assert ([], []) == (list(folder.iterdir()), _running_in(folder))


async def test_a_film_that_is_not_here_is_fetched_unless_it_is_large(
    workshop: Workshop, settings: RenderSettings, caption_id: str
) -> None:
    elsewhere = BlobStore.open("memory://")
    for path in (path for path in workshop.folder.glob("blobs/**/*") if path.is_file()):
        await elsewhere.put_file(path)
    made = await wiring.frames(settings, workshop.log, elsewhere).frame(asked(caption_id))
    assert 0.96 <= made.time <= 1.0
    least = settings.model_copy(update={"frame_max_fetched_bytes": 1})
    with pytest.raises(PermanentError, match="KINOLOG_FRAME_MAX_FETCHED_BYTES"):
        await wiring.frames(least, workshop.log, elsewhere).frame(asked(caption_id))


def _running_in(folder: Path) -> list[str]:
    commands = [path / "cmdline" for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [line for each in commands if str(folder) in (line := _read(each))]


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""
