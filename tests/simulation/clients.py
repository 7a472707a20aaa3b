"""People who submit jobs, cancel, retry, reprioritise, and pause the queue; and what they were told."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final

from simulation.plan import Asking, JobPlan, Plan, Wish
from simulation.virtual_time import virtual_clock

from kinolog.common.aggregates import JOB, SETTING, Job, JobStatus, Loaded
from kinolog.common.aggregates.job_decisions import cancel_job, reprioritise_job, retry_job, submit_job
from kinolog.common.aggregates.setting import setting_id
from kinolog.common.audit.client_lines import HistoryLine
from kinolog.common.controls import queue_setting
from kinolog.common.errors import Conflict, LogUnavailable, OutcomeUnknown, Refused
from kinolog.common.events import Event
from kinolog.common.events.job import JobQueued, JobWaiting, Submission
from kinolog.common.events.setting import SettingChanged
from kinolog.common.ids import derived_id
from kinolog.common.log import EventLog, Origin, load

QUEUE: Final = "bench"
_ATTEMPT_TIMEOUT_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.5
_MOST_LOOKS: Final = 10

Decision = Callable[[Loaded[Job]], Sequence[Event]]
Write = Callable[[Origin], Awaitable[int | None]]


class Clients:
    """`history` is what the audit compares with the log; `hint` is told of changes, by id and version."""

    def __init__(self, plan: Plan, log: EventLog, hint: Callable[[str, int], None]) -> None:
        self.history: list[HistoryLine] = []
        self.job_ids = [derived_id(JOB.id_prefix, str(plan.seed), str(number)) for number in range(len(plan.jobs) + 1)]
        self._plan = plan
        self._log = log
        self._hint = hint

    async def live(self) -> None:
        """Do everything that is planned, each at its time."""
        async with asyncio.TaskGroup() as tasks:
            for number, job in enumerate(self._plan.jobs):
                tasks.create_task(self._submit(number, job))
            for number, asking in enumerate(self._plan.askings):
                tasks.create_task(self._ask(number, asking))

    async def submit_one_more(self) -> None:
        """Beyond what is planned."""
        job = JobPlan(at=0, priority=10, max_retries=0, not_before_in=None, total_timeout=None)
        await self._submit(len(self._plan.jobs), job)

    async def set_paused(self, name: str, *, is_paused: bool) -> None:
        setting = setting_id(queue_setting(QUEUE))
        event = SettingChanged(name=queue_setting(QUEUE), value={"is_paused": is_paused})
        versions: list[int] = []

        async def write(origin: Origin) -> int:
            changes = (await load(self._log, SETTING, setting)).changes(event)
            versions.append(changes[0].version)
            return await self._log.append(changes, origin)

        await self._insist(name, setting, write)
        self._hint(setting, versions[-1])

    async def _submit(self, number: int, job: JobPlan) -> None:
        await asyncio.sleep(job.at)
        await self._decide(f"submit-{number}", self.job_ids[number], lambda loaded: _submission(loaded, job))

    async def _ask(self, number: int, asking: Asking) -> None:
        await asyncio.sleep(asking.at)
        name, job_id = f"{asking.wish}-{number}", self.job_ids[asking.job]
        match asking.wish:
            case Wish.PAUSE | Wish.RESUME:
                await self.set_paused(name, is_paused=asking.wish is Wish.PAUSE)
            case Wish.CANCEL:
                await self._wait_until_it_runs(job_id)
                await self._decide(name, job_id, lambda loaded: _wanted(loaded.require(), asking))
                self._hint(job_id, 0)
            case _:
                await self._decide(name, job_id, lambda loaded: _wanted(loaded.require(), asking))

    async def _wait_until_it_runs(self, job_id: str) -> None:
        """A cancel is most dangerous then; but nobody waits for long."""
        for _ in range(_MOST_LOOKS):
            with suppress(LogUnavailable):
                job = (await load(self._log, JOB, job_id)).state
                if job is not None and job.status is JobStatus.RUNNING:
                    return
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _decide(self, name: str, job_id: str, decision: Decision) -> None:
        async def write(origin: Origin) -> int | None:
            loaded = await load(self._log, JOB, job_id)
            events = decision(loaded)
            return await self._log.append(loaded.changes(*events), origin) if events else None

        await self._insist(name, job_id, write)

    async def _insist(self, key: str, aggregate_id: str, write: Write) -> None:
        """Ask again and again under one key until there is an answer."""
        number = 0
        while await self._told(f"{key}.{number}", key, aggregate_id, write) == "unknown":
            number += 1
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _told(self, name: str, key: str, aggregate_id: str, write: Write) -> str:
        self._note(name, "invoke", key=key)
        origin = Origin(source="gateway", actor="user:owner", correlation_id=name)
        try:
            sequence = await self._written(write, origin)
        except Refused:
            return self._note(name, "refused")
        except (LogUnavailable, OutcomeUnknown):
            return self._note(name, "unknown")
        return self._note(name, "ok", ids=(aggregate_id,) if sequence is not None else (), sequence=sequence)

    async def _written(self, write: Write, origin: Origin) -> int | None:
        while True:
            try:
                return await write(origin)
            except Conflict:
                await asyncio.sleep(0)

    def _note(self, name: str, outcome: str, **facts: object) -> str:
        at = asyncio.get_running_loop().time()
        self.history.append(HistoryLine.model_validate({"request": name, "outcome": outcome, "at": at, **facts}))
        return outcome


def _submission(loaded: Loaded[Job], job: JobPlan) -> list[JobQueued | JobWaiting]:
    """Nothing where the same request got through before."""
    if loaded.exists:
        return []
    submission = Submission(
        type="noop",
        input_data={},
        queue=QUEUE,
        priority=job.priority,
        max_retries=job.max_retries,
        attempt_timeout_seconds=_ATTEMPT_TIMEOUT_SECONDS,
        total_timeout_seconds=job.total_timeout,
    )
    if job.not_before_in is None:
        return [submit_job(submission)]
    return [submit_job(submission, not_before=virtual_clock() + timedelta(seconds=job.not_before_in))]


def _wanted(job: Job, asking: Asking) -> list[Event]:
    match asking.wish:
        case Wish.CANCEL:
            event = cancel_job(job)
            return [] if event is None else [event]
        case Wish.RETRY:
            return [retry_job(job)]
        case _:
            return reprioritise_job(job, asking.priority)
