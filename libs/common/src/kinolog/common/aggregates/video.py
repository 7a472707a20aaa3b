"""A video: a verified media file with a title, in a project."""

from datetime import datetime
from typing import Any, Final

from kinolog.common.aggregates.base import Aggregate, State
from kinolog.common.events import BlobRef, Event, RecordedEvent
from kinolog.common.events.video import (
    FileFacts,
    VideoDeleted,
    VideoFacts,
    VideoPackaged,
    VideoPreviewMade,
    VideoPurged,
    VideoRegistered,
    VideoReplaced,
    VideoRestored,
    VideoScenesFound,
    VideoThumbnailMade,
    VideoUpdated,
)

# What was made of a file says nothing of the one that takes its place.
_OF_THE_FILE_BEFORE: Final = {"thumbnail": None, "scenes": None, "scene_count": None, "preview": None, "package": None}


class Video(VideoFacts, State):
    thumbnail: BlobRef | None = None
    scenes: BlobRef | None = None
    scene_count: int | None = None
    preview: BlobRef | None = None
    package: BlobRef | None = None
    created_at: datetime
    updated_at: datetime
    is_deleted: bool = False


def evolve(state: Video | None, recorded: RecordedEvent) -> Video | None:
    event, at = recorded.event, recorded.occurred_at
    if isinstance(event, VideoRegistered):
        facts = {name: getattr(event, name) for name in VideoFacts.model_fields}
        return Video(id=recorded.subject.id, **facts, created_at=at, updated_at=at)
    if state is None:
        return None
    changes = _changes(event)
    if changes is not None:
        return state.model_copy(update={**changes, "updated_at": at})
    return None if isinstance(event, VideoPurged) else state


def _changes(event: Event) -> dict[str, Any] | None:
    """What an event changes of a video; None where it changes nothing."""
    match event:
        case VideoUpdated():
            return event.model_dump(exclude_unset=True)
        case VideoReplaced():
            return {**{name: getattr(event, name) for name in FileFacts.model_fields}, **_OF_THE_FILE_BEFORE}
        case VideoThumbnailMade():
            return {"thumbnail": event.content}
        case VideoScenesFound():
            return {"scenes": event.content, "scene_count": event.scene_count}
        case VideoPreviewMade():
            return {"preview": event.content}
        case VideoPackaged():
            return {"package": event.manifest}
        case VideoDeleted() | VideoRestored():
            return {"is_deleted": isinstance(event, VideoDeleted)}
    return None


VIDEO = Aggregate("video", "vid", evolve)
