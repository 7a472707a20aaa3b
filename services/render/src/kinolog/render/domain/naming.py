"""Names of what is made from a video."""

from pathlib import PurePosixPath
from typing import Final

_TITLE_CHARACTERS: Final = 200
_FILENAME_CHARACTERS: Final = 255


def derived_title(title: str, what: str) -> str:
    suffix = f" ({what})"
    return title[: _TITLE_CHARACTERS - len(suffix)] + suffix


def derived_filename(filename: str, what: str, extension: str = "mp4") -> str:
    suffix = f"-{what}.{extension}"
    stem = PurePosixPath(filename.replace("\\", "/")).stem or "video"
    return stem[: _FILENAME_CHARACTERS - len(suffix)] + suffix
