"""Reading what ffmpeg writes with `-progress`: lines of `key=value`, a block every half second."""

from typing import Final

from kinolog.render.domain.progress import OnProgress, progress_of

_MICROSECONDS: Final = 1_000_000


class ProgressReader:
    """Called with each line; reports at the end of each block, and whether the film grew, in frames or time."""

    def __init__(self, total_seconds: float, on_progress: OnProgress) -> None:
        self._total_seconds = total_seconds
        self._on_progress = on_progress
        self._done_seconds = 0.0
        self._frame: int | None = None
        self._speed: float | None = None

    def __call__(self, line: str) -> bool:
        key, _, value = line.partition("=")
        match key:
            case "frame":
                return self._count_to(_number(value))
            case "out_time_us":
                return self._advance_to(_number(value))
            case "speed":
                self._speed = _number(value.removesuffix("x"))
            case "progress":
                self._on_progress(progress_of(self._done_seconds, self._total_seconds, self._speed, self._frame))
        return False

    def _count_to(self, frames: float | None) -> bool:
        frame = int(frames or 0)
        has_grown = frame > (self._frame or 0)
        self._frame = max(frame, self._frame or 0)
        return has_grown

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
