"""Settling: what an attempt came to is written to the log, once, provided the attempt still owns its job.

The append expects the fencing token. Whoever finds the job in other hands drops what it made and does not ack.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from kinolog.common.aggregates import Change, Job
from kinolog.common.aggregates.job_decisions import complete_attempt, confirm_cancel, fail_attempt, release_job
from kinolog.common.crashpoint import crashpoint
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
from kinolog.common.events.job import JobAttemptFailed, JobCompleted, JobSnoozed
from kinolog.common.worker.held import Held, JobLost
from kinolog.common.worker.identity import Identity
from kinolog.common.worker.outcome import Done, Ended, Interruption
from kinolog.common.worker.queue import Delivery

_PAUSE_SECONDS: Final = 0.5

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settlements:
    """Writes the outcomes of one worker's attempts."""

    identity: Identity
    is_leaving: Callable[[], bool]
    jitter: Callable[[], float] = random.random

    async def settle(self, held: Held, ended: Ended, delivery: Delivery) -> Event | None:
        """The event that was written, or None when the job had passed into other hands, or will.

        A log that is away is waited for, unless the worker is to go: then the lease runs out, and another takes over.
        """
        if ended.outcome is Interruption.LOST:
            _logger.warning("Lost the job to another worker", job_id=held.job.id, attempt=held.job.attempt)
            return None
        crashpoint("worker.before_commit")
        event = await self._written(held, ended)
        if event is not None:
            crashpoint("worker.after_commit")
            await self._answer(event, delivery)
        return event

    async def _written(self, held: Held, ended: Ended) -> Event | None:
        while True:
            try:
                return await self._write(held, ended)
            except JobLost as error:
                _logger.warning("Dropped the work of an attempt", job_id=held.job.id, reason=str(error))
                return None
            except Conflict:
                ended = replace(
                    ended, outcome=PassingError("conflict", "what the job was to change has changed meanwhile")
                )
            except Refused as error:
                message = f"what came of the job cannot be recorded: {error.message}"
                ended = replace(ended, outcome=PermanentError("output_refused", message))
            except (LogUnavailable, OutcomeUnknown) as error:
                _logger.warning("Cannot settle the attempt yet", job_id=held.job.id, error=str(error))
                if self.is_leaving():
                    return None
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _write(self, held: Held, ended: Ended) -> Event:
        def made(event: Event) -> Sequence[Change]:
            is_kept = isinstance(event, JobCompleted) and isinstance(ended.outcome, Done)
            return ended.outcome.changes if is_kept else ()  # type: ignore[union-attr]  # it is Done then

        return await held.write(lambda job: self._decide(job, ended), made)

    def _decide(self, job: Job, ended: Ended) -> Event:
        if job.cancel_requested:
            return confirm_cancel(job)
        match ended.outcome:
            case Done(output=output):
                return complete_attempt(job, output.model_dump(mode="json"), ended.phases)
            case WorkError() as error:
                now = self.identity.clock()
                return fail_attempt(job, error, now=now, jitter=self.jitter(), phases=ended.phases)
            case Interruption.CANCELLED:
                return confirm_cancel(job)
            case _:
                return release_job(job)

    async def _answer(self, event: Event, delivery: Delivery) -> None:
        again_at = _again_at(event)
        if again_at is None:
            await delivery.ack()
        else:
            await delivery.hand_back(max(timedelta(0), again_at - self.identity.clock()).total_seconds())


def _again_at(event: Event) -> datetime | None:
    """When the same delivery is to come again; None where it has served its purpose."""
    match event:
        case JobAttemptFailed(retry_at=at) | JobSnoozed(until=at):
            return at
    return None
