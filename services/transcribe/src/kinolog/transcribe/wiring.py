"""Builds the service from its settings: the one place where concrete things are chosen."""

from dataclasses import fields
from typing import TYPE_CHECKING

from kinolog.common.worker.attempt import Handler
from kinolog.transcribe.adapters.gpu import find_gpus
from kinolog.transcribe.adapters.late_transcriber import LateTranscriber
from kinolog.transcribe.domain.doubt import Rules
from kinolog.transcribe.domain.listening import Ear
from kinolog.transcribe.domain.reading import Layout
from kinolog.transcribe.domain.translation import Passages, Portion
from kinolog.transcribe.handlers.caption import CaptionHandler
from kinolog.transcribe.handlers.hearing import Transcriber
from kinolog.transcribe.handlers.translate import TranslateHandler, Translator
from kinolog.transcribe.settings import TranscribeSettings

if TYPE_CHECKING:
    from kinolog.transcribe.adapters.digests import Digests
    from kinolog.transcribe.adapters.faster_whisper import FasterWhisper
    from kinolog.transcribe.adapters.model_folder import ModelSource
    from kinolog.transcribe.adapters.models import ModelShelf


def handlers(settings: TranscribeSettings) -> dict[str, Handler]:
    """A handler for each job type of the queue `transcribe`. Raises ValueError for a device that is not there."""
    transcribe = CaptionHandler(_late_transcriber(settings), layout(settings), rules(settings))
    translate = TranslateHandler(_translator(settings), layout(settings), _passages(settings), _portion(settings))
    return {"caption": transcribe.caption, "translate": translate.translate}


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

    limits = Limits(
        piece_seconds=settings.transcribe_piece_seconds,
        max_audio_seconds=settings.transcribe_max_audio_seconds,
        stop_grace_seconds=settings.transcribe_stop_grace_seconds,
    )
    return FasterWhisper(_shelf(settings), limits, _ear(settings))


def _shelf(settings: TranscribeSettings) -> "ModelShelf":
    from kinolog.transcribe.adapters.devices import choose_devices
    from kinolog.transcribe.adapters.digests import Digests
    from kinolog.transcribe.adapters.loading import Loader
    from kinolog.transcribe.adapters.models import ModelShelf

    devices = choose_devices(
        settings.transcribe_device, settings.transcribe_compute_type, settings.transcribe_cpu_threads
    )
    digests = Digests()
    return ModelShelf(
        _models(settings, digests),
        Loader(devices, digests, settings.transcribe_try_gpu_seconds),
        memory_bytes=settings.transcribe_models_memory_bytes,
        idle_seconds=settings.transcribe_model_idle_seconds,
    )


def _models(settings: TranscribeSettings, digests: "Digests") -> "ModelSource":
    from kinolog.transcribe.adapters.hub import Hub
    from kinolog.transcribe.adapters.model_folder import HubModels, NamedFolders, OneFolder

    if settings.transcribe_model_dir is not None:
        return NamedFolders(settings.transcribe_models_dir, OneFolder(settings.transcribe_model_dir))
    timeout_seconds = settings.transcribe_hub_timeout_seconds
    hub = Hub(settings.transcribe_hub_url, settings.transcribe_download_dir, timeout_seconds, digests)
    return NamedFolders(settings.transcribe_models_dir, HubModels(hub))


def _ear(settings: TranscribeSettings) -> Ear:
    return Ear(
        use_vad=settings.transcribe_use_vad,
        batch_size=settings.transcribe_batch_size,
        language_windows=settings.transcribe_language_windows,
        language_certainty=settings.transcribe_language_certainty,
        silence_seconds=settings.transcribe_invented_silence_seconds,
        no_speech_probability=settings.caption_doubt_no_speech_probability,
    )


def _translator(settings: TranscribeSettings) -> Translator | None:
    if settings.translation_url is None:
        return None
    from kinolog.transcribe.adapters.libre_translate import LibreTranslate

    return LibreTranslate(
        url=settings.translation_url,
        key=settings.translation_key,
        timeout_seconds=settings.translation_timeout_seconds,
        max_answer_bytes=settings.translation_max_answer_bytes,
    )


def _passages(settings: TranscribeSettings) -> Passages:
    return Passages(cues=settings.translation_passage_cues, pause_seconds=settings.translation_passage_pause_seconds)


def _portion(settings: TranscribeSettings) -> Portion:
    return Portion(texts=settings.translation_batch_texts, characters=settings.translation_batch_characters)


def layout(settings: TranscribeSettings) -> Layout:
    return Layout(**{each.name: getattr(settings, f"caption_{each.name}") for each in fields(Layout)})


def rules(settings: TranscribeSettings) -> Rules:
    return Rules(**{each.name: getattr(settings, f"caption_doubt_{each.name}") for each in fields(Rules)})
