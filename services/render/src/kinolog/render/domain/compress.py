"""Compressing: which quality to try next, which one to take, and how large the film becomes with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from statistics import fmean
from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs.compress import CompressInput
from kinolog.common.jobs.transcode import TranscodeInput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.identity import Identity
from kinolog.render.domain.colour import colour_plan
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.recipe import Recipe
from kinolog.render.domain.samples import CONTAINER, Look, SamplePlan, Samples
from kinolog.render.domain.sizing import fitted
from kinolog.render.domain.transcode import picture_filters, source_size, transcode_recipe
from kinolog.render.domain.work import Picture, PictureCodec, Source, Work

# After how many frames an encoder begins a new group, where the picture does not change before.
_GROUP_FRAMES: Final[dict[PictureCodec, int]] = {"h264": 250, "hevc": 250, "av1": 160, "vp9": 128}
# A prediction may be wrong by so much; only beyond it nothing is to be gained for certain.
_HOPELESS_SHARE: Final = 1.2
# What is measured on the result may be below what was aimed at by as much, which nobody can see.
_TOLERANCE: Final = 0.5
_LARGEST_HD_SIDE: Final = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressPlan:
    """`best` and `least` quality bound the search, on the scale of `Picture.quality`."""

    samples: SamplePlan
    preset: str
    best: int
    least: int
    most_trials: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """How each frame of a file looks against what it was made of (VMAF), and the bytes of each, in order of showing."""

    scores: tuple[float, ...]
    frame_bytes: tuple[int, ...]

    @property
    def mean(self) -> float:
        return fmean(self.scores)


@dataclass(frozen=True, slots=True)
class Trial:
    quality: int
    measured: Measurement

    @property
    def score(self) -> float:
        return self.measured.mean


def next_quality(trials: Sequence[Trial], target: float, plan: CompressPlan) -> int | None:
    """Halfway between the least quality that is good enough and the best that is not; None when they meet."""
    if len(trials) >= plan.most_trials:
        return None
    low = max((trial.quality + 1 for trial in trials if trial.score >= target), default=plan.best)
    high = min((trial.quality - 1 for trial in trials if trial.score < target), default=plan.least)
    return None if low > high else (low + high) // 2


def chosen(trials: Sequence[Trial], target: float) -> Trial:
    """The smallest that is good enough, or else the best there is."""
    good_enough = [trial for trial in trials if trial.score >= target]
    if good_enough:
        return max(good_enough, key=lambda trial: trial.quality)
    return max(trials, key=lambda trial: (trial.score, -trial.quality))


def is_reached(score: float, target: float) -> bool:
    return score >= target - _TOLERANCE


def lowest_sample(measured: Measurement, samples: Samples) -> float:
    size = samples.frame_count
    return min(fmean(measured.scores[start : start + size]) for start in range(0, len(measured.scores), size))


def predicted_bytes(trial: Trial, samples: Samples, facts: MediaFacts, job: CompressInput, sound_rate: float) -> int:
    """Every sample begins a group, as the film does much less often. `sound_rate` is bytes a second."""
    sizes, frame_count = trial.measured.frame_bytes, max(facts.frame_count, samples.total_frame_count)
    heads = sizes[:: samples.frame_count]
    others = [size for number, size in enumerate(sizes) if number % samples.frame_count]
    group_count = ceil(frame_count / _GROUP_FRAMES[job.profile])
    picture = group_count * fmean(heads) + (frame_count - group_count) * (fmean(others) if others else 0.0)
    return round(picture + sound_rate * facts.duration)


def look_of(facts: MediaFacts, job: CompressInput) -> Look:
    """Raises PermanentError for a video without a picture."""
    size = source_size(facts)
    if size is None:
        message = "The video is sound alone: it has no picture to compress. Use transcode with a lower sound_kbps."
        raise PermanentError("media_unsupported", message)
    plan = colour_plan(facts.colour, size, job.profile, "auto")
    return Look(picture_filters(facts, plan, fitted(size, None, None)), plan.pixel_format)


def vmaf_model(facts: MediaFacts) -> str:
    """The one for the size, since it matters how large the picture is that a viewer sits before."""
    size = source_size(facts)
    is_large = size is not None and size.shorter_side > _LARGEST_HD_SIDE
    return "vmaf_4k_v0.6.1" if is_large else "vmaf_v0.6.1"


def is_hopeless(predicted_size_bytes: int, source_size_bytes: int) -> bool:
    return predicted_size_bytes > _HOPELESS_SHARE * source_size_bytes


def transcoding(job: CompressInput, quality: int | None = None) -> TranscodeInput:
    """The job that makes the result: the same picture in another format."""
    return TranscodeInput(profile=job.profile, quality=quality, sound_kbps=job.sound_kbps)


def compress_recipe(facts: MediaFacts, job: CompressInput, quality: int, plan: CompressPlan) -> Recipe:
    recipe = transcode_recipe(facts, transcoding(job, quality))
    return replace(recipe, picture_coding=replace(recipe.picture_coding, preset=plan.preset))


def trial_work(samples: Samples, reference: Path, coding: Picture, output: Path) -> Work:
    """Encode the samples as the film would be; each begins with a key frame, since they have nothing in common."""
    keys = f"expr:not(mod(n,{samples.frame_count}))"
    return Work(
        sources=(Source(path=reference, container=CONTAINER),),
        arguments=("-map", "0:0", "-fps_mode", "passthrough", "-force_key_frames", keys),
        picture=coding,
        output=output,
        seconds=samples.seconds,
        muxer=CONTAINER,
        muxer_options=(),
    )


def refuse_unmeasured(measured: Measurement, samples: Samples) -> None:
    """Raises PassingError unless every frame of the samples was measured: a mean of fewer tells nothing."""
    if len(measured.scores) != len(measured.frame_bytes) or not measured.scores:
        counts = f"{len(measured.scores)} of {len(measured.frame_bytes)} frames"
        raise PassingError("measuring_failed", f"Only {counts} of the samples could be compared.")


def compressed_identity(video: Video, job: CompressInput) -> Identity:
    return Identity(
        project_id=video.project_id,
        title=job.title or derived_title(video.title, "compressed"),
        filename=derived_filename(video.filename, "compressed", transcoding(job).chosen_container),
        parent_video_id=video.id,
    )
