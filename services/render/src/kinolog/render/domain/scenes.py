"""The scenes of a film: what tells them apart, and where each begins and ends."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kinolog.common.detector import Detector
from kinolog.common.errors import PermanentError
from kinolog.common.media.facts import MediaFacts
from kinolog.render.domain.curve import Curve
from kinolog.render.domain.recipe import LOSABLE_FRAMES, countable_frames
from kinolog.render.domain.scenes_rules import adaptive_cuts, content_cuts, hash_cuts, threshold_cuts

_DETECTORS: Final[Mapping[Detector, Callable[[Curve, float, float], Iterator[int]]]] = {
    "adaptive": adaptive_cuts,
    "content": content_cuts,
    "hash": hash_cuts,
    "threshold": threshold_cuts,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """From `start_time` up to `end_time`, in seconds; the number of its first frame, and how many it has."""

    start_time: float
    end_time: float
    start_frame: int
    frame_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How scenes are told apart; `min_scene_seconds` is how long one lasts at least."""

    detector: Detector
    threshold: float
    min_scene_seconds: float


def scenes_of(curve: Curve, rule: Rule, duration: float) -> tuple[Scene, ...]:
    """The scenes of a film, without gaps from its first moment to its last; a film without cuts is a single scene."""
    starts = [0, *cuts_of(curve, rule)]
    moments = [0.0, *(round(curve.times[frame], 6) for frame in starts[1:]), duration]
    ends = [*starts[1:], len(curve)]
    return tuple(
        Scene(start_time=moment, end_time=until, start_frame=frame, frame_count=end - frame)
        for moment, until, frame, end in zip(moments, moments[1:], starts, ends, strict=False)
    )


def can_count_frames(facts: MediaFacts) -> bool:
    """Whether `refuse_unseen` notices frames that cannot be decoded."""
    return countable_frames(facts, facts.frame_count) is not None


def refuse_unseen(curve: Curve, facts: MediaFacts) -> None:
    """Raises PermanentError where the decoder left out frames that the file has: scenes would be missing as well."""
    expected = countable_frames(facts, facts.frame_count)
    if expected is not None and expected - len(curve) > min(LOSABLE_FRAMES, len(curve)):
        seen = f"Only {len(curve)} of {expected} frames can be decoded"
        raise PermanentError("media_corrupt", f"{seen}: upload an undamaged file.")


def cuts_of(curve: Curve, rule: Rule) -> list[int]:
    """The numbers of the frames that begin a scene, other than the first."""
    return list(_DETECTORS[rule.detector](curve, rule.threshold, rule.min_scene_seconds)) if len(curve) else []
