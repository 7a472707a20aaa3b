"""A video: a verified media file with a title, in a project."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel

from kinolog.common.aggregates.base import Aggregate, State
from kinolog.common.events import BlobRef, Event, RecordedEvent
from kinolog.common.events.video import (
    FileFacts,
    SoundFacts,
    Storyboard,
    VideoCaptionChosen,
    VideoDeleted,
    VideoFacts,
    VideoPackaged,
    VideoPreviewMade,
    VideoPurged,
    VideoRegistered,
    VideoReplaced,
    VideoRestored,
    VideoScenesFound,
    VideoSoundMeasured,
    VideoSourceDescribed,
    VideoStoryboardMade,
    VideoThumbnailMade,
    VideoUpdated,
    VideoWaveformMade,
    Waveform,
)

# What was made of a file says nothing of the one that takes its place.
_OF_THE_FILE_BEFORE: Final = dict.fromkeys(
    ("thumbnail", "storyboard", "waveform", "sound", "scenes", "scene_count", "preview", "package")
)


class Video(VideoFacts, State):
    thumbnail: BlobRef | None = None
    storyboard: Storyboard | None = None
    waveform: Waveform | None = None
    sound: SoundFacts | None = None
    source_description: BlobRef | None = None
    scenes: BlobRef | None = None
    scene_count: int | None = None
    preview: BlobRef | None = None
    package: BlobRef | None = None
    default_caption_id: str | None = None
    created_at: datetime
    updated_at: datetime
    is_deleted: bool = False


def evolve(state: Video | None, recorded: RecordedEvent) -> Video | None:
    event, at = recorded.event, recorded.occurred_at
    if isinstance(event, VideoRegistered):
        return Video(id=recorded.subject.id, **_parts(event, VideoFacts), created_at=at, updated_at=at)
    if state is None:
        return None
    if type(event) in _CHANGES:
        return state.model_copy(update={**_CHANGES[type(event)](event), "updated_at": at})
    return None if isinstance(event, VideoPurged) else state


def _parts(event: Event, model: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(event, name) for name in model.model_fields}


_CHANGES: Final[Mapping[type[Event], Callable[[Any], dict[str, Any]]]] = {
    VideoUpdated: lambda event: event.model_dump(exclude_unset=True),
    VideoReplaced: lambda event: {**_parts(event, FileFacts), **_OF_THE_FILE_BEFORE},
    VideoThumbnailMade: lambda event: {"thumbnail": event.content},
    VideoStoryboardMade: lambda event: {"storyboard": Storyboard(**_parts(event, Storyboard))},
    VideoWaveformMade: lambda event: {"waveform": Waveform(**_parts(event, Waveform))},
    VideoSoundMeasured: lambda event: {"sound": SoundFacts(**_parts(event, SoundFacts))},
    VideoSourceDescribed: lambda event: {"source_description": event.content},
    VideoScenesFound: lambda event: {"scenes": event.content, "scene_count": event.scene_count},
    VideoPreviewMade: lambda event: {"preview": event.content},
    VideoPackaged: lambda event: {"package": event.manifest},
    VideoCaptionChosen: lambda event: {"default_caption_id": event.caption_id},
    VideoDeleted: lambda _: {"is_deleted": True},
    VideoRestored: lambda _: {"is_deleted": False},
}


VIDEO = Aggregate("video", "vid", evolve)
