"""Silence: which parts of a film are left out for it, and which are kept."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from kinolog.common.aggregates import Video
from kinolog.common.errors import PermanentError
from kinolog.common.jobs import RemoveSilenceInput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.identity import Identity
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.recipe import Muxer

Span: TypeAlias = tuple[float, float]

# Of less than this nobody would notice what it was, or that it is gone.
SHORTEST_SECONDS: Final = 0.1
# Sound may end a moment before the picture does.
_EDGE_SECONDS: Final = 0.1


def sound_stream(facts: MediaFacts) -> int:
    """Raises PermanentError for a film without sound."""
    if facts.audio_stream is None:
        raise PermanentError("media_unsupported", "The video has no sound: there is no silence to tell from it.")
    return facts.audio_stream


def removed_spans(
    silences: Iterable[Span], job: RemoveSilenceInput, seconds: float, most: int, *, picture_begin: float = 0.0
) -> tuple[Span, ...]:
    """What is left out of a film of so many seconds: the longest `most` silences less their margins, in order.

    Where anything is, so is what comes before the first frame. Raises PermanentError where nothing would remain.
    """
    whole = (picture_begin, seconds)
    inner = (_within_margins(span, job.margin_seconds, whole) for span in silences)
    longest = sorted((span for span in inner if _length(span) >= SHORTEST_SECONDS), key=_length, reverse=True)[:most]
    unseen = [(0.0, picture_begin)] if longest and picture_begin else []
    removed = _without_splinters([*unseen, *sorted(longest)], seconds)
    if removed and not kept_spans(removed, seconds):
        message = f"The video is silent throughout (below {job.threshold_db:g} dB): lower threshold_db."
        raise PermanentError("sound_silent", message)
    return removed


def picture_begin(facts: MediaFacts) -> float:
    """When the first frame is shown of a film that was asked about one window, all of it."""
    return next((window.first_at for window in facts.windows if window.first_at is not None), 0.0)


def kept_spans(removed: Sequence[Span], seconds: float) -> tuple[Span, ...]:
    """All of the film that is not removed."""
    edges = [(0.0, 0.0), *removed, (seconds, seconds)]
    gaps = ((before[1], after[0]) for before, after in pairwise(edges))
    return tuple(gap for gap in gaps if _length(gap) > 0)


def cut_identity(video: Video, job: RemoveSilenceInput, muxer: Muxer) -> Identity:
    return Identity(
        project_id=video.project_id,
        title=job.title or derived_title(video.title, "without silence"),
        filename=derived_filename(video.filename, "without-silence", muxer),
        parent_video_id=video.id,
    )


def _within_margins(span: Span, margin: float, whole: Span) -> Span:
    """No margin is kept where the film begins or ends: there is nothing to lead to."""
    begin, last = whole
    start = begin if span[0] <= begin + _EDGE_SECONDS else span[0] + margin
    end = last if span[1] >= last - _EDGE_SECONDS else span[1] - margin
    return start, end


def _without_splinters(removed: Sequence[Span], seconds: float) -> tuple[Span, ...]:
    """Where less than a moment would be kept between two, it goes as well."""
    joined: list[Span] = []
    for span in removed:
        before = joined[-1] if joined else (0.0, 0.0)
        if span[0] - before[1] < SHORTEST_SECONDS:
            joined[-1:] = [(before[0], span[1])]
        else:
            joined.append(span)
    if joined and seconds - joined[-1][1] < SHORTEST_SECONDS:
        joined[-1] = (joined[-1][0], seconds)
    return tuple(joined)


def _length(span: Span) -> float:
    return span[1] - span[0]
