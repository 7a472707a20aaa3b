"""How far an encoder is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EncodeProgress:
    """`speed` is seconds of film per second of work."""

    percent: float
    speed: float | None
    eta_seconds: float | None


OnProgress = Callable[[EncodeProgress], None]


def progress_of(done_seconds: float, total_seconds: float, speed: float | None) -> EncodeProgress:
    share = min(1.0, max(0.0, done_seconds / total_seconds)) if total_seconds > 0 else 0.0
    eta_seconds = (1 - share) * total_seconds / speed if speed else None
    return EncodeProgress(100 * share, speed, eta_seconds)
