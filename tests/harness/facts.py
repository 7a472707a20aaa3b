"""What a small H.264 film without sound is known by, for tests of rules that go by the facts."""

from dataclasses import replace
from typing import Any, Final

from kinolog.common.media.facts import MediaFacts

_FILM: Final = MediaFacts(
    container="mp4",
    media_type="video/mp4",
    duration=100.0,
    width=100,
    height=10,
    rotation=0,
    frame_rate=1.0,
    frame_count=100,
    is_interlaced=False,
    video_codec="h264",
    audio_codec=None,
    video_stream=0,
    audio_stream=None,
)


def film_facts(**changes: Any) -> MediaFacts:
    return replace(_FILM, **changes)
