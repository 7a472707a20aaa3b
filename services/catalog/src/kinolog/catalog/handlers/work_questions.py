"""Answering questions about the work itself: the queues, a batch, and why a job has not started yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.dispatch import groups_to_look_at
from kinolog.catalog.domain.fairness import Head, Served, Shares, give_turns
from kinolog.catalog.domain.overview import overview
from kinolog.catalog.domain.precedence import ahead_of, estimate, runnable_since, went_before
from kinolog.catalog.domain.waits import Surroundings, waits_of, workers_for
from kinolog.catalog.domain.workload import Group, Workload
from kinolog.catalog.handlers.questions import Question, parse
from kinolog.common.aggregates import Job, JobStatus
from kinolog.common.clock import Clock
from kinolog.common.errors import Refused
from kinolog.common.queries import Ahead, BatchQuery, BatchState, Query, Queues, WaitKind, Why, WhyQuery
from kinolog.common.worker.board import Board

_TURNS: Final = 200
_NAMED: Final = 20
_DURATIONS: Final = 200


class WorkReader(Protocol):
    """Raises StoreUnavailable when the database cannot be used at present."""

    async def workload(self, now: datetime) -> Workload: ...

    async def heads(self, groups: Sequence[Group], now: datetime, most: int) -> list[Head]: ...

    async def count_batch(self, batch_id: str) -> Mapping[str, int]:
        """How many jobs of a batch there are of each status."""
        ...

    async def jobs(self, job_ids: Sequence[str]) -> list[Job]:
        """Those of the jobs that have a row."""
        ...

    async def count_ahead(self, job: Job, now: datetime) -> int:
        """How many jobs of its queue may start and are in a higher lane, or earlier in the same one."""
        ...

    async def started_between(self, queue: str, since: datetime, until: datetime, most: int) -> list[Job]:
        """The jobs of a queue whose last attempt started then, the newest first."""
        ...

    async def durations(self, job_type: str, most: int) -> list[float]:
        """What the newest completed jobs of a type took, in seconds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkQuestions:
    """Each takes a request's JSON. Raises Refused, Stale or StoreUnavailable.

    A worker that was silent for `worker_silence_seconds` is not counted as alive.
    """

    reader: WorkReader
    board: Board
    applied: Applied
    clock: Clock
    wait_seconds: float
    worker_silence_seconds: float
    longest_wait_seconds: float

    def by_name(self) -> dict[str, Question]:
        return {"queues": self.queues, "batch": self.batch, "why": self.why}

    async def queues(self, request: bytes) -> Queues:
        sequence = await self._wait_for(parse(Query, request))
        return Queues(queues=overview(await self.reader.workload(self.clock())), seq=sequence)

    async def batch(self, request: bytes) -> BatchState:
        query = parse(BatchQuery, request)
        sequence = await self._wait_for(query)
        counts = dict(await self.reader.count_batch(query.id))
        return BatchState(by_status=counts, total=sum(counts.values()), seq=sequence)

    async def why(self, request: bytes) -> Why:
        query = parse(WhyQuery, request)
        sequence = await self._wait_for(query)
        job = await self._job(query.job_id)
        around = await self._surroundings(job)
        waits = waits_of(job, around)
        ahead, ahead_count = await self._ahead(job, around)
        slots = sum(worker.slots for worker in workers_for(job, around.workers))
        return Why(
            waits_for=waits,
            ahead=ahead[:_NAMED],
            ahead_count=ahead_count,
            started_before=await self._started_before(job, around.now),
            estimate=estimate(
                await self.reader.durations(job.type, _DURATIONS),
                ahead_count=ahead_count,
                slots=slots,
                is_its_turn={wait.kind for wait in waits} == {WaitKind.TURN},
            ),
            seq=sequence,
        )

    async def _job(self, job_id: str) -> Job:
        found = await self.reader.jobs([job_id])
        if not found:
            raise Refused("not-found", f"there is no job {job_id}", field="job_id")
        return found[0]

    async def _surroundings(self, job: Job) -> Surroundings:
        now = self.clock()
        others = await self.reader.jobs(job.depends_on)
        alive_since = now - timedelta(seconds=self.worker_silence_seconds)
        workers = [worker for worker in await self.board.workers() if worker.at >= alive_since]
        return Surroundings({other.id: other for other in others}, workers, await self.reader.workload(now), now)

    async def _ahead(self, job: Job, around: Surroundings) -> tuple[list[Ahead], int]:
        """The jobs that go before it as things stand, and how many those are: an estimate beyond the nearest."""
        if job.status is not JobStatus.PENDING or job.is_waiting:
            return [], 0
        aged_before = around.now - timedelta(seconds=self.longest_wait_seconds)
        groups = around.workload.groups_of(job.queue)
        heads = await self.reader.heads(groups_to_look_at(groups, aged_before, _TURNS), around.now, _TURNS)
        shares = Shares(
            shares={head.project_id: around.workload.settings.share(head.project_id) for head in heads},
            running={head.project_id: around.workload.running_of(head.project_id, job.queue) for head in heads},
        )
        turns = give_turns(heads, shares, Served(), aged_before=aged_before, most=_TURNS)
        ahead = ahead_of(job, turns, heads)
        has_turn = len(ahead) < len(turns)
        return ahead, len(ahead) if has_turn else max(len(ahead), await self.reader.count_ahead(job, around.now))

    async def _started_before(self, job: Job, now: datetime) -> list[Ahead]:
        since = runnable_since(job)
        if since is None or job.is_waiting:
            return []
        until = job.started_at if job.status is not JobStatus.PENDING and job.started_at else now
        started = await self.reader.started_between(job.queue, since, until, _NAMED + 1)
        return went_before(job, [other for other in started if other.id != job.id][:_NAMED])

    async def _wait_for(self, query: Query) -> int:
        return await self.applied.wait_for(query.min_seq, within_seconds=self.wait_seconds)
