"""Burning in the look of a preset: whose presets count, what a missing one says, and words that nobody timed."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from kinolog.common.aggregates import SETTING
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.errors import PermanentError
from kinolog.common.events.setting import SettingChanged
from kinolog.common.jobs import BurnInput, BurnOutput
from kinolog.common.presets import preset_setting
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue
from kinolog.common.testing.clips import make_clip
from kinolog.common.testing.examples import ORIGIN
from kinolog.common.testing.workshop import Workshop

HELLO = Cue(start=0.2, end=0.8, text="Hello out there")
RED = {"primaryColor": "#ff0000", "fontSize": 60}
WHITE = {"primaryColor": "#ffffff", "fontSize": 60}

Burn = Callable[[str, BurnInput], Awaitable[BurnOutput]]


async def store(workshop: Workshop, name: str, style: dict[str, Any], project_id: str | None = None) -> None:
    setting = preset_setting(name, project_id)
    changed = SettingChanged(name=setting, value=style)
    await workshop.log.append(unborn(SETTING, setting_id(setting)).changes(changed), ORIGIN)


async def burned(workshop: Workshop, burn: Burn, clip: Path, asked: dict[str, Any], **caption: Any) -> av.VideoFrame:
    """A frame with captions."""
    video_id = await workshop.add_video(clip)
    caption_id = await workshop.add_caption(video_id, HELLO, **caption)
    output = await burn(video_id, BurnInput(caption_id=caption_id, style=CaptionStyle.model_validate(asked)))
    with av.open(str(workshop.path_of((await workshop.video(output.video_id)).content))) as film:
        return next(frame for frame in film.decode(video=0) if frame.time is not None and frame.time >= 0.4)


async def drawn(workshop: Workshop, burn: Burn, clip: Path, asked: dict[str, Any], **caption: Any) -> str:
    """The colour of the captions in a film that is blue."""
    frame = await burned(workshop, burn, clip, asked, **caption)
    red, green, _ = (frame.to_ndarray(format="rgb24").max(axis=(0, 1)) > 200).tolist()
    return {(True, True): "white", (True, False): "red"}.get((red, green), "none")


def luma_of_letters(frame: av.VideoFrame) -> float:
    """How bright most of the letters are; the film around them is dark."""
    luma = frame.to_ndarray()[: frame.height]
    return float(np.median(luma[luma > 100]))


async def test_a_preset_that_is_stored_is_burned(workshop: Workshop, burn: Burn, blue_clip: Path) -> None:
    await store(workshop, "house", RED)
    assert "red" == await drawn(workshop, burn, blue_clip, {"preset": "house"})


async def test_the_preset_of_the_project_goes_first(workshop: Workshop, burn: Burn, blue_clip: Path) -> None:
    project_id = (await workshop.video(await workshop.add_video(blue_clip))).project_id
    await store(workshop, "house", RED)
    await store(workshop, "house", WHITE, project_id)
    assert "white" == await drawn(workshop, burn, blue_clip, {"preset": "house"})


async def test_what_the_job_says_goes_before_its_preset_and_both_before_the_caption(
    workshop: Workshop, burn: Burn, blue_clip: Path
) -> None:
    await store(workshop, "house", WHITE)
    asked = {"preset": "house", "primaryColor": "#ff0000"}
    assert "red" == await drawn(workshop, burn, blue_clip, asked, style={**WHITE, "preset": "plain"})


async def test_a_preset_that_is_not_there_is_a_clear_refusal(workshop: Workshop, burn: Burn, blue_clip: Path) -> None:
    with pytest.raises(PermanentError, match=r"style\.preset: there is no preset nowhere") as refused:
        await drawn(workshop, burn, blue_clip, {}, style={"preset": "nowhere"})
    assert "preset_missing" == refused.value.kind


@pytest.mark.parametrize(("effect", "estimated"), [("none", 0), ("karaoke", 3)])
async def test_words_at_estimated_times_are_told(
    workshop: Workshop, burn: Burn, blue_clip: Path, effect: str, estimated: int
) -> None:
    video_id = await workshop.add_video(blue_clip)
    caption_id = await workshop.add_caption(video_id, HELLO)
    style = CaptionStyle.model_validate({"effect": effect})
    assert estimated == (await burn(video_id, BurnInput(caption_id=caption_id, style=style))).estimated_words


@pytest.mark.parametrize(("matrix", "luma"), [("bt709", 173), ("smpte170m", 145)])
async def test_green_is_green_in_the_colour_space_of_the_film(
    workshop: Workshop, burn: Burn, media: Path, matrix: str, luma: int
) -> None:
    tags = f"-vf setparams=colorspace={matrix}:color_primaries={matrix}:color_trc={matrix}:range=tv"
    clip = make_clip(media, f"{matrix}.mp4", picture="color=c=blue", options=tags)
    style = {"primaryColor": "#00ff00", "fontSize": 110, "outlineWidth": 0}
    assert luma == pytest.approx(luma_of_letters(await burned(workshop, burn, clip, style)), abs=4)
