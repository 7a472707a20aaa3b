"""Builds the service from its settings: the one place where concrete things are chosen."""

from dataclasses import fields
from typing import TYPE_CHECKING

from kinolog.common.worker.attempt import Handler
from kinolog.transcribe.adapters.gpu import find_gpus
from kinolog.transcribe.adapters.late_transcriber import LateTranscriber
from kinolog.transcribe.domain.doubt import Rules
from kinolog.transcribe.domain.listening import Ear
from kinolog.transcribe.domain.reading import Layout
from kinolog.transcribe.handlers.caption import CaptionHandler
from kinolog.transcribe.handlers.hearing import Transcriber
from kinolog.transcribe.settings import TranscribeSettings
from kinolog.transcribe.translation_wiring import translating

if TYPE_CHECKING:
    from kinolog.transcribe.adapters.faster_whisper import FasterWhisper


def handlers(settings: TranscribeSettings) -> dict[str, Handler]:
    """A handler for each job type of the queue `transcribe`. Raises ValueError for a device that is not there."""
    transcribe = CaptionHandler(_late_transcriber(settings), layout(settings), rules(settings))
    return {"caption": transcribe.caption, "translate": translating(settings, layout(settings)).translate}


async def find_gpu(settings: TranscribeSettings) -> tuple[str, ...]:
    """What of a GPU this worker may use."""
    return () if settings.transcribe_device == "cpu" else await find_gpus(settings.transcribe_find_gpu_seconds)


def _late_transcriber(settings: TranscribeSettings) -> Transcriber:
    """What somebody has chosen is made at once, so that a mistake is told at the start."""
    if (settings.transcribe_device, settings.transcribe_compute_type) != ("auto", "auto"):
        return transcriber(settings)
    return LateTranscriber(lambda: transcriber(settings).hear)


def transcriber(settings: TranscribeSettings) -> "FasterWhisper":
    """Only this imports Whisper's libraries, of 50 MiB: a worker that has had no job yet does not need them."""
    from kinolog.transcribe.adapters.faster_whisper import FasterWhisper, Limits
    from kinolog.transcribe.model_wiring import shelf

    limits = Limits(
        piece_seconds=settings.transcribe_piece_seconds,
        max_audio_seconds=settings.transcribe_max_audio_seconds,
        stop_grace_seconds=settings.transcribe_stop_grace_seconds,
    )
    return FasterWhisper(shelf(settings), limits, _ear(settings))


def _ear(settings: TranscribeSettings) -> Ear:
    return Ear(
        use_vad=settings.transcribe_use_vad,
        batch_size=settings.transcribe_batch_size,
        language_windows=settings.transcribe_language_windows,
        language_certainty=settings.transcribe_language_certainty,
        silence_seconds=settings.transcribe_invented_silence_seconds,
        no_speech_probability=settings.caption_doubt_no_speech_probability,
    )


def layout(settings: TranscribeSettings) -> Layout:
    return Layout(**{each.name: getattr(settings, f"caption_{each.name}") for each in fields(Layout)})


def rules(settings: TranscribeSettings) -> Rules:
    return Rules(**{each.name: getattr(settings, f"caption_doubt_{each.name}") for each in fields(Rules)})
