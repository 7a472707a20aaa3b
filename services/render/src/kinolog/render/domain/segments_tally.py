"""How far a film in segments is, whoever encodes them: one count from 0 to 100 for all."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kinolog.render.domain.progress import EncodeProgress, OnProgress


@dataclass(slots=True)
class Tally:
    """`lengths` are the seconds of film of each segment; `clock` tells seconds from any beginning.

    What an earlier attempt had finished counts as done, and not for the speed. Others tell no frames, so of the film's
    `frame_count` as many are told as made as its share that is done.
    """

    lengths: tuple[float, ...]
    frame_count: int | None
    on_progress: OnProgress
    clock: Callable[[], float]
    _shares: dict[int, float] = field(default_factory=dict)
    _began_at: float = 0.0
    _given_seconds: float = 0.0

    def begin(self, finished: tuple[int, ...]) -> None:
        self._shares = dict.fromkeys(finished, 1.0)
        self._began_at, self._given_seconds = self.clock(), self._done_seconds

    def listener(self, number: int) -> OnProgress:
        def hear(progress: EncodeProgress) -> None:
            self.note(number, progress.percent / 100)

        return hear

    def note(self, number: int, share: float) -> None:
        self._shares[number] = share
        total, done = sum(self.lengths), self._done_seconds
        taken = self.clock() - self._began_at
        speed = (done - self._given_seconds) / taken if taken > 0 else None
        eta_seconds = (total - done) / speed if speed else None
        frame = None if self.frame_count is None else int(self.frame_count * done / total)
        self.on_progress(EncodeProgress(100 * done / total, speed, eta_seconds, frame))

    @property
    def _done_seconds(self) -> float:
        return sum(self.lengths[number] * share for number, share in self._shares.items())
