"""Joining films: what each becomes so that they fit together, and the run of the encoder that joins them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Final

from kinolog.common.aggregates import Video
from kinolog.common.errors import PassingError, PermanentError
from kinolog.common.jobs.merge import MergedPart, MergeInput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.identity import Identity
from kinolog.render.domain.canvas import Canvas, boxed, lasting, rate_of, shown_size, silence, sounding
from kinolog.render.domain.naming import derived_filename, derived_title
from kinolog.render.domain.recipe import LOSABLE_SECONDS
from kinolog.render.domain.sizing import Size, fitted
from kinolog.render.domain.work import Picture, Sound, Source, Work

# Every film has a decoder of its own, all at once; more threads for each would only take memory.
DECODER: Final = ("-threads", "2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A film that is to be joined to others; `field` is where the job names it."""

    field: str
    video: Video
    path: Path
    facts: MediaFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlan:
    """`seconds` and `frames` are how long each film is shown. Without a `canvas` there is sound alone."""

    members: tuple[Member, ...]
    canvas: Canvas | None
    seconds: tuple[Fraction, ...]
    frames: tuple[int, ...]

    @property
    def has_sound(self) -> bool:
        return any(member.facts.audio_stream is not None for member in self.members)

    @property
    def total_seconds(self) -> float:
        return float(sum(self.seconds))

    @property
    def parts(self) -> tuple[MergedPart, ...]:
        ends = tuple(accumulate(self.seconds))
        return tuple(
            MergedPart(
                video_id=member.video.id,
                start_time=round(float(end - seconds), 6),
                end_time=round(float(end), 6),
            )
            for member, seconds, end in zip(self.members, self.seconds, ends, strict=True)
        )


def plan_merge(job: MergeInput, members: Sequence[Member]) -> MergePlan:
    """Raises PermanentError for films with a picture beside sound alone."""
    _refuse_mixed(members)
    canvas = _canvas(job, next(member for member in members if member.field == "video_ids.0").facts)
    if canvas is None:
        exact = tuple(Fraction(round(member.facts.duration * 48_000), 48_000) for member in members)
        return MergePlan(members=tuple(members), canvas=None, seconds=exact, frames=())
    frames = tuple(canvas.frames_in(member.facts.duration) for member in members)
    seconds = tuple(count / canvas.rate for count in frames)
    return MergePlan(members=tuple(members), canvas=canvas, seconds=seconds, frames=frames)


def asked_side(job: MergeInput) -> str | None:
    """The field that says how large the picture is to be; None where it is as large as that of the first film."""
    return next((side for side in ("width", "height") if getattr(job, side) is not None), None)


def merge_work(plan: MergePlan, output: Path) -> Work:
    """Every film is brought to the canvas and to its exact length, so that no sound drifts from its picture."""
    return Work(
        sources=tuple(
            Source(path=member.path, container=member.facts.container, options=DECODER) for member in plan.members
        ),
        arguments=("-filter_complex", _graph(plan), *_maps(plan)),
        picture=Picture() if plan.canvas else None,
        sounds=(Sound(),) if plan.has_sound else (),
        output=output,
        seconds=plan.total_seconds,
    )


def sound_chains(plan: MergePlan) -> tuple[str, ...]:
    """A chain of filters for the sound of each film, labelled `[a0]`, `[a1]` …; silence where a film has none."""
    chains = []
    for number, (member, seconds) in enumerate(zip(plan.members, plan.seconds, strict=True)):
        stream = member.facts.audio_stream
        heard = f"[{number}:{stream}]{','.join(sounding(seconds))}"
        chains.append(f"{silence(seconds) if stream is None else heard}[a{number}]")
    return tuple(chains)


def refuse_unlike_plan(plan: MergePlan, made: MediaFacts) -> None:
    """Raises PassingError where the result has another size, number of frames or length than was planned."""
    wanted = (plan.canvas.size if plan.canvas else None, sum(plan.frames))
    came = (shown_size(made), made.frame_count)
    if wanted != came or abs(plan.total_seconds - made.duration) > LOSABLE_SECONDS:
        message = f"The merged video came out with {came[1]} frames of {came[0]} and {made.duration:.2f} s"
        raise PassingError(
            "output_incomplete", f"{message} instead of {wanted[1]} of {wanted[0]} and {plan.total_seconds:.2f}."
        )


def merged_identity(job: MergeInput, members: Sequence[Member]) -> Identity:
    """Named after the first video, though it is the child of none: it comes from several."""
    first = next(member.video for member in members if member.field == "video_ids.0")
    return Identity(
        project_id=first.project_id,
        title=job.title or derived_title(first.title, "merged"),
        filename=derived_filename(first.filename, "merged"),
    )


def _refuse_mixed(members: Sequence[Member]) -> None:
    blind = [member for member in members if member.facts.video_stream is None]
    if blind and len(blind) < len(members):
        message = f"{blind[0].field}: {blind[0].video.id} is sound alone and others have a picture"
        raise PermanentError("media_unsupported", f"{message}: leave it out, or merge sound with sound.")


def _canvas(job: MergeInput, first: MediaFacts) -> Canvas | None:
    size = shown_size(first)
    if size is None:
        return None
    wanted = fitted(size, job.width, job.height, upscale=True)
    if job.width is not None and job.height is not None:
        wanted = Size(job.width, job.height)
    return Canvas(size=wanted, rate=rate_of(job.frame_rate or first.frame_rate))


def _graph(plan: MergePlan) -> str:
    pictures = _picture_chains(plan)
    sounds = sound_chains(plan) if plan.has_sound else ()
    kinds = [kind for kind, chains in (("v", pictures), ("a", sounds)) if chains]
    inputs = "".join(f"[{kind}{number}]" for number in range(len(plan.members)) for kind in kinds)
    outputs = "".join(f"[{kind}]" for kind in kinds)
    joined = f"{inputs}concat=n={len(plan.members)}:v={int(bool(pictures))}:a={int(bool(sounds))}{outputs}"
    clock = (f"[v]settb={1 / plan.canvas.rate}[timed]",) if plan.canvas else ()
    return ";".join((*pictures, *sounds, joined, *clock))


def _picture_chains(plan: MergePlan) -> tuple[str, ...]:
    canvas = plan.canvas
    if canvas is None:
        return ()
    return tuple(
        f"[{number}:{member.facts.video_stream}]"
        f"{','.join((*boxed(member.facts, canvas.size), *lasting(count, canvas.rate)))}[v{number}]"
        for number, (member, count) in enumerate(zip(plan.members, plan.frames, strict=True))
    )


def _maps(plan: MergePlan) -> tuple[str, ...]:
    picture = ("-map", "[timed]", "-fps_mode", "passthrough", "-enc_time_base:v", "filter") if plan.canvas else ()
    return (*picture, *(("-map", "[a]") if plan.has_sound else ()))
