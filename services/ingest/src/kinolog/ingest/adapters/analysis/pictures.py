"""Making pictures of a film, from the worker's side."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kinolog.common.jobs import AnalysisPart
from kinolog.common.media.ask import OnPercent, ask
from kinolog.ingest.adapters.analysis.bounds import AnalysisBounds
from kinolog.ingest.adapters.analysis.tasks import PicturesTask
from kinolog.ingest.domain.analysis import Film, Pictures, PosterMade, StoryboardMade
from kinolog.ingest.domain.storyboard import StoryboardRule, layout_of

_PROGRAM: Final = "kinolog.ingest.adapters.analysis.picture_program"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMaker:
    """A film of at most `exact_frames` is decoded in full for its storyboard, of others only key frames are."""

    bounds: AnalysisBounds
    rule: StoryboardRule
    poster_width_pixels: int
    exact_frames: int

    async def make(self, film: Film, wanted: frozenset[AnalysisPart], workdir: Path, on_percent: OnPercent) -> Pictures:
        """Raises WorkError."""
        task = self._task(film, wanted, workdir)
        told = await ask(self.bounds.child(_PROGRAM, task, workdir), on_percent)
        return Pictures(poster=_poster(task, told["poster"]), storyboard=_storyboard(task, told["storyboard"]))

    def _task(self, film: Film, wanted: frozenset[AnalysisPart], workdir: Path) -> PicturesTask:
        folder = workdir.absolute()
        poster = folder / "poster.jpg" if AnalysisPart.POSTER in wanted else None
        return PicturesTask(
            question=self.bounds.question(film, poster, self.poster_width_pixels),
            duration=film.duration,
            layout=layout_of(film.duration, self.rule) if AnalysisPart.STORYBOARD in wanted else None,
            tile_width=self.rule.tile_width,
            storyboard_path=str(folder / "storyboard.jpg"),
            exact_frames=self.exact_frames,
        )


def _poster(task: PicturesTask, told: Mapping[str, Any] | None) -> PosterMade | None:
    path = task.question.poster_path
    return None if told is None or path is None else PosterMade(file=Path(path), **told)


def _storyboard(task: PicturesTask, told: Mapping[str, Any] | None) -> StoryboardMade | None:
    if told is None or task.layout is None:
        return None
    return StoryboardMade(file=Path(task.storyboard_path), layout=task.layout, **told)
