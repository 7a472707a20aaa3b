"""Measuring every frame of a film for scene detection, on all cores, in limited child processes."""

import asyncio
import json
import os
import sys
import time
from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import imageio_ffmpeg
import structlog

from kinolog.common.child import Child, run_child
from kinolog.common.detector import Detector
from kinolog.common.errors import ChildError
from kinolog.common.media.ask import explained
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.whole_film import whole_clock
from kinolog.render.adapters.ffmpeg_options import EncodeBounds, EncodeOptions
from kinolog.render.adapters.scene_arguments import SmallPictures, decode_arguments
from kinolog.render.adapters.scene_claims import Claims
from kinolog.render.adapters.scene_task import SceneTask
from kinolog.render.domain.curve import Curve, CurvesDiffer, joined
from kinolog.render.domain.progress import OnProgress, progress_of
from kinolog.render.domain.segments import Division
from kinolog.render.domain.work import Source

_PROGRAM: Final = "kinolog.render.adapters.scene_program"
# OpenCV and NumPy would each start a thread a core, and there is a process a core already.
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SceneMeter:
    """`division.workers` is how many programs measure a film at once."""

    options: EncodeOptions
    bounds: EncodeBounds
    division: Division

    async def curve(
        self, source: Source, facts: MediaFacts, detector: Detector, workdir: Path, on_progress: OnProgress
    ) -> Curve:
        """The score of each frame as `detector` has it. Raises WorkError.

        The film is divided, and what two programs both have seen is compared: where decoding does not begin cleanly in
        the middle of a film, it is measured again from end to end.
        """
        work = _Measurement(self, source, facts, detector, workdir, on_progress)
        try:
            return joined(await work.of(self.division.starts(facts.duration)))
        except CurvesDiffer as difference:
            _logger.info("Measuring a film from end to end", action="split_scenes", difference=str(difference))
            return joined(await work.of((0.0,)))


@dataclass(slots=True)
class _Measurement:
    """One film and what is asked of it."""

    meter: SceneMeter
    source: Source
    facts: MediaFacts
    detector: Detector
    workdir: Path
    on_progress: OnProgress

    async def of(self, starts: Sequence[float]) -> list[Curve]:
        """Piece by piece, each by whichever program comes to it first."""
        tally, folder = _Tally(self.facts, self.on_progress), Path(mkdtemp(prefix="scenes-", dir=self.workdir))
        try:
            async with asyncio.TaskGroup() as programs:
                for number, task in enumerate(self._tasks(starts, folder)):
                    programs.create_task(self._run(number, task, tally))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        return _curves_in(folder)

    async def _run(self, number: int, task: SceneTask, tally: "_Tally") -> None:
        try:
            await run_child(self._child(task), lambda line: tally.count(number, int(line)))
        except ChildError as error:
            raise explained(error) from error

    def _tasks(self, starts: Sequence[float], folder: Path) -> list[SceneTask]:
        """As many programs as there are cores, far from each other at first."""
        pictures, division = SmallPictures.of(self.facts), self.meter.division
        count = min(division.workers, len(starts))
        options = replace(self.meter.options, threads=max(1, division.workers // count))
        task = SceneTask(
            decoder=imageio_ffmpeg.get_ffmpeg_exe(),
            arguments=decode_arguments(self.source, pictures, options),
            clock=whole_clock(self.source.container, self.facts.audio_stream),
            detector=self.detector,
            width=pictures.width,
            height=pictures.height,
            starts=tuple(starts),
            first=0,
            overlap_seconds=division.overlap_seconds,
            folder=str(folder.absolute()),
        )
        tasks = [replace(task, first=len(starts) * number // count) for number in range(count)]
        claims = Claims(folder, len(starts))
        for each in tasks:
            claims.take(each.first)
        return tasks

    def _child(self, task: SceneTask) -> Child:
        bounds = self.meter.bounds
        return Child(
            argv=(sys.executable, "-I", "-m", _PROGRAM, json.dumps(asdict(task))),
            workdir=self.workdir,
            limits=bounds.limits,
            timeout_seconds=bounds.timeout_seconds,
            stall_seconds=bounds.stall_seconds,
            env=_ONE_THREAD,
        )


class _Tally:
    """How far all programs together are."""

    def __init__(self, facts: MediaFacts, on_progress: OnProgress) -> None:
        self._facts, self._on_progress = facts, on_progress
        self._frames: dict[int, int] = {}
        self._began_at = time.monotonic()

    def count(self, program: int, frames: int) -> bool:
        """Always a sign of progress: a child counts only what it has measured."""
        self._frames[program] = frames
        done = self._facts.duration * sum(self._frames.values()) / max(1, self._facts.frame_count)
        speed = done / max(0.001, time.monotonic() - self._began_at)
        self._on_progress(progress_of(done, self._facts.duration, speed))
        return True


def usable_cores() -> int:
    """Those that this process may use, which in a container can be fewer than there are."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _curves_in(folder: Path) -> list[Curve]:
    """In the order of the film."""
    times = sorted(folder.glob("*.times"), key=lambda file: int(file.stem))
    return [Curve(_doubles(file), _doubles(file.with_suffix(".scores"))) for file in times]


def _doubles(file: Path) -> "array[float]":
    return array("d", file.read_bytes())
