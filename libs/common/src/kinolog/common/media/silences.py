"""Where sound is silent: how ffmpeg's `silencedetect` is asked for it, and read where `ametadata` wrote it down."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

Span: TypeAlias = tuple[float, float]
"""From when, until when, in seconds."""

_START: Final = "lavfi.silence_start="
_END: Final = "lavfi.silence_end="


def silence_filters(threshold_db: float, shortest_seconds: float, file: str) -> str:
    """What writes the silences to a file in ffmpeg's working folder, and lets the sound through as it is."""
    detect = f"silencedetect=noise={threshold_db:.2f}dB:duration={shortest_seconds:.3f}"
    return f"{detect},ametadata=mode=print:file={file}"


def silences_in(lines: Iterable[str], seconds: float) -> Iterator[Span]:
    """In order, of sound that lasts so many seconds; the last one may go on to its end."""
    start: float | None = None
    for line in lines:
        if line.startswith(_START):
            start = max(0.0, float(line.removeprefix(_START)))
        elif line.startswith(_END) and start is not None:
            yield start, min(seconds, float(line.removeprefix(_END)))
            start = None
    if start is not None:
        yield start, seconds
