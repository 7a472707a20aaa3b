"""What the samples of a video have shown, and what is told of it when the job is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kinolog.common.aggregates import Video
from kinolog.common.jobs.compress import CompressInput, CompressOutput
from kinolog.common.media.facts import MediaFacts
from kinolog.render.domain.compress import (
    Measurement,
    Trial,
    chosen,
    is_hopeless,
    is_reached,
    lowest_sample,
    predicted_bytes,
)
from kinolog.render.domain.samples import Samples
from kinolog.render.domain.sounds import left_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """There is at least one trial; `sound_rate` is how many bytes a second of sound takes."""

    video: Video
    facts: MediaFacts
    job: CompressInput
    samples: Samples
    trials: Sequence[Trial]
    sound_rate: float

    @property
    def trial(self) -> Trial:
        return chosen(self.trials, self.job.target_quality)

    @property
    def predicted_size_bytes(self) -> int:
        return predicted_bytes(self.trial, self.samples, self.facts, self.job, self.sound_rate)

    @property
    def is_hopeless(self) -> bool:
        return is_hopeless(self.predicted_size_bytes, self.video.size_bytes)

    @property
    def because(self) -> str:
        target = self.job.target_quality
        return f"samples at quality {self.trial.quality} have a VMAF of {self.trial.score:.1f}, asked for {target:g}"

    def unchanged(self, reason: str) -> CompressOutput:
        """The video stays as it is."""
        return CompressOutput(
            **self._common(self.trial.score),
            video_id=self.video.id,
            is_smaller=False,
            because=f"{reason} ({self.because})",
            size_bytes=self.video.size_bytes,
        )

    def smaller(self, video_id: str, size_bytes: int, measured: Measurement, encoder: str | None) -> CompressOutput:
        return CompressOutput(
            **self._common(measured.mean),
            video_id=video_id,
            is_smaller=True,
            because=self.because,
            size_bytes=size_bytes,
            measured_quality=round(measured.mean, 2),
            lowest_quality=round(lowest_sample(measured, self.samples), 2),
            encoder=encoder,
            left_out=left_out(self.facts),
        )

    def _common(self, score: float) -> dict[str, Any]:
        return {
            "source_size_bytes": self.video.size_bytes,
            "predicted_size_bytes": self.predicted_size_bytes,
            "quality": self.trial.quality,
            "predicted_quality": round(self.trial.score, 2),
            "is_target_reached": is_reached(score, self.job.target_quality),
            "trial_count": len(self.trials),
            "sample_seconds": round(self.samples.seconds, 3),
        }
