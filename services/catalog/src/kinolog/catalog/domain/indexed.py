"""How far the words of captions have come into the index, and waiting for that."""

from kinolog.catalog.domain.applied import Applied
from kinolog.catalog.domain.errors import NotSearchable, Stale


class Indexed:
    """`problem` says why there can be no index here, where that is so.

    Events are heard of in the very step in which they are applied, so whoever waited for those knows which are to come.
    """

    def __init__(self) -> None:
        self._done = Applied()
        self._newest: int | None = None
        self._is_there = False
        self.problem: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything is in the index that was heard of."""
        return self._newest is not None and self._newest <= self._done.sequence

    def hear(self, sequence: int) -> None:
        """An event of this sequence may change what is to be in the index."""
        self._newest = max(sequence, self._newest or 0)

    async def reach(self, sequence: int) -> None:
        """All that the events up to this one ask for is done. Sequence 0: there is an index, maybe an empty one."""
        self._is_there = True
        await self._done.reach(sequence)

    async def wait_for(self, sequence: int, within_seconds: float) -> None:
        """Until the index shows what was so at a sequence, but not longer than that: it then shows a part.

        Raises Stale where there is no index yet to show anything of.
        """
        if self.problem:
            raise NotSearchable(self.problem)
        needed = sequence if self._newest is None else min(sequence, self._newest)
        try:
            await self._done.wait_for(needed, within_seconds=within_seconds)
        except Stale as error:
            if not self._is_there:
                raise Stale("the index of what is said is being made: ask again") from error
