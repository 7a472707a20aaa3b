"""Making a film of pictures: when each is shown, and the run of the encoder that shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from kinolog.common.errors import PassingError
from kinolog.common.jobs.slideshow import SlideshowInput
from kinolog.common.media.facts import MediaFacts
from kinolog.common.media.identity import Identity
from kinolog.render.domain.canvas import lasting, scaled, shown_size, sounding
from kinolog.render.domain.merge_copy import SCRIPT_FORMAT
from kinolog.render.domain.sizing import Size
from kinolog.render.domain.work import Picture, Sound, Source, Work

_ENDING_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slides:
    """`frames_each` lie between a picture and the next; the first `fading_frames` of them show both."""

    count: int
    size: Size
    rate: int
    frames_each: int
    fading_frames: int

    @property
    def frame_count(self) -> int:
        return self.count * self.frames_each

    @property
    def seconds(self) -> Fraction:
        return Fraction(self.frame_count, self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """A film of which only the sound is wanted."""

    path: Path
    container: str
    stream: int


def slides_of(job: SlideshowInput) -> Slides:
    """In whole frames."""
    return Slides(
        count=len(job.pictures),
        size=Size(job.width, job.height),
        rate=job.frame_rate,
        frames_each=max(1, round(job.seconds_per_picture * job.frame_rate)),
        fading_frames=round(job.fade_seconds * job.frame_rate),
    )


def slide_name(number: int) -> str:
    """The name of a picture in the script's folder."""
    return f"slide{number}.png"


def slides_script(slides: Slides) -> str:
    """A script for FFmpeg's `concat` format, of pictures that have the size of the film."""
    seconds = slides.frames_each / slides.rate
    entries = (f"file {slide_name(number)}\nduration {seconds:.6f}\n" for number in range(slides.count))
    return "".join(("ffconcat version 1.0\n", *entries))


def slideshow_work(slides: Slides, script: Path, music: Music | None, output: Path) -> Work:
    pictures = Source(path=script, container=SCRIPT_FORMAT)
    again = ("-vn", "-stream_loop", "-1")
    heard = () if music is None else (Source(path=music.path, container=music.container, options=again),)
    graph = (_pictures(slides), *(() if music is None else (_sound(slides, music),)))
    return Work(
        sources=(pictures, *heard),
        arguments=(
            *("-filter_complex", ";".join(graph), "-map", "[shown]"),
            *("-fps_mode", "passthrough", "-enc_time_base:v", "filter"),
            *(() if music is None else ("-map", "[heard]")),
        ),
        picture=Picture(),
        sounds=() if music is None else (Sound(),),
        output=output,
        seconds=float(slides.seconds),
    )


def refuse_unlike_slides(slides: Slides, made: MediaFacts) -> None:
    """Raises PassingError where the result has another size or number of frames than was planned."""
    wanted, came = (slides.size, slides.frame_count), (shown_size(made), made.frame_count)
    if wanted != came:
        message = f"The slideshow came out with {came[1]} frames of {came[0]} instead of {wanted[1]} of {wanted[0]}."
        raise PassingError("output_incomplete", message)


def slideshow_identity(job: SlideshowInput, project_id: str) -> Identity:
    return Identity(project_id=project_id, title=job.title or "Slideshow", filename="slideshow.mp4")


def _pictures(slides: Slides) -> str:
    """One stream for each picture that is shown, and with fading a second one that is a picture late, below it."""
    frames = slides.frame_count
    shown = ",".join((*scaled(slides.size), *lasting(frames, Fraction(slides.rate))))
    if not slides.fading_frames or slides.count == 1:
        return f"[0:0]{shown}[shown]"
    late = f"tpad=start_mode=clone:start={slides.frames_each},trim=end_frame={frames}"
    above = ",".join(("format=yuva420p", *_fades(slides)))
    over = f"overlay=format=yuv420,trim=end_frame={frames},settb=1/{slides.rate}"
    return f"[0:0]{shown},split[now][then];[then]{late}[before];[now]{above}[above];[before][above]{over}[shown]"


def _fades(slides: Slides) -> Iterator[str]:
    """Each picture but the first comes out of nothing; at all other times its fade lets everything through."""
    lasts = slides.fading_frames / slides.rate
    for number in range(1, slides.count):
        begins = number * slides.frames_each / slides.rate
        during = f"gte(t\\,{begins:.6f})*lt(t\\,{begins + lasts:.6f})"
        yield f"fade=t=in:alpha=1:st={begins:.6f}:d={lasts:.6f}:enable={during}"


def _sound(slides: Slides, music: Music) -> str:
    """It dies away at the end, where it is cut in the middle of something."""
    lasts = min(_ENDING_SECONDS, float(slides.seconds) / 2)
    ending = f"afade=t=out:st={float(slides.seconds) - lasts:.6f}:d={lasts:.6f}"
    return f"[1:{music.stream}]{','.join((*sounding(slides.seconds), ending))}[heard]"
