"""Making one file of what a site gives in parts: pictures and sound apart, or segments joined as they came.

Nothing is encoded anew. FFmpeg opens only files, of formats that Kinolog takes: what a site calls a film may be a
playlist that names other things.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.child import Child, Limits, run_child
from kinolog.common.errors import ChildError, ChildFailed, PermanentError
from kinolog.common.media.formats import DECODERS, DEMUXERS, PROTOCOLS

_READING: Final = (
    *("-protocol_whitelist", ",".join(PROTOCOLS), "-format_whitelist", ",".join(DEMUXERS)),
    *("-codec_whitelist", ",".join(DECODERS)),
)
_SUFFIXES: Final = {"mp4": "mp4", "webm": "webm", "matroska": "mkv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMerge:
    """See the settings of the same names."""

    timeout_seconds: float
    stall_seconds: float
    cpu_seconds: int
    memory_bytes: int
    file_bytes: int

    async def merge(self, files: Sequence[Path], folder: Path, *, is_webm: bool, wants_picture: bool) -> Path:
        """A new file in `folder`, in the first container that can carry what is there. Raises PermanentError."""
        failure: ChildError | None = None
        for container in ("webm" if is_webm else "mp4", "matroska"):
            made = folder / f"merged.{_SUFFIXES[container]}"
            try:
                await run_child(self._child(files, made, container, wants_picture))
                return made
            except ChildFailed as error:
                failure = error
        message = "What the site gives cannot be joined into a film: ask for another `format`."
        raise PermanentError("media_corrupt", message, detail=f"{failure}\n{failure and failure.stderr_tail}")

    def _child(self, files: Sequence[Path], made: Path, container: str, wants_picture: bool) -> Child:
        inputs = [word for file in files for word in (*_READING, "-i", f"file:{file.absolute()}")]
        pictures = ["-map", "0:v:0?"] if wants_picture else []
        sounds = [word for number in range(len(files)) for word in ("-map", f"{number}:a:0?")]
        copied = ["-c", "copy", "-map_metadata", "-1", "-sn", "-dn"]
        written = ["-movflags", "+faststart", "-f", container, f"file:{made.absolute()}"]
        said = ["-nostdin", "-v", "error", "-progress", "pipe:1", "-y"]
        return Child(
            argv=(imageio_ffmpeg.get_ffmpeg_exe(), *said, *inputs, *pictures, *sounds, *copied, *written),
            workdir=made.parent,
            limits=Limits(cpu_seconds=self.cpu_seconds, memory_bytes=self.memory_bytes, file_bytes=self.file_bytes),
            timeout_seconds=self.timeout_seconds,
            stall_seconds=self.stall_seconds,
        )
