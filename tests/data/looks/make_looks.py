"""Makes the pictures that the looks of captions are compared with, and the sheet of them in docs/images.

Run it with the project's Python: `PYTHONPATH=tests .venv/bin/python tests/data/looks/make_looks.py`. Then look at every
picture: the tests only tell that a look is as it was, and not that it is beautiful.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from harness.looks import LOOKS, Picture, draw
from PIL import Image

from kinolog.common.presets import SHIPPED
from kinolog.common.subtitles import Cue
from kinolog.render.domain.typeset import Frame

SHEET: Final = LOOKS.parents[2] / "docs/images/caption-looks.png"
TILE: Final = Frame(width=480, height=270)
COLUMNS: Final = 2
GAP: Final = 3
LABEL: Final = {
    **{"fontName": "Arimo", "fontSize": 15, "primaryColor": "#ffffff", "alignment": "7"},
    **{"box": True, "boxOpacityPercent": 45, "boxPadding": 4, "marginHorizontal": 6, "marginVertical": 6},
}


async def main() -> None:
    for name, style in SHIPPED.items():
        Image.fromarray(await draw(style)).save(LOOKS / f"{name}.png", optimize=True)
    tiles = [await tile(name, style) for name, style in {"no preset": {}, **SHIPPED}.items()]
    Image.fromarray(sheet(tiles)).save(SHEET, optimize=True)


def sheet(tiles: Sequence[Picture]) -> Picture:
    framed = [np.pad(each, ((GAP, GAP), (GAP, GAP), (0, 0)), constant_values=255) for each in tiles]
    rows = [np.concatenate(framed[first : first + COLUMNS], axis=1) for first in range(0, len(tiles), COLUMNS)]
    return np.concatenate(rows)


async def tile(name: str, style: Mapping[str, Any]) -> Picture:
    film = await draw(LABEL, Cue(start=0, end=9, text=name), frame=TILE)
    return await draw(style, frame=TILE, film=film)


if __name__ == "__main__":
    asyncio.run(main())
