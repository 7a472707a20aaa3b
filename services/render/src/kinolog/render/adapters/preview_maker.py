"""Making previews with ffmpeg: pictures that move, and need no player."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.child import Child, run_child
from kinolog.common.errors import ChildError, PassingError
from kinolog.render.adapters.coders import preview_arguments
from kinolog.render.adapters.ffmpeg import explained
from kinolog.render.adapters.ffmpeg_arguments import input_arguments
from kinolog.render.adapters.ffmpeg_options import EncodeBounds, EncodeOptions
from kinolog.render.adapters.ffmpeg_progress import ProgressReader
from kinolog.render.domain.preview import PreviewWork
from kinolog.render.domain.progress import EncodeProgress, OnProgress

_RIFF_HEADER_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class PreviewMaker:
    options: EncodeOptions
    bounds: EncodeBounds

    async def make(self, work: PreviewWork, output: Path, on_progress: OnProgress) -> int | None:
        """The number of frames that the file has, None where it does not tell. Raises WorkError."""
        frames = 0

        def hear(progress: EncodeProgress) -> None:
            nonlocal frames
            frames = progress.frame or frames
            on_progress(progress)

        child = Child(
            argv=(imageio_ffmpeg.get_ffmpeg_exe(), *self.arguments(work, output)),
            workdir=output.parent,
            limits=self.bounds.limits,
            timeout_seconds=self.bounds.timeout_seconds,
            stall_seconds=self.bounds.stall_seconds + work.start / self.bounds.slowest_seek_speed,
        )
        try:
            await run_child(child, ProgressReader(work.seconds, hear))
        except ChildError as error:
            raise explained(error) from error
        return await asyncio.to_thread(_refuse_torn_webp, output) if work.format == "webp" else frames

    def arguments(self, work: PreviewWork, output: Path) -> tuple[str, ...]:
        return (
            *("-hide_banner", "-nostdin", "-loglevel", "warning", "-progress", "pipe:1", "-stats_period", "0.5"),
            *("-nostats", "-y", *input_arguments(work.source, self.options)),
            *("-map", f"0:{work.stream}", "-filter:v", work.filters, "-frames:v", str(work.frame_count)),
            *("-map_metadata", "-1"),
            *(*preview_arguments(work.format, self.options), f"file:{output.absolute()}"),
        )


def _refuse_torn_webp(file: Path) -> None:
    """Equal frames are one in it, so there is nothing to count; but its header says how long it is."""
    with file.open("rb") as content:
        header = content.read(_RIFF_HEADER_BYTES)
    said_bytes = int.from_bytes(header[4:], "little") + _RIFF_HEADER_BYTES
    if header[:4] != b"RIFF" or said_bytes != file.stat().st_size:
        raise PassingError("output_incomplete", "The preview came out torn.")
