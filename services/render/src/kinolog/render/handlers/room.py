"""Seeing that there is room for a new film before anybody waits for it."""

from functools import wraps
from typing import Any, Final

from kinolog.common.aggregates import VIDEO
from kinolog.common.room import Room, with_room
from kinolog.common.worker.attempt import Handler
from kinolog.common.worker.context import JobContext

# Their films are as long and as large in the picture as the source. What others make may be far smaller.
OF_FULL_SIZE: Final = frozenset({"burn", "watermark", "normalize_audio"})
# Nobody knows what an encoder will make of a film. Few make less than half as many bytes, and hardly any of the rest
# is refused by this that would have had room.
_LEAST_SHARE: Final = 2


def with_room_for_films(handler: Handler, room: Room) -> Handler:
    """The same handler, which fails at once where its disks have no room for what it works with."""
    watched = with_room(handler, room)

    @wraps(handler)
    async def handle(job: Any, ctx: JobContext) -> Any:
        source_bytes = await _source_bytes(ctx)
        copied_bytes = 0 if ctx.blobs.is_local else source_bytes
        made_bytes = source_bytes // _LEAST_SHARE if ctx.job.type in OF_FULL_SIZE else 0
        room.refuse_without(work_bytes=copied_bytes + made_bytes, blob_bytes=made_bytes)
        return await watched(job, ctx)

    return handle


async def _source_bytes(ctx: JobContext) -> int:
    """0 for a job of several videos, or of one that is gone, which its handler will say."""
    video = (await ctx.load(VIDEO, ctx.job.video_id)).state if ctx.job.video_id else None
    return 0 if video is None else video.content.size_bytes
