"""What comes before the events of a script: its canvas and its style."""

from collections.abc import Collection
from typing import Final

from kinolog.common.style import REFERENCE_HEIGHT, CaptionStyle
from kinolog.common.subtitles.ass.fitting import FULL_PERCENT
from kinolog.common.subtitles.ass.notation import style_colour

EVENT_FIELDS: Final = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
_STYLE_FIELDS: Final = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline,"
    " StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV,"
    " Encoding"
)

_OUTLINE_BORDER: Final = 1
# One plate behind all lines, which is an addition of libass. The original's own plate (3) is one for each line and each
# run of a colour, and where they overlap, they are darker.
_PLATE_BORDER: Final = 4

# Margins that meet would leave no room for text, as in an upright film, whose canvas is narrow.
_NARROWEST_SHARE: Final = 0.1
_BOLD_WEIGHT: Final = 600
_SHARE_ON_THE_LEFT: Final = {"1": 0, "4": 0, "7": 0, "2": 0.5, "5": 0.5, "8": 0.5, "3": 1, "6": 1, "9": 1}


def header(style: CaptionStyle, canvas_width: int, size_percents: Collection[int]) -> str:
    """With a style for each of these sizes."""
    return f"{_script_info(canvas_width)}\n{_styles(style, canvas_width, size_percents)}\n"


def canvas_width_of(width: int, height: int) -> int:
    """In pixels, for a picture of this shape."""
    return max(1, round(REFERENCE_HEIGHT * width / height))


def style_name(size_percent: int) -> str:
    return "Default" if size_percent == FULL_PERCENT else f"Default {size_percent}"


def room_for_a_word(style: CaptionStyle, canvas_width: int) -> float:
    """How wide it may be, with its edges, for the picture to show all of it, even if it lies over the margins."""
    left, right, _ = _margins(style, canvas_width)
    beside = {0: left, 0.5: abs(left - right), 1: right}[_SHARE_ON_THE_LEFT[style.alignment]]
    edge = style.box_padding if style.box else style.outline_width + style.shadow_width
    return max(1.0, canvas_width - beside - 2 * edge)


def _script_info(canvas_width: int) -> str:
    """`YCbCr Matrix: None` has colours come out as written. Otherwise they are twisted as if every film was BT.601."""
    return (
        "[Script Info]\n"
        "ScriptType: v4.00+\n"
        "WrapStyle: 0\n"
        "ScaledBorderAndShadow: yes\n"
        "YCbCr Matrix: None\n"
        f"PlayResX: {canvas_width}\n"
        f"PlayResY: {REFERENCE_HEIGHT}\n"
    )


def _styles(style: CaptionStyle, canvas_width: int, size_percents: Collection[int]) -> str:
    left, right, vertical = _margins(style, canvas_width)
    bold = -1 if style.font_weight >= _BOLD_WEIGHT else 0
    looks = f"{_text_colours(style)},{_edge(style, bold)},{style.alignment},{left},{right},{vertical},1"
    sized = (
        f"Style: {style_name(percent)},{style.font_name},{style.font_size * percent / FULL_PERCENT:g},{looks}\n"
        for percent in sorted(size_percents, reverse=True)
    )
    return f"[V4+ Styles]\nFormat: {_STYLE_FIELDS}\n{''.join(sized)}"


def _text_colours(style: CaptionStyle) -> str:
    """A sweep goes from the secondary colour to the primary one."""
    resting = style_colour(style.primary_color)
    return f"{style_colour(style.active_color) if style.effect == 'karaoke' else resting},{resting}"


def _edge(style: CaptionStyle, bold: int) -> str:
    """From the colour of the outline to the width of the shadow, which for a plate is by how much it is the wider."""
    outline, faces = style_colour(style.outline_color), f"{bold},0,0,0,100,100,0,0"
    if style.box:
        plate = style_colour(style.box_color, style.box_opacity_percent)
        return f"{outline},{plate},{faces},{_PLATE_BORDER},0,{style.box_padding:g}"
    shadow = style_colour(style.shadow_color)
    return f"{outline},{shadow},{faces},{_OUTLINE_BORDER},{style.outline_width:g},{style.shadow_width:g}"


def _margins(style: CaptionStyle, canvas_width: int) -> tuple[int, int, int]:
    """Left, right and vertical, in whole pixels of the canvas, as ASS has them."""
    padding = style.box_padding if style.box else 0
    side = min(style.margin_horizontal + padding, canvas_width * (1 - _NARROWEST_SHARE) / 2)
    spare = max(0.0, canvas_width * (1 - style.max_width_percent / 100) + 2 * (padding - side))
    left = side + spare * _SHARE_ON_THE_LEFT[style.alignment]
    return round(left), round(2 * side + spare - left), round(style.margin_vertical)
