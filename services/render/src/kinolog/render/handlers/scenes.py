"""Finding where the scenes of a film are, and keeping that with the film."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinolog.common.aggregates import VIDEO, Video
from kinolog.common.detector import Detector
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.events.video import VideoScenesFound
from kinolog.common.jobs import DEFAULT_THRESHOLDS, SplitScenesInput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.worker.context import JobContext
from kinolog.render.domain.curve import Curve
from kinolog.render.domain.progress import OnProgress
from kinolog.render.domain.scenes import Rule, Scene, refuse_unseen, scenes_of
from kinolog.render.domain.scenes_stored import SCENES_MEDIA_TYPE, scenes_to_json
from kinolog.render.domain.work import Source
from kinolog.render.handlers.progress import reports


class SceneMeter(Protocol):
    async def curve(
        self, source: Source, facts: MediaFacts, detector: Detector, workdir: Path, on_progress: OnProgress
    ) -> Curve:
        """The score of each frame, as `detector` has it. Raises WorkError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundScenes:
    rule: Rule
    scenes: tuple[Scene, ...]
    curve: Curve


def rule_of(job: SplitScenesInput) -> Rule:
    threshold = DEFAULT_THRESHOLDS[job.detector] if job.threshold is None else job.threshold
    return Rule(detector=job.detector, threshold=threshold, min_scene_seconds=job.min_scene_len)


async def find_scenes(meter: SceneMeter, rule: Rule, source: Source, facts: MediaFacts, ctx: JobContext) -> FoundScenes:
    """Raises PermanentError for a film without a picture, and one that cannot be decoded to its end."""
    if facts.video_stream is None:
        raise PermanentError("media_unsupported", "The video is sound alone: it has no scenes.")
    curve = await meter.curve(source, facts, rule.detector, ctx.workdir, reports(ctx, "detect"))
    refuse_unseen(curve, facts)
    return FoundScenes(rule=rule, scenes=scenes_of(curve, rule, facts.duration), curve=curve)


async def keep_scenes(found: FoundScenes, video: Video, ctx: JobContext) -> None:
    """Have them appear with the video when the job completes. Raises PassingError where it has another file by now."""
    content = await ctx.blobs.put_stream(
        _one_by_one(scenes_to_json(found.rule, found.scenes, found.curve)), SCENES_MEDIA_TYPE
    )
    loaded = await ctx.load(VIDEO, video.id)
    if loaded.state is None or loaded.state.content != video.content:
        raise PassingError("video_changed", "The video was given another file while its scenes were looked for.")
    scene_count = len(found.scenes)
    event = VideoScenesFound(content=content, detector=found.rule.detector, scene_count=scene_count, job_id=ctx.job.id)
    ctx.change(loaded, event)


async def _one_by_one(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
