"""Films of a high dynamic range: cuts keep it, and what draws upon the picture maps it before."""

import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, Literal

import av
import pytest
from PIL import Image

from kinolog.common.events.video import VideoRegistered
from kinolog.common.jobs import (
    BurnInput,
    BurnOutput,
    MergeInput,
    MergeOutput,
    NormalizeAudioInput,
    NormalizeAudioOutput,
    ReframeInput,
    ReframeOutput,
    TrimInput,
    TrimOutput,
    WatermarkInput,
    WatermarkOutput,
)
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue
from kinolog.common.testing.clips import make_clip
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import LABELLED, Zoo
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

Burn = Callable[[str, BurnInput], Awaitable[BurnOutput]]
Trim = Callable[[str, TrimInput], Awaitable[TrimOutput]]
AddFilm = Callable[[str], Awaitable[str]]
# Pixel format, primaries, transfer and matrix; of transfers PQ is 16, HLG 18 and BT.709 1.
Look = tuple[str, int, int, int]

USUAL: Final = ("yuv420p", 1, 1, 1)
HIGH: Final = {"hdr10": ("yuv420p10le", 9, 16, 9), "hlg": ("yuv420p10le", 9, 18, 9)}
HLG_OF_8_BITS: Final = "-vf format=yuv420p,setparams=color_primaries=bt2020:color_trc=arib-std-b67:colorspace=bt2020nc"
# In a codec that browsers do not play.
HDR10_OF_A_CAMERA: Final = (
    "-vf format=yuv422p10le,setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc"
    " -c:v prores_ks -pix_fmt yuv422p10le"
)
MAPPED: Final = "the high dynamic range was mapped to BT.709"
YELLOW: Final = CaptionStyle(font_size=60, outline_width=0)


@pytest.fixture
def add_film(workshop: Workshop, zoo: Zoo) -> AddFilm:
    async def run(name: str) -> str:
        specimen = LABELLED[name]
        film = zoo.film(name)
        return await workshop.add_video(film, duration=specimen.seconds, container=specimen.container)

    return run


@pytest.fixture
def hlg_of_8_bits(tmp_path: Path) -> Path:
    """As some cameras record it."""
    return make_clip(tmp_path, "hlg.mp4", options=HLG_OF_8_BITS)


async def file_of(workshop: Workshop, video_id: str) -> Path:
    return workshop.path_of((await workshop.video(video_id)).content)


async def look_of(workshop: Workshop, video_id: str) -> Look:
    with av.open(str(await file_of(workshop, video_id))) as film:
        frame = next(film.decode(video=0))
    return (frame.format.name, int(frame.color_primaries), int(frame.color_trc), int(frame.colorspace))


async def reason_of(workshop: Workshop, video_id: str) -> str:
    registered = (await workshop.log.read("video", video_id))[0].event
    assert isinstance(registered, VideoRegistered)
    assert registered.rendering is not None
    return registered.rendering.because


async def white_picture(workshop: Workshop) -> dict[str, Any]:
    content = io.BytesIO()
    Image.new("RGB", (20, 20), (255, 255, 255)).save(content, "PNG")
    return (await workshop.blobs.put_bytes(content.getvalue(), "image/png")).model_dump()


@pytest.mark.parametrize("name", ["hdr10", "hlg"])
async def test_an_exact_cut_keeps_a_high_dynamic_range(
    workshop: Workshop, trim: Trim, add_film: AddFilm, name: str
) -> None:
    output = await trim(await add_film(name), TrimInput(start_time=0.5, end_time=1.1))
    is_told = "in HEVC, which keeps the high dynamic range" in output.because
    assert (HIGH[name], 15, True) == (await look_of(workshop, output.video_id), output.frame_count, is_told)


@pytest.mark.parametrize("name", ["hdr10", "hlg"])
async def test_captions_are_burned_into_a_picture_that_was_mapped(
    workshop: Workshop, burn: Burn, add_film: AddFilm, name: str
) -> None:
    video_id = await add_film(name)
    caption_id = await workshop.add_caption(video_id, Cue(start=0.0, end=4.0, text="Hello"))
    output = await burn(video_id, BurnInput(caption_id=caption_id, style=YELLOW))
    is_told = "its high dynamic range was mapped to BT.709" in output.because
    assert (USUAL, True) == (await look_of(workshop, output.video_id), is_told)


