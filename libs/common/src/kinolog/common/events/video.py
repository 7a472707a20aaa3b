"""What happens to a video."""

from datetime import datetime

from pydantic import BaseModel

from kinolog.common.events.base import BlobRef, Event, OnlyWhatWasSet
from kinolog.common.events.rendering import Rendering


class FileFacts(BaseModel):
    """What is known of a media file. Times are seconds, sizes pixels or bytes; `width` and `height` are as shown, after
    rotation. `dynamic_range` is `sdr`, `hdr10`, `hlg` or `dolby_vision`, None where there is no picture.

    `recorded_at` is what the file says of it. `probe` is JSON: every stream, chapter and key frame.
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
    is_variable_frame_rate: bool = False
    dynamic_range: str | None = None
    audio_channels: int | None = None
    audio_track_count: int = 0
    chapter_count: int = 0
    recorded_at: datetime | None = None
    probe: BlobRef | None = None


class VideoFacts(FileFacts):
    """What is known of a video from its registration on. `source_id` names it where it came from, as `youtube:…`."""

    project_id: str
    title: str
    filename: str
    source_url: str | None = None
    source_id: str | None = None
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


class Storyboard(BaseModel):
    """Small pictures of equal size, row by row in one JPEG: the n-th is what the film shows at n times the interval."""

    content: BlobRef
    tile_width: int
    tile_height: int
    columns: int
    rows: int
    interval_seconds: float
    tile_count: int


class VideoStoryboardMade(Storyboard, Event, type="video.storyboard_made"):
    job_id: str | None = None


class Waveform(BaseModel):
    """`content` is JSON: the lowest and highest sample of each stretch, -128 to 127. `picture` is a PNG of it."""

    content: BlobRef
    picture: BlobRef
    peaks_per_second: float
    peak_count: int


class VideoWaveformMade(Waveform, Event, type="video.waveform_made"):
    job_id: str | None = None


class SoundFacts(BaseModel):
    """How loud a film is (EBU R 128), None where that cannot be said, as of silence. `silences` is JSON: the stretches
    without sound, in seconds.
    """

    integrated_lufs: float | None = None
    range_lu: float | None = None
    true_peak_dbtp: float | None = None
    silences: BlobRef
    silence_count: int
    silent_seconds: float


class VideoSoundMeasured(SoundFacts, Event, type="video.sound_measured"):
    job_id: str | None = None


class VideoSourceDescribed(Event, type="video.source_described"):
    """What the site that a video came from tells of it. `content` is JSON."""

    content: BlobRef
    job_id: str | None = None


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


class VideoCaptionChosen(Event, type="video.caption_chosen"):
    """Which of the captions is meant where none is named; None: the newest."""

    caption_id: str | None
    reason: str | None = None


class VideoDeleted(Event, type="video.deleted"):
    reason: str | None = None


class VideoRestored(Event, type="video.restored"):
    pass


class VideoPurged(Event, type="video.purged"):
    pass
