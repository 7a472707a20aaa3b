"""The shape of sound: the lowest and the highest sample of each stretch, as players draw it."""

import json
from array import array
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kinolog.ingest.domain.waveform import SAMPLE_RATE

_SAMPLE_BYTES: Final = 2
# Some seconds of sound at a time.
_READ_BYTES: Final = 1024 * 1024
_LOUDEST: Final = 128
_WIDTH, _HEIGHT = 1800, 280
_COLOUR: Final = (86, 119, 252, 255)


def peaks_in(sound: IO[bytes], samples_per_peak: int) -> Iterator[NDArray[np.int8]]:
    """Rows of the lowest and the highest of so many 16-bit samples, in 8 bits; a row for the rest at the end."""
    peak_bytes = samples_per_peak * _SAMPLE_BYTES
    at_once = max(1, _READ_BYTES // peak_bytes) * peak_bytes
    while read := sound.read(at_once):
        samples = np.frombuffer(read[: len(read) // _SAMPLE_BYTES * _SAMPLE_BYTES], "<i2")
        whole = len(samples) // samples_per_peak * samples_per_peak
        yield _extremes(samples[:whole].reshape(-1, samples_per_peak))
        if whole < len(samples):
            yield _extremes(samples[whole:].reshape(1, -1))


def write_waveform(peaks: "array[int]", samples_per_peak: int, file: Path) -> None:
    """As the program audiowaveform writes it, so that the players that know its files draw ours."""
    waveform: dict[str, Any] = {
        "version": 2,
        "channels": 1,
        "sample_rate": SAMPLE_RATE,
        "samples_per_pixel": samples_per_peak,
        "bits": 8,
        "length": len(peaks) // 2,
        "data": peaks.tolist(),
    }
    file.write_text(json.dumps(waveform, separators=(",", ":")))


def draw_waveform(peaks: "array[int]", file: Path) -> None:
    """As PNG, of the same size whatever the length; around the middle, over nothing."""
    rows = np.array(peaks, np.int16).reshape(-1, 2)
    edges = np.linspace(0, len(rows), _WIDTH + 1).astype(int)
    stretches = [rows[begin : max(begin + 1, end)] for begin, end in pairwise(edges)]
    lowest = np.array([stretch[:, 0].min() for stretch in stretches])
    highest = np.array([stretch[:, 1].max() for stretch in stretches])
    # Silence is a line.
    heights = np.arange(_HEIGHT // 2, -_HEIGHT // 2, -1)[:, np.newaxis] * _LOUDEST / (_HEIGHT / 2)
    is_sound = (heights >= np.minimum(lowest, -1)) & (heights <= np.maximum(highest, 1))
    pixels = is_sound[..., np.newaxis] * np.array(_COLOUR, np.uint8)
    Image.fromarray(pixels.astype(np.uint8), "RGBA").save(file, "PNG", optimize=True)


def _extremes(stretches: NDArray[np.int16]) -> NDArray[np.int8]:
    return (np.stack([stretches.min(axis=1), stretches.max(axis=1)], axis=1) >> 8).astype(np.int8)
