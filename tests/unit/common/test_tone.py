"""Pictures of high dynamic range on screens of standard range."""

import pytest
from PIL import Image

from kinolog.common.media.tone import HLG, PQ, as_standard_range

SDR = 1
# What is as bright as paper, in levels of each transfer.
PAPER = {PQ: 148, HLG: 191}


def grey(level: int) -> Image.Image:
    return Image.new("RGB", (1, 1), (level, level, level))


def shown(level: int, transfer: int) -> int:
    pixel = as_standard_range(grey(level), transfer).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return int(pixel[0])


def test_a_picture_of_standard_range_stays_as_it_is() -> None:
    assert [0, 100, 255] == [shown(level, SDR) for level in (0, 100, 255)]


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_paper_is_bright_and_leaves_room_for_lights(transfer: int) -> None:
    assert pytest.approx(191, abs=3) == shown(PAPER[transfer], transfer)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_what_is_brighter_is_never_shown_darker(transfer: int) -> None:
    levels = [shown(level, transfer) for level in range(256)]
    assert (sorted(levels), 0, 255) == (levels, levels[0], levels[-1])


def test_a_pure_colour_of_the_wide_range_becomes_the_purest_one_of_the_narrow_range() -> None:
    green = Image.new("RGB", (1, 1), (0, 148, 0))
    pixel = as_standard_range(green, PQ).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    assert (0, True, 0) == (pixel[0], pixel[1] > 200, pixel[2])
