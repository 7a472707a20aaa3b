"""Where the files of an old library lie today: below one folder, at the path that is told or under their name."""

import os
import unicodedata
from collections import defaultdict
from functools import cached_property
from pathlib import Path

from kinolog.cli.library.export import OldVideo


class NotFound(Exception):
    """The message tells a person why."""


class FileFinder:
    """Never gives a file from outside its folder, whatever the list says and wherever links lead."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def find(self, video: OldVideo) -> Path:
        """Raises NotFound."""
        if (told := self._as_told(video.path)) is not None:
            return told
        found = self._by_name[unicodedata.normalize("NFC", video.filename)]
        if len(found) > 1 and video.claims.size_bytes is not None:
            found = [path for path in found if path.stat().st_size == video.claims.size_bytes]
        if not found:
            raise NotFound(f"no file {video.path or video.filename} below {self._root}")
        if len(found) > 1:
            raise NotFound(
                f"{len(found)} files are called {video.filename} below {self._root}, and none is at its path"
            )
        return found[0]

    def _as_told(self, path: str | None) -> Path | None:
        """An absolute path counts where it leads into the folder; another one begins there."""
        if path is None:
            return None
        try:
            found = (self._root / path.replace("\\", "/")).resolve()
            is_ours = found.is_relative_to(self._root) and found.is_file()
        except (OSError, RuntimeError):  # A name that is too long, or links that go in circles
            return None
        return found if is_ours else None

    @cached_property
    def _by_name(self) -> defaultdict[str, list[Path]]:
        by_name = defaultdict[str, list[Path]](list)
        for folder, _, names in os.walk(self._root):
            for name in names:
                path = Path(folder, name)
                if not path.is_symlink() and path.is_file():
                    by_name[unicodedata.normalize("NFC", name)].append(path)
        return by_name
