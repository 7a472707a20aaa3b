"""A failed job ends the unfinished rest of its batch where its submitter said so; a cancelled one does not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from kinolog.catalog.handlers.batches import Batches
from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.aggregates.job_decisions import retry_job, start_attempt
from kinolog.common.events import Event
from kinolog.common.events.job import JobCancelled, JobFailed
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import ORIGIN, submitted

FAILED = JobFailed(attempt=1, kind="test", message="The film is damaged.")


@dataclass
class Scene:
    """A batch of jobs, all of which the rows know."""

    log: MemoryLog = field(default_factory=MemoryLog)
    ids: list[str] = field(default_factory=list)

    async def submit(self, count: int, **changes: Any) -> Sequence[str]:
        added = [await submitted(self.log, **{"batch_id": "bat_1", **changes}) for _ in range(count)]
        self.ids += added
        return added

    async def stopping_jobs(self) -> list[str]:
        return [job.id for job in await self.jobs() if job.status is JobStatus.FAILED]

    async def unfinished_of(self, batch_id: str) -> list[str]:
        return [job.id for job in await self.jobs() if job.batch_id == batch_id and not job.status.is_final]

    async def jobs(self) -> list[Job]:
        return [await self.job(job_id) for job_id in self.ids]

    async def job(self, job_id: str) -> Job:
        return (await load(self.log, JOB, job_id)).require()

    async def append(self, job_id: str, event: Event) -> None:
        await self.log.append((await load(self.log, JOB, job_id)).changes(event), ORIGIN)

    async def look(self) -> None:
        await Batches(self.log, self).look()

    async def is_cancelled(self, job_id: str) -> bool:
        return (await self.job(job_id)).status is JobStatus.CANCELLED


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_the_rest_of_a_batch_is_cancelled_with_the_reason(scene: Scene) -> None:
    failed, pending = await scene.submit(2)
    await scene.append(failed, FAILED)
    await scene.look()
    last = (await scene.log.read("job", pending))[-1].event
    why = f"another job of its batch came to nothing: the trim job {failed} failed: The film is damaged."
    assert JobCancelled(reason=why) == last


async def test_a_running_job_is_asked_to_stop_and_only_once(scene: Scene) -> None:
    failed, running = await scene.submit(2)
    await scene.append(running, start_attempt(await scene.job(running), worker="w", lease_seconds=1))
    await scene.append(failed, FAILED)
    for _ in range(3):
        await scene.look()
    assert ["queued", "started", "cancel_requested"] == [
        each.subject.name for each in await scene.log.read("job", running)
    ]


async def test_a_job_that_was_to_keep_the_rest_keeps_it(scene: Scene) -> None:
    failed, pending = await scene.submit(2, on_failure="keep")
    await scene.append(failed, FAILED)
    await scene.look()
    assert not await scene.is_cancelled(pending)


async def test_a_job_that_ends_only_what_depends_on_it_leaves_the_rest_alone(scene: Scene) -> None:
    failed, unrelated = await scene.submit(2, stops_batch=False)
    await scene.append(failed, FAILED)
    await scene.look()
    assert not await scene.is_cancelled(unrelated)


async def test_a_job_that_somebody_cancelled_leaves_the_rest_alone(scene: Scene) -> None:
    cancelled, pending = await scene.submit(2)
    await scene.append(cancelled, JobCancelled(reason="Not needed."))
    await scene.look()
    assert not await scene.is_cancelled(pending)


async def test_other_batches_are_left_alone(scene: Scene) -> None:
    [failed] = await scene.submit(1)
    [other] = await scene.submit(1, batch_id="bat_2")
    await scene.append(failed, FAILED)
    await scene.look()
    assert not await scene.is_cancelled(other)


async def test_a_job_that_was_retried_after_the_failure_goes_on(scene: Scene) -> None:
    failed, retried = await scene.submit(2)
    await scene.append(failed, FAILED)
    await scene.look()
    await scene.append(retried, retry_job(await scene.job(retried)))
    await scene.look()
    assert not await scene.is_cancelled(retried)


async def test_a_job_that_joins_its_batch_late_is_cancelled_too(scene: Scene) -> None:
    [failed] = await scene.submit(1)
    await scene.append(failed, FAILED)
    [late] = await scene.submit(1)
    await scene.look()
    assert await scene.is_cancelled(late)
