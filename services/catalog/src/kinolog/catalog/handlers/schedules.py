"""Schedules: at each due time the job is submitted and the time is marked as dealt with, in one atomic append.

The job's id follows from the schedule and the time, so however many catalogs there are, a time is fired once.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from kinolog.catalog.domain.bell import Bell, Hearing
from kinolog.catalog.domain.due import Due, due_times, next_due
from kinolog.catalog.handlers.manager import keep_looking, origin_of
from kinolog.common.aggregates import JOB, SCHEDULE, Change, Loaded, Schedule
from kinolog.common.aggregates.job_decisions import submit_job
from kinolog.common.clock import Clock
from kinolog.common.errors import EventUnreadable, Refused
from kinolog.common.events.schedule import (
    Overlap,
    ScheduleCreated,
    ScheduleDeleted,
    ScheduleFired,
    ScheduleUpdated,
)
from kinolog.common.ids import derived_id, new_id
from kinolog.common.log import EventLog, load

_NOT_DONE: Final = "the job before is not done"

_logger: Final = structlog.get_logger(__name__)


class ActiveSchedules(Protocol):
    async def active_schedules(self) -> list[Schedule]:
        """Those that are neither deleted nor paused, as far as is known. Raises StoreUnavailable."""
        ...


@dataclass(slots=True)
class Schedules:
    """What is at most `grace_seconds` late was not missed; `most_at_once` times of one schedule are fired in a row."""

    log: EventLog
    schedules: ActiveSchedules
    clock: Clock
    grace_seconds: float
    most_at_once: int
    bell: Bell = field(default_factory=Bell)

    def attend(self, hearing: Hearing) -> None:
        hearing.listen(lambda _: self.bell.ring(), ScheduleCreated, ScheduleUpdated, ScheduleDeleted, ScheduleFired)

    async def keep_going(self, pause_seconds: float, interval_seconds: float) -> None:
        await keep_looking(self.look, self.bell, pause_seconds=pause_seconds, interval_seconds=interval_seconds)

    async def look(self) -> float | None:
        """Fire what is due, and return in how many seconds the next time comes, as far as one is known."""
        waits = [await self._seconds_until_next(schedule) for schedule in await self.schedules.active_schedules()]
        return min((wait for wait in waits if wait is not None), default=None)

    async def _seconds_until_next(self, known: Schedule) -> float | None:
        try:
            if self._is_due(known):
                await self.fire(known.id)
                return None  # The events of that ring the bell.
            due = next_due(known)
        except (Refused, EventUnreadable) as error:
            _logger.error("Cannot tell when a schedule is due", schedule_id=known.id, error=str(error))
            return None
        return None if due is None else (due - self.clock()).total_seconds()

    def _is_due(self, schedule: Schedule) -> bool:
        due = next_due(schedule)
        return due is not None and due <= self.clock()

    async def fire(self, schedule_id: str) -> None:
        """Deal with every due time of a schedule. Raises Conflict where somebody else does so too: look again."""
        loaded = await load(self.log, SCHEDULE, schedule_id)
        if loaded.state is None:
            return
        now = self.clock()
        for due in due_times(loaded.state, now, grace_seconds=self.grace_seconds, most=self.most_at_once):
            loaded = await self._deal_with(due, loaded)

    async def _deal_with(self, due: Due, loaded: Loaded[Schedule]) -> Loaded[Schedule]:
        schedule = loaded.require()
        skipped = due.skipped or await self._overlap(schedule)
        changes = self._skip(due, loaded, skipped) if skipped else await self._submit(due, loaded)
        await self.log.append(changes, origin_of("schedules", new_id("cor")))
        _logger.info("Dealt with a time of a schedule", schedule_id=schedule.id, due=due.time, skipped=skipped)
        return await load(self.log, SCHEDULE, schedule.id)

    async def _overlap(self, schedule: Schedule) -> str | None:
        if schedule.overlap is Overlap.ALLOW or schedule.last_job_id is None:
            return None
        last = (await load(self.log, JOB, schedule.last_job_id)).state
        return _NOT_DONE if last is not None and not last.status.is_final else None

    def _skip(self, due: Due, loaded: Loaded[Schedule], why: str) -> list[Change]:
        return loaded.changes(ScheduleFired(due=due.time, skipped=why))

    async def _submit(self, due: Due, loaded: Loaded[Schedule]) -> list[Change]:
        """The job is there already only if somebody made it by hand, under the same id."""
        schedule = loaded.require()
        job = await load(self.log, JOB, derived_id(JOB.id_prefix, schedule.id, due.time.isoformat()))
        fired = loaded.changes(ScheduleFired(due=due.time, job_id=job.id))
        if job.exists:
            return fired
        return fired + job.changes(submit_job(schedule.job.model_copy(update={"schedule_id": schedule.id})))
