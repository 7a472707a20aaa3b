"""Folders with Whisper models: one that serves every size, or many among which a job chooses by name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from kinolog.common.errors import PermanentError
from kinolog.common.jobs import MODEL_FOLDER, ModelSize
from kinolog.transcribe.adapters.hub import MODEL_FILES, Hub
from kinolog.transcribe.adapters.thread import Caller

WEIGHTS: Final = "model.bin"
_MOST_NAMED: Final = 50
_SETTING: Final = "KINOLOG_TRANSCRIBE_MODELS_DIR"


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model on this machine. Its weights are other ones as soon as their file has changed."""

    name: str
    folder: Path
    size_bytes: int
    changed_ns: int

    @classmethod
    def at(cls, name: str, folder: Path) -> "FoundModel":
        """Raises PermanentError where the folder lacks a part of a model."""
        missing = [each for each in MODEL_FILES if not (folder / each).is_file()]
        if missing:
            raise unreadable(folder, f"it has no {', '.join(missing)}")
        facts = (folder / WEIGHTS).stat()
        return cls(name, folder.resolve(), facts.st_size, facts.st_mtime_ns)

    @property
    def weights(self) -> Path:
        return self.folder / WEIGHTS


class ModelSource(Protocol):
    def find(self, size: ModelSize, caller: Caller) -> FoundModel:
        """The model on this machine, fetched if need be. Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True)
class OneFolder:
    """A folder that serves every size."""

    folder: Path

    def find(self, size: ModelSize, caller: Caller) -> FoundModel:
        return FoundModel.at(self.folder.resolve().name, self.folder)


@dataclass(frozen=True, slots=True)
class HubModels:
    """The models of the hub, by size."""

    hub: Hub

    def find(self, size: ModelSize, caller: Caller) -> FoundModel:
        return FoundModel.at(size, self.hub.folder(size, caller))


@dataclass(frozen=True, slots=True)
class NamedFolders:
    """`dir:NAME` is a folder below `root`, which the operator filled; every other size is the business of `sizes`."""

    root: Path | None
    sizes: ModelSource

    def find(self, size: ModelSize, caller: Caller) -> FoundModel:
        chosen = MODEL_FOLDER.fullmatch(size)
        return self.sizes.find(size, caller) if chosen is None else FoundModel.at(size, self._folder(chosen[1]))

    def _folder(self, name: str) -> Path:
        if self.root is None:
            raise _unavailable(name, f"this service has no folder of models: its operator sets {_SETTING}")
        root = self.root.resolve()
        folder = root / name
        if not folder.is_dir() or not _stays_in(root, folder):
            raise _unavailable(name, f"{_choice(root)} in the folder that {_SETTING} names")
        return folder


def unreadable(folder: Path, reason: str, detail: str | None = None) -> PermanentError:
    message = (
        f"{folder} is not a usable Whisper model: {reason}."
        " Set KINOLOG_TRANSCRIBE_MODEL_DIR to a folder with a CTranslate2 Whisper model"
    )
    return PermanentError("model_unreadable", message, detail=detail)


def _stays_in(root: Path, folder: Path) -> bool:
    """Whether no link leads out of `root`: who may put links there is not always who may read what they name."""
    return all(each.resolve().is_relative_to(root) for each in (folder, *folder.iterdir()))


def _choice(root: Path) -> str:
    names = sorted(each.name for each in root.iterdir() if (each / WEIGHTS).is_file()) if root.is_dir() else []
    return f"there are {', '.join(names[:_MOST_NAMED])}" if names else "there is none"


def _unavailable(name: str, reason: str) -> PermanentError:
    return PermanentError("model_unavailable", f"model_size: there is no model dir:{name}; {reason}")
