"""A video: a verified media file with a title, in a project."""

from datetime import datetime

from kinolog.common.aggregates.base import Aggregate, State
from kinolog.common.events import BlobRef, RecordedEvent
from kinolog.common.events.video import (
    VideoDeleted,
    VideoFacts,
    VideoPurged,
    VideoRegistered,
    VideoRestored,
    VideoThumbnailMade,
    VideoUpdated,
)


class Video(VideoFacts, State):
    thumbnail: BlobRef | None = None
    created_at: datetime
    updated_at: datetime
    is_deleted: bool = False


def evolve(state: Video | None, recorded: RecordedEvent) -> Video | None:
    event, at = recorded.event, recorded.occurred_at
    if isinstance(event, VideoRegistered):
        return Video(id=recorded.subject.id, **event.model_dump(), created_at=at, updated_at=at)
    if state is None:
        return None
    match event:
        case VideoUpdated():
            return state.model_copy(update={**event.model_dump(exclude_unset=True), "updated_at": at})
        case VideoThumbnailMade(content=content):
            return state.model_copy(update={"thumbnail": content, "updated_at": at})
        case VideoDeleted():
            return state.model_copy(update={"is_deleted": True, "updated_at": at})
        case VideoRestored():
            return state.model_copy(update={"is_deleted": False, "updated_at": at})
        case VideoPurged():
            return None
    return state


VIDEO = Aggregate("video", "vid", evolve)
