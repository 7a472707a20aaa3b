"""Copies of uploaded fonts on this machine, under the hash of their content; what was used longest ago goes first.

Several workers of a machine may share the folder: files come and go whole, and jobs have links of their own to them.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from kinolog.common.errors import BlobMissing, PermanentError
from kinolog.common.fonts import UploadedFont
from kinolog.common.ids import new_id
from kinolog.render.adapters.font_file import look_into
from kinolog.render.domain.font import Font, StreamBlob

_LENT: Final = "uploaded-fonts"
_ARRIVING: Final = ".arriving"


@dataclass(frozen=True, slots=True)
class FontCache:
    """`most_bytes` is what all copies may have together; without a folder there are none."""

    folder: Path | None = None
    most_bytes: int = 0

    async def fetch(self, font: UploadedFont, stream: StreamBlob, workdir: Path) -> Font:
        """The font as a file below `workdir`, which stays there whatever becomes of the copy here.

        Raises PermanentError for one whose bytes are gone or are not what they were.
        """
        name = f"{font.content.sha256}.{font.content.media_type.rpartition('/')[2]}"
        lent = workdir / _LENT / name
        if not await asyncio.to_thread(self._lend, lent):
            await _download(font, stream, lent)
            await asyncio.to_thread(self._keep, lent)
        return await asyncio.to_thread(look_into, lent)

    def _lend(self, lent: Path) -> bool:
        """Whether there is a copy."""
        lent.parent.mkdir(parents=True, exist_ok=True)
        if self.folder is not None:
            kept = self.folder / lent.name
            with suppress(FileNotFoundError):
                os.utime(kept)
                _link(kept, lent)
        return lent.exists()

    def _keep(self, lent: Path) -> None:
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            arriving = self.folder / f"{new_id('tmp')}{_ARRIVING}"
            _link(lent, arriving)
            arriving.replace(self.folder / lent.name)
            _shrink(self.folder, self.most_bytes)


def _link(source: Path, target: Path) -> None:
    """Raises FileNotFoundError where there is no source."""
    try:
        target.hardlink_to(source)
    except FileExistsError:
        return
    except FileNotFoundError:
        raise
    except OSError:  # Another file system, or one that has no links.
        shutil.copyfile(source, target)


async def _download(font: UploadedFont, stream: StreamBlob, lent: Path) -> None:
    """What is at `lent` in the end is whole."""
    arriving, digest = lent.with_suffix(_ARRIVING), sha256()
    try:
        with arriving.open("wb") as file:
            async for chunk in stream(font.content):
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
    except BlobMissing as error:
        message = f"The bytes of the font {font.family} are no longer stored: delete and upload it again."
        raise PermanentError("font_missing", message, detail=str(error)) from error
    if digest.hexdigest() != font.content.sha256:
        message = f"The stored bytes of the font {font.family} are not those it had: delete and upload it again."
        raise PermanentError("font_unreadable", message)
    arriving.replace(lent)


def _shrink(folder: Path, most_bytes: int) -> None:
    room = most_bytes
    for _, size_bytes, path in sorted(_copies(folder), reverse=True):
        room -= size_bytes
        if room < 0:
            path.unlink(missing_ok=True)


def _copies(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each was used last, its size, and the file."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            status = path.stat()
            yield status.st_mtime, status.st_size, path
