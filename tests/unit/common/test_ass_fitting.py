"""Text that is wider than the picture is broken where its script allows that, and else made smaller."""

from typing import Any

import pytest

from kinolog.common.style import CaptionStyle
from kinolog.common.subtitles import Cue, Word
from kinolog.common.subtitles.ass import ass_script

SIGNS = "我们去东京的时候看到了很多人"


def events(cue: Cue, **style: Any) -> list[tuple[str, str]]:
    """The style and text of each, in an upright picture 162 pixels wide, in a font whose signs are as wide as high."""
    look = CaptionStyle.model_validate({"fontSize": 20, "marginHorizontal": 0, "outlineWidth": 1, **style})
    script = ass_script((cue,), look, width=9, height=16, measure=lambda text: float(len(text)))
    fields = (line.split(",", 9) for line in script.text.splitlines() if line.startswith("Dialogue"))
    return [(field[3], field[9]) for field in fields]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Hi you", ("Default", "Hi you")),
        ("Hi extraordinary", ("Default 59", "Hi extraordinary")),
        (SIGNS, ("Default", f"{SIGNS[:7]}\\N{SIGNS[7:]}")),
        (f"{SIGNS[:6]}，{SIGNS[6:12]}", ("Default", f"{SIGNS[:6]}，\\N{SIGNS[6:12]}")),
        (f"Hi {SIGNS[:4]}", ("Default", f"Hi {SIGNS[:4]}")),
    ],
)
def test_only_what_is_wider_than_the_picture_is_drawn_otherwise(text: str, drawn: tuple[str, str]) -> None:
    assert [drawn] == events(Cue(start=0, end=1, text=text))


def test_signs_that_are_timed_are_broken_between_words() -> None:
    words = tuple(Word(start=n / 7, end=n / 7, text=SIGNS[2 * n : 2 * n + 2]) for n in range(7))
    ((style, text),) = events(Cue(start=0, end=1, text=SIGNS, words=words), effect="karaoke")
    assert ("Default", 1) == (style, text.count("\\N"))


def test_a_word_that_grows_and_has_copies_beside_it_is_not_broken() -> None:
    ((style, text),) = events(Cue(start=0, end=1, text=SIGNS), effect="active_scale")
    assert ("Default 46", 0) == (style, text.count("\\N"))
