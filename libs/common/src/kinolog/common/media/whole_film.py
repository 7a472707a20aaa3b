"""Reading one stream of a film with ffmpeg as a part of the whole film: at its moments, and as long as that."""

from typing import Final

# Here ffmpeg counts from the first moment of those streams that it is to read, and not of the film.
_COUNTED_FROM_WHAT_IS_READ: Final = frozenset({"mpegts", "mpeg", "ogg"})


def whole_sound(seconds: float, sample_rate: int | None = None) -> str:
    """Filters for the sound of a film of so many seconds: what it has none of, at either end or between, is silent."""
    rate = "" if sample_rate is None else f"sample_rate={sample_rate}:"
    return f"aresample={rate}async=1:first_pts=0,atrim=end={seconds:.6f},apad=whole_dur={seconds:.6f}"


def whole_clock(container: str, other: int | None) -> tuple[str, ...]:
    """A further output, of nothing, where ffmpeg has to read the `other` stream too to know when the film begins."""
    is_needed = other is not None and container in _COUNTED_FROM_WHAT_IS_READ
    return ("-map", f"0:{other}", "-c", "copy", "-f", "null", "-") if is_needed else ()
