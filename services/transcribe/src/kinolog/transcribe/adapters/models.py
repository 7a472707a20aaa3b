"""Whisper models: where they are, and the one that is in memory."""

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from faster_whisper import WhisperModel

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import ModelSize
from kinolog.transcribe.adapters.devices import Device
from kinolog.transcribe.adapters.hub import MODEL_FILES, Hub
from kinolog.transcribe.adapters.thread import Caller

_DIGEST_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class FoundModel:
    name: str
    folder: Path


class ModelSource(Protocol):
    def find(self, size: ModelSize, caller: Caller) -> FoundModel:
        """The model's folder on this machine, fetched if need be. Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True)
class FolderModel:
    """One folder that serves every size."""

    folder: Path

    def find(self, size: ModelSize, caller: Caller) -> FoundModel:
        missing = [name for name in MODEL_FILES if not (self.folder / name).is_file()]
        if missing:
            raise _unreadable(self.folder, f"it has no {', '.join(missing)}")
        return FoundModel(self.folder.resolve().name, self.folder)


@dataclass(frozen=True, slots=True)
class HubModels:
    """The models of the hub, by size."""

    hub: Hub

    def find(self, size: ModelSize, caller: Caller) -> FoundModel:
        return FoundModel(size, self.hub.folder(size, caller))


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """`label` tells name, contents and device: enough to know later what heard a word."""

    found: FoundModel
    whisper: WhisperModel
    label: str


@dataclass(slots=True)
class ModelShelf:
    """Keeps the model that was used last in memory."""

    source: ModelSource
    device: Device
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _loaded: LoadedModel | None = None

    def get(self, size: ModelSize, caller: Caller) -> LoadedModel:
        """Loads at most once at a time. Raises WorkError."""
        with caller.holding(self._lock):
            caller.tell("model")
            found = self.source.find(size, caller)
            if self._loaded is None or self._loaded.found != found:
                self._loaded = None  # Two large models at once may not fit.
                self._loaded = self._load(found)
            return self._loaded

    def _load(self, found: FoundModel) -> LoadedModel:
        device = self.device
        try:
            whisper = WhisperModel(
                str(found.folder),
                device=device.name,
                compute_type=device.compute_type,
                cpu_threads=device.cpu_threads,
                local_files_only=True,
            )
        except Exception as error:  # CTranslate2 and tokenizers raise bare RuntimeError and Exception.
            raise _unreadable(found.folder, "it does not load", detail=str(error)) from error
        return LoadedModel(found, whisper, _label(found, whisper))


def _label(found: FoundModel, whisper: WhisperModel) -> str:
    with (found.folder / "model.bin").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return f"{found.name}@{digest[:_DIGEST_DIGITS]} ({whisper.model.device}, {whisper.model.compute_type})"


def _unreadable(folder: Path, reason: str, detail: str | None = None) -> PermanentError:
    message = (
        f"{folder} is not a usable Whisper model: {reason}."
        " Set KINOLOG_TRANSCRIBE_MODEL_DIR to a folder with a CTranslate2 Whisper model"
    )
    return PermanentError("model_unreadable", message, detail=detail)
