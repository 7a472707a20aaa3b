"""Burning captions: which caption, in which look, and the recipe for it."""

from kinolog.common.aggregates import Caption, Video
from kinolog.common.errors import PermanentError
from kinolog.common.jobs import BurnInput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.identity import Identity
from kinolog.render.domain.canvas import mapped
from kinolog.render.domain.chapters import told_apart
from kinolog.render.domain.colour import is_hdr
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.recipe import Recipe, Track, countable_frames, even_sides
from kinolog.render.domain.sounds import sounds_as_they_are
from kinolog.render.domain.typeset import Frame


def named_caption(job: BurnInput) -> str:
    """Raises PermanentError where no caption is named."""
    if job.caption_id is None:
        raise PermanentError("caption_missing", "The video has no caption to burn: make one first, or name one.")
    return job.caption_id


def burnable(caption_id: str, caption: Caption | None, video: Video) -> Caption:
    """Raises PermanentError for a caption that is gone, empty, or another video's."""
    if caption is None or caption.is_deleted:
        raise PermanentError("caption_missing", f"caption_id: the caption {caption_id} does not exist or is deleted.")
    if caption.video_id != video.id:
        raise PermanentError("caption_missing", f"caption_id: the caption {caption_id} belongs to another video.")
    if caption.cue_count == 0:
        raise PermanentError("caption_empty", f"The caption {caption_id} has no text to burn.")
    return caption


def frame_of(facts: MediaFacts) -> Frame:
    """Raises PermanentError for a video without a picture."""
    if facts.width is None or facts.height is None:
        raise PermanentError("media_unsupported", "The video is sound alone: it has no picture to burn captions into.")
    return Frame(width=facts.width, height=facts.height)


def burn_recipe(facts: MediaFacts, captions_filter: str) -> Recipe:
    """Every frame is drawn again, in BT.709 where its dynamic range was high, or captions would glare.

    The sound stays as it is where MP4 players know it.
    """
    picture = facts.video_stream
    filters = (*mapped(facts), captions_filter, *even_sides(facts))
    return Recipe(
        container=facts.container,
        picture=None if picture is None else Track(stream=picture, filters=filters),
        sounds=sounds_as_they_are(facts),
        seconds=facts.duration,
        frame_count=countable_frames(facts, facts.frame_count),
        is_mostly_encoding=True,
        chapters=told_apart(facts.chapters),
    )


def refuse_high_range(facts: MediaFacts) -> None:
    """Raises PartialRefused where frames without captions would keep a range that those with captions lose."""
    if is_hdr(facts.colour):
        raise PartialRefused(Obstacle.DYNAMIC_RANGE)


def burned_identity(video: Video) -> Identity:
    return Identity(
        project_id=video.project_id,
        title=derived_title(video.title, "captioned"),
        filename=derived_filename(video.filename, "captioned"),
        parent_video_id=video.id,
    )
