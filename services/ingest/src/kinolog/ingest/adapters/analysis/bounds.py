"""How far the child programs that analyze a film may go."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from kinolog.common.child import Child, Limits
from kinolog.common.media.facts import Question
from kinolog.ingest.adapters.analysis.tasks import PicturesTask, SoundTask
from kinolog.ingest.domain.analysis import Film

# NumPy would start a thread a core, and nothing here is worth more than one.
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisBounds:
    limits: Limits
    timeout_seconds: float
    stall_seconds: float
    max_pixels: int
    max_streams: int
    max_duration_seconds: float

    def question(self, film: Film, poster: Path | None = None, poster_width_pixels: int = 0) -> Question:
        """With absolute paths, since the child works in a folder of its own."""
        return Question(
            path=str(film.file.absolute()),
            max_pixels=self.max_pixels,
            max_streams=self.max_streams,
            max_duration_seconds=self.max_duration_seconds,
            container=film.container,
            poster_path=None if poster is None else str(poster),
            poster_width_pixels=poster_width_pixels,
        )

    def child(self, program: str, task: PicturesTask | SoundTask, workdir: Path) -> Child:
        return Child(
            argv=(sys.executable, "-I", "-m", program, json.dumps(asdict(task))),
            workdir=workdir,
            limits=self.limits,
            timeout_seconds=self.timeout_seconds,
            stall_seconds=self.stall_seconds,
            env=_ONE_THREAD,
        )
