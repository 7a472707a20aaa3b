"""Builds what translates captions from the service's settings."""

from kinolog.transcribe.domain.reading import Layout
from kinolog.transcribe.domain.translation import Passages, Portion
from kinolog.transcribe.handlers.translate import TranslateHandler, Translator
from kinolog.transcribe.settings import TranscribeSettings


def translating(settings: TranscribeSettings, layout: Layout) -> TranslateHandler:
    return TranslateHandler(_translator(settings), layout, _passages(settings), _portion(settings))


def _translator(settings: TranscribeSettings) -> Translator | None:
    """Only this imports an HTTP client: most workers have no engine to talk to."""
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
