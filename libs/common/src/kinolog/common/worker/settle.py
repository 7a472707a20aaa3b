"""Settling: what an attempt came to is written to the log, once, provided the attempt still owns its job.

The append expects the fencing token. Whoever finds the job in other hands drops what it made and does not ack.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from kinolog.common.aggregates import JOB, Change, Job, Loaded
from kinolog.common.aggregates.job_decisions import complete_attempt, confirm_cancel, fail_attempt, release_job
from kinolog.common.errors import (
    Conflict,
    LogUnavailable,
    OutcomeUnknown,
    PassingError,
    PermanentError,
    Refused,
    WorkError,
)
from kinolog.common.events import Event
from kinolog.common.events.job import JobAttemptFailed, JobQueued
from kinolog.common.log import EventLog, load
from kinolog.common.worker.attempt import Done, Interruption, Outcome
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.queue import Delivery

_PAUSE_SECONDS: Final = 0.5

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settlements:
    """Writes the outcomes of one worker's attempts."""

    log: EventLog
    identity: Identity
    jitter: Callable[[], float] = random.random

    async def settle(self, job: Job, outcome: Outcome, delivery: Delivery) -> Event | None:
        """The event that was written, or None when the job had passed into other hands."""
        if outcome is Interruption.LOST:
            _logger.warning("Lost the job to another worker", job_id=job.id, attempt=job.attempt)
            return None
        while True:
            try:
                loaded = await load(self.log, JOB, job.id)
                if not loaded.require().is_attempt_of(self.identity.worker_id, job.attempt):
                    _logger.warning("Dropped the work of an attempt that lost its job", job_id=job.id)
                    return None
                return await self._write(loaded, outcome, delivery)
            except Conflict:
                outcome = await self._after_conflict(loaded, outcome)
            except Refused as error:
                outcome = PermanentError("output_refused", f"what came of the job cannot be recorded: {error.message}")
            except (LogUnavailable, OutcomeUnknown) as error:
                _logger.warning("Cannot settle the attempt yet", job_id=job.id, error=str(error))
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _write(self, loaded: Loaded[Job], outcome: Outcome, delivery: Delivery) -> Event:
        event = self._decide(loaded.require(), outcome)
        changes = [*self._own(loaded, event)]
        if isinstance(outcome, Done) and not loaded.require().cancel_requested:
            changes = [*outcome.changes, *changes]
        await self.log.append(changes, self.identity.origin(loaded.require().correlation_id))
        await self._answer(event, delivery)
        return event

    def _decide(self, job: Job, outcome: Outcome) -> Event:
        if job.cancel_requested:
            return confirm_cancel(job)
        match outcome:
            case Done(output=output):
                return complete_attempt(job, output.model_dump(mode="json"))
            case WorkError():
                return fail_attempt(job, outcome, now=self.identity.clock(), jitter=self.jitter())
            case Interruption.CANCELLED:
                return confirm_cancel(job)
            case _:
                return release_job(job)

    def _own(self, loaded: Loaded[Job], event: Event) -> list[Change]:
        """A `queued` event's subject must end with its lane, all others end with the service that wrote them."""
        return loaded.changes(event, written_by=None if isinstance(event, JobQueued) else self.identity.service)

    async def _answer(self, event: Event, delivery: Delivery) -> None:
        if isinstance(event, JobAttemptFailed):
            await delivery.hand_back(max(timedelta(0), event.retry_at - self.identity.clock()).total_seconds())
        else:
            await delivery.ack()

    async def _after_conflict(self, loaded: Loaded[Job], outcome: Outcome) -> Outcome:
        """If the job itself has not moved, something else that was to change with it has: then the work is stale."""
        now = await load(self.log, JOB, loaded.id)
        if now.sequence == loaded.sequence:
            return PassingError("conflict", "what the job was to change has changed meanwhile")
        return outcome
