"""Whatever job brings a video in, another one analyzes it then."""

from functools import wraps
from typing import Any

from kinolog.common.events.video import VideoRegistered
from kinolog.common.media.analysis import analysis_of
from kinolog.common.worker.attempt import Handler
from kinolog.common.worker.context import JobContext


def followed_by_analysis(handler: Handler) -> Handler:
    """The same handler; each video that it registers is queued for analysis in the same commit."""

    @wraps(handler)
    async def handle(job: Any, ctx: JobContext) -> Any:
        output = await handler(job, ctx)
        for video_id in [change.id for change in ctx.changes if isinstance(change.event, VideoRegistered)]:
            ctx.submit(analysis_of(video_id, ctx.job.project_id, ctx.job.priority))
        return output

    return handle
