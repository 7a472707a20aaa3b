"""A film in segments, the worker's side: it encodes each with ffmpeg, and sends a child program for the packets."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

import av

from kinolog.common.child import Child, run_child
from kinolog.common.errors import ChildError, KinologError, PassingError
from kinolog.common.media.facts import Question
from kinolog.render.adapters.ffmpeg import discarded_on_failure, explained
from kinolog.render.adapters.ffmpeg_arguments import work_of
from kinolog.render.adapters.ffmpeg_options import EncodeBounds
from kinolog.render.adapters.segments.errand import CutErrand, JoinErrand, cut_of, write_errand
from kinolog.render.adapters.typesetter import belongings
from kinolog.render.domain.errand import Film, KeptSound
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.recipe import Recipe
from kinolog.render.domain.segments_plan import FilmCut, SegmentsRefused, Stretch, seek_options, stretch_recipe
from kinolog.render.domain.work import Encoded, Work

_PROGRAM: Final = "kinolog.render.adapters.segments.program"
_ERRAND: Final = "segments.json"


class Runner(Protocol):
    @property
    def versions(self) -> dict[str, str]:
        """The program that encodes, and its libraries, each with its version."""
        ...

    async def run(self, work: Work, on_progress: OnProgress) -> Encoded:
        """Make the output of `work`; nothing is left of it without success. Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentBounds:
    """What a film may have at most to be looked into, and what the program for its packets may take."""

    child: EncodeBounds
    max_pixels: int
    max_streams: int
    max_duration_seconds: float


@dataclass(frozen=True, slots=True)
class SegmentEngine:
    encoder: Runner
    bounds: SegmentBounds

    @property
    def versions(self) -> dict[str, str]:
        return {**self.encoder.versions, "pyav": av.__version__}

    def belongings(self, workdir: Path) -> dict[str, Path]:
        """What filters read, by its place in the working folder."""
        return {str(path.relative_to(workdir)): path for path in belongings(workdir)}

    async def cut(self, film: Film, moments: Sequence[float]) -> FilmCut:
        """At key frames about these moments. Raises SegmentsRefused."""
        errand = CutErrand(question=self._question(film.path, film.container), moments=tuple(moments))
        answer = await self._send(errand, film.workdir)
        return cut_of(answer["cut"])

    async def encode(
        self, recipe: Recipe, source: Path, cut: FilmCut, stretch: Stretch, output: Path, on_progress: OnProgress
    ) -> Encoded:
        """The picture of one segment, beginning at 0. Raises WorkError."""
        work = work_of(stretch_recipe(recipe, cut, stretch), source, output)
        placed = replace(work.sources[0], options=seek_options(cut, stretch))
        return await self.encoder.run(replace(work, sources=(placed,)), on_progress)

    async def join(
        self, recipe: Recipe, cut: FilmCut, segments: Sequence[Path], sound: KeptSound | None, output: Path
    ) -> int:
        """The number of frames of the whole film. Raises SegmentsRefused, with no file left."""
        errand = self._joining(recipe, cut, segments, sound, output)
        with discarded_on_failure(output):
            return int((await self._send(errand, output.parent))["frames"])

    def _joining(
        self, recipe: Recipe, cut: FilmCut, segments: Sequence[Path], sound: KeptSound | None, output: Path
    ) -> JoinErrand:
        return JoinErrand(
            question=self._question(segments[0], recipe.muxer),
            cut=cut,
            frame_count=recipe.frame_count or 1,
            segments=tuple(path.absolute() for path in segments),
            sound=sound and replace(sound, path=sound.path.absolute()),
            muxer=recipe.muxer,
            output=output.absolute(),
            chapters=recipe.chapters,
        )

    async def _send(self, errand: CutErrand | JoinErrand, workdir: Path) -> dict[str, Any]:
        answer: dict[str, Any] = {}

        def hear(line: str) -> bool:
            answer.update(json.loads(line))
            return True

        place = write_errand(errand, workdir / _ERRAND)
        try:
            await run_child(self._child(place), hear)
        except ChildError as error:
            raise _explained(error) from error
        if refused := answer.get("refused"):
            raise SegmentsRefused(refused)
        return answer

    def _child(self, errand: Path) -> Child:
        bounds = self.bounds.child
        return Child(
            argv=(sys.executable, "-I", "-m", _PROGRAM, str(errand)),
            workdir=errand.parent,
            limits=bounds.limits,
            timeout_seconds=bounds.timeout_seconds,
            stall_seconds=bounds.stall_seconds,
        )

    def _question(self, path: Path, container: str) -> Question:
        return Question(
            path=str(path.absolute()),
            container=container,
            max_pixels=self.bounds.max_pixels,
            max_streams=self.bounds.max_streams,
            max_duration_seconds=self.bounds.max_duration_seconds,
        )


def _explained(error: ChildError) -> KinologError:
    """What will pass is worth another attempt, which has all segments already; otherwise one piece may do better."""
    cause = explained(error)
    if isinstance(cause, PassingError):
        return cause
    return SegmentsRefused(f"the program for packets could not work with it: {error}")
