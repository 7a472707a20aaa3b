"""How good an encoded picture looks against its original: VMAF, measured by ffmpeg's libvmaf, frame by frame."""

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.child import Child, run_child
from kinolog.common.errors import ChildError
from kinolog.render.adapters.ffmpeg import explained
from kinolog.render.adapters.ffmpeg_arguments import input_arguments
from kinolog.render.adapters.ffmpeg_options import EncodeBounds, EncodeOptions
from kinolog.render.adapters.ffmpeg_progress import ProgressReader
from kinolog.render.domain.compress import Measurement
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.samples import CONTAINER
from kinolog.render.domain.work import Source

_SCORES: Final = "vmaf.json"
_PACKETS: Final = "packets.txt"
_PTS, _SIZE = 2, 4


@dataclass(frozen=True, slots=True)
class VmafMeter:
    options: EncodeOptions
    bounds: EncodeBounds

    async def measure(
        self, encoded: Path, original: Path, seconds: float, *, model: str, on_progress: OnProgress
    ) -> Measurement:
        """Two Matroska files of the same frames and size, `seconds` long. Raises WorkError."""
        workdir = encoded.parent
        child = Child(
            argv=(imageio_ffmpeg.get_ffmpeg_exe(), *self._arguments(encoded, original, model)),
            workdir=workdir,
            limits=self.bounds.limits,
            timeout_seconds=self.bounds.timeout_seconds,
            stall_seconds=self.bounds.stall_seconds,
        )
        try:
            await run_child(child, ProgressReader(seconds, on_progress))
        except ChildError as error:
            raise explained(error) from error
        return await asyncio.to_thread(_read, workdir)

    def _arguments(self, encoded: Path, original: Path, model: str) -> tuple[str, ...]:
        inputs = (Source(path=file, container=CONTAINER) for file in (encoded, original))
        return (
            *("-hide_banner", "-nostdin", "-loglevel", "warning", "-progress", "pipe:1", "-stats_period", "0.5"),
            *("-nostats", "-y"),
            *(word for source in inputs for word in input_arguments(source, self.options)),
            *("-filter_complex", f"[0:v][1:v]{self._filter(model)}[scores]", "-map", "[scores]", "-f", "null", "-"),
            *("-map", "0:v", "-c", "copy", "-f", "framecrc", f"file:{_PACKETS}"),
        )

    def _filter(self, model: str) -> str:
        threads = self.options.threads or os.cpu_count() or 1
        return f"libvmaf=model=version={model}:log_fmt=json:log_path={_SCORES}:n_threads={threads}"


def _read(workdir: Path) -> Measurement:
    frames = json.loads((workdir / _SCORES).read_text())["frames"]
    scores = tuple(float(frame["metrics"]["vmaf"]) for frame in frames)
    return Measurement(scores, _packet_bytes((workdir / _PACKETS).read_text()))


def _packet_bytes(listed: str) -> tuple[int, ...]:
    """The sizes in order of showing; ffmpeg lists packets in order of decoding."""
    rows = [line.split(",") for line in listed.splitlines() if line and not line.startswith("#")]
    return tuple(size for _, size in sorted((int(row[_PTS]), int(row[_SIZE])) for row in rows))
