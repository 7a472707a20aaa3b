"""Making a video out of a file: the events that register it, with all that was found in it, and its poster frame."""

from collections.abc import Sequence
from typing import Final

from kinolog.common.aggregates import VIDEO, Loaded, Video
from kinolog.common.blobs import BlobStore
from kinolog.common.events import BlobRef, Event
from kinolog.common.events.rendering import Rendering
from kinolog.common.events.video import VideoThumbnailMade
from kinolog.common.media.identity import Identity, registered, replaced
from kinolog.common.media.inspector import Inspected
from kinolog.common.worker.context import JobContext

POSTER_MEDIA_TYPE: Final = "image/jpeg"
PROBE_MEDIA_TYPE: Final = "application/json"


async def register_video(
    ctx: JobContext,
    identity: Identity,
    content: BlobRef,
    inspected: Inspected,
    rendering: Rendering | None = None,
    *,
    told: Sequence[Event] = (),
    unborn: Loaded[Video] | None = None,
) -> str:
    """Have the video appear when the job completes, and return its id: a new one, or that of `unborn`.

    `told` is what is known of it besides.
    """
    events = [*await events_of(ctx.blobs, ctx.job.id, identity, content, inspected, rendering), *told]
    if unborn is None:
        return ctx.create(VIDEO, *events)
    ctx.change(unborn, *events)
    return unborn.id


async def events_of(
    blobs: BlobStore,
    job_id: str | None,
    identity: Identity,
    content: BlobRef,
    inspected: Inspected,
    rendering: Rendering | None = None,
) -> list[Event]:
    """The beginning of a video; what was found in its file is stored."""
    event = registered(job_id, identity, content, inspected.facts, rendering, await _probe(blobs, inspected))
    return [event, *await _poster(blobs, inspected)]


async def replace_file(
    ctx: JobContext, video: Loaded[Video], content: BlobRef, inspected: Inspected, rendering: Rendering | None = None
) -> None:
    """Have a video get another file when the job completes, provided that nobody changes the video before."""
    event = replaced(ctx.job.id, content, inspected.facts, rendering, await _probe(ctx.blobs, inspected))
    ctx.change(video, event, *await _poster(ctx.blobs, inspected))


async def _probe(blobs: BlobStore, inspected: Inspected) -> BlobRef:
    return await blobs.put_file(inspected.report, PROBE_MEDIA_TYPE)


async def _poster(blobs: BlobStore, inspected: Inspected) -> list[Event]:
    poster = inspected.facts.poster
    if poster is None or inspected.poster is None:
        return []
    blob = await blobs.put_file(inspected.poster, POSTER_MEDIA_TYPE)
    return [VideoThumbnailMade(content=blob, width=poster.width, height=poster.height, at=poster.at)]
