"""Pictures of captions, as burning draws them: the real typesetter, the real ffmpeg, and a film that stands still."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue, Word
from kinolog.render.adapters.ffmpeg import FONTS_CONFIGURATION
from kinolog.render.adapters.font_shelf import FontShelf
from kinolog.render.adapters.typesetter import AssTypesetter
from kinolog.render.domain.typeset import Frame

Picture: TypeAlias = NDArray[np.uint8]
"""Rows of pixels of red, green and blue."""

LOOKS: Final = Path(__file__).parents[1] / "data/looks"
SMALL: Final = Frame(width=640, height=360)

_SAID: Final = ("Every", "word", "gets", "its", "moment", "here")
SIX_WORDS: Final = Cue(
    start=0,
    end=3,
    text=" ".join(_SAID),
    words=tuple(Word(start=place / 2, end=place / 2 + 0.4, text=word) for place, word in enumerate(_SAID)),
)
MID_WORD_SECONDS: Final = 1.2
"""When half of the third word has been said."""


async def draw(
    style: Mapping[str, Any],
    *cues: Cue,
    at: float = MID_WORD_SECONDS,
    frame: Frame = SMALL,
    film: Picture | None = None,
) -> Picture:
    """The frame at a moment, in seconds, of a film that looks like `film` all the time."""
    with TemporaryDirectory() as folder:
        typesetter = AssTypesetter(FontShelf())
        typeset = await typesetter.typeset(
            cues or (SIX_WORDS,), CaptionStyle.model_validate(style), frame, Path(folder)
        )
        return _drawn(f"setpts=PTS+{at}/TB,{typeset.filter}", shades(frame) if film is None else film, Path(folder))


def shades(frame: Frame) -> Picture:
    """From night to sand, so that a look shows what it is like on dark and on light."""
    row = np.linspace((30, 48, 84), (245, 208, 154), frame.width)
    return np.tile(row.astype(np.uint8), (frame.height, 1, 1))


def _drawn(filters: str, film: Picture, folder: Path) -> Picture:
    height, width, _ = film.shape
    pixels = ("-f", "rawvideo", "-pix_fmt", "rgb24")
    reading = (*pixels, "-video_size", f"{width}x{height}", "-i", "-")
    drawn = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *reading, "-vf", filters, *pixels, "-"],
        input=film.tobytes(),
        cwd=folder,
        env={"FONTCONFIG_FILE": str(folder / FONTS_CONFIGURATION)},
        capture_output=True,
        check=True,
    )
    return np.frombuffer(drawn.stdout, np.uint8).reshape(film.shape)
