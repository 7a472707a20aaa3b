"""The child program that measures frames of a film: `python -m kinolog.render.adapters.scene_program TASK`.

It runs apart because the bytes are a stranger's and OpenCV is large. ffmpeg decodes, in the same limited process group.
Prints the number of frames that are done, now and then; the curve is in the files that the task names.
"""

import json
import signal
import subprocess
import sys
import time
from array import array
from collections.abc import Iterator
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import IO, Final

import cv2
import numpy as np

from kinolog.render.adapters.scene_claims import Claims
from kinolog.render.adapters.scene_scores import Pixels, scorer
from kinolog.render.adapters.scene_task import SceneTask

_CHANNELS: Final = 3
_REPORT_EVERY_SECONDS: Final = 0.5


def main() -> None:
    task = SceneTask(**json.loads(sys.argv[1]))
    cv2.setNumThreads(1)
    claims, counter = Claims(Path(task.folder), len(task.starts)), _Counter()
    piece: int | None = task.first
    while piece is not None:
        run = _Pass(task, claims, piece, counter)
        run.measure()
        piece = claims.take_any() if run.was_worth_its_way else None


class _Counter:
    """Says how many frames are done."""

    def __init__(self) -> None:
        self._count, self._told_at = 0, time.monotonic()

    def add_one(self) -> None:
        self._count += 1
        if time.monotonic() - self._told_at > _REPORT_EVERY_SECONDS:
            print(self._count, flush=True)
            self._told_at = time.monotonic()


class _Pass:
    """From the beginning of a piece up to one that somebody else has taken, or to the film's end."""

    def __init__(self, task: SceneTask, claims: Claims, piece: int, counter: _Counter) -> None:
        self._task, self._claims, self._piece, self._counter = task, claims, piece, counter
        self._next, self._until = piece + 1, inf
        self._began_at = self._arrived_at = time.monotonic()
        self._times, self._scores = array("d"), array("d")

    @property
    def was_worth_its_way(self) -> bool:
        """Where key frames are rare, a decoder may be on its way to a piece for longer than it is of use there."""
        return self._arrived_at - self._began_at <= time.monotonic() - self._arrived_at

    def measure(self) -> None:
        command = self._task.command(self._piece)
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as decoder:  # noqa: S603
            assert decoder.stdout is not None  # noqa: S101  # spawned with a pipe
            is_stopped = self._is_stopped_in(decoder.stdout)
            if is_stopped:
                decoder.kill()
        if not is_stopped:
            _end_like(decoder.returncode)
            self._claim_what_is_behind_the_end()
        self._task.file(self._piece, "times").write_bytes(self._times.tobytes())
        self._task.file(self._piece, "scores").write_bytes(self._scores.tobytes())

    def _is_stopped_in(self, pixels: IO[bytes]) -> bool:
        """Score each frame as it comes. Whether others have seen the rest, or else the decoder is at its end."""
        score = scorer(self._task.detector)
        for moment, frame in self._frames(pixels):
            if not self._reaches(moment):
                return True
            self._times.append(moment)
            self._scores.append(score(frame))
            self._counter.add_one()
        return False

    def _frames(self, pixels: IO[bytes]) -> Iterator[tuple[float, Pixels]]:
        height, width = self._task.height, self._task.width
        frames = _pictures(pixels, (height, width, _CHANNELS))
        first = next(frames, None)
        self._arrived_at = time.monotonic()
        if first is None:
            return
        # The moment of a frame is on disk before the frame is in the pipe.
        with self._task.file(self._piece, "moments").open() as moments:
            yield _seconds(moments.readline()), first
            for frame in frames:
                yield _seconds(moments.readline()), frame

    def _reaches(self, moment: float) -> bool:
        """Whether a frame is ours to measure; that makes ours the piece it is in, where nobody has that yet."""
        starts = self._task.starts
        while self._until == inf and self._next < len(starts) and moment >= starts[self._next]:
            if self._claims.take(self._next):
                self._next += 1
            else:
                self._until = starts[self._next] + self._task.overlap_seconds
        return moment < self._until

    def _claim_what_is_behind_the_end(self) -> None:
        """A film may promise to last longer than its frames do."""
        for piece in range(self._next, len(self._task.starts)):
            self._claims.take(piece)


def _pictures(pixels: IO[bytes], shape: tuple[int, int, int]) -> Iterator[Pixels]:
    height, width, channels = shape
    size_bytes = height * width * channels
    while len(frame := pixels.read(size_bytes)) == size_bytes:
        yield np.frombuffer(frame, np.uint8).reshape(shape)


def _seconds(line: str) -> float:
    """Of a number of ticks and a tick's length in seconds."""
    ticks, tick = line.split()
    return float(int(ticks) * Fraction(tick))


def _end_like(exit_code: int) -> None:
    """The end of the decoder tells which limit was met, and so must ours. Comes back where the decoder ended well."""
    if exit_code < 0:
        signal.raise_signal(-exit_code)
    if exit_code > 0:
        sys.exit(exit_code)


if __name__ == "__main__":
    main()
