"""One frame with its captions is, pixel for pixel, what burning the whole film hands to the encoder at that moment."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from harness.burned import burned, facts_of, pixels_of, shown

from kinolog.common.frames_asked import FrameQuestion
from kinolog.common.media.facts import MediaFacts
from kinolog.common.presets import SHIPPED
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue, Word
from kinolog.common.testing.clips import ffmpeg
from kinolog.common.testing.workshop import Workshop
from kinolog.common.testing.zoo import SPECIMENS, Zoo
from kinolog.render import wiring
from kinolog.render.settings import RenderSettings

CUES: Final = (Cue(start=0.3, end=1.5, text="One"), Cue(start=1.02, end=2.5, text="Two above"))
STYLE: Final = CaptionStyle(font_size=30)
# Before captions, with one of them, with two, with the one that stands higher for the other's sake, and after both.
MOMENTS: Final = (0.0, 0.28, 1.019, 1.04, 2.48, 3.2)

WORDS: Final = tuple(
    Word(start=0.3 + 0.5 * number, end=0.7 + 0.5 * number, text=text, probability=1.0)
    for number, text in enumerate(("Every", "word", "at", "its", "own", "time"))
)
WORDED: Final = (
    Cue(start=0.3, end=3.3, text="Every word at its own time", words=WORDS),
    Cue(start=3.3, end=3.9, text="Next"),
)

LATE_PICTURE: Final = "-itsoffset 1.3 -i {h264} -i {h264} -map 0:v -map 1:a -c copy"
MADE: Final = {
    "late_picture.mp4": LATE_PICTURE,
    "late_picture.mkv": LATE_PICTURE,
    "late_picture.ts": LATE_PICTURE,
    "begins_at_ten.ts": "-i {h264} -c copy -output_ts_offset 10",
    "begins_at_ten.mp4": "-i {h264} -c copy -output_ts_offset 10",
    "long_group.ts": "-i {long_group} -c copy",
    "ordered.avi": "-i {h264} -c:v mpeg4 -bf 2 -q:v 2 -g 12 -c:a mp3",
    "ordered.mpg": "-i {h264} -c:v mpeg2video -bf 2 -q:v 2 -g 12 -c:a mp2",
    "fields.ts": "-i {h264} -vf tinterlace=interleave_top -c:v mpeg2video -flags +ildct+ilme -q:v 2 -c:a mp2",
    "refreshed.mp4": "-i {h264} -c:v libx264 -x264-params intra-refresh=1:keyint=20:bframes=0 -c:a copy",
}
OF_HIGH_RANGE: Final = ("hdr10", "hlg")
PICTURES: Final = tuple(name for name, each in SPECIMENS.items() if each.has_picture and name != "turned")
FILMS: Final = (*PICTURES, *OF_HIGH_RANGE, *MADE)
USUAL: Final = frozenset(
    {"h264", "open_group", "variable_rate", "hevc_10_bit", "rotated", "odd_size", "no_sound", "edit_list", "hdr10"}
    | {"late_picture.ts", "refreshed.mp4", "fields.ts"}
)


def film_of(zoo: Zoo, name: str, folder: Path) -> Path:
    """A film of the zoo, or one that is made of these."""
    if name not in MADE:
        return zoo.film(name)
    sources = {each: zoo.film(each) for each in ("h264", "long_group") if f"{{{each}}}" in MADE[name]}
    ffmpeg(*(word.format(**sources) for word in MADE[name].split()), name, folder=folder)
    return folder / name


async def added(workshop: Workshop, film: Path, facts: MediaFacts) -> str:
    """The video, registered with what was found in the file."""
    known = ("container", "duration", "width", "height", "rotation", "frame_rate", "video_codec", "audio_codec")
    return await workshop.add_video(film, **{name: getattr(facts, name) for name in known})


async def compared(
    workshop: Workshop, film: Path, cues: Sequence[Cue], style: CaptionStyle, moments: Sequence[float]
) -> list[tuple[float, bool]]:
    """Of the frame that is made alone for each moment: how late it is, and whether all pixels are as burned."""
    folder = workshop.folder / "whole"
    folder.mkdir()
    facts = await facts_of(film, folder)
    caption_id = await workshop.add_caption(await added(workshop, film, facts), *cues)
    whole = await burned(film, facts, cues, style, folder)
    frames = wiring.frames(RenderSettings(work_dir=workshop.folder / "work"), workshop.log, workshop.blobs)
    asked = FrameQuestion(id="ask", caption_id=caption_id, at=0, style=style, within_seconds=60)
    made = [await frames.frame(asked.model_copy(update={"at": at})) for at in moments]
    burned_so = [shown(whole, at) for at in moments]
    return [
        (round(frame.time - each.at, 4), np.array_equal(each.pixels, pixels_of(frame.content)))
        for each, frame in zip(burned_so, made, strict=True)
    ]


@pytest.mark.parametrize(
    "name", [name if name in USUAL else pytest.param(name, marks=pytest.mark.chaos) for name in FILMS]
)
async def test_a_frame_is_the_very_one_that_burning_makes(
    workshop: Workshop, zoo: Zoo, tmp_path: Path, name: str
) -> None:
    found = await compared(workshop, film_of(zoo, name, tmp_path), CUES, STYLE, MOMENTS)
    assert [(0.0, True)] * len(MOMENTS) == found


@pytest.mark.parametrize("preset", sorted(SHIPPED))
async def test_every_look_is_the_very_one_that_burning_makes(workshop: Workshop, zoo: Zoo, preset: str) -> None:
    style = CaptionStyle.model_validate(SHIPPED[preset])
    moments = (1.2, 2.48, 3.32)
    assert [(0.0, True)] * len(moments) == await compared(workshop, zoo.film("h264"), WORDED, style, moments)
