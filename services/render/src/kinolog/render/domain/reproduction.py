"""Reproduction: which event made a video's file, what came out of making it again, and where the two differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, TypeAlias

from kinolog.common.aggregates.base import Change
from kinolog.common.errors import PermanentError
from kinolog.common.events import RecordedEvent
from kinolog.common.events.rendering import Rendering
from kinolog.common.events.video import VideoRegistered, VideoReplaced
from kinolog.common.jobs import FrameDifference

Made: TypeAlias = VideoRegistered | VideoReplaced


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """How a video came by its file: the event at `sequence`, the job behind it, and what was recorded of its making."""

    sequence: int
    event: Made
    job_id: str
    rendering: Rendering


@dataclass(frozen=True, slots=True)
class DecodedFrame:
    seconds: float
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`frames` is how many were compared; `number` that of the first that differs, None where all are the same."""

    frames: int
    number: int | None = None
    then: DecodedFrame | None = None
    now: DecodedFrame | None = None


def original_of(history: Sequence[RecordedEvent]) -> Original:
    """Raises PermanentError for a video that came in from outside: nobody can make that again."""
    made = [each for each in history if isinstance(each.event, VideoRegistered | VideoReplaced)]
    event = made[-1].event if made else None
    if not isinstance(event, VideoRegistered | VideoReplaced) or event.rendering is None or event.job_id is None:
        message = "The video was not made here, or before that was recorded: there is nothing to make again."
        raise PermanentError("not_rendered", message)
    return Original(sequence=made[-1].sequence, event=event, job_id=event.job_id, rendering=event.rendering)


def counterpart_of(original: Original, changes: Sequence[Change]) -> Made:
    """What takes the video's place among all that came out this time. Raises PermanentError where nothing does."""
    made = [each.event for each in changes if isinstance(each.event, VideoRegistered | VideoReplaced)]
    alike = [each for each in made if _name(each) == _name(original.event)]
    if not alike:
        message = f"The job {original.job_id} makes {len(made)} videos now, and none that goes by the same name."
        raise PermanentError("not_reproduced", message)
    return alike[0]


def compared(then: Iterable[DecodedFrame], now: Iterable[DecodedFrame]) -> Comparison:
    """Up to the first frame that differs in its content or its moment."""
    count = 0
    for one, other in zip_longest(then, now):
        if one != other:
            return Comparison(frames=count, number=count, then=one, now=other)
        count += 1
    return Comparison(frames=count)


def first_difference(picture: Comparison, sounds: Sequence[Comparison]) -> FrameDifference | None:
    """That of the picture, where several tracks have one."""
    told = (_told("picture", 1, picture), *(_told("sound", number, sound) for number, sound in enumerate(sounds, 1)))
    return next((difference for difference in told if difference is not None), None)


def _told(track: Literal["picture", "sound"], number: int, found: Comparison) -> FrameDifference | None:
    if found.number is None:
        return None
    return FrameDifference(
        track=track,
        track_number=number,
        frame=found.number,
        seconds_then=found.then.seconds if found.then else None,
        seconds_now=found.now.seconds if found.now else None,
    )


def hardware_of(rendering: Rendering) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step.hardware for step in rendering.steps if step.hardware))


def explanation(then: Rendering, now: Rendering, *, is_identical: bool) -> str:
    if is_identical:
        return "every frame of picture and sound is the same"
    reasons = (*_of_hardware(then), *_of_programs(then, now), *_of_fonts(then, now), *_of_method(then, now))
    return "; ".join(reasons) or "the same programs gave other frames with the same arguments"


def _of_hardware(then: Rendering) -> list[str]:
    devices = ", ".join(hardware_of(then))
    return [f"it was encoded by hardware ({devices}), which need not give the same frames twice"] if devices else []


def _of_programs(then: Rendering, now: Rendering) -> list[str]:
    names = sorted({*then.programs, *now.programs})
    versions = ((name, then.programs.get(name, "not used"), now.programs.get(name, "not used")) for name in names)
    return [f"{name} was {before} and is {after}" for name, before, after in versions if before != after]


def _of_fonts(then: Rendering, now: Rendering) -> list[str]:
    return ["the fonts are others"] if set(then.fonts) != set(now.fonts) else []


def _of_method(then: Rendering, now: Rendering) -> list[str]:
    if then.method != now.method:
        return [f"the way was {then.method} and is {now.method} ({now.because})"]
    arguments = ([step.arguments for step in each.steps] for each in (then, now))
    return [] if next(arguments) == next(arguments) else ["the encoder was told otherwise: see the service's settings"]


def _name(event: Made) -> tuple[str, ...]:
    """Those that one job makes have names of their own; one that replaces a file stands alone."""
    return (event.title, event.filename) if isinstance(event, VideoRegistered) else ()
