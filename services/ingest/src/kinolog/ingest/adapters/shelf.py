"""A folder for each job that outlives its attempts, so that the next one can go on with what is there.

It goes when the attempt that uses it ends the job; what other ends leave behind goes when the next job begins here.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from kinolog.common.aggregates import JOB
from kinolog.common.errors import Cancelled, LogError, PermanentError, Snooze
from kinolog.common.room import Room
from kinolog.common.worker.context import JobContext

_PATIENCE_SECONDS: Final = 1.0

_logger: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    root: Path
    room: Room

    @asynccontextmanager
    async def place_for(self, ctx: JobContext) -> AsyncIterator[Path]:
        """Kept where the body ends with an error that a next attempt may get over, or with the worker.

        Raises NoRoom where a disk has no room to begin, or none any more.
        """
        await self._sweep(ctx)
        place = self.root / ctx.job.id
        await asyncio.to_thread(place.mkdir, parents=True, exist_ok=True)
        try:
            async with self.room.kept():
                yield place
        except asyncio.CancelledError:
            if await _is_to_be_cancelled(ctx):
                await _remove(place)
            raise
        except Exception as error:
            if _is_the_last(ctx, error):
                await _remove(place)
            raise
        await _remove(place)

    async def _sweep(self, ctx: JobContext) -> None:
        for place in await asyncio.to_thread(lambda: list(self.root.glob("job_*"))):
            if place.name != ctx.job.id and await _is_over(ctx, place.name):
                await _remove(place)


def _is_the_last(ctx: JobContext, error: Exception) -> bool:
    is_for_good = isinstance(error, PermanentError | Cancelled)
    return is_for_good or (ctx.job.retry_count >= ctx.job.max_retries and not isinstance(error, Snooze))


async def _is_over(ctx: JobContext, job_id: str) -> bool:
    job = (await ctx.load(JOB, job_id)).state
    return job is None or job.status.is_final


async def _is_to_be_cancelled(ctx: JobContext) -> bool:
    """A worker that is told to stop cancels its handlers as well, but that job goes on elsewhere, or here, later."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return (await ctx.load(JOB, ctx.job.id)).require().cancel_requested
    except (LogError, TimeoutError) as error:
        _logger.warning("Left a partial download behind", job_id=ctx.job.id, error=str(error))
        return False


async def _remove(place: Path) -> None:
    await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
