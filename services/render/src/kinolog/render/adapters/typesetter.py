"""Setting captions for ffmpeg's `ass` filter: a script and its fonts, in the folder the encoder works in."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from kinolog.common.events.rendering import FontUsed
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue
from kinolog.common.subtitles.ass import ass_script
from kinolog.render.adapters.ffmpeg import FONTS_CONFIGURATION
from kinolog.render.adapters.font_file import widths_of
from kinolog.render.adapters.font_shelf import FontShelf
from kinolog.render.domain.font import NO_UPLOADS, Font, FontSet, Uploads
from kinolog.render.domain.typeset import Frame, Typeset

# Names of ours, relative to the working folder: nothing that needs quoting in a filter ever gets there.
_SCRIPT: Final = "captions.ass"
_FONTS: Final = "fonts"
_FILTER: Final = f"ass=filename={_SCRIPT}:fontsdir={_FONTS}"
_CONFIGURATION: Final = f"""\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir prefix="cwd">{_FONTS}</dir><cachedir prefix="cwd">fontcache</cachedir></fontconfig>
"""


@dataclass(frozen=True, slots=True)
class AssTypesetter:
    shelf: FontShelf

    async def typeset(
        self, cues: Sequence[Cue], style: CaptionStyle, frame: Frame, workdir: Path, uploads: Uploads = NO_UPLOADS
    ) -> Typeset:
        """Raises PermanentError for a font that is not there, and for characters that no font has."""
        fonts = await self.shelf.gather(style.font_name, _shown_texts(cues, style), uploads, workdir)
        return await asyncio.to_thread(_typeset, cues, style, frame, workdir, fonts)


def _typeset(cues: Sequence[Cue], style: CaptionStyle, frame: Frame, workdir: Path, fonts: FontSet) -> Typeset:
    drawn = style.model_copy(update={"font_name": fonts.family})
    measure = partial(_width, fonts.fonts)
    script = ass_script(cues, drawn, width=frame.width, height=frame.height, measure=measure)
    (workdir / _SCRIPT).write_text(script.text, "utf-8")
    _lay_out(fonts.fonts, workdir)
    drawn_with = tuple(FontUsed(family=font.family, sha256=font.sha256) for font in fonts.fonts)
    return Typeset(filter=_FILTER, font=fonts.family, fonts=drawn_with, estimated_words=script.estimated_words)


def belongings(workdir: Path) -> list[Path]:
    """Everything that the filter reads in a working folder; nothing where no captions are set."""
    fixed = (workdir / _SCRIPT, workdir / FONTS_CONFIGURATION)
    return [*(path for path in fixed if path.exists()), *sorted((workdir / _FONTS).glob("*"))]


def _shown_texts(cues: Iterable[Cue], style: CaptionStyle) -> Iterator[str]:
    """A font may have a small letter and not its capital."""
    return (cue.text.upper() if style.upper_case else cue.text for cue in cues)


def _width(fonts: Sequence[Font], word: str) -> float:
    """Which of its files a family is drawn with, libass decides: the widest is the one to reckon with."""
    return sum(max((widths_of(font.path).get(character, 0.0) for font in fonts), default=0.0) for character in word)


def _lay_out(fonts: Sequence[Font], workdir: Path) -> None:
    """Links, since copies would cost 6 MB a job; numbered, since two folders may hold files of one name."""
    (workdir / FONTS_CONFIGURATION).write_text(_CONFIGURATION, "utf-8")
    (workdir / _FONTS).mkdir(exist_ok=True)
    for number, font in enumerate(fonts):
        (workdir / _FONTS / f"{number}{font.path.suffix}").symlink_to(font.path.absolute())
