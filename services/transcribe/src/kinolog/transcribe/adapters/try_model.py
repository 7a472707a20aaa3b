"""A program that computes with a model on a device, as jobs would: where a library of the GPU is missing, it dies of it
instead of a worker."""

import sys
from typing import Final

import numpy as np
from faster_whisper import WhisperModel

_FRAMES: Final = 3_000


def compute_once(whisper: WhisperModel) -> None:
    """One window of silence through the encoder. Raises whatever CTranslate2 raises."""
    whisper.encode(np.zeros((whisper.model.n_mels, _FRAMES), dtype=np.float32))


if __name__ == "__main__":
    folder, device, compute_type = sys.argv[1:]
    compute_once(WhisperModel(folder, device=device, compute_type=compute_type, local_files_only=True))
