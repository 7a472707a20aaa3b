"""Builds the shelf of models from the service's settings. To import this is to load Whisper's libraries."""

from kinolog.transcribe.adapters.devices import choose_devices
from kinolog.transcribe.adapters.digests import Digests
from kinolog.transcribe.adapters.hub import Hub
from kinolog.transcribe.adapters.loading import Loader
from kinolog.transcribe.adapters.model_folder import HubModels, ModelSource, NamedFolders, OneFolder
from kinolog.transcribe.adapters.models import ModelShelf
from kinolog.transcribe.settings import TranscribeSettings


def shelf(settings: TranscribeSettings) -> ModelShelf:
    """Raises ValueError for a device that is not there."""
    digests = Digests()
    devices = choose_devices(
        settings.transcribe_device, settings.transcribe_compute_type, settings.transcribe_cpu_threads
    )
    return ModelShelf(
        NamedFolders(settings.transcribe_models_dir, _by_size(settings, digests)),
        Loader(devices, digests, settings.transcribe_try_gpu_seconds),
        memory_bytes=settings.transcribe_models_memory_bytes,
        idle_seconds=settings.transcribe_model_idle_seconds,
    )


def _by_size(settings: TranscribeSettings, digests: Digests) -> ModelSource:
    if settings.transcribe_model_dir is not None:
        return OneFolder(settings.transcribe_model_dir)
    timeout_seconds = settings.transcribe_hub_timeout_seconds
    return HubModels(Hub(settings.transcribe_hub_url, settings.transcribe_download_dir, timeout_seconds, digests))
