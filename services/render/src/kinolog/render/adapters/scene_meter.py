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
from typing import Final

import imageio_ffmpeg
import structlog

from kinolog.common.child import Child, run_child
from kinolog.common.errors import ChildError
from kinolog.common.jobs.split import Detector
from kinolog.common.media.ask import explained
from kinolog.common.media.facts import MediaFacts
from kinolog.render.adapters.ffmpeg_options import EncodeBounds, EncodeOptions
from kinolog.render.adapters.scene_arguments import SmallPictures, decode_arguments
from kinolog.render.adapters.scene_task import SceneTask
from kinolog.render.domain.curve import Curve, CurvesDiffer, joined
from kinolog.render.domain.progress import OnProgress, progress_of
from kinolog.render.domain.segments import Division, Segment
from kinolog.render.domain.work import Source

_PROGRAM: Final = "kinolog.render.adapters.scene_program"
# OpenCV and NumPy would each start a thread a core, and there is a process a core already.
_ONE_THREAD: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SceneMeter:
    """`division.pieces` is how many segments of a film are worked on at once."""

    options: EncodeOptions
    bounds: EncodeBounds
    division: Division

    async def curve(
        self, source: Source, facts: MediaFacts, detector: Detector, workdir: Path, on_progress: OnProgress
    ) -> Curve:
        """The score of each frame as `detector` has it. Raises WorkError.

        The film is divided, and what two segments both have seen is compared: where decoding does not begin cleanly in
        the middle of a film, it is measured again from end to end.
        """
        work = _Measurement(self, source, facts, detector, workdir, on_progress)
        try:
            return joined(await work.of(self.division.of(facts.duration)))
        except CurvesDiffer as difference:
            _logger.info("Measuring a film from end to end", action="split_scenes", difference=str(difference))
            return joined(await work.of(replace(self.division, pieces=1).of(facts.duration)))


@dataclass(slots=True)
class _Measurement:
    """One film and what is asked of it."""

    meter: SceneMeter
    source: Source
    facts: MediaFacts
    detector: Detector
    workdir: Path
    on_progress: OnProgress

    async def of(self, segments: Sequence[Segment]) -> list[Curve]:
        tally = _Tally(self.facts, self.on_progress)
        threads = max(1, self.meter.division.pieces // len(segments))
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(self._curve_of(number, segment, threads, tally))
                    for number, segment in enumerate(segments)
                ]
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        return [task.result() for task in running]

    async def _curve_of(self, number: int, segment: Segment, threads: int, tally: "_Tally") -> Curve:
        task = self._task(number, segment, threads)
        try:
            await run_child(self._child(task), lambda line: tally.count(number, int(line)))
        except ChildError as error:
            raise explained(error) from error
        return Curve(_doubles(task.times_path), _doubles(task.scores_path))

    def _task(self, number: int, segment: Segment, threads: int) -> SceneTask:
        place = self.workdir.absolute() / f"scenes-{number}"
        pictures, moments = SmallPictures.of(self.facts), place.with_suffix(".moments")
        options = replace(self.meter.options, threads=threads)
        arguments = decode_arguments(self.source, pictures, segment, moments, options)
        return SceneTask(
            command=(imageio_ffmpeg.get_ffmpeg_exe(), *arguments),
            detector=self.detector,
            width=pictures.width,
            height=pictures.height,
            moments_path=str(moments),
            times_path=str(place.with_suffix(".times")),
            scores_path=str(place.with_suffix(".scores")),
        )

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
    """How far all segments together are."""

    def __init__(self, facts: MediaFacts, on_progress: OnProgress) -> None:
        self._facts, self._on_progress = facts, on_progress
        self._frames: dict[int, int] = {}
        self._began_at = time.monotonic()

    def count(self, segment: int, frames: int) -> bool:
        """Always a sign of progress: a child counts only what it has measured."""
        self._frames[segment] = frames
        done = self._facts.duration * sum(self._frames.values()) / max(1, self._facts.frame_count)
        speed = done / max(0.001, time.monotonic() - self._began_at)
        self._on_progress(progress_of(done, self._facts.duration, speed))
        return True


def usable_cores() -> int:
    """Those that this process may use, which in a container can be fewer than there are."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _doubles(path: str) -> "array[float]":
    return array("d", Path(path).read_bytes())
