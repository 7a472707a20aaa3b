"""The child program that measures the frames of one segment: `python -m kinolog.render.adapters.scene_program TASK`.

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
from pathlib import Path
from typing import IO, Final

import cv2
import numpy as np

from kinolog.render.adapters.scene_scores import Pixels, scorer
from kinolog.render.adapters.scene_task import SceneTask

_CHANNELS: Final = 3
_REPORT_EVERY_SECONDS: Final = 0.5


def main() -> None:
    task = SceneTask(**json.loads(sys.argv[1]))
    cv2.setNumThreads(1)
    with subprocess.Popen(task.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as decoder:  # noqa: S603
        assert decoder.stdout is not None  # noqa: S101  # spawned with a pipe
        count = _measure(task, decoder.stdout)
    _end_like(decoder.returncode)
    _write_times(task, count)


def _end_like(exit_code: int) -> None:
    """The end of the decoder tells which limit was met, and so must ours. Comes back where the decoder ended well."""
    if exit_code < 0:
        signal.raise_signal(-exit_code)
    if exit_code > 0:
        sys.exit(exit_code)


def _measure(task: SceneTask, pixels: IO[bytes]) -> int:
    """Score each frame as it comes, and return how many there were."""
    score, count, told_at = scorer(task.detector), 0, time.monotonic()
    with Path(task.scores_path).open("wb") as scores:
        for frame in _frames(task, pixels):
            scores.write(np.float64(score(frame)).tobytes())
            count += 1
            if time.monotonic() - told_at > _REPORT_EVERY_SECONDS:
                print(count, flush=True)
                told_at = time.monotonic()
    return count


def _frames(task: SceneTask, pixels: IO[bytes]) -> Iterator[Pixels]:
    size_bytes = task.width * task.height * _CHANNELS
    while len(frame := pixels.read(size_bytes)) == size_bytes:
        yield np.frombuffer(frame, np.uint8).reshape(task.height, task.width, _CHANNELS)


def _write_times(task: SceneTask, count: int) -> None:
    """Each line is a number of ticks and a tick's length in seconds."""
    with Path(task.moments_path).open() as moments:
        times = array("d", (_seconds(line) for line in moments))
    if len(times) != count:
        sys.exit(f"{count} frames came with {len(times)} moments")
    Path(task.times_path).write_bytes(times.tobytes())


def _seconds(line: str) -> float:
    ticks, tick = line.split()
    return float(int(ticks) * Fraction(tick))


if __name__ == "__main__":
    main()
