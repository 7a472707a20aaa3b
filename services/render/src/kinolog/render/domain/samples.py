"""Short windows of a film that stand for the whole: where they are, and the run that cuts them out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kinolog.common.media.facts import MediaFacts
from kinolog.render.domain.recipe import Recipe, Track
from kinolog.render.domain.work import Picture, Source, Work

CONTAINER: Final = "matroska"
_SLACK_SECONDS: Final = 1.0
_USUAL_FRAME_RATE: Final = 25.0
# It also keeps the samples from encoders that know of no lossless quality.
_READ_OFTEN: Final = ("-tune", "fastdecode")


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePlan:
    """How much of a film is looked at."""

    seconds: float
    most: int


@dataclass(frozen=True, slots=True)
class Look:
    """What is done to frames before they are encoded, and what they are then."""

    filters: tuple[str, ...]
    pixel_format: str


@dataclass(frozen=True, slots=True)
class Samples:
    """`frame_count` frames from each of `starts` on, which are seconds."""

    starts: tuple[float, ...]
    frame_count: int
    frame_rate: float

    @property
    def seconds(self) -> float:
        return self.total_frame_count / self.frame_rate

    @property
    def total_frame_count(self) -> int:
        return self.frame_count * len(self.starts)


def samples_of(facts: MediaFacts, plan: SamplePlan) -> Samples:
    """Evenly spread; a film that is not longer than all samples together is one sample.

    They begin half a frame before a frame, so that no rounding of times makes it another frame.
    """
    rate = facts.frame_rate or _USUAL_FRAME_RATE
    frame_count = min(facts.frame_count, round(facts.duration * rate)) or 1
    wanted = max(1, round(plan.seconds * rate))
    if frame_count <= wanted * plan.most:
        return Samples((0.0,), frame_count, rate)
    middles = ((number + 0.5) / plan.most * frame_count for number in range(plan.most))
    firsts = [round(middle - wanted / 2) for middle in middles]
    return Samples(tuple(max(0.0, (first - 0.5) / rate) for first in firsts), wanted, rate)


def sampling(samples: Samples, source: Path, facts: MediaFacts, look: Look, output: Path) -> Work:
    """Cut them out, one after another, without loss."""
    graph = _graph(samples, facts.video_stream or 0, look.filters)
    return Work(
        sources=_windows(samples, source, facts.container, _SLACK_SECONDS),
        arguments=("-filter_complex", graph, "-map", "[samples]", "-fps_mode", "passthrough"),
        picture=Picture(quality=0.0, preset="ultrafast", pixel_format=look.pixel_format, extra=_READ_OFTEN),
        output=output,
        seconds=samples.seconds,
        muxer=CONTAINER,
        muxer_options=(),
    )


def sound_sampling(samples: Samples, source: Path, recipe: Recipe, sound: Track, output: Path) -> Work:
    """Encode the sound of the same windows as the recipe will that of the film, into the same kind of file.

    Where a window has no sound, nothing stands for it.
    """
    cut = "".join(f"[{number}:{sound.stream}]" for number in range(len(samples.starts)))
    joined = ",".join((f"concat=n={len(samples.starts)}:v=0:a=1", *sound.filters))
    return Work(
        sources=_windows(samples, source, recipe.container),
        arguments=("-filter_complex", f"{cut}{joined}[samples]", "-map", "[samples]"),
        picture=None,
        output=output,
        seconds=samples.seconds,
        sounds=(recipe.sound_coding,),
        muxer=recipe.muxer,
        muxer_options=(),
    )


def _windows(samples: Samples, source: Path, container: str, slack_seconds: float = 0.0) -> tuple[Source, ...]:
    length = f"{samples.frame_count / samples.frame_rate + slack_seconds:.3f}"
    return tuple(
        Source(path=source, container=container, options=("-ss", f"{start:.6f}", "-t", length))
        for start in samples.starts
    )


def _graph(samples: Samples, stream: int, filters: tuple[str, ...]) -> str:
    """Frames get times by their number: what is compared later is to be compared frame by frame."""
    keep = ",".join((*filters, f"trim=end_frame={samples.frame_count}", "setpts=PTS-STARTPTS"))
    cut = ";".join(f"[{number}:{stream}]{keep}[s{number}]" for number in range(len(samples.starts)))
    names = "".join(f"[s{number}]" for number in range(len(samples.starts)))
    joined = f"{names}concat=n={len(samples.starts)}:v=1:a=0,setpts=N/({samples.frame_rate:.6f}*TB)"
    return f"{cut};{joined}[samples]"
