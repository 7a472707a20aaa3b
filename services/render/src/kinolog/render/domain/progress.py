"""How far an encoder is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class EncodeProgress:
    """`speed` is seconds of film per second of work, `frame` how many frames were made."""

    percent: float
    speed: float | None
    eta_seconds: float | None
    frame: int | None = None


OnProgress = Callable[[EncodeProgress], None]


def progress_of(
    done_seconds: float, total_seconds: float, speed: float | None, frame: int | None = None
) -> EncodeProgress:
    share = min(1.0, max(0.0, done_seconds / total_seconds)) if total_seconds > 0 else 0.0
    eta_seconds = (1 - share) * total_seconds / speed if speed else None
    return EncodeProgress(100 * share, speed, eta_seconds, frame)


def shares_of(weights: Sequence[float], on_progress: OnProgress) -> list[OnProgress]:
    """For several runs after another, one listener each: together they count once from 0 to 100.

    The time left is that of the run, stretched to what comes after it.
    """
    total, done = sum(weights), [0.0, *accumulate(weights)]
    return [_share(begin / total, weight / total, on_progress) for begin, weight in zip(done, weights, strict=False)]


def _share(begin: float, share: float, on_progress: OnProgress) -> OnProgress:
    def hear(progress: EncodeProgress) -> None:
        percent = 100 * begin + share * progress.percent
        left, left_of_run = 100 - percent, share * (100 - progress.percent)
        is_known = progress.eta_seconds is not None and left_of_run > 0
        eta_seconds = (progress.eta_seconds or 0) * left / left_of_run if is_known else None
        on_progress(replace(progress, percent=percent, eta_seconds=eta_seconds))

    return hear
