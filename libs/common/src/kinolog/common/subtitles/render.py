"""One way to write cues in whatever format a caller asks for."""

from typing import Final, Literal, get_args

from kinolog.common.errors import Refused
from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles.ass import to_ass
from kinolog.common.subtitles.cue import Cue
from kinolog.common.subtitles.srt import to_srt
from kinolog.common.subtitles.stored import CUES_MEDIA_TYPE, cues_to_json
from kinolog.common.subtitles.vtt import to_vtt

SubtitleFormat = Literal["srt", "vtt", "ass", "json"]

MEDIA_TYPES: Final[dict[str, str]] = {
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "ass": "text/x-ssa; charset=utf-8",
    "json": CUES_MEDIA_TYPE,
}


def render(
    cues: tuple[Cue, ...],
    subtitle_format: str,
    *,
    style: CaptionStyle | None = None,
    width: int | None = None,
    height: int | None = None,
    words: bool = False,
) -> bytes:
    """The cues as a file in UTF-8. ASS alone uses the style and the shape of the picture (pixels; 16:9 if unknown);
    `words` has WebVTT say when each word is said, which players show as karaoke. JSON always says all.

    Raises Refused for a format that is none of `SubtitleFormat`.
    """
    match subtitle_format:
        case "srt":
            return to_srt(cues).encode()
        case "vtt":
            return to_vtt(cues, with_words=words).encode()
        case "ass":
            return to_ass(cues, style or CaptionStyle(), width=width or 16, height=height or 9).encode()
        case "json":
            return cues_to_json(cues)
    raise Refused("validation", f"format must be one of {', '.join(get_args(SubtitleFormat))}", field="format")
