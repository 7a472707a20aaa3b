"""The one picture that films of different sizes, rates and colours are brought to before they are shown together."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from kinolog.common.media.facts import MediaFacts
from kinolog.render.domain.colour import colour_plan, is_hdr
from kinolog.render.domain.sizing import Size, fitted
from kinolog.render.domain.work import Picture

FASTEST_RATE: Final = 120
_USUAL_RATE: Final = Fraction(25)
_FINEST_RATE: Final = 1001
_SDR: Final = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Square pixels in the colours of BT.709; `rate` is frames a second."""

    size: Size
    rate: Fraction

    def frames_in(self, seconds: float) -> int:
        return max(1, round(seconds * self.rate))


def shown_size(facts: MediaFacts) -> Size | None:
    """None where there is no picture."""
    return None if facts.width is None or facts.height is None else Size(facts.width, facts.height)


def rate_of(frame_rate: float | None) -> Fraction:
    """As a fraction, which 29.97 is to be; a rate that no film has is not believed."""
    if frame_rate is None or not 1 <= frame_rate <= FASTEST_RATE:
        return _USUAL_RATE
    return Fraction(frame_rate).limit_denominator(_FINEST_RATE)


def boxed(facts: MediaFacts, canvas: Size) -> tuple[str, ...]:
    """Filters: all of the film's picture in the middle of the canvas, and black beside it."""
    size = fitted(shown_size(facts) or canvas, canvas.width, canvas.height, upscale=True)
    return (*plain(facts), *scaled(size), f"pad={canvas.width}:{canvas.height}:(ow-iw)/2:(oh-ih)/2")


def plain(facts: MediaFacts) -> tuple[str, ...]:
    """Filters: whole frames whose colours are told, and of the usual dynamic range."""
    whole = ("bwdif=mode=send_frame:deint=interlaced",) if facts.is_interlaced else ()
    size = shown_size(facts)
    return whole if size is None else (*whole, *colour_plan(facts.colour, size, "h264", "auto").before)


def mapped(facts: MediaFacts) -> tuple[str, ...]:
    """Filters: the usual dynamic range instead of a high one, and nothing else; none for a picture that has it."""
    size = shown_size(facts)
    if size is None or not is_hdr(facts.colour):
        return ()
    plan = colour_plan(facts.colour, size, "h264", "auto")
    # Otherwise what is drawn next might be drawn upon RGB, or upon more bits than are encoded.
    return (*plan.before, f"format={plan.pixel_format}")


def kept(facts: MediaFacts) -> tuple[tuple[str, ...], Picture]:
    """Filters and a coding that leave the dynamic range as it is, which takes HEVC for a high one."""
    size = shown_size(facts)
    if size is None or not is_hdr(facts.colour):
        return (), Picture()
    plan = colour_plan(facts.colour, size, "hevc", "keep")
    return plan.before, Picture(codec="hevc", pixel_format=plan.pixel_format)


def why_hevc(facts: MediaFacts) -> str:
    """In a line, why `kept` tells another coding than the usual one; nothing where it does not."""
    return "in HEVC, which keeps the high dynamic range" if is_hdr(facts.colour) else ""


def why_mapped(*films: MediaFacts) -> str:
    """In a line, what becomes of a high dynamic range; nothing where no film has one."""
    is_high = any(is_hdr(film.colour) for film in films)
    return "the high dynamic range was mapped to BT.709" if is_high else ""


def scaled(size: Size) -> tuple[str, ...]:
    """Filters: this size, square pixels, and the colours of BT.709 whatever they were."""
    scale = f"scale={size.width}:{size.height}:flags=lanczos:out_color_matrix=bt709:out_range=tv"
    return (scale, "setsar=1", "format=yuv420p", _SDR)


def lasting(frame_count: int, rate: Fraction) -> tuple[str, ...]:
    """Filters: evenly so many frames, the first at once; the last one stays where the picture ends early.

    It is passed at the end however short it is, so that there is one to stay.
    """
    return (f"fps={rate}:start_time=0:eof_action=pass", "tpad=stop_mode=clone:stop=-1", f"trim=end_frame={frame_count}")


def sounding(seconds: Fraction) -> tuple[str, ...]:
    """Filters: stereo for exactly so long, with silence where there is no sound."""
    length = f"{float(seconds):.6f}"
    return (
        "aresample=48000:async=1:first_pts=0",
        "aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=stereo",
        f"apad=whole_dur={length}",
        f"atrim=end={length}",
    )


def silence(seconds: Fraction) -> str:
    return f"anullsrc=r=48000:cl=stereo,aformat=sample_fmts=fltp,atrim=end={float(seconds):.6f}"
