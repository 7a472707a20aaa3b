"""Which files of a folder are media to be taken in: by their names alone, since what they are is for ingest to say."""

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kinolog.cli.errors import BadSetting

MEDIA_EXTENSIONS: Final = frozenset(
    (
        *("3g2", "3gp", "avi", "flv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "ogv", "ts", "webm"),
        *("aac", "flac", "m4a", "mp3", "oga", "ogg", "opus", "wav"),
    )
)
# What browsers, mail programs and downloaders call a file that is not whole, in front of its true extension.
_TEMPORARY: Final = frozenset({"part", "partial", "crdownload", "download", "tmp", "temp"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it was when it was looked at."""

    path: Path
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Listing:
    """`unreadable` are the folders that could not be looked into, with the reason."""

    files: tuple[Found, ...]
    unreadable: tuple[tuple[Path, str], ...]


def list_media(root: Path, extensions: Collection[str]) -> Listing:
    """The media files under a folder, by path. Links, and whatever is hidden or half-written, are left out."""
    unreadable: list[tuple[Path, str]] = []

    def note(error: OSError) -> None:
        unreadable.append((Path(error.filename), error.strerror or "cannot be read"))

    files = [found for path in _named_as_media(root, extensions, note) if (found := _look(path)) is not None]
    return Listing(tuple(sorted(files, key=lambda found: found.path)), tuple(unreadable))


def parse_extensions(text: str | None) -> frozenset[str]:
    """`"mp4, .MKV"` as names without a dot; the usual ones without a text. Raises BadSetting."""
    if text is None:
        return MEDIA_EXTENSIONS
    extensions = {part.strip().lstrip(".").lower() for part in text.split(",")}
    if not all(extension.isalnum() for extension in extensions):
        raise BadSetting(f"--extensions {text}: write them with commas between, e.g. --extensions mp4,mkv")
    return frozenset(extensions)


def _named_as_media(root: Path, extensions: Collection[str], note: "os._OnError") -> Iterator[Path]:
    for folder, folders, names in os.walk(root, onerror=note, followlinks=False):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        for name in names:
            if not _is_hidden(name) and _is_media(name, extensions):
                yield Path(folder, name)


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~", "@eaDir", "$"))


def _is_media(name: str, extensions: Collection[str]) -> bool:
    stem, _, extension = name.lower().rpartition(".")
    return bool(stem) and extension in extensions and stem.rpartition(".")[2] not in _TEMPORARY


def _look(path: Path) -> Found | None:
    """None for links, pipes and devices, and for what is gone by now."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    return Found(path, status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None
