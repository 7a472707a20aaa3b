"""Burning with fonts that people uploaded: the letters of the font made for this are boxes, which no other font has."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from harness.fonts import make_font
from PIL import Image

from kinolog.common.aggregates import SETTING, VIDEO
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.aggregates.setting_decisions import change_setting
from kinolog.common.child import Limits
from kinolog.common.errors import PermanentError
from kinolog.common.events.video import VideoRegistered
from kinolog.common.fonts import SETTING_OF_FONTS, FontList
from kinolog.common.frames_asked import FrameQuestion
from kinolog.common.jobs import BurnInput, BurnOutput, ReproduceInput
from kinolog.common.log import load
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue
from kinolog.common.testing.examples import NOON, ORIGIN
from kinolog.common.testing.workshop import Workshop
from kinolog.gateway.adapters.font_checker import SanitisedFonts
from kinolog.gateway.fonts import uploaded
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

LOOK = CaptionStyle(font_name="Boxes", font_size=60, outline_width=0)
WORD = Cue(start=0.2, end=1.8, text="iiii")
CHECKER = SanitisedFonts(Limits(cpu_seconds=30, memory_bytes=1024**3, file_bytes=10_000_000), 60.0)

Burn = Callable[[str, BurnInput], Awaitable[BurnOutput]]
Burned = Callable[..., Awaitable[BurnOutput]]
Upload = Callable[..., Awaitable[None]]


@pytest.fixture
def upload(workshop: Workshop, tmp_path: Path) -> Upload:
    """Checks fonts as the gateway does, and lists these, and no others, in the setting."""

    async def run(*fonts: bytes) -> None:
        listed = []
        for number, content in enumerate(fonts):
            file, ready = tmp_path / f"{number}.font", tmp_path / f"{number}.ready"
            file.write_bytes(content)
            face = await CHECKER.check(file, ready, tmp_path, None)
            kind = "font/otf" if content.startswith(b"OTTO") else "font/ttf"
            listed.append(uploaded(face, await workshop.blobs.put_file(ready, kind), NOON, "user:test"))
        value = FontList(fonts=tuple(listed)).model_dump(mode="json")
        loaded = await load(workshop.log, SETTING, setting_id(SETTING_OF_FONTS))
        changed = change_setting(loaded.state, SETTING_OF_FONTS, value, default={})
        await workshop.log.append(loaded.changes(*changed), ORIGIN)

    return run


@pytest.fixture
def burned(workshop: Workshop, burn: Burn, blue_clip: Path) -> Burned:
    async def run(font: str, text: Cue = WORD) -> BurnOutput:
        video_id = await workshop.add_video(blue_clip)
        style = LOOK.model_copy(update={"font_name": font})
        return await burn(video_id, BurnInput(caption_id=await workshop.add_caption(video_id, text), style=style))

    return run


async def fill_of(workshop: Workshop, output: BurnOutput) -> float:
    film = workshop.path_of((await workshop.video(output.video_id)).content)
    with av.open(str(film)) as opened:
        picture = next(frame for frame in opened.decode(video=0) if (frame.time or 0) >= 1).to_ndarray(format="rgb24")
    return fill(picture)


def fill(picture: np.ndarray) -> float:
    """How much of the rectangle around all that is yellow is yellow: all of it where the letters are boxes."""
    yellow = (picture[:, :, 0] > 150) & (picture[:, :, 1] > 150) & (picture[:, :, 2] < 100)
    rows, columns = np.flatnonzero(yellow.any(axis=1)), np.flatnonzero(yellow.any(axis=0))
    box = yellow[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return float(box.mean())


@pytest.mark.parametrize("is_cff", [False, True])
async def test_captions_are_drawn_with_an_uploaded_font(
    workshop: Workshop, upload: Upload, burned: Burned, is_cff: bool
) -> None:
    await upload(make_font(is_cff=is_cff))
    output = await burned("boxes")
    assert ("Boxes", True) == (output.font, await fill_of(workshop, output) > 0.95)


async def test_a_frame_is_shown_with_an_uploaded_font(workshop: Workshop, upload: Upload, blue_clip: Path) -> None:
    await upload(make_font())
    caption_id = await workshop.add_caption(await workshop.add_video(blue_clip), WORD)
    asked = FrameQuestion(id="ask", caption_id=caption_id, at=1, style=LOOK, within_seconds=60)
    frame = await wiring.frames(RenderSettings(), workshop.log, workshop.blobs).frame(asked)
    picture = np.asarray(Image.open(BytesIO(frame.content)).convert("RGB"))
    assert ("Boxes", True) == (frame.font, fill(picture) > 0.95)


async def test_letters_of_a_shipped_font_are_no_boxes(workshop: Workshop, burned: Burned) -> None:
    assert await fill_of(workshop, await burned("Arimo")) < 0.8


async def test_a_real_font_is_drawn_in_place_of_its_stand_in(
    workshop: Workshop, upload: Upload, burned: Burned
) -> None:
    await upload(make_font("Arial"))
    output = await burned("Arial")
    assert ("Arial", True) == (output.font, await fill_of(workshop, output) > 0.95)


async def test_letters_that_no_other_font_has_are_drawn_with_an_uploaded_one(
    workshop: Workshop, upload: Upload, burned: Burned
) -> None:
    await upload(make_font(characters="んこ"))
    output = await burned("Arimo", Cue(start=0.2, end=1.8, text="んこ"))
    assert ("Arimo", True) == (output.font, await fill_of(workshop, output) > 0.95)


async def test_the_film_tells_which_files_it_was_drawn_with(workshop: Workshop, upload: Upload, burned: Burned) -> None:
    await upload(make_font("Others"), make_font())
    output = await burned("Boxes")
    registered = (await workshop.log.read(VIDEO.kind, output.video_id))[0].event
    assert isinstance(registered, VideoRegistered)
    assert registered.rendering is not None
    assert ["Boxes"] == [font.family for font in registered.rendering.fonts]


async def test_a_font_that_was_removed_is_missed_with_those_that_are_there(upload: Upload, burned: Burned) -> None:
    await upload(make_font())
    await upload(make_font("Others"))
    with pytest.raises(PermanentError, match=r"there is no font 'Boxes'; there are .*Others") as refused:
        await burned("Boxes")
    assert "font_missing" == refused.value.kind


async def test_a_font_of_one_weight_of_many_is_found_by_its_typographic_family(
    workshop: Workshop, upload: Upload, burned: Burned
) -> None:
    await upload(make_font("Studio", "Black", weight=900))
    output = await burned("Studio")
    assert ("Studio", True) == (output.font, await fill_of(workshop, output) > 0.95)


async def test_a_film_comes_out_the_same_after_its_font_was_removed(
    workshop: Workshop, upload: Upload, blue_clip: Path
) -> None:
    await upload(make_font())
    handlers, video_id = wiring.handlers(RenderSettings()), await workshop.add_video(blue_clip)
    job = BurnInput(caption_id=await workshop.add_caption(video_id, WORD), style=CaptionStyle(font_name="Boxes"))
    burning = await workshop.begin("render", type="burn", input_data=job.model_dump(mode="json"), video_id=video_id)
    made = await handlers["burn"](job, burning)
    await workshop.commit(burning)
    await upload(make_font("Others"))
    again = await workshop.begin("render", type="reproduce", input_data={}, video_id=made.model_dump()["video_id"])
    output = (await handlers["reproduce"](ReproduceInput(), again)).model_dump()
    assert (True, output["fonts_then"]) == (output["is_identical"], output["fonts_now"])
