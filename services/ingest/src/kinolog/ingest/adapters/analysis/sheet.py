"""The storyboard: small pictures of one film, row by row on one sheet."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from av.video.frame import VideoFrame
from PIL import Image

from kinolog.common.media.facts import MediaRefused
from kinolog.common.media.opened import Opened
from kinolog.common.media.poster import as_shown
from kinolog.ingest.adapters.analysis.tasks import PicturesTask
from kinolog.ingest.adapters.analysis.tiles import frames_at
from kinolog.ingest.domain.storyboard import Layout

_JPEG_QUALITY: Final = 75
# A tile of a very high film is narrower than others, so as not to be higher than so many of their widths.
_HIGHEST: Final = 2


def make_storyboard(
    media: Opened, task: PicturesTask, layout: Layout, on_percent: Callable[[float], None]
) -> Image.Image:
    """Write the sheet as JPEG, and return its first tile. Raises MediaRefused where nothing can be decoded."""
    sheet = _Sheet(layout)
    for tile, frame in enumerate(frames_at(media, task, layout.moments)):
        sheet.add(tile, None if frame is None else _small(frame, media, task.tile_width))
        on_percent(100 * (tile + 1) / layout.tile_count)
    return sheet.save(Path(task.storyboard_path))


def _small(frame: VideoFrame, media: Opened, tile_width: int) -> Image.Image:
    tile = as_shown(frame, media, tile_width)
    tile.thumbnail((tile_width, _HIGHEST * tile_width))
    return tile


class _Sheet:
    """Tiles are of the size of the first one, whatever the film changes to."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._sheet: Image.Image | None = None
        self._shown: Image.Image | None = None

    def add(self, tile: int, picture: Image.Image | None) -> None:
        """Without a picture a tile shows that of the one before."""
        if picture is not None:
            self._shown = picture if self._shown is None else picture.resize(self._shown.size)
        if self._shown is None:
            return
        width, height = self._shown.size
        if self._sheet is None:
            self._sheet = Image.new("RGB", (self._layout.columns * width, self._layout.rows * height))
        column, row = self._layout.place(tile)
        self._sheet.paste(self._shown, (column * width, row * height))

    def save(self, file: Path) -> Image.Image:
        if self._sheet is None or self._shown is None:
            raise MediaRefused("media_corrupt", "No picture of the film can be decoded: upload an undamaged file.")
        self._sheet.save(file, "JPEG", quality=_JPEG_QUALITY, optimize=True)
        return self._shown
