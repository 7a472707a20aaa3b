"""Which processor runs the model, and with what kind of numbers."""

from dataclasses import dataclass

import ctranslate2


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """`cpu_threads` of 0 leaves the number to CTranslate2."""

    name: str
    compute_type: str
    cpu_threads: int = 0


def choose_device(wanted: str, compute_type: str, cpu_threads: int) -> Device:
    """Settle `auto`: a GPU where there is one. Raises ValueError for what this machine does not have."""
    has_gpu = ctranslate2.get_cuda_device_count() > 0
    if wanted == "cuda" and not has_gpu:
        raise ValueError("KINOLOG_TRANSCRIBE_DEVICE is cuda, but this machine has no CUDA device: use auto or cpu")
    name = "cuda" if has_gpu and wanted != "cpu" else "cpu"
    chosen = _usual_compute_type(name) if compute_type == "auto" else compute_type
    if chosen not in (supported := ctranslate2.get_supported_compute_types(name)):
        choice = ", ".join(sorted(supported))
        raise ValueError(f"KINOLOG_TRANSCRIBE_COMPUTE_TYPE is {chosen}, but {name} supports only {choice}")
    return Device(name=name, compute_type=chosen, cpu_threads=cpu_threads)


def _usual_compute_type(device_name: str) -> str:
    return "int8" if device_name == "cpu" else "float16"
