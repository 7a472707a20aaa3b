"""How to listen: what a job wishes, as far as the service and its device go along."""

from dataclasses import dataclass
from typing import Any, Final

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import UNABLE_TO_TRANSLATE, CaptionInput
from kinolog.transcribe.domain.transcript import Hearing, ModelFacts

WRONG_BELOW_LOG_PROBABILITY: Final = -1.0
WRONG_ABOVE_COMPRESSION: Final = 2.4
"""What the makers of Whisper hold to be a failed attempt: words it is unsure of, or that repeat themselves."""

_CPU_BATCH: Final = 4
_GPU_BATCH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """How the service listens, whatever a job wishes.

    `batch_size` of 0 is decided by the device. The language is looked for in up to `language_windows` half minutes of
    speech, until one is as certain as `language_certainty`. What looks invented is skipped when `silence_seconds` of
    silence surround it, and what is more probably no speech than `no_speech_probability` when its words are unsure.
    """

    use_vad: bool = True
    batch_size: int = 0
    language_windows: int = 4
    language_certainty: float = 0.8
    silence_seconds: float = 2.0
    no_speech_probability: float = 0.6


def refuse_impossible(job: CaptionInput) -> None:
    """Raises PermanentError."""
    if job.task == "translate" and job.model_size.startswith(UNABLE_TO_TRANSLATE):
        message = f"task: the model '{job.model_size}' was not taught to translate: choose medium or large"
        raise PermanentError("cannot_translate", message)


def hearing_of(job: CaptionInput, ear: Ear, model: ModelFacts) -> Hearing:
    """Several stretches at a time are about half the work on a CPU too, with more memory for each; without voice
    detection there are no stretches, so then it is one.
    """
    vad = job.vad and ear.use_vad
    usual = _CPU_BATCH if model.device == "cpu" else _GPU_BATCH
    return Hearing(
        model=model,
        vad=vad,
        batch_size=(job.batch_size or ear.batch_size or usual) if vad else 1,
        temperatures=job.temperatures,
    )


def asked_for(job: CaptionInput, ear: Ear, *, vad: bool, language: str | None) -> dict[str, Any]:
    """The arguments of faster-whisper's `transcribe`, in either of its two ways."""
    return {
        "language": language,
        "task": job.task,
        "beam_size": job.beam_size,
        "temperature": list(job.temperatures),
        "hotwords": _hint(job),
        "vad_filter": vad,
        "vad_parameters": _voice_detection(job) if vad else None,
        # Without them a long segment could not be divided at the right moment.
        "word_timestamps": True,
        "language_detection_segments": ear.language_windows,
        "language_detection_threshold": ear.language_certainty,
        # What was invented once would otherwise be the reason to invent more, until the end of the film.
        "condition_on_previous_text": False,
        "compression_ratio_threshold": WRONG_ABOVE_COMPRESSION,
        "log_prob_threshold": WRONG_BELOW_LOG_PROBABILITY,
        "no_speech_threshold": ear.no_speech_probability,
        "hallucination_silence_threshold": ear.silence_seconds,
    }


def _hint(job: CaptionInput) -> str | None:
    """Both kinds of hint stand before every half minute: what the library calls a prompt, only before the first one.

    It takes some 220 tokens and drops the rest, which is why the words come first.
    """
    return ". ".join(part for part in (", ".join(job.words), (job.initial_prompt or "").strip()) if part) or None


def _voice_detection(job: CaptionInput) -> dict[str, Any]:
    wish = job.voice_detection
    return {
        "threshold": wish.threshold,
        "min_speech_duration_ms": round(wish.min_speech_seconds * 1000),
        "min_silence_duration_ms": round(wish.min_silence_seconds * 1000),
        "speech_pad_ms": round(wish.pad_seconds * 1000),
    }
