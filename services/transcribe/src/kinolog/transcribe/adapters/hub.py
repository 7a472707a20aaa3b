"""The model hub: fetches the Whisper models that `model_size` names, once, and finds them on disk afterwards."""

from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from httpx2 import HTTPError
from huggingface_hub import HfApi, constants, hf_hub_url, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from huggingface_hub.file_download import repo_folder_name
from huggingface_hub.hf_api import ModelInfo

from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs import ModelSize
from kinolog.transcribe.adapters.digests import Digests
from kinolog.transcribe.adapters.machine_lock import MachineLock
from kinolog.transcribe.adapters.model_download import Download, RemoteFile
from kinolog.transcribe.adapters.repositories import REPOSITORIES
from kinolog.transcribe.adapters.thread import Caller

MODEL_FILES: Final = ("model.bin", "config.json", "tokenizer.json")

_WANTED_FILES: Final = (*MODEL_FILES, "preprocessor_config.json", "vocabulary.*")
_SERVER_FAILED: Final = 500
_TOO_MANY_REQUESTS: Final = 429


@dataclass(frozen=True, slots=True)
class Hub:
    """Models in the cache of `huggingface_hub`, fetched from `url` where they are not there yet.

    That library begins every download from nothing, so fetching is ours; where things lie is as the library has it.
    """

    url: str | None
    cache: Path | None
    timeout_seconds: float
    digests: Digests = field(default_factory=Digests)

    def folder(self, size: ModelSize, caller: Caller) -> Path:
        """Where the model is. Raises PermanentError when it is not here and the hub is out of reach,
        PassingError when a download broke off."""
        return self._stored(size) or self._fetched(size, caller)

    def _stored(self, size: ModelSize) -> Path | None:
        try:
            found = snapshot_download(
                REPOSITORIES[size], cache_dir=self.cache, allow_patterns=[*_WANTED_FILES], local_files_only=True
            )
        except LocalEntryNotFoundError:
            return None
        folder = Path(found)
        return folder if all((folder / name).exists() for name in MODEL_FILES) else None

    def _fetched(self, size: ModelSize, caller: Caller) -> Path:
        """Workers of one machine that want the same model wait for the one that fetches it."""
        home = self._home(size)
        try:
            with caller.holding(MachineLock(home / "kinolog.lock")):
                return self._stored(size) or self._fetch(size, home, caller)
        except (HTTPError, OSError) as error:
            message = f"the download of the Whisper model '{size}' broke off; the next attempt goes on from there"
            raise PassingError("model_download", message, detail=repr(error)) from error

    def _fetch(self, size: ModelSize, home: Path, caller: Caller) -> Path:
        listed = self._listed(size)
        download = Download(
            files=tuple(self._remote_files(size, listed)),
            target=home / "snapshots" / str(listed.sha),
            parts=home / "kinolog-parts",
            timeout_seconds=self.timeout_seconds,
            digests=self.digests,
        )
        download.run(caller)
        reference = home / "refs" / constants.DEFAULT_REVISION
        reference.parent.mkdir(parents=True, exist_ok=True)
        reference.write_text(str(listed.sha))
        return download.target

    def _listed(self, size: ModelSize) -> ModelInfo:
        """What the model consists of, soon: left to itself, the library waits for ever."""
        constants.HF_HUB_DISABLE_TELEMETRY = True
        api = HfApi(endpoint=self.url)
        try:
            listed = api.model_info(REPOSITORIES[size], timeout=self.timeout_seconds, files_metadata=True)
        except HfHubHTTPError as error:
            if error.response.status_code >= _SERVER_FAILED or error.response.status_code == _TOO_MANY_REQUESTS:
                raise  # It is busy or ill, and will be better.
            raise PermanentError("model_unavailable", _refusal(size), detail=str(error)) from error
        except (HTTPError, OSError) as error:
            raise PermanentError("model_unavailable", _advice(size), detail=str(error)) from error
        if not constants.REGEX_COMMIT_OID.fullmatch(listed.sha or ""):
            raise PermanentError("model_unavailable", _refusal(size), detail=f"no commit: {listed.sha!r}")
        return listed

    def _remote_files(self, size: ModelSize, listed: ModelInfo) -> list[RemoteFile]:
        return [
            RemoteFile(
                name=each.rfilename,
                url=hf_hub_url(REPOSITORIES[size], each.rfilename, revision=listed.sha, endpoint=self.url),
                size_bytes=each.size,
                sha256=each.lfs.sha256 if each.lfs else None,
            )
            for each in listed.siblings or ()
            if each.size is not None
            and "/" not in each.rfilename
            and any(fnmatch(each.rfilename, wanted) for wanted in _WANTED_FILES)
        ]

    def _home(self, size: ModelSize) -> Path:
        cache = self.cache or Path(constants.HF_HUB_CACHE)
        return cache.expanduser().resolve() / repo_folder_name(repo_id=REPOSITORIES[size], repo_type="model")


def _advice(size: str) -> str:
    return (
        f"The Whisper model '{size}' is not on this machine and the hub cannot be reached:"
        " connect once, or set KINOLOG_TRANSCRIBE_MODEL_DIR to a model folder"
    )


def _refusal(size: str) -> str:
    return (
        f"The Whisper model '{size}' is not on this machine and the hub does not give it:"
        " choose another model_size, or set KINOLOG_TRANSCRIBE_MODEL_DIR to a model folder"
    )
