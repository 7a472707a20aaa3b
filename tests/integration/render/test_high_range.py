"""Films of a high dynamic range: cuts keep it, and what draws upon the picture maps it before."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import av
import pytest

from kinolog.common.jobs import BurnInput, BurnOutput, TrimInput, TrimOutput
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
