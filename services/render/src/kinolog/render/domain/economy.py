"""When it pays to render a film in part. Otherwise all of it is encoded, which is then as fast and simpler."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kinolog.common.events.video import VideoFacts
from kinolog.common.media.facts import MediaFacts
from kinolog.common.subtitles import Cue
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.partial import PartialPlan, Seconds

# Scripts round to hundredths of a second, and libass to thousandths.
_ROUNDING_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Economy:
    """`max_share` of the frames may be encoded at most, and `min_saved_pixels` must be copied at least."""

    max_share: float
    min_saved_pixels: int

    def hopes_for(self, spans: Iterable[Seconds], video: VideoFacts) -> bool:
        """Whether what is recorded of a video speaks for it. Its file may still tell otherwise."""
        share = covered_seconds(spans, video.duration) / video.duration
        copied_frames = video.duration * (video.frame_rate or 0) * (1 - share)
        saved_pixels = copied_frames * (video.width or 0) * (video.height or 0)
        return share <= self.max_share and saved_pixels >= self.min_saved_pixels

    def refuse_crowded(self, spans: Iterable[Seconds], facts: MediaFacts) -> None:
        """Raises PartialRefused where captions show so long that no plan can be worthwhile."""
        share = covered_seconds(spans, facts.duration) / facts.duration
        self._refuse(share, round(facts.frame_count * (1 - share)), facts)

    def refuse_costly(self, plan: PartialPlan, facts: MediaFacts) -> None:
        """Raises PartialRefused where too little can be copied."""
        self._refuse(plan.renewed_share, plan.copied_frames, facts)

    def _refuse(self, share: float, copied_frames: int, facts: MediaFacts) -> None:
        if share > self.max_share:
            raise PartialRefused(Obstacle.NO_GAIN, f"{share:.0%} of the frames change")
        if copied_frames * (facts.width or 0) * (facts.height or 0) < self.min_saved_pixels:
            raise PartialRefused(Obstacle.NO_GAIN, "the film is short or small")


def caption_spans(cues: Iterable[Cue]) -> tuple[Seconds, ...]:
    """When captions show, a little wider rather than too narrow."""
    return tuple((cue.start - _ROUNDING_SECONDS, cue.end + _ROUNDING_SECONDS) for cue in cues if cue.text)


def covered_seconds(spans: Iterable[Seconds], duration: float) -> float:
    """How much of a film the spans cover together."""
    covered = until = 0.0
    for start, end in sorted(spans):
        begin = max(start, until)
        covered += max(0.0, min(end, duration) - begin)
        until = max(until, min(end, duration))
    return covered
