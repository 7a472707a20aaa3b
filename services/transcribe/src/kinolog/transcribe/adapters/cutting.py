"""Cuts a stream of sound into pieces where it is quiet, holding no more than one piece at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 16_000

Samples = NDArray[np.int16]
Sound = NDArray[np.float32]

_QUIET_WINDOW: Final = RATE // 4


def cut(samples: Iterable[Samples], longest: int) -> Iterator[tuple[Samples, bool]]:
    """Pieces of at most `longest` samples, each with whether it is the last one."""
    longest = max(_QUIET_WINDOW, longest)
    held = _Held()
    for chunk in samples:
        held.add(chunk)
        while held.length > longest:
            yield held.take(_quiet_end(held.joined()[:longest])), False
    if held.length:
        yield held.joined(), True


def without_first(samples: Iterable[Samples], count: int) -> Iterator[Samples]:
    for chunk in samples:
        dropped = min(count, len(chunk))
        count -= dropped
        if dropped < len(chunk):
            yield chunk[dropped:]


def as_sound(samples: Samples) -> Sound:
    return samples.astype(np.float32) / np.float32(32_768)


@dataclass(slots=True)
class _Held:
    """Samples that nobody has taken yet."""

    chunks: list[Samples] = field(default_factory=list)
    length: int = 0

    def add(self, chunk: Samples) -> None:
        self.chunks.append(chunk)
        self.length += len(chunk)

    def joined(self) -> Samples:
        if len(self.chunks) > 1:
            self.chunks = [np.concatenate(self.chunks)]
        return self.chunks[0]

    def take(self, count: int) -> Samples:
        whole = self.joined()
        rest = whole[count:].copy()  # A view would keep all of it in memory.
        self.chunks, self.length = [rest], len(rest)
        return whole[:count]


def _quiet_end(samples: Samples) -> int:
    """The middle of the quietest quarter of a second in the last fifth, the last one of several as quiet."""
    windows = max(1, len(samples) // 5 // _QUIET_WINDOW)
    earliest = len(samples) - windows * _QUIET_WINDOW
    tail = samples[earliest:].astype(np.int32).reshape(windows, _QUIET_WINDOW)
    quietest = windows - 1 - int(np.abs(tail).sum(axis=1)[::-1].argmin())
    return earliest + quietest * _QUIET_WINDOW + _QUIET_WINDOW // 2
