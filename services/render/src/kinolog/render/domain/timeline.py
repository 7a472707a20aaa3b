"""When each packet of the new film is shown, packet by packet as they are stored."""

from collections.abc import Sequence

from kinolog.render.domain.obstacle import Obstacle, PartialRefused
from kinolog.render.domain.packets import PacketIndex, reorder_depth
from kinolog.render.domain.partial import Copied, PartialPlan


def timeline(index: PacketIndex, plan: PartialPlan, order: Sequence[int]) -> list[int]:
    """`order` holds the numbers of the encoded frames, counted over all runs, as their packets are stored.

    Raises PartialRefused unless each run comes back whole, in its place, and no further out of order than the film is.
    """
    shown: list[int] = []
    place = 0
    for piece in plan.pieces:
        if isinstance(piece, Copied):
            shown += [moment + piece.shift for moment in index.shown[piece.first : piece.end]]
            continue
        end = place + len(piece.shown)
        run = [number - place for number in order[place:end]]
        _refuse_unfit(run, len(piece.shown), reorder_depth(index.shown))
        shown += [piece.shown[number] + piece.shift for number in run]
        place = end
    if place != len(order):
        raise PartialRefused(Obstacle.UNFIT_RUNS, f"{len(order)} frames for {place}")
    return shown


def _refuse_unfit(run: Sequence[int], length: int, depth: int) -> None:
    if sorted(run) != list(range(length)) or run[0] != 0:
        raise PartialRefused(Obstacle.UNFIT_RUNS, "frames are missing, or in the place of others")
    if reorder_depth(run) > depth:
        raise PartialRefused(Obstacle.UNFIT_RUNS, "frames are more out of order than the film's")
