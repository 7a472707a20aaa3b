"""What happens to a video."""

from pydantic import BaseModel

from kinolog.common.events.base import BlobRef, Event, OnlyWhatWasSet
from kinolog.common.events.rendering import Rendering


class FileFacts(BaseModel):
    """What is known of a media file. Times are seconds, sizes pixels or bytes; `width` and `height` are as shown, after
    rotation.
    """

    content: BlobRef
    duration: float
    width: int | None = None
    height: int | None = None
    size_bytes: int
    frame_rate: float | None = None
    container: str
    video_codec: str | None = None
    audio_codec: str | None = None
    rotation: int = 0


class VideoFacts(FileFacts):
    """What is known of a video from its registration on."""

    project_id: str
    title: str
    filename: str
    source_url: str | None = None
    is_clip: bool = False
    parent_video_id: str | None = None
    job_id: str | None = None


class VideoRegistered(VideoFacts, Event, type="video.registered"):
    """A verified media file became a video. `rendering` tells how, where Kinolog made the file."""

    rendering: Rendering | None = None


class VideoReplaced(FileFacts, Event, type="video.replaced"):
    """The video got another file in place of its own; its earlier events still name the earlier one."""

    job_id: str | None = None
    rendering: Rendering | None = None


class VideoUpdated(OnlyWhatWasSet, Event, type="video.updated"):
    title: str | None = None
    project_id: str | None = None


class VideoThumbnailMade(Event, type="video.thumbnail_made"):
    content: BlobRef
    width: int
    height: int
    at: float


class VideoScenesFound(Event, type="video.scenes_found"):
    """`content` is JSON: the scenes, and the score of each frame."""

    content: BlobRef
    detector: str
    scene_count: int
    job_id: str | None = None


class VideoPreviewMade(Event, type="video.preview_made"):
    """A short moving picture that stands for the video, such as a GIF."""

    content: BlobRef
    width: int
    height: int
    start_time: float
    duration: float
    job_id: str | None = None


class VideoPackaged(Event, type="video.packaged"):
    """The video can be streamed in several qualities. `manifest` is JSON: each file's name and blob."""

    manifest: BlobRef
    format: str
    size_bytes: int
    job_id: str | None = None
    rendering: Rendering | None = None


class VideoDeleted(Event, type="video.deleted"):
    reason: str | None = None


class VideoRestored(Event, type="video.restored"):
    pass


class VideoPurged(Event, type="video.purged"):
    pass
