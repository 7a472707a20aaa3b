"""What libass paints for hostile text: the characters themselves, never their effect."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

import fontpkg
import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from numpy.typing import NDArray

from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue, render
from kinolog.common.subtitles.cue import WORD_JOINER

WIDTH, HEIGHT = 640, 360
FAMILIES: Final = ("Archivo Black", "Arimo", "Noto Sans")

Picture = NDArray[np.uint8]


def painted(text: str, folder: Path, family: str = "Arimo") -> Picture:
    """The black and white picture of a cue burned into black, in a font that comes with Kinolog."""
    for file in fontpkg.family(family).files:
        shutil.copy(file.path, folder)
    cue = Cue(start=0, end=1, text=text)
    (folder / "cue.ass").write_bytes(
        render((cue,), "ass", style=CaptionStyle(font_size=12, font_name=family), width=WIDTH, height=HEIGHT)
    )
    source = ("-f", "lavfi", "-i", f"color=black:s={WIDTH}x{HEIGHT}:d=0.1")
    sink = ("-vf", "ass=cue.ass:fontsdir=.", "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-")
    run = subprocess.run([get_ffmpeg_exe(), "-v", "error", *source, *sink], cwd=folder, capture_output=True, check=True)
    return (np.frombuffer(run.stdout, dtype=np.uint8).reshape(HEIGHT, WIDTH) > 64).astype(np.uint8)


def ink(picture: Picture) -> int:
    return int(picture.sum())


def test_a_tag_that_moves_text_is_painted_instead_of_obeyed(tmp_path: Path) -> None:
    picture = painted(r"{\pos(10,10)}{\an8}Hello", tmp_path)

    assert 0 == ink(picture[: HEIGHT // 2])
    assert ink(picture) > 2 * ink(painted("Hello", tmp_path))


@pytest.mark.parametrize("family", FAMILIES)
def test_what_keeps_markup_from_working_is_itself_invisible(family: str, tmp_path: Path) -> None:
    joined = painted("M" + WORD_JOINER + "M", tmp_path, family)

    assert np.array_equal(painted("MM", tmp_path, family), joined)


@pytest.mark.parametrize("text", [r"{\b1}", r"{note}", r"{", r"}", r"\h", r"\n", "<i>", r"\{x\}", r"{\p1}m 0 0 l 9 9"])
def test_every_character_of_markup_leaves_ink(text: str, tmp_path: Path) -> None:
    spaced = "M" + WORD_JOINER.join(text) + "M"

    assert ink(painted(spaced, tmp_path)) == ink(painted(f"M{text}M", tmp_path))
    assert ink(painted(spaced, tmp_path)) > ink(painted("MM", tmp_path))


def test_a_backslash_and_a_letter_break_no_line(tmp_path: Path) -> None:
    one_line, two_lines = painted(r"M\NM", tmp_path), painted("M\nM", tmp_path)

    assert one_line.any(axis=1).sum() < 0.75 * two_lines.any(axis=1).sum()
