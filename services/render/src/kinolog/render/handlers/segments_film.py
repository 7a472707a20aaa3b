"""A long film while its segments are made, by whom they may: what is finished, what is missing."""

from dataclasses import dataclass
from pathlib import Path

from kinolog.common.events import BlobRef
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.recipe import Recipe
from kinolog.render.domain.segments_done import Finished, Progressed
from kinolog.render.domain.segments_plan import FilmCut, Stretch
from kinolog.render.domain.segments_tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class LongFilm:
    """`content` is where other workers find the source, None where they cannot; `belongings` is what filters read."""

    recipe: Recipe
    source: Path
    content: BlobRef | None
    belongings: dict[str, Path]
    cut: FilmCut
    done: Progressed
    ctx: JobContext
    tally: Tally

    @property
    def missing(self) -> list[Stretch]:
        return [stretch for stretch in self.cut.stretches if str(stretch.number) not in self.done.parts]

    async def finish(self, name: str, finished: Finished) -> None:
        """A crash from here on costs this part no more."""
        self.done.parts[name] = finished
        await self.save()

    async def save(self) -> None:
        await self.ctx.save_checkpoint(self.done.checkpoint())
