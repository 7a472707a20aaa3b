"""How ASS writes text, colours and moments. Text of others gets into a script through `literal` alone."""

from kinolog.common.subtitles.cue import WORD_JOINER


def literal(text: str) -> str:
    """libass knows `\\{` and `\\}`, but nothing escapes a backslash."""
    plain = text.replace("\\", "\\" + WORD_JOINER).replace("{", "\\{").replace("}", "\\}")
    return plain.replace("\n", "\\N")


def field(text: str) -> str:
    """Text as one field of a line, where a comma would begin the next one and nothing escapes it."""
    return " ".join(text.replace(",", " ").split())


def style_colour(rgb: str, opacity_percent: float = 100) -> str:
    """`#rrggbb` as `&HAABBGGRR`, where AA is how much shines through."""
    return f"&H{round(255 * (1 - opacity_percent / 100)):02X}{_bgr(rgb)}"


def text_colour(rgb: str) -> str:
    """`#rrggbb` as an override within a text names it."""
    return f"&H{_bgr(rgb)}&"


def _bgr(rgb: str) -> str:
    return (rgb[5:7] + rgb[3:5] + rgb[1:3]).upper()


def hundredths(seconds: float) -> int:
    """The moments that ASS can tell apart."""
    return round(seconds * 100)


def moment(seconds: float) -> str:
    minutes, rest = divmod(hundredths(seconds), 6000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"
