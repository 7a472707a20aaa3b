"""Getting a model into memory, onto a device that really computes with it."""

import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
from faster_whisper import WhisperModel

from kinolog.common.child import Child, Limits, run_child
from kinolog.common.errors import ChildError, PassingError, WorkError
from kinolog.transcribe.adapters.devices import Device
from kinolog.transcribe.adapters.digests import Digests
from kinolog.transcribe.adapters.gpu import what_cuda_reads
from kinolog.transcribe.adapters.model_folder import FoundModel, unreadable
from kinolog.transcribe.adapters.thread import Caller
from kinolog.transcribe.adapters.try_model import compute_once
from kinolog.transcribe.adapters.turns import Turns

_DIGEST_DIGITS: Final = 12
_PROGRAM: Final = "kinolog.transcribe.adapters.try_model"
# CUDA reserves addresses for all memory of the machine and its devices before it uses any.
_LIMITS: Final = Limits(cpu_seconds=600, memory_bytes=8 * 1024**4, file_bytes=1024**2, open_files=512)
# Of the size of weights that are stored as float16, as the hub's are. Measured on a CPU after one window of sound, of
# files of 145 and 483 MB: 0.84 and 0.76 for int8, 2.43 and 2.16 for float32. What loading needs for a moment, up to 1.8
# of a small file, is not counted.
_MEMORY_FACTORS: Final = {"int8": 0.9, "int16": 1.3, "float16": 1.2, "bfloat16": 1.2, "float32": 2.5}
# What it computes in, however small the model.
_MEMORY_BESIDES: Final = 32 * 1024**2

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """Enough to know later what heard a word. `device` and `compute_type` are those it runs on in fact.

    Whoever lets it compute has the `turn`.
    """

    name: str
    sha256: str
    device: str
    compute_type: str
    whisper: WhisperModel
    turn: Turns = field(default_factory=Turns, compare=False, repr=False)

    @property
    def label(self) -> str:
        return f"{self.name}@{self.sha256[:_DIGEST_DIGITS]} ({self.device}, {self.compute_type})"


@dataclass(slots=True)
class Loader:
    """Loads onto the first of `devices` that works. No device but the CPU is believed before it has computed."""

    devices: tuple[Device, ...]
    digests: Digests
    try_seconds: float
    _proven: set[Device] = field(default_factory=set)

    def load(self, found: FoundModel, caller: Caller) -> LoadedModel:
        """Raises PermanentError for what is no model, PassingError for a GPU that fails and that nothing replaces."""
        *others, last = self.devices
        for device in others:
            try:
                return self._loaded(found, device, caller)
            except WorkError as error:
                _logger.warning(
                    "Cannot run a model here, so the next device takes it",
                    **{"model": found.name, "device": device.name, "error": str(error), "detail": error.detail},
                )
        return self._loaded(found, last, caller)

    def memory_bytes(self, found: FoundModel) -> int:
        """About how much a model takes while it is loaded and has computed, on the first device."""
        kind = self.devices[0].compute_type.partition("_")[0]
        return int(found.size_bytes * _MEMORY_FACTORS.get(kind, max(_MEMORY_FACTORS.values()))) + _MEMORY_BESIDES

    def _loaded(self, found: FoundModel, device: Device, caller: Caller) -> LoadedModel:
        if device.name != "cpu":
            self._prove(found, device, caller)
        digest = self.digests.of(found.weights, caller)
        whisper = _whisper(found, device)
        if device.name != "cpu":
            _require_computing(whisper, device)
        return LoadedModel(
            name=found.name,
            sha256=digest,
            device=whisper.model.device,
            compute_type=whisper.model.compute_type,
            whisper=whisper,
        )

    def _prove(self, found: FoundModel, device: Device, caller: Caller) -> None:
        """Once for each device: what is wrong with its libraries is so for every model, and may end the process."""
        if device in self._proven:
            return
        try:
            caller.result_of(try_model(found.folder, device, self.try_seconds))
        except (ChildError, OSError) as error:
            raise _failed(device, getattr(error, "stderr_tail", repr(error))) from error
        self._proven.add(device)


async def try_model(folder: Path, device: Device, timeout_seconds: float) -> None:
    """Compute with it in a process of its own. Raises ChildError where that does not end well, and OSError."""
    command = (sys.executable, "-m", _PROGRAM, str(folder), device.name, device.compute_type)
    with tempfile.TemporaryDirectory(prefix="kinolog-model-") as workdir:
        child = Child(
            argv=command,
            workdir=Path(workdir),
            limits=_LIMITS,
            timeout_seconds=timeout_seconds,
            env=what_cuda_reads(),
        )
        await run_child(child)


def _whisper(found: FoundModel, device: Device) -> WhisperModel:
    try:
        return WhisperModel(
            str(found.folder),
            device=device.name,
            compute_type=device.compute_type,
            cpu_threads=device.cpu_threads,
            local_files_only=True,
        )
    except Exception as error:  # CTranslate2 and tokenizers raise bare RuntimeError and Exception.
        raise unreadable(found.folder, "it does not load", detail=str(error)) from error


def _require_computing(whisper: WhisperModel, device: Device) -> None:
    try:
        compute_once(whisper)
    except RuntimeError as error:
        raise _failed(device, str(error)) from error


def _failed(device: Device, detail: str) -> PassingError:
    message = (
        f"the {device.name} device cannot compute with the model as {device.compute_type}:"
        " free its memory, mend its driver, or set KINOLOG_TRANSCRIBE_DEVICE to cpu"
    )
    return PassingError("device_failed", message, detail=detail)
