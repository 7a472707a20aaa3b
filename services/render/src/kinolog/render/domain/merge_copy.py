"""Joining films that are coded alike: their pictures are copied one after the other, and only the sound is encoded.

Sound is always encoded, since the first and last moments of a coded sound are no music but the coder's own.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

from kinolog.common.media.facts import MediaFacts
from kinolog.render.domain.canvas import shown_size
from kinolog.render.domain.merge import DECODER, MergePlan, sound_chains
from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PictureTrack
from kinolog.render.domain.work import Picture, Sound, Source, Work

SCRIPT_FORMAT: Final = "concat"
_MICROSECONDS: Final = 1_000_000
_CONTAINER: Final = "mp4"
_AROUND_SECONDS: Final = 1.0


def refuse_unlike(plan: MergePlan, wanted_rate: float | None) -> None:
    """Raises PartialRefused for films of which any has to be changed. Cheap: asks only what is known already."""
    first = plan.members[0].facts
    for member in plan.members:
        if _look(member.facts) != _look(first) or plan.canvas is None or shown_size(member.facts) != plan.canvas.size:
            raise PartialRefused(Obstacle.UNLIKE, f"{member.field} has another size, rate, colour or container")
    if wanted_rate is not None and plan.canvas is not None and abs(wanted_rate - (first.frame_rate or 0)) > 0.001:
        raise PartialRefused(Obstacle.UNLIKE, "another frame rate is wanted")


def refuse_unlike_tracks(plan: MergePlan, tracks: Sequence[PictureTrack]) -> None:
    """Raises PartialRefused where one decoder, set up once, would not read all of the films, or one begins late."""
    for member, track in zip(plan.members, tracks, strict=True):
        if (track.parameters, track.ticks_per_second) != (tracks[0].parameters, tracks[0].ticks_per_second):
            raise PartialRefused(Obstacle.UNLIKE, f"{member.field} has other parameters of the picture")
        if track.zero != 0:
            raise PartialRefused(Obstacle.UNLIKE, f"the clock of {member.field} does not begin at 0")


def copy_plan(plan: MergePlan) -> MergePlan:
    """Every film for as long as it really is, with all of its frames."""
    seconds = (Fraction(round(member.facts.duration * _MICROSECONDS), _MICROSECONDS) for member in plan.members)
    frames = tuple(member.facts.frame_count for member in plan.members)
    return replace(plan, seconds=tuple(seconds), frames=frames)


def part_name(number: int) -> str:
    """The name that a film has for the script, in the script's folder: of our own making, like all of it."""
    return f"part{number}.{_CONTAINER}"


def script_of(plan: MergePlan) -> str:
    """A script for FFmpeg's `concat` format."""
    entries = (
        f"file {part_name(number)}\nduration {float(seconds):.6f}\n" for number, seconds in enumerate(plan.seconds)
    )
    return "".join(("ffconcat version 1.0\n", *entries))


def copy_merge_work(plan: MergePlan, script: Path, output: Path) -> Work:
    """The films are read for their sound, and the script after them for all of their pictures."""
    films = tuple(Source(path=each.path, container=each.facts.container, options=DECODER) for each in plan.members)
    # As they are: the pictures share their parameters, so none need be written among the frames.
    pictures = Source(path=script, container=SCRIPT_FORMAT, options=("-auto_convert", "0"))
    joint = "".join(f"[a{number}]" for number in range(len(films)))
    graph = ";".join((*sound_chains(plan), f"{joint}concat=n={len(films)}:v=0:a=1[a]"))
    sound = ("-filter_complex", graph, "-map", "[a]") if plan.has_sound else ()
    return Work(
        sources=(*films, pictures),
        # Otherwise pictures come later by what a coded sound has before its first moment.
        arguments=("-copyts", "-map", f"{len(films)}:{plan.members[0].facts.video_stream}", *sound),
        picture=None,
        is_picture_copied=True,
        sounds=(Sound(),) if plan.has_sound else (),
        output=output,
        seconds=plan.total_seconds,
    )


def joints_of(plan: MergePlan) -> tuple[float, ...]:
    """When one film gives way to the next, in seconds."""
    return tuple(float(end) for end in list(accumulate(plan.seconds))[:-1])


def windows_of(plan: MergePlan) -> tuple[tuple[float, float], ...]:
    """When the frames of each film are shown, from half a frame earlier on: clocks round."""
    early = float(1 / plan.canvas.rate / 2) if plan.canvas else 0.0
    borders = (0.0, *(joint - early for joint in joints_of(plan)), plan.total_seconds)
    return tuple(pairwise(borders))


def refuse_misplaced(plan: MergePlan, made: MediaFacts) -> None:
    """Raises PartialRefused where a film is not shown when it is to be; `made` tells of `windows_of` the plan."""
    counts = tuple(window.frame_count for window in made.windows)
    if counts != plan.frames:
        raise PartialRefused(Obstacle.DOUBT, f"{counts} frames are shown in the times of {plan.frames}")


def joint_work(joined: Path, joint: float, output: Path) -> Work:
    """Decodes what is around a joint, and fails at the first fault."""
    start = max(0.0, joint - _AROUND_SECONDS)
    options = ("-xerror", "-err_detect", "explode", "-ss", f"{start:.6f}", "-t", f"{2 * _AROUND_SECONDS:.6f}")
    return Work(
        sources=(Source(path=joined, container=_CONTAINER, options=options),),
        arguments=("-map", "0:v", "-filter:v", "scale=64:64"),
        picture=Picture(preset="ultrafast"),
        output=output,
        seconds=2 * _AROUND_SECONDS,
    )


def _look(facts: MediaFacts) -> tuple[object, ...]:
    rate = None if facts.frame_rate is None else round(facts.frame_rate, 3)
    turned = (facts.width, facts.height, facts.rotation)
    return (facts.container == _CONTAINER, facts.video_codec, turned, rate, facts.colour, facts.video_stream)
