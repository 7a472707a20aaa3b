"""Which encoder a job gets: graphics hardware is for those that ask for it, and for their first try."""

from collections.abc import Mapping

from kinolog.common.jobs import Output
from kinolog.common.subjects import is_gpu_queue
from kinolog.common.worker.attempt import Handler
from kinolog.common.worker.context import JobContext


def by_queue(plain: Mapping[str, Handler], helped: Mapping[str, Handler]) -> dict[str, Handler]:
    """What encodes on the CPU, and what has the help of hardware, under one name for each type of job."""
    return {name: _either(plain[name], helped[name]) for name in plain}


def _either(plain: Handler, helped: Handler) -> Handler:
    async def handle(request: object, ctx: JobContext) -> Output:
        return await (helped if is_helped(ctx) else plain)(request, ctx)

    return handle


def is_helped(ctx: JobContext) -> bool:
    """Hardware that made something useless, without a word, has had its try."""
    return is_gpu_queue(ctx.job.queue) and ctx.job.retry_count == 0
