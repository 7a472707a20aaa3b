"""Shipped looks are drawn as they were when somebody looked at them, and alike at every resolution."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pytest
from harness.looks import LOOKS, SMALL, Picture, draw, shades
from PIL import Image

from kinolog.common.presets import SHIPPED
from kinolog.common.subtitles import Cue
from kinolog.render.domain.typeset import Frame

LARGE: Final = Frame(width=1920, height=1080)

# What makes a look what it is.
MADE_BY: Final[Mapping[str, Mapping[str, Any]]] = {
    "plain": {"outlineWidth": 0},
    "box": {"box": False},
    "karaoke": {"effect": "none"},
    "active-color": {"effect": "none"},
    "active-scale": {"effect": "active_color"},
    "one-word": {"effect": "none"},
    "bold-upper": {"upperCase": False},
}


class Difference(NamedTuple):
    """Between two pictures: the mean over all colours of all pixels, and the share of pixels that clearly differ."""

    mean: float
    share: float


def difference(one: Picture, other: Picture, clearly: int = 64) -> Difference:
    levels = np.abs(one.astype(int) - other.astype(int))
    return Difference(float(levels.mean()), float((levels.max(axis=2) > clearly).mean()))


def is_like(found: Difference) -> bool:
    """Other builds of FreeType draw edges a little otherwise."""
    return found.mean < 0.15 and found.share < 0.0005


def golden(name: str) -> Picture:
    with Image.open(LOOKS / f"{name}.png") as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.mark.parametrize("name", SHIPPED)
async def test_a_shipped_look_is_drawn_as_it_was(name: str) -> None:
    found = difference(golden(name), await draw(SHIPPED[name]))
    assert is_like(found), found


@pytest.mark.parametrize("name", SHIPPED)
async def test_a_look_without_what_makes_it_is_another_picture(name: str) -> None:
    found = difference(golden(name), await draw({**SHIPPED[name], **MADE_BY[name]}))
    assert not is_like(found), found


@pytest.mark.parametrize("name", SHIPPED)
async def test_a_look_is_the_same_at_every_resolution(name: str) -> None:
    large = Image.fromarray(await draw(SHIPPED[name], frame=LARGE)).resize(
        (SMALL.width, SMALL.height), Image.Resampling.BOX
    )
    found = difference(golden(name), np.asarray(large), clearly=96)
    assert found.mean < 0.5, found
    assert found.share < 0.002, found


async def test_words_that_rest_stay_where_they_are_when_another_one_grows() -> None:
    style = {**SHIPPED["active-scale"], "fontSize": 20, "maxWords": None}
    second, third = [await draw(style, at=at) for at in (0.7, 1.2)]
    changed = np.flatnonzero((second != third).any(axis=(0, 2)))
    resting = slice(changed.max() + 1, None)
    assert changed.max() < SMALL.width * 0.55
    assert (third[:, resting] == 255).all(axis=2).sum() > 500


@pytest.mark.parametrize("name", ["active-color", "active-scale", "box"])
async def test_cues_that_show_together_are_apart(name: str) -> None:
    style = {**SHIPPED[name], "maxWords": None}
    both = [Cue(start=0, end=3, text="one two three"), Cue(start=0.5, end=3, text="one two three")]
    alone = await draw(style, both[0], at=1.5)
    rows = [
        np.flatnonzero((picture != shades(SMALL)).any(axis=(1, 2)))
        for picture in (alone, await draw(style, *both, at=1.5))
    ]
    assert len(rows[1]) == pytest.approx(2 * len(rows[0]), rel=0.25)
