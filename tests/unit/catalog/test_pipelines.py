"""Jobs that wait for others are made ready, ended or left alone, by what the log says."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from kinolog.catalog.domain.bell import Hearing
from kinolog.catalog.handlers.pipelines import Pipelines
from kinolog.common.aggregates import JOB, Job, JobStatus
from kinolog.common.aggregates.base import unborn
from kinolog.common.aggregates.job_decisions import retry_job, start_attempt, submit_job
from kinolog.common.events import Event
from kinolog.common.events.job import JobCancelled, JobCompleted, JobFailed, JobQueued
from kinolog.common.ids import new_id
from kinolog.common.log import load
from kinolog.common.log.memory import MemoryLog
from kinolog.common.testing.examples import NOON, ORIGIN, a_submission

CAPTION_ID = "cap_" + "1" * 32
DONE = JobCompleted(attempt=1, output_data={"caption_id": CAPTION_ID})
FAILED = JobFailed(attempt=1, kind="test", message="The film is silent.")


@dataclass
class Scene:
    """A caption job, and burn jobs that wait for it and want its caption."""

    now: datetime = NOON
    missing_from_rows: bool = False
    caption_id: str = field(default_factory=lambda: new_id("job"))
    heard: int = 0

    def __post_init__(self) -> None:
        self.log = MemoryLog(clock=lambda: self.now)
        self.hearing = Hearing()
        self.manager = self.new_manager()
        self.manager.attend(self.hearing)

    def new_manager(self) -> Pipelines:
        return Pipelines(self.log, self, lambda: self.now, missing_grace_seconds=60.0, interval_seconds=30.0)

    async def begin(self) -> "Scene":
        submission = a_submission(type="caption", queue="transcribe", input_data={})
        await self.log.append(unborn(JOB, self.caption_id).changes(submit_job(submission)), ORIGIN)
        await self.append(self.caption_id, start_attempt(await self.job(self.caption_id), worker="w", lease_seconds=1))
        return self

    async def burn(self, depends_on: str | None = None, **changes: Any) -> str:
        job_id, other = new_id("job"), depends_on or self.caption_id
        values = {"type": "burn", "input_data": {"caption_id": {"$from": f"{other}.caption_id"}}, **changes}
        event = submit_job(a_submission(**values), depends_on=(other,))
        await self.log.append(unborn(JOB, job_id).changes(event), ORIGIN)
        return job_id

    async def waiting_jobs(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for entry in (await self.log.scan(0, 1_000)).entries:
            job = await self.job(getattr(entry.subject, "id", ""))
            if job.is_waiting and not self.missing_from_rows:
                found[job.id] = job.depends_on
        return found

    async def statuses(self, job_ids: Iterable[str]) -> dict[str, JobStatus]:
        states = [(await load(self.log, JOB, job_id)).state for job_id in job_ids]
        return {state.id: state.status for state in states if state is not None}

    async def job(self, job_id: str) -> Job:
        return (await load(self.log, JOB, job_id)).require()

    async def append(self, job_id: str, event: Event) -> None:
        await self.log.append((await load(self.log, JOB, job_id)).changes(event), ORIGIN)

    async def look(self) -> None:
        """As after a batch was applied."""
        batch = await self.log.scan(self.heard, 1_000)
        self.heard += len(batch.entries)
        self.hearing.tell(batch.entries)
        await self.manager.look()


@pytest.fixture
async def scene() -> Scene:
    return await Scene().begin()


async def test_a_job_is_made_ready_with_what_the_other_gave(scene: Scene) -> None:
    job_id = await scene.burn()
    await scene.append(scene.caption_id, DONE)
    await scene.look()
    job = await scene.job(job_id)
    assert (False, CAPTION_ID) == (job.is_waiting, job.input_data["caption_id"])


async def test_a_job_that_was_made_ready_is_not_made_ready_again(scene: Scene) -> None:
    job_id = await scene.burn()
    await scene.append(scene.caption_id, DONE)
    for _ in range(3):
        await scene.look()
        await scene.new_manager().look()
    queued = [each for each in await scene.log.read("job", job_id) if isinstance(each.event, JobQueued)]
    assert 1 == len(queued)


async def test_a_job_waits_while_the_other_runs(scene: Scene) -> None:
    job_id = await scene.burn()
    await scene.look()
    assert (await scene.job(job_id)).is_waiting


async def test_what_is_heard_suffices_without_the_rows(scene: Scene) -> None:
    scene.missing_from_rows = True
    job_id = await scene.burn()
    await scene.look()
    await scene.append(scene.caption_id, DONE)
    await scene.look()
    assert not (await scene.job(job_id)).is_waiting


async def test_a_job_submitted_after_the_other_was_done_does_not_wait(scene: Scene) -> None:
    await scene.append(scene.caption_id, DONE)
    await scene.look()
    scene.missing_from_rows = True
    job_id = await scene.burn()
    await scene.look()
    assert not (await scene.job(job_id)).is_waiting


async def test_after_a_crash_all_that_wait_are_looked_at(scene: Scene) -> None:
    job_id = await scene.burn()
    await scene.append(scene.caption_id, DONE)
    await scene.new_manager().look()
    assert not (await scene.job(job_id)).is_waiting


@pytest.mark.parametrize(("ended", "how"), [(FAILED, "failed: The film is silent."), (JobCancelled(), "was cancelled")])
async def test_a_job_ends_with_the_one_it_depends_on(scene: Scene, ended: Event, how: str) -> None:
    job_id = await scene.burn()
    await scene.append(scene.caption_id, ended)
    await scene.look()
    last = (await scene.log.read("job", job_id))[-1].event
    expected = f"it depends on another: the caption job {scene.caption_id} {how}"
    assert JobCancelled(reason=expected) == last


async def test_what_depends_on_a_cancelled_job_is_cancelled_in_turn(scene: Scene) -> None:
    first = await scene.burn()
    second = await scene.burn(first)
    await scene.append(scene.caption_id, FAILED)
    for _ in range(2):
        await scene.look()
    assert JobStatus.CANCELLED is (await scene.job(second)).status


async def test_a_job_that_is_to_be_kept_goes_on_after_a_retry_of_the_other(scene: Scene) -> None:
    job_id = await scene.burn(on_failure="keep")
    await scene.append(scene.caption_id, FAILED)
    await scene.look()
    assert (await scene.job(job_id)).is_waiting
    await scene.append(scene.caption_id, retry_job(await scene.job(scene.caption_id)))
    again = start_attempt(await scene.job(scene.caption_id), worker="w", lease_seconds=1)
    await scene.append(scene.caption_id, again)
    await scene.append(scene.caption_id, DONE)
    await scene.look()
    assert not (await scene.job(job_id)).is_waiting


async def test_a_job_whose_input_does_not_come_fails(scene: Scene) -> None:
    job_id = await scene.burn()
    await scene.append(scene.caption_id, JobCompleted(attempt=1, output_data={}))
    await scene.look()
    job = await scene.job(job_id)
    assert (JobStatus.FAILED, "unresolved_input") == (job.status, job.error_kind)
    wanted = f"input_data.caption_id: the job {scene.caption_id} gave no caption_id"
    assert wanted == job.error_message


async def test_a_job_that_was_never_submitted_is_missed_only_after_a_while(scene: Scene) -> None:
    job_id = await scene.burn(new_id("job"))
    await scene.look()
    assert (await scene.job(job_id)).is_waiting
    scene.now = NOON + timedelta(seconds=61)
    await scene.look()
    assert JobStatus.CANCELLED is (await scene.job(job_id)).status
