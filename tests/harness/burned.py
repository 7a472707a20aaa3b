"""What burning hands to the encoder: every frame of a whole film, with captions drawn, as plain pixels."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import av
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.inspector import Inspector
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue
from kinolog.render import wiring
from kinolog.render.adapters.ffmpeg import FONTS_CONFIGURATION
from kinolog.render.adapters.ffmpeg_arguments import input_arguments, work_of
from kinolog.render.adapters.font_shelf import FontShelf
from kinolog.render.adapters.typesetter import AssTypesetter
from kinolog.render.domain.burn import burn_recipe, frame_of
from kinolog.render.domain.frame import picture_filters
from kinolog.render.domain.sizing import Size
from kinolog.render.domain.work import Work
from kinolog.render.settings import RenderSettings

Pixels = NDArray[np.uint8]

_CONTAINERS: Final = {".mp4": "mp4", ".ts": "mpegts", ".avi": "avi", ".mpg": "mpeg"}
_PLAIN: Final = ("-c:v", "rawvideo", "-c:a", "pcm_s16le", "-f", "nut", "burned.nut")


@dataclass(frozen=True)
class Burned:
    """`at` is when the frame is shown, in seconds."""

    at: float
    pixels: Pixels


def container_of(film: Path) -> str:
    return _CONTAINERS.get(film.suffix, "matroska")


async def facts_of(film: Path, folder: Path) -> MediaFacts:
    inspector = Inspector(RenderSettings())
    return (await inspector.inspect(film, folder, container=container_of(film), wants_poster=False)).facts


async def burned(film: Path, facts: MediaFacts, cues: Sequence[Cue], style: CaptionStyle, folder: Path) -> list[Burned]:
    """All that comes out of the filters of a burn, which reads the whole film, with its sound."""
    typeset = await AssTypesetter(FontShelf()).typeset(cues, style, frame_of(facts), folder)
    work = work_of(burn_recipe(facts, typeset.filter), film, folder / "burned.nut")
    inputs = input_arguments(work.sources[0], wiring.encoder(RenderSettings()).options)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y"]
    environment = {**os.environ, "FONTCONFIG_FILE": str(folder / FONTS_CONFIGURATION)}
    arguments = [*inputs, *_as_pictures(work, facts), *_PLAIN]
    subprocess.run([*command, *arguments], cwd=folder, env=environment, check=True, capture_output=True)
    with av.open(str(folder / "burned.nut")) as file:
        return [Burned(float(frame.time or 0), _pixels(frame)) for frame in file.decode(video=0)]


def shown(frames: Sequence[Burned], at: float) -> Burned:
    """The one that a player shows at a moment."""
    return max((each for each in frames if each.at <= at + 1e-6), key=lambda each: each.at, default=frames[0])


def pixels_of(picture: bytes) -> Pixels:
    return np.asarray(Image.open(BytesIO(picture)).convert("RGB"))


def _as_pictures(work: Work, facts: MediaFacts) -> list[str]:
    """The arguments of a burn, with frames made pictures behind the encoder's own pixel format."""
    assert work.picture is not None
    size = Size(facts.width or 0, facts.height or 0)
    end = ",".join((f"format={work.picture.pixel_format}", *picture_filters(facts.colour, "png", size, None)))
    place = work.arguments.index("-filter:v") + 1
    return [f"{word},{end}" if number == place else word for number, word in enumerate(work.arguments)]


def _pixels(frame: av.VideoFrame) -> Pixels:
    return frame.to_ndarray(format="rgb24").astype(np.uint8)
