"""What jobs do in a simulation: an attempt's course depends on nothing but the seed, the job and its number."""

import asyncio
import random
from dataclasses import dataclass
from typing import Final

from kinolog.common.aggregates import VIDEO
from kinolog.common.errors import Cancelled, PassingError, PermanentError, Snooze
from kinolog.common.jobs import NoopInput, Output
from kinolog.common.testing.examples import a_video
from kinolog.common.worker.context import JobContext

_FOR_EVER_SECONDS: Final = 100_000.0
_MOST_SNOOZES: Final = 2


class Made(Output):
    video_id: str


@dataclass(frozen=True, slots=True)
class Toil:
    """The handler."""

    seed: int

    async def __call__(self, job: NoopInput, ctx: JobContext) -> Output:
        rng = random.Random(f"{self.seed} {ctx.job.id} {ctx.job.attempt}")
        for step in range(rng.choice((0, 1, 2, 3))):
            await _labour(rng, ctx, step)
        return _come_to_an_end(rng, ctx)


async def _labour(rng: random.Random, ctx: JobContext, step: int) -> None:
    ctx.progress(f"step {step}", percent=30.0 * step)
    if rng.random() < 0.3:
        await ctx.save_checkpoint({"step": step})
    seconds = _FOR_EVER_SECONDS if step == 0 and rng.random() < 0.12 else rng.uniform(0, 3)
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        if rng.random() < 0.8:
            raise  # Else it pays no attention, as a careless handler might.


def _come_to_an_end(rng: random.Random, ctx: JobContext) -> Output:
    match rng.choices(("done", "busy", "soon", "never", "later", "bug", "unwanted"), (60, 8, 12, 5, 8, 4, 3))[0]:
        case "busy":
            raise PassingError("busy", "not now")
        case "soon":
            raise PassingError("busy", "not now", retry_in_seconds=rng.uniform(0, 3))
        case "never":
            raise PermanentError("bad", "never")
        case "later" if ctx.job.snooze_count < _MOST_SNOOZES:
            raise Snooze(rng.uniform(0, 3), "the source is not ready")
        case "bug":
            raise ZeroDivisionError("a bug in a handler")
        case "unwanted":
            raise Cancelled("nobody wants it")
    return Made(video_id=ctx.create(VIDEO, a_video(job_id=ctx.job.id)))
