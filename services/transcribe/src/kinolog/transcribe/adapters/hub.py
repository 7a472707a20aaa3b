"""The model hub: fetches the Whisper models that `model_size` names, once, and finds them on disk afterwards."""

import threading
from pathlib import Path
from typing import Any, Final

from httpx2 import HTTPError
from huggingface_hub import HfApi, constants, get_session, snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError
from tqdm import tqdm

from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs import ModelSize
from kinolog.transcribe.adapters.thread import Caller

MODEL_FILES: Final = ("model.bin", "config.json", "tokenizer.json")

_REPOSITORIES: Final[dict[ModelSize, str]] = {
    "tiny": "Systran/faster-whisper-tiny",
    "base": "Systran/faster-whisper-base",
    "small": "Systran/faster-whisper-small",
    "medium": "Systran/faster-whisper-medium",
    "large": "Systran/faster-whisper-large-v3",
}
_WANTED_FILES: Final = [*MODEL_FILES, "preprocessor_config.json", "vocabulary.*"]


class Hub:
    """Models in the cache of `huggingface_hub`, fetched from `url` where they are not there yet."""

    def __init__(self, url: str | None, cache: Path | None, timeout_seconds: float) -> None:
        self._url, self._cache, self._timeout_seconds = url, cache, timeout_seconds

    def folder(self, size: ModelSize, caller: Caller) -> Path:
        """Where the model is. Raises PermanentError when it is not here and the hub is out of reach,
        PassingError when a download broke off."""
        return self._stored(size) or self._fetched(size, caller)

    def _stored(self, size: ModelSize) -> Path | None:
        try:
            folder = self._snapshot(size, is_offline=True)
        except LocalEntryNotFoundError:
            return None
        return folder if all((folder / name).exists() for name in MODEL_FILES) else None

    def _fetched(self, size: ModelSize, caller: Caller) -> Path:
        self._require_answer(size)
        try:
            return self._snapshot(size, bar=_bar_that_tells(caller))
        except (HTTPError, OSError) as error:
            message = f"the download of the Whisper model '{size}' broke off; the next attempt goes on from there"
            raise PassingError("model_download", message, detail=str(error)) from error

    def _require_answer(self, size: ModelSize) -> None:
        """Learn quickly whether the hub can be reached: left to itself, the download waits for ever."""
        constants.HF_HUB_DISABLE_TELEMETRY = True
        get_session().timeout = self._timeout_seconds
        try:
            HfApi(endpoint=self._url).model_info(_REPOSITORIES[size], timeout=self._timeout_seconds)
        except (HTTPError, OSError) as error:
            raise PermanentError("model_unavailable", _advice(size), detail=str(error)) from error

    def _snapshot(self, size: ModelSize, *, is_offline: bool = False, bar: type[tqdm] | None = None) -> Path:
        folder = snapshot_download(
            _REPOSITORIES[size],
            cache_dir=self._cache,
            endpoint=self._url,
            allow_patterns=_WANTED_FILES,
            local_files_only=is_offline,
            tqdm_class=bar,
        )
        return Path(folder)


def _advice(size: str) -> str:
    return (
        f"The Whisper model '{size}' is not on this machine and the hub cannot be reached:"
        " connect once, or set KINOLOG_TRANSCRIBE_MODEL_DIR to a model folder"
    )


def _bar_that_tells(caller: Caller) -> type[tqdm]:
    """The hub's client reports to progress bars and to nothing else, so this is one: unseen, it tells the caller."""

    class Bar(tqdm):  # type: ignore[misc]  # it comes without types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._counts_bytes = kwargs.get("unit") == "B"
            self._known = threading.Lock()
            self._done = 0.0
            super().__init__(*args, **{**kwargs, "disable": True})
            self.total = kwargs.get("total")

        def update(self, n: float | None = 1) -> None:
            with self._known:
                self._done += n or 0
            if self._counts_bytes and self.total:
                caller.tell("model", min(100.0, 100 * self._done / self.total))
            else:
                caller.check()

    return Bar
