"""A word that is wider than the picture is drawn smaller, so that nothing of it is lost."""

from typing import Any

import numpy as np
import pytest
from harness.looks import Picture, draw

from kinolog.common.subtitles import Cue
from kinolog.render.domain.typeset import Frame

UPRIGHT = Frame(width=360, height=640)
NIGHT = np.zeros((UPRIGHT.height, UPRIGHT.width, 3), np.uint8)
LONG = "Donaudampfschifffahrtsgesellschaft"


async def drawn(text: str, **style: Any) -> Picture:
    return await draw({"fontSize": 24, **style}, Cue(start=0, end=3, text=text), at=0.1, frame=UPRIGHT, film=NIGHT)


def columns(picture: Picture) -> list[int]:
    """Those that have something drawn in them."""
    return [int(column) for column in np.flatnonzero(picture.max(axis=(0, 2)) > 40)]


@pytest.mark.parametrize(
    "style",
    [
        {},
        {"fontName": "Arimo", "fontWeight": 700, "outlineWidth": 6},
        {"fontName": "Anton", "fontWeight": 900, "upperCase": True},
        {"effect": "active_scale", "activeScalePercent": 160},
        {"effect": "karaoke", "maxWidthPercent": 50},
        {"box": True, "boxColor": "#ffffff", "boxPadding": 12},
        {"alignment": "1", "marginHorizontal": 30},
        {"alignment": "3", "fontSize": 90},
    ],
)
async def test_all_of_a_long_word_is_seen(style: dict[str, Any]) -> None:
    seen = columns(await drawn(LONG, **style))
    assert 0 < seen[0] < seen[-1] < UPRIGHT.width - 1
    assert len(seen) > UPRIGHT.width / 2


async def test_what_is_shown_with_words_that_fit_is_as_large_as_asked_for() -> None:
    alone, followed = await drawn("Hello", effect="one_word"), await drawn(f"Hello you {LONG}", effect="one_word")
    assert np.array_equal(alone, followed)
