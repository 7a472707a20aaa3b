"""What happens to a video."""

from pydantic import BaseModel

from kinolog.common.events.base import BlobRef, Event, OnlyWhatWasSet


class VideoFacts(BaseModel):
    """What is known of a video from its registration on. Times are seconds, sizes pixels or bytes; `width` and
    `height` are as shown, after rotation.
    """

    project_id: str
    title: str
    filename: str
    content: BlobRef
    source_url: str | None = None
    duration: float
    width: int | None = None
    height: int | None = None
    size_bytes: int
    frame_rate: float | None = None
    container: str
    video_codec: str | None = None
    audio_codec: str | None = None
    rotation: int = 0
    is_clip: bool = False
    parent_video_id: str | None = None
    job_id: str | None = None


class VideoRegistered(VideoFacts, Event, type="video.registered"):
    """A verified media file became a video."""


class VideoUpdated(OnlyWhatWasSet, Event, type="video.updated"):
    title: str | None = None
    project_id: str | None = None


class VideoThumbnailMade(Event, type="video.thumbnail_made"):
    content: BlobRef
    width: int
    height: int
    at: float


class VideoDeleted(Event, type="video.deleted"):
    reason: str | None = None


class VideoRestored(Event, type="video.restored"):
    pass


class VideoPurged(Event, type="video.purged"):
    pass
