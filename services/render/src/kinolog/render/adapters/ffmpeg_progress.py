"""Reading what ffmpeg writes with `-progress`: lines of `key=value`, a block every half second."""

from typing import Final

from kinolog.render.domain.progress import OnProgress, progress_of

_MICROSECONDS: Final = 1_000_000


class ProgressReader:
    """Called with each line; reports at the end of each block, and tells whether the film grew."""

    def __init__(self, total_seconds: float, on_progress: OnProgress) -> None:
        self._total_seconds = total_seconds
        self._on_progress = on_progress
        self._done_seconds = 0.0
        self._speed: float | None = None

    def __call__(self, line: str) -> bool:
        key, _, value = line.partition("=")
        match key:
            case "out_time_us":
                return self._advance_to(_number(value))
            case "speed":
                self._speed = _number(value.removesuffix("x"))
            case "progress":
                self._on_progress(progress_of(self._done_seconds, self._total_seconds, self._speed))
        return False

    def _advance_to(self, microseconds: float | None) -> bool:
        seconds = (microseconds or 0.0) / _MICROSECONDS
        has_grown = seconds > self._done_seconds
        self._done_seconds = max(seconds, self._done_seconds)
        return has_grown


def _number(text: str) -> float | None:
    """ffmpeg says N/A until it knows."""
    try:
        return float(text.strip())
    except ValueError:
        return None
