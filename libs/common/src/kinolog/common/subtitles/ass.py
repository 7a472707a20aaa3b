"""ASS (Advanced SubStation Alpha): what libass burns into a picture, with the look of a `CaptionStyle`."""

from collections.abc import Iterable
from typing import Final

from kinolog.common.style import REFERENCE_HEIGHT, CaptionStyle
from kinolog.common.subtitles.cue import WORD_JOINER, Cue

MARGIN_PIXELS: Final = 10
OUTLINE_PIXELS: Final = 1

_STYLE_FIELDS: Final = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline,"
    " StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV,"
    " Encoding"
)
_EVENT_FIELDS: Final = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"


def to_ass(cues: Iterable[Cue], style: CaptionStyle, *, width: int, height: int) -> str:
    """A script for a picture of this shape in pixels, as shown; its own canvas is `REFERENCE_HEIGHT` high."""
    events = "".join(_event(cue) for cue in cues if cue.text)
    return f"{_script_info(width, height)}\n{_styles(style)}\n[Events]\nFormat: {_EVENT_FIELDS}\n{events}"


def _script_info(width: int, height: int) -> str:
    canvas_width = max(1, round(REFERENCE_HEIGHT * width / height))
    return (
        "[Script Info]\n"
        "ScriptType: v4.00+\n"
        "WrapStyle: 0\n"
        "ScaledBorderAndShadow: yes\n"
        f"PlayResX: {canvas_width}\n"
        f"PlayResY: {REFERENCE_HEIGHT}\n"
    )


def _styles(style: CaptionStyle) -> str:
    primary, outline = _colour(style.primary_color), _colour(style.outline_color)
    return (
        f"[V4+ Styles]\nFormat: {_STYLE_FIELDS}\n"
        f"Style: Default,{style.font_name},{style.font_size:g},{primary},{primary},{outline},{outline},"
        f"0,0,0,0,100,100,0,0,1,{OUTLINE_PIXELS},0,{style.alignment},"
        f"{MARGIN_PIXELS},{MARGIN_PIXELS},{MARGIN_PIXELS},1\n"
    )


def _colour(rgb: str) -> str:
    """`#rrggbb` as opaque `&HAABBGGRR`."""
    red, green, blue = rgb[1:3], rgb[3:5], rgb[5:7]
    return f"&H00{blue}{green}{red}".upper()


def _event(cue: Cue) -> str:
    return f"Dialogue: 0,{_moment(cue.start)},{_moment(cue.end)},Default,,0,0,0,,{_literal(cue.text)}\n"


def _moment(seconds: float) -> str:
    """ASS counts hundredths of a second."""
    minutes, hundredths = divmod(round(seconds * 100), 6000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{hundredths // 100:02d}.{hundredths % 100:02d}"


def _literal(text: str) -> str:
    """libass knows `\\{` and `\\}`, but nothing escapes a backslash."""
    plain = text.replace("\\", "\\" + WORD_JOINER).replace("{", "\\{").replace("}", "\\}")
    return plain.replace("\n", "\\N")
