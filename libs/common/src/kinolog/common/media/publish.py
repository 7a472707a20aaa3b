"""Making a video out of a file: the events that register it, with its poster frame when it has one."""

from typing import Final

from kinolog.common.aggregates import VIDEO
from kinolog.common.events import BlobRef, Event
from kinolog.common.events.rendering import Rendering
from kinolog.common.events.video import VideoThumbnailMade
from kinolog.common.media.identity import Identity, registered
from kinolog.common.media.inspector import Inspected
from kinolog.common.worker.context import JobContext

POSTER_MEDIA_TYPE: Final = "image/jpeg"


async def register_video(
    ctx: JobContext, identity: Identity, content: BlobRef, inspected: Inspected, rendering: Rendering | None = None
) -> str:
    """Have the video appear when the job completes, and return its id."""
    events: list[Event] = [registered(ctx.job.id, identity, content, inspected.facts, rendering)]
    poster = inspected.facts.poster
    if poster is not None and inspected.poster is not None:
        blob = await ctx.blobs.put_file(inspected.poster, POSTER_MEDIA_TYPE)
        events.append(VideoThumbnailMade(content=blob, width=poster.width, height=poster.height, at=poster.at))
    return ctx.create(VIDEO, *events)
