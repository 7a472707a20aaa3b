"""Who a video is: what people know of it, joined with what was found in its file."""

from dataclasses import dataclass
from typing import Any

from kinolog.common.events import BlobRef
from kinolog.common.events.rendering import Rendering
from kinolog.common.events.video import VideoRegistered, VideoReplaced
from kinolog.common.media.facts import MediaFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a video is to people, beside what its file is."""

    project_id: str
    title: str
    filename: str
    source_url: str | None = None
    source_id: str | None = None
    is_clip: bool = False
    parent_video_id: str | None = None


def registered(
    job_id: str | None,
    identity: Identity,
    content: BlobRef,
    facts: MediaFacts,
    rendering: Rendering | None = None,
    probe: BlobRef | None = None,
) -> VideoRegistered:
    """The media type is the one found inside: what an uploader claims would be served to browsers later."""
    return VideoRegistered(
        **_file_facts(content, facts, probe),
        project_id=identity.project_id,
        title=identity.title,
        filename=identity.filename,
        source_url=identity.source_url,
        source_id=identity.source_id,
        is_clip=identity.is_clip,
        parent_video_id=identity.parent_video_id,
        job_id=job_id,
        rendering=rendering,
    )


def replaced(
    job_id: str,
    content: BlobRef,
    facts: MediaFacts,
    rendering: Rendering | None = None,
    probe: BlobRef | None = None,
) -> VideoReplaced:
    """Another file for a video that stays who it is."""
    return VideoReplaced(**_file_facts(content, facts, probe), job_id=job_id, rendering=rendering)


def _file_facts(content: BlobRef, facts: MediaFacts, probe: BlobRef | None) -> dict[str, Any]:
    return {
        "content": content.model_copy(update={"media_type": facts.media_type}),
        "duration": facts.duration,
        "width": facts.width,
        "height": facts.height,
        "size_bytes": content.size_bytes,
        "frame_rate": facts.frame_rate,
        "container": facts.container,
        "video_codec": facts.video_codec,
        "audio_codec": facts.audio_codec,
        "rotation": facts.rotation,
        "is_variable_frame_rate": facts.is_variable_frame_rate,
        "dynamic_range": facts.dynamic_range,
        "audio_channels": facts.audio_channels,
        "audio_track_count": facts.audio_track_count,
        "chapter_count": facts.chapter_count,
        "recorded_at": facts.recorded_at,
        "probe": probe,
    }
