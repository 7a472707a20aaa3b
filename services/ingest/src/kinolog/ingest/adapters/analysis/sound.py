"""Listening to a film, from the worker's side."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from kinolog.common.media.ask import OnPercent, ask
from kinolog.ingest.adapters.analysis.bounds import AnalysisBounds
from kinolog.ingest.adapters.analysis.tasks import SoundTask
from kinolog.ingest.domain.analysis import Film, Hearing
from kinolog.ingest.domain.waveform import SAMPLE_RATE, WaveformRule, samples_per_peak

_PROGRAM: Final = "kinolog.ingest.adapters.analysis.sound_program"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundListener:
    """Silence is what stays below `threshold_db` for `shortest_silence_seconds`."""

    bounds: AnalysisBounds
    rule: WaveformRule
    threshold_db: float
    shortest_silence_seconds: float
    max_listed_silences: int

    async def listen(self, film: Film, workdir: Path, on_percent: OnPercent) -> Hearing:
        """Raises WorkError."""
        task = self._task(film, workdir)
        told = await ask(self.bounds.child(_PROGRAM, task, workdir), on_percent)
        return Hearing(
            waveform=Path(task.waveform_path),
            picture=Path(task.picture_path),
            silences=Path(task.silences_path),
            peaks_per_second=SAMPLE_RATE / task.samples_per_peak,
            **told,
        )

    def _task(self, film: Film, workdir: Path) -> SoundTask:
        folder = workdir.absolute()
        return SoundTask(
            question=self.bounds.question(film),
            duration=film.duration,
            samples_per_peak=samples_per_peak(film.duration, self.rule),
            threshold_db=self.threshold_db,
            shortest_silence_seconds=self.shortest_silence_seconds,
            max_listed_silences=self.max_listed_silences,
            waveform_path=str(folder / "waveform.json"),
            picture_path=str(folder / "waveform.png"),
            silences_path=str(folder / "silences.json"),
            ffmpeg=imageio_ffmpeg.get_ffmpeg_exe(),
        )
