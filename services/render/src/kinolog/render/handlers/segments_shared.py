"""Sharing the segments of a long film with other workers, as jobs of their own, while this one encodes too.

Nothing waits for a worker that may never come: a job is only submitted where one is free, and what none has begun is
taken back once nothing else is left to do here.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from pydantic import TypeAdapter

from kinolog.common.aggregates import Job, JobStatus
from kinolog.common.errors import LogError
from kinolog.common.events import BlobRef
from kinolog.common.jobs import SegmentInput, SegmentOutput
from kinolog.common.worker.children import Children
from kinolog.render.domain.recipe import Recipe
from kinolog.render.domain.segments_done import Finished, encoded_of
from kinolog.render.domain.segments_plan import FilmCut, Stretch
from kinolog.render.handlers.segments_film import LongFilm

JOB_TYPE: Final = "render_segment"
RECIPE: Final = TypeAdapter(Recipe)
CUT: Final = TypeAdapter(FilmCut)

_logger: Final = structlog.get_logger(__name__)


@dataclass(slots=True)
class Shared:
    """Who does which segment: `lent` are the children's by number, of an earlier attempt too; `own` is the one that
    this worker is at.
    """

    film: LongFilm
    children: Children
    own: int | None = None
    _waiting: int = 0
    _belongings: dict[str, BlobRef] | None = None

    @property
    def lent(self) -> dict[int, str]:
        return self.film.done.lent

    def next_own(self) -> Stretch | None:
        """The first segment that nobody is at."""
        self.own = next((each.number for each in self.film.missing if each.number not in self.lent), None)
        return None if self.own is None else self.film.cut.stretches[self.own]

    async def look_after(self) -> None:
        """Collect what children have made, and have more made where a worker is free."""
        try:
            await self._collect()
            await self._lend()
        except LogError as error:  # The next look may find it again; segments that nobody brings are made here.
            _logger.debug("Could not look after segments", error=str(error))

    async def take_back(self) -> None:
        """One segment that no worker has begun, or whose worker is gone, so that it is next here."""
        for number, job_id in reversed(self.lent.items()):
            if await self.children.take_back(job_id):
                del self.lent[number]
                return

    async def _collect(self) -> None:
        self._waiting = 0
        for number, job_id in tuple(self.lent.items()):
            job = await self.children.look(job_id)
            if job is not None and job.status.is_final:
                del self.lent[number]
                await self._take(number, job)
            elif job is None or job.status is JobStatus.PENDING:
                self._waiting += 1
            else:
                self.film.tally.note(number, await self.children.percent(job_id) / 100)

    async def _take(self, number: int, job: Job) -> None:
        """What has failed is made here."""
        self.film.tally.note(number, 1.0 if job.status is JobStatus.COMPLETED else 0.0)
        if job.status is not JobStatus.COMPLETED:
            _logger.warning("A segment came to nothing elsewhere", job_id=job.id, segment=number, outcome=job.status)
            return
        output = SegmentOutput.model_validate(job.output_data)
        await self.film.finish(str(number), Finished(output.segment, encoded_of(output.encoded)))

    async def _lend(self) -> None:
        """From the film's end, so that this worker's own are the last to be asked for."""
        free = [each.number for each in self.film.missing if each.number not in self.lent and each.number != self.own]
        room = await self.children.free_slots(JOB_TYPE) - self._waiting if free else 0
        for number in reversed(free[-room:] if room > 0 else []):
            request = await self._request(number)
            self.lent[number] = await self.children.submit(JOB_TYPE, request)
            self._waiting += 1
            await self.film.save()

    async def _request(self, number: int) -> SegmentInput:
        film = self.film
        assert film.content is not None  # noqa: S101  # such films are not shared
        if self._belongings is None:
            self._belongings = {name: await film.ctx.blobs.put_file(path) for name, path in film.belongings.items()}
        # Chapters belong to the whole film, and their titles would go along with each of its segments.
        recipe = replace(film.recipe, chapters=())
        written: dict[str, Any] = {"recipe": RECIPE.dump_python(recipe, mode="json")}
        return SegmentInput(
            **written,
            parent_id=film.ctx.job.id,
            source=film.content,
            cut=CUT.dump_python(film.cut, mode="json"),
            number=number,
            belongings=self._belongings,
        )
