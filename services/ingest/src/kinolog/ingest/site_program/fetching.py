"""Fetching what was planned, in a way that the next attempt can go on with what is there."""

import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from yt_dlp import YoutubeDL
from yt_dlp.networking import HEADRequest
from yt_dlp.networking.exceptions import network_exceptions
from yt_dlp.utils import DownloadError, ExtractorError

from kinolog.ingest.domain.site import PLAN_FILE, Brought, BroughtSubtitles, SiteQuestion, SiteRefusal
from kinolog.ingest.site_program.refusals import Refused, refuse
from kinolog.ingest.site_program.reporting import Meter

_DESCRIPTION: Final = "description.json"
_PLAIN: Final = ("http", "https")


def fetch(library: YoutubeDL, question: SiteQuestion) -> Brought:
    """Raises Refused, and whatever yt-dlp raises."""
    plan = json.loads((Path(question.private_folder) / PLAN_FILE).read_bytes())
    folder, parts = Path(question.folder), plan["parts"]
    with _alone_in(folder):
        meter = Meter(len(parts), question.limits.max_bytes)
        library.add_progress_hook(meter.note)
        files = [_fetch_part(library, folder, part, meter) for part in parts]
        subtitles = {
            language: _fetch_subtitles(library, folder, language, each) for language, each in plan["subtitles"].items()
        }
        (folder / _DESCRIPTION).write_text(json.dumps(plan["description"]), encoding="utf-8")
    return Brought(
        files=tuple(files),
        extension=str(parts[0].get("ext") or ""),
        title=plan["title"],
        is_streamed=any(part.get("protocol") not in _PLAIN for part in parts),
        has_picture=any(part.get("vcodec") != "none" for part in parts),
        description=_DESCRIPTION,
        subtitles=tuple(BroughtSubtitles(language=name, file=file) for name, file in subtitles.items() if file),
        missing_subtitles=tuple(name for name in question.choices.subtitles if not subtitles.get(name)),
    )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """The child of a worker that was only paused may still be at it."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = "An earlier attempt still works on this download."
            raise Refused(SiteRefusal(kind="source_busy", message=message, is_passing=True)) from error
        yield


def _fetch_part(library: YoutubeDL, folder: Path, part: dict[str, Any], meter: Meter) -> str:
    name = _name(library, part)
    is_there, _ = library.dl(str(folder / name), part)
    if not is_there or not (folder / name).exists():
        raise refuse("source_unavailable", "The site gives nothing where the video should be.")
    meter.file_is_done()
    return name


def _name(library: YoutubeDL, part: dict[str, Any]) -> str:
    """The same for the same bytes alone: yt-dlp goes on with a file of that name without asking what it was."""
    known = [str(part.get(key)) for key in ("extractor_key", "id", "format_id", "ext", "filesize")]
    digest = hashlib.sha256("\x1f".join([*known, _validator(library, part)]).encode(errors="replace"))
    return f"{digest.hexdigest()[:32]}.part0"


def _validator(library: YoutubeDL, part: dict[str, Any]) -> str:
    """What tells this state of a file from any other, where a server says so; for segments their addresses do."""
    if part.get("protocol") not in _PLAIN:
        return ""
    try:
        with library.urlopen(HEADRequest(part["url"], headers=part.get("http_headers") or {})) as answer:
            said = [answer.headers.get(name) or "" for name in ("ETag", "Last-Modified", "Content-Length")]
    except network_exceptions:
        said = []
    return "\x1f".join(said) if any(said[:2]) else os.urandom(16).hex()


def _fetch_subtitles(library: YoutubeDL, folder: Path, language: str, subtitles: dict[str, Any]) -> str | None:
    """A film without its subtitles is still the film."""
    file = folder / f"{language}.subtitles"
    file.unlink(missing_ok=True)
    try:
        if subtitles.get("data") is not None:
            file.write_text(subtitles["data"], encoding="utf-8")
        else:
            library.dl(str(file), subtitles, subtitle=True)
    except (DownloadError, ExtractorError, OSError, ValueError, *network_exceptions) as error:
        print(f"No subtitles in {language}: {error!r}"[:500], file=sys.stderr)
        return None
    return file.name if file.exists() else None
