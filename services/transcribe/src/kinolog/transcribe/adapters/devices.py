"""Which processor runs the models, and with what kind of numbers."""

from dataclasses import dataclass
from typing import Final

import ctranslate2

from kinolog.common.errors import BadSettings

_USUAL_COMPUTE_TYPES: Final = {"cpu": "int8", "cuda": "float16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """`cpu_threads` of 0 leaves the number to CTranslate2."""

    name: str
    compute_type: str
    cpu_threads: int = 0


def choose_devices(wanted: str, compute_type: str, cpu_threads: int) -> tuple[Device, ...]:
    """Those to try, in this order. `auto` is a GPU where there is one, and the CPU where that turns out not to work.

    Raises BadSettings for what this machine does not have.
    """
    has_gpu = ctranslate2.get_cuda_device_count() > 0
    if wanted == "cuda" and not has_gpu:
        raise BadSettings("KINOLOG_TRANSCRIBE_DEVICE is cuda, but this machine has no CUDA device: use auto or cpu")
    if wanted == "cpu" or not has_gpu:
        return (_device("cpu", compute_type, cpu_threads),)
    gpu = _device("cuda", compute_type, cpu_threads)
    return (gpu,) if wanted == "cuda" else (gpu, _device("cpu", "auto", cpu_threads))


def _device(name: str, compute_type: str, cpu_threads: int) -> Device:
    chosen = _USUAL_COMPUTE_TYPES[name] if compute_type == "auto" else compute_type
    if chosen not in (supported := ctranslate2.get_supported_compute_types(name)):
        choice = ", ".join(sorted(supported))
        raise BadSettings(f"KINOLOG_TRANSCRIBE_COMPUTE_TYPE is {chosen}, but {name} supports only {choice}")
    return Device(name=name, compute_type=chosen, cpu_threads=cpu_threads)