async def test_frames_of_a_high_dynamic_range_are_not_copied_beside_mapped_ones(
    workshop: Workshop, hlg_of_8_bits: Path
) -> None:
    video_id = await workshop.add_video(hlg_of_8_bits)
    caption_id = await workshop.add_caption(video_id, Cue(start=0.1, end=0.4, text="Hello"))
    ctx = await workshop.begin("render", type="burn", input_data={}, video_id=video_id)
    job = BurnInput(caption_id=caption_id, style=YELLOW)
    output = await wiring.handlers(RenderSettings(partial_min_saved_megapixels=0))["burn"](job, ctx)
    assert isinstance(output, BurnOutput)
    await workshop.commit(ctx)
    assert ("full", USUAL) == (output.method, await look_of(workshop, output.video_id))


async def test_a_cut_of_which_packets_are_copied_keeps_its_8_bits_and_its_range(
    workshop: Workshop, trim: Trim, hlg_of_8_bits: Path
) -> None:
    output = await trim(await workshop.add_video(hlg_of_8_bits), TrimInput(start_time=0.2, end_time=1.9))
    assert ("partial", ("yuv420p", 9, 18, 9)) == (output.method, await look_of(workshop, output.video_id))


@pytest.mark.parametrize("mode", ["crop", "pad", "blur"])
async def test_another_shape_is_made_of_a_mapped_picture_and_says_so(
    workshop: Workshop, add_film: AddFilm, mode: Literal["crop", "pad", "blur"]
) -> None:
    job = ReframeInput(aspect="1:1", mode=mode)
    ctx = await workshop.begin("render", type="reframe", input_data={}, video_id=await add_film("hdr10"))
    output = await wiring.handlers(RenderSettings())["reframe"](job, ctx)
    assert isinstance(output, ReframeOutput)
    await workshop.commit(ctx)
    assert (USUAL, MAPPED) == (await look_of(workshop, output.video_id), await reason_of(workshop, output.video_id))


async def test_a_picture_is_drawn_over_a_mapped_one_and_it_is_said_so(workshop: Workshop, add_film: AddFilm) -> None:
    job = WatermarkInput.model_validate({"picture": await white_picture(workshop)})
    ctx = await workshop.begin("render", type="watermark", input_data={}, video_id=await add_film("hdr10"))
    output = await wiring.handlers(RenderSettings())["watermark"](job, ctx)
    assert isinstance(output, WatermarkOutput)
    await workshop.commit(ctx)
    assert (USUAL, MAPPED) == (await look_of(workshop, output.video_id), await reason_of(workshop, output.video_id))


async def test_merged_films_are_mapped_and_it_is_said_so(workshop: Workshop, add_film: AddFilm) -> None:
    film = await add_film("hlg")
    project_id = (await workshop.video(film)).project_id
    ctx = await workshop.begin("render", type="merge", input_data={}, project_id=project_id)
    output = await wiring.handlers(RenderSettings())["merge"](MergeInput(video_ids=(film, film)), ctx)
    assert isinstance(output, MergeOutput)
    await workshop.commit(ctx)
    assert (USUAL, True) == (await look_of(workshop, output.video_id), MAPPED in output.because)


async def test_louder_sound_leaves_an_encoded_picture_its_high_dynamic_range(
    workshop: Workshop, tmp_path: Path
) -> None:
    film = make_clip(tmp_path, "camera.mkv", seconds=1, options=HDR10_OF_A_CAMERA)
    video_id = await workshop.add_video(film, container="matroska", duration=1.0)
    ctx = await workshop.begin("render", type="normalize_audio", input_data={}, video_id=video_id)
    output = await wiring.handlers(RenderSettings())["normalize_audio"](NormalizeAudioInput(), ctx)
    assert isinstance(output, NormalizeAudioOutput)
    await workshop.commit(ctx)
    assert (False, HIGH["hdr10"]) == (output.is_picture_copied, await look_of(workshop, output.video_id))
