"""How loud a film is: EBU R 128 as ffmpeg's `loudnorm` measures it, read from the file that it leaves."""

import asyncio
import json
import math
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
from kinolog.render.domain.loudness import Loudness
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.work import Source

_STATS: Final = "loudness.json"
# ffmpeg writes `-inf` for silence; a figure that JSON and the log can hold says the same.
_SILENCE_DB: Final = -99.0


@dataclass(frozen=True, slots=True)
class LoudnessMeter:
    options: EncodeOptions
    bounds: EncodeBounds

    async def measure(
        self, film: Path, container: str, stream: int, seconds: float, workdir: Path, on_progress: OnProgress
    ) -> Loudness:
        """The loudness of the sound that is number `stream` of a file. Raises WorkError."""
        source = Source(path=film, container=container)
        child = Child(
            argv=(imageio_ffmpeg.get_ffmpeg_exe(), *self._arguments(source, stream)),
            workdir=workdir,
            limits=self.bounds.limits,
            timeout_seconds=self.bounds.timeout_seconds,
            stall_seconds=self.bounds.stall_seconds,
        )
        try:
            await run_child(child, ProgressReader(seconds, on_progress))
        except ChildError as error:
            raise explained(error) from error
        return await asyncio.to_thread(_read, workdir / _STATS)

    def _arguments(self, source: Source, stream: int) -> tuple[str, ...]:
        return (
            *("-hide_banner", "-nostdin", "-loglevel", "warning", "-progress", "pipe:1", "-stats_period", "0.5"),
            *("-nostats", "-y", *input_arguments(source, self.options), "-map", f"0:{stream}"),
            *("-filter:a", f"loudnorm=print_format=json:stats_file={_STATS}", "-f", "null", "-"),
        )


def _read(file: Path) -> Loudness:
    said = json.loads(file.read_text())
    return Loudness(
        integrated_lufs=_number(said["input_i"]),
        true_peak_db=_number(said["input_tp"]),
        range_lu=_number(said["input_lra"]),
        threshold_lufs=_number(said["input_thresh"]),
    )


def _number(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _SILENCE_DB
