"""What a project has already of the sources out there, so that nothing is fetched twice.

A video's id follows from its project and its source, and needs no table. Where that video was deleted, or was fetched
again on purpose, the next one takes the next id that follows from them.
"""

from dataclasses import dataclass
from itertools import count

from kinolog.common.aggregates import VIDEO, Loaded, Video
from kinolog.common.aggregates.base import unborn
from kinolog.common.worker.context import JobContext
from kinolog.ingest.domain.identities import archived_video_id


@dataclass(frozen=True, slots=True)
class Shelved:
    """`video` is the newest that is there, `unborn` the one that would be next."""

    video: Video | None
    unborn: Loaded[Video]


async def look_up(ctx: JobContext, project_id: str, source_id: str) -> Shelved:
    """Raises what the log raises."""
    newest: Video | None = None
    for copy in count():
        loaded = await ctx.load(VIDEO, archived_video_id(project_id, source_id, copy))
        if loaded.version == 0:
            break
        video = loaded.state
        newest = video if video is not None and is_there(video, project_id) else newest
    return Shelved(newest, unborn(VIDEO, loaded.id))


def is_there(video: Video, project_id: str) -> bool:
    return not video.is_deleted and video.project_id == project_id
